/* A recording written anew: its bytes go over a tape, as when they came. */
#include "record/rewrite.h"

#include "record/edit.h"
#include "record/mask.h"
#include "record/tape.h"
#include "record/text.h"

#include <stdio.h>
#include <string.h>

struct rewriter {
    const struct rewrite_options *options;
    struct edit *edit; /* NULL: none                                         */
    struct buffer *out;
    int64_t time_us; /* of the last `@ time:`                                */
    bool has_times;
};

/* ---- the header ------------------------------------------------------- */

static void put_value(struct buffer *out, const char *key, const char *text)
{
    if (text == NULL) return;
    buffer_format(out, "@ %s: ", key);
    buffer_append_text(out, text);
    buffer_append_text(out, "\n");
}

static void put_header(struct buffer *out, const struct script_case *case_,
                       const struct rewrite_options *options)
{
    put_value(out, "id", options->id != NULL ? options->id : case_->id.text);
    put_value(out, "dialect", options->dialect);
    put_value(out, "title", case_->title.text);
    put_value(out, "source", case_->source.text);
    if (case_->level != SCRIPT_MUST) put_value(out, "level", script_level_name(case_->level));
    for (size_t i = 0; i < case_->requires_count; i++) {
        buffer_append_text(out, i == 0 ? "@ requires: " : ", ");
        buffer_append_text(out, case_->requires_[i].text);
    }
    if (case_->requires_count > 0) buffer_append_text(out, "\n");
    put_value(out, "erratum", case_->erratum.text);
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

struct line_masks {
    struct rewriter rewriter; /* first: what both callbacks get              */
    struct mask *mask;
};

static void on_line(void *user, const struct atp_event *event, uint8_t *bytes, size_t size)
{
    const struct line_masks *both = user;
    mask_line(both->mask, event, bytes, size);
}

static void put_body(const struct transcript *recording, const struct rewrite_options *options,
                     struct buffer *out)
{
    struct line_masks both = {.rewriter = {.options = options, .out = out, .time_us = -1}};
    for (size_t i = 0; i < recording->item_count && !options->edits; i++)
        both.rewriter.has_times |= recording->items[i].time_us != TRANSCRIPT_NO_TIME;
    if (options->edits) both.rewriter.edit = edit_new(options->compiled, options->digests);
    if (options->masks) both.mask = mask_new(options->compiled);
    struct tape *tape = tape_new(&(struct tape_options){.catalog = &options->compiled->catalog,
                                                        .on_item = on_item,
                                                        .on_line = options->masks ? on_line : NULL,
                                                        .user = &both});
    for (size_t i = 0; i < recording->item_count;) i += play_item(tape, recording, i);
    tape_finish(tape);
    tape_free(tape);
    edit_free(both.rewriter.edit);
    mask_free(both.mask);
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
static bool is_same(const struct transcript *a, const struct transcript *b, bool masked)
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
        if (!masked && memcmp(a->bytes + from->offset, b->bytes + to->offset, size) != 0)
            return false;
    }
    return at == a->item_count && bt == b->item_count;
}

static bool fail(struct transcript_error *error, const char *text)
{
    *error = (struct transcript_error){0};
    snprintf(error->text, sizeof error->text, "%s", text);
    return false;
}

static bool look_at(const struct transcript *recording, const struct rewrite_options *options,
                    const struct buffer *text, struct transcript_error *error)
{
    struct script script;
    struct transcript again;
    if (!script_parse(text->bytes, text->size, NULL, &script, error)) return false;
    bool good = script_expand(&script.cases[0], NULL, 0, &again, error);
    script_release(&script);
    if (!good) return false;
    good = is_same(recording, &again, options->masks)
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
    put_header(&text, recording, options);
    put_body(&said, options, &text);
    bool good = script_format(text.bytes, text.size, &canonical, error)
                && look_at(&said, options, &canonical, error);
    if (good) buffer_append(out, canonical.bytes, canonical.size);
    buffer_release(&text);
    buffer_release(&canonical);
    transcript_release(&said);
    return good;
}
