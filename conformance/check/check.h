/* What `atproof check` does with its files: cases are judged, set against what
 * is expected of them, printed, and kept in a result store. */
#ifndef CONFORMANCE_CHECK_H
#define CONFORMANCE_CHECK_H

#include "catalog/compile/compile.h"
#include "mask/mask.h"
#include "outcome/results.h"
#include "script/capture.h"
#include "script/script.h"

#include <stdio.h>

struct check_options {
    const char *dialect; /* NULL: the case's own, else auto                 */
    const char *catalog; /* a file of the user's own, NULL: none            */
    bool strict;
    bool quiet;                       /* only what failed, and the summary                  */
    bool as_recorded;                 /* as if the files declared no deviation              */
    bool only_sent;                   /* raw files hold the host's bytes                    */
    const char *select;               /* shell pattern of ids, NULL: all                  */
    int level;                        /* enum script_level, -1: all                       */
    const struct capture_format *log; /* of files that are no scripts, NULL: raw bytes */
    struct script_settings settings;
    struct mask *mask; /* of values of --set that are secrets                */
    struct excuses excuses;
    const char *today; /* 2026-11-21, what excuses are set against          */
};

/* All members are private but the tally. */
struct check {
    const struct check_options *options;
    FILE *out;   /* what a person reads                                     */
    FILE *store; /* NULL: none is kept                                      */
    struct results_tally tally;
    struct check_tables {
        char *dialect;
        struct compiled_catalog *compiled;
    } tables[8];
    size_t table_count;
};

/* Judges one file. What cannot be read is complained of, and goes on. */
void check_file(struct check *check, const char *path);

/* The tables of a dialect, compiled once; NULL with a complaint made. */
const struct compiled_catalog *check_open_tables(struct check *check, const char *dialect);

void check_release(struct check *check);

#endif
