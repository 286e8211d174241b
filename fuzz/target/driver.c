/* A target without an engine: runs it on files, so that every compiler can.
 *
 *     fuzz_TARGET PATH...      files, and all files below folders
 *
 * Exit status 0: all of them passed; 1: there was none, or one is unreadable; a
 * broken invariant aborts, and the input's path is told. */
#include "target.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static size_t passed;
static const char *running; /* path of the input under way                  */

/* Of the sanitizers' runtime, if there is one. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void tell_input(void)
{
    fprintf(stderr, "input: %s\n", running);
}

static void on_abort(int signal_number)
{
    (void)signal_number;
    tell_input();
}

static bool run_file(const char *path)
{
    static uint8_t bytes[1u << 20];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    bool whole = feof(file) != 0;
    fclose(file);
    if (!whole) {
        fprintf(stderr, "%s: longer than %zu bytes\n", path, sizeof bytes);
        return false;
    }
    uint8_t *input = malloc(size > 0 ? size : 1); /* flush, so that ASan sees one byte more */
    if (input == NULL) abort();
    memcpy(input, bytes, size);
    running = path;
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    passed++;
    return true;
}

static bool run_path(const char *path);

static bool run_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    bool fine = count >= 0;
    for (int i = 0; i < count; i++) {
        char below[4096];
        int size = snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
        bool hidden = entries[i]->d_name[0] == '.';
        free(entries[i]);
        if (!hidden) fine &= size < (int)sizeof below && run_path(below);
    }
    if (count >= 0) free(entries);
    return fine;
}

static bool run_path(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return run_folder(path);
    return run_file(path);
}

int main(int argc, char **argv)
{
    bool fine = argc > 1;
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback != NULL) __sanitizer_set_death_callback(tell_input);
    for (int i = 1; i < argc; i++) fine &= run_path(argv[i]);
    fprintf(stderr, "%zu inputs passed\n", passed);
    return fine && passed > 0 ? 0 : 1;
}
