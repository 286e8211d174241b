/* A bar on a terminal, a line a case otherwise. */
#include "base/print.h"
#include "run/run.h"

#include <stdarg.h>
#include <unistd.h>

#define BAR_WIDTH 20
#define ID_WIDTH  44

void run_progress_begin(struct run_progress *progress, size_t total, bool quiet)
{
    *progress = (struct run_progress){
        .is_terminal = isatty(STDERR_FILENO) == 1, .quiet = quiet, .total = total};
}

static void wipe(const struct run_progress *progress)
{
    if (progress->is_terminal) fputs("\r\x1b[K", stderr);
}

void run_progress_case(struct run_progress *progress, const char *id)
{
    if (!progress->is_terminal) return;
    size_t full = progress->total == 0 ? 0 : progress->done * BAR_WIDTH / progress->total;
    fputs("\r\x1b[K[", stderr);
    for (size_t i = 0; i < BAR_WIDTH; i++) fputc(i < full ? '#' : '.', stderr);
    print(stderr, "] %zu/%zu", progress->done + 1, progress->total);
    if (progress->failed > 0) print(stderr, ", %zu failed", progress->failed);
    print(stderr, "  %.*s", ID_WIDTH, id);
    fflush(stderr);
}

void run_progress_result(struct run_progress *progress, const char *id, const char *outcome,
                         const char *format, ...)
{
    bool fine = outcome[0] == 'p' || outcome[0] == 's'; /* passed, skipped */
    progress->done++;
    if (!fine) progress->failed++;
    if (fine && (progress->quiet || progress->is_terminal) && format == NULL) return;
    va_list arguments;
    wipe(progress);
    print(stderr, "%-8s %s", outcome, id);
    if (format != NULL) {
        fputs("\n         ", stderr);
        va_start(arguments, format);
        print_list(stderr, format, arguments);
        va_end(arguments);
    }
    fputc('\n', stderr);
}

void run_progress_end(struct run_progress *progress)
{
    wipe(progress);
}
