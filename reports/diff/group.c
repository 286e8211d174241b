/* Groups equal changes, so that each is reported once. */
#define _GNU_SOURCE
#include "base/text.h"
#include "diff/diff.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* The key that equal changes share. For kinds that do not depend on the command, such
 * as a changed firmware name, it leaves the command out. */
static char *key_of(const struct diff_change *change)
{
    bool by_command =
        change->kind == DIFF_VARIANT || change->kind == DIFF_ORDER || change->kind == DIFF_PAYLOAD;
    bool by_shape = *change->key != '\0';
    return text_format("%d\n%d\n%s\n%s\n%s\n%d", (int)change->kind, diff_is_passing(change->of),
                       by_command ? change->command : "", by_shape ? change->key : change->texts[0],
                       by_shape ? "" : change->texts[1],
                       by_shape ? (*change->texts[0] != '\0') * 2 + (*change->texts[1] != '\0')
                                : 0);
}

/* ---- the tree --------------------------------------------------------- */

struct leaf {
    char *key;
    size_t index; /* of the group, or the set */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct leaf *)a)->key, ((const struct leaf *)b)->key);
}

/* The index of the key; a new key gets *count. Takes the key. */
static size_t find(void **tree, size_t *count, char *key)
{
    struct leaf *fresh = arena_must(calloc(1, sizeof *fresh));
    *fresh = (struct leaf){key, *count};
    struct leaf *leaf = *(struct leaf **)arena_must(tsearch(fresh, tree, by_text));
    if (leaf != fresh) {
        free(fresh);
        free(key);
        return leaf->index;
    }
    return (*count)++;
}

static void release_leaf(void *leaf)
{
    free(((struct leaf *)leaf)->key);
    free(leaf);
}

/* ---- groups ----------------------------------------------------------- */

static void put(struct arena *arena, struct diff_group *group, struct diff_change *change)
{
    group->changes =
        arena_room(arena, group->changes, group->count, &group->capacity, sizeof(void *));
    bool first_of_case = group->count == 0 || group->changes[group->count - 1]->of != change->of;
    group->case_count += first_of_case;
    group->changes[group->count++] = change;
    group->passing = diff_is_passing(change->of);
}

static int by_weight(const void *a, const void *b)
{
    const struct diff_group *one = a;
    const struct diff_group *two = b;
    const struct diff_change *first = one->changes[0];
    const struct diff_change *second = two->changes[0];
    if (first->kind != second->kind) return (int)first->kind - (int)second->kind;
    if (one->case_count != two->case_count) return one->case_count < two->case_count ? 1 : -1;
    int order = strcmp(first->command, second->command);
    for (size_t side = 0; side < 2 && order == 0; side++)
        order = strcmp(first->texts[side], second->texts[side]);
    return order;
}

static int by_cases(const void *a, const void *b, void *groups)
{
    const struct diff_group *one = &((const struct diff_group *)groups)[*(const size_t *)a];
    const struct diff_group *two = &((const struct diff_group *)groups)[*(const size_t *)b];
    if (one->case_count != two->case_count) return one->case_count < two->case_count ? 1 : -1;
    return (one > two) - (one < two);
}

static void list_by_count(struct reports_diff *diff)
{
    diff->by_count = arena_new(&diff->arena, diff->group_count, sizeof *diff->by_count);
    for (size_t i = 0; i < diff->group_count; i++) {
        const struct diff_group *group = &diff->groups[i];
        if (!group->passing && group->changes[0]->kind < DIFF_COMMAND)
            diff->by_count[diff->by_count_count++] = i;
    }
    if (diff->by_count_count > 1)
        qsort_r(diff->by_count, diff->by_count_count, sizeof *diff->by_count, by_cases,
                diff->groups);
}

void diff_group_all(struct reports_diff *diff)
{
    void *tree = NULL;
    size_t room = 0;
    for (size_t i = 0; i < diff->case_count; i++) room += diff->cases[i].change_count;
    diff->groups = arena_new(&diff->arena, room, sizeof *diff->groups);
    for (size_t i = 0; i < diff->case_count; i++)
        for (size_t k = 0; k < diff->cases[i].change_count; k++) {
            struct diff_change *change = &diff->cases[i].changes[k];
            size_t index = find(&tree, &diff->group_count, key_of(change));
            put(&diff->arena, &diff->groups[index], change);
        }
    tdestroy(tree, release_leaf);
    if (diff->group_count > 1)
        qsort(diff->groups, diff->group_count, sizeof *diff->groups, by_weight);
    list_by_count(diff);
}

/* ---- sets ------------------------------------------------------------- */

static char *key_of_case(const struct diff_case *case_, const struct reports_finding *fault)
{
    return text_format("%d\n%d\n%s", (int)case_->class, case_->regression,
                       fault == NULL ? "" : fault->rule);
}

static void put_case(struct arena *arena, struct diff_set *set, const struct diff_case *case_,
                     const struct reports_finding *fault)
{
    set->cases = arena_room(arena, set->cases, set->count, &set->capacity, sizeof(void *));
    if (set->count == 0) set->fault = fault;
    set->class = case_->class;
    set->regression = case_->regression;
    set->cases[set->count++] = case_;
}

static int by_harm(const void *a, const void *b)
{
    const struct diff_set *one = a;
    const struct diff_set *two = b;
    if (one->regression != two->regression) return two->regression - one->regression;
    if (one->class != two->class) return (int)one->class - (int)two->class;
    if (one->count != two->count) return one->count < two->count ? 1 : -1;
    return strcmp(diff_any(one->cases[0])->is.id, diff_any(two->cases[0])->is.id);
}

void diff_set_all(struct reports_diff *diff)
{
    void *tree = NULL;
    diff->sets = arena_new(&diff->arena, diff->case_count, sizeof *diff->sets);
    for (size_t i = 0; i < diff->case_count; i++) {
        const struct diff_case *case_ = &diff->cases[i];
        const struct reports_finding *fault = diff_fault(case_);
        if (case_->class == DIFF_SAME) continue;
        size_t index = find(&tree, &diff->set_count, key_of_case(case_, fault));
        put_case(&diff->arena, &diff->sets[index], case_, fault);
    }
    tdestroy(tree, release_leaf);
    if (diff->set_count > 1) qsort(diff->sets, diff->set_count, sizeof *diff->sets, by_harm);
}
