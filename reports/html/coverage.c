/* Which lines and branches ran, by file, as gcovr wrote it: coverage.json
 * (gcovr --json), or else summary.json (gcovr --json-summary), with links to the
 * pages of gcovr --html-details index.html. */
#include "base/digest.h"
#include "base/input.h"
#include "base/text.h"
#include "html/parts.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 1000

/* ---- values ----------------------------------------------------------- */

/* How much of a file ran. */
struct percent {
    size_t ran, all;
    double percent;
    bool is_whole;
};

static const struct template_field percent_fields[] = {
    TEMPLATE_VALUE(struct percent, ran),
    TEMPLATE_VALUE(struct percent, all),
    TEMPLATE_VALUE(struct percent, percent),
    TEMPLATE_VALUE(struct percent, is_whole),
};
static const struct template_shape percent_shape = TEMPLATE_SHAPE(struct percent, percent_fields);

/* A file; link NULL: the folder has no page of it. */
struct row {
    const char *name, *link;
    const void *lines, *branches;
};

static const struct template_field row_fields[] = {
    TEMPLATE_VALUE(struct row, name),
    TEMPLATE_VALUE(struct row, link),
    TEMPLATE_PART(struct row, lines, percent_shape),
    TEMPLATE_PART(struct row, branches, percent_shape),
};
static const struct template_shape row_shape = TEMPLATE_SHAPE(struct row, row_fields);

struct total {
    const char *link;
    const void *lines, *branches;
};

static const struct template_field total_fields[] = {
    TEMPLATE_VALUE(struct total, link),
    TEMPLATE_PART(struct total, lines, percent_shape),
    TEMPLATE_PART(struct total, branches, percent_shape),
};
static const struct template_shape total_shape = TEMPLATE_SHAPE(struct total, total_fields);

struct table {
    struct template_list files;
    const void *total;
    size_t more;
};

static const struct template_field table_fields[] = {
    TEMPLATE_PART(struct table, files, row_shape),
    TEMPLATE_PART(struct table, total, total_shape),
    TEMPLATE_VALUE(struct table, more),
};
static const struct template_shape table_shape = TEMPLATE_SHAPE(struct table, table_fields);

struct view {
    const char *complaint;
    const void *table;
};

static const struct template_field view_fields[] = {
    TEMPLATE_VALUE(struct view, complaint),
    TEMPLATE_PART(struct view, table, table_shape),
};
const struct template_shape html_coverage_shape = TEMPLATE_SHAPE(struct view, view_fields);

/* ---- what ran --------------------------------------------------------- */

struct part {
    uint64_t ran, all;
};

struct covered {
    const char *name; /* borrowed of the JSON */
    struct part lines, branches;
};

struct coverage {
    struct html *html;
    struct view *view;
    struct covered *files; /* those with most left to run first */
    size_t count;
};

/* ---- complaints ------------------------------------------------------- */

/* On the page and to the errors: `coverage/coverage.json: what is wrong`. */
static void complain(struct coverage *coverage, const char *text)
{
    text_put(coverage->html->errors, text);
    fputc('\n', coverage->html->errors);
    coverage->view->complaint = text;
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
            complain(coverage,
                     page_format(&coverage->html->arena, "%s: file %zu is not as gcovr 5 writes it",
                                 path, i + 1));
            return false;
        }
        coverage->count++;
    }
    if (!json_is_array(files))
        complain(coverage, page_format(&coverage->html->arena,
                                       "%s: no array \"files\", expected what gcovr writes", path));
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

/* Percent-encoded, as a part of a link. */
static char *put_path(char *at, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/";
    for (; *path != '\0'; path++)
        if (strchr(plain, *path) != NULL) *at++ = *path;
        else at += sprintf(at, "%%%02X", (unsigned char)*path);
    return at;
}

/* As gcovr calls the page of a file: the digest is of the name. */
static const char *page_of(struct arena *arena, const char *file)
{
    char digest[DIGEST_MD5_SIZE];
    const char *slash = strrchr(file, '/');
    digest_md5(file, strlen(file), digest);
    return page_format(arena, "index.%s.%s.html", slash == NULL ? file : slash + 1, digest);
}

/* A link to the page; NULL: the folder does not have it. */
static const char *link_of(struct html *html, const char *page)
{
    const char *folder = html->input->coverage_link;
    const char *path = page_format(&html->arena, "%s/%s", html->input->coverage, page);
    if (folder == NULL || access(path, R_OK) != 0) return NULL;
    char *link = arena_new(&html->arena, (strlen(folder) + strlen(page)) * 3 + 2, 1);
    char *at = put_path(link, folder);
    *at++ = '/';
    put_path(at, page);
    return link;
}

/* Never rounded up to 100. */
static const void *percent_of(struct arena *arena, const struct part *part)
{
    struct percent *percent = arena_new(arena, 1, sizeof *percent);
    double share = part->all == 0 ? 0 : (double)part->ran / (double)part->all;
    *percent = (struct percent){
        .ran = (size_t)part->ran,
        .all = (size_t)part->all,
        .percent = part->ran < part->all && share > 0.999 ? 99.9 : share * 100,
        .is_whole = part->ran >= part->all,
    };
    return percent;
}

static struct row row_of(struct html *html, const struct covered *file)
{
    return (struct row){
        .name = page_slice(&html->arena, file->name, strlen(file->name)),
        .link = link_of(html, page_of(&html->arena, file->name)),
        .lines = percent_of(&html->arena, &file->lines),
        .branches = percent_of(&html->arena, &file->branches),
    };
}

static const void *total_of(const struct coverage *coverage)
{
    struct part lines = {0};
    struct part branches = {0};
    struct html *html = coverage->html;
    struct total *total = arena_new(&html->arena, 1, sizeof *total);
    for (size_t i = 0; i < coverage->count; i++) {
        lines.ran += coverage->files[i].lines.ran;
        lines.all += coverage->files[i].lines.all;
        branches.ran += coverage->files[i].branches.ran;
        branches.all += coverage->files[i].branches.all;
    }
    total->link = link_of(html, "index.html");
    total->lines = percent_of(&html->arena, &lines);
    total->branches = percent_of(&html->arena, &branches);
    return total;
}

static const void *table_of(const struct coverage *coverage)
{
    size_t count = coverage->count < FILES_MAX ? coverage->count : FILES_MAX;
    struct table *table = arena_new(&coverage->html->arena, 1, sizeof *table);
    struct row *rows = arena_new(&coverage->html->arena, count, sizeof *rows);
    for (size_t i = 0; i < count; i++) rows[i] = row_of(coverage->html, &coverage->files[i]);
    *table = (struct table){{rows, count}, total_of(coverage), coverage->count - count};
    return table;
}

static void read_document(struct coverage *coverage, FILE *file, const char *path,
                          const struct source *source)
{
    json_error_t error;
    struct arena *arena = &coverage->html->arena;
    json_t *document = json_loadf(file, 0, &error);
    if (document == NULL) {
        complain(coverage, page_format(arena, "%s:%d: cannot be read: %s", path,
                                       error.line < 0 ? 0 : error.line, error.text));
    } else if (read_files(coverage, path, source, document)) {
        if (coverage->count > 0)
            qsort(coverage->files, coverage->count, sizeof *coverage->files, by_left);
        coverage->view->table = table_of(coverage);
    }
    json_decref(document);
}

const void *html_coverage(struct html *html)
{
    const char *folder = html->input->coverage;
    if (folder == NULL) return NULL;
    struct coverage coverage = {.html = html,
                                .view = arena_new(&html->arena, 1, sizeof *coverage.view)};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        const char *path = page_format(&html->arena, "%s/%s", folder, sources[i].name);
        FILE *file = input_open_found(folder, sources[i].name);
        if (file == NULL && errno == ENOENT) continue;
        if (file == NULL)
            complain(&coverage, page_format(&html->arena, "%s:0: cannot be read: %s", path,
                                            input_error(errno)));
        else read_document(&coverage, file, path, &sources[i]);
        if (file != NULL) fclose(file);
        return coverage.view;
    }
    complain(&coverage,
             page_format(&html->arena,
                         "%s: neither coverage.json nor summary.json is there, expected what "
                         "gcovr --json or --json-summary writes",
                         folder));
    return coverage.view;
}
