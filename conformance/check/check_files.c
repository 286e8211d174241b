/* What `atproof check` does with files beside judging them: writes them in
 * canonical form, lays recordings against cases. */
#include "check/check_files.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/print.h"
#include "match/match.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* ---- the canonical form ----------------------------------------------- */

static bool write_file(const char *path, const struct buffer *text)
{
    bool good = file_write(path, text->bytes, text->size);
    if (!good) complain("%s: cannot write: %s", path, file_error(errno));
    return good;
}

/* Returns: an exit code. */
static int format_file(const char *path, enum check_format mode)
{
    struct buffer text = {0};
    struct buffer canonical = {0};
    struct transcript_error error;
    int code = EXIT_AS_EXPECTED;
    if (!transcript_read_file(path, SCRIPT_FILE_SIZE_MAX, &text, &error)
        || !script_format(text.bytes, text.size, &canonical, &error)) {
        code = transcript_complain(path, &error);
    } else if (mode == CHECK_FORMAT_PRINT) {
        fwrite(canonical.bytes, 1, canonical.size, stdout);
    } else if (text.size != canonical.size || memcmp(text.bytes, canonical.bytes, text.size) != 0) {
        print(stdout, "%s\n", path);
        if (mode == CHECK_FORMAT_CHECK) code = EXIT_NONCONFORMANCE;
        else if (!write_file(path, &canonical)) code = EXIT_USAGE;
    }
    buffer_release(&text);
    buffer_release(&canonical);
    return code;
}

int check_format_files(const char *const *paths, size_t path_count, enum check_format mode)
{
    int worst = EXIT_AS_EXPECTED;
    for (size_t i = 0; i < path_count; i++) {
        int code = format_file(paths[i], mode);
        if (code > worst) worst = code;
    }
    return complain_of_lost_output() ? worst : EXIT_USAGE;
}

/* ---- recordings against cases ----------------------------------------- */

#define STEP_MAX ((size_t)1 << 24) /* for one recording, against all cases */

/* What of a budget ended: there is no verdict. Returns: an exit code. */
static int complain_of_budget(const char *against, const struct script_case *case_,
                              const struct match_result *result, const char *path)
{
    size_t line = result->case_line > 0 ? result->case_line : case_->line;
    complain("%s:%zu:1: given up after %zu steps of matching %s; expected fewer choices and "
             "repetitions",
             against, line, result->steps, path);
    return EXIT_USAGE;
}

static void print_match(const struct check_options *options, const char *path, const char *id,
                        const struct match_result *result)
{
    static const char *const outcomes[] = {"is", "is the beginning of", "is not",
                                           "is too ambiguous for"};
    char *expected = mask_text(options->mask, result->expected, false);
    char *seen = mask_text(options->mask, result->seen, false);
    print(stdout, "%s %s %s\n", path, outcomes[result->outcome], id);
    if (result->outcome != MATCH_WHOLE)
        print(stdout,
              "    line %zu, where line %zu of the case awaits\n      expected: %s\n"
              "      seen:     %s\n",
              result->recording_line, result->case_line, expected, seen);
    free(expected);
    free(seen);
}

/* Whether the recording is what one of the cases says. Returns: an exit code. */
static int match_all(const struct check_options *options, const char *against,
                     const struct script *cases, const char *path,
                     const struct transcript *recording)
{
    int code = EXIT_NONCONFORMANCE;
    size_t steps = 0;
    for (size_t i = 0; i < cases->case_count && code == EXIT_NONCONFORMANCE; i++) {
        const struct script_case *case_ = &cases->cases[i];
        const char *id = case_->id.text == NULL ? against : case_->id.text;
        struct match_result result;
        if (options->select != NULL && fnmatch(options->select, id, 0) != 0) continue;
        match_case(case_, recording, &options->settings, &result);
        print_match(options, path, id, &result);
        steps += result.steps;
        if (result.outcome == MATCH_WHOLE) code = EXIT_AS_EXPECTED;
        else if (result.outcome == MATCH_UNKNOWN || steps > STEP_MAX + 8 * recording->received_size)
            code = complain_of_budget(against, case_, &result, path);
        match_release(&result);
    }
    return code;
}

/* The first way of the first case of a transcript; a log. */
static bool read_recording(const struct check_options *options, const char *path,
                           struct transcript *out, struct transcript_error *error)
{
    struct script script;
    if (options->log != NULL) return capture_read(path, options->log, out, error);
    if (!script_is_name(path)) return transcript_read_raw(path, out, error);
    if (!script_read(path, &script, error)) return false;
    bool good = script_expand(&script.cases[0], &options->settings, 0, out, error);
    script_release(&script);
    return good;
}

int check_match_files(const char *const *paths, size_t path_count, const char *against,
                      const struct check_options *options)
{
    struct script cases;
    struct transcript_error error;
    int worst = EXIT_AS_EXPECTED;
    if (!script_read(against, &cases, &error)) return transcript_complain(against, &error);
    for (size_t i = 0; i < path_count; i++) {
        struct transcript recording;
        int code = EXIT_AS_EXPECTED;
        if (!read_recording(options, paths[i], &recording, &error)) {
            code = transcript_complain(paths[i], &error);
        } else {
            code = match_all(options, against, &cases, paths[i], &recording);
            transcript_release(&recording);
        }
        if (code > worst) worst = code;
    }
    script_release(&cases);
    return complain_of_lost_output() ? worst : EXIT_USAGE;
}
