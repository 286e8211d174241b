/* A dictionary for libFuzzer and AFL++: what a mutation could not guess. Each
 * entry is one quoted token; both take a line of the form "token".
 */
#include "base/escape.h"
#include "base/memory.h"
#include "catalog/emit/emit.h"

#include <stdlib.h>
#include <string.h>

struct tokens {
    char **list;
    size_t count, capacity;
};

static void add(struct tokens *tokens, char *text)
{
    tokens->list =
        memory_grow(tokens->list, tokens->count + 1, &tokens->capacity, sizeof(*tokens->list));
    tokens->list[tokens->count++] = text;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void put_token(FILE *out, const char *token)
{
    struct buffer line = {0};
    buffer_append_text(&line, "\"");
    escape_bytes(&line, token, strlen(token), ESCAPE_QUOTES);
    buffer_append_text(&line, "\"\n");
    fwrite(line.bytes, 1, line.size, out);
    buffer_release(&line);
}

/* Writes a section in order, each token once, and frees it. */
static void put_section(FILE *out, const char *title, struct tokens *tokens)
{
    fprintf(out, "\n# %s\n", title);
    if (tokens->count) qsort(tokens->list, tokens->count, sizeof(*tokens->list), by_text);
    for (size_t i = 0; i < tokens->count; i++)
        if (i == 0 || strcmp(tokens->list[i - 1], tokens->list[i]) != 0)
            put_token(out, tokens->list[i]);
    for (size_t i = 0; i < tokens->count; i++) free(tokens->list[i]);
    free(tokens->list);
    *tokens = (struct tokens){0};
}

/* ---- sections ------------------------------------------------------------ */

static bool has_result(const struct atp_catalog *catalog, const struct atp_name *name)
{
    return name->record_count > 0 && catalog->records[name->record].role == ATP_ROLE_RESULT;
}

static void put_lines(FILE *out, const struct atp_catalog *catalog)
{
    struct tokens results = {0};
    struct tokens prefixes = {0};
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        const char *text = catalog->text + name->text;
        bool is_plain = name->record_count > 0 && catalog->records[name->record].param_count == 0;
        if (name->flags & ATP_NAME_NUMERIC) add(&results, memory_format("%s\r", text));
        else if (has_result(catalog, name) && (is_plain || name->flags & ATP_NAME_TAIL))
            add(&results, memory_format("\r\n%s\r\n", text));
        else if (is_plain && strcmp(text, ">") != 0)
            add(&prefixes, memory_format("\r\n%s\r\n", text));
        else if (name->record_count > 0 && !(name->flags & ATP_NAME_BARE))
            add(&prefixes, memory_format("\r\n%s: ", text));
    }
    put_section(out, "result codes", &results);
    put_section(out, "lines and prefixes", &prefixes);
}

static const char *kind_suffix(unsigned kind)
{
    return kind == ATP_FORM_TEST    ? "=?"
           : kind == ATP_FORM_READ  ? "?"
           : kind == ATP_FORM_WRITE ? "="
                                    : "\r";
}

static void put_commands(FILE *out, const struct atp_catalog *catalog)
{
    struct tokens tokens = {0};
    for (unsigned i = 0; i < catalog->command_count; i++) {
        const struct atp_command *command = &catalog->commands[i];
        const char *name = catalog->text + catalog->names[command->name].text;
        for (unsigned j = 0; j < command->form_count; j++) {
            const struct atp_form *form = &catalog->forms[command->form + j];
            const char *key = catalog->text + form->key;
            add(&tokens, *key ? memory_format("AT%s=\"%s\",", name, key)
                              : memory_format("AT%s%s", name, kind_suffix(form->kind)));
        }
    }
    put_section(out, "commands", &tokens);
}

static void put_fields(FILE *out, const struct compiled_catalog *compiled)
{
    struct tokens tokens = {0};
    for (size_t i = 0; i < compiled->param_count; i++) {
        const struct atp_param *param = &compiled->catalog.params[i];
        const char *text = compiled->catalog.text + param->name;
        unsigned type = param->type & ATP_PARAM_TYPE;
        if (type == ATP_TYPE_LITERAL) add(&tokens, memory_text(text));
        else if (type == ATP_TYPE_KEYWORD) add(&tokens, memory_format("\"%s\",", text));
    }
    put_section(out, "literals and keywords", &tokens);
}

static void add_limits(struct tokens *tokens, int64_t min, int64_t max)
{
    const int64_t numbers[] = {min - 1, min, max, max + 1};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        add(tokens, memory_format("%lld", (long long)numbers[i]));
}

/* The ranges of what commands are given, which the tables do not hold. */
static void add_arguments(struct tokens *tokens, const struct compiled_source *source)
{
    const struct catalog_syntax *syntax = &source->form->syntax;
    for (size_t i = 0; i < syntax->arg_count; i++) {
        const struct catalog_param *param = NULL;
        if (syntax->args[i].kind == CATALOG_FIELD_PARAM)
            param = catalog_find_param(source->set, source->command, source->edition,
                                       syntax->args[i].text);
        for (size_t j = 0; param && j < param->range_count; j++)
            add_limits(tokens, param->ranges[j].min, param->ranges[j].max);
    }
}

static void put_numbers(FILE *out, const struct compiled_catalog *compiled)
{
    static const char *const edges[] = {"-1",
                                        "0",
                                        "1",
                                        "00",
                                        "255",
                                        "256",
                                        "32767",
                                        "32768",
                                        "65535",
                                        "65536",
                                        "2147483647",
                                        "2147483648",
                                        "4294967295",
                                        "4294967296",
                                        "18446744073709551615",
                                        "18446744073709551616"};
    struct tokens tokens = {0};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) add(&tokens, memory_text(edges[i]));
    for (size_t i = 1; i < compiled->range_count; i++)
        add_limits(&tokens, compiled->catalog.ranges[i].min, compiled->catalog.ranges[i].max);
    for (size_t i = 0; i < compiled->form_count; i++)
        add_arguments(&tokens, &compiled->form_sources[i]);
    put_section(out, "numbers at and beside the limits", &tokens);
}

static void put_framing(FILE *out)
{
    static const char *const list[] = {
        "\r",   "\n",   "\r\n", "\r\r\n", "\r\n\r\n", "\n\r", "> ", ">",    "\r\n> ",
        "\x1A", "\x1B", "+++",  "AT",     "A/",       ":",    ": ", ":  ",  ",",
        ",,",   "\"",   "\"\"", "\\22",   "\\5C",     "(",    ")",  "\x7F", "\xFF"};
    struct tokens tokens = {0};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) add(&tokens, memory_text(list[i]));
    put_section(out, "framing", &tokens);
    fputs("\"\\x00\"\n", out);
}

void catalog_emit_dict(FILE *out, const struct compiled_catalog *compiled,
                       const struct catalog_title *title)
{
    fprintf(out, "# Generated by `atproof catalog %s --emit dict`; do not edit.\n", title->option);
    put_framing(out);
    put_lines(out, &compiled->catalog);
    put_commands(out, &compiled->catalog);
    put_fields(out, compiled);
    put_numbers(out, compiled);
}
