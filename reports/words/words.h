/* The words of the enums of results.h, as the store has them. */
#ifndef REPORTS_WORDS_H
#define REPORTS_WORDS_H

#include "atproof/results.h"

/* `names[value]` of an enum; 0 has no word. */
struct words {
    const char *const *names;
    unsigned count; /* values, with 0 */
};

extern const struct words words_levels, words_verdicts, words_outcomes, words_directions;
extern const struct words words_wire_kinds, words_engines, words_fuzz_kinds;

/* Returns: NULL for 0 and for a value that is not in the enum. */
const char *words_name(const struct words *words, unsigned value);

/* Finds the value of the word; only the reader needs it. Returns: 0 if there is none. */
unsigned words_find(const struct words *words, const char *word);

#endif
