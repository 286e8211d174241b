/* Text in Markdown that stays text: no mark-up, link, mention, reference, emoji
 * or mathematics of GitHub or GitLab arises from it. */
#ifndef REPORTS_MARKDOWN_TEXT_H
#define REPORTS_MARKDOWN_TEXT_H

#include <stddef.h>

/* As shown text (text.h) on one line and of at most so many columns, in `<code>`:
 * what could mean anything to a reader of Markdown stands as a character reference,
 * which is never mark-up (CommonMark 0.30, 2.5), and in code neither GitHub nor GitLab
 * looks for mentions, references and links, which they do in the rendered page.
 * Owns: the caller frees it. */
char *markdown_code(const char *bytes, size_t columns);

/* The whole of it, and without `<code>` if it is words alone, from which nothing
 * could arise. Owns: the caller frees it. */
char *markdown_text(const char *bytes);

/* A fenced block's fence that ends at no line of the text. Owns: the caller. */
char *markdown_fence(const char *text);

#endif
