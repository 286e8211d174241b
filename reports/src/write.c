/* Writes the lines of a store. */
#include "atproof/reports.h"

#include <inttypes.h>
#include <string.h>

/* ---- JSON, byte by byte ----------------------------------------------- */

/* A byte below 0x20 or above 0x7E is one escape, which no JSON library does:
 * it would take the bytes for UTF-8. */
static void put_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') fprintf(file, "\\%c", byte);
        else if (byte < 0x20 || byte > 0x7E) fprintf(file, "\\u%04X", byte);
        else fputc(byte, file);
    }
    fputc('"', file);
}

static void put_text(FILE *file, const char *key, const char *text)
{
    if (text == NULL) return;
    fprintf(file, ",\"%s\":", key);
    put_string(file, text);
}

static void put_number(FILE *file, const char *key, uint64_t value)
{
    fprintf(file, ",\"%s\":%" PRIu64, key, value);
}

static void put_time(FILE *file, const char *key, int64_t value)
{
    if (value != REPORTS_NO_TIME) fprintf(file, ",\"%s\":%" PRId64, key, value);
}

/* ---- lines ------------------------------------------------------------ */

bool reports_write_run(FILE *file, const struct reports_run *run)
{
    fprintf(file, "{\"kind\":\"run\",\"version\":%d", REPORTS_VERSION);
    put_text(file, "tool", run->tool);
    put_text(file, "tool_version", run->tool_version);
    put_text(file, "started", run->started);
    put_text(file, "command", run->command);
    put_text(file, "dialect", run->dialect);
    fprintf(file, ",\"strict\":%s}\n", run->strict ? "true" : "false");
    return !ferror(file);
}

static void put_finding(FILE *file, const struct reports_finding *finding)
{
    fputs("{\"rule\":", file);
    put_string(file, finding->rule);
    put_text(file, "level", finding->level);
    put_text(file, "clause", finding->clause);
    put_number(file, "offset", finding->offset);
    put_number(file, "size", finding->size);
    put_number(file, "line", finding->line);
    put_text(file, "expected", finding->expected);
    put_text(file, "seen", finding->seen);
    fprintf(file, ",\"declared\":%s", finding->declared ? "true" : "false");
    put_text(file, "reason", finding->reason);
    fputc('}', file);
}

static void put_exchange(FILE *file, const struct reports_exchange *exchange)
{
    fputs("{\"command\":", file);
    put_string(file, exchange->command);
    put_text(file, "name", exchange->name);
    put_text(file, "form", exchange->form);
    put_text(file, "variant", exchange->variant);
    put_text(file, "clause", exchange->clause);
    put_text(file, "verdict", exchange->verdict);
    put_text(file, "why", exchange->why);
    put_number(file, "offset", exchange->offset);
    put_number(file, "size", exchange->size);
    put_number(file, "line", exchange->line);
    put_time(file, "sent_us", exchange->sent_us);
    put_time(file, "over_us", exchange->over_us);
    if (exchange->time_limit_ms > 0) put_number(file, "time_limit_ms", exchange->time_limit_ms);
    fputs(",\"findings\":[", file);
    for (size_t i = 0; i < exchange->finding_count; i++) {
        if (i > 0) fputc(',', file);
        put_finding(file, &exchange->findings[i]);
    }
    fputs("]}", file);
}

bool reports_write_case(FILE *file, const struct reports_case *case_)
{
    fputs("{\"kind\":\"case\",\"id\":", file);
    put_string(file, case_->id);
    put_text(file, "title", case_->title);
    put_text(file, "dialect", case_->dialect);
    put_text(file, "level", case_->level);
    put_text(file, "clause", case_->clause);
    put_text(file, "verdict", case_->verdict);
    put_text(file, "outcome", case_->outcome);
    put_text(file, "reason", case_->reason);
    put_number(file, "line", case_->line);
    if (case_->way > 0) put_number(file, "way", case_->way);
    put_text(file, "source", case_->identity.source);
    put_text(file, "sha256", case_->identity.sha256);
    put_text(file, "manufacturer", case_->identity.manufacturer);
    put_text(file, "model", case_->identity.model);
    put_text(file, "firmware", case_->identity.firmware);
    fputs(",\"exchanges\":[", file);
    for (size_t i = 0; i < case_->exchange_count; i++) {
        if (i > 0) fputc(',', file);
        put_exchange(file, &case_->exchanges[i]);
    }
    fputs("]}\n", file);
    return !ferror(file);
}
