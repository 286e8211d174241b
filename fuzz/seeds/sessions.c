/* Seeds of the targets that take sessions, made from the corpus.
 *
 *     fuzz-seeds-sessions OUT CORPUS...     writes OUT/stream/HASH and OUT/exchange/HASH
 *
 * Each sample of the corpus is one seed, cut where it is longer than an input. */
#include "base/file.h"
#include "corpus/corpus.h"
#include "edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which of the dialects a session chooses by its setting. */
static uint8_t setting_of(const struct atp_catalog *catalog)
{
    uint8_t setting = 0;
    while (setting < 4 && session_catalog(setting) != catalog) setting++;
    return setting < 4 ? setting : 0;
}

static enum session_kind kind_of(enum transcript_kind kind)
{
    switch (kind) {
    case TRANSCRIPT_SENT: return SESSION_SENT;
    case TRANSCRIPT_RECEIVED: return SESSION_RECEIVED;
    case TRANSCRIPT_EXPIRE: return SESSION_EXPIRE;
    case TRANSCRIPT_STREAM_END: return SESSION_STREAM_END;
    }
    return SESSION_RECEIVED;
}

static void make_session(const struct sample *sample, struct session *session, bool all)
{
    const struct transcript *transcript = &sample->transcript;
    edit_clear(session, setting_of(sample->catalog));
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        enum session_kind kind = kind_of(item->kind);
        size_t room = sizeof session->bytes - session->size;
        if (!all && kind != SESSION_RECEIVED) continue;
        edit_add(session, kind, transcript->bytes + item->offset,
                 item->size < room ? item->size : room);
    }
}

static bool write_seed(int folder, const char *target, const uint8_t *bytes, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    char path[64];
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    snprintf(path, sizeof path, "%s/%016llx", target, (unsigned long long)hash);
    FILE *file = file_create_below(folder, path, 0666);
    bool written = file != NULL && fwrite(bytes, 1, size, file) == size;
    if (file == NULL || fclose(file) != 0 || !written) {
        perror(path);
        return false;
    }
    return true;
}

static bool write_seeds(int folder, const struct sample *sample)
{
    static struct session session;
    static uint8_t bytes[FUZZ_INPUT_SIZE_MAX];
    make_session(sample, &session, true);
    size_t size = session_write(&session, bytes, sizeof bytes, SESSION_ALL);
    if (!write_seed(folder, "exchange", bytes, size)) return false;
    make_session(sample, &session, false);
    size = session_write(&session, bytes, sizeof bytes, SESSION_CHUNKS);
    return write_seed(folder, "stream", bytes, size);
}

int main(int argc, char **argv)
{
    size_t count = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: fuzz-seeds-sessions OUT CORPUS...\n");
        return 2;
    }
    int folder = file_open_folder(argv[1]);
    if (folder < 0 || !file_make_folder_below(folder, "stream")
        || !file_make_folder_below(folder, "exchange")) {
        perror(argv[1]);
        return 1;
    }
    for (int i = 2; i < argc; i++) {
        struct corpus corpus = {0};
        corpus_read(argv[i], true, &corpus);
        for (size_t n = 0; n < corpus.count; n++)
            if (!write_seeds(folder, &corpus.samples[n])) return 1;
        count += corpus.count;
        corpus_release(&corpus);
    }
    fprintf(stderr, "%zu samples\n", count);
    return count > 0 ? 0 : 1;
}
