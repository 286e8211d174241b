/* The tables as C source. A comment on each line names what it is. */
#include "catalog/emit/emit.h"

#include <string.h>

#define COLUMN_MAX 96

/* ---- texts --------------------------------------------------------------- */

/* In a comment: one cannot hold the marks of another. */
static void put_comment(FILE *out, const char *text, size_t limit)
{
    size_t size = strlen(text);
    bool cut = size > limit;
    for (size_t i = 0; i < (cut ? limit - 3 : size); i++) {
        fputc(text[i], out);
        bool is_mark =
            (text[i] == '*' && text[i + 1] == '/') || (text[i] == '/' && text[i + 1] == '*');
        if (is_mark) fputc(' ', out);
    }
    if (cut) fputs("...", out);
}

/* In a string literal: trigraphs are a thing of C11. */
static void put_string(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\' || *text == '?') fputc('\\', out);
        fputc(*text, out);
    }
}

static void emit_text(FILE *out, const struct compiled_catalog *compiled)
{
    const char *text = compiled->catalog.text;
    fputs("static const char text[] =\n    \"\\0\"\n", out);
    for (size_t at = 1; at < compiled->text_size;) {
        size_t size = strlen(text + at);
        bool is_last = at + size + 1 == compiled->text_size;
        fputs("    \"", out);
        put_string(out, text + at);
        /* The last one's NUL is the literal's own. */
        fprintf(out, "%s /* %zu */\n", is_last ? "\";" : "\\0\"", at);
        at += size + 1;
    }
    if (compiled->text_size == 1) fputs("    ;\n", out);
    fputc('\n', out);
}

/* ISO C promises literals of 4095 bytes alone. */
static void emit_long_text(FILE *out, const struct compiled_catalog *compiled)
{
    const char *text = compiled->catalog.text;
    fputs("static const char text[] = {\n    0,\n", out);
    for (size_t at = 1; at < compiled->text_size;) {
        size_t start = at;
        fputs("   ", out);
        do fprintf(out, " %d,", text[at]);
        while (text[at++]);
        fputs(" /* ", out);
        put_comment(out, text + start, COLUMN_MAX);
        fputs(" */\n", out);
    }
    fputs("};\n\n", out);
}

/* ---- names and records --------------------------------------------------- */

static void put_flags(FILE *out, unsigned flags, const char *const *names)
{
    bool any = false;
    for (unsigned bit = 0; names[bit]; bit++) {
        if (!(flags & 1u << bit)) continue;
        fprintf(out, "%s%s", any ? " | " : "", names[bit]);
        any = true;
    }
    if (!any) fputc('0', out);
}

static void put_index(FILE *out, unsigned index)
{
    if (index == ATP_NONE) fputs("ATP_NONE", out);
    else fprintf(out, "%u", index);
}

static void emit_names(FILE *out, const struct atp_catalog *catalog)
{
    static const char *const flags[] = {"ATP_NAME_NUMERIC", "ATP_NAME_TAIL", "ATP_NAME_BARE", NULL};
    fputs("/* text, size, flags, record, record_count, command */\n"
          "static const struct atp_name names[] = {\n",
          out);
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        fprintf(out, "    {%u, %u, ", name->text, name->size);
        put_flags(out, name->flags, flags);
        fprintf(out, ", %u, %u, ", name->record, name->record_count);
        put_index(out, name->command);
        fprintf(out, "}, /* %u: ", i);
        put_comment(out, catalog->text + name->text, ATP_NAME_SIZE_MAX);
        fputs(" */\n", out);
    }
    fputs("};\n\n", out);
}

static const char *role_name(unsigned role)
{
    static const char *const names[] = {"ATP_ROLE_INFO", "ATP_ROLE_ASYNC", "ATP_ROLE_URC",
                                        "ATP_ROLE_RESULT", "ATP_ROLE_PROMPT"};
    return names[role];
}

static const char *result_name(unsigned result)
{
    static const char *const names[] = {
        "ATP_RESULT_NONE",        "ATP_RESULT_OK",           "ATP_RESULT_ERROR",
        "ATP_RESULT_CONNECT",     "ATP_RESULT_CONNECT_FAIL", "ATP_RESULT_NO_CARRIER",
        "ATP_RESULT_NO_DIALTONE", "ATP_RESULT_NO_ANSWER",    "ATP_RESULT_BUSY",
        "ATP_RESULT_RING",        "ATP_RESULT_CLOSED",       "ATP_RESULT_SEND_OK",
        "ATP_RESULT_SEND_FAIL",   "ATP_RESULT_OTHER"};
    return names[result];
}

static unsigned count_bits(unsigned flags)
{
    unsigned count = 0;
    for (; flags; flags &= flags - 1) count++;
    return count;
}

static void emit_records(FILE *out, const struct compiled_catalog *compiled)
{
    static const char *const forms[] = {"ATP_FORM_EXECUTE", "ATP_FORM_WRITE", "ATP_FORM_READ",
                                        "ATP_FORM_TEST", NULL};
    fputs("/* param, param_count, role, payload, command, forms, result */\n"
          "static const struct atp_record records[] = {\n",
          out);
    for (unsigned i = 0; i < compiled->catalog.record_count; i++) {
        const struct atp_record *record = &compiled->catalog.records[i];
        const struct compiled_source *source = &compiled->record_sources[i];
        fprintf(out, "    /* %u: ", i);
        put_comment(out, compiled_notation(compiled, i), 52);
        fprintf(out, " (%s ", source->set->name);
        put_comment(out, source->clause, 24);
        fprintf(out, ") */\n    {%u, %u, %s, %u, ", record->param, record->param_count,
                role_name(record->role), record->payload);
        put_index(out, record->command);
        fputs(count_bits(record->forms) > 2 ? ",\n     " : ", ", out);
        put_flags(out, record->forms, forms);
        fprintf(out, ", %s},\n", result_name(record->result));
    }
    fputs("};\n\n", out);
}

/* ---- parameters ---------------------------------------------------------- */

static const char *type_name(unsigned type)
{
    static const char *const names[] = {"ATP_TYPE_INT",    "ATP_TYPE_HEX", "ATP_TYPE_STRING",
                                        "ATP_TYPE_WORD",   "ATP_TYPE_ANY", "ATP_TYPE_CODE",
                                        "ATP_TYPE_REST",   "ATP_TYPE_SET", "ATP_TYPE_LITERAL",
                                        "ATP_TYPE_KEYWORD"};
    return names[type];
}

static void emit_params(FILE *out, const struct compiled_catalog *compiled)
{
    const struct atp_catalog *catalog = &compiled->catalog;
    fputs("/* name, type, range */\nstatic const struct atp_param params[] = {\n", out);
    for (unsigned i = 0; i < compiled->param_count; i++) {
        const struct atp_param *param = &catalog->params[i];
        fprintf(out, "    {%u, %s", param->name, type_name(param->type & ATP_PARAM_TYPE));
        if (param->type & ATP_PARAM_INTERVALS)
            fprintf(out, " | %u << 4", (param->type & ATP_PARAM_INTERVALS) >> 4);
        if (param->type & ATP_PARAM_EMPTY) fputs(" | ATP_PARAM_EMPTY", out);
        if (param->type & ATP_PARAM_OPTIONAL) fputs(" | ATP_PARAM_OPTIONAL", out);
        fprintf(out, ", %u}, /* %u: ", param->range, i);
        put_comment(out, catalog->text + param->name, 32);
        fputs(" */\n", out);
    }
    fputs(compiled->param_count ? "};\n\n" : "    {0, 0, 0},\n};\n\n", out);
}

static void emit_ranges(FILE *out, const struct compiled_catalog *compiled)
{
    fputs("/* min, max */\nstatic const struct atp_range ranges[] = {\n", out);
    for (unsigned i = 0; i < compiled->range_count; i++) {
        const struct atp_range *range = &compiled->catalog.ranges[i];
        fprintf(out, "    {%d, ", range->min);
        if (range->max == INT32_MAX) fputs("INT32_MAX", out);
        else fprintf(out, "%d", range->max);
        fprintf(out, "}, /* %u%s */\n", i, i ? "" : ": not used");
    }
    fputs("};\n\n", out);
}

/* ---- commands ------------------------------------------------------------ */

static const char *name_text(const struct atp_catalog *catalog, unsigned name)
{
    return catalog->text + catalog->names[name].text;
}

static void emit_commands(FILE *out, const struct atp_catalog *catalog)
{
    fputs("/* form, form_count, name */\nstatic const struct atp_command commands[] = {\n", out);
    for (unsigned i = 0; i < catalog->command_count; i++) {
        const struct atp_command *command = &catalog->commands[i];
        fprintf(out, "    {%u, %u, %u}, /* %u: AT", command->form, command->form_count,
                command->name, i);
        put_comment(out, name_text(catalog, command->name), ATP_NAME_SIZE_MAX);
        fputs(" */\n", out);
    }
    fputs(catalog->command_count ? "};\n\n" : "    {0, 0, 0},\n};\n\n", out);
}

static void emit_forms(FILE *out, const struct compiled_catalog *compiled)
{
    static const char *const kinds[] = {"ATP_FORM_EXECUTE", "ATP_FORM_WRITE", "ATP_FORM_READ",
                                        "ATP_FORM_TEST", NULL};
    static const char *const flags[] = {"ATP_FORM_UPLOAD", NULL};
    fputs("/* key, variant, time_limit, variant_count, kind, flags, upload */\n"
          "static const struct atp_form forms[] = {\n",
          out);
    for (unsigned i = 0; i < compiled->form_count; i++) {
        const struct atp_form *form = &compiled->catalog.forms[i];
        const struct compiled_source *source = &compiled->form_sources[i];
        fprintf(out, "    /* %u: ", i);
        put_comment(out, source->form->syntax.text, 52);
        fprintf(out, " (%s ", source->set->name);
        put_comment(out, source->clause, 24);
        fprintf(out, ") */\n    {%u, %u, %u, %u, ", form->key, form->variant, form->time_limit,
                form->variant_count);
        put_flags(out, form->kind, kinds);
        fputs(", ", out);
        put_flags(out, form->flags, flags);
        fprintf(out, ", %u},\n", form->upload);
    }
    fputs(compiled->form_count ? "};\n\n" : "    {0, 0, 0, 0, 0, 0, 0},\n};\n\n", out);
}

/* Name of the line that an element of a response is. */
static const char *element_name(const struct compiled_catalog *compiled, unsigned element)
{
    const struct compiled_source *source = &compiled->record_sources[element & ATP_ELEMENT_RECORD];
    return source->record->name ? source->record->name : source->record->notation;
}

static void emit_variants(FILE *out, const struct compiled_catalog *compiled)
{
    const struct atp_catalog *catalog = &compiled->catalog;
    fputs("/* element, label, element_count, reserved */\n"
          "static const struct atp_variant variants[] = {\n",
          out);
    for (unsigned i = 0; i < compiled->variant_count; i++) {
        const struct atp_variant *variant = &catalog->variants[i];
        fprintf(out, "    {%u, %u, %u, 0}, /* %u: ", variant->element, variant->label,
                variant->element_count, i);
        put_comment(out, catalog->text + variant->label, 20);
        unsigned shown = variant->element_count < 3 ? variant->element_count : 2;
        for (unsigned j = 0; j < shown; j++) {
            fputs(j ? ", " : ") ", out);
            put_comment(out, element_name(compiled, catalog->elements[variant->element + j]), 20);
        }
        fputs(shown < variant->element_count ? ", ... */\n" : " */\n", out);
    }
    fputs(compiled->variant_count ? "};\n\n" : "    {0, 0, 0, 0},\n};\n\n", out);
}

static void emit_elements(FILE *out, const struct compiled_catalog *compiled)
{
    fputs("static const uint16_t elements[] = {\n", out);
    for (unsigned i = 0; i < compiled->element_count; i++) {
        unsigned element = compiled->catalog.elements[i];
        fprintf(out, "    %u%s%s, /* %u: ", element & ATP_ELEMENT_RECORD,
                element & ATP_ELEMENT_OPTIONAL ? " | ATP_ELEMENT_OPTIONAL" : "",
                element & ATP_ELEMENT_REPEATED ? " | ATP_ELEMENT_REPEATED" : "", i);
        put_comment(out, element_name(compiled, element), 30);
        fputs(" */\n", out);
    }
    fputs(compiled->element_count ? "};\n\n" : "    0,\n};\n\n", out);
}

/* ---- the whole ----------------------------------------------------------- */

static void emit_slots(FILE *out, const struct compiled_catalog *compiled)
{
    fprintf(out, "/* 1 + name; %zu probes beyond the first for all names together */\n",
            compiled->collision_count);
    fputs("static const uint8_t slots[] = {", out);
    for (size_t i = 0; i < compiled->slot_count; i++)
        fprintf(out, "%s%u,", i % 16 ? " " : "\n    ", compiled->catalog.slots[i]);
    fputs("\n};\n\n", out);
}

static void emit_catalog(FILE *out, const struct atp_catalog *catalog, const char *symbol)
{
    fprintf(out, "const struct atp_catalog atp_catalog_%s = {\n", symbol);
    fputs("    .text = text,\n    .names = names,\n    .records = records,\n"
          "    .params = params,\n    .ranges = ranges,\n    .commands = commands,\n"
          "    .forms = forms,\n    .variants = variants,\n    .elements = elements,\n"
          "    .slots = slots,\n",
          out);
    fprintf(out, "    .hash_factor = 0x%08Xu,\n    .record_count = %u,\n", catalog->hash_factor,
            catalog->record_count);
    fprintf(out, "    .hash_shift = %u,\n    .name_count = %u,\n    .command_count = %u,\n};\n",
            catalog->hash_shift, catalog->name_count, catalog->command_count);
}

void catalog_emit_c(FILE *out, const struct compiled_catalog *compiled,
                    const struct catalog_title *title)
{
    fputs("/* Generated by `atproof catalog ", out);
    put_comment(out, title->option, 60);
    fprintf(out, " --emit c`; do not edit. %zu bytes\n * where pointers have 32 bits. */\n",
            compiled_size(compiled));
    fputs(title->is_builtin ? "#include <atproof/dialects.h>\n\n"
                            : "#include <atproof/catalog.h>\n\n",
          out);
    if (!title->is_builtin)
        fprintf(out, "extern const struct atp_catalog atp_catalog_%s;\n\n", title->symbol);
    if (compiled->text_size > 4000) emit_long_text(out, compiled);
    else emit_text(out, compiled);
    emit_names(out, &compiled->catalog);
    emit_records(out, compiled);
    emit_params(out, compiled);
    emit_ranges(out, compiled);
    emit_commands(out, &compiled->catalog);
    emit_forms(out, compiled);
    emit_variants(out, compiled);
    emit_elements(out, compiled);
    emit_slots(out, compiled);
    emit_catalog(out, &compiled->catalog, title->symbol);
}
