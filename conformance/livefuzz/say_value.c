/* Values of arguments: the catalogue's, its boundaries, and what is beyond. */
#include "livefuzz/say_internal.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT_MAX     600 /* bytes of an upload: a longer one says no more        */
#define SIZE_MAX_SAID 300

/* A parameter where it stands. */
struct place {
    struct say *say;
    const struct say_form *form;
    const struct catalog_field *field;
    const struct catalog_param *param;
    const struct catalog_interval *ranges;
    size_t range_count;
};

static bool is_number(const struct catalog_param *param)
{
    return param->type == ATP_TYPE_INT || param->type == ATP_TYPE_HEX
           || param->type == ATP_TYPE_CODE;
}

static char *number_text(const struct place *place, int64_t value)
{
    if (place->param->type == ATP_TYPE_HEX)
        return memory_format("%" PRIX64, (uint64_t)value & 0xFFFFFFFFFFu);
    return memory_format(place->field->quoted ? "\"%" PRId64 "\"" : "%" PRId64, value);
}

static char *sized_text(const struct place *place, size_t size)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789._-/:";
    bool quoted = place->param->type == ATP_TYPE_STRING || place->field->quoted;
    if (size > SIZE_MAX_SAID) size = SIZE_MAX_SAID;
    char *text = memory_new(size + 3, 1);
    for (size_t i = 0; i < size; i++)
        text[i + quoted] = alphabet[say_below(place->say, sizeof alphabet - 1)];
    if (quoted) text[0] = text[size + 1] = '"';
    return text;
}

static char *text_of(const struct place *place, int64_t value)
{
    if (is_number(place->param)) return number_text(place, value);
    return sized_text(place, value > 0 ? (size_t)value : 0);
}

/* ---- legal ------------------------------------------------------------ */

static char *legal_code(const struct place *place)
{
    const struct catalog_table *table =
        place->param->table == NULL ? NULL
                                    : catalog_find_table(place->form->set, place->param->table);
    const struct catalog_value *values = table == NULL ? place->param->values : table->values;
    size_t count = table == NULL ? place->param->value_count : table->value_count;
    if (count == 0) return NULL;
    const char *code = values[say_below(place->say, count)].code;
    bool quoted = place->field->quoted || place->param->type == ATP_TYPE_STRING;
    return quoted ? memory_format("\"%s\"", code) : memory_text(code);
}

static char *within_range(const struct place *place)
{
    int64_t least = is_number(place->param) ? 0 : 1;
    if (place->range_count == 0) return text_of(place, least + (int64_t)say_below(place->say, 20));
    const struct catalog_interval *range =
        &place->ranges[say_below(place->say, place->range_count)];
    int64_t span = (int64_t)range->max - range->min + 1;
    if (span > 40) span = 40;
    return text_of(place, range->min + (int64_t)say_below(place->say, (uint64_t)span));
}

static char *learnt(const struct place *place, size_t at)
{
    struct say *say = place->say;
    const char *found = NULL;
    size_t seen = 0;
    for (size_t i = 0; i < say->example_count; i++) {
        const struct say_example *example = &say->examples[i];
        if (example->place != at || strcasecmp(example->command, place->form->command->name) != 0)
            continue;
        if (say_once_in(say, ++seen)) found = example->text;
    }
    return found == NULL ? NULL : memory_text(found);
}

static char *legal(const struct place *place, size_t at)
{
    char *text = NULL;
    if (say_once_in(place->say, 2)) text = learnt(place, at);
    if (text == NULL && say_once_in(place->say, 2)) text = legal_code(place);
    return text == NULL ? within_range(place) : text;
}

/* ---- boundaries ------------------------------------------------------- */

static char *boundary(const struct place *place)
{
    if (place->range_count == 0) return within_range(place);
    const struct catalog_interval *range =
        &place->ranges[say_below(place->say, place->range_count)];
    return text_of(place,
                   say_once_in(place->say, 2) || range->max == INT32_MAX ? range->min : range->max);
}

static char *beyond(const struct place *place)
{
    if (place->range_count == 0) return text_of(place, -1);
    const struct catalog_interval *last = &place->ranges[place->range_count - 1];
    bool below = say_once_in(place->say, 2) || last->max == INT32_MAX;
    return text_of(place, below ? (int64_t)place->ranges[0].min - 1 : (int64_t)last->max + 1);
}

/* ---- what no manual has ----------------------------------------------- */

static char *long_text(const struct place *place)
{
    size_t size = (size_t)1 << (6 + say_below(place->say, 4));
    char *text = memory_new(size + 3, 1);
    memset(text, is_number(place->param) ? '9' : 'L', size + 2);
    if (!is_number(place->param)) text[0] = text[size + 1] = '"';
    return text;
}

static char *wrong(const struct place *place)
{
    static const char *const texts[] = {
        "",
        "1x2z",
        "\"1\"",
        "word",
        "\"\"",
        "\"",
        "\"un;closed",
        "-1",
        "4294967296",
        "2147483648",
        "99999999999999999999",
        "0x10",
        "+1",
        "00000001",
        "1.5",
        "\"a\\22b\\5Cc\"",
        "\"\\ZZ\"",
        "\"a,b\"",
        "\"\x80\xC3\xA4\xFF\"",
        "\xFF",
        " 1",
        "1 ",
        "?",
        "(0-1)",
        "%s%n",
        "\"../../x\"",
    };
    if (say_once_in(place->say, 8)) return long_text(place);
    return memory_text(texts[say_below(place->say, sizeof texts / sizeof texts[0])]);
}

/* ---- the argument ----------------------------------------------------- */

/* How many bytes an upload has: never so many that it cannot be done. */
static char *upload_count(const struct place *place)
{
    uint64_t kind = say_below(place->say, 10);
    if (kind == 0) return beyond(place);
    if (kind == 1) return wrong(place);
    if (kind == 2 && place->range_count > 0) return text_of(place, place->ranges[0].min);
    return text_of(place, 1 + (int64_t)say_below(place->say, COUNT_MAX));
}

char *say_argument(struct say *say, const struct say_form *form, size_t place)
{
    const struct catalog_field *field = &form->form->syntax.args[place];
    if (field->kind == CATALOG_FIELD_KEYWORD) return memory_format("\"%s\"", field->text);
    struct place at = {.say = say, .form = form, .field = field};
    if (field->kind == CATALOG_FIELD_PARAM)
        at.param = catalog_find_param(form->set, form->command, form->edition, field->text);
    if (at.param == NULL) return memory_text(field->text);
    bool own = field->range_count > 0;
    at.ranges = own ? field->ranges : at.param->ranges;
    at.range_count = own ? field->range_count : at.param->range_count;
    if (form->form->upload == CATALOG_UPLOAD_COUNTED && form->form->upload_arg == place)
        return upload_count(&at);
    uint64_t kind = say_below(say, 20);
    if (kind < 13) return legal(&at, place);
    if (kind < 16) return boundary(&at);
    if (kind < 18) return beyond(&at);
    return wrong(&at);
}
