/* The catalogue as its YAML files state it: every node with its clause and the
 * place it was read from. The schema is parser/catalog/README.md.
 *
 * A model owns all it points to; catalog_free releases it. Texts are
 * NUL-terminated UTF-8; NULL means that the file does not state it. Nothing moves
 * or changes once it is loaded, so pointers into a model stay good.
 */
#ifndef ATPROOF_CATALOG_MODEL_H
#define ATPROOF_CATALOG_MODEL_H

#include <atproof/catalog.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Where a node stands; line and column count from 1. */
struct catalog_location {
    const char *file; /* borrowed from the set */
    unsigned line;    /* 0: the file as a whole */
    unsigned column;
};

/* Closed interval of legal values or sizes; max INT32_MAX = open above. */
struct catalog_interval {
    int32_t min;
    int32_t max;
};

/* ---- secrets ----------------------------------------------------------- */

/* What a value tells to whoever reads a recording. */
enum catalog_secret {
    CATALOG_SECRET_NONE,
    CATALOG_SECRET_PASSWORD, /* a PIN too                                   */
    CATALOG_SECRET_USER,     /* an account's name                           */
    CATALOG_SECRET_TOKEN,    /* of an interface of a server                 */
    CATALOG_SECRET_KEY,      /* private, or shared                          */
    CATALOG_SECRET_IMEI,
    CATALOG_SECRET_IMSI,
    CATALOG_SECRET_ICCID,
    CATALOG_SECRET_NUMBER,   /* of a telephone                              */
    CATALOG_SECRET_POSITION, /* latitude, longitude                         */
    CATALOG_SECRET_CARD,     /* a file of the SIM in hexadecimal            */
    CATALOG_SECRET_MESSAGE,  /* text of an SMS                              */
    CATALOG_SECRET_COUNT
};

/* "password"; of NONE "none". */
const char *catalog_secret_name(enum catalog_secret secret);

/* The kind of that name; NONE if there is none. */
enum catalog_secret catalog_find_secret(const char *name);

/* ---- parameters -------------------------------------------------------- */

/* A code and what it means. */
struct catalog_value {
    char *code;
    char *meaning;
    struct catalog_location at;
};

/* A code table that several parameters share. */
struct catalog_table {
    char *name;
    char *clause;
    struct catalog_value *values;
    size_t value_count;
    struct catalog_location at;
};

/* A parameter. Of several of one name the edition's own goes first. */
struct catalog_param {
    char *name;
    char *edition; /* NULL: every edition */
    char *clause;
    enum atp_type type; /* ATP_TYPE_INT … ATP_TYPE_REST */
    enum catalog_secret secret;
    struct catalog_interval *ranges; /* ascending, apart; none: unlimited */
    size_t range_count;
    char *default_value;
    char *unit;
    char *note;
    struct catalog_value *values;
    size_t value_count;
    char *table; /* name of the table that holds its values instead */
    struct catalog_location at;
};

/* ---- records ----------------------------------------------------------- */

enum catalog_field_kind {
    CATALOG_FIELD_PARAM,   /* <name>, "<name>", <name=0>                    */
    CATALOG_FIELD_LITERAL, /* LEN                                           */
    CATALOG_FIELD_KEYWORD, /* "recv"                                        */
    CATALOG_FIELD_SET,     /* (0-4); also a field left empty in a test form */
};

/* One field of a record, or one argument of a command. */
struct catalog_field {
    enum catalog_field_kind kind;
    char *text;                      /* name of the parameter, or the text without quotes */
    bool quoted;                     /* "<name>"                                          */
    bool optional;                   /* may be absent                                     */
    bool can_be_empty;               /* [<name>]                                          */
    struct catalog_interval *ranges; /* <name=…>; none: the parameter's own */
    size_t range_count;
    size_t offset; /* of its first byte in the notation                 */
    struct catalog_location at;
};

/* One line of the module: an element of a response, a result code or an
 * unsolicited result code. */
struct catalog_record {
    char *notation; /* as written */
    char *name;     /* text before the colon, or all of it; NULL: no prefix  */
    bool has_colon;
    bool has_payload; /* a counted payload follows; the last field counts it */
    bool optional;    /* [record] */
    bool repeated;    /* record ... */
    struct catalog_field *fields;
    size_t field_count;
    struct catalog_location at;
};

/* ---- results, unsolicited result codes, errata ------------------------- */

enum catalog_class { CATALOG_FINAL, CATALOG_INTERMEDIATE, CATALOG_UNSOLICITED };

struct catalog_result {
    struct catalog_record record;
    char *clause;
    char *title;
    char *like;    /* the code it counts as in a response */
    char *numeric; /* its V0 form */
    char *tail;    /* parameter that may follow after a space */
    enum catalog_class rank;
    struct catalog_location at;
};

struct catalog_urc {
    struct catalog_record record;
    char *clause;
    char *edition;
    char *vendor; /* whose modules alone have it; NULL: all               */
    char *title;
    struct catalog_location at;
};

struct catalog_erratum {
    char *clause;
    char *text;
    struct catalog_location at;
};

/* ---- commands ---------------------------------------------------------- */

/* `AT+X="key",<a>[,<b>]` taken apart. A key is also its first argument. */
struct catalog_syntax {
    char *text; /* as written */
    enum atp_form_kind kind;
    char *key; /* NULL: answers to any first argument */
    struct catalog_field *args;
    size_t arg_count;
    struct catalog_location at;
};

/* One response that the manual states for a form. */
struct catalog_variant {
    char *label; /* the manual's own letter or number; it has none: its place in the form */
    char *when;
    struct catalog_record *elements;
    size_t element_count;
    struct catalog_location at;
};

/* How the bytes end that the host sends after the prompt. */
enum catalog_upload {
    CATALOG_UPLOAD_NONE,
    CATALOG_UPLOAD_COUNTED, /* an argument counts them                     */
    CATALOG_UPLOAD_CTRL_Z   /* 0x1A ends, 0x1B cancels                     */
};

struct catalog_form {
    struct catalog_syntax syntax;
    char *clause;           /* its own, else the command's */
    char *edition;          /* its own, else the command's; NULL: every edition */
    uint32_t time_limit_ms; /* its own, else the command's; 0: not stated */
    bool continues;
    enum catalog_upload upload;
    size_t upload_arg;          /* index of the argument that counts them */
    enum catalog_secret secret; /* what these bytes are                       */
    char *asks;                 /* argument that limits the payload, or NULL              */
    struct catalog_variant *variants;
    size_t variant_count;
    struct catalog_location at;
};

struct catalog_command {
    char *name; /* "+HTTPREAD", "E", "&D" */
    char *clause;
    char *title;
    char *edition;
    char *vendor; /* whose modules alone have it; NULL: all               */
    uint32_t time_limit_ms;
    struct catalog_param *params;
    size_t param_count;
    struct catalog_erratum *errata;
    size_t erratum_count;
    struct catalog_form *forms;
    size_t form_count;
    struct catalog_location at;
};

/* ---- secrets of what no command states --------------------------------- */

/* A command line, a line of the module, or both. A parameter is named by the
 * kind of secret that stands there; `-` may be anything. */
struct catalog_place {
    char *clause;
    char *name;                   /* of the command: `+CGAUTH`; NULL: no command */
    struct catalog_syntax syntax; /* of it                                   */
    char *after;                  /* command or prefix that the line follows; NULL: any */
    bool has_line;
    struct catalog_record line; /* without a name only with `after`          */
    enum catalog_secret upload; /* what the host sends after the command's prompt */
    struct catalog_location at;
};

/* ---- the whole --------------------------------------------------------- */

struct catalog_edition {
    char *name;
    char *document;
    char **models; /* parts of names of modules that have it, as AT+CGMM reports them */
    size_t model_count;
    struct catalog_location at;
};

/* Who makes modules: what `vendor` of a command or URC may name. */
struct catalog_vendor {
    char *name;
    char *manufacturer; /* part of what AT+CGMI reports                       */
    struct catalog_location at;
};

/* One command set: one file. */
struct catalog_set {
    char *file;
    char *name;
    char *title;
    char *document;
    struct catalog_edition *editions;
    size_t edition_count;
    struct catalog_vendor *vendors;
    size_t vendor_count;
    struct catalog_param *params;
    size_t param_count;
    struct catalog_table *tables;
    size_t table_count;
    struct catalog_result *results;
    size_t result_count;
    struct catalog_command *commands;
    size_t command_count;
    struct catalog_urc *urcs;
    size_t urc_count;
    struct catalog_place *places; /* `secrets`                               */
    size_t place_count;
    struct catalog_erratum *errata;
    size_t erratum_count;
    struct catalog_erratum
        *clauses; /* that ask for something without being a command's; `text` is what */
    size_t clause_count;
    struct catalog_location at;
};

struct catalog_model {
    struct catalog_set **sets;
    size_t set_count;
};

/* An empty model. */
struct catalog_model *catalog_new(void);
void catalog_free(struct catalog_model *model); /* NULL is fine */

/* ---- looking things up: NULL if there is none -------------------------- */

const struct catalog_set *catalog_find_set(const struct catalog_model *model, const char *name);

/* The parameter that <name> means in a record of `command` (NULL: of a URC or
 * a result) as `edition` (NULL: none) has it. */
const struct catalog_param *catalog_find_param(const struct catalog_set *set,
                                               const struct catalog_command *command,
                                               const char *edition, const char *name);

const struct catalog_command *catalog_find_command(const struct catalog_set *set, const char *name);

const struct catalog_table *catalog_find_table(const struct catalog_set *set, const char *name);

/* Whether an element of a response stands for a result code: it bears its name. */
bool catalog_is_result(const struct catalog_result *result, const struct catalog_record *element);

/* Whether a dialect of this vendor (NULL: of none) has what is `own` vendor's. */
bool catalog_is_of_vendor(const char *own, const char *vendor);

/* Whether a node of edition `own` (NULL: every) belongs to `wanted` (NULL: any). */
bool catalog_is_of_edition(const char *own, const char *wanted);

/* ---- loading ------------------------------------------------------------ */

#define CATALOG_FILE_SIZE_MAX (1u << 20) /* bytes; a larger file is refused        */
#define CATALOG_LINE_SIZE_MAX 4096u
#define CATALOG_ENTRY_MAX     1000u /* entries of one mapping or list             */
#define CATALOG_ERROR_MAX     20u   /* complaints written; the rest is counted    */

/* A complaint that is held back until all of them can be sorted. */
struct catalog_complaint {
    struct catalog_location at;
    char *text;
    size_t index; /* in the order they were made */
};

/* Takes complaints, one line each: PREFIX FILE:LINE:COL: text. */
struct catalog_errors {
    FILE *out;          /* NULL: count only */
    const char *prefix; /* "atproof: ", or "" */
    unsigned count;
    struct catalog_complaint *held; /* private, as what follows is */
    size_t held_count, held_capacity;
    bool holds;
    unsigned written;
};

/* Reads one file into `model` as a further set and checks it as far as that
 * goes alone. On failure the model is unchanged.
 * Returns: 0, or -1 with at least one complaint made. */
int catalog_load_file(struct catalog_model *model, const char *path, struct catalog_errors *errors);
int catalog_load_memory(struct catalog_model *model, const char *name, const void *bytes,
                        size_t size, struct catalog_errors *errors);

#endif
