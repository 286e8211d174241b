/* Markdown for the comment on a pull request: the verdict, counts, the worst
 * failures, the commands that show them again, fuzzers, coverage.
 *
 * GitHub accepts 65,536 characters, GitLab a million; the comment counts what does not
 * fit. All texts of a store go through base/markdown_text.h. */
#define _GNU_SOURCE
#include "markdown/markdown.h"

#include "base/markdown_text.h"
#include "base/text.h"
#include "markdown/coverage.h"
#include "store/verdict.h"
#include "store/worst.h"

#include <stdlib.h>
#include <string.h>

/* Bytes. Together with the fixed part they stay below GitHub's limit. */
#define CASES_SIZE_MAX   36000
#define FUZZ_SIZE_MAX    8000
#define FOUND_SIZE_MAX   14000
#define COMMAND_SIZE_MAX 2000

#define ROWS_MAX     20
#define NAME_COLUMNS 80
#define TEXT_COLUMNS 120

/* The rows of a table, and the commands that reproduce them. */
struct section {
    FILE *rows, *commands;
    char *rows_text, *commands_text;
    size_t rows_size, commands_size;
    size_t shown, left_out;
    size_t size_max;
};

/* ---- sections --------------------------------------------------------- */

static struct section *open_section(size_t size_max)
{
    struct section *section = arena_must(calloc(1, sizeof *section));
    section->rows = arena_must(open_memstream(&section->rows_text, &section->rows_size));
    section->commands =
        arena_must(open_memstream(&section->commands_text, &section->commands_size));
    section->size_max = size_max;
    return section;
}

/* Whether `size` more bytes fit. Counts the row. */
static bool make_room(struct section *section, size_t size)
{
    if (fflush(section->rows) != 0 || fflush(section->commands) != 0) arena_must(NULL);
    bool fits = section->left_out == 0 && section->shown < ROWS_MAX
                && section->rows_size + section->commands_size + size <= section->size_max;
    if (fits) section->shown++;
    else section->left_out++;
    return fits;
}

/* Frees both texts. A command too long to be copied from a comment is left out. */
static void add_row(struct section *section, char *row, char *command)
{
    bool tells = command != NULL && strlen(command) <= COMMAND_SIZE_MAX;
    size_t size = strlen(row) + (tells ? strlen(command) : 0) + 80;
    if (make_room(section, size)) {
        fprintf(section->rows, "| %zu | %s |\n", section->shown, row);
        if (tells) fprintf(section->commands, "# %zu\n%s\n", section->shown, command);
        else if (command != NULL)
            fprintf(section->commands, "# %zu: longer than %d bytes, see the page\n",
                    section->shown, COMMAND_SIZE_MAX);
    }
    free(row);
    free(command);
}

/* Writes the rows below `head`, and the commands, folded. */
static void close_section(struct section *section, FILE *out, const char *head, const char *what)
{
    if (fclose(section->rows) != 0 || fclose(section->commands) != 0) arena_must(NULL);
    if (section->shown > 0) fprintf(out, "\n%s%s", head, section->rows_text);
    if (section->left_out > 0)
        fprintf(out, "\nAnd %zu more %s, which are left out here.\n", section->left_out, what);
    if (section->commands_size > 0) {
        char *fence = markdown_fence(section->commands_text);
        fprintf(out,
                "\n<details><summary>The commands that show them again</summary>\n\n"
                "%ssh\n%s%s\n\n</details>\n",
                fence, section->commands_text, fence);
        free(fence);
    }
    free(section->rows_text);
    free(section->commands_text);
    free(section);
}

/* ---- cases ------------------------------------------------------------ */

/* What was expected and what was seen in a case that no finding explains. */
static void tell_case(const struct reports_case *is, char **expected, char **seen)
{
    const char *reason = store_text(is->reason);
    bool passed = is->outcome == REPORTS_UNEXPECTED_PASS;
    *expected = passed ? text_format("a failure: %s", reason) : text_format("%s", "");
    *seen = passed
                ? text_format("passed")
                : text_format("%s%s%s", store_own_fault(is), *reason == '\0' ? "" : ": ", reason);
}

static char *case_row(const struct worst_case *worst)
{
    const struct reports_finding *fault = worst->fault;
    const struct reports_case *is = &worst->case_->is;
    char *expected = fault == NULL ? NULL : text_format("%s", store_text(fault->expected));
    char *seen = fault == NULL ? NULL : text_format("%s", store_text(fault->seen));
    char *where = worst_location(worst);
    char *place = text_cut_left(where, NAME_COLUMNS);
    if (fault == NULL) tell_case(is, &expected, &seen);
    char *cells[] = {
        markdown_code(worst->case_->name, NAME_COLUMNS),
        markdown_code(fault == NULL ? store_text(is->clause) : fault->clause, NAME_COLUMNS),
        markdown_code(fault == NULL ? reports_outcome_name(is->outcome) : fault->rule,
                      NAME_COLUMNS),
        markdown_code(expected, TEXT_COLUMNS),
        markdown_code(seen, TEXT_COLUMNS),
        markdown_code(place, NAME_COLUMNS),
    };
    char *row = text_format("%s | %s | %s | %s | %s | %s", cells[0], cells[1], cells[2], cells[3],
                            cells[4], cells[5]);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) free(cells[i]);
    free(expected);
    free(seen);
    free(where);
    free(place);
    return row;
}

/* The command for the module if there was one, else for the recording.
 * Owns: the caller frees it. */
static char *command_of(const struct store_case *case_)
{
    char *live = store_command_live(case_);
    struct store_command again = store_command_again(case_);
    char *line = text_format("%s%s%s", live == NULL ? again.head : live, live == NULL ? " " : "",
                             live == NULL ? again.source : "");
    char *shown = text_shown(line);
    free(live);
    free(again.head);
    free(again.source);
    free(line);
    return shown;
}

static void put_cases(FILE *out, const struct store *store)
{
    size_t count = 0;
    struct worst_case *worst = worst_list(store, &count);
    struct section *section = open_section(CASES_SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        add_row(section, case_row(&worst[i]), command_of(worst[i].case_));
    close_section(section, out,
                  "| | case | clause | rule | expected | seen | where |\n"
                  "|--:|---|---|---|---|---|---|\n",
                  "failing cases");
    free(worst);
}

/* ---- fuzzers ---------------------------------------------------------- */

static void add_fuzzer(struct section *section, const struct store_fuzz *fuzzer)
{
    char *name = markdown_code(fuzzer->name, NAME_COLUMNS);
    char *executions = text_grouped(fuzzer->is.executions);
    char *rate = text_grouped(fuzzer->is.executions_per_second);
    char *edges = text_grouped(fuzzer->is.edges);
    add_row(section,
            text_format("%s | %s | %s | %s | %zu", name, executions, rate,
                        fuzzer->is.edges == 0 ? "" : edges, fuzzer->is.finding_count),
            NULL);
    free(name);
    free(executions);
    free(rate);
    free(edges);
}

static void add_found(struct section *section, const struct store_fuzz *fuzzer,
                      const struct reports_fuzz_finding *found)
{
    char *label = store_fuzz_label(found);
    char *text = text_format("%s", found->text);
    text[strcspn(text, "\n")] = '\0';
    const char *stack = store_text(found->stack);
    char *frame = text_format("%.*s", (int)strcspn(stack, "\n"), stack);
    char *cells[] = {markdown_code(fuzzer->is.target, NAME_COLUMNS),
                     markdown_code(label, NAME_COLUMNS), markdown_code(text, TEXT_COLUMNS),
                     markdown_code(frame, TEXT_COLUMNS),
                     markdown_code(found->source, NAME_COLUMNS)};
    add_row(section,
            text_format("%s | %s | %s | %s | %s", cells[0], cells[1], cells[2], cells[3], cells[4]),
            text_shown(found->reproduce));
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) free(cells[i]);
    free(label);
    free(text);
    free(frame);
}

/* Fuzzers with findings first. */
static void put_fuzz(FILE *out, const struct store *store)
{
    struct section *fuzzers = open_section(FUZZ_SIZE_MAX);
    struct section *findings = open_section(FOUND_SIZE_MAX);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < store->fuzz_count; i++)
            if ((store->fuzzers[i].is.finding_count == 0) == pass)
                add_fuzzer(fuzzers, &store->fuzzers[i]);
    for (size_t i = 0; i < store->fuzz_count; i++)
        for (size_t j = 0; j < store->fuzzers[i].is.finding_count; j++)
            add_found(findings, &store->fuzzers[i], &store->fuzzers[i].is.findings[j]);
    close_section(fuzzers, out,
                  "| | fuzzer | executions | a second | edges | findings |\n"
                  "|--:|---|--:|--:|--:|--:|\n",
                  "fuzzers");
    close_section(findings, out,
                  "| | target | finding | message | where | input |\n"
                  "|--:|---|---|---|---|---|\n",
                  "findings of fuzzers");
}

/* ---- the head --------------------------------------------------------- */

static bool is_same(const struct reports_identity *one, const struct reports_identity *two)
{
    return strcmp(store_text(one->manufacturer), store_text(two->manufacturer)) == 0
           && strcmp(store_text(one->model), store_text(two->model)) == 0
           && strcmp(store_text(one->firmware), store_text(two->firmware)) == 0;
}

/* The first case's, and whether other cases differ. */
static void put_module(FILE *out, const struct store *store)
{
    const struct reports_identity *first = NULL;
    bool differ = false;
    for (size_t i = 0; i < store->case_count; i++) {
        const struct reports_identity *is = &store->cases[i].is.identity;
        if (is->manufacturer == NULL && is->model == NULL && is->firmware == NULL) continue;
        if (first == NULL) first = is;
        else if (!is_same(first, is)) differ = true;
    }
    if (first == NULL) return;
    char *name = text_format("%s %s %s", store_text(first->manufacturer), store_text(first->model),
                             store_text(first->firmware));
    char *code = markdown_code(name, NAME_COLUMNS);
    fprintf(out, "\nModule: %s%s\n", code, differ ? " and others" : "");
    free(name);
    free(code);
}

static void put_verdict(FILE *out, const struct verdict_counts *counts)
{
    switch (counts->verdict) {
    case VERDICT_RED: fprintf(out, "### ❌ atproof: %zu failing\n", verdict_failing(counts)); break;
    case VERDICT_GREEN: fputs("### ✅ atproof: nothing fails\n", out); break;
    case VERDICT_NOTHING: fputs("### ⚠️ atproof: nothing was judged\n", out); break;
    }
}

static void put_counts(FILE *out, const struct store *store, const struct verdict_counts *counts)
{
    if (store->case_count == 0 && store->fuzz_count > 0) return;
    fprintf(out,
            "\n| cases | passed | failed | unexpectedly passed | failed as expected | skipped |\n"
            "|--:|--:|--:|--:|--:|--:|\n| %zu | %zu | %zu | %zu | %zu | %zu |\n",
            store->case_count, counts->passed, counts->failed, counts->unexpected, counts->expected,
            counts->skipped);
    if (counts->flaky > 0)
        fprintf(out, "\nFlaky, passed only when tried again: %zu\n", counts->flaky);
}

void markdown_write(const struct store *store, const struct reports_input *input, FILE *out)
{
    struct verdict_counts counts = verdict_count(store);
    fputs("<!-- atproof: by this line the next comment finds this one -->\n", out);
    put_verdict(out, &counts);
    put_counts(out, store, &counts);
    put_module(out, store);
    put_cases(out, store);
    put_fuzz(out, store);
    if (input->coverage != NULL) markdown_put_coverage(out, input->coverage);
}
