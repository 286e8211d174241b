/* Scripts: `.at` files as they are written, cases and recordings alike. The
 * language and its grammar are in corpus/README.md.
 *
 * A file holds one case or more. A case is a header and a body: a tree of
 * nodes. The literal bytes of module and host are a struct transcript;
 * script_expand makes one of each way in which the body can go. */
#ifndef CONFORMANCE_SCRIPT_H
#define CONFORMANCE_SCRIPT_H

#include "script/transcript.h"

/* ---- limits ----------------------------------------------------------- */

#define SCRIPT_FILE_SIZE_MAX      ((size_t)16 << 20) /* bytes of a file           */
#define SCRIPT_CASE_COUNT_MAX     ((size_t)100000)   /* cases of a file           */
#define SCRIPT_NODE_COUNT_MAX     ((size_t)1 << 20)  /* nodes of a file           */
#define SCRIPT_DEPTH_MAX          8                  /* groups within groups      */
#define SCRIPT_WAY_COUNT_MAX      256                /* ways of one case          */
#define SCRIPT_ORDER_MAX          64                 /* branches of an any-order  */
#define SCRIPT_URC_COUNT_MAX      32                 /* `@ urc:` of one case      */
#define SCRIPT_DEVIATES_COUNT_MAX 2048               /* `@ deviates:` of one case */
#define SCRIPT_VARIABLE_COUNT_MAX 256                /* names of `@ var:` in a file */

/* What all ways of all cases of a file may take together: so many items and lines, and
 * one more for each byte of the file; TRANSCRIPT_BYTES_SIZE_MAX bytes. */
#define SCRIPT_STEP_MAX ((size_t)1 << 16)

/* ---- texts with placeholders ------------------------------------------ */

/* How a placeholder is written on the line. */
enum script_type {
    SCRIPT_INT,    /* decimal, may be negative; the range limits the value  */
    SCRIPT_HEX,    /* hexadecimal; the range limits the value               */
    SCRIPT_STRING, /* in double quotes, which belong to it; range: size     */
    SCRIPT_WORD,   /* no comma, no quote, not empty; range: size            */
    SCRIPT_ANY,    /* a string or a word or nothing; range: size            */
    SCRIPT_REST    /* all to the end of the line; range: size               */
};

struct script_interval {
    int64_t min;
    int64_t max; /* INT64_MAX: open above */
};

enum script_part_kind {
    SCRIPT_LITERAL,   /* these bytes                                         */
    SCRIPT_REFERENCE, /* {name}: a variable, or what was captured before    */
    SCRIPT_CAPTURE    /* {name:type ranges=example}                          */
};

/* A part of a `>` or `<` line. */
struct script_part {
    enum script_part_kind kind;
    enum script_type type;
    const char *name;     /* NULL: a capture without a name                    */
    size_t slot;          /* with a name: which of the case's values it is     */
    const uint8_t *bytes; /* of a literal; of a capture's example           */
    size_t size;
    bool has_example;
    const struct script_interval *ranges;
    size_t range_count;
    size_t column; /* 1 the first                                           */
};

/* ---- payload ---------------------------------------------------------- */

enum script_payload_kind {
    SCRIPT_PAYLOAD_LENGTH,    /* any bytes, this many                       */
    SCRIPT_PAYLOAD_REFERENCE, /* any bytes, as many as {name} is            */
    SCRIPT_PAYLOAD_BYTES,     /* text, hex, file: exactly these             */
    SCRIPT_PAYLOAD_SHA256     /* bytes of this digest                       */
};

struct script_payload {
    enum script_payload_kind kind;
    const char *name;                     /* of a reference                                 */
    size_t slot;                          /* of a reference: which of the case's values     */
    const uint8_t *bytes;                 /* of bytes; of a digest, 32                      */
    uint64_t size;                        /* of a length, of bytes                          */
    const struct script_payload *example; /* NULL: none. What length and
                                           * reference give without one are
                                           * the digits 0123456789 in turn  */
};

/* ---- nodes ------------------------------------------------------------ */

enum script_node_kind {
    SCRIPT_LINE,       /* > < : parts                                       */
    SCRIPT_BYTES,      /* >> << : bytes; also "<" alone                     */
    SCRIPT_PAYLOAD,    /* >= <= : payload                                   */
    SCRIPT_EXPIRE,     /* the host's clock ran out here                     */
    SCRIPT_STREAM_END, /* the connection's owner ended the stream here      */
    SCRIPT_TIME,       /* what follows came at `number` microseconds        */
    SCRIPT_WITHIN,     /* what follows comes at most `number` microseconds
                        * after the command before it was sent              */
    SCRIPT_URC,        /* the line `parts` may come anywhere from here on;
                        * no parts: any that the dialect knows              */
    SCRIPT_DEVIATES,   /* rule, clause, reason: the exchange under way is
                        * known to deviate so                               */
    SCRIPT_EITHER,     /* one of the branches                               */
    SCRIPT_ANY_ORDER,  /* all branches, in any order                        */
    SCRIPT_OPTIONAL,   /* its branch, or nothing                            */
    SCRIPT_REPEAT      /* its branch, `min` to `max` times                  */
};

struct script_branch {
    struct script_node *nodes;
    size_t node_count;
    unsigned ways; /* in which it can go; SCRIPT_WAY_COUNT_MAX + 1: more than that */
};

struct script_node {
    enum script_node_kind kind;
    bool is_sent;  /* of line, bytes and payload: the host's                */
    size_t line;   /* in the file, 1 the first                              */
    size_t column; /* of its value, 1 the first                             */
    const struct script_part *parts;
    size_t part_count;
    const uint8_t *bytes;
    size_t size;
    const struct script_payload *payload;
    uint64_t number;
    uint64_t min, max; /* of repeat; max UINT64_MAX: open above             */
    const char *rule, *clause, *reason;
    const char *erratum; /* of deviates: clause of the erratum, or NULL     */
    const struct script_branch *branches;
    size_t branch_count;
    unsigned ways; /* as of a branch                                        */
};

/* ---- cases ------------------------------------------------------------ */

enum script_level { SCRIPT_MUST, SCRIPT_SHOULD, SCRIPT_INFO, SCRIPT_QUIRK };

/* A value of a header directive, and where it stands. */
struct script_value {
    const char *text; /* NULL: the header does not state it                 */
    size_t line;
    size_t column;
};

/* `@ var: name = text`. */
struct script_variable {
    struct script_value at;
    const char *name;
    const char *text; /* its default                                        */
    size_t slot;      /* which of the case's values it is                   */
};

/* What the ways of a file have taken of it. */
struct script_budget {
    size_t steps, bytes;
    size_t step_max;
    bool is_spent; /* a way was refused for it                              */
};

struct script_case {
    struct script_value id, dialect, title, source, erratum, generated;
    enum script_level level;              /* must where the header is silent */
    const struct script_value *requires_; /* network, sim, stores-files, …   */
    size_t requires_count;
    const struct script_variable *variables;
    size_t variable_count;
    const struct script_node *setup, *cleanup; /* SCRIPT_LINEs, sent live before and after it */
    size_t setup_count, cleanup_count;
    size_t line;       /* of its first line, 1 the first                          */
    size_t slot_count; /* values: variables of the file, captures, one a name */
    struct script_branch body;
    struct script_budget *budget; /* the file's                             */
};

/* A file. Owns all it points to. */
struct script {
    struct script_case *cases;
    size_t case_count;
    void *memory; /* private */
};

/* ---- reading ---------------------------------------------------------- */

/* Reads a script, from a file or from memory. `directory`: where the files
 * of `<= file …` are looked for; NULL: they are refused.
 * Owns: the caller releases *out with script_release.
 * Writes: *out if true, *error if false. */
bool script_read(const char *path, struct script *out, struct transcript_error *error);
bool script_parse(const void *text, size_t size, const char *directory, struct script *out,
                  struct transcript_error *error);

void script_release(struct script *script);

/* A way of a case was refused because the file's budget ended; so is every further
 * one. */
bool script_is_spent(const struct script *script);

/* Whether the name is that of a script: it ends in `.at`. */
bool script_is_name(const char *path);

/* "must", "should", "info", "quirk". */
const char *script_level_name(enum script_level level);

/* ---- writing ---------------------------------------------------------- */

/* Appends bytes as one string in quotes, with the escapes of the language. */
void script_put_string(struct buffer *out, const uint8_t *bytes, size_t size);

/* ---- its ways -------------------------------------------------------- */

/* A value given on the command line. */
struct script_setting {
    const char *name;
    const char *text;
};

struct script_settings {
    const struct script_setting *items;
    size_t count;
};

/* How many ways the case can go: the product of its choices. Either has one
 * way a branch, any-order as many as there are orders, optional two, repeat
 * its least, one more than that if it may, and its most if that is at most 4.
 * Returns: 1 … SCRIPT_WAY_COUNT_MAX, or 0 with *error written if there are
 * more. */
size_t script_way_count(const struct script_case *case_, struct transcript_error *error);

/* Way `way` (0 the first) as a transcript: placeholders have their examples,
 * references what was captured or set. A capture without an example takes the
 * first legal value (the least of its range, the word `x`, the string `"x"`).
 * Owns: the caller releases *out with transcript_release.
 * Settings that name no variable of the case are for other cases.
 * Returns: false with *error written if a payload has no example (a digest
 * alone), something is referred to that this way has not captured, or the ways of the
 * file have taken all of its budget. */
bool script_expand(const struct script_case *case_, const struct script_settings *settings,
                   size_t way, struct transcript *out, struct transcript_error *error);

/* ---- the canonical form ----------------------------------------------- */

/* Writes the text as it is written canonically; the same cases are read from
 * it, comments stay where they are. A canonical text comes out unchanged.
 * Appends: to *out. Returns: false with *error written if it is no script. */
bool script_format(const void *text, size_t size, struct buffer *out,
                   struct transcript_error *error);

#endif
