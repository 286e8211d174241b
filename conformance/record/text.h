/* Items as lines of a script, in canonical form. The language is in
 * corpus/README.md. All append to *out. */
#ifndef CONFORMANCE_RECORD_TEXT_H
#define CONFORMANCE_RECORD_TEXT_H

#include "record/tape.h"

/* The whole item, its line end included. */
void text_item(struct buffer *out, const struct tape_item *item);

/* `>> "…"`, `<< "…"`. */
void text_bytes(struct buffer *out, bool is_sent, const uint8_t *bytes, size_t size);

/* Text of a `>` or `<` line: a brace is doubled. */
void text_literal(struct buffer *out, const uint8_t *bytes, size_t size);

/* `text "…"`, or `hex …` if most of it is none. */
void text_payload(struct buffer *out, const uint8_t *bytes, size_t size);

/* `@ time: 1.25`. Units: microseconds. */
void text_time(struct buffer *out, int64_t time_us);

#endif
