/* The summary for a terminal of 80 columns and 24 lines: counts, then what
 * went wrong, the worst first. */
#define _GNU_SOURCE
#include "schema.h"
#include "store.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS          80
#define LOCATION_COLUMNS 36
#define SHOWN_MAX        15 /* cases                                  */
#define WHOLE_MAX        4  /* so many cases have room for four lines */
#define TWO_LINES_MAX    8  /* and so many for two                    */
#define WORD_MAX         5  /* words in the longest list of schema.h  */
#define FUZZ_LINES_MAX   22 /* fuzzers and what they found            */
#define FUZZ_FOUND_MAX   4  /* findings, two lines each               */

struct bad_case {
    const struct store_case *case_;
    const struct reports_exchange *exchange; /* with the first fault; may be NULL */
    const struct reports_finding *fault;     /* may be NULL                       */
    size_t fault_count;
    size_t index;
};

struct totals {
    size_t exchanges, findings, declared;
    size_t outcomes[WORD_MAX + 1], verdicts[WORD_MAX + 1], levels[WORD_MAX + 1];
};

struct screen {
    FILE *out;
    bool colour;
};

/* ---- counting --------------------------------------------------------- */

static void count_exchange(struct totals *totals, const struct reports_exchange *exchange)
{
    totals->exchanges++;
    totals->verdicts[schema_word_index(schema_verdicts, exchange->verdict)]++;
    for (size_t i = 0; i < exchange->finding_count; i++) {
        totals->findings++;
        totals->declared += exchange->findings[i].declared;
        totals->levels[schema_word_index(schema_levels, exchange->findings[i].level)]++;
    }
}

static void count_case(struct totals *totals, const struct reports_case *case_)
{
    totals->outcomes[schema_word_index(schema_outcomes, case_->outcome)]++;
    for (size_t i = 0; i < case_->exchange_count; i++) count_exchange(totals, &case_->exchanges[i]);
}

/* A line of items, folded where it is full. */
struct folded {
    FILE *out;
    int column;
    const char *separator;
    size_t line_count;
};

static void put_item(struct folded *line, const char *item)
{
    if (line->column + (int)strlen(item) + 3 > COLUMNS) {
        fputs(line->separator[0] == ',' ? ",\n   " : ":\n   ", line->out);
        line->separator = " ";
        line->column = 3;
        line->line_count++;
    }
    line->column += fprintf(line->out, "%s%s", line->separator, item);
    line->separator = ", ";
}

/* `12 cases: 10 passed, 2 failed`; words that never came are left out. */
static void put_counts(FILE *out, size_t count, const char *what, const char *const *words,
                       const size_t *counts)
{
    struct folded line = {.out = out, .separator = ": ", .line_count = 1};
    line.column = fprintf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
    for (size_t i = 0; words[i] != NULL; i++) {
        if (counts[i] == 0) continue;
        char *item = text_format("%zu %s", counts[i], words[i]);
        put_item(&line, item);
        free(item);
    }
    fputc('\n', out);
}

static void put_totals(FILE *out, const struct store *store)
{
    struct totals totals = {0};
    if (store->case_count == 0 && store->fuzz_count > 0) return;
    for (size_t i = 0; i < store->case_count; i++) count_case(&totals, &store->cases[i].is);
    put_counts(out, store->case_count, "case", schema_outcomes, totals.outcomes);
    put_counts(out, totals.exchanges, "exchange", schema_verdicts, totals.verdicts);
    put_counts(out, totals.findings, "finding", schema_levels, totals.levels);
    if (totals.declared > 0) fprintf(out, "declared findings: %zu\n", totals.declared);
}

/* ---- what went wrong -------------------------------------------------- */

static struct bad_case examine(const struct store_case *case_, size_t index)
{
    struct bad_case bad = {.case_ = case_, .index = index};
    for (size_t i = 0; i < case_->is.exchange_count; i++) {
        const struct reports_exchange *exchange = &case_->is.exchanges[i];
        size_t count = store_fault_count(exchange, case_->run->strict);
        if (count > 0 && bad.exchange == NULL) {
            bad.exchange = exchange;
            bad.fault = store_first_fault(exchange, case_->run->strict);
        }
        bad.fault_count += count;
    }
    return bad;
}

static int compare(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* Failed before unexpectedly passed, must before should, many faults before
 * few, else in the order of the store. */
static int by_weight(const void *a, const void *b)
{
    const struct bad_case *one = a;
    const struct bad_case *two = b;
    const struct reports_case *left = &one->case_->is;
    const struct reports_case *right = &two->case_->is;
    int order = compare(schema_word_index(schema_outcomes, left->outcome),
                        schema_word_index(schema_outcomes, right->outcome));
    if (order == 0)
        order = compare(schema_word_index(schema_levels, left->level),
                        schema_word_index(schema_levels, right->level));
    if (order == 0) order = compare(two->fault_count, one->fault_count);
    return order == 0 ? compare(one->index, two->index) : order;
}

/* ---- showing it ------------------------------------------------------- */

/* `FILE:LINE` of the fault, or of what is known to be nearest. */
static char *location(const struct bad_case *bad)
{
    const struct reports_case *is = &bad->case_->is;
    size_t line = is->line;
    if (bad->exchange != NULL && bad->exchange->line > 0) line = bad->exchange->line;
    if (bad->fault != NULL && bad->fault->line > 0) line = bad->fault->line;
    const char *file = is->identity.source == NULL ? is->id : is->identity.source;
    return line > 0 ? text_format("%s:%zu", file, line) : text_format("%s", file);
}

static char *problem(const struct bad_case *bad)
{
    const struct reports_case *is = &bad->case_->is;
    if (bad->fault != NULL) return text_format("%s %s", bad->fault->rule, bad->fault->clause);
    return text_format("%s: %s", is->outcome, store_own_fault(is));
}

static char *details(const struct bad_case *bad)
{
    if (bad->fault == NULL) return text_format("%s", store_why(&bad->case_->is, NULL));
    return store_disagreement(bad->fault);
}

/* Frees the bytes. */
static void put_cut(FILE *out, char *bytes, size_t columns)
{
    char *cut = text_cut(bytes, columns);
    fputs(cut, out);
    free(cut);
    free(bytes);
}

/* Never cut, so that it can be copied; the shell's own continuation folds it
 * where it is long. */
static void put_command(const struct screen *screen, const struct bad_case *bad)
{
    struct store_command command = store_command_again(bad->case_);
    bool fits = text_columns(command.head) + text_columns(command.source) + 3 <= COLUMNS;
    fprintf(screen->out, "  %s%s%s\n", command.head, fits ? " " : " \\\n    ", command.source);
    free(command.head);
    free(command.source);
}

static void put_location(const struct screen *screen, const char *shown)
{
    fprintf(screen->out, "%s%s%s", screen->colour ? "\033[31m" : "", shown,
            screen->colour ? "\033[0m" : "");
}

static void put_whole(const struct screen *screen, const struct bad_case *bad)
{
    char *where = location(bad);
    char *shown = text_cut_left(where, COLUMNS);
    put_location(screen, shown);
    fputs("\n  ", screen->out);
    put_cut(screen->out, problem(bad), COLUMNS - 2);
    fputs("\n  ", screen->out);
    put_cut(screen->out, details(bad), COLUMNS - 2);
    fputc('\n', screen->out);
    put_command(screen, bad);
    free(where);
    free(shown);
}

/* As much of the place as the problem leaves room for, then the details. */
static void put_two_lines(const struct screen *screen, const struct bad_case *bad)
{
    char *where = location(bad);
    char *what = problem(bad);
    char *cut = text_cut(what, COLUMNS - LOCATION_COLUMNS - 1);
    char *shown = text_cut_left(where, COLUMNS - 1 - text_columns(cut));
    put_location(screen, shown);
    fprintf(screen->out, " %s\n  ", cut);
    put_cut(screen->out, details(bad), COLUMNS - 2);
    fputc('\n', screen->out);
    free(where);
    free(what);
    free(cut);
    free(shown);
}

static void put_one_line(const struct screen *screen, const struct bad_case *bad)
{
    char *full = location(bad);
    char *where = text_cut_left(full, LOCATION_COLUMNS);
    char *what = problem(bad);
    char *how = details(bad);
    put_location(screen, where);
    fputc(' ', screen->out);
    put_cut(screen->out, text_format("%s: %s", what, how), COLUMNS - 1 - text_columns(where));
    fputc('\n', screen->out);
    free(full);
    free(where);
    free(what);
    free(how);
}

static void put_bad(const struct screen *screen, const struct bad_case *bad, size_t count)
{
    void (*put)(const struct screen *, const struct bad_case *) = put_one_line;
    if (count <= TWO_LINES_MAX) put = put_two_lines;
    if (count <= WHOLE_MAX) put = put_whole;
    if (count == 0) return;
    fputc('\n', screen->out);
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) put(screen, &bad[i]);
    if (count > SHOWN_MAX) fprintf(screen->out, "and %zu more\n", count - SHOWN_MAX);
    if (count <= WHOLE_MAX) return;
    fputs("\nthe first of them again:\n", screen->out);
    put_command(screen, bad);
}

/* ---- fuzzers ---------------------------------------------------------- */

/* Returns how many lines it took. */
static size_t put_fuzzer(const struct screen *screen, const struct reports_fuzz *fuzz)
{
    bool is_main = strcmp(fuzz->instance, "main") == 0;
    bool red = screen->colour && fuzz->finding_count > 0;
    char *facts[STORE_FUZZ_FACTS_MAX];
    size_t count = store_fuzz_facts(fuzz, facts);
    char *head = text_format("fuzz %s (%s%s%s)", fuzz->target, fuzz->engine, is_main ? "" : " ",
                             is_main ? "" : fuzz->instance);
    char *shown = text_cut(head, COLUMNS / 2);
    struct folded line = {.out = screen->out, .separator = ": ", .line_count = 1};
    line.column = (int)text_columns(shown);
    fprintf(screen->out, "%s%s%s", red ? "\033[31m" : "", shown, red ? "\033[0m" : "");
    for (size_t i = 0; i < count; i++) {
        put_item(&line, facts[i]);
        free(facts[i]);
    }
    fputc('\n', screen->out);
    free(head);
    free(shown);
    return line.line_count;
}

/* What, and the command that shows it again, which is never cut. */
static void put_found(const struct screen *screen, const struct reports_fuzz_finding *finding)
{
    char *label = store_fuzz_label(finding);
    char *command = text_shown(finding->reproduce);
    char *text = text_format("%s", finding->text);
    text[strcspn(text, "\n")] = '\0'; /* its first line */
    fputs("  ", screen->out);
    put_cut(screen->out, text_format("%s: %s", label, text), COLUMNS - 2);
    fprintf(screen->out, "\n    %s\n", command);
    free(label);
    free(command);
    free(text);
}

/* What has been shown of fuzzers, and what has not for want of room. */
struct tally {
    size_t lines, found;
    size_t more_fuzzers, more_found;
};

static void put_fuzzer_whole(const struct screen *screen, const struct reports_fuzz *fuzz,
                             struct tally *tally)
{
    bool fits = tally->lines + 2 <= FUZZ_LINES_MAX;
    if (fits) tally->lines += put_fuzzer(screen, fuzz);
    else tally->more_fuzzers++;
    for (size_t i = 0; i < fuzz->finding_count; i++) {
        if (!fits || tally->found == FUZZ_FOUND_MAX || tally->lines + 2 > FUZZ_LINES_MAX) {
            tally->more_found++;
            continue;
        }
        put_found(screen, &fuzz->findings[i]);
        tally->found++;
        tally->lines += 2;
    }
}

/* Those that found something first. */
static void put_fuzz(const struct screen *screen, const struct store *store)
{
    struct tally tally = {0};
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < store->fuzz_count; i++) {
            const struct reports_fuzz *fuzz = &store->fuzzers[i].is;
            if ((fuzz->finding_count == 0) == pass) put_fuzzer_whole(screen, fuzz, &tally);
        }
    if (tally.more_fuzzers > 0) fprintf(screen->out, "and %zu more fuzzers\n", tally.more_fuzzers);
    if (tally.more_found > 0) fprintf(screen->out, "and %zu more findings\n", tally.more_found);
}

void summary_write(const struct store *store, FILE *out)
{
    const char *plain = getenv("NO_COLOR");
    bool colour = isatty(fileno(out)) && (plain == NULL || *plain == '\0');
    struct screen screen = {.out = out, .colour = colour};
    struct bad_case *bad = arena_must(calloc(store->case_count + 1, sizeof *bad));
    size_t count = 0;
    for (size_t i = 0; i < store->case_count; i++)
        if (store_case_point(&store->cases[i].is) == STORE_FAILED)
            bad[count++] = examine(&store->cases[i], i);
    qsort(bad, count, sizeof *bad, by_weight);
    put_totals(out, store);
    put_bad(&screen, bad, count);
    if (count > 0 && store->fuzz_count > 0) fputc('\n', out);
    put_fuzz(&screen, store);
    free(bad);
}
