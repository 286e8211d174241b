/* Whether a module is there, and which. */
#include "base/complain.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/memory.h"
#include "catalog/builtin.h"
#include "record/text.h"
#include "record/transcript_out.h"
#include "run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define ANSWER_US INT64_C(1000000) /* for an AT command that asks nothing of the network */
#define TRIES     3

/* ---- the port --------------------------------------------------------- */

static int complain_of_port(const struct run *run, const struct port_error *error)
{
    complain("%s: %s: %s", run->options->command, run->options->target, error->text);
    if (error->status == PORT_BAD_ADDRESS) return EXIT_USAGE;
    return error->status == PORT_MISSING ? EXIT_SKIPPED : EXIT_LAB;
}

/* Whether what came is no text: another speed than the module's. */
static bool is_garbage(const struct session *session)
{
    const struct transcript_item *items = (const void *)session->record.items.bytes;
    size_t bad = 0;
    for (size_t i = 0; i < session_item_count(session); i++)
        for (size_t k = 0; items[i].kind == TRANSCRIPT_RECEIVED && k < items[i].size; k++) {
            uint8_t byte = session->record.bytes.bytes[items[i].offset + k];
            bad += byte == 0 || byte >= 0x7F;
        }
    return bad * 4 > session->record.received_size;
}

static int complain_of_silence(const struct run *run)
{
    const struct session *session = &run->session;
    if (session->vanished) {
        complain("%s: %s: the port vanished: %s", run->options->command, run->options->target,
                 line_error(run->line)->text);
    } else if (session->record.received_size == 0) {
        complain("%s: %s: nothing answers AT; is the module on, is this its AT port, and "
                 "are RTS and CTS as it awaits them?",
                 run->options->command, run->options->target);
    } else if (is_garbage(session)) {
        complain("%s: %s: what answers AT is no text; is the speed the module's (115200n81, "
                 "9600n81, …)?",
                 run->options->command, run->options->target);
    } else {
        complain("%s: %s: bytes come, but no OK to AT; is this the module's AT port?",
                 run->options->command, run->options->target);
    }
    return EXIT_LAB;
}

/* ---- who it is -------------------------------------------------------- */

static const char *dialect_of(const struct reports_identity *identity,
                              const struct catalog_model *catalog)
{
    const char *maker = identity->manufacturer == NULL ? "" : identity->manufacturer;
    const char *model = identity->model == NULL ? "" : identity->model;
    static const char ours[] = "virtual ";
    const struct catalog_dialect *dialect = strncmp(model, ours, sizeof ours - 1) == 0
                                                ? catalog_find_dialect(model + sizeof ours - 1)
                                                : catalog_identify(catalog, maker, model);
    return dialect == NULL ? NULL : dialect->name;
}

static void identify(struct run *run)
{
    static const char *const questions[] = {"AT+CGMI", "AT+CGMM", "AT+CGMR"};
    struct judgement judgement;
    const struct judge_options options = {0};
    session_begin(&run->session);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        session_command(&run->session, questions[i], ANSWER_US);
    session_take_judgement(&run->session, &options, &judgement);
    run->identity = judgement.identity;
    judgement.identity = (struct reports_identity){0};
    judgement_release(&judgement);
    run_log(run, "identity");
}

/* ---- the dialect ------------------------------------------------------ */

/* Its places are those of the dialect. */
static void use_mask(struct run *run)
{
    mask_free(run->mask);
    run->mask = mask_new(run->compiled);
    mask_note_settings(run->mask, &run->options->play.settings);
}

/* Its prefix, and the keyword after it if it has one: `+QSSLURC: "closed"`.
 * Owns: the caller. */
static char *beginning_of(const struct catalog_record *record)
{
    const struct catalog_field *first = record->field_count == 0 ? NULL : &record->fields[0];
    if (first != NULL && first->kind == CATALOG_FIELD_KEYWORD)
        return memory_format("%s: \"%s\"", record->name, first->text);
    return memory_text(record->name);
}

/* Once for each beginning. */
static void add_urc(struct run *run, const struct catalog_record *record, size_t *capacity)
{
    char *beginning = beginning_of(record);
    size_t count = record->has_payload ? record->field_count : 0;
    for (size_t i = 0; i < run->play.urc_count; i++) {
        if (strcmp(run->urcs[i].beginning, beginning) != 0) continue;
        if (count > 0) run->urcs[i].field_count = count;
        free(beginning);
        return;
    }
    run->urcs = memory_grow(run->urcs, run->play.urc_count + 1, capacity, sizeof *run->urcs);
    run->urcs[run->play.urc_count++] = (struct match_urc){beginning, count};
}

static void collect_urcs(struct run *run, const struct catalog_model *model)
{
    const struct catalog_dialect *dialect = catalog_find_dialect(run->dialect);
    size_t capacity = 0;
    for (size_t k = 0; k < catalog_part_count(dialect); k++) {
        const struct catalog_set *set = catalog_find_set(model, dialect->parts[k].set);
        for (size_t i = 0; i < set->urc_count; i++)
            if (set->urcs[i].record.name != NULL) add_urc(run, &set->urcs[i].record, &capacity);
    }
    run->play.urcs = run->urcs;
}

static int choose_dialect(struct run *run, const struct catalog_model *model)
{
    run->dialect = run->options->dialect;
    if (run->dialect == NULL) run->dialect = line_dialect(run->line);
    if (run->dialect == NULL) run->dialect = dialect_of(&run->identity, model);
    if (run->dialect == NULL) {
        complain("%s: no dialect is known for '%s', model '%s'; --dialect names one",
                 run->options->command,
                 run->identity.manufacturer == NULL ? "" : run->identity.manufacturer,
                 run->identity.model == NULL ? "" : run->identity.model);
        return EXIT_USAGE;
    }
    compiled_catalog_free(run->compiled);
    run->compiled = NULL;
    if (catalog_open_dialect(run->dialect, &run->compiled, stderr) != 0) return EXIT_USAGE;
    run->session.compiled = run->compiled;
    use_mask(run);
    session_begin(&run->session);
    collect_urcs(run, model);
    return EXIT_AS_EXPECTED;
}

/* ---- the log ---------------------------------------------------------- */

struct transcript run_record(struct run *run, size_t first)
{
    session_decode(&run->session);
    struct transcript record = session_record(&run->session, first);
    return mask_copy(run->mask, &record);
}

/* Whether nothing of the record was left out or replaced. */
static bool is_whole(const struct session *session, size_t first, const struct transcript *kept)
{
    const struct buffer *bytes = &session->record.bytes;
    if (first + kept->item_count != session_item_count(session)) return false;
    return kept->item_count == 0 || memcmp(bytes->bytes, kept->bytes, bytes->size) == 0;
}

void run_judge(struct run *run, size_t first, const struct transcript *kept, const size_t *lines,
               const struct judge_options *options, struct judgement *out)
{
    if (is_whole(&run->session, first, kept)) {
        session_take_judgement(&run->session, options, out);
    } else {
        for (size_t i = 0; i < kept->item_count; i++) kept->items[i].line = i + 1;
        judge_transcript(kept, run->compiled, options, out);
    }
    judgement_set_lines(out, lines, kept->item_count);
}

void run_log(struct run *run, const char *what)
{
    struct buffer text = {0};
    if (run->log == NULL || session_item_count(&run->session) == 0) return;
    struct transcript record = run_record(run, 0);
    buffer_format(&text, "# %s\n", what);
    for (size_t i = 0; i < record.item_count; i++) {
        struct transcript_item item = record.items[i];
        item.time_us += run->session.begun_us - run->begun_us;
        transcript_out(&text, &record, &item);
    }
    fwrite(text.bytes, 1, text.size, run->log);
    fflush(run->log);
    buffer_release(&text);
    free(record.bytes);
}

/* The log of a run that goes on: its last line may be cut short. */
static FILE *append_log(const char *path)
{
    FILE *log = file_append(path);
    if (log == NULL) complain("%s: cannot write: %s", path, file_error(errno));
    else fputs("\n# the run goes on; times begin anew\n", log);
    return log;
}

/* The folder, and the log in it. */
static bool open_log(struct run *run)
{
    const char *folder = run->options->out;
    if (folder == NULL) return true;
    char *path = memory_format("%s/" KEPT_LOG, folder);
    run->folder = file_open_folder(folder);
    if (run->folder < 0) complain("%s: cannot write: %s", folder, file_error(errno));
    else run->log = run->options->resumes ? append_log(path) : run_create(run, path);
    if (run->log != NULL && !run->options->resumes)
        fprintf(run->log, "@ title: all traffic with %s\n\n", run->options->target);
    free(path);
    return run->log != NULL;
}

FILE *run_create(const struct run *run, const char *path)
{
    FILE *file = file_create_below(run->folder, path + strlen(run->options->out) + 1, 0666);
    if (file == NULL) complain("%s: cannot write: %s", path, file_error(errno));
    return file;
}

/* ---- opening ---------------------------------------------------------- */

static bool find_module(struct run *run)
{
    if (!recover_synchronize(&run->session, TRIES, ANSWER_US)
        && (is_garbage(&run->session)
            || recover(&run->session, &run->options->recover) == NOT_RECOVERED))
        return false;
    return recover_known_state(&run->session, ANSWER_US);
}

int run_open(struct run *run, const struct run_options *options, struct catalog_model *model)
{
    struct port_error error = {0};
    const struct line_options line = {.model = model,
                                      .seed = options->seed,
                                      .clock_s = options->clock_s,
                                      .offline = options->offline};
    run->folder = -1;
    run->options = options;
    run->play = options->play;
    run->play.pace = &run->pace;
    if (!open_log(run)) return EXIT_USAGE;
    run->line = line_open(options->target, &line, &error);
    if (run->line == NULL) return complain_of_port(run, &error);
    if (catalog_open_dialect(CATALOG_DIALECT_DEFAULT, &run->compiled, stderr) != 0)
        return EXIT_USAGE;
    use_mask(run);
    session_open(&run->session, run->line, run->compiled);
    run->begun_us = run->session.begun_us;
    bool found = find_module(run);
    run_log(run, "opening");
    if (!found) return complain_of_silence(run);
    identify(run);
    return choose_dialect(run, model);
}

void run_close(struct run *run)
{
    if (run->line != NULL) session_close(&run->session);
    line_close(run->line);
    if (run->log != NULL) fclose(run->log);
    mask_free(run->mask);
    if (run->folder >= 0) close(run->folder);
    compiled_catalog_free(run->compiled);
    for (size_t i = 0; i < run->play.urc_count; i++)
        free((void *)(uintptr_t)run->urcs[i].beginning);
    free(run->urcs);
    run_release_rounds(run);
    free((void *)(uintptr_t)run->identity.manufacturer);
    free((void *)(uintptr_t)run->identity.model);
    free((void *)(uintptr_t)run->identity.firmware);
}
