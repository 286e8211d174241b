/* A reference page: what a dialect's manuals promise, with the clauses. */
#include "at/form.h"
#include "catalog/emit/emit.h"

#include <string.h>

/* ---- words --------------------------------------------------------------- */

const char *catalog_type_name(enum atp_type type)
{
    static const char *const names[] = {"int", "hex", "string", "word", "any", "code", "rest"};
    return type < sizeof names / sizeof *names ? names[type] : "";
}

const char *catalog_class_name(enum catalog_class rank)
{
    static const char *const names[] = {"final", "intermediate", "unsolicited"};
    return names[rank];
}

const char *catalog_range_text(const struct catalog_interval *range, char *text, size_t size)
{
    if (range->max == INT32_MAX && range->min != INT32_MAX)
        snprintf(text, size, "%d..", range->min);
    else if (range->min == range->max) snprintf(text, size, "%d", range->min);
    else snprintf(text, size, "%d..%d", range->min, range->max);
    return text;
}

/* ---- cells --------------------------------------------------------------- */

/* Text in a table or a line of its own: marks of Markdown and HTML escaped, and a colon
 * at its beginning, with which a log of GitHub begins commands; line ends as spaces. */
static void put_text(FILE *out, const char *text)
{
    for (; text && (*text == ' ' || *text == '\n'); text++) fputc(' ', out);
    if (text && *text == ':') fputc('\\', out);
    for (; text && *text; text++) {
        if (strchr("\\`*_<>|[]", *text)) fputc('\\', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
}

/* Notation, as code. A bar ends a cell even there. */
static void put_code(FILE *out, const char *text)
{
    const char *fence = strchr(text, '`') ? "`` " : "`";
    const char *end = strchr(text, '`') ? " ``" : "`";
    fputs(fence, out);
    for (; *text; text++) {
        if (*text == '|') fputc('\\', out);
        fputc(*text, out);
    }
    fputs(end, out);
}

static void put_ranges(FILE *out, const struct catalog_param *param)
{
    char text[32];
    for (size_t i = 0; i < param->range_count; i++)
        fprintf(out, "%s%s", i ? ", " : "",
                catalog_range_text(&param->ranges[i], text, sizeof text));
}

static void put_values(FILE *out, const struct catalog_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs(i ? "<br>" : "", out);
        put_code(out, values[i].code);
        fputc(' ', out);
        put_text(out, values[i].meaning);
    }
}

/* ---- parts --------------------------------------------------------------- */

static bool is_wanted(const char *own, const struct catalog_part *part)
{
    return catalog_is_of_edition(own, part->edition);
}

/* After the values, in their column. */
static void put_remarks(FILE *out, const struct catalog_param *param)
{
    bool follows = param->values || param->table;
    if (param->note) fputs(follows ? "<br>" : "", out);
    put_text(out, param->note);
    if (param->secret == CATALOG_SECRET_NONE) return;
    fprintf(out, "%ssecret: %s", follows || param->note ? "<br>" : "",
            catalog_secret_name(param->secret));
}

static void put_params(FILE *out, const struct catalog_param *params, size_t count,
                       const struct catalog_part *part)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct catalog_param *param = &params[i];
        if (!is_wanted(param->edition, part)) continue;
        if (!any)
            fputs("\n| parameter | clause | type | range | default | unit | values |\n"
                  "|---|---|---|---|---|---|---|\n",
                  out);
        any = true;
        fputs("| ", out);
        put_code(out, param->name);
        fprintf(out, "%s%s | ", param->edition ? " " : "", param->edition ? param->edition : "");
        put_text(out, param->clause);
        fprintf(out, " | %s | ", catalog_type_name(param->type));
        put_ranges(out, param);
        fputs(" | ", out);
        put_text(out, param->default_value);
        fputs(" | ", out);
        put_text(out, param->unit);
        fputs(" | ", out);
        put_values(out, param->values, param->value_count);
        if (param->table) fprintf(out, "table [%s](#table-%s)", param->table, param->table);
        put_remarks(out, param);
        fputs(" |\n", out);
    }
}

static void put_errata(FILE *out, const struct catalog_erratum *errata, size_t count)
{
    if (count) fputs("\nErrata:\n\n", out);
    for (size_t i = 0; i < count; i++) {
        fputs("- ", out);
        put_text(out, errata[i].clause);
        fputs(": ", out);
        put_text(out, errata[i].text);
        fputc('\n', out);
    }
}

static void put_response(FILE *out, const struct catalog_variant *variant)
{
    for (size_t i = 0; i < variant->element_count; i++) {
        fputs(i ? "<br>" : "", out);
        put_code(out, variant->elements[i].notation);
    }
}

static void put_form_notes(FILE *out, const struct catalog_form *form)
{
    if (form->time_limit_ms) fprintf(out, ", at most %u ms", form->time_limit_ms);
    if (form->continues) fputs(", information goes on after the OK", out);
    if (form->upload == CATALOG_UPLOAD_COUNTED)
        fprintf(out, ", uploads %s bytes", form->syntax.args[form->upload_arg].text);
    else if (form->upload == CATALOG_UPLOAD_CTRL_Z) fputs(", uploads up to Ctrl-Z", out);
    if (form->secret != CATALOG_SECRET_NONE)
        fprintf(out, ", secret: %s", catalog_secret_name(form->secret));
}

static void put_form(FILE *out, const struct catalog_form *form)
{
    fputc('\n', out);
    put_code(out, form->syntax.text);
    fprintf(out, " (%s, ", at_form_name(form->syntax.kind));
    put_text(out, form->clause);
    fprintf(out, "%s%s", form->edition ? ", " : "", form->edition ? form->edition : "");
    put_form_notes(out, form);
    fputs(")\n\n| variant | when | response |\n|---|---|---|\n", out);
    for (size_t i = 0; i < form->variant_count; i++) {
        fputs("| ", out);
        put_text(out, form->variants[i].label);
        fputs(" | ", out);
        put_text(out, form->variants[i].when);
        fputs(" | ", out);
        put_response(out, &form->variants[i]);
        fputs(" |\n", out);
    }
}

static void put_command(FILE *out, const struct catalog_command *command,
                        const struct catalog_part *part)
{
    fputs("\n### AT", out);
    put_text(out, command->name);
    fputs("\n\n", out);
    put_text(out, command->clause);
    fputs(command->title ? ": " : "", out);
    put_text(out, command->title);
    fputs(".\n", out);
    for (size_t i = 0; i < command->form_count; i++)
        if (is_wanted(command->forms[i].edition, part)) put_form(out, &command->forms[i]);
    put_params(out, command->params, command->param_count, part);
    put_errata(out, command->errata, command->erratum_count);
}

static void put_results(FILE *out, const struct catalog_set *set)
{
    if (!set->result_count) return;
    fputs("\n### Result codes\n\n| code | clause | class | counts as | V0 | meaning |\n"
          "|---|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < set->result_count; i++) {
        const struct catalog_result *result = &set->results[i];
        fputs("| ", out);
        put_code(out, result->record.notation);
        fputs(" | ", out);
        put_text(out, result->clause);
        fprintf(out, " | %s | ", catalog_class_name(result->rank));
        put_text(out, result->like);
        fprintf(out, " | %s | ", result->numeric ? result->numeric : "");
        put_text(out, result->title);
        fputs(" |\n", out);
    }
}

static void put_urcs(FILE *out, const struct catalog_set *set, const struct catalog_part *part)
{
    bool any = false;
    for (size_t i = 0; i < set->urc_count; i++) {
        const struct catalog_urc *urc = &set->urcs[i];
        if (!is_wanted(urc->edition, part)) continue;
        if (!any)
            fputs("\n### Unsolicited result codes\n\n| line | clause | meaning |\n|---|---|---|\n",
                  out);
        any = true;
        fputs("| ", out);
        put_code(out, urc->record.notation);
        fputs(" | ", out);
        put_text(out, urc->clause);
        fputs(" | ", out);
        put_text(out, urc->title);
        fputs(" |\n", out);
    }
}

static void put_tables(FILE *out, const struct catalog_set *set)
{
    for (size_t i = 0; i < set->table_count; i++) {
        const struct catalog_table *table = &set->tables[i];
        fprintf(out, "\n### Table %s\n\n", table->name);
        put_text(out, table->clause);
        fputs(".\n\n| code | meaning |\n|---|---|\n", out);
        for (size_t j = 0; j < table->value_count; j++) {
            fputs("| ", out);
            put_code(out, table->values[j].code);
            fputs(" | ", out);
            put_text(out, table->values[j].meaning);
            fputs(" |\n", out);
        }
    }
}

static void put_documents(FILE *out, const struct catalog_set *set, const struct catalog_part *part)
{
    if (set->document) {
        fputs("\nDocument: ", out);
        put_text(out, set->document);
        fputs("\n", out);
    }
    for (size_t i = 0; i < set->edition_count; i++) {
        if (!is_wanted(set->editions[i].name, part)) continue;
        fprintf(out, "\nEdition %s: ", set->editions[i].name);
        put_text(out, set->editions[i].document);
        fputs("\n", out);
    }
}

static bool is_used(const struct catalog_result *result, const char *name)
{
    bool used = result->tail && strcmp(result->tail, name) == 0;
    for (size_t i = 0; i < result->record.field_count; i++)
        used |= strcmp(result->record.fields[i].text, name) == 0;
    return used;
}

/* Of a set that lends its result codes alone, their parameters. */
static void put_result_params(FILE *out, const struct catalog_set *set,
                              const struct catalog_part *part)
{
    for (size_t i = 0; i < set->param_count; i++) {
        bool used = false;
        for (size_t j = 0; j < set->result_count; j++)
            used |= is_used(&set->results[j], set->params[i].name);
        if (used) put_params(out, &set->params[i], 1, part);
    }
}

static void put_all(FILE *out, const struct catalog_set *set, const struct catalog_part *part)
{
    for (size_t i = 0; i < set->command_count; i++)
        if (is_wanted(set->commands[i].edition, part)) put_command(out, &set->commands[i], part);
    put_urcs(out, set, part);
    if (set->param_count) fputs("\n### Parameters\n", out);
    put_params(out, set->params, set->param_count, part);
    put_tables(out, set);
    put_errata(out, set->errata, set->erratum_count);
}

static void put_set(FILE *out, const struct catalog_set *set, const struct catalog_part *part)
{
    fputs("\n## ", out);
    put_text(out, set->name);
    fputs("\n\n", out);
    put_text(out, set->title);
    fputs("\n", out);
    put_documents(out, set, part);
    put_results(out, set);
    if (part->results_only) put_result_params(out, set, part);
    else put_all(out, set, part);
}

void catalog_emit_markdown(FILE *out, const struct catalog_model *model,
                           const struct catalog_part *parts, size_t part_count,
                           const struct catalog_title *title)
{
    fprintf(out, "<!-- Generated by `atproof catalog %s --emit markdown`; do not edit. -->\n",
            title->option);
    fputs("# AT commands: ", out);
    put_text(out, title->symbol);
    fputs("\n", out);
    for (size_t i = 0; i < part_count; i++)
        put_set(out, catalog_find_set(model, parts[i].set), &parts[i]);
}
