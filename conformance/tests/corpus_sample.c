/* The corpus as the tests see it. */
#include "corpus_sample.h"

#include "buffer.h"
#include "catalog_builtin.h"
#include "dialect.h"

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
    if (type == FTW_F
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

static bool complain(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    return false;
}

static char *with_ending(const char *path, const char *ending)
{
    char *result = NULL;
    int stem = (int)(strrchr(path, '.') - path);
    return asprintf(&result, "%.*s%s", stem, path, ending) < 0 ? NULL : result;
}

static bool read_input(struct sample *sample)
{
    struct transcript_error error;
    bool is_transcript = transcript_is_name(sample->path);
    bool done = is_transcript ? transcript_read(sample->path, &sample->transcript, &error)
                              : transcript_read_raw(sample->path, &sample->transcript, &error);
    if (!done) {
        char text[512];
        transcript_error_format(&error, sample->path, text, sizeof text);
        return complain(text, "not usable");
    }
    const struct transcript *t = &sample->transcript;
    const struct transcript_item *item = transcript_find_header(t, TRANSCRIPT_DIALECT);
    sample->catalog =
        dialect_find_tables(item == NULL ? CATALOG_DIALECT_DEFAULT : transcript_value(t, item));
    return sample->catalog != NULL || complain(sample->path, "unknown dialect");
}

static bool join_received(struct sample *sample)
{
    const struct transcript *t = &sample->transcript;
    sample->received = malloc(t->received_size + 1);
    if (sample->received == NULL) return complain(sample->path, "out of memory");
    for (size_t i = 0; i < t->item_count; i++) {
        if (t->items[i].kind != TRANSCRIPT_RECEIVED || t->items[i].size == 0) continue;
        memcpy(sample->received + sample->size, t->bytes + t->items[i].offset, t->items[i].size);
        sample->size += t->items[i].size;
    }
    return true;
}

static bool read_expected(struct sample *sample)
{
    struct transcript events;
    struct transcript_error error;
    char *path = with_ending(sample->path, ".events");
    bool done = path != NULL && transcript_read_raw(path, &events, &error);
    free(path);
    if (!done) return complain(sample->path, "has no .events (corpus/update-events makes it)");
    sample->expected = (char *)events.bytes;
    sample->expected_size = events.received_size;
    free(events.items);
    return true;
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
    return has || complain(events_path, "has no input beside it");
}

static void read_sample(struct corpus *corpus, char *path)
{
    struct sample sample = {.path = path};
    if (ends_in(path, ".events")) {
        corpus->fault_count += !has_input(path);
        free(path);
    } else if (read_input(&sample) && join_received(&sample) && read_expected(&sample)) {
        corpus->samples[corpus->count++] = sample;
    } else {
        corpus->fault_count++;
        release_sample(&sample);
    }
}

void corpus_read(const char *root, struct corpus *out)
{
    *out = (struct corpus){0};
    found = (struct buffer){0};
    if (nftw(root, note_file, 16, FTW_PHYS) != 0) complain(root, "cannot be read");
    size_t count = found.size / sizeof(char *);
    char **paths = (void *)found.bytes;
    if (count > 0) qsort(paths, count, sizeof *paths, compare_paths);
    out->samples = calloc(count + 1, sizeof *out->samples);
    for (size_t i = 0; i < count && out->samples != NULL; i++) read_sample(out, paths[i]);
    buffer_release(&found);
}

void corpus_release(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++) release_sample(&corpus->samples[i]);
    free(corpus->samples);
    *corpus = (struct corpus){0};
}
