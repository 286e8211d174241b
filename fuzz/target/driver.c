/* A target without an engine, for every compiler and machine.
 *
 *     fuzz_TARGET PATH...                       runs files, and all files below folders
 *     fuzz_TARGET --runs N [--seed S] [--max-len BYTES] PATH...
 *                                               runs them mutated, N times in all
 *
 * Exit status 0: all passed; 1: there was none, one is unreadable, or one failed: its
 * path is told, or, of a mutated one, it is written to fuzz-TARGET-SEED-RUN in the
 * working directory; 2: usage. */
#include "mutator.h"
#include "target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

/* A regular file: a FIFO of a corpus would be waited for. */
static FILE *open_input(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return fdopen(fd, "rb");
    close(fd);
    errno = EBADFD;
    return NULL;
}

static bool read_file(const char *path)
{
    static uint8_t bytes[1u << 20];
    FILE *file = open_input(path);
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

static bool read_entry(const char *path);

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
        if (!skipped) fine &= size < (int)sizeof below && read_entry(below);
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

/* Of a folder: a link in it is refused. */
static bool read_entry(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISLNK(status.st_mode)) return read_path(path);
    fprintf(stderr, "%s: a link, which is not followed\n", path);
    return false;
}

/* ---- telling ---------------------------------------------------------- */

/* What the child runs, for its parent to tell if it dies. */
struct running {
    size_t index; /* of an input; inputs.count: `bytes`                     */
    size_t size;
    unsigned long run;
    uint8_t bytes[FUZZ_INPUT_SIZE_MAX];
};

static struct running *running;

static void tell_input(unsigned long seed)
{
    char path[256];
    if (running->index < inputs.count) {
        fprintf(stderr, "input: %s\n", inputs.items[running->index].path);
        return;
    }
    snprintf(path, sizeof path, "fuzz-%s-%lu-%lu", fuzz_target_name, seed, running->run);
    unlink(path); /* a link that stands there is not written through */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (file == NULL || fwrite(running->bytes, 1, running->size, file) != running->size)
        perror(path);
    if (file != NULL) fclose(file);
    fprintf(stderr, "input: %s\n", path);
}

/* ---- running ---------------------------------------------------------- */

static void run_files(void)
{
    for (running->index = 0; running->index < inputs.count; running->index++) {
        const struct input *input = &inputs.items[running->index];
        LLVMFuzzerTestOneInput(input->bytes, input->size);
    }
    printf("%zu inputs passed\n", inputs.count);
}

static void run_mutated(unsigned long runs, unsigned long seed, size_t capacity)
{
    static struct mutator mutator;
    struct random random = {seed};
    mutator_kinds(fuzz_target_name, &mutator.kinds);
    running->index = inputs.count;
    for (running->run = 0; running->run < runs; running->run++) {
        const struct input *input = &inputs.items[random_index(&random, inputs.count)];
        size_t size = input->size < capacity ? input->size : capacity;
        memcpy(running->bytes, input->bytes, size);
        running->size =
            mutator_mutate(&mutator, running->bytes, size, capacity, random_next(&random));
        LLVMFuzzerTestOneInput(running->bytes, running->size);
    }
    double seconds = (double)clock() / CLOCKS_PER_SEC;
    printf("%lu executions, %.0f a second of processor time\n", runs, (double)runs / seconds);
}

struct options {
    unsigned long runs, seed, capacity;
};

/* Runs all in a child, and tells what it died of. Returns: the exit status. */
static int run(const struct options *options)
{
    int status = 0;
    running =
        mmap(NULL, sizeof *running, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (running == MAP_FAILED) abort();
    pid_t child = fork();
    if (child < 0) abort();
    if (child == 0) {
        if (options->runs > 0) run_mutated(options->runs, options->seed, options->capacity);
        else run_files();
        return 0;
    }
    if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    tell_input(options->seed);
    return 1;
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
    struct options options = {0, 1, FUZZ_INPUT_SIZE_MAX};
    unsigned kinds;
    int at = take_number(argc, argv, 1, "--runs", &options.runs);
    at = take_number(argc, argv, at, "--seed", &options.seed);
    at = take_number(argc, argv, at, "--max-len", &options.capacity);
    if (at >= argc || options.capacity == 0 || options.capacity > FUZZ_INPUT_SIZE_MAX) {
        fprintf(stderr,
                "usage: fuzz_%s [--runs N [--seed S] [--max-len BYTES, at most %u]] PATH...\n",
                fuzz_target_name, FUZZ_INPUT_SIZE_MAX);
        return 2;
    }
    if (options.runs > 0 && !mutator_kinds(fuzz_target_name, &kinds)) {
        fprintf(stderr, "the inputs of %s are no sessions: --runs needs an engine\n",
                fuzz_target_name);
        return 2;
    }
    bool fine = true;
    for (; at < argc; at++) fine &= read_path(argv[at]);
    if (fine && inputs.count > 0) return run(&options);
    fprintf(stderr, "%zu inputs could be read\n", inputs.count);
    return 1;
}
