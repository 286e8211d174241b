/* Which case exercises what of the catalogue: clause x form x variant x case.
 *
 * What a case exercises is not what it states but what its traffic is judged to
 * be: the variants that came, the URCs, the parameters with their tables. */
#ifndef CONFORMANCE_TRACE_H
#define CONFORMANCE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Prints the matrix of all sets, a row a form's variant or a URC with its
 * clause, how many cases exercise it, and the first of them.
 *
 * Complains, on `errors`, of each clause and row that no case exercises, of a
 * case whose id names no command set and clause, or whose traffic exercises
 * nothing of the catalogue, of an id that stands twice. With a `ledger`, a file
 * of all ids that were ever given (a line each, `ID | TITLE`, `! ` before the
 * retired), also of an id that it lacks, of one that it has with another title
 * or as retired, and of one that has no case any more; `update` writes it.
 *
 * Returns: an exit code: 0, 1 if there was a complaint, 2 if a file could not
 * be read or written. */
int trace_print(const char *const *paths, size_t path_count, const char *ledger, bool update,
                FILE *out, FILE *errors);

#endif
