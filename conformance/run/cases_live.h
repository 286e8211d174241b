/* The live cases of corpus/live, part of the program. */
#ifndef CONFORMANCE_CASES_LIVE_H
#define CONFORMANCE_CASES_LIVE_H

struct cases_live_file {
    const char *name; /* as the repository has it                           */
    const char *begin, *end;
};

/* The last has the name NULL. */
extern const struct cases_live_file cases_live_files[];

#endif
