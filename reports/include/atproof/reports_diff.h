/* Compares two runs, and writes baselines; reports/README.md has the rules. */
#ifndef ATPROOF_REPORTS_DIFF_H
#define ATPROOF_REPORTS_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A difference of durations is evident if its corrected p is below this. */
#define REPORTS_DIFF_ALPHA 0.05

/* A run: one store or several, read as if joined. */
struct reports_diff_side {
    const char *name; /* as the user calls it                               */
    const char *const *stores;
    size_t store_count;
};

struct reports_diff_input {
    struct reports_diff_side sides[2]; /* old, new                          */
    bool is_baseline;                  /* what fails in new and does not in old is a regression,
                                        * also if old lacks it                              */
    bool strict;                       /* flakiness and what vanished without being a must are
                                        * regressions, too; and all of is_baseline          */
    bool partial;                      /* new is a part: what it lacks did not vanish       */
    const char *today;                 /* 2026-01-31: what expired before is not accepted   */
};

enum reports_diff_verdict {
    REPORTS_DIFF_GOOD,
    REPORTS_DIFF_REGRESSION,
    REPORTS_DIFF_NOTHING /* no case ran on both sides                       */
};

enum reports_diff_format {
    REPORTS_DIFF_TEXT, /* for a terminal                                    */
    REPORTS_DIFF_HTML,
    REPORTS_DIFF_MARKDOWN,
    REPORTS_DIFF_JSON, /* reports/diff.schema.json                          */
    REPORTS_DIFF_FORMAT_COUNT
};

struct reports_diff;

/* Complaints go to `errors` as `PATH:LINE: text`.
 * Returns: NULL if a store cannot be read. Owns: the caller closes it; texts of
 * the input are borrowed until then. */
struct reports_diff *reports_diff_open(const struct reports_diff_input *input, FILE *errors);
void reports_diff_close(struct reports_diff *diff);

enum reports_diff_verdict reports_diff_verdict(const struct reports_diff *diff);

/* Returns: false if anything written was lost. */
bool reports_diff_write(const struct reports_diff *diff, enum reports_diff_format format,
                        FILE *out);

/* ---- baselines -------------------------------------------------------- */

struct reports_baseline_input {
    const char *name; /* of the file, in reports and complaints             */
    const char *old;  /* the baseline there is; NULL: none yet              */
    struct reports_diff_side run;
    const char *today;
    const char *expires; /* of what is accepted now                         */
    const char *reason;  /* NULL: nothing is                                */
    bool prune;          /* drop what the run did not play                  */
};

/* Writes the baseline anew to `out`, and what changed in it to `report`. A failure that
 * is accepted already keeps its reason and its day, until that is over.
 * Returns: false with a complaint made; then the caller must discard `out`. */
bool reports_baseline_update(const struct reports_baseline_input *input, FILE *out, FILE *report,
                             FILE *errors);

#endif
