/* A page's frame, and text in it. */
#include "page.h"

#include "text.h"

#include <stdlib.h>

/* reports/page/, page_embedded.S */
extern const char page_css_begin[], page_css_end[];
extern const char page_js_begin[], page_js_end[];

void page_text(FILE *out, const char *bytes)
{
    if (bytes == NULL) return;
    char *shown = text_shown(bytes);
    for (const char *at = shown; *at != '\0'; at++) {
        switch (*at) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\'': fputs("&#39;", out); break;
        default: fputc(*at, out);
        }
    }
    free(shown);
}

void page_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
          out);
    page_text(out, title);
    fputs("</title>\n<style>\n", out);
    fwrite(page_css_begin, 1, (size_t)(page_css_end - page_css_begin), out);
    fputs("</style>\n</head>\n<body>\n", out);
}

void page_end(FILE *out)
{
    fputs("<script>\n", out);
    fwrite(page_js_begin, 1, (size_t)(page_js_end - page_js_begin), out);
    fputs("</script>\n</body>\n</html>\n", out);
}
