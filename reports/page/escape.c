#include "page/escape.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void put_shown(FILE *out, const char *shown)
{
    for (;;) {
        size_t plain = strcspn(shown, "&<>\"'");
        fwrite(shown, 1, plain, out);
        shown += plain;
        switch (*shown++) {
        case '\0': return;
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        default: fputs("&#39;", out);
        }
    }
}

/* Whether it is its own shown text without a look at its characters. */
static int is_ascii(const char *bytes)
{
    while (*bytes >= ' ' && *bytes <= '~') bytes++;
    return *bytes == '\0';
}

void escape_text(FILE *out, const char *bytes)
{
    if (bytes == NULL) return;
    if (is_ascii(bytes)) {
        put_shown(out, bytes);
        return;
    }
    char *shown = text_shown(bytes);
    put_shown(out, shown);
    free(shown);
}
