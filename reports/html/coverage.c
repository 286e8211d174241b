/* Which lines and branches ran, by file, as gcovr wrote it: coverage.json
 * (gcovr --json), or else summary.json (gcovr --json-summary), with links to the
 * pages of gcovr --html-details index.html. */
#define _GNU_SOURCE
#include "base/digest.h"
#include "base/text.h"
#include "html/parts.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 1000

struct part {
    uint64_t ran, all;
};

struct covered {
    const char *name; /* borrowed of the JSON */
    struct part lines, branches;
};

struct coverage {
    struct html *html;
    struct covered *files; /* those with most left to run first */
    size_t count;
};

/* ---- complaints ------------------------------------------------------- */

/* On the page and to the errors: `coverage/coverage.json: what is wrong`. */
__attribute__((format(printf, 2, 3))) static void complain(struct html *html, const char *format,
                                                           ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) arena_must(NULL);
    va_end(arguments);
    fprintf(html->errors, "%s\n", text);
    page_put(html->out, "<p class=\"notice warn\">%s</p>\n", text);
    free(text);
}

/* ---- reading ---------------------------------------------------------- */

static uint64_t number_of(const json_t *object, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(object, key));
    return number < 0 ? 0 : (uint64_t)number;
}

static bool is_set(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* A line of coverage.json; false: gcovr does not write such. */
static bool add_line(struct covered *file, const json_t *line)
{
    const json_t *branches = json_object_get(line, "branches");
    const json_t *branch = NULL;
    size_t i = 0;
    if (!json_is_integer(json_object_get(line, "count")) || !json_is_array(branches)) return false;
    if (is_set(line, "gcovr/noncode") || is_set(line, "gcovr/excluded")) return true;
    file->lines.all++;
    file->lines.ran += number_of(line, "count") > 0;
    json_array_foreach(branches, i, branch)
    {
        file->branches.all++;
        file->branches.ran += number_of(branch, "count") > 0;
    }
    return true;
}

static bool read_whole(struct covered *file, const json_t *from)
{
    const json_t *lines = json_object_get(from, "lines");
    const json_t *line = NULL;
    size_t i = 0;
    file->name = json_string_value(json_object_get(from, "file"));
    if (file->name == NULL || !json_is_array(lines)) return false;
    json_array_foreach(lines, i, line) if (!add_line(file, line)) return false;
    return true;
}

static bool read_summary(struct covered *file, const json_t *from)
{
    file->name = json_string_value(json_object_get(from, "filename"));
    file->lines = (struct part){number_of(from, "line_covered"), number_of(from, "line_total")};
    file->branches =
        (struct part){number_of(from, "branch_covered"), number_of(from, "branch_total")};
    return file->name != NULL && json_is_integer(json_object_get(from, "line_total"));
}

static const struct source {
    const char *name;
    bool (*read)(struct covered *file, const json_t *from);
} sources[] = {{"coverage.json", read_whole}, {"summary.json", read_summary}};

static bool read_files(struct coverage *coverage, const char *path, const struct source *source,
                       const json_t *document)
{
    const json_t *files = json_object_get(document, "files");
    const json_t *file = NULL;
    size_t i = 0;
    coverage->files =
        arena_new(&coverage->html->arena, json_array_size(files), sizeof *coverage->files);
    coverage->count = 0;
    json_array_foreach(files, i, file)
    {
        if (!source->read(&coverage->files[i], file)) {
            complain(coverage->html, "%s: file %zu is not as gcovr 5 writes it", path, i + 1);
            return false;
        }
        coverage->count++;
    }
    if (!json_is_array(files))
        complain(coverage->html, "%s: no array \"files\", expected what gcovr writes", path);
    return json_is_array(files);
}

static double left_to_run(const struct covered *file)
{
    if (file->lines.all == 0 || file->lines.ran > file->lines.all) return 0;
    return (double)(file->lines.all - file->lines.ran) / (double)file->lines.all;
}

static int by_left(const void *a, const void *b)
{
    const struct covered *one = a;
    const struct covered *two = b;
    double left = left_to_run(one);
    double right = left_to_run(two);
    if (left != right) return left < right ? 1 : -1;
    return strcmp(one->name, two->name);
}

/* ---- showing it ------------------------------------------------------- */

static void put_path(FILE *out, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/";
    for (; *path != '\0'; path++)
        if (strchr(plain, *path) != NULL) fputc(*path, out);
        else fprintf(out, "%%%02X", (unsigned char)*path);
}

/* As gcovr calls the page of a file: the digest is of the name. Owns: the caller. */
static char *page_of(const char *file)
{
    char digest[DIGEST_MD5_SIZE];
    const char *slash = strrchr(file, '/');
    digest_md5(file, strlen(file), digest);
    return text_format("index.%s.%s.html", slash == NULL ? file : slash + 1, digest);
}

/* The text, as a link if the folder has the page. */
static void put_link(const struct html *html, const char *page, const char *text)
{
    char *path = text_format("%s/%s", html->input->coverage, page);
    bool linked = html->input->coverage_link != NULL && access(path, R_OK) == 0;
    if (linked) {
        fputs("<a href=\"", html->out);
        put_path(html->out, html->input->coverage_link);
        fputs("/", html->out);
        put_path(html->out, page);
        fputs("\">", html->out);
    }
    page_text(html->out, text);
    fputs(linked ? "</a>" : "", html->out);
    free(path);
}

/* Never rounded up to 100. */
static void put_part(FILE *out, const struct part *part, bool has_bar)
{
    double share = part->all == 0 ? 0 : (double)part->ran / (double)part->all;
    double shown = part->ran < part->all && share > 0.999 ? 99.9 : share * 100;
    fputs("<td class=\"n\">", out);
    page_number(out, (size_t)part->ran);
    fputs(" of ", out);
    page_number(out, (size_t)part->all);
    if (part->all == 0) fputs("</td><td class=\"n dim\">none</td>", out);
    else page_put(out, "</td><td class=\"n\">%.1f %%</td>", shown);
    if (!has_bar) return;
    page_put(out,
             "<td class=\"wide\"><svg class=\"spark\" aria-hidden=\"true\"><rect class=\"ground\" "
             "width=\"100%%\" y=\"38%%\" height=\"24%%\"/><rect class=\"bar %s\" width=\"%.1f%%\" "
             "y=\"38%%\" height=\"24%%\"/></svg></td>",
             part->ran >= part->all ? "good" : "", part->all == 0 ? 0 : shown);
}

static void put_file(const struct html *html, const struct covered *file)
{
    char *page = page_of(file->name);
    fputs("<tr><th scope=\"row\" class=\"wrap\">", html->out);
    put_link(html, page, file->name);
    fputs("</th>", html->out);
    put_part(html->out, &file->lines, true);
    put_part(html->out, &file->branches, false);
    fputs("</tr>\n", html->out);
    free(page);
}

static void put_total(const struct coverage *coverage)
{
    struct part lines = {0};
    struct part branches = {0};
    FILE *out = coverage->html->out;
    for (size_t i = 0; i < coverage->count; i++) {
        lines.ran += coverage->files[i].lines.ran;
        lines.all += coverage->files[i].lines.all;
        branches.ran += coverage->files[i].branches.ran;
        branches.all += coverage->files[i].branches.all;
    }
    fputs("</tbody><tfoot><tr><th scope=\"row\">", out);
    put_link(coverage->html, "index.html", "All files");
    fputs("</th>", out);
    put_part(out, &lines, true);
    put_part(out, &branches, false);
    fputs("</tr></tfoot></table>\n", out);
}

static void put_table(const struct coverage *coverage)
{
    FILE *out = coverage->html->out;
    page_scroll_begin(out, "Coverage by file");
    fputs("<table class=\"grid\"><thead><tr><th scope=\"col\">File</th>"
          "<th scope=\"col\" class=\"n\" colspan=\"2\">Lines</th>"
          "<th scope=\"col\" class=\"wide\"><span class=\"quiet\">Lines that ran</span></th>"
          "<th scope=\"col\" class=\"n\" colspan=\"2\">Branches</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < coverage->count && i < FILES_MAX; i++)
        put_file(coverage->html, &coverage->files[i]);
    put_total(coverage);
    page_scroll_end(out);
    if (coverage->count > FILES_MAX)
        page_put(out, "<p class=\"dim\">%zu more files are not listed.</p>\n",
                 coverage->count - FILES_MAX);
}

static void put_document(struct html *html, const char *path, const struct source *source)
{
    json_error_t error;
    struct coverage coverage = {.html = html};
    json_t *document = json_load_file(path, 0, &error);
    if (document == NULL) {
        complain(html, "%s:%d: cannot be read: %s", path, error.line < 0 ? 0 : error.line,
                 error.text);
    } else if (read_files(&coverage, path, source, document)) {
        if (coverage.count > 0)
            qsort(coverage.files, coverage.count, sizeof *coverage.files, by_left);
        fputs("<p class=\"lead\">Lines and branches that the tests ran; each file leads to its "
              "lines.</p>\n",
              html->out);
        put_table(&coverage);
    }
    json_decref(document);
}

void html_put_coverage(struct html *html)
{
    const char *folder = html->input->coverage;
    if (folder == NULL) {
        fputs("<p class=\"lead\">No coverage was measured.</p>\n", html->out);
        return;
    }
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        char *path = text_format("%s/%s", folder, sources[i].name);
        bool is_there = access(path, F_OK) == 0;
        if (is_there) put_document(html, path, &sources[i]);
        free(path);
        if (is_there) return;
    }
    complain(html,
             "%s: neither coverage.json nor summary.json is there, expected what gcovr --json "
             "or --json-summary writes",
             folder);
}
