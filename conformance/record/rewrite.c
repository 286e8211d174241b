/* A recording written anew: its bytes go over a tape, as when they came. */
#include "record/rewrite.h"

#include "mask/mask.h"
#include "record/edit.h"
#include "record/tape.h"
#include "record/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rewriter {
    const struct rewrite_options *options;
    struct edit *edit; /* NULL: none                                         */
    struct buffer *out;
    int64_t time_us; /* of the last `@ time:`                                */
    bool has_times;
};

/* ---- the header ------------------------------------------------------- */

/* `mask`: NULL: none. */
static void put_text(struct buffer *out, struct mask *mask, const char *text)
{
    char *masked = mask == NULL ? NULL : mask_text(mask, text, true);
    buffer_append_text(out, masked == NULL ? text : masked);
    free(masked);
}

static void put_value(struct buffer *out, struct mask *mask, const char *key, const char *text)
{
    if (text == NULL) return;
    buffer_format(out, "@ %s: ", key);
    put_text(out, mask, text);
    buffer_append_text(out, "\n");
}

static void put_header(struct buffer *out, const struct script_case *case_,
                       const struct rewrite_options *options, struct mask *mask)
{
    put_value(out, mask, "id", options->id != NULL ? options->id : case_->id.text);
    put_value(out, NULL, "dialect", options->dialect);
    put_value(out, mask, "title", case_->title.text);
    put_value(out, mask, "source", case_->source.text);
    if (case_->level != SCRIPT_MUST) put_value(out, NULL, "level", script_level_name(case_->level));
    for (size_t i = 0; i < case_->requires_count; i++) {
        buffer_append_text(out, i == 0 ? "@ requires: " : ", ");
        put_text(out, mask, case_->requires_[i].text);
    }
    if (case_->requires_count > 0) buffer_append_text(out, "\n");
    put_value(out, mask, "erratum", case_->erratum.text);
    buffer_append_text(out, "\n");
}

/* ---- the body --------------------------------------------------------- */

static void on_item(void *user, const struct tape_item *item)
{
    struct rewriter *rewriter = user;
    if (rewriter->has_times && item->time_us > rewriter->time_us) {
        rewriter->time_us = item->time_us;
        text_time(rewriter->out, item->time_us);
    }
    if (rewriter->edit != NULL) edit_item(rewriter->edit, rewriter->out, item);
    else text_item(rewriter->out, item);
}

/* A LF that came by itself after the CR of a command belongs to it. */
static bool continues(const struct transcript *recording, size_t index)
{
    if (index == 0 || index >= recording->item_count) return false;
    const struct transcript_item *item = &recording->items[index];
    const struct transcript_item *before = item - 1;
    return item->kind == TRANSCRIPT_SENT && before->kind == TRANSCRIPT_SENT && item->size > 0
           && before->size > 0 && before->offset + before->size == item->offset
           && recording->bytes[item->offset] == '\n' && recording->bytes[item->offset - 1] == '\r';
}

/* Returns: how many items it took. */
static size_t play_item(struct tape *tape, const struct transcript *recording, size_t index)
{
    const struct transcript_item *item = &recording->items[index];
    const uint8_t *bytes = recording->bytes + item->offset;
    int64_t time_us = item->time_us == TRANSCRIPT_NO_TIME ? 0 : item->time_us;
    size_t size = item->size;
    size_t count = 1;
    switch (item->kind) {
    case TRANSCRIPT_SENT:
        for (; continues(recording, index + count); count++) size += item[count].size;
        tape_sent(tape, bytes, size, time_us);
        break;
    case TRANSCRIPT_RECEIVED: tape_received(tape, bytes, size, time_us); break;
    case TRANSCRIPT_EXPIRE: tape_expire(tape, time_us); break;
    case TRANSCRIPT_STREAM_END: tape_stream_end(tape, time_us); break;
    }
    return count;
}

static void put_body(const struct transcript *recording, const struct rewrite_options *options,
                     struct buffer *out)
{
    struct rewriter rewriter = {.options = options, .out = out, .time_us = -1};
    for (size_t i = 0; i < recording->item_count && !options->edits; i++)
        rewriter.has_times |= recording->items[i].time_us != TRANSCRIPT_NO_TIME;
    if (options->edits) rewriter.edit = edit_new(options->compiled, options->digests);
    struct tape *tape = tape_new(&(struct tape_options){
        .catalog = &options->compiled->catalog, .on_item = on_item, .user = &rewriter});
    for (size_t i = 0; i < recording->item_count;) i += play_item(tape, recording, i);
    tape_finish(tape);
    tape_free(tape);
    edit_free(rewriter.edit);
}

/* ---- looking at it ---------------------------------------------------- */

/* The bytes of one side from item *at on, up to what is not its own. */
static size_t run_size(const struct transcript *transcript, size_t *at, enum transcript_kind kind)
{
    size_t size = 0;
    while (*at < transcript->item_count && transcript->items[*at].kind == kind)
        size += transcript->items[(*at)++].size;
    return size;
}

/* Whether both say the same, however it is cut into items. */
static bool is_same(const struct transcript *a, const struct transcript *b)
{
    size_t at = 0;
    size_t bt = 0;
    while (at < a->item_count && bt < b->item_count) {
        const struct transcript_item *from = &a->items[at];
        const struct transcript_item *to = &b->items[bt];
        if (from->kind != to->kind) return false;
        if (from->kind != TRANSCRIPT_SENT && from->kind != TRANSCRIPT_RECEIVED) {
            at++;
            bt++;
            continue;
        }
        size_t size = run_size(a, &at, from->kind);
        if (run_size(b, &bt, to->kind) != size) return false;
        if (memcmp(a->bytes + from->offset, b->bytes + to->offset, size) != 0) return false;
    }
    return at == a->item_count && bt == b->item_count;
}

static bool fail(struct transcript_error *error, const char *text)
{
    *error = (struct transcript_error){0};
    snprintf(error->text, sizeof error->text, "%s", text);
    return false;
}

static bool look_at(const struct transcript *recording, const struct buffer *text,
                    struct transcript_error *error)
{
    struct script script;
    struct transcript again;
    if (!script_parse(text->bytes, text->size, NULL, &script, error)) return false;
    bool good = script_expand(&script.cases[0], NULL, 0, &again, error);
    script_release(&script);
    if (!good) return false;
    good = is_same(recording, &again)
           || fail(error, "written anew it says something else; this is a fault of atproof");
    transcript_release(&again);
    return good;
}

bool rewrite(const struct script_case *recording, const struct rewrite_options *options,
             struct buffer *out, struct transcript_error *error)
{
    struct transcript said;
    struct buffer text = {0};
    struct buffer canonical = {0};
    if (!script_expand(recording, NULL, 0, &said, error)) return false;
    struct mask *mask = options->masks ? mask_new(options->compiled) : NULL;
    if (mask != NULL) mask_transcript(mask, &said, true);
    put_header(&text, recording, options, mask);
    put_body(&said, options, &text);
    bool good = script_format(text.bytes, text.size, &canonical, error)
                && look_at(&said, &canonical, error);
    if (good) buffer_append(out, canonical.bytes, canonical.size);
    if (good && mask != NULL && options->report != NULL) mask_report(mask, options->report);
    mask_free(mask);
    buffer_release(&text);
    buffer_release(&canonical);
    transcript_release(&said);
    return good;
}
