/* Sessions that show the virtual module's defects. */
#ifndef DEFECT_SAMPLE_H
#define DEFECT_SAMPLE_H

#include <stdbool.h>

#define DEFECT_STEP_MAX 12

/* A step is a command line, or begins with one of these. */
#define STEP_RAW       "=" /* bytes of an upload, without a line end; 0x7F is NUL */
#define STEP_LONG_LINE "L" /* a line of thousands of commands                */
#define STEP_NETWORK   "&" /* until the request under way is over            */
#define STEP_MINUTES   "~" /* so many minutes pass                           */
#define STEP_SECONDS   "^" /* so many seconds                                */
#define STEP_AWAIT     "?" /* until that text comes                          */

/* In the rule's place: the judge does not know A/, V0, Q1 and editing, and finds
 * such a session wrong even if it is in good order. */
#define DEFECT_UNKNOWN ""

struct defect_trial {
    const char *name;     /* of the defect                                  */
    const char *dialects; /* a space between them                           */
    const char *steps[DEFECT_STEP_MAX];
    /* How it is found: by the judge, */
    const char *rule;
    const char *clause;
    /* or by what the host expects to hear, and what not. */
    const char *wanted;
    const char *unwanted;
    bool in_vain; /* what is awaited does not come with the defect          */
};

/* The first trial; those of data are in a table of their own. Both end with the
 * name NULL. */
extern const struct defect_trial defect_trials[];
extern const struct defect_trial defect_data_trials[];

/* The trial after that, of either table; its name is NULL after the last. */
const struct defect_trial *defect_next_trial(const struct defect_trial *trial);

#endif
