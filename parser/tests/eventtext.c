#include "eventtext.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void reserve(char **bytes, size_t *capacity, size_t size)
{
    if (size <= *capacity) return;
    *capacity = size * 2;
    *bytes = realloc(*bytes, *capacity);
    assert_non_null(*bytes);
}

__attribute__((format(printf, 2, 3))) static void print(struct eventtext *log, const char *format,
                                                        ...)
{
    va_list args;
    char line[1024];
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_in_range(n, 0, sizeof line - 1);
    reserve(&log->text, &log->capacity, log->size + (size_t)n + 1);
    memcpy(log->text + log->size, line, (size_t)n + 1);
    log->size += (size_t)n;
}

static void print_text(struct eventtext *log, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] >= 0x20 && bytes[i] < 0x7F) print(log, "%c", bytes[i]);
        else print(log, "\\x%02x", bytes[i]);
    }
}

static void print_field(struct eventtext *log, const struct atp_event *event, unsigned i)
{
    static const char *const marks[] = {"", "", "?", "^", "^^"};
    const char *name = atp_field_name(event, i);
    if (name == NULL) name = "extra";
    print(log, atp_is_literal(event, i) ? " #" : " %s=", name);
    if ((event->status[i] & ~ATP_FIELD_NEGATIVE) == ATP_FIELD_EMPTY) print(log, "-");
    print_text(log, event->bytes + event->fields[i].offset, event->fields[i].size);
    print(log, "%s", marks[event->status[i] & ~ATP_FIELD_NEGATIVE]);
}

static void print_deviations(struct eventtext *log, uint32_t deviations)
{
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++)
        if ((deviations >> bit & 1u) != 0) print(log, " !%s", atp_deviation_name(bit));
}

static void close_joined(struct eventtext *log)
{
    if (!log->open) return;
    log->open = 0;
    print(log, "%" PRIu64 "+%" PRIu64 " %s", log->offset, log->joined_size,
          atp_kind_name(log->kind));
    if (log->name[0] != '\0') print(log, " %s", log->name);
    if (!log->hide_payload || log->kind == ATP_KIND_ECHO || log->kind == ATP_KIND_TEXT)
        print(log, " %08" PRIx32, log->hash);
    print_deviations(log, log->deviations);
    print(log, "\n");
}

static int is_span(const struct atp_event *event)
{
    return event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM || event->more
           || ((event->kind == ATP_KIND_TEXT || event->kind == ATP_KIND_ECHO)
               && event->text_size == 0);
}

static void join(struct eventtext *log, const struct atp_event *event)
{
    if (!log->open) {
        log->open = 1;
        log->kind = event->kind;
        log->offset = event->offset;
        log->joined_size = 0;
        log->hash = 2166136261u;
        log->name = atp_event_name(event);
        log->deviations = 0;
    }
    log->joined_size += event->size;
    log->deviations |= event->deviations;
    for (size_t i = 0; i < event->size; i++) log->hash = (log->hash ^ event->bytes[i]) * 16777619u;
    if (!event->more) close_joined(log);
}

static void keep_bytes(struct eventtext *log, const struct atp_event *event)
{
    char *bytes = (char *)log->bytes;
    if (event->offset != log->next_offset) log->gap = 1;
    log->next_offset = event->offset + event->size;
    reserve(&bytes, &log->bytes_capacity, log->bytes_size + event->size + 1);
    if (event->size > 0) memcpy(bytes + log->bytes_size, event->bytes, event->size);
    log->bytes_size += event->size;
    log->bytes = (uint8_t *)bytes;
}

static void on_event(void *user, const struct atp_event *event)
{
    struct eventtext *log = user;
    keep_bytes(log, event);
    if (log->open && event->kind != log->kind) close_joined(log);
    if (log->open || is_span(event)) {
        join(log, event);
        return;
    }
    print(log, "%" PRIu64 "+%zu %s", event->offset, event->size, atp_kind_name(event->kind));
    if (event->name != NULL) print(log, " %s", atp_event_name(event));
    for (unsigned i = 0; i < event->field_count; i++) print_field(log, event, i);
    if (event->record == NULL && event->text_size > 0) {
        print(log, " '");
        print_text(log, event->bytes + event->text_offset, event->text_size);
        print(log, "'");
    }
    if (event->left > 0) print(log, " left=%" PRIu32, event->left);
    print_deviations(log, event->deviations);
    if (event->exchange >= ATP_EXCHANGE_COMPLETE
        && (event->kind == ATP_KIND_INFO || event->kind == ATP_KIND_RESULT))
        print(log, " (%s)", atp_exchange_state_name(event->exchange));
    print(log, "\n");
}

void eventtext_init(struct eventtext *log, const struct atp_catalog *catalog, size_t line_size)
{
    memset(log, 0, sizeof *log);
    assert_in_range(line_size, ATP_LINE_SIZE_MIN, 512);
    assert_int_equal(
        atp_init(&log->parser, catalog, log->buffer, ATP_BUFFER_SIZE(line_size), on_event, log),
        ATP_OK);
    print(log, "%s", "");
}

void eventtext_free(struct eventtext *log)
{
    free(log->text);
    free(log->bytes);
}

void eventtext_feed(struct eventtext *log, const void *bytes, size_t size, size_t chunk)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = (size + page - 1) / page;
    if (size == 0) return;
    if (chunk == 0 || chunk > size) chunk = size;
    uint8_t *map =
        mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    assert_int_equal(mprotect(map + pages * page, page, PROT_NONE), 0);
    for (size_t at = 0; at < size; at += chunk) {
        size_t n = size - at < chunk ? size - at : chunk;
        uint8_t *flush = map + pages * page - n;
        memcpy(flush, (const uint8_t *)bytes + at, n);
        assert_int_equal(atp_feed(&log->parser, flush, n), ATP_OK);
        memset(flush, 0xA5, n); /* nothing may still point here */
    }
    munmap(map, (pages + 1) * page);
}

void eventtext_sent(struct eventtext *log, const char *text)
{
    assert_int_equal(atp_sent(&log->parser, text, strlen(text)), ATP_OK);
}

const char *eventtext_finish(struct eventtext *log)
{
    atp_finish(&log->parser);
    close_joined(log);
    return log->text;
}

/* ---- scripts ---------------------------------------------------------- */

/* Runs the script in chunks, split once more at absolute position `split`. */
static void run(const struct atp_catalog *catalog, size_t line_size, const struct script *script,
                size_t count, size_t chunk, size_t split, const char *expected)
{
    struct eventtext log;
    size_t at = 0;
    char input[8192];

    eventtext_init(&log, catalog, line_size);
    for (size_t i = 0; i < count; i++) {
        if (script[i].sent != NULL) {
            eventtext_sent(&log, script[i].sent);
            continue;
        }
        size_t size = script[i].size;
        assert_in_range(at + size, 0, sizeof input);
        memcpy(input + at, script[i].bytes, size);
        size_t first = split > at && split < at + size ? split - at : size;
        eventtext_feed(&log, script[i].bytes, first, chunk);
        eventtext_feed(&log, script[i].bytes + first, size - first, chunk);
        at += size;
    }
    const char *found = eventtext_finish(&log);
    if (strcmp(found, expected) != 0) {
        static char copy[16384];
        strncpy(copy, found, sizeof copy - 1);
        eventtext_free(&log);
        fail_msg("chunk %zu, split %zu\n--- expected\n%s--- found\n%s", chunk, split, expected,
                 copy);
    }
    assert_int_equal(log.gap, 0);
    assert_int_equal(log.bytes_size, at);
    if (at > 0) assert_memory_equal(log.bytes, input, at);
    eventtext_free(&log);
}

void assert_script(const struct atp_catalog *catalog, size_t line_size, const struct script *script,
                   size_t count, const char *expected)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += script[i].size;
    run(catalog, line_size, script, count, 0, 0, expected);
    run(catalog, line_size, script, count, 1, 0, expected);
    for (size_t split = 1; split < total; split++)
        run(catalog, line_size, script, count, 0, split, expected);
}
