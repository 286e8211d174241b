/* Writes JSON piece by piece to a file. A text may hold any bytes: each byte is one
 * character of the string.
 *
 * jansson cannot write the store: it takes texts for UTF-8, writes `\n` and
 * `\u00E9` where the contract has `\u000a` and `\u00e9`, does not escape 0x7F, and
 * holds the whole document in memory. It is used to read stores, and to write
 * SARIF, whose texts are UTF-8 (text_shown). */
#ifndef REPORTS_JSON_OUT_H
#define REPORTS_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The functions write the commas. All members but `out` start as zero. */
struct json_out {
    FILE *out;
    bool begun; /* a comma is needed before the next member                 */
};

/* Opens an object `{` or a list `[`, as a member of a list or after a key; closes
 * it with `}` or `]`. */
void json_out_open(struct json_out *json, char bracket);
void json_out_close(struct json_out *json, char bracket);

/* A key of an object. Its value must follow. */
void json_out_key(struct json_out *json, const char *key);

/* Values. In a string a byte below 0x20 or above 0x7E is written `\u00xx`. */
void json_out_string(struct json_out *json, const char *text);
void json_out_unsigned(struct json_out *json, uint64_t number);
void json_out_signed(struct json_out *json, int64_t number);
void json_out_real(struct json_out *json, double number); /* nine digits */
void json_out_flag(struct json_out *json, bool flag);

#endif
