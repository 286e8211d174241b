/* The summary for a terminal of 80 columns and 24 lines: counts, then what
 * went wrong, the worst first. */
#define _GNU_SOURCE
#include "formats/formats.h"

#include "base/text.h"
#include "store/store.h"
#include "store/worst.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS          80
#define LOCATION_COLUMNS 36
#define SHOWN_MAX        15 /* cases                                  */
#define WHOLE_MAX        4  /* so many cases have room for four lines */
#define TWO_LINES_MAX    8  /* and so many for two                    */
#define FUZZ_LINES_MAX   22 /* fuzzers and what they found            */
#define FUZZ_FOUND_MAX   4  /* findings, two lines each               */

struct totals {
    size_t exchanges, findings, declared;
    size_t outcomes[REPORTS_OUTCOME_COUNT], verdicts[REPORTS_VERDICT_COUNT];
    size_t levels[REPORTS_LEVEL_COUNT];
};

struct screen {
    FILE *out;
    bool colour;
};

/* ---- counting --------------------------------------------------------- */

static void count_exchange(struct totals *totals, const struct reports_exchange *exchange)
{
    totals->exchanges++;
    totals->verdicts[exchange->verdict]++;
    for (size_t i = 0; i < exchange->finding_count; i++) {
        totals->findings++;
        totals->declared += exchange->findings[i].declared;
        totals->levels[exchange->findings[i].level]++;
    }
}

static void count_case(struct totals *totals, const struct reports_case *case_)
{
    totals->outcomes[case_->outcome]++;
    for (size_t i = 0; i < case_->exchange_count; i++) count_exchange(totals, &case_->exchanges[i]);
}

/* A line of items that is folded when it is full. */
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

/* `12 cases: 10 passed, 2 failed`; words with a count of 0 are left out. */
static void put_counts(FILE *out, size_t count, const char *what, const struct words *words,
                       const size_t *counts)
{
    struct folded line = {.out = out, .separator = ": ", .line_count = 1};
    line.column = fprintf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
    for (unsigned i = 1; i < words->count; i++) {
        if (counts[i] == 0) continue;
        char *item = text_format("%zu %s", counts[i], words->names[i]);
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
    put_counts(out, store->case_count, "case", &words_outcomes, totals.outcomes);
    put_counts(out, totals.exchanges, "exchange", &words_verdicts, totals.verdicts);
    put_counts(out, totals.findings, "finding", &words_levels, totals.levels);
    if (totals.declared > 0) fprintf(out, "declared findings: %zu\n", totals.declared);
}

/* ---- showing it ------------------------------------------------------- */

/* Frees the bytes. */
static void put_cut(FILE *out, char *bytes, size_t columns)
{
    char *cut = text_cut(bytes, columns);
    fputs(cut, out);
    free(cut);
    free(bytes);
}

/* A command is never cut, so that it can be copied; a long one is folded with the
 * shell's line continuation. */
static void put_command(const struct screen *screen, const struct worst_case *bad)
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

static void put_whole(const struct screen *screen, const struct worst_case *bad)
{
    char *where = worst_location(bad);
    char *shown = text_cut_left(where, COLUMNS);
    put_location(screen, shown);
    fputs("\n  ", screen->out);
    put_cut(screen->out, worst_problem(bad), COLUMNS - 2);
    fputs("\n  ", screen->out);
    put_cut(screen->out, worst_details(bad), COLUMNS - 2);
    fputc('\n', screen->out);
    put_command(screen, bad);
    free(where);
    free(shown);
}

/* The place, cut to the room that the problem leaves, then the details. */
static void put_two_lines(const struct screen *screen, const struct worst_case *bad)
{
    char *where = worst_location(bad);
    char *what = worst_problem(bad);
    char *cut = text_cut(what, COLUMNS - LOCATION_COLUMNS - 1);
    char *shown = text_cut_left(where, COLUMNS - 1 - text_columns(cut));
    put_location(screen, shown);
    fprintf(screen->out, " %s\n  ", cut);
    put_cut(screen->out, worst_details(bad), COLUMNS - 2);
    fputc('\n', screen->out);
    free(where);
    free(what);
    free(cut);
    free(shown);
}

static void put_one_line(const struct screen *screen, const struct worst_case *bad)
{
    char *full = worst_location(bad);
    char *where = text_cut_left(full, LOCATION_COLUMNS);
    char *what = worst_problem(bad);
    char *how = worst_details(bad);
    put_location(screen, where);
    fputc(' ', screen->out);
    put_cut(screen->out, text_format("%s: %s", what, how), COLUMNS - 1 - text_columns(where));
    fputc('\n', screen->out);
    free(full);
    free(where);
    free(what);
    free(how);
}

static void put_bad(const struct screen *screen, const struct worst_case *bad, size_t count)
{
    void (*put)(const struct screen *, const struct worst_case *) = put_one_line;
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

/* Returns: the number of lines written. */
static size_t put_fuzzer(const struct screen *screen, const struct reports_fuzz *fuzz)
{
    bool is_main = strcmp(fuzz->instance, "main") == 0;
    bool red = screen->colour && fuzz->finding_count > 0;
    char *facts[STORE_FUZZ_FACTS_MAX];
    size_t count = store_fuzz_facts(fuzz, facts);
    char *head = text_format("fuzz %s (%s%s%s)", fuzz->target, reports_engine_name(fuzz->engine),
                             is_main ? "" : " ", is_main ? "" : fuzz->instance);
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

/* The finding, and the command that shows it again, which is never cut. */
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

/* What was shown about fuzzers, and what was left out for lack of room. */
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

/* Fuzzers with findings first. */
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
    size_t count = 0;
    struct worst_case *bad = worst_list(store, &count);
    put_totals(out, store);
    put_bad(&screen, bad, count);
    if (count > 0 && store->fuzz_count > 0) fputc('\n', out);
    put_fuzz(&screen, store);
    free(bad);
}
