/* The report as one page: the verdict first, then what led to it. */
#include "html/html.h"

#include "html/parts.h"

struct page {
    const void *frame;
    const void *verdict, *matrix, *cases, *latency, *fuzz, *coverage, *skipped;
};

static const struct template_field page_fields[] = {
    TEMPLATE_PART(struct page, frame, page_frame_shape),
    TEMPLATE_PART(struct page, verdict, html_verdict_shape),
    TEMPLATE_PART(struct page, matrix, html_matrix_shape),
    TEMPLATE_PART(struct page, cases, html_cases_shape),
    TEMPLATE_PART(struct page, latency, html_latency_shape),
    TEMPLATE_PART(struct page, fuzz, html_fuzz_shape),
    TEMPLATE_PART(struct page, coverage, html_coverage_shape),
    TEMPLATE_PART(struct page, skipped, html_skipped_shape),
};
static const struct template_shape page_shape = TEMPLATE_SHAPE(struct page, page_fields);

void html_write(const struct store *store, const struct reports_input *input, FILE *out,
                FILE *errors)
{
    struct html html = {.errors = errors, .store = store, .input = input};
    html_prepare(&html);
    const char *title =
        page_format(&html.arena, "%s: %s", html_answer(&html.totals),
                    html.modules.count == 1 ? html.modules.items[0] : "atproof report");
    const struct page page = {
        .frame = page_frame(&html.arena, title),
        .verdict = html_verdict(&html),
        .matrix = html_matrix(&html),
        .cases = html_cases(&html),
        .latency = html_latency(&html),
        .fuzz = html_fuzz(&html),
        .coverage = html_coverage(&html),
        .skipped = html_skipped(&html),
    };
    page_write("page.html", &page_shape, &page, out);
    arena_release(&html.exchange_arena);
    arena_release(&html.case_arena);
    arena_release(&html.arena);
}
