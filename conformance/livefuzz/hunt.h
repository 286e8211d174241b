/* What `atproof fuzz` does: sequences of commands, one after the other, at a
 * module; what shows something new is kept and changed further, what breaks the
 * manual, the line or the module is made small and kept. */
#ifndef CONFORMANCE_HUNT_H
#define CONFORMANCE_HUNT_H

#include "base/memory.h"
#include "livefuzz/say.h"
#include "run/run.h"

#include <atproof/reports.h>

/* ---- one sequence ----------------------------------------------------- */

enum hunt_end {
    HUNT_WHOLE,
    HUNT_OURS,      /* an upload of a length that cannot be sent: no fault   */
    HUNT_NO_ANSWER, /* of one command: the module took further ones          */
    HUNT_HUNG,      /* it took none: reset, or power, or nothing brought it back */
    HUNT_REBOOTED,
    HUNT_VANISHED, /* the port                                              */
    HUNT_FLOODS,   /* it sends more than a record keeps: session.h          */
    HUNT_STOPPED
};

/* A sequence as it was played. */
struct hunt_played {
    enum hunt_end end;
    size_t count;    /* command lines that were said                  */
    size_t at;       /* the step that did not go well; SIZE_MAX: none */
    size_t unechoed; /* the first step whose echo did not come as it was sent; SIZE_MAX: none */
    enum recovery recovery; /* after HUNT_NO_ANSWER and HUNT_HUNG           */
    uint64_t size;          /* bytes of the module                           */
    struct judgement judgement;
    struct buffer text; /* the transcript, without its header             */
};
void hunt_played_release(struct hunt_played *played);

/* ---- findings --------------------------------------------------------- */

/* What tells one finding from another. */
struct hunt_key {
    char *rule;   /* of the judge, or hang, no-answer, reboot, vanished, floods, accepted-unknown */
    char *clause; /* `core/27.007-8.5`                                      */
    char *form;   /* `csq-execute`                                          */
    char *step;   /* the command line under way, escaped. No part of the key */
};

struct hunt_finding {
    struct hunt_key key;
    char *id; /* `fuzz/missing-final/core/27.007-8.5/csq-execute`           */
    char *path;
};

/* ---- the hunt --------------------------------------------------------- */

struct hunt_options {
    const struct run_options *run;
    const char *command; /* the command line                                */
    const char *allowed; /* words of leave.h                                */
    const char *const *selects;
    size_t select_count;
    uint64_t seed;
    uint64_t run_count; /* exchanges; 0: no limit                          */
    int64_t seconds;    /* 0: no limit                                     */
    bool blind;         /* what is new is not kept                          */
    bool is_virtual;    /* each sequence has a module just switched on      */
    const char *replay; /* a recording that is played, and nothing else; NULL: none */
    struct catalog_model *model;
};

/* Behaviours that were seen: hashes, open addressing. */
struct hunt_seen {
    struct hunt_slot {
        uint64_t hash; /* 0: empty                                          */
        uint64_t count;
    } * slots;
    size_t count, capacity;
};

/* A sequence that is changed further. */
struct hunt_kept {
    struct sequence sequence;
    uint64_t news; /* hash of what it showed first; 0: it is a seed          */
    bool is_pair;  /* that is a pair                                        */
};

#define HUNT_UNKNOWN  "+ATPROOF" /* a command that no module has               */
#define HUNT_HISTORY  3
#define HUNT_FORM_MAX 5  /* findings of one rule and clause that are told      */
#define HUNT_RULE_MAX 20 /* likewise, of one rule                              */

struct hunt {
    const struct hunt_options *options;
    struct run run;
    struct say say;
    struct hunt_seen seen;
    size_t behaviour_count; /* of them, without pairs                        */
    struct hunt_kept *corpus;
    size_t corpus_count, corpus_capacity;
    size_t seed_count;                     /* of the corpus: what it began with */
    struct sequence history[HUNT_HISTORY]; /* played last, the last first     */
    struct hunt_finding *findings;
    size_t finding_count, finding_capacity;
    size_t untold; /* further forms of what was told                         */
    LIST(struct reports_sample) samples;
    LIST(struct reports_fuzz_finding) faults; /* texts owned               */
    int64_t begun_us, told_us;
    uint64_t exchange_count;
};

/* Returns: an exit code. */
int hunt(const struct hunt_options *options);

/* ---- its parts -------------------------------------------------------- */

/* play_steps.c: says a sequence. Owns: the caller releases *out. */
void hunt_play(struct hunt *hunt, const struct sequence *sequence, struct hunt_played *out);

/* behave.c: notes what a sequence showed. */
struct hunt_news {
    size_t steps;  /* so many it took to show all that is new; 0: nothing is */
    uint64_t hash; /* of what is new: a behaviour, else a pair of them       */
    bool is_pair;
};
struct hunt_news hunt_note(struct hunt *hunt, const struct hunt_played *played);
uint64_t hunt_seen_count(const struct hunt_seen *seen, uint64_t value);
bool hunt_succeeded(const struct reports_exchange *exchange);
void hunt_seen_release(struct hunt_seen *seen);

/* key.c: the findings of a played sequence, from the `index`-th on. Returns: false
 * if there are no more. Owns: the caller releases *out. */
bool hunt_find(const struct hunt *hunt, const struct hunt_played *played, size_t index,
               struct hunt_key *out);
bool hunt_has(const struct hunt *hunt, const struct hunt_played *played,
              const struct hunt_key *key);
bool hunt_is_same(const struct hunt_key *a, const struct hunt_key *b);
bool hunt_is_fault(const struct hunt_key *key); /* hang, reboot             */
void hunt_key_release(struct hunt_key *key);

/* shrink.c: makes *sequence smaller while it shows the finding. Returns: false if it
 * did not show it again. Writes: *played if true, what it showed last. Owns: the
 * caller releases it. */
bool hunt_shrink(struct hunt *hunt, struct sequence *sequence, const struct hunt_key *key,
                 struct hunt_played *played);

/* keep.c: files and results. */
bool hunt_open_store(struct hunt *hunt);
bool hunt_close_store(struct hunt *hunt);
void hunt_keep_corpus(struct hunt *hunt, const struct sequence *sequence,
                      const struct hunt_played *played);
/* Looks at all findings of a sequence; keeps and tells those that are new. */
void hunt_take_findings(struct hunt *hunt, const struct sequence *sequence,
                        const struct hunt_played *played);

/* vary.c: where sequences come from. Whether a line may be said by --allow. */
bool hunt_may_say(const struct hunt *hunt, const char *line);
void hunt_add(struct hunt *hunt, const struct sequence *sequence, const struct hunt_news *news);
bool hunt_read_seeds(struct hunt *hunt);
bool hunt_read_sequence(struct hunt *hunt, const char *path, struct sequence *out);
void hunt_vary(struct hunt *hunt, struct sequence *out);

#endif
