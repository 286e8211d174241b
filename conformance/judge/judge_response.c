/* What came, laid against the response variants of the form.
 *
 * Each variant is a row of elements, some optional, some repeated. The best
 * alignment is the one with the least cost: a line that is in the way and an
 * element that did not come cost 2, a line of the right name and the wrong
 * record 1 (0 where its fields say already what is wrong). A line in the way
 * that is an element that did not come is in the wrong order. */
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <stdlib.h>
#include <string.h>

#define COST_GAP   2u
#define COST_NEVER 0x7FFFFFFFu
#define SEEN_MAX   4096u /* of longer responses the rest is not laid       */

/* What a line or an element was taken for. */
enum { NOTHING = 0xFFFF };

struct alignment {
    const struct atp_variant *variant;
    size_t index; /* of the variant in the form                       */
    uint32_t cost;
    size_t matched;
    size_t seen_count;
    uint16_t *seen_as; /* by line: element, or NOTHING                     */
    bool *came;        /* by element                                       */
};

struct table {
    const struct judge *judge;
    const struct judge_work *work;
    const uint16_t *elements;
    size_t rows;    /* lines + 1                                            */
    size_t columns; /* elements + 1                                         */
    uint32_t *cost; /* of what is before (row, column)                      */
};

/* ---- elements --------------------------------------------------------- */

bool judge_is_element(const struct atp_catalog *catalog, uint16_t element, size_t record)
{
    size_t awaited = element & ATP_ELEMENT_RECORD;
    if (awaited == record) return true;
    unsigned result = catalog->records[record].result;
    return result != ATP_RESULT_NONE && result != ATP_RESULT_OTHER
           && catalog->records[awaited].result == result;
}

/* The prefix both begin with, as a pool text, distinguishes records of one name. */
static bool is_same_name(const struct judge *judge, size_t a, size_t b)
{
    const char *left = judge->compiled->record_sources[a].record->name;
    const char *right = judge->compiled->record_sources[b].record->name;
    return left != NULL && right != NULL && strcmp(left, right) == 0
           && judge->compiled->catalog.records[a].payload
                  == judge->compiled->catalog.records[b].payload;
}

static uint32_t match_cost(const struct table *table, size_t row, size_t column)
{
    const struct judge_seen *seen = &table->work->seen[row];
    uint16_t element = table->elements[column];
    const struct atp_catalog *catalog = &table->judge->compiled->catalog;
    if (judge_is_element(catalog, element, seen->record)) return 0;
    if (catalog->records[seen->record].result != ATP_RESULT_NONE) return COST_NEVER;
    if (!is_same_name(table->judge, seen->record, element & ATP_ELEMENT_RECORD)) return COST_NEVER;
    return (seen->deviations & ATP_DEV_FIELDS) != 0 ? 0 : 1;
}

/* ---- the table -------------------------------------------------------- */

static uint32_t *at(const struct table *table, size_t row, size_t column)
{
    return &table->cost[row * table->columns + column];
}

static uint32_t missing_cost(const struct table *table, size_t column)
{
    return (table->elements[column] & ATP_ELEMENT_OPTIONAL) != 0 ? 0 : COST_GAP;
}

static void lower(uint32_t *cost, uint32_t before, uint32_t step)
{
    if (before < COST_NEVER && step < COST_NEVER && before + step < *cost) *cost = before + step;
}

/* Cost of a line as a further one of a repeated element. */
static uint32_t again_cost(const struct table *table, size_t row, size_t column)
{
    if (column == 0 || (table->elements[column - 1] & ATP_ELEMENT_REPEATED) == 0) return COST_NEVER;
    return match_cost(table, row, column - 1);
}

static void fill_cell(const struct table *table, size_t row, size_t column)
{
    uint32_t *cost = at(table, row, column);
    *cost = row == 0 && column == 0 ? 0 : COST_NEVER;
    if (column > 0) lower(cost, *at(table, row, column - 1), missing_cost(table, column - 1));
    if (row == 0) return;
    lower(cost, *at(table, row - 1, column), COST_GAP);
    lower(cost, *at(table, row - 1, column), again_cost(table, row - 1, column));
    if (column > 0)
        lower(cost, *at(table, row - 1, column - 1), match_cost(table, row - 1, column - 1));
}

static void fill(const struct table *table)
{
    for (size_t row = 0; row < table->rows; row++)
        for (size_t column = 0; column < table->columns; column++) fill_cell(table, row, column);
}

/* Back from the end: which line was taken for which element. A line that fits
 * is preferred to a gap. */
static void trace(const struct table *table, struct alignment *out)
{
    size_t row = table->rows - 1;
    size_t column = table->columns - 1;
    while (row > 0 || column > 0) {
        uint32_t cost = *at(table, row, column);
        uint32_t match =
            row > 0 && column > 0 ? match_cost(table, row - 1, column - 1) : COST_NEVER;
        uint32_t again = row > 0 ? again_cost(table, row - 1, column) : COST_NEVER;
        if (match < COST_NEVER && *at(table, row - 1, column - 1) + match == cost) {
            out->seen_as[--row] = (uint16_t)--column;
            out->came[column] = true;
            out->matched++;
        } else if (again < COST_NEVER && *at(table, row - 1, column) + again == cost) {
            out->seen_as[--row] = (uint16_t)(column - 1);
            out->matched++;
        } else if (column > 0
                   && *at(table, row, column - 1) + missing_cost(table, column - 1) == cost) {
            column--;
        } else {
            row--;
        }
    }
}

static struct alignment align(const struct judge *judge, const struct judge_work *work,
                              size_t index)
{
    const struct atp_catalog *catalog = &judge->compiled->catalog;
    const struct atp_variant *variant = &catalog->variants[work->form->variant + index];
    size_t count = work->seen_count < SEEN_MAX ? work->seen_count : SEEN_MAX;
    struct table table = {
        .judge = judge,
        .work = work,
        .elements = &catalog->elements[variant->element],
        .rows = count + 1,
        .columns = variant->element_count + 1u,
    };
    table.cost = memory_new(table.rows * table.columns, sizeof *table.cost);
    struct alignment out = {.variant = variant, .index = index, .seen_count = count};
    out.seen_as = memory_new(count, sizeof *out.seen_as);
    out.came = memory_new(variant->element_count, sizeof *out.came);
    memset(out.seen_as, 0xFF, count * sizeof *out.seen_as);
    fill(&table);
    out.cost = *at(&table, count, variant->element_count);
    trace(&table, &out);
    free(table.cost);
    return out;
}

static void release(struct alignment *alignment)
{
    free(alignment->seen_as);
    free(alignment->came);
}

/* ---- telling ---------------------------------------------------------- */

static bool is_required(const struct judge *judge, const struct alignment *found, size_t element)
{
    const uint16_t *elements = &judge->compiled->catalog.elements[found->variant->element];
    return !found->came[element] && (elements[element] & ATP_ELEMENT_OPTIONAL) == 0;
}

static size_t element_record(const struct judge *judge, const struct alignment *found,
                             size_t element)
{
    return judge->compiled->catalog.elements[found->variant->element + element]
           & ATP_ELEMENT_RECORD;
}

static const char *notation(const struct judge *judge, size_t record)
{
    return compiled_notation(judge->compiled, record);
}

/* Where the element should have come: ahead of the next line that did. */
static struct span place_of(const struct judge_work *work, const struct alignment *found,
                            size_t element)
{
    for (size_t i = 0; i < found->seen_count; i++)
        if (found->seen_as[i] != NOTHING && found->seen_as[i] > element)
            return (struct span){.offset = work->seen[i].at.offset, .line = work->seen[i].at.line};
    size_t line = work->out.line;
    if (work->seen_count > 0) line = work->seen[work->seen_count - 1].at.line;
    return (struct span){.offset = work->out.offset + work->out.size, .line = line};
}

static const char *seen_instead(const struct judge_work *work, const struct alignment *found,
                                size_t element)
{
    for (size_t i = 0; i < found->seen_count; i++)
        if (found->seen_as[i] != NOTHING && found->seen_as[i] > element) return work->seen[i].text;
    if (work->expired) return "nothing until the host's clock ran out";
    return work->is_over ? "the next command" : "nothing";
}

/* An element that did not come and stands elsewhere: the line it is. */
static size_t find_displaced(const struct judge *judge, const struct judge_work *work,
                             const struct alignment *found, size_t element)
{
    uint16_t awaited = judge->compiled->catalog.elements[found->variant->element + element];
    for (size_t i = 0; i < found->seen_count; i++)
        if (found->seen_as[i] == NOTHING
            && judge_is_element(&judge->compiled->catalog, awaited, work->seen[i].record))
            return i;
    return NO_INDEX;
}

/* What stands in the way and is no element: it is doubled if the variant has
 * it, else in no variant. */
static void tell_extra(const struct judge *judge, struct judge_work *work,
                       const struct alignment *found, size_t line)
{
    const struct judge_seen *seen = &work->seen[line];
    bool again = false;
    for (size_t i = 0; i < found->variant->element_count; i++) {
        uint16_t element = judge->compiled->catalog.elements[found->variant->element + i];
        again = again || judge_is_element(&judge->compiled->catalog, element, seen->record);
    }
    char *expected = again ? memory_format("%s once", notation(judge, seen->record))
                           : memory_format("the lines of variant %s alone",
                                           work->out.variant[0] == '\0' ? "1" : work->out.variant);
    judge_add(work, again ? JUDGE_DOUBLED : JUDGE_UNEXPECTED, NULL, seen->at, expected,
              memory_text(seen->text));
}

static bool is_result(const struct judge *judge, size_t record)
{
    return judge->compiled->catalog.records[record].result != ATP_RESULT_NONE;
}

static void tell_missing(const struct judge *judge, struct judge_work *work,
                         const struct alignment *found, size_t element)
{
    size_t record = element_record(judge, found, element);
    bool final = is_result(judge, record) && !work->has_final;
    judge_add(work, final ? JUDGE_MISSING_FINAL : JUDGE_MISSING_LINE, NULL,
              place_of(work, found, element), memory_text(notation(judge, record)),
              memory_text(seen_instead(work, found, element)));
}

static void tell_differences(const struct judge *judge, struct judge_work *work,
                             struct alignment *found)
{
    for (size_t i = 0; i < found->variant->element_count; i++) {
        if (!is_required(judge, found, i)) continue;
        size_t displaced = find_displaced(judge, work, found, i);
        if (displaced == NO_INDEX) {
            tell_missing(judge, work, found, i);
            continue;
        }
        found->seen_as[displaced] = (uint16_t)i;
        struct judge_seen *seen = &work->seen[displaced];
        judge_add(work, JUDGE_WRONG_ORDER, NULL, seen->at,
                  memory_format("%s where variant %s has it",
                                notation(judge, element_record(judge, found, i)),
                                work->out.variant[0] == '\0' ? "1" : work->out.variant),
                  memory_text(seen->text));
    }
    for (size_t i = 0; i < found->seen_count; i++)
        if (found->seen_as[i] == NOTHING) tell_extra(judge, work, found, i);
}

/* Lines of the right name that are another variant's. */
static void tell_other_records(const struct judge *judge, struct judge_work *work,
                               const struct alignment *found)
{
    for (size_t i = 0; i < found->seen_count; i++) {
        const struct judge_seen *seen = &work->seen[i];
        if (found->seen_as[i] == NOTHING || (seen->deviations & ATP_DEV_FIELDS) != 0) continue;
        size_t record = element_record(judge, found, found->seen_as[i]);
        uint16_t element =
            judge->compiled->catalog.elements[found->variant->element + found->seen_as[i]];
        if (judge_is_element(&judge->compiled->catalog, element, seen->record)) continue;
        judge_add(work, JUDGE_UNEXPECTED, NULL, seen->at, memory_text(notation(judge, record)),
                  memory_text(seen->text));
    }
}

/* ---- what is not over ------------------------------------------------- */

/* Whether all that came is the beginning of the variant. */
static bool is_beginning(const struct judge *judge, const struct alignment *found)
{
    size_t last = 0;
    if (found->matched < found->seen_count) return false;
    for (size_t i = 0; i < found->variant->element_count; i++)
        if (found->came[i]) last = i + 1;
    for (size_t i = 0; i < last; i++)
        if (is_required(judge, found, i)) return false;
    return true;
}

static size_t first_missing(const struct judge *judge, const struct alignment *found)
{
    for (size_t i = 0; i < found->variant->element_count; i++)
        if (is_required(judge, found, i)) return i;
    return found->variant->element_count;
}

/* What the variants that agree so far await: `OK or ERROR`. */
static char *awaited(const struct judge *judge, const struct alignment *all, size_t count)
{
    char *text = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t missing = first_missing(judge, &all[i]);
        if (!is_beginning(judge, &all[i]) || missing == all[i].variant->element_count) continue;
        const char *next = notation(judge, element_record(judge, &all[i], missing));
        if (text != NULL && strstr(text, next) != NULL) continue;
        char *longer = text == NULL ? memory_text(next) : memory_format("%s or %s", text, next);
        free(text);
        text = longer;
    }
    return text;
}

/* An asynchronous result may come after further commands; what stands before
 * the OK, or belongs to it, may not. */
static bool may_still_come(const struct judge *judge, const struct judge_work *work,
                           const struct alignment *found)
{
    if (!work->is_over) return true;
    size_t record = element_record(judge, found, first_missing(judge, found));
    return work->has_final && judge->compiled->catalog.records[record].role == ATP_ROLE_ASYNC;
}

static void tell_unfinished(const struct judge *judge, struct judge_work *work,
                            const struct alignment *all, size_t count,
                            const struct alignment *found)
{
    char *expected = awaited(judge, all, count);
    bool late = work->out.time_limit_ms > 0 && work->out.sent_us != TRANSCRIPT_NO_TIME
                && work->last_us != TRANSCRIPT_NO_TIME
                && work->last_us - work->out.sent_us > (int64_t)work->out.time_limit_ms * 1000;
    if (!work->expired && !late && may_still_come(judge, work, found)) {
        work->out.why = memory_format("the recording ends before %s", expected);
        free(expected);
        return;
    }
    struct span at = {.offset = work->out.offset + work->out.size, .line = work->out.line};
    judge_add(work, work->has_final ? JUDGE_MISSING_LINE : JUDGE_MISSING_FINAL, NULL, at, expected,
              memory_text(seen_instead(work, found, found->variant->element_count)));
}

/* ---- the choice ------------------------------------------------------- */

static bool is_erratum(const struct judge *judge, const struct alignment *found)
{
    return strncmp(atp_variant_label(&judge->compiled->catalog, found->variant), "erratum", 7) == 0;
}

static bool is_better(const struct judge *judge, const struct alignment *a,
                      const struct alignment *b)
{
    if (a->cost != b->cost) return a->cost < b->cost;
    if (is_erratum(judge, a) != is_erratum(judge, b)) return !is_erratum(judge, a);
    return a->matched > b->matched;
}

/* Of those that agree with all that came, the one that lacks least; else the
 * cheapest. */
static const struct alignment *choose(const struct judge *judge, const struct alignment *all,
                                      size_t count)
{
    const struct alignment *best = &all[0];
    for (size_t i = 1; i < count; i++) {
        bool begins = is_beginning(judge, &all[i]);
        if (best->cost > 0 && all[i].cost > 0 && begins != is_beginning(judge, best)) {
            if (begins) best = &all[i];
        } else if (is_better(judge, &all[i], best)) {
            best = &all[i];
        }
    }
    return best;
}

static void note_variant(const struct judge *judge, struct judge_work *work,
                         const struct alignment *found)
{
    work->out.variant = atp_variant_label(&judge->compiled->catalog, found->variant);
    work->place.variant_index = found->index;
    if (found->cost > 0 || !is_erratum(judge, found)) return;
    size_t at = 0;
    while (at + 1 < work->seen_count && found->seen_as[at] == NOTHING) at++;
    struct span span = {.offset = work->out.offset, .line = work->out.line};
    if (work->seen_count > 0) span = work->seen[at].at;
    judge_add(work, JUDGE_ERRATUM, NULL, span, memory_text("the manual's notation"),
              memory_text(work->seen_count > 0 ? work->seen[at].text : ""));
}

/* What the manual does not allow may be refused, whether a variant states so or
 * not. */
static bool is_refused(const struct judge *judge, const struct judge_work *work)
{
    return work->illegal && work->seen_count == 1
           && judge->compiled->catalog.records[work->seen[0].record].result == ATP_RESULT_ERROR;
}

static void tell(const struct judge *judge, struct judge_work *work, const struct alignment *all,
                 size_t count)
{
    if (is_refused(judge, work)) return;
    struct alignment *found = (struct alignment *)(uintptr_t)choose(judge, all, count);
    bool unfinished = found->cost > 0 && is_beginning(judge, found)
                      && first_missing(judge, found) < found->variant->element_count;
    if (work->several && found->cost > 0) { /* whose line is whose is not known */
        work->out.why = memory_text("the responses to several commands in one line cannot be "
                                    "told apart");
        return;
    }
    /* Which variant it would have become is not known while several agree. */
    if (!unfinished || found->matched > 0) note_variant(judge, work, found);
    if (unfinished) tell_unfinished(judge, work, all, count, found);
    else if (found->cost > 0) tell_differences(judge, work, found);
    tell_other_records(judge, work, found);
}

void judge_response(struct judge *judge, struct judge_work *work)
{
    size_t count = work->form->variant_count;
    if (count == 0) return;
    struct alignment all[ATP_VARIANT_COUNT_MAX];
    for (size_t i = 0; i < count; i++) all[i] = align(judge, work, i);
    tell(judge, work, all, count);
    for (size_t i = 0; i < count; i++) release(&all[i]);
}
