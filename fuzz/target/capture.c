/* The importer of captures (conformance/script/capture.h): the first byte chooses
 * the style of the log, the rest is the log.
 *
 *   error   what is refused is refused with a text and a line of the log
 *   whole   items lie side by side and are as many bytes as they say; none is
 *           empty; none has a line that the log has not
 *   I2      the parser replays it without losing a byte
 *   script  written as a script it is read again as the same items and bytes */
#include "lossless.h"

#include "events/replay.h"
#include "record/transcript_out.h"
#include "script/capture.h"
#include "script/script.h"

#include <atproof/dialects.h>
#include <inttypes.h>
#include <string.h>

#define TIME_MAX_US    ((int64_t)1000000000 * 1000000) /* of `@ time:`           */
#define GUESS_SIZE_MAX ((size_t)256)                   /* tries every style on every line: slow   */

static size_t count_lines(const uint8_t *data, size_t size)
{
    size_t count = 1;
    for (size_t i = 0; i < size; i++) count += data[i] == '\n';
    return count;
}

static void check_error(const struct transcript_error *error, size_t line_count)
{
    if (error->text[0] == '\0') fuzz_fail("error", "refused without a word");
    if (error->line > line_count)
        fuzz_fail("error", "line %zu of %zu: %s", error->line, line_count, error->text);
}

static void check_whole(const struct transcript *transcript, size_t line_count)
{
    size_t at = 0;
    size_t received = 0;
    size_t line = 0;
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        if (item->offset != at || item->size == 0)
            fuzz_fail("whole", "item %zu: %zu bytes at %zu, expected some at %zu", i, item->size,
                      item->offset, at);
        if (item->line <= line || item->line > line_count)
            fuzz_fail("whole", "item %zu: line %zu after %zu of %zu", i, item->line, line,
                      line_count);
        if (item->kind == TRANSCRIPT_RECEIVED) received += item->size;
        at += item->size;
        line = item->line;
    }
    if (received != transcript->received_size)
        fuzz_fail("whole", "%zu bytes received, expected %zu", received, transcript->received_size);
}

static void replay_it(const struct transcript *transcript)
{
    static struct lossless lossless;
    lossless_init(&lossless, &atp_catalog_auto);
    struct replay replay = {.parser = &lossless.parser};
    replay_transcript(&replay, transcript);
    replay_finish(&replay);
    lossless_end(&lossless, transcript->received_size);
}

/* ---- as a script ------------------------------------------------------ */

/* Times that a script has no room for are those of the item before. */
static void write_script(const struct transcript *transcript, struct buffer *out)
{
    int64_t time_us = 0;
    buffer_append_text(out, "@ id: fuzz/1/capture-01\n\n");
    for (size_t i = 0; i < transcript->item_count; i++) {
        struct transcript_item item = transcript->items[i];
        if (item.time_us >= 0 && item.time_us < TIME_MAX_US) time_us = item.time_us;
        item.time_us = time_us;
        transcript_out(out, transcript, &item);
    }
}

static void check_same(const struct transcript *a, const struct transcript *b)
{
    int64_t time_us = 0;
    if (a->item_count != b->item_count)
        fuzz_fail("script", "%zu items, then %zu", a->item_count, b->item_count);
    for (size_t i = 0; i < a->item_count; i++) {
        const struct transcript_item *item = &a->items[i];
        const struct transcript_item *other = &b->items[i];
        if (item->time_us >= 0 && item->time_us < TIME_MAX_US) time_us = item->time_us;
        if (item->kind != other->kind || item->size != other->size || other->time_us != time_us
            || memcmp(a->bytes + item->offset, b->bytes + other->offset, item->size) != 0)
            fuzz_fail("script", "item %zu is read as another", i);
    }
}

static void check_script(const struct transcript *transcript)
{
    struct buffer text = {0};
    struct script script;
    struct transcript again;
    struct transcript_error error;
    write_script(transcript, &text);
    if (!script_parse(text.bytes, text.size, NULL, &script, &error))
        fuzz_fail("script", "not read: %zu:%zu: %s", error.line, error.column, error.text);
    if (!script_expand(&script.cases[0], NULL, 0, &again, &error))
        fuzz_fail("script", "not expanded: %s", error.text);
    check_same(transcript, &again);
    transcript_release(&again);
    script_release(&script);
    buffer_release(&text);
}

/* ---- the target ------------------------------------------------------- */

static const struct capture_format *choose(uint8_t byte)
{
    size_t count = 1;
    while (capture_formats[count].name != NULL) count++;
    return &capture_formats[byte % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct transcript transcript;
    struct transcript_error error = {0};
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    if (size == 0) return 0;
    size_t line_count = count_lines(data + 1, size - 1);
    capture_guess(data + 1, size - 1 < GUESS_SIZE_MAX ? size - 1 : GUESS_SIZE_MAX);
    if (!capture_parse(data + 1, size - 1, choose(data[0]), &transcript, &error)) {
        check_error(&error, line_count);
        return 0;
    }
    check_whole(&transcript, line_count);
    replay_it(&transcript);
    check_script(&transcript);
    transcript_release(&transcript);
    return 0;
}
