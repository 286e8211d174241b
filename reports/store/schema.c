/* The tables for the lines of a store. */
#include "store/schema.h"

#include <string.h>

/* The tables hold enums as `unsigned`. */
#define IS_UNSIGNED(type)                                                                          \
    _Static_assert(_Generic((type){0}, unsigned : 1, default : 0), "an enum is an unsigned")
IS_UNSIGNED(enum reports_level);
IS_UNSIGNED(enum reports_verdict);
IS_UNSIGNED(enum reports_outcome);
IS_UNSIGNED(enum reports_direction);
IS_UNSIGNED(enum reports_wire_kind);
IS_UNSIGNED(enum reports_engine);
IS_UNSIGNED(enum reports_fuzz_kind);

/* ---- tables ----------------------------------------------------------- */

#define KEY(owner, member, kind, must)                                                             \
    {                                                                                              \
        .name = #member, .type = (kind), .required = (must),                                       \
        .offset = offsetof(struct owner, member)                                                   \
    }
#define WORD(owner, member, list)                                                                  \
    {                                                                                              \
        .name = #member, .type = SCHEMA_WORD, .required = true,                                    \
        .offset = offsetof(struct owner, member), .words = (list)                                  \
    }
#define OPTIONAL_LIST(owner, member, count, object)                                                \
    {                                                                                              \
        .name = #member, .type = SCHEMA_LIST, .offset = offsetof(struct owner, member),            \
        .items = (object), .count_offset = offsetof(struct owner, count)                           \
    }
#define LIST(owner, member, count, object)                                                         \
    {                                                                                              \
        .name = #member, .type = SCHEMA_LIST, .required = true,                                    \
        .offset = offsetof(struct owner, member), .items = (object),                               \
        .count_offset = offsetof(struct owner, count)                                              \
    }
#define IDENTITY(member, kind)                                                                     \
    {                                                                                              \
        .name = #member, .type = (kind), .offset = offsetof(struct reports_case, identity.member)  \
    }

#define PART(owner, word, array)                                                                   \
    {                                                                                              \
        .name = (word), .size = sizeof(struct owner), .keys = (array),                             \
        .key_count = sizeof(array) / sizeof(array)[0]                                              \
    }
#define LINE(owner, word, array, version)                                                          \
    {                                                                                              \
        .name = (word), .size = sizeof(struct owner), .keys = (array),                             \
        .key_count = sizeof(array) / sizeof(array)[0], .is_line = true, .has_version = (version)   \
    }

static const struct schema_key run_keys[] = {
    KEY(reports_run, tool, SCHEMA_TEXT, true),
    KEY(reports_run, tool_version, SCHEMA_TEXT, false),
    KEY(reports_run, started, SCHEMA_INSTANT, false),
    KEY(reports_run, command, SCHEMA_TEXT, false),
    KEY(reports_run, dialect, SCHEMA_TEXT, false),
    KEY(reports_run, strict, SCHEMA_FLAG, true),
    KEY(reports_run, cases, SCHEMA_DIGEST, false),
};

static const struct schema_key finding_keys[] = {
    KEY(reports_finding, rule, SCHEMA_TEXT, true),
    WORD(reports_finding, level, &words_levels),
    KEY(reports_finding, clause, SCHEMA_TEXT, true),
    KEY(reports_finding, offset, SCHEMA_U64, true),
    KEY(reports_finding, size, SCHEMA_U64, true),
    KEY(reports_finding, line, SCHEMA_SIZE, false),
    KEY(reports_finding, expected, SCHEMA_TEXT, false),
    KEY(reports_finding, seen, SCHEMA_TEXT, false),
    KEY(reports_finding, declared, SCHEMA_FLAG, true),
    KEY(reports_finding, reason, SCHEMA_TEXT, false),
    KEY(reports_finding, help, SCHEMA_TEXT, false),
};

static const struct schema_key clause_keys[] = {
    KEY(reports_clause, id, SCHEMA_TEXT, true),
    KEY(reports_clause, command, SCHEMA_TEXT, false),
    KEY(reports_clause, title, SCHEMA_TEXT, false),
    KEY(reports_clause, document, SCHEMA_TEXT, false),
    KEY(reports_clause, source, SCHEMA_TEXT, false),
    KEY(reports_clause, line, SCHEMA_SIZE, false),
};

static const struct schema_key wire_keys[] = {
    WORD(reports_wire, direction, &words_directions),
    WORD(reports_wire, kind, &words_wire_kinds),
    KEY(reports_wire, name, SCHEMA_TEXT, false),
    KEY(reports_wire, offset, SCHEMA_U64, false),
    KEY(reports_wire, size, SCHEMA_U64, true),
    KEY(reports_wire, line, SCHEMA_SIZE, false),
    KEY(reports_wire, time_us, SCHEMA_TIME, false),
    KEY(reports_wire, text, SCHEMA_TEXT, true),
    KEY(reports_wire, sha256, SCHEMA_DIGEST, false),
    KEY(reports_wire, deviations, SCHEMA_TEXT, false),
};

static const struct schema_object wire = PART(reports_wire, "wire", wire_keys);

static const struct schema_object finding = PART(reports_finding, "finding", finding_keys);

static const struct schema_key exchange_keys[] = {
    KEY(reports_exchange, command, SCHEMA_TEXT, true),
    KEY(reports_exchange, name, SCHEMA_TEXT, false),
    KEY(reports_exchange, form, SCHEMA_TEXT, false),
    KEY(reports_exchange, variant, SCHEMA_TEXT, false),
    KEY(reports_exchange, clause, SCHEMA_TEXT, false),
    WORD(reports_exchange, verdict, &words_verdicts),
    KEY(reports_exchange, why, SCHEMA_TEXT, false),
    KEY(reports_exchange, offset, SCHEMA_U64, true),
    KEY(reports_exchange, size, SCHEMA_U64, true),
    KEY(reports_exchange, line, SCHEMA_SIZE, false),
    KEY(reports_exchange, sent_us, SCHEMA_TIME, false),
    KEY(reports_exchange, over_us, SCHEMA_TIME, false),
    KEY(reports_exchange, time_limit_ms, SCHEMA_U32, false),
    LIST(reports_exchange, findings, finding_count, &finding),
    OPTIONAL_LIST(reports_exchange, wire, wire_count, &wire),
};

static const struct schema_object exchange = PART(reports_exchange, "exchange", exchange_keys);

static const struct schema_key case_keys[] = {
    KEY(reports_case, id, SCHEMA_TEXT, true),
    KEY(reports_case, title, SCHEMA_TEXT, false),
    KEY(reports_case, dialect, SCHEMA_TEXT, true),
    WORD(reports_case, level, &words_levels),
    KEY(reports_case, clause, SCHEMA_TEXT, false),
    WORD(reports_case, verdict, &words_verdicts),
    WORD(reports_case, outcome, &words_outcomes),
    KEY(reports_case, reason, SCHEMA_TEXT, false),
    KEY(reports_case, line, SCHEMA_SIZE, false),
    KEY(reports_case, way, SCHEMA_U64, false),
    KEY(reports_case, tries, SCHEMA_U64, false),
    KEY(reports_case, accepted, SCHEMA_TEXT, false),
    KEY(reports_case, expires, SCHEMA_DAY, false),
    IDENTITY(source, SCHEMA_TEXT),
    IDENTITY(sha256, SCHEMA_DIGEST),
    IDENTITY(manufacturer, SCHEMA_TEXT),
    IDENTITY(model, SCHEMA_TEXT),
    IDENTITY(firmware, SCHEMA_TEXT),
    LIST(reports_case, exchanges, exchange_count, &exchange),
};

static const struct schema_key sample_keys[] = {
    KEY(reports_sample, time_ms, SCHEMA_U64, true),
    KEY(reports_sample, executions, SCHEMA_U64, true),
    KEY(reports_sample, edges, SCHEMA_U64, false),
};

static const struct schema_object sample = PART(reports_sample, "sample", sample_keys);

static const struct schema_key fuzz_finding_keys[] = {
    WORD(reports_fuzz_finding, kind, &words_fuzz_kinds),
    KEY(reports_fuzz_finding, invariant, SCHEMA_TEXT, false),
    KEY(reports_fuzz_finding, text, SCHEMA_TEXT, true),
    KEY(reports_fuzz_finding, stack, SCHEMA_TEXT, false),
    KEY(reports_fuzz_finding, source, SCHEMA_TEXT, true),
    KEY(reports_fuzz_finding, sha256, SCHEMA_DIGEST, true),
    KEY(reports_fuzz_finding, reproduce, SCHEMA_TEXT, true),
};

static const struct schema_object fuzz_finding =
    PART(reports_fuzz_finding, "finding", fuzz_finding_keys);

static const struct schema_key fuzz_keys[] = {
    KEY(reports_fuzz, target, SCHEMA_TEXT, true),
    WORD(reports_fuzz, engine, &words_engines),
    KEY(reports_fuzz, sanitizers, SCHEMA_TEXT, false),
    KEY(reports_fuzz, mutator, SCHEMA_FLAG, true),
    KEY(reports_fuzz, instance, SCHEMA_TEXT, true),
    KEY(reports_fuzz, duration_ms, SCHEMA_U64, true),
    KEY(reports_fuzz, executions, SCHEMA_U64, true),
    KEY(reports_fuzz, executions_per_second, SCHEMA_U64, true),
    KEY(reports_fuzz, edges, SCHEMA_U64, false),
    KEY(reports_fuzz, edges_total, SCHEMA_U64, false),
    KEY(reports_fuzz, corpus_count, SCHEMA_U64, true),
    KEY(reports_fuzz, corpus_size, SCHEMA_U64, true),
    LIST(reports_fuzz, samples, sample_count, &sample),
    LIST(reports_fuzz, findings, finding_count, &fuzz_finding),
};

static const struct schema_key baseline_keys[] = {
    KEY(reports_baseline, created, SCHEMA_DAY, true),
    KEY(reports_baseline, manufacturer, SCHEMA_TEXT, false),
    KEY(reports_baseline, model, SCHEMA_TEXT, false),
    KEY(reports_baseline, firmware, SCHEMA_TEXT, false),
};

static const struct schema_key duration_keys[] = {
    KEY(reports_duration, us, SCHEMA_U64, true),
};

static const struct schema_object duration = PART(reports_duration, "sample", duration_keys);

static const struct schema_key latency_keys[] = {
    KEY(reports_latency, command, SCHEMA_TEXT, true),
    KEY(reports_latency, form, SCHEMA_TEXT, true),
    KEY(reports_latency, time_limit_ms, SCHEMA_U32, false),
    LIST(reports_latency, samples, sample_count, &duration),
};

const struct schema_object schema_run = LINE(reports_run, "run", run_keys, true);
const struct schema_object schema_clause = LINE(reports_clause, "clause", clause_keys, false);
const struct schema_object schema_case = LINE(reports_case, "case", case_keys, false);
const struct schema_object schema_fuzz = LINE(reports_fuzz, "fuzz", fuzz_keys, false);
const struct schema_object schema_baseline =
    LINE(reports_baseline, "baseline", baseline_keys, true);
const struct schema_object schema_latency = LINE(reports_latency, "latency", latency_keys, false);

/* ---- values ----------------------------------------------------------- */

/* A `0` in the form matches any digit. Returns: the size of the form, 0 if the text
 * does not start with it. */
static size_t form_size(const char *form, const char *text)
{
    size_t i = 0;
    for (; form[i] != '\0'; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != form[i]) return 0;
    }
    return i;
}

/* Two digits, in a text that has the form. */
static unsigned pair_at(const char *text)
{
    return (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
}

/* Whether the text, which begins as `0000-00-00` does, begins with a day of the
 * calendar. */
static bool is_day(const char *text)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = pair_at(text) * 100 + pair_at(text + 2);
    unsigned month = pair_at(text + 5);
    unsigned day = pair_at(text + 8);
    bool leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year == 0 || month == 0 || month > 12 || day == 0) return false;
    return day <= days[month - 1] + (month == 2 && leaps ? 1u : 0);
}

/* Seconds up to 60: RFC 3339 has leap seconds. */
static bool is_instant(const char *text)
{
    size_t size = form_size("0000-00-00T00:00:00", text);
    if (size == 0 || !is_day(text)) return false;
    if (pair_at(text + 11) > 23 || pair_at(text + 14) > 59 || pair_at(text + 17) > 60) return false;
    size_t fraction = text[size] == '.' ? strspn(text + size + 1, "0123456789") : 0;
    if (fraction > 0) size += 1 + fraction;
    return strcmp(text + size, "Z") == 0;
}

bool schema_text_fits(const struct schema_key *key, const char *text)
{
    if (key->type == SCHEMA_INSTANT) return is_instant(text);
    if (key->type == SCHEMA_DAY)
        return strlen(text) == 10 && form_size("0000-00-00", text) == 10 && is_day(text);
    if (key->type == SCHEMA_DIGEST)
        return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
    return true;
}

int64_t schema_greatest(const struct schema_key *key)
{
    return key->type == SCHEMA_U32 ? UINT32_MAX : INT64_MAX;
}

int64_t schema_least(const struct schema_key *key)
{
    if (key->type == SCHEMA_TIME) return INT64_MIN + 1;
    return key->required ? 0 : 1;
}

static void put_words(FILE *out, const struct words *words)
{
    for (unsigned i = 1; i < words->count; i++) {
        const char *before = i + 1 == words->count ? " or " : ", ";
        fprintf(out, "%s%s", i == 1 ? "" : before, words->names[i]);
    }
}

void schema_put_expected(FILE *out, const struct schema_key *key)
{
    switch (key->type) {
    case SCHEMA_TEXT: fputs("a string", out); break;
    case SCHEMA_WORD: put_words(out, key->words); break;
    case SCHEMA_INSTANT: fputs("a time like 2026-01-31T23:59:59Z", out); break;
    case SCHEMA_DAY: fputs("a day like 2026-01-31", out); break;
    case SCHEMA_DIGEST: fputs("64 lower-case hexadecimal digits", out); break;
    case SCHEMA_U64:
    case SCHEMA_SIZE: fprintf(out, "an integer of %d or more", key->required ? 0 : 1); break;
    case SCHEMA_U32: fprintf(out, "an integer, %d to %u", key->required ? 0 : 1, UINT32_MAX); break;
    case SCHEMA_TIME: fputs("an integer", out); break;
    case SCHEMA_FLAG: fputs("true or false", out); break;
    case SCHEMA_LIST: fputs("an array", out); break;
    }
}
