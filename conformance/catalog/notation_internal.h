/* Takes the manuals' notation apart: records, command syntax, ranges.
 *
 *     record   = [ "[" ] line [ "]" ] [ " ..." ] ;
 *     line     = ">" [ " " ] | name | name ": " fields | name " " fields | fields ;
 *     fields   = group { "," group | "[" "," fields "]" } [ payload ] ;
 *     group    = field | [ field ] | "[" fields "]" | "[" fields "," "]" field ;
 *     field    = "<" name [ "=" ranges ] ">" | '"<' name '>"'
 *              | '"' keyword '"' | "(" set ")" | literal | ;
 *     payload  = "<CR><LF><" name ">" ;
 *     ranges   = range { "," range } ;
 *     range    = number [ ".." [ number ] ] ;
 *     syntax   = "AT" command [ "?" | "=?" | "=" fields | fields ] ;
 *
 * A field without text (`,,`) is a set. Text is printable ASCII.
 */
#ifndef ATPROOF_CATALOG_NOTATION_INTERNAL_H
#define ATPROOF_CATALOG_NOTATION_INTERNAL_H

#include "catalog/model.h"

/* What is wrong with a notation, and at which of its bytes. */
struct notation_error {
    size_t offset;
    char text[160];
};

/* All return 0, or -1 with *error written and nothing owned by *out. */

/* Writes: notation, name, the flags and the fields of *out. */
int notation_parse_record(const char *text, struct catalog_record *out,
                          struct notation_error *error);

/* Writes: all of *out but `at`. `command` is the name, without AT. */
int notation_parse_syntax(const char *text, const char *command, struct catalog_syntax *out,
                          struct notation_error *error);

/* Writes: the intervals, ascending and apart. Owns: the caller, *out. */
int notation_parse_ranges(const char *text, size_t size, struct catalog_interval **out,
                          size_t *count, struct notation_error *error);

/* Joins two lists of intervals into one, ascending and apart. Owns: the
 * result; the lists are not freed. */
struct catalog_interval *notation_join_ranges(const struct catalog_interval *first,
                                              size_t first_count,
                                              const struct catalog_interval *second,
                                              size_t second_count, size_t *count);

/* Whether every value of `inner` is one of `outer`. */
bool notation_ranges_within(const struct catalog_interval *inner, size_t inner_count,
                            const struct catalog_interval *outer, size_t outer_count);

void notation_free_fields(struct catalog_field *fields, size_t count);

#endif
