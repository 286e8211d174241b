/* JSON, written piece by piece. Escapes of RFC 8259, section 7. */
#include "base/json_out.h"

#include <inttypes.h>

static void put_comma(struct json_out *json)
{
    if (json->begun) fputc(',', json->out);
    json->begun = true;
}

static void put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte > 0x7E) fprintf(out, "\\u%04x", byte);
        else fputc(byte, out);
    }
    fputc('"', out);
}

void json_out_open(struct json_out *json, char bracket)
{
    put_comma(json);
    fputc(bracket, json->out);
    json->begun = false;
}

void json_out_close(struct json_out *json, char bracket)
{
    fputc(bracket, json->out);
    json->begun = true;
}

void json_out_key(struct json_out *json, const char *key)
{
    put_comma(json);
    put_quoted(json->out, key);
    fputc(':', json->out);
    json->begun = false;
}

void json_out_string(struct json_out *json, const char *text)
{
    put_comma(json);
    put_quoted(json->out, text);
}

void json_out_unsigned(struct json_out *json, uint64_t number)
{
    put_comma(json);
    fprintf(json->out, "%" PRIu64, number);
}

void json_out_signed(struct json_out *json, int64_t number)
{
    put_comma(json);
    fprintf(json->out, "%" PRId64, number);
}

void json_out_real(struct json_out *json, double number)
{
    put_comma(json);
    fprintf(json->out, "%.9g", number);
}

void json_out_flag(struct json_out *json, bool flag)
{
    put_comma(json);
    fputs(flag ? "true" : "false", json->out);
}
