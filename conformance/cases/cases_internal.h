/* What the parts of the case generator share. */
#ifndef CONFORMANCE_CASES_INTERNAL_H
#define CONFORMANCE_CASES_INTERNAL_H

#include "base/memory.h"
#include "cases/cases.h"

#define PAYLOAD_SIZE 5 /* bytes of every payload and upload */

/* How a case differs from the plainest of its form. */
struct cases_twist {
    const char *param; /* this parameter's value, NULL: none                */
    const char *text;  /* as it stands on the line                          */
    bool in_args;      /* where it is set                                   */
    bool in_response;
    const struct catalog_record *record; /* in this one alone, NULL: all    */
    bool optional;                       /* optional records come                             */
    unsigned repeats;                    /* how often repeated records come, 0: once          */
    size_t without;                      /* this element is left out, SIZE_MAX: none          */
    size_t twice;                        /* this element comes again after the last, likewise */
    size_t extra;                        /* a field too many in this element, likewise        */
    bool bare;                           /* optional arguments are left out                   */
};
#define CASES_PLAIN                                                                                \
    ((struct cases_twist){.without = SIZE_MAX, .twice = SIZE_MAX, .extra = SIZE_MAX})

/* What cases are made of: one edition of a set. */
struct cases_maker {
    const struct catalog_model *model;
    const struct catalog_set *set;
    const char *edition; /* NULL: it has none                               */
    const char *dialect;
    char *folder; /* quectel-ssl-ugxx                                       */
    struct cases *out;
    size_t file_capacity;
    struct cases_file *file; /* of the clause under way                     */
    const struct catalog_command *command;
    const struct catalog_form *form;
    const char *clause;
    LIST(char *) ids;                        /* all that are taken                                */
    const struct catalog_record *urc_record; /* to be put in, or NULL       */
    const struct catalog_set *urc_set;       /* that it is of               */
    size_t urc_place;                        /* after so many lines of the module */
    size_t line_count;                       /* of the module's in the case under way */
};

/* ---- cases.c: how a case is written ----------------------------------- */

/* `ID`, title and an empty line: what a case begins with. */
__attribute__((format(printf, 3, 4))) void cases_begin(struct cases_maker *maker, const char *title,
                                                       const char *name, ...);

/* The file of a clause. Files are kept in the order in which they come. */
void cases_open_file(struct cases_maker *maker, const char *clause);

void cases_put_command(struct cases_maker *maker, const struct cases_twist *twist);
void cases_put_echo(struct cases_maker *maker, const struct cases_twist *twist);
void cases_put_response(struct cases_maker *maker, const struct catalog_variant *variant,
                        const struct cases_twist *twist);
void cases_put_record(struct cases_maker *maker, const struct catalog_record *record,
                      const struct cases_twist *twist, bool extra);
/* A URC of `set`, whose parameters are the set's own. */
void cases_put_urc(struct cases_maker *maker, const struct catalog_set *set,
                   const struct catalog_record *record);
void cases_put_text(struct cases_maker *maker, const char *text);
void cases_put_deviation(struct cases_maker *maker, const char *rule, const char *clause,
                         const char *reason);

/* ---- cases_value.c: values -------------------------------------------- */

const struct catalog_param *cases_param(const struct cases_maker *maker,
                                        const struct catalog_field *field);

/* A legal value as it stands on the line. Owns: the caller. */
char *cases_example(const struct cases_maker *maker, const struct catalog_field *field,
                    bool is_length);

/* A number or a text of that size. Owns: the caller. */
char *cases_value_text(const struct catalog_param *param, bool quoted, int64_t value);

/* The ranges that hold for a field. */
const struct catalog_interval *cases_ranges(const struct catalog_field *field,
                                            const struct catalog_param *param, size_t *count);
bool cases_is_legal(const struct catalog_field *field, const struct catalog_param *param,
                    int64_t value);
bool cases_code(const struct catalog_param *param, const char *code, int64_t *out);
bool cases_is_number(const struct catalog_param *param);

/* ---- cases_rival.c: other notations of a prefix ------------------------ */

/* The most that another notation makes of a line that deviates from its own. */
enum cases_rival {
    CASES_RIVAL_NONE,
    CASES_RIVAL_NEARER, /* has a text there, or no field                    */
    CASES_RIVAL_COUNTS, /* the value would count a payload                  */
    CASES_RIVAL_TAKES   /* the line is legal as that notation               */
};

/* Of a line of `record` whose field at `place` is `text`; record->field_count
 * as `place`: `text` is one field more. */
enum cases_rival cases_find_rival(const struct cases_maker *maker,
                                  const struct catalog_record *record, size_t place,
                                  const char *text);

/* ---- cases_kinds.c: which cases there are ------------------------------ */

void cases_of_form(struct cases_maker *maker);

/* Small letters; what is neither letter nor digit becomes `other`, unless that
 * is NUL. */
void cases_lower(char *text, char other);

/* `httpaction-write`, with the keyword of a keyed form. Owns: the caller. */
char *cases_form_name(const struct cases_maker *maker);

/* The first variant in which the command succeeds, or NULL. */
const struct catalog_variant *cases_find_success(const struct catalog_form *form);

/* ---- cases_urc.c ------------------------------------------------------ */

void cases_of_urcs(struct cases_maker *maker);

#endif
