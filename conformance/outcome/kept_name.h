/* The name of the file that keeps a case's transcript. */
#ifndef CONFORMANCE_KEPT_NAME_H
#define CONFORMANCE_KEPT_NAME_H

#include <stddef.h>

#define KEPT_LOG      "line.at" /* in the same folder: every byte of the run */
#define KEPT_NAME_MAX 250       /* bytes of a name, at most                  */

/* The name without its folder, for any id. Different arguments give different names,
 * on file systems that ignore case too, and none gives KEPT_LOG:
 *
 *     core/27.007-8.5/live-a   core+27.007-8.5+live-a.at
 *     core/V.250/a b           core+,v.250+a=20b.at
 *
 * `/` is `+`, a capital letter is `,` and the small one, any byte other than a small
 * letter, a digit, `.`, `-` or `_` is `=` and two hexadecimal digits, as are a `.` at
 * the begin, the first letter of a name that a system reserves (`con`, `line`), and
 * the lone `=` of an empty id. Of a long id the SHA-256 stands after the begin and `~`.
 *
 * `round`: how often an id was played until now, 1 the first time: `~2`. `attempt`
 * likewise, of a case that is tried again: `~try2`.
 * Owns: the caller frees it. */
char *kept_name(const char *id, size_t round, unsigned attempt);

#endif
