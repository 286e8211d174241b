/* The transcript of a case that was played, as text. */
#ifndef CONFORMANCE_CASE_TEXT_H
#define CONFORMANCE_CASE_TEXT_H

#include "run/run.h"

struct case_text {
    struct buffer text;     /* a script                                     */
    struct buffer lines;    /* size_t: where each item of the record stands */
    struct buffer declared; /* struct judge_declared: its line is the number of the item
                             * that it belongs to, 1 the first               */
};

/* Owns: the caller releases *out with case_text_release. */
void case_text_make(const struct run *run, const struct run_case *item,
                    const struct transcript *record, struct case_text *out);
void case_text_release(struct case_text *text);

#endif
