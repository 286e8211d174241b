/* Command lines made of the catalogue.
 *
 *     line    = "AT" command { ";" command } ;
 *     command = name [ "?" | "=?" | "=" argument { "," argument } | value ] ; */
#include "livefuzz/say_internal.h"

#include "at/line.h"
#include "base/memory.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOURNAMENT 3 /* forms of which one is said                             */

/* ---- forms ------------------------------------------------------------ */

bool say_selects(const struct say *say, const char *name)
{
    for (size_t i = 0; i < say->select_count; i++)
        if (fnmatch(say->selects[i], name, FNM_CASEFOLD) == 0) return true;
    return say->select_count == 0;
}

static void add_command(struct say *say, const struct catalog_set *set, const char *edition,
                        const struct catalog_command *command)
{
    for (size_t i = 0; i < command->form_count; i++) {
        const struct catalog_form *form = &command->forms[i];
        const char *own = form->edition != NULL ? form->edition : command->edition;
        if (!catalog_is_of_edition(own, edition)) continue;
        say->forms =
            memory_grow(say->forms, say->form_count + 1, &say->form_capacity, sizeof *say->forms);
        say->forms[say->form_count++] =
            (struct say_form){.set = set, .edition = edition, .command = command, .form = form};
    }
}

void say_init(struct say *say, const struct catalog_model *model,
              const struct catalog_dialect *dialect, uint64_t seed, const char *const *selects,
              size_t select_count)
{
    *say = (struct say){.random = {seed}, .selects = selects, .select_count = select_count};
    for (size_t k = 0; k < catalog_part_count(dialect); k++) {
        const struct catalog_part *part = &dialect->parts[k];
        const struct catalog_set *set = catalog_find_set(model, part->set);
        for (size_t i = 0; !part->results_only && i < set->command_count; i++)
            if (strcmp(set->name, "core") != 0
                || catalog_is_of_vendor(set->commands[i].vendor, dialect->vendor))
                add_command(say, set, part->edition, &set->commands[i]);
    }
    say->chosen = memory_new(say->form_count, sizeof *say->chosen);
    for (size_t i = 0; i < say->form_count; i++)
        if (say_selects(say, say->forms[i].command->name)) say->chosen[say->chosen_count++] = i;
}

void say_release(struct say *say)
{
    for (size_t i = 0; i < say->example_count; i++) {
        free(say->examples[i].command);
        free(say->examples[i].text);
    }
    free(say->examples);
    free(say->chosen);
    free(say->forms);
}

bool say_is_known(const struct say *say, const char *name)
{
    for (size_t i = 0; i < say->form_count; i++)
        if (strcasecmp(say->forms[i].command->name, name) == 0) return true;
    return false;
}

uint32_t say_time_limit(const struct say *say, const char *name)
{
    uint32_t limit = 0;
    for (size_t i = 0; i < say->form_count; i++) {
        const struct say_form *form = &say->forms[i];
        uint32_t own = form->form->time_limit_ms > 0 ? form->form->time_limit_ms
                                                     : form->command->time_limit_ms;
        if (strcasecmp(form->command->name, name) == 0 && own > limit) limit = own;
    }
    return limit;
}

/* ---- a line taken apart ----------------------------------------------- */

static const uint8_t *bytes_of(const char *line)
{
    return (const uint8_t *)line;
}

static bool has_key(const struct catalog_form *form, const char *arguments)
{
    const char *key = form->syntax.key;
    if (key == NULL) return true;
    size_t size = strlen(key);
    return arguments[0] == '"' && strncasecmp(arguments + 1, key, size) == 0
           && arguments[size + 1] == '"';
}

/* To a module, what follows a number (`ATE0=1`) or the `;` of a dial string may be
 * another command. */
bool say_has_several(const char *line)
{
    struct at_command command;
    size_t at = 0;
    if (!at_next(bytes_of(line), strlen(line), &at, &command)) return false;
    const char *rest = line + command.rest.offset;
    if (at_is_named(bytes_of(line), &command, "D"))
        return strcspn(rest, ";") + 1 < command.rest.size;
    if (at_is_basic(bytes_of(line), &command) && strcspn(rest, "=?") < command.rest.size)
        return true;
    return at_next(bytes_of(line), strlen(line), &at, &command);
}

const struct say_form *say_find_form(const struct say *say, const char *line)
{
    struct at_command command;
    const struct say_form *found = NULL;
    if (!at_last(bytes_of(line), strlen(line), &command)) return NULL;
    const char *arguments = line + at_arguments(&command).offset;
    for (size_t i = 0; i < say->form_count; i++) {
        const struct say_form *form = &say->forms[i];
        if (!at_is_named(bytes_of(line), &command, form->command->name)
            || form->form->syntax.kind != command.form)
            continue;
        if (command.form == ATP_FORM_WRITE && !has_key(form->form, arguments)) continue;
        if (found == NULL || (found->form->syntax.key == NULL && form->form->syntax.key != NULL))
            found = form;
    }
    return found;
}

bool say_is_selected(const struct say *say, const char *line)
{
    const struct say_form *form = say_find_form(say, line);
    return form == NULL ? say->select_count == 0 : say_selects(say, form->command->name);
}

void say_split(const char *line, struct say_parts *out)
{
    struct at_command command;
    struct at_span arguments = {strlen(line), 0};
    struct at_span one;
    if (at_last(bytes_of(line), strlen(line), &command)) arguments = at_arguments(&command);
    *out = (struct say_parts){.head = memory_slice(line, arguments.offset)};
    while (out->count < SAY_ARGUMENT_MAX
           && at_argument(bytes_of(line), arguments, out->count, &one))
        out->arguments[out->count++] = memory_slice(line + one.offset, one.size);
}

char *say_join(const struct say_parts *parts)
{
    struct buffer out = {0};
    buffer_append_text(&out, parts->head);
    for (size_t i = 0; i < parts->count; i++) {
        if (i > 0) buffer_append_text(&out, ",");
        buffer_append_text(&out, parts->arguments[i]);
    }
    if (out.size > SEQUENCE_LINE_MAX) out.size = SEQUENCE_LINE_MAX;
    return buffer_take_text(&out);
}

void say_release_parts(struct say_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) free(parts->arguments[i]);
    free(parts->head);
}

static bool is_learnt(const struct say *say, const char *command, size_t place, const char *text)
{
    for (size_t i = 0; i < say->example_count; i++)
        if (say->examples[i].place == place && strcmp(say->examples[i].command, command) == 0
            && strcmp(say->examples[i].text, text) == 0)
            return true;
    return false;
}

void say_learn(struct say *say, const char *line)
{
    const struct say_form *form = say_find_form(say, line);
    struct say_parts parts;
    if (form == NULL) return;
    say_split(line, &parts);
    for (size_t i = 0; i < parts.count; i++) {
        if (is_learnt(say, form->command->name, i, parts.arguments[i])) continue;
        say->examples = memory_grow(say->examples, say->example_count + 1, &say->example_capacity,
                                    sizeof *say->examples);
        say->examples[say->example_count++] = (struct say_example){
            memory_text(form->command->name), i, memory_text(parts.arguments[i])};
    }
    say_release_parts(&parts);
}

enum catalog_upload say_upload(const struct say *say, const char *line, uint64_t *count)
{
    const struct say_form *form = say_find_form(say, line);
    *count = 0;
    if (form == NULL) return CATALOG_UPLOAD_NONE;
    if (form->form->upload == CATALOG_UPLOAD_COUNTED)
        *count = at_number(bytes_of(line), strlen(line), form->form->upload_arg, 0);
    return form->form->upload;
}

/* ---- new lines -------------------------------------------------------- */

/* How many arguments are said: mostly all that are required, and of the others
 * some. */
static size_t argument_count(struct say *say, const struct catalog_syntax *syntax)
{
    size_t required = 0;
    for (size_t i = 0; i < syntax->arg_count; i++)
        if (!syntax->args[i].optional) required = i + 1;
    if (required > 0 && say_once_in(say, 24)) return say_below(say, required);
    return required + say_below(say, syntax->arg_count - required + 1);
}

static void add_argument(struct say_parts *parts, char *text)
{
    if (parts->count < SAY_ARGUMENT_MAX) parts->arguments[parts->count++] = text;
    else free(text);
}

static char *form_line(struct say *say, const struct say_form *form)
{
    static const char *const tails[] = {[ATP_FORM_EXECUTE] = "",
                                        [ATP_FORM_READ] = "?",
                                        [ATP_FORM_WRITE] = "=",
                                        [ATP_FORM_TEST] = "=?"};
    const struct catalog_syntax *syntax = &form->form->syntax;
    struct say_parts parts = {
        .head = memory_format("AT%s%s", form->command->name, tails[syntax->kind])};
    bool takes = syntax->kind == ATP_FORM_WRITE || syntax->kind == ATP_FORM_EXECUTE;
    size_t count = takes ? argument_count(say, syntax) : 0;
    for (size_t i = 0; i < count; i++) add_argument(&parts, say_argument(say, form, i));
    if (takes && say_once_in(say, 40)) add_argument(&parts, memory_text("1"));
    char *line = say_join(&parts);
    say_release_parts(&parts);
    return line;
}

static void lower(char *line)
{
    bool quoted = false;
    for (char *at = line; *at != '\0'; at++) {
        quoted ^= *at == '"';
        if (!quoted && *at >= 'A' && *at <= 'Z') *at = (char)(*at + ('a' - 'A'));
    }
}

/* Whether `a` shows something new more often than `b`. */
static bool is_livelier(const struct say_form *a, const struct say_form *b)
{
    return (uint64_t)(a->news + 1) * (b->said + 2) > (uint64_t)(b->news + 1) * (a->said + 2);
}

/* A form, those of the patterns alone: the liveliest of a few. NULL: there is none. */
static const struct say_form *choose_form(struct say *say)
{
    const struct say_form *found = NULL;
    if (say->chosen_count == 0) return NULL;
    for (unsigned i = 0; i < (say->blind ? 1 : TOURNAMENT); i++) {
        const struct say_form *form = &say->forms[say->chosen[say_below(say, say->chosen_count)]];
        if (found == NULL || is_livelier(form, found)) found = form;
    }
    return found;
}

void say_note(struct say *say, const char *line, bool is_new)
{
    struct say_form *form = (struct say_form *)(uintptr_t)say_find_form(say, line);
    if (form == NULL) return;
    form->said++;
    form->news += is_new;
}

static char *replace(char *line, char *by)
{
    free(line);
    return by;
}

char *say_line(struct say *say)
{
    static const char *const odd[] = {"AT",           "AT+ATPROOF", "AT+ATPROOF=1", "AT+ATPROOF?",
                                      "AT+ATPROOF=?", "AT+",        "AT=",          "AT;"};
    const struct say_form *form = choose_form(say);
    if (form == NULL || say_once_in(say, 60))
        return memory_text(odd[say_below(say, sizeof odd / sizeof odd[0])]);
    char *line = form_line(say, form);
    if (say_once_in(say, 20)) lower(line);
    if (say_once_in(say, 16) && (form->command->name[0] | 0x20) != 'd') {
        char *second = form_line(say, choose_form(say));
        line = replace(line, memory_format("%s;%s", line, second + 2));
        free(second);
    }
    if (strlen(line) > SEQUENCE_LINE_MAX) line[SEQUENCE_LINE_MAX] = '\0';
    return line;
}

/* ---- changed lines ---------------------------------------------------- */

static void drop_last(struct say_parts *parts)
{
    free(parts->arguments[--parts->count]);
}

static void change_parts(struct say *say, const struct say_form *form, struct say_parts *parts)
{
    size_t known = form->form->syntax.arg_count;
    uint64_t kind = say_below(say, 12);
    if (kind == 0 && parts->count > 0) {
        drop_last(parts);
    } else if (kind == 1 || parts->count == 0) {
        bool further = parts->count < known;
        add_argument(parts, further ? say_argument(say, form, parts->count) : memory_text("1"));
    } else {
        size_t at = say_below(say, parts->count < known ? parts->count : known);
        if (known == 0) return;
        parts->arguments[at] = replace(parts->arguments[at], say_argument(say, form, at));
    }
}

char *say_change(struct say *say, const char *line)
{
    const struct say_form *form = say_find_form(say, line);
    struct say_parts parts;
    if (form == NULL || say_once_in(say, 10)) return say_line(say);
    enum atp_form_kind kind = form->form->syntax.kind;
    if (kind == ATP_FORM_READ || kind == ATP_FORM_TEST || form->form->syntax.arg_count == 0) {
        char *same = memory_text(line);
        if (say_once_in(say, 2)) lower(same);
        return same;
    }
    say_split(line, &parts);
    change_parts(say, form, &parts);
    char *changed = say_join(&parts);
    say_release_parts(&parts);
    return changed;
}
