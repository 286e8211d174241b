/* Texts that a target has written, and what no store may bring into them. */
#ifndef FUZZ_WRITTEN_H
#define FUZZ_WRITTEN_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct written {
    char *bytes; /* owned: the caller frees it                              */
    size_t size;
};

/* A file whose bytes are *out after written_close. */
FILE *written_open(struct written *out);
void written_close(FILE *file);

/* No control byte but line ends; `what` names the check. */
void written_is_inert(const char *what, const struct written *text);

/* What a reader of stores complained of although it read them: nothing, but for last lines
 * that are cut short. */
void written_is_quiet(const char *what, const struct written *complaints);

/* A page that is ours but for its texts: what only a text could bring is not in it, a
 * second script or title, another element, a control byte. */
void written_is_page(const char *what, const struct written *page);

/* A comment of at most 65,536 bytes (GitHub's limit) without a tag but our own, outside
 * of its blocks of commands, which end. */
void written_is_markdown(const char *what, const struct written *markdown);

/* JSON without a key twice. Owns: the caller, json_decref. */
json_t *written_read_json(const char *what, const struct written *text);

#endif
