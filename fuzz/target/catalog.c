/* The loader of catalogues (conformance/catalog/load_internal.h), the compiler and
 * the emitters: any bytes as a YAML file.
 *
 *   error     what is refused is refused with complaints `FILE:LINE:COL: text`,
 *             none of a place beyond the file
 *   tables    what compiles has each of its names where the parser looks for it
 *   I2        the parser decodes with it, losing no byte: lines of all sorts, and
 *             one for each name, asked for and not
 *   emitters  JSON is JSON; the others write something, twice the same */
#include "lossless.h"

#include "catalog/builtin.h"
#include "catalog/emit/emit.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "user.yaml"

/* ---- complaints ------------------------------------------------------- */

/* Breaks as YAML counts them, or more, and 1. */
static size_t count_lines(const uint8_t *data, size_t size)
{
    size_t count = 1;
    for (size_t i = 0; i < size; i++)
        count += data[i] != '\0' && strchr("\r\n\x85\xA8\xA9", data[i]) != NULL;
    return count;
}

/* Reads `:` and a number that is not 0. Returns: what stands after it. */
static const char *read_number(const char *text, unsigned long *out)
{
    char *end = NULL;
    if (text == NULL || text[0] != ':' || !isdigit((unsigned char)text[1])) return NULL;
    *out = strtoul(text + 1, &end, 10);
    return *out > 0 ? end : NULL;
}

static void check_complaint(const char *text, size_t line_count)
{
    unsigned long line = 0;
    unsigned long column = 0;
    const char *after = read_number(read_number(strchr(text, ':'), &line), &column);
    if (after == NULL || strncmp(after, ": ", 2) != 0)
        fuzz_fail("error", "a complaint without a place: %s", text);
    if (strncmp(text, NAME ":", sizeof NAME) == 0 && line > line_count)
        fuzz_fail("error", "line %lu of %zu: %s", line, line_count, text);
}

static void check_complaints(const char *text, unsigned count, size_t line_count)
{
    if (count == 0) fuzz_fail("error", "refused without a word");
    while (*text != '\0') {
        const char *end = strchr(text, '\n');
        if (end == NULL) fuzz_fail("error", "a complaint without an end: %s", text);
        check_complaint(text, line_count);
        text = end + 1;
    }
}

/* ---- decoding --------------------------------------------------------- */

static void decode(struct lossless *lossless, uint64_t *fed, const void *bytes, size_t size)
{
    atp_feed(&lossless->parser, bytes, size);
    *fed += size;
}

static void decode_text(struct lossless *lossless, uint64_t *fed, const char *text)
{
    decode(lossless, fed, text, strlen(text));
}

/* A command of that name in each form, and a line that may answer it. */
static void decode_name(struct lossless *lossless, uint64_t *fed, const char *name)
{
    static const char *const forms[] = {"=?", "?", "=1,\"a\",2", ""};
    static const char *const fields[] = {": 1,\"a\",2,3,4,5,6,7,8,9\r\n", ": 3\r\nabc\r\n",
                                         ": \r\n", "\r\n"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char line[256];
        int size = snprintf(line, sizeof line, "AT%.200s%s\r", name, forms[i]);
        atp_sent(&lossless->parser, line, (size_t)size);
        decode_text(lossless, fed, "\r\n");
        decode_text(lossless, fed, name);
        decode_text(lossless, fed, fields[i]);
        decode_text(lossless, fed, "\r\n> \r\nOK\r\n");
    }
    atp_expire(&lossless->parser);
}

static void decode_all(const struct atp_catalog *catalog)
{
    static const char lines[] =
        "\r\n+CSQ: 23,0\r\n\r\nOK\r\n+CME ERROR: 14\r\nERROR\r\n\r\nCONNECT\r\n> DOWNLOAD\r\n"
        "+X: \"a,b\",-4294967296,,(0-1),\"\r\n\r\r\nRING\r\n+QSSLURC: \"recv\",1,6\r\n";
    static struct lossless lossless;
    uint64_t fed = 0;
    lossless_init(&lossless, catalog);
    decode(&lossless, &fed, lines, sizeof lines - 1);
    for (size_t i = 0; i < catalog->name_count; i++)
        decode_name(&lossless, &fed, catalog->text + catalog->names[i].text);
    decode(&lossless, &fed, lines, sizeof lines - 1);
    atp_finish(&lossless.parser);
    lossless_end(&lossless, fed);
}

static void check_names(const struct compiled_catalog *compiled)
{
    const struct atp_catalog *catalog = &compiled->catalog;
    for (size_t i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        const char *text = catalog->text + name->text;
        if (strlen(text) != name->size) fuzz_fail("tables", "size of %s", text);
        if (compiled_find_name(compiled, text, name->size) != (int)i)
            fuzz_fail("tables", "%s is not found", text);
    }
}

/* ---- emitters --------------------------------------------------------- */

struct emission {
    const struct compiled_catalog *compiled;
    const struct catalog_model *model;
    const struct catalog_part *parts;
    size_t part_count;
};

static const struct catalog_title title = {"--catalog " NAME, "user", false};

static void emit_c(const struct emission *of, FILE *out)
{
    catalog_emit_c(out, of->compiled, &title);
}

static void emit_dict(const struct emission *of, FILE *out)
{
    catalog_emit_dict(out, of->compiled, &title);
}

static void emit_markdown(const struct emission *of, FILE *out)
{
    catalog_emit_markdown(out, of->model, of->parts, of->part_count, &title);
}

static void emit_list(const struct emission *of, FILE *out)
{
    catalog_emit_list(out, of->model, of->parts, of->part_count);
}

static void emit_json(const struct emission *of, FILE *out)
{
    catalog_emit_json(out, of->model, of->parts, of->part_count);
}

typedef void emitter(const struct emission *of, FILE *out);

/* Owns: the caller. */
static char *emit(emitter *write, const struct emission *of, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (out == NULL) abort();
    write(of, out);
    if (fclose(out) != 0) abort();
    return text;
}

static void check_emitters(const struct emission *of)
{
    emitter *const emitters[] = {emit_c, emit_dict, emit_markdown, emit_list, emit_json};
    for (size_t i = 0; i < sizeof emitters / sizeof emitters[0]; i++) {
        size_t size = 0;
        size_t again_size = 0;
        char *text = emit(emitters[i], of, &size);
        char *again = emit(emitters[i], of, &again_size);
        if (size != again_size || memcmp(text, again, size) != 0)
            fuzz_fail("emitters", "emitter %zu writes another text each time", i);
        json_error_t error;
        json_t *json = emitters[i] == emit_json ? json_loadb(text, size, 0, &error) : NULL;
        if (emitters[i] == emit_json && json == NULL)
            fuzz_fail("emitters", "no JSON: line %d: %s", error.line, error.text);
        json_decref(json);
        free(text);
        free(again);
    }
}

/* ---- the target ------------------------------------------------------- */

/* The result codes of core, which a user's file goes with. Kept: reading it takes
 * longer than most inputs. */
static struct catalog_set *core_set(void)
{
    static struct catalog_model *model;
    if (model == NULL) model = catalog_load_builtin(stderr);
    for (size_t i = 0; model != NULL && i < model->set_count; i++)
        if (strcmp(model->sets[i]->name, "core") == 0) return model->sets[i];
    abort();
}

static void compile(struct catalog_model *model, const char *edition, struct catalog_errors *errors)
{
    struct compiled_catalog *compiled = NULL;
    const struct catalog_part parts[] = {{model->sets[0]->name, edition, false},
                                         {"core", NULL, true}};
    if (catalog_compile(model, parts, model->set_count, &compiled, errors) != 0) return;
    struct emission of = {compiled, model, parts, model->set_count};
    check_names(compiled);
    decode_all(&compiled->catalog);
    check_emitters(&of);
    compiled_catalog_free(compiled);
}

/* Alone if it calls itself core, as catalog_open_file has it. */
static void compile_all(struct catalog_model *model, struct catalog_errors *errors)
{
    struct catalog_set *sets[2] = {model->sets[0], core_set()};
    const struct catalog_set *own = sets[0];
    struct catalog_model both = {sets, strcmp(own->name, "core") == 0 ? 1 : 2};
    compile(&both, NULL, errors);
    if (own->edition_count > 0) compile(&both, own->editions[0].name, errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *complaints = NULL;
    size_t complaints_size = 0;
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    struct catalog_errors errors = {.out = open_memstream(&complaints, &complaints_size)};
    if (errors.out == NULL) abort();
    struct catalog_model *model = catalog_new();
    int status = catalog_load_memory(model, NAME, data, size, &errors);
    if (status == 0) compile_all(model, &errors);
    fclose(errors.out);
    if (status != 0 || errors.count > 0)
        check_complaints(complaints, errors.count, count_lines(data, size));
    catalog_free(model);
    free(complaints);
    return 0;
}
