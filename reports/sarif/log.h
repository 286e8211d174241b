/* The parts of a SARIF log (OASIS, Static Analysis Results Interchange Format,
 * version 2.1.0). */
#ifndef REPORTS_SARIF_LOG_H
#define REPORTS_SARIF_LOG_H

#include "store/store.h"

#include <jansson.h>

/* What GitHub's code scanning takes: it shows 5,000 results of a run and 10 tags
 * of a rule, and refuses more than 25,000 rules, 10 MB compressed, names of more
 * than 255 characters and descriptions of more than 1,024. */
#define SARIF_RESULTS_MAX     5000
#define SARIF_CLAUSES_SIZE    2000000 /* bytes, of rules that nothing broke */
#define SARIF_SIZE_MAX        9000000 /* bytes, of rules and results: deflate makes no more of them */
#define SARIF_NAME_COLUMNS    120
#define SARIF_TEXT_COLUMNS    300
#define SARIF_MESSAGE_COLUMNS 800

/* In the order of weight. */
enum sarif_level { SARIF_ERROR, SARIF_WARNING, SARIF_NOTE };

/* What becomes a result: a finding of an exchange, a case as a whole (no
 * finding), or a finding of a fuzzer. */
struct sarif_item {
    enum sarif_level level;
    const char *suppressed;                  /* `inSource`: the transcript declares it; `external`:
                                              * the case is expected to fail; NULL: it counts */
    const char *justification;               /* of suppressed; may be NULL                */
    const struct store_case *case_;          /* NULL: of a fuzzer           */
    const struct reports_exchange *exchange; /* both or none: none is the   */
    const struct reports_finding *finding;   /* case as a whole             */
    const struct store_fuzz *fuzzer;
    const struct reports_fuzz_finding *found;
    char fingerprint[64]; /* no other item of the log has it                */
    size_t index;         /* in the store                                   */
};

/* All items, the heaviest first, in the arena. Writes: *count. */
struct sarif_item *sarif_collect(const struct store *store, struct arena *arena, size_t *count);

/* Fills in the fingerprints of the items, which are in the order of the store. */
void sarif_fingerprint(struct sarif_item *items, size_t count);

/* The log as it is made. */
struct sarif {
    const struct store *store;
    struct arena arena;
    void *rule_tree, *artifact_tree; /* tsearch: by id, by URI              */
    json_t *rules, *artifacts, *results;
    size_t size; /* bytes of all three, as they are without indentation */
};

/* ---- places (place.c) ------------------------------------------------- */

/* The line of the file; 0: not known, then line 1, because GitHub needs a line.
 * `sha256` may be NULL. */
json_t *sarif_place(struct sarif *sarif, const char *path, size_t line, const char *sha256);

/* ---- rules (rules.c) -------------------------------------------------- */

/* Where the item's rule stands in `rules`, made on first use. */
size_t sarif_rule_of(struct sarif *sarif, const struct sarif_item *item);

/* The clauses of the store as rules, also those that nothing broke. */
void sarif_add_clauses(struct sarif *sarif);

/* Its id. Borrows from the log. */
const char *sarif_rule_id(const struct sarif *sarif, size_t index);

/* ---- results (result.c, stack.c) -------------------------------------- */

json_t *sarif_result(struct sarif *sarif, const struct sarif_item *item);

/* Frames of a stack, a line each; NULL if it has none. */
json_t *sarif_stack(struct sarif *sarif, const char *stack);

/* The first of them with a line of a file within the current directory, as a
 * physicalLocation; NULL: none has. */
json_t *sarif_stack_place(struct sarif *sarif, const char *stack);

/* A frame: `#1 0x4a in on_line parser/src/frame.c:12:3`, or less of it. */
struct sarif_frame {
    char *function; /* owned */
    char *path;     /* owned; NULL: not known */
    size_t line;    /* 0: not known */
};
struct sarif_frame sarif_read_frame(const char *text);
void sarif_frame_release(struct sarif_frame *frame);

/* ---- JSON ------------------------------------------------------------- */

/* Bytes of its text. */
size_t sarif_size(const json_t *value);

/* Takes the value. */
void sarif_set(json_t *object, const char *key, json_t *value);
void sarif_append(json_t *array, json_t *value);

/* As shown text (text.h); bytes that are NULL set nothing. */
void sarif_set_text(json_t *object, const char *key, const char *bytes);

/* A message that is only text: what SARIF gives a meaning in one, placeholders
 * (3.11.5) and links (3.11.6), is escaped. Frees the bytes. */
json_t *sarif_message(char *bytes, size_t columns);

/* The same escapes of text that is shown already, as a string. */
json_t *sarif_escaped(const char *shown);

#endif
