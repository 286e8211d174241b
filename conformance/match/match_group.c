/* Groups: either, any-order, optional and repeat. A branch is a frame; what else can
 * be tried is a choice. */
#include "base/memory.h"
#include "match/match_internal.h"

/* ---- frames ----------------------------------------------------------- */

/* Begins a branch; the point stands after its group, in the frame that holds it. */
static void enter(struct matcher *matcher, const struct script_node *group, size_t branch,
                  uint64_t turns, uint64_t left)
{
    struct match_point *point = &matcher->point;
    *LIST_ADD(&matcher->frames) = (struct match_frame){.branch = &group->branches[branch],
                                                       .group = group,
                                                       .below = point->frame,
                                                       .after = point->index,
                                                       .turns = turns,
                                                       .left = left,
                                                       .began = *point};
    point->frame = matcher->frames.count - 1;
    point->index = 0;
}

/* Frames that a choice goes back to stay. */
static void drop_frame(struct matcher *matcher)
{
    size_t count = matcher->choices.count;
    size_t kept = count == 0 ? 0 : matcher->choices.items[count - 1].frame_count;
    size_t last = matcher->frames.count - 1;
    if (matcher->point.frame == last && last >= kept) matcher->frames.count--;
}

/* ---- one group each --------------------------------------------------- */

/* Either, or an optional one, from branch `first` on; the point stands after it. */
static bool take_branch(struct matcher *matcher, const struct script_node *group, size_t first)
{
    if (first == group->branch_count) return group->kind == SCRIPT_OPTIONAL;
    if (first + 1 < group->branch_count || group->kind == SCRIPT_OPTIONAL) {
        struct match_choice *choice = match_push_choice(matcher, CHOICE_BRANCH);
        choice->group = group;
        choice->next = first + 1;
    }
    enter(matcher, group, first, 0, 0);
    return true;
}

/* Branches of `left`, from `first` on; the point stands after the group. */
static bool take_order(struct matcher *matcher, const struct script_node *group, uint64_t left,
                       size_t first)
{
    if (left == 0) return true;
    while (first < group->branch_count && (left & UINT64_C(1) << first) == 0) first++;
    if (first == group->branch_count) return false;
    if (left >> first != 1) { /* another one is left above it */
        struct match_choice *choice = match_push_choice(matcher, CHOICE_ORDER);
        choice->group = group;
        choice->next = first + 1;
        choice->left = left;
    }
    enter(matcher, group, first, 0, left & ~(UINT64_C(1) << first));
    return true;
}

/* A further turn, or none; the point stands after the group. */
static bool take_turn(struct matcher *matcher, const struct script_node *group, uint64_t turns)
{
    if (turns >= group->max) return true;
    if (turns >= group->min) match_push_choice(matcher, CHOICE_LEAVE);
    enter(matcher, group, 0, turns + 1, 0);
    return true;
}

/* ---- all of them ------------------------------------------------------ */

bool match_enter_group(struct matcher *matcher, const struct script_node *node)
{
    matcher->point.index++;
    switch (node->kind) {
    case SCRIPT_REPEAT: return take_turn(matcher, node, 0);
    case SCRIPT_ANY_ORDER:
        return take_order(matcher, node, UINT64_MAX >> (SCRIPT_ORDER_MAX - node->branch_count), 0);
    default: return take_branch(matcher, node, 0);
    }
}

/* Whether nothing came, and nothing that is awaited changed. */
static bool is_same(const struct matcher *matcher, const struct match_point *began)
{
    const struct match_point *now = &matcher->point;
    struct match_place from = match_settle(matcher, began->place);
    struct match_place to = match_settle(matcher, now->place);
    return from.segment == to.segment && from.at == to.at && began->urc_count == now->urc_count
           && began->within_us == now->within_us && began->stream_end == now->stream_end;
}

/* An empty turn can come as often as is asked for: no further one is tried. If it was
 * not needed, the choice to leave before it does the same. */
static bool leave_turn(struct matcher *matcher, const struct match_frame *frame)
{
    if (!is_same(matcher, &frame->began)) return take_turn(matcher, frame->group, frame->turns);
    return frame->turns <= frame->group->min;
}

bool match_leave_branch(struct matcher *matcher)
{
    const struct match_frame frame = matcher->frames.items[matcher->point.frame];
    drop_frame(matcher);
    matcher->point.frame = frame.below;
    matcher->point.index = frame.after;
    if (frame.group->kind == SCRIPT_ANY_ORDER)
        return take_order(matcher, frame.group, frame.left, 0);
    return frame.group->kind != SCRIPT_REPEAT || leave_turn(matcher, &frame);
}

bool match_take_choice(struct matcher *matcher, const struct match_choice *choice)
{
    switch (choice->kind) {
    case CHOICE_BRANCH: return take_branch(matcher, choice->group, choice->next);
    case CHOICE_ORDER: return take_order(matcher, choice->group, choice->left, choice->next);
    default: return true; /* the point stands after the group */
    }
}
