/* JUnit XML: a suite a case, a test case an exchange. reports/junit.xsd says
 * what it looks like. */
#define _GNU_SOURCE
#include "store.h"

#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    xmlTextWriterPtr xml;
    bool strict; /* of the run under way */
};

struct counts {
    size_t tests, failures, skipped;
};

/* ---- text ------------------------------------------------------------- */

/* Characters that XML 1.0 has; any other byte stands as \xHH. */
static char *legal(const char *text)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    while (*text != '\0') {
        int left = (int)strlen(text);
        int length = left;
        int value = xmlGetUTF8Char((const unsigned char *)text, &length);
        bool good = value >= 0 && length > 0 && xmlIsCharQ((unsigned)value);
        if (good) fwrite(text, 1, (size_t)length, file);
        else fprintf(file, "\\x%02X", (unsigned char)*text);
        text += good ? length : 1;
    }
    fclose(file);
    return out;
}

static void attribute(struct writer *writer, const char *name, const char *text)
{
    char *value = legal(text);
    xmlTextWriterWriteAttribute(writer->xml, BAD_CAST name, BAD_CAST value);
    free(value);
}

__attribute__((format(printf, 3, 4))) static void
attribute_format(struct writer *writer, const char *name, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) abort();
    va_end(arguments);
    attribute(writer, name, text);
    free(text);
}

static void open_element(struct writer *writer, const char *name)
{
    xmlTextWriterStartElement(writer->xml, BAD_CAST name);
}

static void close_element(struct writer *writer)
{
    xmlTextWriterEndElement(writer->xml);
}

static void content(struct writer *writer, const char *text)
{
    char *value = legal(text);
    xmlTextWriterWriteString(writer->xml, BAD_CAST value);
    free(value);
}

/* ---- exchanges -------------------------------------------------------- */

/* All findings, a block each. Owns: the caller. */
static char *findings_text(const json_t *case_, const json_t *exchange)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    const json_t *findings = store_array(exchange, "findings");
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        fprintf(file, "%s:%lld: %s (%s) %s, offset %lld\n  expected: %s\n  seen:     %s\n",
                store_text(case_, "source"), (long long)store_number(finding, "line"),
                store_text(finding, "rule"), store_text(finding, "level"),
                store_text(finding, "clause"), (long long)store_number(finding, "offset"),
                store_text(finding, "expected"), store_text(finding, "seen"));
        if (store_text(finding, "reason")[0] != '\0')
            fprintf(file, "  declared: %s\n", store_text(finding, "reason"));
    }
    fclose(file);
    return out;
}

static const json_t *first_fault(const json_t *exchange, bool strict)
{
    const json_t *findings = store_array(exchange, "findings");
    for (size_t i = 0; i < json_array_size(findings); i++)
        if (store_is_fault(json_array_get(findings, i), strict)) return json_array_get(findings, i);
    return json_array_get(findings, 0);
}

static void write_failure(struct writer *writer, const json_t *case_, const json_t *exchange)
{
    const json_t *fault = first_fault(exchange, writer->strict);
    char *text = findings_text(case_, exchange);
    open_element(writer, "failure");
    attribute(writer, "type", store_text(fault, "rule"));
    attribute_format(writer, "message", "%s: expected %s, seen %s", store_text(fault, "clause"),
                     store_text(fault, "expected"), store_text(fault, "seen"));
    content(writer, text);
    close_element(writer);
    free(text);
}

static void write_skipped(struct writer *writer, const char *what, const char *why)
{
    open_element(writer, "skipped");
    attribute_format(writer, "message", "%s%s", what, why);
    close_element(writer);
}

static bool outcome_is(const json_t *case_, const char *outcome)
{
    return strcmp(store_text(case_, "outcome"), outcome) == 0;
}

static bool verdict_is(const json_t *exchange, const char *verdict)
{
    return strcmp(store_text(exchange, "verdict"), verdict) == 0;
}

static void write_time(struct writer *writer, const json_t *exchange)
{
    if (json_object_get(exchange, "sent_us") == NULL
        || json_object_get(exchange, "over_us") == NULL)
        return;
    json_int_t took = store_number(exchange, "over_us") - store_number(exchange, "sent_us");
    if (took >= 0) attribute_format(writer, "time", "%.6f", (double)took / 1e6);
}

static void write_exchange(struct writer *writer, const json_t *case_, const json_t *exchange,
                           size_t number)
{
    char *name = store_case_name(case_);
    const char *command = store_text(exchange, "command");
    open_element(writer, "testcase");
    attribute(writer, "classname", name);
    attribute_format(writer, "name", "%zu %s", number, command[0] == '\0' ? "unasked" : command);
    attribute(writer, "file", store_text(case_, "source"));
    attribute_format(writer, "line", "%lld", (long long)store_number(exchange, "line"));
    write_time(writer, exchange);
    free(name);
    if (verdict_is(exchange, "fail") && outcome_is(case_, "expected-failure")) {
        write_skipped(writer, "expected failure: ", store_text(case_, "reason"));
    } else if (verdict_is(exchange, "fail")) {
        write_failure(writer, case_, exchange);
    } else if (verdict_is(exchange, "unjudged")) {
        write_skipped(writer, "unjudged: ", store_text(exchange, "why"));
    } else if (json_array_size(store_array(exchange, "findings")) > 0) {
        char *text = findings_text(case_, exchange);
        open_element(writer, "system-out");
        content(writer, text);
        close_element(writer);
        free(text);
    }
    close_element(writer);
}

/* ---- cases ------------------------------------------------------------ */

/* An outcome that no exchange shows: a test case of its own. */
static const char *own_fault(const json_t *case_)
{
    if (outcome_is(case_, "unexpected-pass")) return "an expected failure passed";
    if (outcome_is(case_, "failed") && strcmp(store_text(case_, "verdict"), "fail") != 0)
        return "the case failed";
    return NULL;
}

static struct counts count(const json_t *case_)
{
    struct counts found = {0};
    const json_t *exchanges = store_array(case_, "exchanges");
    found.tests = json_array_size(exchanges);
    for (size_t i = 0; i < found.tests; i++) {
        const json_t *exchange = json_array_get(exchanges, i);
        bool fail = verdict_is(exchange, "fail");
        bool excused = fail && outcome_is(case_, "expected-failure");
        found.failures += fail && !excused;
        found.skipped += excused || verdict_is(exchange, "unjudged");
    }
    bool own = own_fault(case_) != NULL;
    bool empty = found.tests == 0 && !own;
    found.tests += own || empty;
    found.failures += own;
    found.skipped += empty;
    return found;
}

static void write_counts(struct writer *writer, struct counts found)
{
    attribute_format(writer, "tests", "%zu", found.tests);
    attribute_format(writer, "failures", "%zu", found.failures);
    attribute(writer, "errors", "0");
    attribute_format(writer, "skipped", "%zu", found.skipped);
}

static void write_own(struct writer *writer, const json_t *case_, const char *name)
{
    const char *fault = own_fault(case_);
    if (fault == NULL && json_array_size(store_array(case_, "exchanges")) > 0) return;
    open_element(writer, "testcase");
    attribute(writer, "classname", name);
    attribute(writer, "name", "case");
    attribute(writer, "file", store_text(case_, "source"));
    attribute_format(writer, "line", "%lld", (long long)store_number(case_, "line"));
    if (fault != NULL) {
        open_element(writer, "failure");
        attribute(writer, "type", store_text(case_, "outcome"));
        attribute_format(writer, "message", "%s: %s", fault, store_text(case_, "reason"));
        close_element(writer);
    } else {
        write_skipped(writer, "no exchange: ", store_text(case_, "reason"));
    }
    close_element(writer);
}

static void write_case(struct writer *writer, const json_t *case_)
{
    static const char *const keys[] = {"title",  "dialect",      "level", "clause",  "verdict",
                                       "sha256", "manufacturer", "model", "firmware"};
    char *name = store_case_name(case_);
    const json_t *exchanges = store_array(case_, "exchanges");
    open_element(writer, "testsuite");
    attribute(writer, "name", name);
    attribute(writer, "file", store_text(case_, "source"));
    write_counts(writer, count(case_));
    open_element(writer, "properties");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (store_text(case_, keys[i])[0] == '\0') continue;
        open_element(writer, "property");
        attribute(writer, "name", keys[i]);
        attribute(writer, "value", store_text(case_, keys[i]));
        close_element(writer);
    }
    close_element(writer);
    for (size_t i = 0; i < json_array_size(exchanges); i++)
        write_exchange(writer, case_, json_array_get(exchanges, i), i + 1);
    write_own(writer, case_, name);
    close_element(writer);
    free(name);
}

static struct counts total(const struct store *store)
{
    struct counts sum = {0};
    for (size_t i = 0; i < json_array_size(store->lines); i++) {
        const json_t *line = json_array_get(store->lines, i);
        if (!store_is_case(line)) continue;
        struct counts one = count(line);
        sum.tests += one.tests;
        sum.failures += one.failures;
        sum.skipped += one.skipped;
    }
    return sum;
}

bool junit_write(const struct store *store, FILE *out)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    struct writer writer = {.xml = xmlNewTextWriterMemory(buffer, 0)};
    xmlTextWriterSetIndent(writer.xml, 1);
    xmlTextWriterStartDocument(writer.xml, NULL, "UTF-8", NULL);
    open_element(&writer, "testsuites");
    attribute(&writer, "name", "atproof");
    write_counts(&writer, total(store));
    for (size_t i = 0; i < json_array_size(store->lines); i++) {
        const json_t *line = json_array_get(store->lines, i);
        if (store_is_case(line)) write_case(&writer, line);
        else writer.strict = json_is_true(json_object_get(line, "strict"));
    }
    bool good = xmlTextWriterEndDocument(writer.xml) >= 0;
    xmlFreeTextWriter(writer.xml);
    size_t size = (size_t)xmlBufferLength(buffer);
    good = good && fwrite(xmlBufferContent(buffer), 1, size, out) == size;
    xmlBufferFree(buffer);
    return good;
}
