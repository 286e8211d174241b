/* One line: what the parser found in it, and its values against the manual's
 * tables and the command's arguments. */
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <stdlib.h>
#include <string.h>

/* Deviations that the response as a whole explains, or judge.c. */
#define DEV_STRUCTURAL (ATP_DEV_UNEXPECTED | ATP_DEV_NOT_ASKED)

static char *seen_text(const struct atp_event *event)
{
    if (event->text_size > 0)
        return judge_escape(event->bytes + event->text_offset, event->text_size, JUDGE_SEEN_TEXT);
    return judge_escape(event->bytes, event->size, JUDGE_SEEN_TEXT);
}

static size_t record_index(const struct judge *judge, const struct atp_event *event)
{
    return event->record == NULL ? NO_INDEX : compiled_record_index(judge->compiled, event->record);
}

/* ---- what is expected ------------------------------------------------- */

static char *append(char *text, char *more)
{
    char *longer = memory_format("%s%s", text, more);
    free(text);
    free(more);
    return longer;
}

static char *range_of(const struct atp_event *event, unsigned field)
{
    const struct atp_catalog *catalog = event->catalog;
    const struct atp_param *param = &catalog->params[event->record->param + field];
    char *text = memory_format("<%s> in ", atp_field_name(event, field));
    size_t count = param->range == 0 ? 0 : ((param->type & ATP_PARAM_INTERVALS) >> 4) + 1u;
    for (size_t i = 0; i < count; i++) {
        const struct atp_range *range = &catalog->ranges[param->range + i];
        const char *between = i > 0 ? " or " : "";
        text = append(text, range->max == INT32_MAX
                                ? memory_format("%s%d..", between, range->min)
                                : memory_format("%s%d..%d", between, range->min, range->max));
    }
    return text;
}

static char *expected_of(const struct judge *judge, const struct atp_event *event, uint32_t bit)
{
    size_t record = record_index(judge, event);
    if (bit == ATP_DEV_SHORT_PAYLOAD)
        return memory_format("%llu bytes more", (unsigned long long)event->left);
    if (record == NO_INDEX) return memory_text("");
    for (unsigned i = 0; bit == ATP_DEV_RANGE && i < event->field_count; i++) {
        unsigned status = event->status[i] & ~ATP_FIELD_NEGATIVE;
        if (i < event->record->param_count
            && (status == ATP_FIELD_RANGE || status == ATP_FIELD_OVERFLOW))
            return range_of(event, i);
    }
    return memory_text(compiled_notation(judge->compiled, record));
}

/* ---- deviations of the line ------------------------------------------- */

static void line_finding(const struct judge *judge, struct judge_work *work,
                         const struct atp_event *event, unsigned bit, struct span at)
{
    size_t record = record_index(judge, event);
    enum judge_rule rule = judge_rule_of_deviation(bit);
    bool framing = judge_rules[rule].clause != NULL;
    char *clause = NULL;
    if (record != NO_INDEX && !framing)
        clause = judge_clause(&judge->compiled->record_sources[record]);
    judge_add(work, rule, clause, at, expected_of(judge, event, 1u << bit), seen_text(event));
    free(clause);
}

static void line_findings(const struct judge *judge, struct judge_work *work,
                          const struct atp_event *event, struct span at)
{
    uint32_t found = event->deviations & ~DEV_STRUCTURAL;
    for (unsigned bit = 0; bit < ATP_DEV_COUNT; bit++)
        if ((found & 1u << bit) != 0) line_finding(judge, work, event, bit, at);
}

/* ---- values ----------------------------------------------------------- */

static const struct catalog_value *values_of(const struct judge *judge, size_t record,
                                             const struct catalog_param *param, size_t *count)
{
    *count = param->value_count;
    if (param->table == NULL) return param->values;
    const struct catalog_set *set = judge->compiled->record_sources[record].set;
    const struct catalog_table *table = catalog_find_table(set, param->table);
    if (table == NULL) return NULL;
    *count = table->value_count;
    return table->values;
}

static bool is_listed(const struct catalog_value *values, size_t count, int32_t value)
{
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        long code = strtol(values[i].code, &end, 10);
        if (*end != '\0') return true; /* not a table of numbers: no finding */
        if (code == value) return true;
    }
    return count == 0;
}

static void check_code(const struct judge *judge, struct judge_work *work,
                       const struct atp_event *event, unsigned field, struct span at)
{
    int32_t value = 0;
    size_t count = 0;
    size_t record = record_index(judge, event);
    const struct catalog_param *param = compiled_param(judge->compiled, record, field);
    if (param == NULL || param->type != ATP_TYPE_INT || event->status[field] != ATP_FIELD_VALID)
        return;
    /* Values that stand beside a range name some of its numbers alone. */
    if (param->table == NULL && param->range_count > 0) return;
    const struct catalog_value *values = values_of(judge, record, param, &count);
    if (atp_read_i32(event, field, &value) != ATP_OK || is_listed(values, count, value)) return;
    char *clause = judge_clause(&judge->compiled->record_sources[record]);
    judge_add(work, JUDGE_UNLISTED_CODE, clause, at, memory_format("a listed <%s>", param->name),
              seen_text(event));
    free(clause);
}

static const struct judge_argument *find_argument(const struct judge_work *work, const char *name)
{
    for (size_t i = 0; i < work->argument_count; i++)
        if (work->arguments[i].param != NULL && work->arguments[i].text[0] != '\0'
            && strcmp(work->arguments[i].param->name, name) == 0)
            return &work->arguments[i];
    return NULL;
}

static bool repeats(const struct atp_event *event, unsigned field,
                    const struct judge_argument *argument)
{
    int32_t value = 0;
    if (argument->is_number && atp_read_i32(event, field, &value) == ATP_OK)
        return value == argument->value;
    const uint8_t *bytes = event->bytes + event->fields[field].offset;
    size_t size = event->fields[field].size;
    return strlen(argument->text) == size && memcmp(argument->text, bytes, size) == 0;
}

static void check_repeated(const struct judge *judge, struct judge_work *work,
                           const struct atp_event *event, unsigned field, struct span at)
{
    const char *name = atp_field_name(event, field);
    unsigned status = event->status[field] & ~ATP_FIELD_NEGATIVE;
    if (name == NULL || status == ATP_FIELD_EMPTY || status == ATP_FIELD_MALFORMED) return;
    const struct judge_argument *argument = find_argument(work, name);
    if (argument == NULL || atp_is_literal(event, field) || repeats(event, field, argument)) return;
    char *clause = judge_clause(&judge->compiled->record_sources[record_index(judge, event)]);
    judge_add(work, JUDGE_OTHER_VALUE, clause, at,
              memory_format("<%s> %s, as the command has it", name, argument->text),
              seen_text(event));
    free(clause);
}

static bool answers(const struct judge *judge, const struct judge_work *work,
                    const struct atp_event *event)
{
    unsigned role = event->record->role;
    const struct atp_catalog *catalog = &judge->compiled->catalog;
    return (role == ATP_ROLE_INFO || role == ATP_ROLE_ASYNC) && work->source != NULL
           && work->form != NULL && event->record->command != ATP_NONE
           && strcmp(catalog->text
                         + catalog->names[catalog->commands[event->record->command].name].text,
                     work->out.name)
                  == 0;
}

static bool is_test_answer(const struct judge_work *work)
{
    return work->form != NULL && work->form->kind == ATP_FORM_TEST;
}

static void check_values(const struct judge *judge, struct judge_work *work,
                         const struct atp_event *event, struct span at)
{
    bool own = answers(judge, work, event);
    unsigned count = event->field_count;
    if (count > event->record->param_count) count = event->record->param_count;
    if (is_test_answer(work)) return;
    for (unsigned i = 0; i < count; i++) {
        check_code(judge, work, event, i, at);
        if (own) check_repeated(judge, work, event, i, at);
    }
}

void judge_line(struct judge *judge, struct judge_work *work, const struct atp_event *event,
                struct span at)
{
    line_findings(judge, work, event, at);
    if (event->record == NULL) return;
    judge->record_counts[record_index(judge, event)]++;
    check_values(judge, work, event, at);
}

/* ---- identity --------------------------------------------------------- */

static void keep_identity(const char **value, const struct atp_event *event)
{
    if (*value == NULL && event->text_size > 0)
        *value = judge_escape(event->bytes + event->text_offset, event->text_size, JUDGE_SEEN_TEXT);
}

void judge_identity(struct judge *judge, const struct judge_work *work,
                    const struct atp_event *event)
{
    struct reports_identity *identity = &judge->identity;
    const char *name = work->out.name;
    if (event->kind != ATP_KIND_INFO && event->kind != ATP_KIND_TEXT) return;
    if (strcmp(work->out.form, "execute") != 0) return;
    if (strcmp(name, "+CGMI") == 0 || strcmp(name, "+GMI") == 0)
        keep_identity(&identity->manufacturer, event);
    if (strcmp(name, "+CGMM") == 0 || strcmp(name, "+GMM") == 0)
        keep_identity(&identity->model, event);
    if (strcmp(name, "+CGMR") == 0 || strcmp(name, "+GMR") == 0)
        keep_identity(&identity->firmware, event);
}
