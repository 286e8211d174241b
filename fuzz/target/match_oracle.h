/* A second matcher, for small scripts and recordings: it asks of each node which places
 * can be reached from a set of places, and knows nothing of choices and budgets. */
#ifndef FUZZ_MATCH_ORACLE_H
#define FUZZ_MATCH_ORACLE_H

#include "script/script.h"

enum oracle_answer {
    ORACLE_NO_ANSWER, /* it does not know such scripts or recordings, or looked too long */
    ORACLE_IS,        /* the recording is one of the ways of the case       */
    ORACLE_IS_NOT
};

/* Knows: lines of plain text and groups of them; whole lines, of which none that the
 * module sent is one that the host sent (an echo). */
enum oracle_answer oracle_match(const struct script_case *case_,
                                const struct transcript *recording);

#endif
