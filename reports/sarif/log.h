/* The parts of a SARIF log (OASIS, Static Analysis Results Interchange Format,
 * version 2.1.0). */
#ifndef REPORTS_SARIF_LOG_H
#define REPORTS_SARIF_LOG_H

#include "store/store.h"

#include <jansson.h>

/* The limits of GitHub's code scanning: it shows 5,000 results of a run and 10 tags
 * of a rule; it refuses more than 25,000 rules, more than 10 MB compressed, names
 * over 255 characters and descriptions over 1,024. */
#define SARIF_RESULTS_MAX     5000
#define SARIF_CLAUSES_SIZE    2000000 /* bytes, of rules without results    */
#define SARIF_SIZE_MAX        9000000 /* bytes, of rules and results; deflate never adds to them */
#define SARIF_NAME_COLUMNS    120
#define SARIF_TEXT_COLUMNS    300
#define SARIF_MESSAGE_COLUMNS 800

/* In the order of weight. */
enum sarif_level { SARIF_ERROR, SARIF_WARNING, SARIF_NOTE };

/* One result: a finding of an exchange, a case as a whole (no finding), or a finding
 * of a fuzzer. */
struct sarif_item {
    enum sarif_level level;
    const char *suppressed;                  /* `inSource`: the transcript declares it; `external`:
                                              * the case is expected to fail; NULL: it counts */
    const char *justification;               /* why it is suppressed; may be NULL         */
    const struct store_case *case_;          /* NULL: it is a fuzzer's      */
    const struct reports_exchange *exchange; /* both or none: none is the   */
    const struct reports_finding *finding;   /* case as a whole             */
    const struct store_fuzz *fuzzer;
    const struct reports_fuzz_finding *found;
    char fingerprint[64]; /* unique in the log                              */
    size_t index;         /* in the store                                   */
};

/* All items, the heaviest first, in the arena. Writes: *count. */
struct sarif_item *sarif_collect(const struct store *store, struct arena *arena, size_t *count);

/* Writes the fingerprints of the items, which must be in the order of the store. */
void sarif_fingerprint(struct sarif_item *items, size_t count);

/* The log under construction. */
struct sarif {
    const struct store *store;
    struct arena arena;
    void *rule_tree, *artifact_tree; /* tsearch: by id, by URI              */
    json_t *rules, *artifacts, *results;
    size_t size; /* bytes of all three, without indentation */
};

/* ---- places (place.c) ------------------------------------------------- */

/* A place in a file. `line` 0: not known; line 1 is written, because GitHub needs
 * one. `sha256` may be NULL. */
json_t *sarif_place(struct sarif *sarif, const char *path, size_t line, const char *sha256);

/* ---- rules (rules.c) -------------------------------------------------- */

/* The index of the item's rule in `rules`; the first use makes it. */
size_t sarif_rule_of(struct sarif *sarif, const struct sarif_item *item);

/* Adds the clauses of the store as rules, even those without results. */
void sarif_add_clauses(struct sarif *sarif);

/* The id of a rule. Borrows from the log. */
const char *sarif_rule_id(const struct sarif *sarif, size_t index);

/* ---- results (result.c, stack.c) -------------------------------------- */

json_t *sarif_result(struct sarif *sarif, const struct sarif_item *item);

/* The frames of a stack, one for each line. Returns: NULL if there are none. */
json_t *sarif_stack(struct sarif *sarif, const char *stack);

/* The physicalLocation of the first frame whose file is inside the current directory.
 * Returns: NULL if there is none. */
json_t *sarif_stack_place(struct sarif *sarif, const char *stack);

/* A frame: `#1 0x4a in on_line parser/src/frame.c:12:3`, or a part of that. */
struct sarif_frame {
    char *function; /* owned */
    char *path;     /* owned; NULL: not known */
    size_t line;    /* 0: not known */
};
struct sarif_frame sarif_read_frame(const char *text);
void sarif_frame_release(struct sarif_frame *frame);

/* ---- JSON ------------------------------------------------------------- */

/* The size of its text in bytes. */
size_t sarif_size(const json_t *value);

/* Takes the value. */
void sarif_set(json_t *object, const char *key, json_t *value);
void sarif_append(json_t *array, json_t *value);

/* Sets shown text (text.h). NULL sets nothing. */
void sarif_set_text(json_t *object, const char *key, const char *bytes);

/* A message of plain text: SARIF's placeholders (3.11.5) and links (3.11.6) are
 * escaped. Frees the bytes. */
json_t *sarif_message(char *bytes, size_t columns);

/* A string of shown text with the same escapes. */
json_t *sarif_escaped(const char *shown);

#endif
