/* A target without an engine, for every compiler and machine.
 *
 *     fuzz_TARGET PATH...                       runs files, and all files below folders
 *     fuzz_TARGET --runs N [--seed S] [--max-len BYTES] PATH...
 *                                               runs them mutated, N times in all
 *
 * Exit status 0: all passed; 1: there was none, or one is unreadable; 2: usage. A
 * broken invariant aborts: the input's path is told, or, of a mutated one, it is
 * written to fuzz-TARGET-SEED-RUN in the working directory. */
#include "mutator.h"
#include "target.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

extern const char fuzz_target_name[];

/* ---- what is run ------------------------------------------------------ */

struct input {
    char *path;
    uint8_t *bytes; /* flush with the end of their memory, for ASan         */
    size_t size;
};

static struct {
    struct input *items;
    size_t count, capacity;
} inputs;

static void *must(void *pointer)
{
    if (pointer == NULL) abort();
    return pointer;
}

static bool add_input(const char *path, const uint8_t *bytes, size_t size)
{
    if (inputs.count == inputs.capacity) {
        inputs.capacity = 2 * inputs.capacity + 64;
        inputs.items = must(realloc(inputs.items, inputs.capacity * sizeof *inputs.items));
    }
    struct input *input = &inputs.items[inputs.count++];
    input->path = must(strdup(path));
    input->bytes = must(malloc(size > 0 ? size : 1));
    input->size = size;
    memcpy(input->bytes, bytes, size);
    return true;
}

static bool read_file(const char *path)
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
    if (!whole) fprintf(stderr, "%s: longer than %zu bytes\n", path, sizeof bytes);
    return whole && add_input(path, bytes, size);
}

static bool read_path(const char *path);

static bool read_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    bool fine = count >= 0;
    for (int i = 0; i < count; i++) {
        char below[4096];
        int size = snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
        bool skipped = entries[i]->d_name[0] == '.' || strcmp(entries[i]->d_name, "README.md") == 0;
        free(entries[i]);
        if (!skipped) fine &= size < (int)sizeof below && read_path(below);
    }
    if (count >= 0) free(entries);
    return fine;
}

static bool read_path(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return read_folder(path);
    return read_file(path);
}

/* ---- telling ---------------------------------------------------------- */

static struct {
    const char *path; /* NULL: mutated                                       */
    const uint8_t *bytes;
    size_t size;
    unsigned long seed, run;
} running;

/* Of the sanitizers' runtime, if there is one. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void tell_input(void)
{
    char path[256];
    if (running.path != NULL) {
        fprintf(stderr, "input: %s\n", running.path);
        return;
    }
    snprintf(path, sizeof path, "fuzz-%s-%lu-%lu", fuzz_target_name, running.seed, running.run);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(running.bytes, 1, running.size, file) != running.size) perror(path);
    if (file != NULL) fclose(file);
    fprintf(stderr, "input: %s\n", path);
}

static void on_abort(int signal_number)
{
    (void)signal_number;
    tell_input();
}

/* ---- running ---------------------------------------------------------- */

static int run_files(void)
{
    for (size_t i = 0; i < inputs.count; i++) {
        running.path = inputs.items[i].path;
        LLVMFuzzerTestOneInput(inputs.items[i].bytes, inputs.items[i].size);
    }
    printf("%zu inputs passed\n", inputs.count);
    return 0;
}

static int run_mutated(unsigned long runs, unsigned long seed, size_t capacity)
{
    static struct mutator mutator;
    static uint8_t bytes[FUZZ_INPUT_SIZE_MAX];
    struct random random;
    if (!mutator_kinds(fuzz_target_name, &mutator.kinds)) {
        fprintf(stderr, "the inputs of %s are no sessions: --runs needs an engine\n",
                fuzz_target_name);
        return 2;
    }
    random_seed(&random, seed);
    running.path = NULL;
    running.bytes = bytes;
    running.seed = seed;
    for (running.run = 0; running.run < runs; running.run++) {
        const struct input *input = &inputs.items[random_below(&random, inputs.count)];
        size_t size = input->size < capacity ? input->size : capacity;
        memcpy(bytes, input->bytes, size);
        running.size = mutator_mutate(&mutator, bytes, size, capacity, random.state);
        LLVMFuzzerTestOneInput(bytes, running.size);
    }
    double seconds = (double)clock() / CLOCKS_PER_SEC;
    printf("%lu executions, %.0f a second of processor time\n", runs, (double)runs / seconds);
    return 0;
}

/* `--NAME N` ahead of the paths. Writes: *out if it stands there. */
static int take_number(int argc, char **argv, int at, const char *name, unsigned long *out)
{
    char *end = NULL;
    if (at + 1 >= argc || strcmp(argv[at], name) != 0) return at;
    *out = strtoul(argv[at + 1], &end, 10);
    if (*argv[at + 1] == '\0' || *end != '\0') {
        fprintf(stderr, "%s %s: expected a number\n", name, argv[at + 1]);
        exit(2);
    }
    return at + 2;
}

int main(int argc, char **argv)
{
    unsigned long runs = 0;
    unsigned long seed = 1;
    unsigned long capacity = FUZZ_INPUT_SIZE_MAX;
    int at = take_number(argc, argv, 1, "--runs", &runs);
    at = take_number(argc, argv, at, "--seed", &seed);
    at = take_number(argc, argv, at, "--max-len", &capacity);
    if (at >= argc || capacity == 0 || capacity > FUZZ_INPUT_SIZE_MAX) {
        fprintf(stderr,
                "usage: fuzz_%s [--runs N [--seed S] [--max-len BYTES, at most %u]] PATH...\n",
                fuzz_target_name, FUZZ_INPUT_SIZE_MAX);
        return 2;
    }
    bool fine = true;
    for (; at < argc; at++) fine &= read_path(argv[at]);
    if (!fine || inputs.count == 0) {
        fprintf(stderr, "%zu inputs could be read\n", inputs.count);
        return 1;
    }
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback != NULL) __sanitizer_set_death_callback(tell_input);
    return runs > 0 ? run_mutated(runs, seed, capacity) : run_files();
}
