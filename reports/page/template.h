/* Templates of HTML: text with names in braces, filled from structs of C.
 *
 * page/README.md has the language; read.c has its grammar. A template is bound to
 * the shape of its values when it is read, so that each mistake in it (a name that
 * no value has, a section that is not closed, a value that is never used) is found
 * at once, whatever the values are. Each value is escaped on its way out (escape.h);
 * nothing inserts one unescaped. */
#ifndef REPORTS_TEMPLATE_H
#define REPORTS_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* ---- values ----------------------------------------------------------- */

/* The kind of a value; the type of the struct's member decides it. */
enum template_kind {
    TEMPLATE_TEXT,   /* const char *: any bytes; NULL: none                  */
    TEMPLATE_NUMBER, /* size_t                                               */
    TEMPLATE_REAL,   /* double                                               */
    TEMPLATE_FLAG,   /* bool                                                 */
    TEMPLATE_ONE,    /* const void *: a struct; NULL: none                   */
    TEMPLATE_LIST,   /* struct template_list                                 */
    TEMPLATE_EACH,   /* struct template_each                                 */
    TEMPLATE_FIRST,  /* `@first`: no member has it                           */
};

/* An array of structs. Borrowed until the page is written. */
struct template_list {
    const void *items;
    size_t count;
};

/* Structs that are made one at a time. `next` returns NULL after the last; what it
 * returns is read before it is called again. It may change other values of the
 * page: those that the template names after the section. */
struct template_each {
    const void *(*next)(void *cursor);
    void *cursor;
};

/* A member that templates know by its name. */
struct template_field {
    const char *name;
    enum template_kind kind;
    size_t offset;
    const struct template_shape *items; /* of ONE, LIST and EACH             */
};

/* The members of a struct, at most TEMPLATE_FIELDS_MAX. */
#define TEMPLATE_FIELDS_MAX 64
struct template_shape {
    const char *name;
    const struct template_field *fields;
    size_t field_count;
    size_t size; /* of the struct, bytes                                     */
};

#define TEMPLATE_KIND(value)                                                                       \
    _Generic((value),                                                                             \
        const char *: TEMPLATE_TEXT,                                                              \
        size_t: TEMPLATE_NUMBER,                                                                  \
        double: TEMPLATE_REAL,                                                                    \
        bool: TEMPLATE_FLAG,                                                                      \
        const void *: TEMPLATE_ONE,                                                               \
        struct template_list: TEMPLATE_LIST,                                                      \
        struct template_each: TEMPLATE_EACH)

/* A member that is a value, and one that is structs of another shape. */
#define TEMPLATE_VALUE(type, member)                                                               \
    {                                                                                              \
#member, TEMPLATE_KIND(((type *)0)->member), offsetof(type, member), NULL                  \
    }
#define TEMPLATE_PART(type, member, shape)                                                         \
    {                                                                                              \
#member, TEMPLATE_KIND(((type *)0)->member), offsetof(type, member), &(shape)              \
    }

/* The shape `name` of `type`, from an array of fields. */
#define TEMPLATE_SHAPE(type, array)                                                                \
    {                                                                                              \
#type, (array), sizeof(array) / sizeof((array)[0]), sizeof(type)                           \
    }

/* ---- templates -------------------------------------------------------- */

/* A file that templates are read from. A name that ends in `.html` is a template;
 * all else is inserted as it is. An array ends with a name of NULL. */
struct template_file {
    const char *name;
    const char *begin, *end;
};

struct template;

/* Reads the template `name` of the files, for values of the shape. The files are
 * borrowed. Returns: NULL, with what is wrong in `error` as FILE:LINE:COLUMN: TEXT
 * (at most `error_size` bytes with the NUL). Owns: the caller frees it. */
struct template *template_read(const struct template_file *files, const char *name,
                               const struct template_shape *shape, char *error, size_t error_size);

/* Writes it, filled with the values of a struct of the shape. */
void template_write(const struct template *is, const void *values, FILE *out);

void template_free(struct template *is);

#endif
