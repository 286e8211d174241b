/* What a matcher holds: the steps it has taken, values of the case, choices. */
#include "base/memory.h"
#include "match/match_internal.h"
#include "match/match_part.h"

#define CHOICE_MAX ((size_t)1 << 18)
#define UNDO_MAX   ((size_t)1 << 20) /* values to be put back                   */

/* ---- the budget --------------------------------------------------------- */

void match_spend(const struct matcher *matcher, size_t bytes)
{
    *matcher->steps += 1 + bytes / MATCH_SCAN_SIZE;
}

bool match_is_given_up(const struct matcher *matcher)
{
    return matcher->is_given_up || *matcher->steps > matcher->step_max;
}

void match_give_up(struct matcher *matcher)
{
    matcher->is_given_up = true;
}

/* ---- values ----------------------------------------------------------- */

void match_set_value(struct matcher *matcher, size_t slot, struct match_value value)
{
    *LIST_ADD(&matcher->undo) = (struct match_undo){slot, matcher->values[slot]};
    if (matcher->undo.count > UNDO_MAX) match_give_up(matcher);
    value.is_set = true;
    matcher->values[slot] = value;
}

void match_undo_values(struct matcher *matcher, size_t count)
{
    while (matcher->undo.count > count) {
        const struct match_undo *undo = &matcher->undo.items[--matcher->undo.count];
        matcher->values[undo->slot] = undo->before;
    }
}

bool match_find_value(const struct matcher *matcher, size_t slot, struct match_value *out)
{
    *out = matcher->values[slot];
    if (out->bytes == NULL) out->bytes = matcher->bytes + out->offset;
    return out->is_set;
}

bool match_find_length(const struct matcher *matcher, const struct script_payload *payload,
                       size_t *out)
{
    struct match_value value;
    return match_find_value(matcher, payload->slot, &value)
           && match_read_length(value.bytes, value.size, out);
}

/* ---- choices ---------------------------------------------------------- */

struct match_choice *match_push_choice(struct matcher *matcher, enum match_choice_kind kind)
{
    if (matcher->choices.count > CHOICE_MAX) match_give_up(matcher);
    struct match_choice *choice = LIST_ADD(&matcher->choices);
    *choice = (struct match_choice){.kind = kind,
                                    .point = matcher->point,
                                    .frame_count = matcher->frames.count,
                                    .undo_count = matcher->undo.count};
    return choice;
}

void match_drop_choice(struct matcher *matcher)
{
    matcher->choices.count--;
}
