/* Escapes text for Markdown: GitHub and GitLab render it as it is, without mark-up,
 * links, mentions, references, emoji or mathematics. */
#ifndef REPORTS_MARKDOWN_TEXT_H
#define REPORTS_MARKDOWN_TEXT_H

#include <stddef.h>

/* The bytes as shown text (text.h) in `<code>`, on one line of at most `columns`.
 * Bytes with a meaning in Markdown become character references, which are never
 * mark-up (CommonMark 0.30, 2.5). Inside `<code>` GitHub and GitLab do not search
 * the rendered page for mentions, references and links.
 * Owns: the caller frees it. */
char *markdown_code(const char *bytes, size_t columns);

/* The whole text; without `<code>` if it is only words, which need no escape.
 * Owns: the caller frees it. */
char *markdown_text(const char *bytes);

/* A fence for a code block that no line of the text can close.
 * Owns: the caller frees it. */
char *markdown_fence(const char *text);

#endif
