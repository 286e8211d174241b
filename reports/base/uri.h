/* Paths as URIs (RFC 3986). */
#ifndef REPORTS_URI_H
#define REPORTS_URI_H

/* Of a path within the current directory, relative to it and without dot
 * segments; of any other `file:///…`, which readers that know where the
 * repository lies can make relative. Every byte but letters, digits and `-._~/`
 * is `%HH`. Owns: the caller frees it. */
char *uri_of(const char *path);

/* The path itself, relative to the current directory and without dot segments;
 * NULL: it is not within. Owns: the caller frees it. */
char *uri_path_within(const char *path);

#endif
