/* JSON, written piece by piece to a file: a text of any bytes, one character a byte.
 *
 * jansson cannot do that: it takes a string for UTF-8, writes `\n` and `\u00E9`
 * where the store's contract has `\u000a` and `\u00e9`, leaves 0x7F bare, and
 * holds a whole document in memory. It reads stores, and writes SARIF, whose texts
 * are shown text. */
#ifndef REPORTS_JSON_OUT_H
#define REPORTS_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Commas come by themselves. All but `out` begins as zero. */
struct json_out {
    FILE *out;
    bool begun; /* the object or list has a member                          */
};

/* `{` or `[`, as a member of a list or after a key; and its end. */
void json_out_open(struct json_out *json, char bracket);
void json_out_close(struct json_out *json, char bracket);

/* Of an object; a value comes next. */
void json_out_key(struct json_out *json, const char *key);

/* Values. A byte below 0x20 or above 0x7E is `\u00xx`. */
void json_out_string(struct json_out *json, const char *text);
void json_out_unsigned(struct json_out *json, uint64_t number);
void json_out_signed(struct json_out *json, int64_t number);
void json_out_real(struct json_out *json, double number); /* nine digits */
void json_out_flag(struct json_out *json, bool flag);

#endif
