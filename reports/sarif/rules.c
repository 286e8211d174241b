/* The rules of a SARIF log: one for each clause, one for each kind of finding of a
 * fuzzer, and two for cases that no clause explains. */
#define _GNU_SOURCE
#include "base/markdown_text.h"
#include "base/text.h"
#include "sarif/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define HELPS_MAX 100 /* of one clause */

/* What one of the judge's rules, by which a clause was broken, asks for. */
struct help {
    const char *rule, *text;
};

struct rule {
    const char *id; /* first: what search.h compares */
    size_t index;
    json_t *json; /* the log's */
    struct help *helps;
    size_t help_count;
};

/* A rule that is not a clause: its id, then two sentences. */
static const struct plain {
    const char *id, *name, *summary, *help;
} plain_rules[] = {
    {"case/failed", "CaseFailed", "A case failed as a whole.",
     "None of the case's exchanges broke a clause; see its reason and its transcript."},
    {"case/unexpected-pass", "UnexpectedPass", "A case passed that was expected to fail.",
     "If the module was mended, take the case off the list of expected failures."},
    {"fuzz/crash", "FuzzCrash", "An input makes the program crash.",
     "A sanitizer stopped the program; the stack shows where."},
    {"fuzz/invariant", "FuzzInvariant", "An input breaks an invariant.",
     "The invariants are numbered; the message names the one that broke, and how."},
    {"fuzz/timeout", "FuzzTimeout", "An input takes too long.",
     "Work is to be linear in the input."},
    {"fuzz/out-of-memory", "FuzzOutOfMemory", "An input takes too much memory.",
     "Memory is to be bounded by the input."},
    {"fuzz/leak", "FuzzLeak", "An input makes the program lose memory.",
     "What is allocated is to be freed."},
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct rule *)a)->id, ((const struct rule *)b)->id);
}

/* ---- making one ------------------------------------------------------- */

static const char *kept(struct sarif *sarif, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_new(&sarif->arena, size, 1), text, size);
}

/* Finds or adds the entry of the id. A new one has no JSON yet. */
static struct rule *enter(struct sarif *sarif, const char *id)
{
    char *shown = text_cut(*id == '\0' ? "unknown-clause" : id, SARIF_NAME_COLUMNS);
    const struct rule wanted = {.id = shown};
    struct rule **found = tfind(&wanted, &sarif->rule_tree, by_id);
    struct rule *rule = found == NULL ? arena_new(&sarif->arena, 1, sizeof *rule) : *found;
    if (found == NULL) {
        rule->id = kept(sarif, shown);
        arena_must(tsearch(rule, &sarif->rule_tree, by_id));
    }
    free(shown);
    return rule;
}

/* A set: SARIF allows no tag twice. */
static json_t *tag_list(const char *const *tags)
{
    json_t *set = arena_must(json_object());
    json_t *list = arena_must(json_array());
    for (; *tags != NULL; tags++) {
        char *shown = text_cut(*tags, SARIF_NAME_COLUMNS);
        if (json_object_get(set, shown) == NULL) sarif_append(list, json_string(shown));
        sarif_set(set, shown, json_true());
        free(shown);
    }
    json_decref(set);
    return list;
}

/* `tags` ends with NULL. A name equal to the id is left out. */
static void begin(struct sarif *sarif, struct rule *rule, const char *name, const char *const *tags)
{
    char *cut = text_cut(name, SARIF_NAME_COLUMNS);
    rule->json = arena_must(json_pack("{s:s}", "id", rule->id));
    if (*cut != '\0' && strcmp(cut, rule->id) != 0) sarif_set(rule->json, "name", json_string(cut));
    sarif_set(rule->json, "defaultConfiguration", json_pack("{s:s}", "level", "error"));
    sarif_set(rule->json, "properties",
              json_pack("{s:o, s:s, s:s}", "tags", tag_list(tags), "precision", "very-high",
                        "problem.severity", "error"));
    rule->index = json_array_size(sarif->rules);
    sarif_append(sarif->rules, rule->json);
    free(cut);
}

/* Frees the texts. The help is the description, until add_help knows more. */
static void describe(struct sarif *sarif, struct rule *rule, char *summary, char *whole)
{
    sarif_set(rule->json, "help", sarif_message(text_format("%s", whole), SARIF_MESSAGE_COLUMNS));
    sarif_set(rule->json, "shortDescription", sarif_message(summary, SARIF_TEXT_COLUMNS));
    sarif_set(rule->json, "fullDescription", sarif_message(whole, SARIF_MESSAGE_COLUMNS));
    sarif->size += sarif_size(rule->json);
}

/* ---- clauses ---------------------------------------------------------- */

/* `clause` NULL: the store has only the id. */
static void make_clause(struct sarif *sarif, struct rule *rule, const char *id,
                        const struct reports_clause *clause)
{
    static const struct reports_clause nothing = {0};
    if (clause == NULL) clause = &nothing;
    const char *command = store_text(clause->command);
    char *set = text_format("%.*s", (int)strcspn(id, "/"), id);
    const char *tags[] = {"at-command", *set == '\0' ? "unknown" : set,
                          *command == '\0' ? NULL : command, NULL};
    const char *title = store_text(clause->title);
    begin(sarif, rule, *command == '\0' ? title : command, tags);
    const char *colon = *command == '\0' || *title == '\0' ? "" : ": ";
    bool bare = *command == '\0' && *title == '\0';
    const char *document = store_text(clause->document);
    describe(sarif, rule,
             bare ? text_format("Clause %s", rule->id)
                  : text_format("%s%s%s", command, colon, title),
             text_format("Clause %s%s%s%s%s.", rule->id, *title == '\0' ? "" : ", ", title,
                         *document == '\0' ? "" : ", of ", document));
    free(set);
}

static struct rule *clause_rule(struct sarif *sarif, const char *id)
{
    struct rule *rule = enter(sarif, id);
    if (rule->json == NULL) make_clause(sarif, rule, id, store_find_clause(sarif->store, id));
    return rule;
}

void sarif_add_clauses(struct sarif *sarif)
{
    const struct store *store = sarif->store;
    for (size_t i = 0; i < store->clause_count && sarif->size < SARIF_CLAUSES_SIZE; i++)
        clause_rule(sarif, store->clauses[i].id);
}

/* ---- help ------------------------------------------------------------- */

/* One line for each rule of the judge. */
static char *help_text(const struct rule *rule, bool markdown)
{
    const char *mark = markdown ? "**" : "";
    char *text = NULL;
    size_t size = 0;
    FILE *out = arena_must(open_memstream(&text, &size));
    for (size_t i = 0; i < rule->help_count; i++) {
        char *name = text_cut(rule->helps[i].rule, SARIF_NAME_COLUMNS);
        char *help = text_cut(rule->helps[i].text, SARIF_TEXT_COLUMNS);
        char *shown_name = markdown ? markdown_text(name) : text_format("%s", name);
        char *shown_help = markdown ? markdown_text(help) : text_format("%s", help);
        fprintf(out, "%s- %s%s%s: %s", i == 0 ? "" : "\n", mark, shown_name, mark, shown_help);
        free(name);
        free(help);
        free(shown_name);
        free(shown_help);
    }
    if (fclose(out) != 0) arena_must(NULL);
    return text;
}

static json_t *escaped(char *text)
{
    json_t *message = sarif_escaped(text);
    free(text);
    return message;
}

/* Adds what the rule of the judge asks for, once. */
static void add_help(struct sarif *sarif, struct rule *rule, const struct reports_finding *finding)
{
    for (size_t i = 0; i < rule->help_count; i++)
        if (strcmp(rule->helps[i].rule, finding->rule) == 0) return;
    if (rule->help_count == HELPS_MAX) return;
    if (rule->helps == NULL) rule->helps = arena_new(&sarif->arena, HELPS_MAX, sizeof *rule->helps);
    const char *text =
        *store_text(finding->help) == '\0' ? "what the clause states" : finding->help;
    rule->helps[rule->help_count++] = (struct help){finding->rule, text};
    json_t *help = arena_must(json_object());
    sarif_set(help, "text", escaped(help_text(rule, false)));
    sarif_set(help, "markdown", escaped(help_text(rule, true)));
    sarif->size += sarif_size(help) - sarif_size(json_object_get(rule->json, "help"));
    sarif_set(rule->json, "help", help);
}

/* ---- others ----------------------------------------------------------- */

static struct rule *plain_rule(struct sarif *sarif, const char *id)
{
    const struct plain *plain = plain_rules;
    while (strcmp(plain->id, id) != 0) plain++;
    struct rule *rule = enter(sarif, id);
    if (rule->json != NULL) return rule;
    bool fuzz = strncmp(id, "fuzz/", 5) == 0;
    const char *tags[] = {fuzz ? "fuzzing" : "at-command", fuzz ? "security" : NULL, NULL};
    begin(sarif, rule, plain->name, tags);
    describe(sarif, rule, text_format("%s", plain->summary),
             text_format("%s %s", plain->summary, plain->help));
    return rule;
}

size_t sarif_rule_of(struct sarif *sarif, const struct sarif_item *item)
{
    if (item->finding != NULL) {
        struct rule *rule = clause_rule(sarif, item->finding->clause);
        add_help(sarif, rule, item->finding);
        return rule->index;
    }
    if (item->case_ != NULL) {
        bool passed = item->case_->is.outcome == REPORTS_UNEXPECTED_PASS;
        return plain_rule(sarif, passed ? "case/unexpected-pass" : "case/failed")->index;
    }
    char *id = text_format("fuzz/%s", reports_fuzz_kind_name(item->found->kind));
    size_t index = plain_rule(sarif, id)->index;
    free(id);
    return index;
}

const char *sarif_rule_id(const struct sarif *sarif, size_t index)
{
    return json_string_value(json_object_get(json_array_get(sarif->rules, index), "id"));
}
