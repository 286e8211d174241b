/* Lines from records, values from ranges. */
#include "say.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- text ------------------------------------------------------------- */

void said_put(struct said *said, const void *bytes, size_t size)
{
    size_t room = sizeof said->bytes - said->size;
    if (size > room) size = room;
    memcpy(said->bytes + said->size, bytes, size);
    said->size += size;
}

void said_text(struct said *said, const char *text)
{
    said_put(said, text, strlen(text));
}

static void say_number(struct said *said, int64_t value)
{
    char text[24];
    said_put(said, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)value));
}

void say_boundary(struct said *said, struct random *random)
{
    static const char *const boundaries[] = {
        "0",
        "1",
        "2",
        "-1",
        "",
        "00",
        "007",
        "9",
        "10",
        "63",
        "64",
        "65",
        "127",
        "128",
        "255",
        "256",
        "999",
        "1024",
        "1500",
        "4095",
        "4096",
        "32767",
        "32768",
        "65535",
        "65536",
        "999999999",
        "1000000000",
        "2147483647",
        "2147483648",
        "-2147483648",
        "4294967295",
        "4294967296",
        "4294967297",
        "4294967301",
        "-0",
        "9223372036854775807",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551621",
        "99999999999999999999999",
        "0x10",
        "FFFFFFFF",
        "100000000",
        "111111111",
        "0x1FFFFFFFF",
        "1e3",
        "1.5",
    };
    said_text(said, boundaries[random_index(random, COUNT_OF(boundaries))]);
}

/* ---- fields ----------------------------------------------------------- */

/* A number of the range, at its ends more often than not. */
static int64_t pick_number(struct random *random, const struct atp_catalog *catalog,
                           const struct atp_param *param)
{
    unsigned further = (param->type & ATP_PARAM_INTERVALS) >> 4;
    if (param->range == 0) return random_index(random, random_one_in(random, 4) ? 100000 : 4);
    const struct atp_range *range =
        &catalog->ranges[param->range + random_index(random, further + 1)];
    int64_t min = range->min;
    int64_t max = range->max == INT32_MAX ? min + 1000 : range->max;
    switch (random_index(random, 8)) {
    case 0: return min - 1;
    case 1: return max + 1;
    case 2:
    case 3: return max;
    case 4: return min;
    default: return min + (int64_t)random_below(random, (uint64_t)(max - min + 1));
    }
}

static void say_hex(struct said *said, struct random *random, int64_t value)
{
    char text[24];
    const char *form = random_one_in(random, 2) ? "%llX" : "0x%llx";
    said_put(said, text, (size_t)snprintf(text, sizeof text, form, (unsigned long long)value));
}

/* Text that a field may hold, quoted or bare. */
static void say_word(struct said *said, struct random *random, bool quoted)
{
    static const char *const words[] = {
        "a",  "IP", "tcp", "host.example", "10.0.0.1", "cert.pem",  "INITIAL",
        "OK", "AT", "0",   "23",           "a b",      "http://a/", "SSLClient",
    };
    static const char *const strings[] = {
        "",    "a,b", "\\22", "\\5C",    "a\"b", "\"", "\xC3\xA9", "\xFF",
        "(1)", " a ", ",",    "+CSQ: 1", "+1x",  "\r", ";",        ">",
    };
    if (quoted && random_one_in(random, 3))
        said_text(said, strings[random_index(random, COUNT_OF(strings))]);
    else said_text(said, words[random_index(random, COUNT_OF(words))]);
}

static void say_set(struct said *said, struct random *random)
{
    static const char *const sets[] = {
        "(0-4)",     "(0,1)",   "(1-5)",        "<url>", "\"ADDRESS\"",
        "(\"a,b\")", "((0-1))", "[,(0-65535)]", "",      "0-4"};
    said_text(said, sets[random_index(random, COUNT_OF(sets))]);
}

static void say_quoted(struct said *said, struct random *random, const char *text)
{
    said_text(said, "\"");
    if (text != NULL) said_text(said, text);
    else say_word(said, random, true);
    said_text(said, "\"");
}

static void say_value(struct said *said, struct random *random, const struct atp_catalog *catalog,
                      const struct atp_param *param)
{
    const char *literal = catalog->text + param->name;
    switch ((enum atp_type)(param->type & ATP_PARAM_TYPE)) {
    case ATP_TYPE_INT: say_number(said, pick_number(random, catalog, param)); break;
    case ATP_TYPE_HEX: say_hex(said, random, pick_number(random, catalog, param)); break;
    case ATP_TYPE_STRING: say_quoted(said, random, NULL); break;
    case ATP_TYPE_ANY:
        if (random_one_in(random, 2)) say_quoted(said, random, NULL);
        else say_word(said, random, false);
        break;
    case ATP_TYPE_CODE:
        if (random_one_in(random, 4)) say_word(said, random, false);
        else say_number(said, pick_number(random, catalog, param));
        break;
    case ATP_TYPE_WORD:
    case ATP_TYPE_REST: say_word(said, random, false); break;
    case ATP_TYPE_SET: say_set(said, random); break;
    case ATP_TYPE_LITERAL: said_text(said, literal); break;
    case ATP_TYPE_KEYWORD: say_quoted(said, random, literal); break;
    }
}

/* A legal value most of the time. */
static void say_field(struct said *said, struct random *random, const struct atp_catalog *catalog,
                      const struct atp_param *param)
{
    switch (random_index(random, 24)) {
    case 0: say_boundary(said, random); break;
    case 1: break; /* empty */
    case 2: say_quoted(said, random, NULL); break;
    case 3: say_word(said, random, false); break;
    default: say_value(said, random, catalog, param); break;
    }
}

/* ---- lines ------------------------------------------------------------ */

/* Result codes have two names, `OK` and, after ATV0, `0`. */
static const struct atp_name *name_of(const struct atp_catalog *catalog,
                                      const struct atp_record *record, bool numeric)
{
    size_t index = (size_t)(record - catalog->records);
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        if (!numeric && (name->flags & ATP_NAME_NUMERIC) != 0) continue;
        if (index >= name->record && index < (size_t)name->record + name->record_count) return name;
    }
    return &catalog->names[0];
}

/* What stands between the name and the fields; seldom what the field has. */
static void say_separator(struct said *said, struct random *random, const struct atp_name *name)
{
    static const char *const separators[] = {":", ":  ", ",", "", " "};
    if ((name->flags & ATP_NAME_TAIL) != 0) said_text(said, " ");
    else if (!random_one_in(random, 16)) said_text(said, ": ");
    else said_text(said, separators[random_index(random, COUNT_OF(separators))]);
}

void say_record(struct said *said, struct random *random, const struct atp_catalog *catalog,
                const struct atp_record *record, uint32_t count)
{
    const struct atp_name *name = name_of(catalog, record, random_one_in(random, 24));
    const struct atp_param *params = &catalog->params[record->param];
    if ((name->flags & ATP_NAME_BARE) == 0) said_put(said, catalog->text + name->text, name->size);
    for (unsigned i = 0; i < record->param_count; i++) {
        bool optional = (params[i].type & ATP_PARAM_OPTIONAL) != 0;
        if (random_one_in(random, optional ? 3 : 40)) break;
        if (i > 0) said_text(said, ",");
        else if ((name->flags & ATP_NAME_BARE) == 0) say_separator(said, random, name);
        if (i + 1 == record->payload && !random_one_in(random, 12)) say_number(said, count);
        else say_field(said, random, catalog, &params[i]);
    }
    if (random_one_in(random, 40)) said_text(said, ",1");
}

static const struct atp_record *any_record(struct random *random, const struct atp_catalog *catalog)
{
    return &catalog->records[random_index(random, catalog->record_count)];
}

void say_any(struct said *said, struct random *random, const struct atp_catalog *catalog)
{
    say_record(said, random, catalog, any_record(random, catalog), random_index(random, 24));
}

void say_urc(struct said *said, struct random *random, const struct atp_catalog *catalog)
{
    const struct atp_record *record = any_record(random, catalog);
    for (unsigned tries = 0; tries < 64 && record->role != ATP_ROLE_URC; tries++)
        record = any_record(random, catalog);
    say_record(said, random, catalog, record, random_index(random, 24));
}

void say_payload(struct said *said, struct random *random, size_t size)
{
    static const char *const pieces[] = {
        "0123456789", "\r\nOK\r\n",         "\r\n", "\n",       "+CSQ: 1,2\r\n",
        "ERROR\r\n",  "\r\nNO CARRIER\r\n", "> ",   "AT\r",     "a",
        "\xFF",       "+HTTPREAD: 0\r\n",   "\x1A", "\032AT\r",
    };
    size_t end = said->size + size;
    while (said->size < end && said->size < sizeof said->bytes) {
        if (random_one_in(random, 8)) said_put(said, "\0", 1);
        said_text(said, pieces[random_index(random, COUNT_OF(pieces))]);
    }
    if (said->size > end) said->size = end;
}
