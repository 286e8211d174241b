/* What differs between two repetitions of a case: exchange by exchange, aligned
 * by what the host sent. */
#include "base/text.h"
#include "diff/align.h"
#include "diff/diff.h"

#include <stdlib.h>
#include <string.h>

struct pairing {
    struct arena *arena;
    const struct reports_case *cases[2];
    const char **shapes[2]; /* of the commands                               */
    struct diff_map *map;
    struct diff_changes *out;
};

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

static const char *kept(struct arena *arena, char *text)
{
    char *copy = memcpy(arena_new(arena, strlen(text) + 1, 1), text, strlen(text));
    free(text);
    return copy;
}

/* ---- one exchange ----------------------------------------------------- */

/* `+CSQ execute`, else the command as sent. */
static const char *label(struct arena *arena, const struct reports_exchange *exchange)
{
    const char *name = store_text(exchange->name);
    const char *form = store_text(exchange->form);
    if (*name == '\0') return exchange->command;
    return kept(arena, text_format("%s%s%s", name, *form == '\0' ? "" : " ", form));
}

static const char *finding_text(struct arena *arena, const struct reports_finding *finding)
{
    return kept(arena, text_format("%s %s%s", finding->rule, finding->clause,
                                   finding->declared ? " (declared)" : ""));
}

static bool has_finding(const struct reports_exchange *exchange,
                        const struct reports_finding *wanted)
{
    for (size_t i = 0; i < exchange->finding_count; i++) {
        const struct reports_finding *finding = &exchange->findings[i];
        if (is(finding->rule, wanted->rule) && is(finding->clause, wanted->clause)
            && finding->level == wanted->level && finding->declared == wanted->declared)
            return true;
    }
    return false;
}

static void compare_findings(const struct pairing *pairing, const struct reports_exchange *old,
                             const struct reports_exchange *new, const char *command)
{
    for (size_t i = 0; i < old->finding_count; i++)
        if (!has_finding(new, &old->findings[i]))
            diff_add(pairing->arena, pairing->out, DIFF_FINDING, command,
                     finding_text(pairing->arena, &old->findings[i]), "", "");
    for (size_t i = 0; i < new->finding_count; i++)
        if (!has_finding(old, &new->findings[i]))
            diff_add(pairing->arena, pairing->out, DIFF_FINDING, command, "",
                     finding_text(pairing->arena, &new->findings[i]), "");
}

static void compare_exchanges(const struct pairing *pairing, const struct reports_exchange *old,
                              const struct reports_exchange *new)
{
    struct diff_changes *out = pairing->out;
    size_t before = out->count;
    const char *command = label(pairing->arena, old);
    compare_findings(pairing, old, new, command);
    if (!is(store_text(old->variant), store_text(new->variant)))
        diff_add(pairing->arena, out, DIFF_VARIANT, command, store_text(old->variant),
                 store_text(new->variant), "");
    diff_compare_wire(pairing->arena, pairing->map, old, new, command, out);
    const struct diff_script *script = NULL;
    for (size_t i = before; i < out->count; i++)
        if (out->items[i].script != NULL) script = out->items[i].script;
    for (size_t i = before; i < out->count; i++) {
        out->items[i].script = script;
        out->items[i].exchanges[0] = old;
        out->items[i].exchanges[1] = new;
    }
}

/* ---- all exchanges ---------------------------------------------------- */

static bool equal(const void *user, size_t old, size_t new)
{
    const struct pairing *pairing = user;
    return is(pairing->shapes[0][old], pairing->shapes[1][new]);
}

/* An order of the two sides: swapping them must match the same exchanges. */
static bool is_greater(const struct pairing *pairing)
{
    const struct reports_case *old = pairing->cases[0];
    const struct reports_case *new = pairing->cases[1];
    int order = 0;
    for (size_t i = 0; i < old->exchange_count && i < new->exchange_count &&order == 0; i++)
        order = strcmp(pairing->shapes[0][i], pairing->shapes[1][i]);
    return order == 0 ? old->exchange_count > new->exchange_count : order > 0;
}

static const char **read_shapes(struct arena *arena, const struct reports_case *case_)
{
    const char **shapes = arena_new(arena, case_->exchange_count, sizeof *shapes);
    for (size_t i = 0; i < case_->exchange_count; i++)
        shapes[i] = diff_shape(arena, case_->exchanges[i].command);
    return shapes;
}

static bool is_same_command(const struct reports_exchange *old, const struct reports_exchange *new)
{
    return *store_text(old->name) != '\0' && is(old->name, store_text(new->name))
           && is(store_text(old->form), store_text(new->form));
}

/* Matches exchanges of the same command and form that are left over at the same place
 * between two matches. */
static void match_rest(const struct pairing *pairing, size_t *matches)
{
    size_t count = pairing->cases[0]->exchange_count;
    size_t next = 0; /* the first that is matched, from here on */
    size_t at = 0;   /* of new, after the last one               */
    for (size_t i = 0; i < count; i++, at++) {
        while (next < count && (next < i || matches[next] == ALIGN_NONE)) next++;
        size_t end = next == count ? pairing->cases[1]->exchange_count : matches[next];
        if (next == i) at = matches[i];
        else if (at < end
                 && is_same_command(&pairing->cases[0]->exchanges[i],
                                    &pairing->cases[1]->exchanges[at]))
            matches[i] = at;
    }
}

static void add_command(const struct pairing *pairing, size_t side, size_t index)
{
    const struct reports_exchange *exchange = &pairing->cases[side]->exchanges[index];
    const char *text = *exchange->command == '\0' ? "(no command)" : exchange->command;
    diff_add(pairing->arena, pairing->out, DIFF_COMMAND, label(pairing->arena, exchange),
             side == 0 ? text : "", side == 1 ? text : "", pairing->shapes[side][index]);
    pairing->out->items[pairing->out->count - 1].exchanges[side] = exchange;
}

static void learn(const struct pairing *pairing, const size_t *matches)
{
    for (size_t i = 0; i < pairing->cases[0]->exchange_count; i++)
        if (matches[i] != ALIGN_NONE)
            diff_map_learn(pairing->map, pairing->cases[0]->exchanges[i].command,
                           pairing->cases[1]->exchanges[matches[i]].command);
    for (size_t i = 0; i < diff_map_count(pairing->map); i++) {
        const char *texts[2];
        diff_map_pair(pairing->map, i, texts);
        diff_add(pairing->arena, pairing->out, DIFF_SENT, "", texts[0], texts[1], "");
    }
}

static void compare_matched(const struct pairing *pairing, const size_t *matches)
{
    size_t at = 0;
    for (size_t i = 0; i < pairing->cases[0]->exchange_count; i++) {
        if (matches[i] == ALIGN_NONE) {
            add_command(pairing, 0, i);
            continue;
        }
        for (; at < matches[i]; at++) add_command(pairing, 1, at);
        compare_exchanges(pairing, &pairing->cases[0]->exchanges[i],
                          &pairing->cases[1]->exchanges[at++]);
    }
    for (; at < pairing->cases[1]->exchange_count; at++) add_command(pairing, 1, at);
}

/* ---- lines that went to another exchange ------------------------------ */

static bool is_one_sided(const struct diff_change *change, size_t side)
{
    return *change->texts[side] != '\0' && *change->texts[1 - side] == '\0';
}

/* Joins two changes: an unsolicited result code, or another line, that now comes after
 * another command. Removes the second change. */
static bool join(const struct pairing *pairing, struct diff_change *gone, struct diff_change *come)
{
    if (come->kind != gone->kind || !is_one_sided(come, 1)
        || !diff_map_fits(pairing->map, gone->texts[0], come->texts[1]))
        return false;
    struct arena *arena = pairing->arena;
    gone->kind = DIFF_ORDER;
    gone->texts[1] = kept(arena, text_format("%s after %s", come->texts[1], come->command));
    gone->texts[0] = kept(arena, text_format("%s after %s", gone->texts[0], gone->command));
    gone->command = "";
    *come = pairing->out->items[--pairing->out->count];
    return true;
}

static void join_moved(const struct pairing *pairing)
{
    struct diff_changes *out = pairing->out;
    for (size_t i = 0; i < out->count; i++) {
        struct diff_change *gone = &out->items[i];
        bool line = gone->kind == DIFF_URC || gone->kind == DIFF_LINE;
        if (!line || !is_one_sided(gone, 0)) continue;
        for (size_t k = 0; k < out->count; k++)
            if (k != i && join(pairing, gone, &out->items[k])) break;
    }
}

void diff_compare(struct arena *arena, const struct reports_case *old,
                  const struct reports_case *new, struct diff_changes *out)
{
    struct pairing pairing = {.arena = arena,
                              .cases = {old, new},
                              .shapes = {read_shapes(arena, old), read_shapes(arena, new)},
                              .map = diff_map_new(arena),
                              .out = out};
    size_t *matches = align(arena, old->exchange_count, new->exchange_count, equal, &pairing,
                            is_greater(&pairing));
    match_rest(&pairing, matches);
    learn(&pairing, matches);
    compare_matched(&pairing, matches);
    join_moved(&pairing);
}
