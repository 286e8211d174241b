/* Compares two runs. Cases are paired by id, way and dialect, with all their
 * repetitions. */
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

#define COMPARED_MAX 8 /* repetitions of a side */
#define STRONG       1000

/* ---- pairing ---------------------------------------------------------- */

static int compare_keys(const struct store_case *a, const struct store_case *b)
{
    int order = strcmp(a->is.id, b->is.id);
    if (order == 0) order = (a->is.way > b->is.way) - (a->is.way < b->is.way);
    return order == 0 ? strcmp(a->is.dialect, b->is.dialect) : order;
}

static int by_key(const void *a, const void *b)
{
    const struct store_case *one = *(const struct store_case *const *)a;
    const struct store_case *two = *(const struct store_case *const *)b;
    int order = compare_keys(one, two);
    return order == 0 ? (one > two) - (one < two) : order; /* of one array */
}

static void sort_side(struct reports_diff *diff, size_t side)
{
    const struct store *store = &diff->stores[side];
    diff->sorted[side] = arena_new(&diff->arena, store->case_count, sizeof(void *));
    for (size_t i = 0; i < store->case_count; i++) diff->sorted[side][i] = &store->cases[i];
    if (store->case_count > 1) qsort(diff->sorted[side], store->case_count, sizeof(void *), by_key);
}

/* Takes the repetitions of the case from the front of `runs`. */
static void take(struct diff_side *side, const struct store_case **runs, size_t count,
                 const struct store_case *key)
{
    side->runs = runs;
    while (side->count < count && compare_keys(runs[side->count], key) == 0) side->count++;
    diff_fold_side(side);
}

static void pair_cases(struct reports_diff *diff)
{
    size_t at[2] = {0, 0};
    size_t counts[2] = {diff->stores[0].case_count, diff->stores[1].case_count};
    diff->cases = arena_new(&diff->arena, counts[0] + counts[1], sizeof *diff->cases);
    while (at[0] < counts[0] || at[1] < counts[1]) {
        struct diff_case *case_ = &diff->cases[diff->case_count++];
        size_t first = at[0] == counts[0];
        if (at[0] < counts[0] && at[1] < counts[1])
            first = compare_keys(diff->sorted[0][at[0]], diff->sorted[1][at[1]]) > 0;
        const struct store_case *key = diff->sorted[first][at[first]];
        for (size_t side = 0; side < 2; side++) {
            take(&case_->sides[side], diff->sorted[side] + at[side], counts[side] - at[side], key);
            at[side] += case_->sides[side].count;
        }
    }
}

/* ---- behaviour -------------------------------------------------------- */

/* Repetitions with the outcome of the case, COMPARED_MAX at most. */
struct candidates {
    const struct store_case *items[COMPARED_MAX];
    size_t count;
};

static struct candidates candidates_of(const struct diff_side *side, bool passing)
{
    struct candidates found = {.count = 0};
    for (size_t i = 0; i < side->count && found.count < COMPARED_MAX; i++) {
        enum reports_outcome outcome = side->runs[i]->is.outcome;
        bool fits = passing ? outcome == REPORTS_PASSED || outcome == REPORTS_UNEXPECTED_PASS
                            : outcome == side->told->is.outcome;
        if (fits) found.items[found.count++] = side->runs[i];
    }
    return found;
}

static size_t distance(const struct store_case *old, const struct store_case *new)
{
    struct arena scratch = {0};
    struct diff_changes changes = {0};
    size_t weight = 0;
    diff_compare(&scratch, &old->is, &new->is, &changes);
    for (size_t i = 0; i < changes.count; i++)
        weight += changes.items[i].kind < DIFF_WEAK ? STRONG : 1;
    arena_release(&scratch);
    return weight;
}

struct told {
    size_t at[2]; /* of the candidates */
    size_t distance;
};

/* The repetition of the other side that is nearest to the candidate. */
static struct told nearest_to(size_t distances[][COMPARED_MAX], size_t side, size_t at,
                              size_t count)
{
    struct told nearest = {.distance = SIZE_MAX};
    for (size_t k = 0; k < count; k++) {
        size_t here = side == 0 ? distances[at][k] : distances[k][at];
        if (here >= nearest.distance) continue;
        nearest.distance = here;
        nearest.at[side] = at;
        nearest.at[1 - side] = k;
    }
    return nearest;
}

static bool is_better(const struct told *one, const struct told *two)
{
    if (one->distance != two->distance) return one->distance > two->distance;
    return one->at[0] + one->at[1] < two->at[0] + two->at[1];
}

/* Chooses the repetition of either side that is farthest from all of the other side,
 * and its nearest one there. So a difference is found even if one side shows it only
 * now and then. */
static void choose_told(struct diff_case *case_, const struct candidates sides[2])
{
    size_t distances[COMPARED_MAX][COMPARED_MAX];
    struct told farthest = {{COMPARED_MAX, COMPARED_MAX}, 0};
    for (size_t i = 0; i < sides[0].count; i++)
        for (size_t k = 0; k < sides[1].count; k++)
            distances[i][k] = distance(sides[0].items[i], sides[1].items[k]);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side].count; i++) {
            struct told told = nearest_to(distances, side, i, sides[1 - side].count);
            if (is_better(&told, &farthest)) farthest = told;
        }
    for (size_t side = 0; side < 2; side++)
        case_->sides[side].told = sides[side].items[farthest.at[side]];
}

/* Marks values that also differ between the repetitions of this side. */
static void mark_natural(struct reports_diff *diff, struct diff_case *case_,
                         const struct candidates *side, const struct store_case *told)
{
    for (size_t i = 0; i < side->count; i++) {
        struct diff_changes within = {0};
        if (side->items[i] == told) continue;
        diff_compare(&diff->arena, &told->is, &side->items[i]->is, &within);
        for (size_t k = 0; k < within.count; k++)
            for (size_t c = 0; c < case_->change_count; c++)
                if (within.items[k].kind == DIFF_VALUE && case_->changes[c].kind == DIFF_VALUE
                    && strcmp(within.items[k].key, case_->changes[c].key) == 0)
                    case_->changes[c].natural = true;
    }
}

static void compare_case(struct reports_diff *diff, struct diff_case *case_)
{
    bool passing = diff_is_passing(case_);
    const struct candidates sides[2] = {candidates_of(&case_->sides[0], passing),
                                        candidates_of(&case_->sides[1], passing)};
    struct diff_changes changes = {0};
    if (sides[0].count == 0 || sides[1].count == 0) return;
    choose_told(case_, sides);
    if (distance(case_->sides[0].told, case_->sides[1].told) == 0) return;
    diff_compare(&diff->arena, &case_->sides[0].told->is, &case_->sides[1].told->is, &changes);
    case_->changes = changes.items;
    case_->change_count = changes.count;
    for (size_t i = 0; i < changes.count; i++) changes.items[i].of = case_;
    for (size_t side = 0; side < 2; side++)
        mark_natural(diff, case_, &sides[side], case_->sides[side].told);
}

static void judge_cases(struct reports_diff *diff)
{
    for (size_t i = 0; i < diff->case_count; i++) {
        struct diff_case *case_ = &diff->cases[i];
        diff_judge_case(diff, case_);
        diff->classes[case_->class]++;
        diff->regression_count += case_->regression;
        diff->common_count += case_->sides[0].count > 0 && case_->sides[1].count > 0;
        if (case_->sides[0].played == 0 || case_->sides[1].played == 0) continue;
        diff->compared_count++;
        compare_case(diff, case_);
    }
}

/* ---- who -------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
    return strcmp(store_text(a), store_text(b)) == 0;
}

static void identify(struct reports_diff *diff, size_t side)
{
    struct diff_identity *identity = &diff->identities[side];
    const struct store *store = &diff->stores[side];
    bool known = false;
    for (size_t i = 0; i < store->case_count; i++) {
        const struct reports_identity *of = &store->cases[i].is.identity;
        if (of->manufacturer == NULL && of->model == NULL && of->firmware == NULL) continue;
        if (!known)
            *identity = (struct diff_identity){of->manufacturer, of->model, of->firmware, false};
        known = true;
        identity->several |= !is_same(identity->manufacturer, of->manufacturer)
                             || !is_same(identity->model, of->model)
                             || !is_same(identity->firmware, of->firmware);
    }
}

/* ---- all -------------------------------------------------------------- */

struct reports_diff *reports_diff_open(const struct reports_diff_input *input, FILE *errors)
{
    struct reports_diff *diff = arena_must(calloc(1, sizeof *diff));
    diff->input = *input;
    for (size_t side = 0; side < 2; side++) {
        const struct reports_diff_side *from = &input->sides[side];
        if (!store_read(from->stores, from->store_count, &diff->stores[side], errors)) {
            reports_diff_close(diff);
            return NULL;
        }
        sort_side(diff, side);
        identify(diff, side);
    }
    pair_cases(diff);
    judge_cases(diff);
    diff_group_all(diff);
    diff_set_all(diff);
    diff_measure(diff);
    return diff;
}

void reports_diff_close(struct reports_diff *diff)
{
    if (diff == NULL) return;
    for (size_t side = 0; side < 2; side++) store_release(&diff->stores[side]);
    arena_release(&diff->arena);
    free(diff);
}

bool reports_diff_write(const struct reports_diff *diff, enum reports_diff_format format, FILE *out)
{
    switch (format) {
    case REPORTS_DIFF_TEXT: diff_write_text(diff, out); break;
    case REPORTS_DIFF_HTML: diff_write_html(diff, out); break;
    case REPORTS_DIFF_MARKDOWN: diff_write_markdown(diff, out); break;
    case REPORTS_DIFF_JSON: diff_write_json(diff, out); break;
    case REPORTS_DIFF_FORMAT_COUNT: break;
    }
    return fflush(out) == 0 && !ferror(out);
}
