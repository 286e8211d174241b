/* How often each case was played. */
#include "run/rounds.h"
#include "base/memory.h"
#include "run/run.h"

#include <stdlib.h>
#include <string.h>

struct run_round *run_find_round(struct run *run, const char *id)
{
    for (size_t i = 0; i < run->round_count; i++)
        if (strcmp(run->rounds[i].id, id) == 0) return &run->rounds[i];
    run->rounds =
        memory_grow(run->rounds, run->round_count + 1, &run->round_capacity, sizeof *run->rounds);
    run->rounds[run->round_count] = (struct run_round){.id = memory_text(id)};
    return &run->rounds[run->round_count++];
}

size_t run_begin_round(struct run *run, const char *id, bool *finished)
{
    struct run_round *round = run_find_round(run, id);
    round->begun++;
    *finished = round->begun <= round->finished;
    return round->begun;
}

void run_release_rounds(struct run *run)
{
    for (size_t i = 0; i < run->round_count; i++) free(run->rounds[i].id);
    free(run->rounds);
}
