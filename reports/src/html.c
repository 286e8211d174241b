/* The report as one page. */
#include "page.h"
#include "store.h"

void html_write(const struct store *store, const struct reports_input *input, FILE *out)
{
    (void)input;
    page_begin(out, "atproof");
    for (size_t i = 0; i < store->case_count; i++) {
        fputs("<p>", out);
        page_text(out, store->cases[i].name);
        fputs(": ", out);
        page_text(out, store->cases[i].is.outcome);
        fputs("</p>\n", out);
    }
    page_end(out);
}
