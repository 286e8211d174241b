/* Two runs compared, as a page: the verdict, who, what became of the cases, what
 * behaves otherwise, what takes longer. Cases and groups of changes are made one at
 * a time while the page is written. */
#include "diff/html.h"

#include <string.h>

#define CAUSES_MAX 5
#define GROUPS_MAX 1000

/* ---- values ----------------------------------------------------------- */

struct fault {
    const char *level, *rule, *clause;
    const void *sides;
};

static const struct template_field fault_fields[] = {
    TEMPLATE_VALUE(struct fault, level),
    TEMPLATE_VALUE(struct fault, rule),
    TEMPLATE_VALUE(struct fault, clause),
    TEMPLATE_PART(struct fault, sides, page_sides_shape),
};
static const struct template_shape fault_shape = TEMPLATE_SHAPE(struct fault, fault_fields);

struct case_view {
    bool is_open;
    const char *tone, *class, *id, *level, *dialect, *text, *again;
    size_t way;
    const void *fault;
    struct template_list changes;
};

static const struct template_field case_fields[] = {
    TEMPLATE_VALUE(struct case_view, is_open),
    TEMPLATE_VALUE(struct case_view, tone),
    TEMPLATE_VALUE(struct case_view, class),
    TEMPLATE_VALUE(struct case_view, id),
    TEMPLATE_VALUE(struct case_view, level),
    TEMPLATE_VALUE(struct case_view, dialect),
    TEMPLATE_VALUE(struct case_view, text),
    TEMPLATE_VALUE(struct case_view, again),
    TEMPLATE_VALUE(struct case_view, way),
    TEMPLATE_PART(struct case_view, fault, fault_shape),
    TEMPLATE_PART(struct case_view, changes, diff_html_change_shape),
};
static const struct template_shape case_shape = TEMPLATE_SHAPE(struct case_view, case_fields);

struct set {
    const char *name, *clauses;
    struct template_each cases;
    size_t more;

    const struct diff_set *of;
    struct arena *arena; /* of the case under way                            */
    struct case_view view;
    size_t next;
};

static const struct template_field set_fields[] = {
    TEMPLATE_VALUE(struct set, name),
    TEMPLATE_VALUE(struct set, clauses),
    TEMPLATE_PART(struct set, cases, case_shape),
    TEMPLATE_VALUE(struct set, more),
};
static const struct template_shape set_shape = TEMPLATE_SHAPE(struct set, set_fields);

/* Changes of cases that pass on both sides. */
struct groups {
    struct template_each groups;
    size_t shown;
    bool is_full;

    const struct reports_diff *diff;
    bool is_weak;
    struct arena *arena; /* of the group under way                           */
    struct diff_html_group view;
    const struct diff_script *last;
    size_t next;
};

static const struct template_field groups_fields[] = {
    TEMPLATE_PART(struct groups, groups, diff_html_group_shape),
    TEMPLATE_VALUE(struct groups, shown),
    TEMPLATE_VALUE(struct groups, is_full),
};
static const struct template_shape groups_shape = TEMPLATE_SHAPE(struct groups, groups_fields);

struct class
{
    size_t count;
    const char *word;
};

static const struct template_field class_fields[] = {
    TEMPLATE_VALUE(struct class, count),
    TEMPLATE_VALUE(struct class, word),
};
static const struct template_shape class_shape = TEMPLATE_SHAPE(struct class, class_fields);

struct side {
    const char *manufacturer, *model, *firmware, *when, *name, *command;
    size_t case_count;
    bool is_several, is_baseline;
};

static const struct template_field side_fields[] = {
    TEMPLATE_VALUE(struct side, manufacturer), TEMPLATE_VALUE(struct side, model),
    TEMPLATE_VALUE(struct side, firmware),     TEMPLATE_VALUE(struct side, when),
    TEMPLATE_VALUE(struct side, name),         TEMPLATE_VALUE(struct side, command),
    TEMPLATE_VALUE(struct side, case_count),   TEMPLATE_VALUE(struct side, is_several),
    TEMPLATE_VALUE(struct side, is_baseline),
};
static const struct template_shape side_shape = TEMPLATE_SHAPE(struct side, side_fields);

struct page {
    const void *frame;
    const char *tone;
    bool is_regression, is_good, is_nothing;
    size_t regression_count, case_count;
    struct template_list classes, sides, sets, causes;
    size_t more_causes;
    const void *strong, *weak; /* struct groups                              */
    size_t evident_count, tested_count, needed;
    struct template_list latencies;
    bool has_more_latencies;
};

static const struct template_field page_fields[] = {
    TEMPLATE_PART(struct page, frame, page_frame_shape),
    TEMPLATE_VALUE(struct page, tone),
    TEMPLATE_VALUE(struct page, is_regression),
    TEMPLATE_VALUE(struct page, is_good),
    TEMPLATE_VALUE(struct page, is_nothing),
    TEMPLATE_VALUE(struct page, regression_count),
    TEMPLATE_VALUE(struct page, case_count),
    TEMPLATE_PART(struct page, classes, class_shape),
    TEMPLATE_PART(struct page, sides, side_shape),
    TEMPLATE_PART(struct page, sets, set_shape),
    TEMPLATE_PART(struct page, causes, diff_html_group_shape),
    TEMPLATE_VALUE(struct page, more_causes),
    TEMPLATE_PART(struct page, strong, groups_shape),
    TEMPLATE_PART(struct page, weak, groups_shape),
    TEMPLATE_VALUE(struct page, evident_count),
    TEMPLATE_VALUE(struct page, tested_count),
    TEMPLATE_VALUE(struct page, needed),
    TEMPLATE_PART(struct page, latencies, diff_latency_shape),
    TEMPLATE_VALUE(struct page, has_more_latencies),
};
static const struct template_shape page_shape = TEMPLATE_SHAPE(struct page, page_fields);

/* ---- who -------------------------------------------------------------- */

static void fill_verdict(struct arena *arena, const struct reports_diff *diff, struct page *page)
{
    enum reports_diff_verdict verdict = reports_diff_verdict(diff);
    struct class *classes = arena_new(arena, DIFF_CLASS_COUNT, sizeof *classes);
    page->is_regression = verdict == REPORTS_DIFF_REGRESSION;
    page->is_good = verdict == REPORTS_DIFF_GOOD;
    page->is_nothing = !page->is_regression && !page->is_good;
    page->tone = page->is_regression ? "bad" : page->is_good ? "good" : "warn";
    page->regression_count = diff->regression_count;
    page->case_count = diff->case_count;
    page->classes.items = classes;
    for (enum diff_class i = 0; i < DIFF_CLASS_COUNT; i++)
        if (diff->classes[i] > 0)
            classes[page->classes.count++] = (struct class){diff->classes[i], diff_class_name(i)};
}

static struct template_list sides_of(struct arena *arena, const struct reports_diff *diff)
{
    struct side *sides = arena_new(arena, 2, sizeof *sides);
    for (size_t i = 0; i < 2; i++) {
        const struct diff_identity *is = &diff->identities[i];
        const struct store *store = &diff->stores[i];
        sides[i] = (struct side){
            .manufacturer = is->manufacturer,
            .model = is->model,
            .firmware = is->firmware,
            .when = page_keep(arena, diff_when_text(diff, i)),
            .name = diff->input.sides[i].name,
            .command = store->run == NULL ? NULL : store->run->command,
            .case_count = store->case_count,
            .is_several = is->several,
            .is_baseline = store->baseline != NULL,
        };
    }
    return (struct template_list){sides, 2};
}

/* ---- cases ------------------------------------------------------------ */

static const char *tone_of(const struct diff_set *set)
{
    if (set->regression) return "bad";
    if (set->class == DIFF_NEWLY_PASSING || set->class == DIFF_APPEARED) return "good";
    return set->class == DIFF_NOT_PLAYED ? "idle" : "warn";
}

/* Both sides of an exchange stand after the last of its changes. */
static struct template_list changes_of(struct arena *arena, const struct diff_case *case_)
{
    struct diff_html_change *changes = arena_new(arena, DIFF_HTML_LINES_MAX, sizeof *changes);
    struct template_list list = {changes, 0};
    for (size_t i = 0; i < case_->change_count && i < DIFF_HTML_LINES_MAX; i++) {
        const struct diff_change *change = &case_->changes[i];
        bool last = i + 1 == case_->change_count || case_->changes[i + 1].script != change->script;
        if (change->kind < DIFF_WEAK) changes[list.count++] = diff_html_change(arena, change, last);
    }
    return list;
}

static const void *fault_of(struct arena *arena, const struct diff_case *case_)
{
    const struct reports_finding *finding = diff_fault(case_);
    if (finding == NULL) return NULL;
    struct fault *fault = arena_new(arena, 1, sizeof *fault);
    *fault = (struct fault){reports_level_name(finding->level), finding->rule, finding->clause,
                            page_sides(arena, finding->expected, finding->seen)};
    return fault;
}

static const void *next_case(void *cursor)
{
    struct set *set = cursor;
    arena_clear(set->arena);
    if (set->next == set->of->count || set->next == DIFF_HTML_IDS_MAX) return NULL;
    const struct diff_case *case_ = set->of->cases[set->next];
    const struct reports_case *is = &diff_any(case_)->is;
    set->view = (struct case_view){
        .is_open = set->of->regression && set->next == 0,
        .tone = tone_of(set->of),
        .class = diff_class_name(case_->class),
        .id = is->id,
        .level = reports_level_name(is->level),
        .dialect = is->dialect,
        .text = page_keep(set->arena, diff_case_text(case_)),
        .again = case_->regression ? page_keep(set->arena, diff_again_text(case_)) : NULL,
        .way = (size_t)is->way,
        .fault = fault_of(set->arena, case_),
        .changes = changes_of(set->arena, case_),
    };
    set->next++;
    return &set->view;
}

static struct template_list sets_of(struct arena *arena, struct arena *case_arena,
                                    const struct reports_diff *diff)
{
    struct set *sets = arena_new(arena, diff->set_count, sizeof *sets);
    for (size_t i = 0; i < diff->set_count; i++) {
        const struct diff_set *set = &diff->sets[i];
        sets[i] = (struct set){
            .name = page_keep(arena, diff_set_text(set)),
            .clauses = page_keep(arena, diff_clauses_text(set)),
            .cases = {next_case, &sets[i]},
            .more = set->count > DIFF_HTML_IDS_MAX ? set->count - DIFF_HTML_IDS_MAX : 0,
            .of = set,
            .arena = case_arena,
        };
    }
    return (struct template_list){sets, diff->set_count};
}

/* What changed in most of those that fail: often why. */
static void fill_causes(struct arena *arena, const struct reports_diff *diff, struct page *page)
{
    struct diff_html_group *causes = arena_new(arena, CAUSES_MAX, sizeof *causes);
    size_t count = diff->by_count_count < CAUSES_MAX ? diff->by_count_count : CAUSES_MAX;
    for (size_t i = 0; i < count; i++)
        causes[i] = diff_html_group(arena, &diff->groups[diff->by_count[i]], false);
    page->causes = (struct template_list){causes, count};
    page->more_causes = diff->by_count_count - count;
}

/* ---- behaviour -------------------------------------------------------- */

/* The lines of a script stand once. */
static const void *next_group(void *cursor)
{
    struct groups *groups = cursor;
    const struct reports_diff *diff = groups->diff;
    arena_clear(groups->arena);
    groups->is_full = groups->shown == GROUPS_MAX;
    while (!groups->is_full && groups->next < diff->group_count) {
        const struct diff_group *group = &diff->groups[groups->next++];
        const struct diff_change *change = group->changes[0];
        if (!group->passing || (change->kind >= DIFF_WEAK) != groups->is_weak) continue;
        bool is_told = !groups->is_weak || change->kind == DIFF_VALUE;
        groups->view =
            diff_html_group(groups->arena, group, is_told && change->script != groups->last);
        groups->last = change->script;
        groups->shown++;
        return &groups->view;
    }
    return NULL;
}

static const void *groups_of(struct arena *arena, struct arena *group_arena,
                             const struct reports_diff *diff, bool is_weak)
{
    struct groups *groups = arena_new(arena, 1, sizeof *groups);
    *groups = (struct groups){
        .groups = {next_group, groups}, .diff = diff, .is_weak = is_weak, .arena = group_arena};
    return groups;
}

/* ---- all -------------------------------------------------------------- */

void diff_write_html(const struct reports_diff *diff, FILE *out)
{
    struct arena arena = {0};
    struct arena item_arena = {0}; /* of the case or group under way         */
    struct page page = {
        .frame = page_frame(&arena, "atproof diff"),
        .sides = sides_of(&arena, diff),
        .sets = sets_of(&arena, &item_arena, diff),
        .strong = groups_of(&arena, &item_arena, diff, false),
        .weak = groups_of(&arena, &item_arena, diff, true),
        .evident_count = diff->evident_count,
        .tested_count = diff->tested_count,
        .needed = diff->needed,
        .latencies = diff_html_latencies(&arena, diff),
    };
    page.has_more_latencies = diff->latency_count > page.latencies.count;
    fill_verdict(&arena, diff, &page);
    fill_causes(&arena, diff, &page);
    page_write("diff.html", &page_shape, &page, out);
    arena_release(&item_arena);
    arena_release(&arena);
}
