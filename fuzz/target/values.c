/* One line of a module, against a second decoder written apart from the parser
 * (reference.h). Asserts:
 *
 *   I6  name, record and each field, its status, value and place, are those of
 *       the reference: nothing wraps, nothing is clamped; what the readers of
 *       atproof.h say of a field is what its text says
 *   I8  what deviates is named, each deviation where the reference has it, and
 *       is decoded all the same
 *
 *     input   = setting text ;
 *     setting = byte ;       bits 0, 1: dialect; bits 2, 3: line size (session.h);
 *                            bits 4 to 7: what is asked, 0: nothing; n: the n-th
 *                            record that the text can be, counted round
 *     text    = { byte } ;   up to the first CR or LF, or to the line's size
 *
 * A CR or LF ends the text, for where lines end is the target stream's matter.
 * Echoes (`AT…`, `A/`) and prompts (`>`) are no records: such a text is not taken.
 * Deviations of the exchange (not asked, not here) are the target exchange's. */
#include "reference.h"
#include "session.h"

#include <stdio.h>
#include <string.h>

#define LINE_SIZE_MAX 4096u
/* Of result codes, told by the exchange, not by the text of a line. */
#define DEV_OTHER (ATP_DEV_NOT_ASKED | ATP_DEV_UNEXPECTED)

/* One input, and what the parser makes of it. */
struct run {
    const uint8_t *text;
    size_t size;
    const struct atp_catalog *catalog;
    const char *dialect;
    struct reference_pending pending;
    struct reference_line expected;
    char command[128]; /* what was sent, "" for nothing                     */
    bool seen;         /* the first event has been                          */
};

/* ---- what is asked ---------------------------------------------------- */

/* The n-th record with a command, counted round: of the name, or of those that
 * have no prefix. NULL: there is none. */
static const struct atp_record *find_asked(const struct run *run, unsigned n)
{
    const struct atp_catalog *catalog = run->catalog;
    const struct atp_name *name = reference_find_name(catalog, run->text, run->size);
    const struct atp_record *found[ATP_NAME_COUNT_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *other = &catalog->names[i];
        if (name != NULL ? other != name : (other->flags & ATP_NAME_BARE) == 0) continue;
        for (unsigned r = 0; r < other->record_count && count < ATP_NAME_COUNT_MAX; r++) {
            const struct atp_record *record = &catalog->records[other->record + r];
            if (record->command != ATP_NONE) found[count++] = record;
        }
    }
    return count > 0 ? found[n % count] : NULL;
}

/* Keyword that the record's form must be asked for, or NULL. */
static const char *find_key(const struct atp_catalog *catalog, const struct atp_record *record)
{
    if (record->param_count == 0) return NULL;
    const struct atp_param *param = &catalog->params[record->param];
    bool keyword = (param->type & ATP_PARAM_TYPE) == ATP_TYPE_KEYWORD;
    return keyword ? catalog->text + param->name : NULL;
}

/* Sends the command that the record answers. */
static void ask(struct atp_parser *parser, struct run *run, const struct atp_record *record)
{
    const struct atp_catalog *catalog = run->catalog;
    const char *name = catalog->text + catalog->names[catalog->commands[record->command].name].text;
    const char *key = find_key(catalog, record);
    unsigned form = record->forms & -record->forms; /* the first of them */
    int size = 0;
    if (form == ATP_FORM_EXECUTE)
        size = snprintf(run->command, sizeof run->command, "AT%s\r", name);
    if (form == ATP_FORM_READ) size = snprintf(run->command, sizeof run->command, "AT%s?\r", name);
    if (form == ATP_FORM_TEST) size = snprintf(run->command, sizeof run->command, "AT%s=?\r", name);
    if (form == ATP_FORM_WRITE && key == NULL)
        size = snprintf(run->command, sizeof run->command, "AT%s=1\r", name);
    if (form == ATP_FORM_WRITE && key != NULL)
        size = snprintf(run->command, sizeof run->command, "AT%s=\"%s\",1\r", name, key);
    if (atp_sent(parser, run->command, (size_t)size) != ATP_OK)
        fuzz_fail("I8", "%.*s is refused", size - 1, run->command);
    run->command[size - 1] = 0; /* its CR */
    struct atp_exchange exchange;
    atp_exchange_read(parser, &exchange);
    run->pending = (struct reference_pending){record->command, exchange.form};
}

/* ---- differences ------------------------------------------------------ */

/* Ends the process, with the line, the place and both readings. */
static void differ(const struct run *run, const char *what, unsigned index, long long expected,
                   long long seen)
{
    char line[4 * 160 + 1];
    size_t at = 0;
    for (size_t i = 0; i < run->size && at + 5 < sizeof line; i++) {
        bool plain = run->text[i] >= ' ' && run->text[i] <= '~' && run->text[i] != '\\';
        at += (size_t)snprintf(line + at, sizeof line - at, plain ? "%c" : "\\x%02X", run->text[i]);
    }
    line[at] = 0;
    fuzz_fail("I6",
              "%s `%s` after `%s`: %s of field %u: expected %lld (0x%llX), seen %lld (0x%llX)",
              run->dialect, line, run->command, what, index, expected, (unsigned long long)expected,
              seen, (unsigned long long)seen);
}

static void check(const struct run *run, const char *what, unsigned index, long long expected,
                  long long seen)
{
    if (expected != seen) differ(run, what, index, expected, seen);
}

/* ---- readers ---------------------------------------------------------- */

static void check_numbers(const struct run *run, const struct atp_event *event, unsigned index)
{
    uint32_t expected_u32 = 0xA5A5A5A5u, seen_u32 = 0xA5A5A5A5u;
    int32_t expected_i32 = -77, seen_i32 = -77;
    check(run, "atp_read_u32", index, reference_u32(&run->expected, index, &expected_u32),
          atp_read_u32(event, index, &seen_u32));
    check(run, "value of atp_read_u32", index, expected_u32, seen_u32);
    check(run, "atp_read_i32", index, reference_i32(&run->expected, index, &expected_i32),
          atp_read_i32(event, index, &seen_i32));
    check(run, "value of atp_read_i32", index, expected_i32, seen_i32);
}

static void check_texts(const struct run *run, const struct atp_event *event, unsigned index)
{
    static uint8_t expected[LINE_SIZE_MAX], seen[LINE_SIZE_MAX];
    const uint8_t *bytes = NULL;
    size_t expected_size = 0, seen_size = 0;
    enum atp_status status = reference_string(&run->expected, run->text, index, expected,
                                              sizeof expected, &expected_size);
    check(run, "atp_read_bytes", index, status, atp_read_bytes(event, index, &bytes, &seen_size));
    if (status == ATP_OK) {
        const struct reference_field *field = &run->expected.fields[index];
        check(run, "size of atp_read_bytes", index, (long long)field->size, (long long)seen_size);
        if (field->size > 0 && memcmp(bytes, run->text + field->offset, field->size) != 0)
            differ(run, "bytes of atp_read_bytes", index, 0, 1);
    }
    seen_size = 0;
    check(run, "atp_read_string", index, status,
          atp_read_string(event, index, seen, sizeof seen, &seen_size));
    check(run, "size of atp_read_string", index, (long long)expected_size, (long long)seen_size);
    if (memcmp(expected, seen, expected_size) != 0)
        differ(run, "bytes of atp_read_string", index, 0, 1);
    if (status != ATP_OK || expected_size == 0) return;
    uint8_t after = seen[expected_size - 1] ^= 0xFFu; /* of a buffer that is one too small */
    check(run, "atp_read_string, too small", index, ATP_ERROR_CAPACITY,
          atp_read_string(event, index, seen, expected_size - 1, &seen_size));
    check(run, "byte after the buffer", index, after, seen[expected_size - 1]);
}

/* One name an input is enough: the size of the text says which. */
static void check_names(const struct run *run, const struct atp_event *event)
{
    const struct atp_record *record = run->expected.record;
    if (record != NULL && record->param_count > 0) {
        unsigned i = (unsigned)(run->size % record->param_count);
        const char *name = run->catalog->text + run->catalog->params[record->param + i].name;
        check(run, "atp_find_field", i, reference_find_field(run->catalog, &run->expected, name),
              atp_find_field(event, name));
    }
    check(run, "atp_find_field", 0, -1, atp_find_field(event, "no such field"));
}

/* ---- the event -------------------------------------------------------- */

static void check_field(const struct run *run, const struct atp_event *event, unsigned index)
{
    const struct reference_field *expected = &run->expected.fields[index];
    const struct atp_field *seen = &event->fields[index];
    check(run, "status", index, expected->status | (expected->negative ? ATP_FIELD_NEGATIVE : 0),
          event->status[index]);
    check(run, "value", index, expected->value, seen->value);
    check(run, "offset", index, (long long)expected->offset, seen->offset);
    check(run, "size", index, (long long)expected->size, seen->size);
    check_numbers(run, event, index);
    check_texts(run, event, index);
}

static void check_event(const struct run *run, const struct atp_event *event)
{
    const struct reference_line *expected = &run->expected;
    uint32_t other = event->kind == ATP_KIND_RESULT ? DEV_OTHER : 0;
    check(run, "name", 0, expected->name == NULL ? -1 : expected->name - run->catalog->names,
          event->name == NULL ? -1 : event->name - run->catalog->names);
    check(run, "record", 0,
          expected->record == NULL ? -1 : expected->record - run->catalog->records,
          event->record == NULL ? -1 : event->record - run->catalog->records);
    check(run, "kind", 0, expected->kind, event->kind);
    check(run, "deviations", 0, expected->deviations, event->deviations & ~other);
    check(run, "text offset", 0, (long long)expected->offset, event->text_offset);
    check(run, "text size", 0, (long long)expected->size, event->text_size);
    check(run, "fields", 0, expected->field_count, event->field_count);
    for (unsigned i = 0; i < expected->field_count; i++) check_field(run, event, i);
    check_numbers(run, event, expected->field_count);
    check_texts(run, event, expected->field_count);
    check_names(run, event);
}

static void on_event(void *user, const struct atp_event *event)
{
    struct run *run = user;
    if (run->seen) return;
    run->seen = true;
    check_event(run, event);
}

/* ---- the target ------------------------------------------------------- */

/* Whether the text is a record's, or unknown: no echo, no prompt, no spaces. */
static bool is_line(const uint8_t *text, size_t size)
{
    bool echo = size >= 2 && (text[0] | 0x20) == 'a' && ((text[1] | 0x20) == 't' || text[1] == '/');
    bool blank = true;
    for (size_t i = 0; i < size && blank; i++) blank = text[i] == ' ';
    return !echo && !blank && text[0] != '>';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct atp_parser parser;
    static uint8_t buffer[ATP_BUFFER_SIZE(LINE_SIZE_MAX)], line[LINE_SIZE_MAX];
    if (size < 1) return -1;
    static const char *const dialects[] = {"auto", "simcom", "quectel-ugxx", "quectel-ec200"};
    size_t capacity = session_line_size(data[0]);
    struct run run = {.catalog = session_catalog(data[0]),
                      .dialect = dialects[data[0] & 3u],
                      .pending = {.command = ATP_NONE}};
    while (run.size + 2 < capacity && 1 + run.size < size && data[1 + run.size] != '\r'
           && data[1 + run.size] != '\n')
        run.size++;
    run.text = data + 1;
    if (!is_line(run.text, run.size)) return -1;

    if (atp_init(&parser, run.catalog, buffer, ATP_BUFFER_SIZE(capacity), on_event, &run) != ATP_OK)
        fuzz_fail("I8", "a line of %zu bytes is refused", capacity);
    unsigned n = data[0] >> 4;
    const struct atp_record *record = n > 0 ? find_asked(&run, n - 1) : NULL;
    if (record != NULL) ask(&parser, &run, record);
    reference_read(run.catalog, run.text, run.size, run.pending, &run.expected);
    memcpy(line, run.text, run.size);
    line[run.size] = '\r';
    line[run.size + 1] = '\n';
    atp_feed(&parser, line, run.size + 2);
    if (!run.seen) fuzz_fail("I8", "a line of %zu bytes gives no event", run.size);
    return 0;
}
