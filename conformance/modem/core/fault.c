/* Whether a fault that the module has strikes now, and its random numbers. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <stdlib.h>

/* ---- striking --------------------------------------------------------- */

bool fault_strikes(struct defect_use *use)
{
    use->count++;
    if (use->flaw.lasting) return use->count >= use->flaw.at;
    return use->flaw.at == 0 || use->count == use->flaw.at;
}

bool modem_strikes(struct modem *modem, enum modem_fault fault)
{
    struct defect_state *state = &modem->defects;
    for (size_t i = 0; i < state->use_count; i++)
        if (state->uses[i].flaw.defect->fault == fault) return fault_strikes(&state->uses[i]);
    return false;
}

uint64_t fault_random(struct modem *modem, uint64_t limit)
{
    return random_below(&modem->defects.random, limit);
}

/* ---- a module with defects -------------------------------------------- */

void fault_begin(struct modem *modem)
{
    const struct modem_options *options = &modem->options;
    struct defect_state *state = &modem->defects;
    *state = (struct defect_state){.random = {~options->seed}, .urc_random = {options->urcs}};
    state->uses = memory_new(options->flaw_count, sizeof *state->uses);
    state->use_count = options->flaw_count;
    for (size_t i = 0; i < options->flaw_count; i++) state->uses[i].flaw = options->flaws[i];
    modem->options.flaws = NULL; /* the caller's */
}

void fault_end(struct modem *modem)
{
    free(modem->defects.uses);
    buffer_release(&modem->defects.kept);
}

void fault_line_begins(struct modem *modem)
{
    modem->defects.mute = modem->defects.glues = false;
    modem->defects.payload_left = 0;
    modem->defects.kept.size = 0;
    modem->defects.asked = (struct asked){.at = modem->now};
    if (modem_strikes(modem, FAULT_FREEZE)) modem->defects.frozen = true;
}
