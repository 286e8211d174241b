/* What `atproof run` does: cases, one after the other, against a module. */
#ifndef CONFORMANCE_RUN_H
#define CONFORMANCE_RUN_H

#include "mask/mask.h"
#include "outcome/kept_name.h"
#include "outcome/results.h"
#include "run/play.h"
#include "run/recover.h"
#include "run/rounds.h"

#define RUN_SETTING_MAX 64
#define RUN_FLOOD_MAX   8 /* cases that a module may flood: then the run ends   */

struct run_options {
    const char *command; /* of atproof, for complaints                       */
    const char *target;
    const char *dialect;        /* NULL: the module's own                    */
    const char *out;            /* folder of the store and the transcripts; NULL: none is kept */
    const char *const *selects; /* shell patterns of ids; none: all         */
    size_t select_count;
    int level;           /* enum script_level, -1: all               */
    const char *allowed; /* requirements, by commas; NULL: none      */
    const char *lacking; /* likewise: what the lab has not           */
    bool has_server;     /* server_host and ports are set            */
    bool strict, quiet;
    bool resumes;                /* `out` has a part of the run                             */
    unsigned shard, shard_count; /* 1 the first, of so many; 0: all          */
    unsigned repeats, retries;
    uint64_t seed;   /* of a virtual module                                   */
    int64_t clock_s; /* of a virtual module, 0: the machine's                 */
    bool offline;    /* a virtual module has no network                       */
    struct play_options play;
    struct recover_options recover;
    struct excuses excuses;
    const char *today;
    const volatile sig_atomic_t *stop;
};

/* A case of the run. */
struct run_case {
    const struct script_case *case_;
    const char *path; /* of its file                                      */
    const char *id;
    const char *skipped; /* why it does not run; NULL: it does              */
    bool needs_leave;    /* of the user: --allow                            */
    size_t order;        /* in which it was read                            */
};

/* The cases, and the files that they stand in. */
struct run_cases {
    struct run_case *items;
    size_t count, capacity;
    struct script *scripts;
    size_t script_count, script_capacity;
    char **paths; /* owned                                                  */
    size_t path_count, path_capacity;
    size_t read_count;    /* before run_select_cases                        */
    size_t dialect_count; /* of those, the dialect's                        */
};

/* Calls `take` with a file that the user named, or with the scripts below a folder, by
 * name. A link below the folder to a script or a folder is refused.
 * Returns: false with a complaint made, or if `take` does. */
typedef bool run_script_fn(void *user, const char *path);
bool run_each_script(const char *path, run_script_fn *take, void *user);

/* Reads files and folders of them; none: the cases that are built in.
 * Returns: false with a complaint made. */
bool run_read_cases(struct run_cases *cases, const char *const *paths, size_t path_count);
void run_release_cases(struct run_cases *cases);

/* Keeps those that the dialect has and the options ask for, says of each that
 * may not run why, and puts those that need leave first. */
void run_select_cases(struct run_cases *cases, const struct run_options *options,
                      const char *dialect);

/* The lines of the terminal or of a log while it runs. */
struct run_progress {
    bool is_terminal;
    bool quiet;
    size_t total, done, failed;
};
void run_progress_begin(struct run_progress *progress, size_t total, bool quiet);
void run_progress_case(struct run_progress *progress, const char *id);
/* `format`: why, in a line below; NULL: nothing. */
__attribute__((format(printf, 4, 5))) void run_progress_result(struct run_progress *progress,
                                                               const char *id, const char *outcome,
                                                               const char *format, ...);
void run_progress_end(struct run_progress *progress);

/* Why cases were left out at the end of a run: --resume plays them. */
#define RUN_STOPPED       "stopped"
#define RUN_PORT_LOST     "the port is lost"
#define RUN_MODULE_LOST   "the module does not answer any more"
#define RUN_MODULE_FLOODS "the module floods"

struct run {
    const struct run_options *options;
    struct line *line;
    struct session session;
    struct compiled_catalog *compiled;
    const char *dialect;
    struct play_options play;
    struct match_urc *urcs; /* the beginnings owned                           */
    struct mask *mask;      /* of values of --set that are secrets; NULL: not known yet */
    struct reports_identity identity;
    struct results_tally tally;
    struct run_progress progress;
    FILE *store;
    FILE *log;          /* of every byte; NULL: not yet                       */
    int folder;         /* of both and of the transcripts; -1: none is kept   */
    int64_t begun_us;   /* the time that its times count from                 */
    bool module_failed; /* hung, rebooted, or did not come back             */
    bool lab_failed;    /* the port or the line                             */
    bool lost;          /* nothing more can run                             */
    struct pace pace;   /* of the runner itself                             */
    uint64_t exchange_count;
    struct run_round *rounds; /* by id, in the order of their first one      */
    size_t round_count, round_capacity;
    size_t flood_count; /* cases that the module flooded                     */
};

/* Opens the line, looks whether a module is there, and who it is.
 * Returns: an exit code, EXIT_AS_EXPECTED if the run may begin; else with a
 * complaint made. */
int run_open(struct run *run, const struct run_options *options, struct catalog_model *model);
void run_close(struct run *run);

/* What is kept of the session: the record from item `first` on, without values of --set
 * that are secrets. Owns: the caller, `bytes`. */
struct transcript run_record(struct run *run, size_t first);

/* What was judged of the items from `first` on, which are kept as `kept`: by
 * run_record, or the first of those. Without secrets the judgement is the session's,
 * made as the bytes came; else what is kept is judged anew, so that no text of the
 * judgement has one. Item n stands in line `lines[n - 1]` of the transcript; of `options`
 * the declared lines are numbers of items, 1 the first.
 * Owns: the caller releases *out with judgement_release. */
void run_judge(struct run *run, size_t first, const struct transcript *kept, const size_t *lines,
               const struct judge_options *options, struct judgement *out);

/* A new file of the run's folder; `path` begins with options->out. Whatever was put
 * under that name meanwhile, nothing outside the folder is written.
 * Returns: NULL with a complaint made. */
FILE *run_create(const struct run *run, const char *path);

/* Appends to the log what was said since session_begin, with a comment before it. */
void run_log(struct run *run, const char *what);

/* Runs one case and keeps its result. `round`: of its id. */
void run_case(struct run *run, const struct run_case *item, size_t round);

/* Keeps that it did not run. */
void run_skip(struct run *run, const struct run_case *item, const char *why);

/* Whether `word` is in a list with commas; NULL is an empty one. */
bool run_is_listed(const char *list, const char *word);

#endif
