/* What the parts of the judge share. */
#ifndef CONFORMANCE_JUDGE_INTERNAL_H
#define CONFORMANCE_JUDGE_INTERNAL_H

#include "base/buffer.h"
#include "base/digest.h"
#include "judge/judge.h"

#define NO_INDEX        SIZE_MAX
#define JUDGE_SEEN_TEXT 160 /* bytes of a command or line that findings show */

/* A stretch of the module's bytes, and where it stands. */
struct span {
    uint64_t offset;
    uint64_t size;
    size_t line;
};

/* A record that came, as it is laid against the variants. */
struct judge_seen {
    size_t record; /* in the catalogue                                      */
    struct span at;
    uint32_t deviations;
    bool is_final; /* a result code that ends a command                     */
    int64_t time_us;
    char *text; /* escaped                                                  */
};

/* One argument of a command as it was sent. */
struct judge_argument {
    char *text; /* without its quotes                                       */
    const struct catalog_param *param; /* NULL: a keyword or literal        */
    bool is_number;
    int64_t value;
};

/* An exchange while it is judged. */
struct judge_work {
    struct reports_exchange out; /* without its findings and its wire        */
    struct judge_place place;
    struct judge_found {
        enum judge_rule rule;
        struct reports_finding is;
    } * findings;
    struct reports_wire *wire;
    const struct atp_form *form;          /* NULL: none or unknown                   */
    const struct compiled_source *source; /* of the form; NULL likewise     */
    bool is_known;                        /* the catalogue has the command                       */
    bool several;                         /* of several commands in one line this is the last    */
    bool is_over;                         /* a further command was sent                          */
    bool has_final;
    bool expired; /* the host's clock ran out after the command         */
    bool expired_unfinished;
    bool in_stream;   /* a transparent stream has begun                     */
    bool prompted;    /* the module has asked for an upload                 */
    bool has_answers; /* of the preamble: lines that answer a command       */
    bool illegal;     /* an argument is not what the manual allows           */
    char *illegal_expected, *illegal_seen;
    uint64_t payload; /* bytes that came                                    */
    int64_t last_us;  /* latest time seen while it was under way            */
    struct judge_argument *arguments;
    size_t argument_count;
    struct judge_seen *seen;
    size_t seen_count, seen_capacity;
    size_t finding_count, finding_capacity;
    size_t wire_count, wire_capacity;
};

/* What the line's log keeps of the item under way. All zero: none is. */
struct judge_tape {
    struct reports_wire *open; /* NULL: none, or it is whole                  */
    bool goes_on;              /* the event announced a further span           */
    struct buffer head;        /* its first bytes                             */
    struct digest digest;      /* of an item longer than its text             */
};

struct judge {
    const struct compiled_catalog *compiled;
    const struct judge_options *options;
    struct judge_work *works; /* exchanges, the preamble first              */
    size_t work_count, work_capacity;
    struct reports_identity identity;
    uint64_t *record_counts;
};

/* ---- findings (judge_find.c) ------------------------------------------ */

/* Adds a finding. Owns: `expected` and `seen`, from malloc. `clause` NULL:
 * the rule's own, else the exchange's. */
void judge_add(struct judge_work *work, enum judge_rule rule, const char *clause, struct span at,
               char *expected, char *seen);

/* Marks what the transcript declares, adds what it declares in vain, and gives
 * each exchange its verdict. */
void judge_declare(struct judge *judge);
void judge_conclude(struct judge *judge);

/* ---- where an event belongs (judge_belongs.c) -------------------------- */

/* Whether the record answers the command of the exchange. */
bool judge_is_own(const struct judge *judge, const struct judge_work *work, size_t record);

/* Whether it is a result code that ends a command. */
bool judge_is_ending(const struct atp_event *event);

/* Whether the event is part of the response, and not of what comes unasked. */
bool judge_is_laid(const struct judge *judge, const struct judge_work *work,
                   const struct atp_event *event, size_t record);

/* The exchange whose result has still to come; NULL: none. */
struct judge_work *judge_find_awaiting(const struct judge *judge, size_t record);

/* ---- the log of the line (judge_wire.c) ------------------------------- */

void judge_tape_sent(struct judge_tape *tape, struct judge_work *work, bool is_command,
                     const uint8_t *bytes, const struct transcript_item *item);
void judge_tape_event(struct judge_tape *tape, struct judge_work *work,
                      const struct atp_event *event, size_t line, int64_t time_us);

/* The last item is whole. Before the works are touched otherwise, too. */
void judge_tape_close(struct judge_tape *tape);
void judge_tape_release(struct judge_tape *tape);

/* ---- the command (judge_command.c) ------------------------------------ */

/* Takes the arguments of a command line apart and notes what is illegal. */
void judge_command(const struct judge *judge, struct judge_work *work, const uint8_t *bytes,
                   size_t size);

/* ---- lines (judge_line.c) --------------------------------------------- */

/* Findings of one line and of its values. */
void judge_line(struct judge *judge, struct judge_work *work, const struct atp_event *event,
                struct span at);

/* Whether it is what the module reports of itself, and keeps it. */
void judge_identity(struct judge *judge, const struct judge_work *work,
                    const struct atp_event *event);

/* ---- the response (judge_response.c) ---------------------------------- */

/* Whether a result code or a record may stand for an element of a variant. */
bool judge_is_element(const struct atp_catalog *catalog, uint16_t element, size_t record);

/* Lays what came against the variants of the form. */
void judge_response(struct judge *judge, struct judge_work *work);

/* ---- the exchange as a whole (judge_over.c) --------------------------- */

void judge_exchange(struct judge *judge, struct judge_work *work);

#endif
