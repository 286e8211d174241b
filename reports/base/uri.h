/* Paths as URIs (RFC 3986). */
#ifndef REPORTS_URI_H
#define REPORTS_URI_H

/* The URI of a path. Inside the current directory it is relative to that, without
 * dot segments; outside it is `file:///…`, which a reader that knows the repository
 * can make relative. Every byte but letters, digits and `-._~/` becomes `%HH`.
 * Owns: the caller frees it. */
char *uri_of(const char *path);

/* The path relative to the current directory, without dot segments. Owns: the caller
 * frees it. Returns: NULL if the path is outside. */
char *uri_path_within(const char *path);

#endif
