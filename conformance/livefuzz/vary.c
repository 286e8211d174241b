/* Where sequences come from: the live cases, what an earlier hunt kept, and
 * changes of what showed something new. */
#include "livefuzz/hunt.h"

#include "at/line.h"
#include "base/complain.h"
#include "base/memory.h"
#include "livefuzz/leave.h"

#include <stdlib.h>
#include <string.h>

#define NEW_STEP_MAX 8
#define FRESH_ONE_IN 5 /* sequences that are made anew                        */
#define CHANGE_MAX   3
#define PAIR_WEIGHT  1000000
#define TOURNAMENT   8 /* kept sequences of which one is changed            */

/* ---- what may be said ------------------------------------------------- */

static bool is_known(const void *user, const char *name)
{
    return say_is_known(user, name) || strncasecmp(name, HUNT_UNKNOWN, sizeof HUNT_UNKNOWN - 1) == 0
           || strcmp(name, "+") == 0;
}

/* Control bytes edit a line (V.250 5.2.2): what the module takes then is not what
 * the judge was told. */
static bool has_control(const char *line)
{
    for (; *line != '\0'; line++)
        if ((unsigned char)*line < 0x20 || *line == 0x7F) return true;
    return false;
}

/* `=?` with more after it: to the parser a test command, to a module a wrong one. */
static bool is_half_a_test(const char *line)
{
    const uint8_t *bytes = (const uint8_t *)line;
    struct at_command command;
    for (size_t at = 0; at_next(bytes, strlen(line), &at, &command);)
        if (command.form == ATP_FORM_TEST && command.rest.size > strlen("=?")) return true;
    return false;
}

/* Whether something comes after the OK. */
static bool has_result(const struct catalog_form *form)
{
    for (size_t v = 0; v < form->variant_count; v++) {
        const struct catalog_variant *variant = &form->variants[v];
        for (size_t e = 0; e + 1 < variant->element_count; e++)
            if (variant->elements[e].name != NULL && strcmp(variant->elements[e].name, "OK") == 0)
                return true;
    }
    return false;
}

/* Commands that await data, have an asynchronous result, or end in another result than OK, are told
 * apart only where they stand alone. */
static bool stands_alone(const struct hunt *hunt, const char *name)
{
    if (strcasecmp(name, "O") == 0 || strcasecmp(name, "D") == 0) return true;
    for (size_t i = 0; i < hunt->say.form_count; i++) {
        const struct say_form *form = &hunt->say.forms[i];
        if (strcasecmp(form->command->name, name) == 0
            && (form->form->upload != CATALOG_UPLOAD_NONE || has_result(form->form)))
            return true;
    }
    return false;
}

static bool is_confused(const struct hunt *hunt, const char *line)
{
    struct leave_command command;
    const char *at = NULL;
    if (has_control(line) || is_half_a_test(line)) return true;
    if (!say_has_several(line)) return false;
    while (leave_next(line, &at, &command))
        if (stands_alone(hunt, command.name)) return true;
    return false;
}

bool hunt_may_say(const struct hunt *hunt, const char *line)
{
    return !is_confused(hunt, line) && strlen(line) <= SEQUENCE_LINE_MAX
           && leave_needed(line, hunt->options->allowed, is_known, &hunt->say) == NULL;
}

/* Drops the steps that may not be said, and those that are too many. */
static void restrict_steps(const struct hunt *hunt, struct sequence *sequence, size_t most)
{
    for (size_t i = sequence->count; i-- > 0;)
        if (i >= most || !hunt_may_say(hunt, sequence->steps[i].line)) sequence_drop(sequence, i);
}

static bool is_selected(const struct hunt *hunt, const struct sequence *sequence)
{
    for (size_t i = 0; i < sequence->count; i++)
        if (say_is_selected(&hunt->say, sequence->steps[i].line)) return true;
    return false;
}

/* ---- the corpus ------------------------------------------------------- */

void hunt_add(struct hunt *hunt, const struct sequence *sequence, const struct hunt_news *news)
{
    hunt->corpus = memory_grow(hunt->corpus, hunt->corpus_count + 1, &hunt->corpus_capacity,
                               sizeof *hunt->corpus);
    struct hunt_kept *kept = &hunt->corpus[hunt->corpus_count++];
    kept->news = news == NULL ? 0 : news->hash;
    kept->is_pair = news != NULL && news->is_pair;
    sequence_copy(&kept->sequence, sequence);
}

/* What is too long for one is several. */
static void add_seed(struct hunt *hunt, struct sequence *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (hunt_may_say(hunt, all->steps[i].line)) say_learn(&hunt->say, all->steps[i].line);
    restrict_steps(hunt, all, SEQUENCE_STEP_MAX);
    if (all->count > 0 && is_selected(hunt, all)) hunt_add(hunt, all, NULL);
}

/* Of a case that cannot be said without what the module answers, nothing. */
static void read_part(struct hunt *hunt, const struct script_case *case_,
                      const struct script_branch *body, struct sequence *out)
{
    struct script_case part = *case_;
    struct transcript transcript;
    struct transcript_error error;
    part.body = *body;
    if (!script_expand(&part, &hunt->options->run->play.settings, 0, &transcript, &error)) return;
    sequence_read(out, &transcript);
    transcript_release(&transcript);
}

static void read_case(struct hunt *hunt, const struct script_case *case_, struct sequence *out)
{
    const struct script_branch setup = {.nodes = (struct script_node *)(uintptr_t)case_->setup,
                                        .node_count = case_->setup_count};
    read_part(hunt, case_, &setup, out);
    read_part(hunt, case_, &case_->body, out);
}

static void add_case(struct hunt *hunt, const struct script_case *case_)
{
    const char *own = case_->dialect.text;
    struct sequence sequence = {0};
    if (own != NULL && strcmp(own, CATALOG_DIALECT_DEFAULT) != 0
        && strcmp(own, hunt->run.dialect) != 0)
        return;
    read_case(hunt, case_, &sequence);
    add_seed(hunt, &sequence);
    sequence_release(&sequence);
}

/* A recording ends in the `AT` that every sequence ends in. */
bool hunt_read_sequence(struct hunt *hunt, const char *path, struct sequence *out)
{
    struct script script;
    struct transcript_error error;
    char text[512];
    if (!script_read(path, &script, &error)) {
        transcript_error_format(&error, path, text, sizeof text);
        complain("%s", text);
        return false;
    }
    for (size_t i = 0; i < script.case_count; i++) read_case(hunt, &script.cases[i], out);
    script_release(&script);
    size_t last = out->count;
    if (last > 1 && strcmp(out->steps[last - 1].line, "AT") == 0) sequence_drop(out, last - 1);
    return true;
}

static bool take_seed(void *user, const char *path)
{
    struct hunt *hunt = user;
    struct sequence sequence = {0};
    bool good = hunt_read_sequence(hunt, path, &sequence);
    if (good) add_seed(hunt, &sequence);
    sequence_release(&sequence);
    return good;
}

/* What an earlier hunt kept in this folder. */
static bool read_folder(struct hunt *hunt, const char *name)
{
    char *path = memory_format("%s/%s", hunt->options->run->out, name);
    bool good = run_each_script(path, take_seed, hunt);
    free(path);
    return good;
}

bool hunt_read_seeds(struct hunt *hunt)
{
    struct run_cases cases = {0};
    bool good = run_read_cases(&cases, NULL, 0);
    for (size_t i = 0; good && i < cases.count; i++) add_case(hunt, cases.items[i].case_);
    run_release_cases(&cases);
    good = good && read_folder(hunt, "corpus") && read_folder(hunt, "findings");
    hunt->seed_count = hunt->corpus_count;
    return good;
}

/* ---- changes ---------------------------------------------------------- */

static void insert_line(struct hunt *hunt, struct sequence *sequence, size_t at)
{
    char *line = say_line(&hunt->say);
    const struct sequence_step step = {.line = line};
    sequence_insert(sequence, at, &step);
    free(line);
}

static void set_data(struct hunt *hunt, struct sequence *sequence, size_t at)
{
    static const char *const texts[] = {"\r\nOK\r\n",   "\x1a\x1b", "+++",           "\x11\x13",
                                        "\xFF\x80\xFE", "\"\\22,",  "AT+CFUN=1,1\r", "> "};
    uint8_t bytes[64];
    size_t size = 1 + say_below(&hunt->say, sizeof bytes - 1);
    for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)say_below(&hunt->say, 256);
    if (say_once_in(&hunt->say, 2)) {
        const char *text = texts[say_below(&hunt->say, sizeof texts / sizeof texts[0])];
        sequence_set_data(sequence, at, text, strlen(text));
    } else {
        sequence_set_data(sequence, at, bytes, size);
    }
}

static void change_line(struct hunt *hunt, struct sequence *sequence, size_t at)
{
    char *line = say_change(&hunt->say, sequence->steps[at].line);
    sequence_set_line(sequence, at, line);
    free(line);
}

/* The beginning of this one, the end of another. */
static void splice(struct hunt *hunt, struct sequence *sequence)
{
    const struct sequence *other =
        &hunt->corpus[say_below(&hunt->say, hunt->corpus_count)].sequence;
    size_t keep = 1 + say_below(&hunt->say, sequence->count);
    while (sequence->count > keep) sequence_drop(sequence, sequence->count - 1);
    for (size_t i = say_below(&hunt->say, other->count); i < other->count; i++)
        sequence_insert(sequence, sequence->count, &other->steps[i]);
}

static void swap_steps(struct sequence *sequence, size_t a, size_t b)
{
    struct sequence_step step = sequence->steps[a];
    sequence->steps[a] = sequence->steps[b];
    sequence->steps[b] = step;
}

static void change(struct hunt *hunt, struct sequence *sequence)
{
    struct say *say = &hunt->say;
    size_t at = say_below(say, sequence->count);
    switch (say_below(say, 16)) {
    case 0:
    case 1:
    case 2:
    case 3: insert_line(hunt, sequence, say_below(say, sequence->count + 1)); break;
    case 4:
    case 5:
        if (sequence->count > 1) sequence_drop(sequence, at);
        break;
    case 6:
    case 7: splice(hunt, sequence); break;
    case 8: sequence_insert(sequence, at, &sequence->steps[at]); break;
    case 9: swap_steps(sequence, at, say_below(say, sequence->count)); break;
    case 10: set_data(hunt, sequence, at); break;
    default: change_line(hunt, sequence, at); break;
    }
}

static void make_new(struct hunt *hunt, struct sequence *out)
{
    size_t count = 1 + say_below(&hunt->say, NEW_STEP_MAX);
    for (size_t i = 0; i < count; i++) insert_line(hunt, out, i);
}

/* Every fourth time what it began with; else of a few the one whose news was seen
 * least since, those that showed a behaviour before those that showed a pair. */
static const struct hunt_kept *choose(struct hunt *hunt)
{
    const struct hunt_kept *found = NULL;
    uint64_t least = UINT64_MAX;
    if (hunt->seed_count > 0 && say_once_in(&hunt->say, 4))
        return &hunt->corpus[say_below(&hunt->say, hunt->seed_count)];
    for (unsigned i = 0; i < TOURNAMENT; i++) {
        const struct hunt_kept *kept = &hunt->corpus[say_below(&hunt->say, hunt->corpus_count)];
        uint64_t count = kept->news == 0 ? UINT64_MAX : hunt_seen_count(&hunt->seen, kept->news);
        if (kept->is_pair) count += PAIR_WEIGHT;
        if (found != NULL && count >= least) continue;
        found = kept;
        least = count;
    }
    return found;
}

void hunt_vary(struct hunt *hunt, struct sequence *out)
{
    struct say *say = &hunt->say;
    *out = (struct sequence){0};
    if (hunt->corpus_count == 0 || say_once_in(say, FRESH_ONE_IN)) {
        make_new(hunt, out);
    } else {
        sequence_copy(out, &choose(hunt)->sequence);
        for (uint64_t left = 1 + say_below(say, CHANGE_MAX); left > 0; left--) change(hunt, out);
    }
    restrict_steps(hunt, out, SEQUENCE_STEP_MAX);
}
