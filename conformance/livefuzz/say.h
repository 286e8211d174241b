/* Command lines made of the catalogue: legal ones, their boundaries, and what is
 * beyond them. */
#ifndef CONFORMANCE_SAY_H
#define CONFORMANCE_SAY_H

#include "base/random.h"
#include "catalog/builtin.h"
#include "livefuzz/sequence.h"

/* A form of a command of the dialect. All is borrowed from the model. */
struct say_form {
    const struct catalog_set *set;
    const char *edition; /* NULL: it has none                               */
    const struct catalog_command *command;
    const struct catalog_form *form;
    unsigned said; /* how often                                             */
    unsigned news; /* how often that showed something new                   */
};

/* What was said for an argument before: `+HTTPPARA` 1 `"http://…"`. */
struct say_example {
    char *command;
    size_t place;
    char *text;
};

struct say {
    struct random random;
    struct say_form *forms;
    size_t form_count, form_capacity;
    size_t *chosen; /* of the forms, those that the patterns select          */
    size_t chosen_count;
    struct say_example *examples;
    size_t example_count, example_capacity;
    const char *const *selects; /* shell patterns of names; none: all      */
    size_t select_count;
    bool blind; /* which forms show something new counts for nothing          */
};

/* The forms of a dialect; `selects`: borrowed. */
void say_init(struct say *say, const struct catalog_model *model,
              const struct catalog_dialect *dialect, uint64_t seed, const char *const *selects,
              size_t select_count);
void say_release(struct say *say);

uint64_t say_below(struct say *say, uint64_t limit); /* 0 … limit - 1       */
bool say_once_in(struct say *say, uint64_t limit);

/* Whether the dialect has a command of that name, in any case. */
bool say_is_known(const struct say *say, const char *name);

/* Whether the patterns select a command; the last one of a line. */
bool say_selects(const struct say *say, const char *name);
bool say_is_selected(const struct say *say, const char *line);

/* The form of the last command of a line; NULL: none. */
const struct say_form *say_find_form(const struct say *say, const char *line);

/* Whether there are several commands in a line. */
bool say_has_several(const char *line);

/* Remembers the arguments of a line. */
void say_learn(struct say *say, const char *line);

/* The longest time limit of a command, 0: none is stated. Units: milliseconds. */
uint32_t say_time_limit(const struct say *say, const char *name);

/* Notes that a line was said, and whether that showed something new: forms that do
 * are said more often. */
void say_note(struct say *say, const char *line, bool is_new);

/* A command line. Owns: the caller. */
char *say_line(struct say *say);

/* The line with one argument made anew, or one more, or one less. Owns: the caller. */
char *say_change(struct say *say, const char *line);

/* How the upload after the line's prompt ends, and how many bytes it awaits (0:
 * not known). */
enum catalog_upload say_upload(const struct say *say, const char *line, uint64_t *count);

#endif
