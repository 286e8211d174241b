/* Makes a sequence small while it shows a finding: fewer commands, then fewer and
 * shorter arguments, then plain data. */
#include "livefuzz/hunt.h"

#include "base/memory.h"
#include "livefuzz/say_internal.h"

#include <stdlib.h>
#include <string.h>

#define TRIES_VIRTUAL 120
#define TRIES_PORT    16
#define SHORT_SIZE    4 /* a longer argument is cut in half                    */

struct shrinking {
    struct hunt *hunt;
    struct sequence *best;
    const struct hunt_key *key;
    struct hunt_played *played; /* of the best                              */
    bool shown;
    unsigned tries;
};

/* Takes the candidate if it shows the finding still. Owns: it is released. */
static bool attempt(struct shrinking *shrinking, struct sequence *candidate)
{
    struct hunt *hunt = shrinking->hunt;
    struct hunt_played played;
    bool stopped = hunt->run.lost || *hunt->options->run->stop != 0;
    if (stopped || shrinking->tries == 0 || candidate->count == 0) {
        sequence_release(candidate);
        return false;
    }
    shrinking->tries--;
    hunt_play(hunt, candidate, &played);
    bool shows = hunt_has(hunt, &played, shrinking->key);
    struct sequence *worse = shows ? shrinking->best : candidate;
    sequence_release(worse);
    if (shows) *shrinking->best = *candidate;
    if (!shows) hunt_played_release(&played);
    if (shows && shrinking->shown) hunt_played_release(shrinking->played);
    if (shows) *shrinking->played = played;
    shrinking->shown = shrinking->shown || shows;
    return shows;
}

/* ---- commands --------------------------------------------------------- */

static void drop_steps(struct shrinking *shrinking)
{
    for (size_t at = shrinking->best->count; at-- > 0;) {
        struct sequence candidate;
        if (at >= shrinking->best->count) continue;
        sequence_copy(&candidate, shrinking->best);
        sequence_drop(&candidate, at);
        attempt(shrinking, &candidate);
    }
}

/* ---- lines ------------------------------------------------------------ */

static bool try_line(struct shrinking *shrinking, size_t at, const char *line)
{
    struct sequence candidate;
    bool same = strcmp(shrinking->best->steps[at].line, line) == 0;
    if (same || strlen(line) < 2 || !hunt_may_say(shrinking->hunt, line)) return false;
    sequence_copy(&candidate, shrinking->best);
    sequence_set_line(&candidate, at, line);
    return attempt(shrinking, &candidate);
}

/* The first or the last of several commands alone. */
static void split_commands(struct shrinking *shrinking, size_t at)
{
    const char *line = shrinking->best->steps[at].line;
    const char *first = strchr(line, ';');
    const char *last = strrchr(line, ';');
    if (first == NULL) return;
    char *head = memory_slice(line, (size_t)(first - line));
    char *tail = memory_format("AT%s", last + 1);
    if (!try_line(shrinking, at, head)) try_line(shrinking, at, tail);
    free(head);
    free(tail);
}

static bool drop_argument(struct shrinking *shrinking, size_t at)
{
    struct say_parts parts;
    say_split(shrinking->best->steps[at].line, &parts);
    bool taken = false;
    if (parts.count > 0) {
        free(parts.arguments[--parts.count]);
        char *line = say_join(&parts);
        taken = try_line(shrinking, at, line);
        free(line);
    }
    say_release_parts(&parts);
    return taken;
}

/* Cut in half; a string keeps its last quote. */
static void halve(char *text)
{
    size_t size = strlen(text);
    bool quoted = size > 1 && text[0] == '"' && text[size - 1] == '"';
    text[size / 2] = '\0';
    if (quoted) {
        text[size / 2 - 1] = '"';
    }
}

static bool shorten_argument(struct shrinking *shrinking, size_t at, size_t argument)
{
    struct say_parts parts;
    say_split(shrinking->best->steps[at].line, &parts);
    bool taken = false;
    if (argument < parts.count && strlen(parts.arguments[argument]) > SHORT_SIZE) {
        halve(parts.arguments[argument]);
        char *line = say_join(&parts);
        taken = try_line(shrinking, at, line);
        free(line);
    }
    say_release_parts(&parts);
    return taken;
}

static void shorten_step(struct shrinking *shrinking, size_t at)
{
    split_commands(shrinking, at);
    while (drop_argument(shrinking, at)) continue;
    for (size_t i = 0; i < SAY_ARGUMENT_MAX; i++)
        while (shorten_argument(shrinking, at, i)) continue;
    if (shrinking->best->steps[at].data_size > 0) {
        struct sequence candidate;
        sequence_copy(&candidate, shrinking->best);
        sequence_set_data(&candidate, at, NULL, 0);
        attempt(shrinking, &candidate);
    }
}

/* ---- the whole -------------------------------------------------------- */

/* As it is; after what was said before it. */
static bool show_again(struct shrinking *shrinking, const struct sequence *sequence)
{
    struct hunt *hunt = shrinking->hunt;
    struct sequence all;
    sequence_copy(&all, sequence);
    for (size_t before = 0;; before++) {
        struct sequence candidate;
        sequence_copy(&candidate, &all);
        bool shows = attempt(shrinking, &candidate);
        if (shows || hunt->options->is_virtual || before == HUNT_HISTORY) {
            sequence_release(&all);
            return shows;
        }
        for (size_t i = hunt->history[before].count; i-- > 0;)
            sequence_insert(&all, 0, &hunt->history[before].steps[i]);
    }
}

bool hunt_shrink(struct hunt *hunt, struct sequence *sequence, const struct hunt_key *key,
                 struct hunt_played *played)
{
    struct shrinking shrinking = {
        .hunt = hunt,
        .best = sequence,
        .key = key,
        .played = played,
        .tries = hunt->options->is_virtual ? TRIES_VIRTUAL : TRIES_PORT,
    };
    struct sequence first;
    sequence_copy(&first, sequence);
    bool shows = show_again(&shrinking, &first);
    sequence_release(&first);
    if (!shows) return false;
    drop_steps(&shrinking);
    for (size_t i = 0; i < sequence->count; i++) shorten_step(&shrinking, i);
    return true;
}
