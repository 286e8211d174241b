/* Which cases there are of a form: response variants, boundaries of responses
 * and of arguments, codes, wrong responses. */
#include "at/form.h"
#include "base/memory.h"
#include "cases/cases_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ------------------------------------------------------------ */

/* Small letters; what is neither letter nor digit becomes `other`, unless that
 * is NUL. */
void cases_lower(char *text, char other)
{
    static const char from[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char to[] = "abcdefghijklmnopqrstuvwxyz";
    for (; *text != '\0'; text++) {
        const char *found = strchr(from, *text);
        bool plain = strchr(to, *text) != NULL || (*text >= '0' && *text <= '9');
        if (found != NULL) *text = to[found - from];
        else if (!plain && other != '\0') *text = other;
    }
}

/* `httpaction-write`, with the keyword of a keyed form. Owns: the caller. */
char *cases_form_name(const struct cases_maker *maker)
{
    const struct catalog_syntax *syntax = &maker->form->syntax;
    const char *name = maker->command->name + strspn(maker->command->name, "+&");
    char *text = syntax->key == NULL
                     ? memory_format("%s-%s", name, at_form_name(syntax->kind))
                     : memory_format("%s-%s-%s", name, at_form_name(syntax->kind), syntax->key);
    cases_lower(text, '\0');
    return text;
}

static char *title_of(const struct cases_maker *maker, const char *what)
{
    return memory_format("%s: %s", maker->form->syntax.text, what);
}

static void begin(struct cases_maker *maker, const char *what, const char *tail)
{
    char *title = title_of(maker, what);
    char *form = cases_form_name(maker);
    cases_begin(maker, title, "%s-%s", form, tail);
    free(form);
    free(title);
}

/* ---- variants --------------------------------------------------------- */

static bool is_word(const struct catalog_record *record, const char *word)
{
    return record->name != NULL && strcmp(record->name, word) == 0;
}

static bool is_refusal(const struct catalog_variant *variant)
{
    return variant->element_count == 1 && is_word(&variant->elements[0], "ERROR");
}

static bool is_erratum(const struct catalog_variant *variant)
{
    return strncmp(variant->label, "erratum", 7) == 0;
}

static const struct catalog_variant *find_refusal(const struct catalog_form *form)
{
    for (size_t i = 0; i < form->variant_count; i++)
        if (is_refusal(&form->variants[i])) return &form->variants[i];
    return NULL;
}

/* The first variant in which the command succeeds. */
const struct catalog_variant *cases_find_success(const struct catalog_form *form)
{
    for (size_t i = 0; i < form->variant_count; i++) {
        const struct catalog_variant *variant = &form->variants[i];
        for (size_t k = 0; k < variant->element_count; k++)
            if (is_word(&variant->elements[k], "OK") && !is_erratum(variant)) return variant;
    }
    return NULL;
}

static bool has(const struct catalog_variant *variant, bool repeated)
{
    for (size_t i = 0; i < variant->element_count; i++)
        if (repeated ? variant->elements[i].repeated : variant->elements[i].optional) return true;
    return false;
}

static void put_variant(struct cases_maker *maker, const struct catalog_variant *variant,
                        const struct cases_twist *twist, const char *what, const char *suffix)
{
    char *tail = memory_format("%s%s", variant->label, suffix);
    begin(maker, what, tail);
    cases_put_command(maker, twist);
    cases_put_response(maker, variant, twist);
    if (is_erratum(variant))
        cases_put_deviation(maker, "erratum", NULL, "the manual's own misprint");
    free(tail);
}

static void variants(struct cases_maker *maker)
{
    for (size_t i = 0; i < maker->form->variant_count; i++) {
        const struct catalog_variant *variant = &maker->form->variants[i];
        struct cases_twist twist = CASES_PLAIN;
        char *what =
            memory_format("response %s%s%s", variant->label, variant->when == NULL ? "" : ", ",
                          variant->when == NULL ? "" : variant->when);
        put_variant(maker, variant, &twist, what, "");
        twist.optional = true;
        if (has(variant, false)) put_variant(maker, variant, &twist, what, "-with-optional");
        twist.repeats = 2;
        if (has(variant, true)) put_variant(maker, variant, &twist, what, "-twice");
        free(what);
    }
}

/* ---- values of responses ---------------------------------------------- */

/* A value of one field of one record of a variant. */
struct probe {
    struct cases_maker *maker;
    const struct catalog_variant *variant;
    const struct catalog_record *record;
    const struct catalog_field *field;
    const struct catalog_param *param;
};

/* Whether an argument bears the name: then a response repeats its value. */
static const struct catalog_field *find_argument(const struct cases_maker *maker, const char *name)
{
    const struct catalog_syntax *syntax = &maker->form->syntax;
    for (size_t i = 0; i < syntax->arg_count; i++)
        if (syntax->args[i].kind == CATALOG_FIELD_PARAM && strcmp(syntax->args[i].text, name) == 0)
            return &syntax->args[i];
    return NULL;
}

static void put_probe(const struct probe *probe, const struct cases_twist *twist,
                      const char *suffix)
{
    struct cases_maker *maker = probe->maker;
    char *tail = memory_format("%s-%s-%s", probe->variant->label, probe->field->text, suffix);
    char *what = memory_format("<%s> %s", probe->field->text, suffix);
    begin(maker, what, tail);
    cases_put_command(maker, twist);
    cases_put_response(maker, probe->variant, twist);
    free(tail);
    free(what);
}

/* A value that the manual has: the command and all its lines bear it. */
static void put_legal(const struct probe *probe, int64_t value, const char *suffix)
{
    char *text = cases_value_text(probe->param, probe->field->quoted, value);
    bool repeated = find_argument(probe->maker, probe->field->text) != NULL;
    struct cases_twist twist = CASES_PLAIN;
    twist.param = probe->field->text;
    twist.text = text;
    twist.in_response = true;
    twist.in_args = repeated;
    twist.record = repeated ? NULL : probe->record;
    twist.optional = true;
    put_probe(probe, &twist, suffix);
    free(text);
}

/* One that it does not have, in this line alone. */
static void put_illegal(const struct probe *probe, const char *text, const char *suffix,
                        const char *rule)
{
    struct cases_twist twist = CASES_PLAIN;
    size_t place = (size_t)(probe->field - probe->record->fields);
    enum cases_rival rival = cases_find_rival(probe->maker, probe->record, place, text);
    bool malformed = strcmp(rule, "malformed-field") == 0;
    if (strcmp(text, "\"\"") == 0 && probe->field->can_be_empty) return;
    if (rival == CASES_RIVAL_TAKES || (rival == CASES_RIVAL_NEARER && malformed)) return;
    twist.param = probe->field->text;
    twist.text = text;
    twist.in_response = true;
    twist.record = probe->record;
    twist.optional = true;
    put_probe(probe, &twist, suffix);
    char *what = memory_format("<%s> %s", probe->field->text, suffix);
    cases_put_deviation(probe->maker, rule, NULL, what);
    if (rival == CASES_RIVAL_COUNTS) cases_put_deviation(probe->maker, "bad-length", NULL, what);
    if (strcmp(rule, "out-of-range") == 0
        && find_argument(probe->maker, probe->field->text) != NULL)
        cases_put_deviation(probe->maker, "other-value", NULL, what);
    free(what);
}

static void put_out_of_range(const struct probe *probe, int64_t value, const char *suffix)
{
    char *text = cases_value_text(probe->param, probe->field->quoted, value);
    put_illegal(probe, text, suffix, "out-of-range");
    free(text);
}

/* A string that is legal but for its quotes. */
static void put_unquoted(const struct probe *probe)
{
    char *text = cases_example(probe->maker, probe->field, false);
    size_t size = strlen(text);
    if (size > 2) {
        text[size - 1] = '\0';
        put_illegal(probe, text + 1, "unquoted", "unquoted");
    }
    free(text);
}

#define SIZE_SHOWN_MAX 256 /* longer texts add nothing                      */

static bool can_show(const struct catalog_param *param, int64_t value)
{
    return cases_is_number(param) || (value >= 0 && value <= SIZE_SHOWN_MAX);
}

static void legal_probes(const struct probe *probe)
{
    size_t count = 0;
    const struct catalog_interval *ranges = cases_ranges(probe->field, probe->param, &count);
    for (size_t i = 0; i < count; i++) {
        char *lowest = count == 1 ? memory_text("lowest") : memory_format("lowest-%zu", i + 1);
        char *highest = count == 1 ? memory_text("highest") : memory_format("highest-%zu", i + 1);
        if (can_show(probe->param, ranges[i].min)) put_legal(probe, ranges[i].min, lowest);
        if (ranges[i].max > ranges[i].min && can_show(probe->param, ranges[i].max))
            put_legal(probe, ranges[i].max, highest);
        free(lowest);
        free(highest);
    }
}

static bool is_legal_form_of(const struct catalog_record *record)
{
    return record->has_colon && !record->has_payload;
}

static void illegal_probes(const struct probe *probe)
{
    size_t count = 0;
    const struct catalog_interval *ranges = cases_ranges(probe->field, probe->param, &count);
    if (!is_legal_form_of(probe->record)) return;
    if (count > 0 && can_show(probe->param, ranges[0].min - 1)
        && !(probe->param->type == ATP_TYPE_HEX && ranges[0].min == 0))
        put_out_of_range(probe, (int64_t)ranges[0].min - 1, "below");
    if (count > 0 && ranges[count - 1].max != INT32_MAX
        && can_show(probe->param, (int64_t)ranges[count - 1].max + 1))
        put_out_of_range(probe, (int64_t)ranges[count - 1].max + 1, "above");
    enum atp_type type = probe->param->type;
    if (type == ATP_TYPE_CODE || type == ATP_TYPE_REST || type == ATP_TYPE_ANY) return;
    if (!probe->field->can_be_empty && !probe->field->optional && probe->record->field_count > 1)
        put_illegal(probe, "", "empty", "empty-field");
    if (cases_is_number(probe->param)) put_illegal(probe, "1x2z", "malformed", "malformed-field");
    else if (type == ATP_TYPE_STRING) put_unquoted(probe);
}

/* ---- codes ------------------------------------------------------------ */

static void code_probes(const struct probe *probe)
{
    const struct catalog_table *table =
        probe->param->table == NULL ? NULL
                                    : catalog_find_table(probe->maker->set, probe->param->table);
    const struct catalog_value *values = table == NULL ? probe->param->values : table->values;
    size_t count = table == NULL ? probe->param->value_count : table->value_count;
    for (size_t i = 0; i < count; i++) {
        int64_t value = 0;
        if (!cases_code(probe->param, values[i].code, &value) || !cases_is_number(probe->param)
            || !cases_is_legal(probe->field, probe->param, value))
            continue;
        char *suffix = memory_format("code-%s", values[i].code);
        put_legal(probe, value, suffix);
        free(suffix);
    }
}

/* Every parameter once a form: in the first variant that has the record. */
static bool is_probed(const struct cases_maker *maker, const struct catalog_variant *variant,
                      const struct catalog_record *record)
{
    for (size_t v = 0; v < maker->form->variant_count; v++) {
        const struct catalog_variant *before = &maker->form->variants[v];
        for (size_t e = 0; e < before->element_count; e++) {
            if (&before->elements[e] == record) return false;
            if (strcmp(before->elements[e].notation, record->notation) == 0) return true;
        }
        if (before == variant) return false;
    }
    return false;
}

static void probe_record(struct cases_maker *maker, const struct catalog_variant *variant,
                         const struct catalog_record *record)
{
    for (size_t i = 0; i < record->field_count; i++) {
        struct probe probe = {maker, variant, record, &record->fields[i],
                              cases_param(maker, &record->fields[i])};
        bool length = record->has_payload && i + 1 == record->field_count;
        if (probe.param == NULL || length) continue;
        legal_probes(&probe);
        illegal_probes(&probe);
        code_probes(&probe);
    }
}

static void responses(struct cases_maker *maker)
{
    if (maker->form->syntax.kind == ATP_FORM_TEST) return;
    for (size_t v = 0; v < maker->form->variant_count; v++) {
        const struct catalog_variant *variant = &maker->form->variants[v];
        for (size_t e = 0; !is_erratum(variant) && e < variant->element_count; e++)
            if (!is_probed(maker, variant, &variant->elements[e]))
                probe_record(maker, variant, &variant->elements[e]);
    }
}

/* ---- arguments -------------------------------------------------------- */

static void put_argument(struct cases_maker *maker, const struct catalog_field *field,
                         const char *text, const char *suffix, const struct catalog_variant *answer,
                         bool accepted_illegal)
{
    struct cases_twist twist = CASES_PLAIN;
    twist.param = field->text;
    twist.text = text;
    twist.in_args = true;
    twist.in_response = true; /* a response repeats it */
    char *tail = memory_format("arg-%s-%s", field->text, suffix);
    char *what = memory_format("argument <%s> %s", field->text, suffix);
    begin(maker, what, tail);
    cases_put_command(maker, &twist);
    cases_put_response(maker, answer, &twist);
    if (accepted_illegal) cases_put_deviation(maker, "accepted-illegal", NULL, what);
    free(tail);
    free(what);
}

static void number_argument(struct cases_maker *maker, const struct catalog_field *field,
                            int64_t value, const char *suffix, const struct catalog_variant *answer,
                            bool accepted_illegal)
{
    const struct catalog_param *param = cases_param(maker, field);
    if (!can_show(param, value) || (param->type == ATP_TYPE_HEX && value < 0)) return;
    char *text = cases_value_text(param, field->quoted, value);
    put_argument(maker, field, text, suffix, answer, accepted_illegal);
    free(text);
}

static bool repeats_argument(const struct catalog_variant *variant, const char *name)
{
    for (size_t e = 0; e < variant->element_count; e++)
        for (size_t f = 0; f < variant->elements[e].field_count; f++) {
            const struct catalog_field *field = &variant->elements[e].fields[f];
            if (field->kind == CATALOG_FIELD_PARAM && strcmp(field->text, name) == 0) return true;
        }
    return false;
}

/* Arguments ahead of one that takes all cannot be told apart from it. */
static bool takes_rest(const struct cases_maker *maker)
{
    const struct catalog_syntax *syntax = &maker->form->syntax;
    const struct catalog_param *last = cases_param(maker, &syntax->args[syntax->arg_count - 1]);
    return last != NULL && last->type == ATP_TYPE_REST;
}

/* Those that the module takes. */
static void accepted_arguments(struct cases_maker *maker, size_t index,
                               const struct catalog_variant *success)
{
    const struct catalog_field *field = &maker->form->syntax.args[index];
    size_t count = 0;
    bool counts = maker->form->upload == CATALOG_UPLOAD_COUNTED && maker->form->upload_arg == index;
    bool asked = maker->form->asks != NULL && strcmp(maker->form->asks, field->text) == 0;
    const struct catalog_interval *ranges = cases_ranges(field, cases_param(maker, field), &count);
    if (count == 0 || counts || success == NULL) return;
    const struct catalog_interval *last = &ranges[count - 1];
    if (!asked) number_argument(maker, field, ranges[0].min, "lowest", success, false);
    if (!asked && last->max > ranges[0].min)
        number_argument(maker, field, last->max, "highest", success, false);
    if (last->max != INT32_MAX && !takes_rest(maker) && !repeats_argument(success, field->text))
        number_argument(maker, field, (int64_t)last->max + 1, "above-accepted", success, true);
}

/* Those that it refuses. */
static void refused_arguments(struct cases_maker *maker, size_t index,
                              const struct catalog_variant *refusal)
{
    const struct catalog_field *field = &maker->form->syntax.args[index];
    const struct catalog_param *param = cases_param(maker, field);
    size_t count = 0;
    const struct catalog_interval *ranges = cases_ranges(field, param, &count);
    if (refusal == NULL) return;
    if (count > 0)
        number_argument(maker, field, (int64_t)ranges[0].min - 1, "below", refusal, false);
    if (count > 0 && ranges[count - 1].max != INT32_MAX)
        number_argument(maker, field, (int64_t)ranges[count - 1].max + 1, "above", refusal, false);
    if (cases_is_number(param)) put_argument(maker, field, "1x2z", "malformed", refusal, false);
    if (!field->optional && !field->can_be_empty)
        put_argument(maker, field, "", "empty", refusal, false);
}

static void probe_argument(struct cases_maker *maker, size_t index,
                           const struct catalog_variant *success,
                           const struct catalog_variant *refusal)
{
    const struct catalog_param *param = cases_param(maker, &maker->form->syntax.args[index]);
    if (param == NULL || param->type == ATP_TYPE_REST) return;
    accepted_arguments(maker, index, success);
    refused_arguments(maker, index, refusal);
}

static void arguments(struct cases_maker *maker)
{
    const struct catalog_variant *success = cases_find_success(maker->form);
    const struct catalog_variant *refusal = find_refusal(maker->form);
    if (maker->form->syntax.kind != ATP_FORM_WRITE) return;
    for (size_t i = 0; i < maker->form->syntax.arg_count; i++)
        probe_argument(maker, i, success, refusal);
}

/* ---- wrong responses -------------------------------------------------- */

static void put_wrong(struct cases_maker *maker, const struct catalog_variant *variant,
                      const struct cases_twist *twist, const char *name, const char *rule,
                      bool expires)
{
    begin(maker, name, name);
    cases_put_command(maker, twist);
    cases_put_response(maker, variant, twist);
    if (expires) cases_put_text(maker, "@ expire:\n");
    cases_put_deviation(maker, rule, NULL, name);
}

static void wrongs(struct cases_maker *maker)
{
    const struct catalog_variant *variant = cases_find_success(maker->form);
    if (variant == NULL) return;
    size_t last = variant->element_count - 1;
    struct cases_twist twist = CASES_PLAIN;
    if (!is_word(&variant->elements[last], "OK")) return;
    twist.without = last;
    put_wrong(maker, variant, &twist, "final-missing", "missing-final", true);
    twist.without = SIZE_MAX;
    twist.twice = last;
    put_wrong(maker, variant, &twist, "final-doubled", "doubled", false);
    twist.twice = SIZE_MAX;
    const struct catalog_record *first = &variant->elements[0];
    bool typed = first->field_count > 0 && is_legal_form_of(first) && !first->optional
                 && maker->form->syntax.kind != ATP_FORM_TEST
                 && cases_find_rival(maker, first, first->field_count, "1") < CASES_RIVAL_TAKES;
    if (!typed) return;
    const struct catalog_param *param = cases_param(maker, &first->fields[first->field_count - 1]);
    if (param == NULL || param->type == ATP_TYPE_REST || param->type == ATP_TYPE_CODE) return;
    twist.extra = 0;
    put_wrong(maker, variant, &twist, "field-too-many", "extra-field", false);
}

void cases_of_form(struct cases_maker *maker)
{
    variants(maker);
    responses(maker);
    arguments(maker);
    wrongs(maker);
}
