/* The reader of result stores (atproof/reports.h) and what is made of a store:
 * any bytes as `results.jsonl`.
 *
 *   error    what is refused is refused with a complaint that names the store,
 *            what is read without one, but for a last line that is cut short
 *   junit    the JUnit file is well-formed XML
 *   tap      the plan of the TAP file is the number of its points, and so are those
 *            of its subtests
 *   summary  the summary is written, and no control byte of the store reaches
 *            the terminal by it
 *   html     the page is written; no byte of the store ends its frame, opens an
 *            element that the page has not, or is a control byte in it
 *   sarif    the log is JSON, each result is of the rule that its index says, and no
 *            two have one fingerprint
 *   markdown the comment fits GitHub's limit; no tag in it but our own, no control
 *            byte, and every block of commands ends
 *   badge    the badge is JSON
 *   again    what was read is written by reports_write_… without complaint, and
 *            read again it gives the same files */
#include "target.h"
#include "written.h"

#include <atproof/reports.h>
#include <libxml/parser.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "results.jsonl"

/* Without coverage: its folder is no part of a store. */
static struct written show(const struct reports_store *store, enum reports_format format)
{
    static const char *const names[] = {NAME};
    const struct reports_input input = {.stores = names, .store_count = 1};
    struct written text;
    FILE *file = written_open(&text);
    reports_show(store, &input, format, file, file);
    written_close(file);
    return text;
}

/* ---- reading ---------------------------------------------------------- */

static void check_complaints(const struct written *complaints, bool good)
{
    if (good) written_is_quiet("error", complaints);
    if (good) return;
    if (strncmp(complaints->bytes, NAME ":", sizeof NAME) != 0)
        fuzz_fail("error", "a complaint that does not name the store: %s", complaints->bytes);
    if (complaints->bytes[complaints->size - 1] != '\n')
        fuzz_fail("error", "a complaint without an end: %s", complaints->bytes);
}

static struct reports_store *read_bytes(const void *bytes, size_t size)
{
    struct written complaints;
    FILE *errors = written_open(&complaints);
    FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "r"); /* not written to */
    if (file == NULL) abort();
    struct reports_store *store = reports_read(file, NAME, errors);
    fclose(file);
    fclose(errors);
    check_complaints(&complaints, store != NULL);
    free(complaints.bytes);
    return store;
}

/* ---- projections ------------------------------------------------------ */

static void check_junit(const struct written *junit)
{
    xmlDoc *document =
        xmlReadMemory(junit->bytes, (int)junit->size, "junit.xml", NULL,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
    if (document == NULL) fuzz_fail("junit", "not well-formed: %s", junit->bytes);
    xmlFreeDoc(document);
}

/* Plans and points of one depth: the whole, or all subtests together. */
static void check_depth(const struct written *tap, const char *indent)
{
    size_t points = 0;
    size_t planned = 0;
    size_t plans = 0;
    size_t margin = strlen(indent);
    for (const char *line = tap->bytes; line != NULL && *line != '\0';) {
        const char *text = strncmp(line, indent, margin) == 0 ? line + margin : "";
        if (strncmp(text, "1..", 3) == 0) {
            plans++;
            planned += strtoul(text + 3, NULL, 10);
        }
        points += strncmp(text, "ok ", 3) == 0 || strncmp(text, "not ok ", 7) == 0;
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    if (planned != points || (margin == 0 && plans != 1))
        fuzz_fail("tap", "%zu points planned in %zu plans, and %zu seen: %s", planned, plans,
                  points, tap->bytes);
}

static void check_tap(const struct written *tap)
{
    check_depth(tap, "");
    check_depth(tap, "    ");
}

static void check_badge(const struct written *badge)
{
    json_decref(written_read_json("badge", badge));
}

/* Each result's rule is the one that it names, and no two have a fingerprint. */
static void check_results(const json_t *results, const json_t *rules)
{
    json_t *prints = json_object();
    size_t i = 0;
    const json_t *result = NULL;
    json_array_foreach(results, i, result)
    {
        size_t index = (size_t)json_integer_value(json_object_get(result, "ruleIndex"));
        const json_t *rule = json_object_get(json_array_get(rules, index), "id");
        if (!json_equal(rule, json_object_get(result, "ruleId")))
            fuzz_fail("sarif", "result %zu is of another rule than its index names", i);
        const json_t *own = json_object_get(result, "partialFingerprints");
        json_object_set_new(prints,
                            json_string_value(json_object_get(own, "primaryLocationLineHash")),
                            json_true());
    }
    if (json_object_size(prints) != json_array_size(results))
        fuzz_fail("sarif", "%zu fingerprints of %zu results", json_object_size(prints),
                  json_array_size(results));
    json_decref(prints);
}

static void check_sarif(const struct written *sarif)
{
    json_t *log = written_read_json("sarif", sarif);
    const json_t *run = json_array_get(json_object_get(log, "runs"), 0);
    const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
    check_results(json_object_get(run, "results"), json_object_get(driver, "rules"));
    json_decref(log);
}

static void check_summary(const struct written *summary)
{
    written_is_inert("summary", summary);
}

static void check_page(const struct written *page)
{
    written_is_page("html", page);
}

static void check_markdown(const struct written *markdown)
{
    written_is_markdown("markdown", markdown);
}

static const struct writer {
    const char *name;
    void (*check)(const struct written *);
    enum reports_format format;
    bool is_whole; /* what a store without empty runs and clauses gives as well */
} writers[] = {
    {"junit", check_junit, REPORTS_JUNIT, true},
    {"tap", check_tap, REPORTS_TAP, true},
    {"summary", check_summary, REPORTS_SUMMARY, true},
    {"badge", check_badge, REPORTS_BADGE, true},
    {"markdown", check_markdown, REPORTS_MARKDOWN, true},
    {"sarif", check_sarif, REPORTS_SARIF, false},
    {"html", check_page, REPORTS_HTML, false},
};

/* ---- written again ---------------------------------------------------- */

static void check_same(const struct writer *writer, const struct reports_store *store,
                       const struct reports_store *other)
{
    struct written text = show(store, writer->format);
    struct written again = show(other, writer->format);
    writer->check(&text);
    if (writer->is_whole
        && (again.size != text.size || memcmp(again.bytes, text.bytes, text.size) != 0))
        fuzz_fail("again", "%s differs: %s\n%s", writer->name, text.bytes, again.bytes);
    free(text.bytes);
    free(again.bytes);
}

static void check_store(const struct reports_store *store)
{
    struct written written;
    FILE *file = written_open(&written);
    if (!reports_write_store(file, store)) fuzz_fail("again", "a line is refused");
    written_close(file);
    if (written.size > 0) { /* else a line of a baseline alone */
        struct reports_store *other = read_bytes(written.bytes, written.size);
        if (other == NULL) fuzz_fail("again", "what was written is refused: %s", written.bytes);
        for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
            check_same(&writers[i], store, other);
        reports_close(other);
    }
    free(written.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    if (size == 0) return 0; /* fmemopen takes none */
    struct reports_store *store = read_bytes(data, size);
    if (store != NULL) check_store(store);
    reports_close(store);
    return 0;
}
