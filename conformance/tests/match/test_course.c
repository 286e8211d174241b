/* A case under way: at each byte of many recordings, what goes on from the byte
 * before awaits the same as what is matched from the beginning. The recordings are
 * the live cases themselves, and the same with a line too many, bytes left out,
 * and what the host sends put elsewhere. */
#include "match/match.h"

#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WAY_MAX 4
#define PIECE   7 /* bytes of a piece, of recordings that are longer than SHORT */
#define SHORT   600

static const struct match_urc urcs[] = {
    {"+CREG", 0}, {"+CPIN", 0}, {"+CCHEVENT", 0}, {"+QSSLURC: \"recv\"", 3}};
#define URC_COUNT (sizeof urcs / sizeof urcs[0])

static size_t compared;

/* ---- one recording ---------------------------------------------------- */

static void assert_same(const struct script_case *case_, const struct match_next *next,
                        const struct transcript *prefix)
{
    struct match_course *fresh = match_course_new(case_, NULL, urcs, URC_COUNT);
    const struct match_next *whole = match_course_advance(fresh, prefix);
    bool same = next->may_end == whole->may_end && next->send == whole->send
                && next->receive == whole->receive && next->within_us == whole->within_us
                && next->stream_end == whole->stream_end && next->bytes.size == whole->bytes.size
                && (whole->bytes.size == 0
                    || memcmp(next->bytes.bytes, whole->bytes.bytes, whole->bytes.size) == 0);
    if (!same)
        fail_msg("%s, after %zu items, %zu bytes: end %d, send %zu, receive %zu; from the "
                 "beginning: end %d, send %zu, receive %zu",
                 case_->id.text, prefix->item_count, prefix->received_size, next->may_end,
                 next->send == NULL ? 0 : next->send->line,
                 next->receive == NULL ? 0 : next->receive->line, whole->may_end,
                 whole->send == NULL ? 0 : whole->send->line,
                 whole->receive == NULL ? 0 : whole->receive->line);
    match_course_free(fresh);
    compared++;
}

/* Its bytes move at each step, as those of a growing record may. */
static void play(const struct script_case *case_, const struct transcript *recording)
{
    struct match_course *course = match_course_new(case_, NULL, urcs, URC_COUNT);
    size_t step = recording->received_size > SHORT ? PIECE : 1;
    struct transcript_builder builder = {0};
    for (size_t i = 0; i < recording->item_count; i++) {
        const struct transcript_item *item = &recording->items[i];
        size_t piece = item->kind == TRANSCRIPT_RECEIVED ? step : item->size;
        for (size_t at = 0; at < item->size; at += piece) {
            size_t size = item->size - at < piece ? item->size - at : piece;
            transcript_add(&builder, item->kind, 0, 0, recording->bytes + item->offset + at, size);
            struct transcript prefix = {.bytes = malloc(builder.bytes.size),
                                        .items = (void *)builder.items.bytes,
                                        .item_count =
                                            builder.items.size / sizeof(struct transcript_item),
                                        .received_size = builder.received_size};
            assert_non_null(prefix.bytes);
            memcpy(prefix.bytes, builder.bytes.bytes, builder.bytes.size);
            assert_same(case_, match_course_advance(course, &prefix), &prefix);
            free(prefix.bytes);
        }
    }
    buffer_release(&builder.bytes);
    buffer_release(&builder.items);
    match_course_free(course);
}

/* ---- other recordings of it ------------------------------------------- */

enum change { CHANGE_NONE, CHANGE_URC, CHANGE_ECHO, CHANGE_CUT, CHANGE_END, CHANGE_COUNT };

static void add_changed(struct transcript_builder *out, const struct transcript *from,
                        const struct transcript_item *item, size_t index, enum change change)
{
    static const char urc[] = "\r\n+CREG: 1\r\n";
    const uint8_t *bytes = from->bytes + item->offset;
    bool is_received = item->kind == TRANSCRIPT_RECEIVED;
    bool cuts = change == CHANGE_CUT && is_received && index % 5 == 3 && item->size > 2;
    bool ends = change == CHANGE_END && is_received && index % 3 == 1 && item->size > 2;
    transcript_add(out, item->kind, 0, 0, bytes + cuts, item->size - cuts - ends);
    if (change == CHANGE_URC && index % 2 == 0)
        transcript_add(out, TRANSCRIPT_RECEIVED, 0, 0, urc, sizeof urc - 1);
    if (change == CHANGE_ECHO && item->kind == TRANSCRIPT_SENT)
        transcript_add(out, TRANSCRIPT_RECEIVED, 0, 0, bytes, item->size);
}

static void play_changed(const struct script_case *case_, const struct transcript *recording,
                         enum change change)
{
    struct transcript_builder builder = {0};
    struct transcript changed;
    struct transcript_error error;
    for (size_t i = 0; i < recording->item_count; i++)
        add_changed(&builder, recording, &recording->items[i], i, change);
    assert_true(transcript_build(&builder, &changed, &error));
    play(case_, &changed);
    transcript_release(&changed);
}

static void play_case(const struct script_case *case_)
{
    struct transcript_error error;
    size_t count = script_way_count(case_, &error);
    for (size_t way = 0; way < count && way < WAY_MAX; way++) {
        struct transcript recording;
        if (!script_expand(case_, NULL, way, &recording, &error)) continue;
        for (int change = 0; change < CHANGE_COUNT; change++)
            play_changed(case_, &recording, (enum change)change);
        transcript_release(&recording);
    }
}

/* ---- all of them ------------------------------------------------------ */

static void test_course_awaits_what_a_match_from_the_beginning_does(void **state)
{
    (void)state;
    char folder[] = ATP_CORPUS_DIR "/live";
    char *folders[] = {folder, NULL};
    FTS *tree = fts_open(folders, FTS_NOCHDIR | FTS_LOGICAL, NULL);
    const FTSENT *entry;
    assert_non_null(tree);
    while ((entry = fts_read(tree)) != NULL) {
        struct script script;
        struct transcript_error error;
        if (entry->fts_info != FTS_F || !script_is_name(entry->fts_path)) continue;
        assert_true(script_read(entry->fts_path, &script, &error));
        for (size_t i = 0; i < script.case_count; i++) play_case(&script.cases[i]);
        script_release(&script);
    }
    fts_close(tree);
    print_message("%zu places compared\n", compared);
    assert_true(compared > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_course_awaits_what_a_match_from_the_beginning_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
