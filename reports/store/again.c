/* The command line that judges a case again. */
#include "base/text.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* A shell pattern that matches only this id. */
static char *pattern_of(const char *id)
{
    char *pattern = arena_must(malloc(strlen(id) * 2 + 1));
    char *end = pattern;
    for (; *id != '\0'; id++) {
        if (strchr("*?[\\", *id) != NULL) *end++ = '\\';
        *end++ = *id;
    }
    *end = '\0';
    return pattern;
}

/* ` OPTION WORD`, or nothing. Owns: the caller. */
static char *option(const char *name, const char *value)
{
    if (value == NULL) return text_format("%s", "");
    char *word = text_shell_word(value);
    char *text = text_format(" %s %s", name, word);
    free(word);
    return text;
}

/* As a shell's word that is no option. Owns: the caller. */
static char *file_word(const char *file)
{
    char *path = text_format("%s%s", file[0] == '-' ? "./" : "", file);
    char *word = text_shell_word(path);
    free(path);
    return word;
}

struct store_command store_command_again(const struct store_case *case_)
{
    const struct reports_case *is = &case_->is;
    const struct reports_run *run = case_->run;
    const char *file = store_text(is->identity.source);
    char *pattern = strcmp(is->id, file) == 0 ? NULL : pattern_of(is->id);
    char *dialect = option("--dialect", run->dialect);
    char *chosen = option("--select", pattern);
    struct store_command command = {
        .head = text_format("atproof check%s%s%s", run->strict ? " --strict" : "", dialect, chosen),
        .source = file_word(file),
    };
    free(pattern);
    free(dialect);
    free(chosen);
    return command;
}

char *store_command_live(const struct store_case *case_)
{
    const struct reports_run *run = case_->run;
    if (run->command == NULL || strcmp(run->tool, "atproof run") != 0) return NULL;
    char *pattern = pattern_of(case_->is.id);
    char *chosen = option("--select", pattern);
    char *line = text_format("%s%s --out atproof-again", run->command, chosen);
    free(pattern);
    free(chosen);
    return line;
}
