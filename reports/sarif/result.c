/* A result of a SARIF log: what, where, and how to see it again. */
#define _GNU_SOURCE
#include "base/text.h"
#include "base/uri.h"
#include "sarif/log.h"

#include <stdlib.h>
#include <string.h>

static const char *const level_names[] = {"error", "warning", "note"};

/* ---- places ----------------------------------------------------------- */

/* Finds the clause of a case, which is written with `-` for each space. */
static const struct reports_clause *clause_of_case(const struct store *store, const char *clause)
{
    for (size_t i = 0; clause != NULL && i < store->clause_count; i++) {
        const char *id = store->clauses[i].id;
        const char *at = clause;
        while (*at != '\0' && (*at == *id || (*at == '-' && *id == ' '))) at++, id++;
        if (*at == '\0' && *id == '\0') return &store->clauses[i];
    }
    return NULL;
}

/* Sets the clause's place in the catalogue, if the store has it. */
static void set_related(struct sarif *sarif, json_t *result, const struct reports_clause *clause)
{
    if (clause == NULL || *store_text(clause->source) == '\0') return;
    const char *title = store_text(clause->title);
    json_t *location = arena_must(json_pack("{s:i}", "id", 1));
    sarif_set(location, "physicalLocation", sarif_place(sarif, clause->source, clause->line, NULL));
    sarif_set(
        location, "message",
        sarif_message(text_format("Clause %s%s%s", clause->id, *title == '\0' ? "" : ": ", title),
                      SARIF_TEXT_COLUMNS));
    sarif_set(result, "relatedLocations", arena_must(json_pack("[o]", location)));
}

/* Takes `place`, which may be NULL. */
static void set_location(json_t *result, json_t *place, const char *name)
{
    json_t *location =
        arena_must(json_pack("{s:[{s:s}]}", "logicalLocations", "fullyQualifiedName", name));
    if (place != NULL) sarif_set(location, "physicalLocation", place);
    sarif_set(result, "locations", arena_must(json_pack("[o]", location)));
}

/* ---- of a case -------------------------------------------------------- */

/* `AT+CSQ: One CR ends a line (extra-cr): expected OK, seen OK`. Owns: the caller. */
static char *tell_finding(const struct sarif_item *item)
{
    const struct reports_finding *finding = item->finding;
    const char *help = store_text(finding->help);
    size_t size = strlen(help);
    if (size > 0 && help[size - 1] == '.') size--; /* of a sentence */
    char *command = text_cut(item->exchange->command, SARIF_NAME_COLUMNS);
    char *rule = text_cut(finding->rule, SARIF_NAME_COLUMNS);
    char *what = store_disagreement(finding);
    char *cut = text_cut(what, SARIF_TEXT_COLUMNS);
    char *text =
        text_format("%s%s%.*s%s%s%s%s%s", command, *command == '\0' ? "" : ": ", (int)size, help,
                    size > 0 ? " (" : "", rule, size > 0 ? ")" : "", *cut == '\0' ? "" : ": ", cut);
    free(command);
    free(rule);
    free(what);
    free(cut);
    return text;
}

static json_t *message_of_case(const struct sarif_item *item)
{
    const char *reason = store_text(item->case_->is.reason);
    char *what = item->finding != NULL ? tell_finding(item)
                                       : text_format("%s%s%s", store_own_fault(&item->case_->is),
                                                     *reason == '\0' ? "" : ": ", reason);
    char *cut = text_cut(what, SARIF_MESSAGE_COLUMNS);
    char *name = text_cut(item->case_->name, SARIF_NAME_COLUMNS);
    char *text = text_format("%s. Case %s.", cut, name);
    free(what);
    free(cut);
    free(name);
    return sarif_message(text, SIZE_MAX);
}

static void set_cut(json_t *object, const char *key, const char *bytes)
{
    if (bytes == NULL) return;
    char *cut = text_cut(bytes, SARIF_TEXT_COLUMNS);
    sarif_set(object, key, json_string(cut));
    free(cut);
}

/* The commands that judge the recording again, and play the case on the module. */
static void set_commands(json_t *facts, const struct store_case *case_)
{
    struct store_command again = store_command_again(case_);
    char *live = store_command_live(case_);
    char *line = text_format("%s %s", again.head, again.source);
    sarif_set_text(facts, "reproduce", line);
    sarif_set_text(facts, "reproduceLive", live);
    free(again.head);
    free(again.source);
    free(live);
    free(line);
}

static json_t *facts_of_case(const struct sarif_item *item)
{
    const struct reports_case *is = &item->case_->is;
    json_t *facts = arena_must(json_object());
    set_cut(facts, "case", item->case_->name);
    set_cut(facts, "outcome", reports_outcome_name(is->outcome));
    set_cut(facts, "dialect", is->dialect);
    set_cut(facts, "model", is->identity.model);
    set_cut(facts, "firmware", is->identity.firmware);
    if (item->finding != NULL) {
        set_cut(facts, "rule", item->finding->rule);
        set_cut(facts, "level", reports_level_name(item->finding->level));
        set_cut(facts, "command", item->exchange->command);
        set_cut(facts, "expected", item->finding->expected);
        set_cut(facts, "seen", item->finding->seen);
    }
    set_commands(facts, item->case_);
    return facts;
}

/* The nearest line that is known. */
static size_t line_of(const struct sarif_item *item)
{
    size_t line = item->case_->is.line;
    if (item->finding == NULL) return line;
    if (item->exchange->line > 0) line = item->exchange->line;
    return item->finding->line > 0 ? item->finding->line : line;
}

static void fill_case(struct sarif *sarif, json_t *result, const struct sarif_item *item)
{
    const struct reports_case *is = &item->case_->is;
    const char *source = store_text(is->identity.source);
    sarif_set(result, "message", message_of_case(item));
    set_location(result,
                 *source == '\0' ? NULL
                                 : sarif_place(sarif, source, line_of(item), is->identity.sha256),
                 item->case_->name);
    set_related(sarif, result,
                item->finding == NULL ? clause_of_case(sarif->store, is->clause)
                                      : store_find_clause(sarif->store, item->finding->clause));
    sarif_set(result, "properties", facts_of_case(item));
}

/* ---- of a fuzzer ------------------------------------------------------ */

static json_t *facts_of_found(const struct sarif_item *item)
{
    json_t *facts = arena_must(json_object());
    set_cut(facts, "target", item->fuzzer->is.target);
    set_cut(facts, "engine", reports_engine_name(item->fuzzer->is.engine));
    set_cut(facts, "sanitizers", item->fuzzer->is.sanitizers);
    set_cut(facts, "invariant", item->found->invariant);
    sarif_set_text(facts, "reproduce", item->found->reproduce);
    return facts;
}

/* The place is the line of the program if the stack has one, else the input. */
static void fill_found(struct sarif *sarif, json_t *result, const struct sarif_item *item)
{
    const struct reports_fuzz_finding *found = item->found;
    char *label = store_fuzz_label(found);
    json_t *stack = sarif_stack(sarif, found->stack);
    json_t *place = sarif_stack_place(sarif, found->stack);
    json_t *input = sarif_place(sarif, found->source, 0, found->sha256);
    char *text = text_format("%s: %s", label, found->text);
    text[strcspn(text, "\n")] = '\0'; /* its first line */
    sarif_set(result, "message", sarif_message(text, SARIF_MESSAGE_COLUMNS));
    set_location(result, place == NULL ? json_incref(input) : place, item->fuzzer->name);
    json_t *related = arena_must(json_pack("{s:i}", "id", 1));
    sarif_set(related, "physicalLocation", input);
    sarif_set(related, "message", sarif_message(text_format("The input"), SARIF_TEXT_COLUMNS));
    sarif_set(result, "relatedLocations", arena_must(json_pack("[o]", related)));
    if (stack != NULL) sarif_set(result, "stacks", arena_must(json_pack("[o]", stack)));
    sarif_set(result, "properties", facts_of_found(item));
    free(label);
}

/* ---- any -------------------------------------------------------------- */

static void set_suppression(json_t *result, const struct sarif_item *item)
{
    json_t *suppression =
        arena_must(json_pack("{s:s, s:s}", "kind", item->suppressed, "status", "accepted"));
    set_cut(suppression, "justification", item->justification);
    sarif_set(result, "suppressions", arena_must(json_pack("[o]", suppression)));
}

json_t *sarif_result(struct sarif *sarif, const struct sarif_item *item)
{
    size_t rule = sarif_rule_of(sarif, item);
    json_t *result =
        arena_must(json_pack("{s:s, s:I, s:s}", "ruleId", sarif_rule_id(sarif, rule), "ruleIndex",
                             (json_int_t)rule, "level", level_names[item->level]));
    if (item->case_ != NULL) fill_case(sarif, result, item);
    else fill_found(sarif, result, item);
    /* GitHub reads only the first name. */
    sarif_set(result, "partialFingerprints",
              json_pack("{s:s, s:s}", "primaryLocationLineHash", item->fingerprint,
                        "atproofFinding/v1", item->fingerprint));
    if (item->suppressed != NULL) set_suppression(result, item);
    return result;
}
