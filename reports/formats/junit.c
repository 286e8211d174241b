/* JUnit XML: a suite for each case, a test case for each exchange; a fuzzer is a
 * suite of one test case. junit.xsd is its schema. All text goes through text.h, which
 * leaves only the characters that are legal in XML 1.0 (2.2). */
#define _GNU_SOURCE
#include "formats/formats.h"

#include "base/text.h"
#include "base/uri.h"
#include "store/store.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COLUMNS    120
#define MESSAGE_COLUMNS 300
#define NO_FINDING      "the exchange failed without a finding"

struct counts {
    size_t tests, failures, skipped;
    double seconds;
    bool timed; /* whether any time is known */
};

/* ---- XML -------------------------------------------------------------- */

static void open_element(xmlTextWriterPtr xml, const char *name)
{
    xmlTextWriterStartElement(xml, BAD_CAST name);
}

static void close_element(xmlTextWriterPtr xml)
{
    xmlTextWriterEndElement(xml);
}

/* Frees the value. */
static void put_owned(xmlTextWriterPtr xml, const char *name, char *value)
{
    xmlTextWriterWriteAttribute(xml, BAD_CAST name, BAD_CAST value);
    free(value);
}

/* Writes no attribute for an absent text. */
static void put_text(xmlTextWriterPtr xml, const char *name, const char *bytes)
{
    if (bytes != NULL) put_owned(xml, name, text_shown(bytes));
}

static void put_cut(xmlTextWriterPtr xml, const char *name, char *bytes)
{
    put_owned(xml, name, text_cut(bytes, MESSAGE_COLUMNS));
    free(bytes);
}

static void put_counts(xmlTextWriterPtr xml, const struct counts *counts)
{
    put_owned(xml, "tests", text_format("%zu", counts->tests));
    put_owned(xml, "failures", text_format("%zu", counts->failures));
    put_owned(xml, "errors", text_format("0"));
    put_owned(xml, "skipped", text_format("%zu", counts->skipped));
    if (counts->timed) put_owned(xml, "time", text_format("%.6f", counts->seconds));
}

/* Writes the content of the open element. It is all that GitLab shows of a failed or
 * skipped test case. Frees the bytes. */
static void put_content(xmlTextWriterPtr xml, char *bytes)
{
    char *shown = text_shown(bytes);
    xmlTextWriterWriteString(xml, BAD_CAST shown);
    free(shown);
    free(bytes);
}

/* Relative to the current directory if it is inside: GitLab and GitHub look for the
 * file in the repository. */
static void put_file(xmlTextWriterPtr xml, const char *path)
{
    if (path == NULL) return;
    char *within = uri_path_within(path);
    put_text(xml, "file", within == NULL ? path : within);
    free(within);
}

/* ---- findings --------------------------------------------------------- */

/* Writes the line `  name: text`, unless the text is absent. */
static void put_field(FILE *out, const char *name, const char *bytes)
{
    if (bytes == NULL) return;
    char *shown = text_shown(bytes);
    fprintf(out, "  %-9s %s\n", name, shown);
    free(shown);
}

/* The same for a text of several lines; the first stands after the name. */
static void put_lines(FILE *out, const char *name, const char *bytes)
{
    char *text = text_format("%s", store_text(bytes));
    char *rest = text;
    for (char *line; bytes != NULL && (line = strsep(&rest, "\n")) != NULL; name = "")
        if (*line != '\0') put_field(out, name, line);
    free(text);
}

static void put_finding(FILE *out, const struct reports_case *case_,
                        const struct reports_finding *finding)
{
    char *where = text_shown(store_text(case_->identity.source));
    char *rule = text_shown(finding->rule);
    fprintf(out, "%s:%zu: %s (%s)\n", where, finding->line, rule,
            reports_level_name(finding->level));
    put_field(out, "clause", finding->clause);
    fprintf(out, "  %-9s %" PRIu64 ", %" PRIu64 " bytes\n", "offset", finding->offset,
            finding->size);
    put_field(out, "expected", finding->expected);
    put_field(out, "seen", finding->seen);
    if (finding->declared) put_field(out, "declared", store_text(finding->reason));
    free(where);
    free(rule);
}

/* Writes a block for each finding as the content of the open element. */
static void put_findings(xmlTextWriterPtr xml, const struct reports_case *case_,
                         const struct reports_exchange *exchange)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = arena_must(open_memstream(&text, &size));
    for (size_t i = 0; i < exchange->finding_count; i++)
        put_finding(out, case_, &exchange->findings[i]);
    if (fclose(out) != 0) arena_must(NULL);
    xmlTextWriterWriteString(xml, BAD_CAST text);
    free(text);
}

/* ---- test cases ------------------------------------------------------- */

static void open_point(xmlTextWriterPtr xml, const struct store_case *case_, size_t number,
                       const char *what, size_t line)
{
    char *cut = text_cut(what, NAME_COLUMNS);
    open_element(xml, "testcase");
    put_owned(xml, "classname", text_format("%s", case_->name));
    put_owned(xml, "name", text_format("%zu %s", number, cut));
    put_file(xml, case_->is.identity.source);
    if (line > 0) put_owned(xml, "line", text_format("%zu", line));
    free(cut);
}

/* Writes the command that judges the case again, on its own line. */
static void put_again(xmlTextWriterPtr xml, const struct store_case *case_)
{
    struct store_command command = store_command_again(case_);
    xmlTextWriterWriteString(xml, BAD_CAST "  reproduce ");
    put_content(xml, text_format("%s %s", command.head, command.source));
    xmlTextWriterWriteString(xml, BAD_CAST "\n");
    free(command.head);
    free(command.source);
}

static void put_failure(xmlTextWriterPtr xml, const struct store_case *case_,
                        const struct reports_exchange *exchange)
{
    const struct reports_finding *fault = store_first_fault(exchange, case_->run->strict);
    open_element(xml, "failure");
    if (fault != NULL) {
        char *what = store_disagreement(fault);
        put_text(xml, "type", fault->rule);
        put_cut(xml, "message", text_format("%s: %s", fault->clause, what));
        free(what);
    } else {
        put_text(xml, "type", reports_verdict_name(exchange->verdict));
        put_text(xml, "message", NO_FINDING);
        put_content(xml, text_format(NO_FINDING));
        xmlTextWriterWriteString(xml, BAD_CAST "\n");
    }
    put_findings(xml, &case_->is, exchange);
    put_again(xml, case_);
    close_element(xml);
}

static void put_skipped(xmlTextWriterPtr xml, const char *before, const char *why)
{
    open_element(xml, "skipped");
    put_cut(xml, "message", text_format("%s%s", before, why));
    put_content(xml, text_format("%s%s", before, why));
    close_element(xml);
}

static void put_exchange(xmlTextWriterPtr xml, const struct store_case *case_, size_t index)
{
    const struct reports_exchange *exchange = &case_->is.exchanges[index];
    enum store_point point = store_exchange_point(&case_->is, exchange);
    const char *what = *exchange->command == '\0' ? "(no command)" : exchange->command;
    double seconds = 0;
    open_point(xml, case_, index + 1, what, exchange->line);
    if (store_seconds(exchange, &seconds)) put_owned(xml, "time", text_format("%.6f", seconds));
    if (point == STORE_FAILED) put_failure(xml, case_, exchange);
    if (point == STORE_SKIPPED) put_skipped(xml, "", store_why(&case_->is, exchange));
    if (point == STORE_EXPECTED)
        put_skipped(xml, "expected failure: ", store_why(&case_->is, exchange));
    if (point != STORE_FAILED && exchange->finding_count > 0) {
        open_element(xml, "system-out");
        put_findings(xml, &case_->is, exchange);
        close_element(xml);
    }
    close_element(xml);
}

/* The test case for the case as a whole. */
static void put_own(xmlTextWriterPtr xml, const struct store_case *case_)
{
    enum store_point point = store_case_point(&case_->is);
    open_point(xml, case_, case_->is.exchange_count + 1, "(case)", case_->is.line);
    if (point == STORE_FAILED) {
        char *what =
            text_format("%s: %s", store_own_fault(&case_->is), store_why(&case_->is, NULL));
        open_element(xml, "failure");
        put_text(xml, "type", reports_outcome_name(case_->is.outcome));
        put_cut(xml, "message", text_format("%s", what));
        put_content(xml, what);
        xmlTextWriterWriteString(xml, BAD_CAST "\n");
        put_again(xml, case_);
        close_element(xml);
    }
    if (point == STORE_SKIPPED) put_skipped(xml, "", store_why(&case_->is, NULL));
    if (point == STORE_EXPECTED)
        put_skipped(xml, "expected failure: ", store_why(&case_->is, NULL));
    close_element(xml);
}

/* ---- suites ----------------------------------------------------------- */

static void count_point(struct counts *counts, enum store_point point)
{
    counts->tests++;
    counts->failures += point == STORE_FAILED;
    counts->skipped += point == STORE_SKIPPED || point == STORE_EXPECTED;
}

static void count_case(struct counts *counts, const struct reports_case *case_)
{
    for (size_t i = 0; i < case_->exchange_count; i++) {
        double seconds = 0;
        count_point(counts, store_exchange_point(case_, &case_->exchanges[i]));
        if (!store_seconds(&case_->exchanges[i], &seconds)) continue;
        counts->seconds += seconds;
        counts->timed = true;
    }
    if (store_has_own_point(case_)) count_point(counts, store_case_point(case_));
}

static void put_property(xmlTextWriterPtr xml, const char *name, const char *bytes)
{
    if (bytes == NULL) return;
    open_element(xml, "property");
    put_text(xml, "name", name);
    put_text(xml, "value", bytes);
    close_element(xml);
}

static void put_number_property(xmlTextWriterPtr xml, const char *name, uint64_t number)
{
    char *text = text_format("%" PRIu64, number);
    put_property(xml, name, text);
    free(text);
}

static void put_properties(xmlTextWriterPtr xml, const struct reports_case *case_)
{
    open_element(xml, "properties");
    put_property(xml, "title", case_->title);
    put_property(xml, "dialect", case_->dialect);
    put_property(xml, "level", reports_level_name(case_->level));
    put_property(xml, "clause", case_->clause);
    put_property(xml, "verdict", reports_verdict_name(case_->verdict));
    put_property(xml, "outcome", reports_outcome_name(case_->outcome));
    put_property(xml, "reason", case_->reason);
    put_property(xml, "sha256", case_->identity.sha256);
    put_property(xml, "manufacturer", case_->identity.manufacturer);
    put_property(xml, "model", case_->identity.model);
    put_property(xml, "firmware", case_->identity.firmware);
    if (case_->tries > 1) put_number_property(xml, "tries", case_->tries);
    close_element(xml);
}

static void put_case(xmlTextWriterPtr xml, const struct store_case *case_)
{
    struct counts counts = {0};
    count_case(&counts, &case_->is);
    open_element(xml, "testsuite");
    put_owned(xml, "name", text_format("%s", case_->name));
    put_file(xml, case_->is.identity.source);
    put_text(xml, "timestamp", case_->run->started);
    put_counts(xml, &counts);
    put_properties(xml, &case_->is);
    for (size_t i = 0; i < case_->is.exchange_count; i++) put_exchange(xml, case_, i);
    if (store_has_own_point(&case_->is)) put_own(xml, case_);
    close_element(xml);
}

/* ---- fuzzers ---------------------------------------------------------- */

static void put_fuzz_finding(FILE *out, const struct reports_fuzz_finding *finding)
{
    char *where = text_shown(finding->source);
    char *label = store_fuzz_label(finding);
    char *shown = text_shown(label);
    fprintf(out, "%s: %s\n", where, shown);
    put_lines(out, "text", finding->text);
    put_lines(out, "stack", finding->stack);
    put_field(out, "sha256", finding->sha256);
    put_field(out, "reproduce", finding->reproduce);
    free(where);
    free(label);
    free(shown);
}

static void put_fuzz_failure(xmlTextWriterPtr xml, const struct reports_fuzz *fuzz)
{
    const struct reports_fuzz_finding *first = &fuzz->findings[0];
    char *text = NULL;
    size_t size = 0;
    FILE *out = arena_must(open_memstream(&text, &size));
    for (size_t i = 0; i < fuzz->finding_count; i++) put_fuzz_finding(out, &fuzz->findings[i]);
    if (fclose(out) != 0) arena_must(NULL);
    char *label = store_fuzz_label(first);
    open_element(xml, "failure");
    put_text(xml, "type", label);
    put_cut(xml, "message", text_format("%s: %s", label, first->text));
    xmlTextWriterWriteString(xml, BAD_CAST text);
    close_element(xml);
    free(label);
    free(text);
}

/* Writes what the fuzzer did as the content of the open element. */
static void put_facts(xmlTextWriterPtr xml, const struct reports_fuzz *fuzz)
{
    char *facts[STORE_FUZZ_FACTS_MAX];
    size_t count = store_fuzz_facts(fuzz, facts);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) xmlTextWriterWriteString(xml, BAD_CAST ", ");
        xmlTextWriterWriteString(xml, BAD_CAST facts[i]);
        free(facts[i]);
    }
}

static void put_fuzz_properties(xmlTextWriterPtr xml, const struct reports_fuzz *fuzz)
{
    open_element(xml, "properties");
    put_property(xml, "target", fuzz->target);
    put_property(xml, "engine", reports_engine_name(fuzz->engine));
    put_property(xml, "sanitizers", fuzz->sanitizers);
    put_property(xml, "mutator", fuzz->mutator ? "true" : "false");
    put_property(xml, "instance", fuzz->instance);
    put_number_property(xml, "executions", fuzz->executions);
    put_number_property(xml, "executions_per_second", fuzz->executions_per_second);
    if (fuzz->edges > 0) put_number_property(xml, "edges", fuzz->edges);
    if (fuzz->edges_total > 0) put_number_property(xml, "edges_total", fuzz->edges_total);
    put_number_property(xml, "corpus_count", fuzz->corpus_count);
    put_number_property(xml, "corpus_size", fuzz->corpus_size);
    close_element(xml);
}

static void count_fuzzer(struct counts *counts, const struct reports_fuzz *fuzz)
{
    count_point(counts, store_fuzz_point(fuzz));
    counts->seconds += (double)fuzz->duration_ms / 1e3;
    counts->timed = true;
}

static void put_fuzzer(xmlTextWriterPtr xml, const struct store_fuzz *fuzzer)
{
    const struct reports_fuzz *is = &fuzzer->is;
    struct counts counts = {0};
    count_fuzzer(&counts, is);
    open_element(xml, "testsuite");
    put_owned(xml, "name", text_format("%s", fuzzer->name));
    put_text(xml, "timestamp", fuzzer->run->started);
    put_counts(xml, &counts);
    put_fuzz_properties(xml, is);
    open_element(xml, "testcase");
    put_owned(xml, "classname", text_format("%s", fuzzer->name));
    put_owned(xml, "name", text_format("%s", fuzzer->name));
    if (is->finding_count > 0) put_file(xml, is->findings[0].source);
    put_owned(xml, "time", text_format("%.6f", counts.seconds));
    if (is->finding_count > 0) put_fuzz_failure(xml, is);
    if (store_fuzz_point(is) == STORE_SKIPPED) put_skipped(xml, "", STORE_FUZZ_IDLE);
    open_element(xml, "system-out");
    put_facts(xml, is);
    close_element(xml);
    close_element(xml);
    close_element(xml);
}

/* libxml2 does not report write errors: the caller checks ferror(out). */
void junit_write(const struct store *store, FILE *out)
{
    struct counts counts = {0};
    for (size_t i = 0; i < store->case_count; i++) count_case(&counts, &store->cases[i].is);
    for (size_t i = 0; i < store->fuzz_count; i++) count_fuzzer(&counts, &store->fuzzers[i].is);
    xmlOutputBufferPtr buffer = arena_must(xmlOutputBufferCreateFile(out, NULL));
    xmlTextWriterPtr xml = arena_must(xmlNewTextWriter(buffer));
    xmlTextWriterSetIndent(xml, 1);
    xmlTextWriterStartDocument(xml, NULL, "UTF-8", NULL);
    open_element(xml, "testsuites");
    put_text(xml, "name", "atproof");
    put_counts(xml, &counts);
    for (size_t i = 0; i < store->case_count; i++) put_case(xml, &store->cases[i]);
    for (size_t i = 0; i < store->fuzz_count; i++) put_fuzzer(xml, &store->fuzzers[i]);
    xmlTextWriterEndDocument(xml);
    xmlFreeTextWriter(xml);
}
