/* The cases that failed, the worst first, and texts about them. */
#ifndef REPORTS_WORST_H
#define REPORTS_WORST_H

#include "store/store.h"

struct worst_case {
    const struct store_case *case_;
    const struct reports_exchange *exchange; /* with the first fault; may be NULL */
    const struct reports_finding *fault;     /* may be NULL                       */
    size_t fault_count;
    size_t index; /* in the store */
};

/* Lists all cases that make the store red: failed before unexpectedly passed, must
 * before should, many faults before few, then in the order of the store.
 * Writes: *count. Owns: the caller frees the list. */
struct worst_case *worst_list(const struct store *store, size_t *count);

/* Texts may hold any bytes. Owns: the caller frees them. */
char *worst_location(const struct worst_case *worst); /* `FILE:LINE`, as far as known */
char *worst_problem(const struct worst_case *worst);  /* rule and clause         */
char *worst_details(const struct worst_case *worst);  /* expected and seen, or why */

#endif
