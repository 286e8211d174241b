/* Reads the corpus: inputs and the events that they must decode to. */
#include "corpus/corpus.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/print.h"
#include "catalog/builtin.h"
#include "catalog/dialect.h"
#include "script/script.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* nftw hands its callback no user data. */
static struct buffer found;

static bool ends_in(const char *path, const char *ending)
{
    size_t size = strlen(path);
    return size > strlen(ending) && strcmp(path + size - strlen(ending), ending) == 0;
}

static int note_file(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    bool is_attack = strstr(path, "/regressions/attack/") != NULL; /* refused, most of them */
    if (type == FTW_F && !is_attack
        && (ends_in(path, ".at") || ends_in(path, ".bin") || ends_in(path, ".raw")
            || ends_in(path, ".events"))) {
        char *copy = strdup(path);
        buffer_append(&found, &copy, sizeof copy);
    }
    return 0;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool print_mistake(const char *path, const char *what)
{
    print(stderr, "%s: %s\n", path, what);
    return false;
}

static char *with_ending(const char *path, const char *ending)
{
    char *result = NULL;
    int stem = (int)(strrchr(path, '.') - path);
    return asprintf(&result, "%.*s%s", stem, path, ending) < 0 ? NULL : result;
}

/* Only one file is read at a time. */
struct events {
    char *text;
    size_t size;
    size_t at; /* of the part that is next */
};

static bool read_events(const char *input, struct events *out)
{
    struct buffer text = {0};
    struct transcript_error error;
    char *path = with_ending(input, ".events");
    bool done = path != NULL && transcript_read_file(path, SIZE_MAX / 2, &text, &error);
    free(path);
    if (!done) return print_mistake(input, "has no .events (.ci/update makes it)");
    *out = (struct events){.text = (char *)text.bytes, .size = text.size};
    return true;
}

/* Whether a line that begins the events of one way is at `at`. */
static bool is_case_line(const struct events *events, size_t at)
{
    static const char begin[] = "{\"case\":";
    return events->size - at >= sizeof begin - 1
           && memcmp(events->text + at, begin, sizeof begin - 1) == 0;
}

static size_t line_end(const struct events *events, size_t at)
{
    const char *end = memchr(events->text + at, '\n', events->size - at);
    return end == NULL ? events->size : (size_t)(end - events->text) + 1;
}

/* The part after the next such line, up to the one after that. */
static bool take_part(struct events *events, struct sample *sample)
{
    if (events->at < events->size && is_case_line(events, events->at))
        events->at = line_end(events, events->at);
    else if (events->at > 0)
        return print_mistake(sample->path,
                             "has fewer ways in its .events (.ci/update makes it anew)");
    size_t first = events->at;
    while (events->at < events->size && !is_case_line(events, events->at))
        events->at = line_end(events, events->at);
    sample->expected_size = events->at - first;
    sample->expected = malloc(sample->expected_size + 1);
    if (sample->expected == NULL) return print_mistake(sample->path, "out of memory");
    memcpy(sample->expected, events->text + first, sample->expected_size);
    sample->expected[sample->expected_size] = '\0';
    return true;
}

static bool join_received(struct sample *sample)
{
    const struct transcript *t = &sample->transcript;
    sample->received = malloc(t->received_size + 1);
    if (sample->received == NULL) return print_mistake(sample->path, "out of memory");
    for (size_t i = 0; i < t->item_count; i++) {
        if (t->items[i].kind != TRANSCRIPT_RECEIVED || t->items[i].size == 0) continue;
        memcpy(sample->received + sample->size, t->bytes + t->items[i].offset, t->items[i].size);
        sample->size += t->items[i].size;
    }
    return true;
}

static bool complain_of(const char *path, const struct transcript_error *error)
{
    char text[512];
    transcript_error_format(error, path, text, sizeof text);
    return print_mistake(text, "not usable");
}

static void release_sample(struct sample *sample)
{
    transcript_release(&sample->transcript);
    free(sample->path);
    free(sample->received);
    free(sample->expected);
}

static bool has_input(const char *events_path)
{
    static const char *const endings[] = {".at", ".bin", ".raw"};
    bool has = false;
    for (size_t i = 0; i < 3 && !has; i++) {
        char *path = with_ending(events_path, endings[i]);
        has = path != NULL && access(path, R_OK) == 0;
        free(path);
    }
    return has || print_mistake(events_path, "has no input beside it");
}

static void add_sample(struct corpus *corpus, struct sample sample, struct events *events)
{
    if (sample.path != NULL && join_received(&sample) && take_part(events, &sample)) {
        corpus->samples =
            memory_grow(corpus->samples, corpus->count + 1, &corpus->capacity, sizeof sample);
        corpus->samples[corpus->count++] = sample;
        return;
    }
    corpus->fault_count++;
    release_sample(&sample);
}

static bool add_case(struct corpus *corpus, const char *path, const struct script_case *case_,
                     bool is_only, struct events *events)
{
    struct transcript_error error;
    size_t ways = script_way_count(case_, &error);
    const char *dialect =
        case_->dialect.text == NULL ? CATALOG_DIALECT_DEFAULT : case_->dialect.text;
    const char *id = case_->id.text == NULL ? "" : case_->id.text;
    if (ways == 0) return complain_of(path, &error);
    for (size_t way = 0; way < ways; way++) {
        struct sample sample = {.catalog = dialect_find_tables(dialect)};
        if (sample.catalog == NULL) return print_mistake(path, "unknown dialect");
        if (!script_expand(case_, NULL, way, &sample.transcript, &error))
            return complain_of(path, &error);
        sample.path = is_only && ways == 1 ? memory_text(path)
                                           : memory_format("%s: %s, way %zu", path, id, way + 1);
        add_sample(corpus, sample, events);
    }
    return true;
}

static bool read_script(struct corpus *corpus, const char *path, struct events *events)
{
    struct script script;
    struct transcript_error error;
    if (!script_read(path, &script, &error)) return complain_of(path, &error);
    bool good = true;
    for (size_t i = 0; good && i < script.case_count; i++)
        good = add_case(corpus, path, &script.cases[i], script.case_count == 1, events);
    script_release(&script);
    return good
           && (events->at == events->size || print_mistake(path, "has more ways in its .events"));
}

static bool read_raw(struct corpus *corpus, const char *path, struct events *events)
{
    struct sample sample = {.catalog = dialect_find_tables(CATALOG_DIALECT_DEFAULT)};
    struct transcript_error error;
    if (!transcript_read_raw(path, &sample.transcript, &error)) return complain_of(path, &error);
    sample.path = memory_text(path);
    add_sample(corpus, sample, events);
    return true;
}

static void read_path(struct corpus *corpus, const char *path)
{
    struct events events = {0};
    bool good = false;
    if (ends_in(path, ".events")) good = has_input(path);
    else if (read_events(path, &events))
        good = script_is_name(path) ? read_script(corpus, path, &events)
                                    : read_raw(corpus, path, &events);
    corpus->fault_count += !good;
    free(events.text);
}

void corpus_read(const char *root, bool with_generated, struct corpus *out)
{
    *out = (struct corpus){0};
    found = (struct buffer){0};
    if (nftw(root, note_file, 16, FTW_PHYS) != 0) print_mistake(root, "cannot be read");
    size_t count = found.size / sizeof(char *);
    char **paths = (void *)found.bytes;
    if (count > 0) qsort(paths, count, sizeof *paths, compare_paths);
    for (size_t i = 0; i < count; i++) {
        if (with_generated || strstr(paths[i], "/generated/") == NULL) read_path(out, paths[i]);
        free(paths[i]);
    }
    buffer_release(&found);
}

void corpus_release(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++) release_sample(&corpus->samples[i]);
    free(corpus->samples);
    *corpus = (struct corpus){0};
}
