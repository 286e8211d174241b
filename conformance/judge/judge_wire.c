/* The log of the line: what was said during each exchange, payload cut. */
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int done)
{
    if (done == 1) return;
    fputs("atproof: SHA-256 cannot be had of OpenSSL\n", stderr);
    abort();
}

/* ---- the item under way ----------------------------------------------- */

static void take(struct judge_tape *tape, const uint8_t *bytes, size_t size)
{
    size_t room = JUDGE_WIRE_TEXT - tape->head.size;
    tape->open->size += size;
    if (tape->open->size > JUDGE_WIRE_TEXT && tape->digest == NULL) {
        tape->digest = EVP_MD_CTX_new();
        must(tape->digest != NULL);
        must(EVP_DigestInit_ex(tape->digest, EVP_sha256(), NULL));
        must(EVP_DigestUpdate(tape->digest, tape->head.bytes, tape->head.size));
    }
    if (tape->digest != NULL) must(EVP_DigestUpdate(tape->digest, bytes, size));
    buffer_append(&tape->head, bytes, size < room ? size : room);
}

static void put_digest(struct judge_tape *tape)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    must(EVP_DigestFinal_ex(tape->digest, digest, &size));
    EVP_MD_CTX_free(tape->digest);
    tape->digest = NULL;
    for (unsigned i = 0; i < size; i++)
        snprintf(tape->open->sha256 + (size_t)2 * i, 3, "%02x", digest[i]);
}

void judge_tape_close(struct judge_tape *tape)
{
    if (tape->open == NULL) return;
    tape->open->text = judge_escape(tape->head.bytes, tape->head.size, JUDGE_WIRE_TEXT);
    if (tape->digest != NULL) put_digest(tape);
    tape->head.size = 0;
    tape->open = NULL;
}

void judge_tape_release(struct judge_tape *tape)
{
    judge_tape_close(tape);
    buffer_release(&tape->head);
}

static void open_item(struct judge_tape *tape, struct judge_work *work)
{
    struct judge_exchange *out = &work->out;
    judge_tape_close(tape);
    out->wire =
        memory_grow(out->wire, out->wire_count + 1, &work->wire_capacity, sizeof *out->wire);
    tape->open = &out->wire[out->wire_count++];
    *tape->open = (struct judge_wire){.time_us = TRANSCRIPT_NO_TIME};
}

/* ---- items ------------------------------------------------------------ */

void judge_tape_sent(struct judge_tape *tape, struct judge_work *work, bool is_command,
                     const uint8_t *bytes, const struct transcript_item *item)
{
    open_item(tape, work);
    tape->open->is_sent = true;
    tape->open->kind = is_command ? "command" : "data";
    tape->open->line = item->line;
    tape->open->time_us = item->time_us;
    take(tape, bytes, item->size);
    judge_tape_close(tape);
}

/* Owns: the caller; NULL: there are none. */
static char *deviation_names(uint32_t deviations)
{
    struct buffer out = {0};
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++) {
        if ((deviations & (1u << bit)) == 0) continue;
        if (out.size > 0) buffer_append_text(&out, ",");
        buffer_append_text(&out, atp_deviation_name(bit));
    }
    char *text = out.size == 0 ? NULL : memory_slice((const char *)out.bytes, out.size);
    buffer_release(&out);
    return text;
}

/* Whether the event is a further span of the item under way. */
static bool continues(const struct judge_tape *tape, const struct atp_event *event)
{
    const struct judge_wire *open = tape->open;
    if (open == NULL || open->offset + open->size != event->offset) return false;
    return strcmp(open->kind, atp_kind_name(event->kind)) == 0
           && (tape->goes_on || event->kind == ATP_KIND_STREAM);
}

void judge_tape_event(struct judge_tape *tape, struct judge_work *work,
                      const struct atp_event *event, size_t line, int64_t time_us)
{
    if (!continues(tape, event)) {
        open_item(tape, work);
        tape->open->kind = atp_kind_name(event->kind);
        tape->open->name = event->name == NULL ? NULL : atp_event_name(event);
        tape->open->offset = event->offset;
        tape->open->line = line;
        tape->open->time_us = time_us;
        tape->open->deviations = deviation_names(event->deviations);
    }
    take(tape, event->bytes, event->size);
    tape->goes_on = event->more != 0;
}
