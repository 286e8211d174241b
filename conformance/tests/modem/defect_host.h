/* A host that holds a session with a module that has defects, and what the judge
 * finds of it. */
#ifndef ATPROOF_DEFECT_HOST_H
#define ATPROOF_DEFECT_HOST_H

#include "base/buffer.h"
#include "defect_sample.h"
#include "judge/judge.h"
#include "modem/modem.h"

#define DIALECT_MOST 3

extern const char *const defect_dialects[DIALECT_MOST];

struct host {
    struct modem *modem;
    int64_t now;
    struct buffer heard; /* all of it                                       */
    size_t told;         /* of it, to the transcript                        */
    size_t typed_at;     /* where it was when the host last typed           */
    int patience_ms;
    struct transcript_builder builder;
};

/* A session of the trial, held to its end. Release: host_release. */
struct host hold_session(const struct defect_trial *trial, const char *dialect,
                         const struct modem_options *how);

/* Judges what it typed and heard. `dialect`: index in defect_dialects. */
void judge_session(struct host *host, size_t dialect, struct judgement *out);

/* Whether it heard what the trial wants, and not what it does not want. */
bool is_as_expected(const struct defect_trial *trial, const struct host *host);

/* No finding above an information. */
bool is_clean(const struct judgement *judgement);

/* The finding that the trial names. */
bool has_finding(const struct judgement *judgement, const struct defect_trial *trial);

/* Prints what was heard and found. */
void host_tell(const struct defect_trial *trial, const char *dialect, uint64_t seed,
               const struct host *host, const struct judgement *judgement);

void host_release(struct host *host, struct judgement *judgement);

/* Whether the trial is one of that dialect. */
bool shows_in(const struct defect_trial *trial, size_t dialect);

/* Whether no earlier trial has the same session in that dialect. */
bool is_first(const struct defect_trial *trial, size_t dialect);

/* is_as_expected, by all trials of the session. */
bool is_as_all_expect(const struct defect_trial *trial, size_t dialect, const struct host *host);

/* Of a group of tests: catalogue and server. */
int defect_set_up(void **state);
int defect_tear_down(void **state);

#endif
