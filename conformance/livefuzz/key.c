/* The findings of a sequence, and what tells one from another. */
#include "livefuzz/hunt.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct reports_exchange *last_exchange(const struct hunt_played *played)
{
    const struct judgement *judgement = &played->judgement;
    return &judgement->exchanges[judgement->exchange_count - 1];
}

/* `csq-execute`; of what the catalogue does not have `unknown`. Owns: the caller. */
static char *form_name(const struct reports_exchange *exchange)
{
    const char *name = exchange->name;
    if (name[0] == '\0' && strcasecmp(exchange->command, "AT") == 0) return memory_text("at");
    if (name[0] == '\0') return memory_text("unknown");
    const char *dash = exchange->form[0] == '\0' ? "" : "-";
    char *text = memory_format("%s%s%s", name + strspn(name, "+&*$^#"), dash, exchange->form);
    for (char *at = text; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
    return text;
}

static char *clause_name(const char *clause)
{
    char *text = memory_text(clause[0] == '\0' ? "core/V.250-5.2.1" : clause);
    for (char *at = text; *at != '\0'; at++)
        if (*at == ' ') *at = '-';
    return text;
}

static void make_key(const char *rule, const char *clause, const struct reports_exchange *exchange,
                     struct hunt_key *out)
{
    *out = (struct hunt_key){memory_text(rule), clause_name(clause), form_name(exchange),
                             memory_text(exchange->command)};
}

/* ---- what counts ------------------------------------------------------ */

/* Whether the finding is about the line itself, whatever its record. */
static bool is_of_line(const struct reports_finding *finding)
{
    enum judge_rule rule;
    return judge_find_rule(finding->rule, &rule)
           && (judge_rules[rule].clause != NULL || rule == JUDGE_MISSING_FINAL);
}

/* Of several commands in a line the judge takes the last for the one that is
 * answered; what is said of the others it cannot tell from what is wrong. */
static bool is_of_several(const struct reports_exchange *exchange,
                          const struct reports_finding *finding)
{
    return !is_of_line(finding) && say_has_several(exchange->command);
}

static bool counts(const struct hunt *hunt, const struct reports_exchange *exchange,
                   const struct reports_finding *finding)
{
    if (finding->declared || is_of_several(exchange, finding)) return false;
    if (finding->level == REPORTS_MUST) return true;
    return hunt->options->run->strict && finding->level == REPORTS_SHOULD;
}

/* What is cut off by a hang or a restart is wrong in many ways, which say nothing. */
static bool is_repeated(const struct hunt_played *played, enum results_rule fault, size_t exchange)
{
    return fault != RESULTS_NO_RULE && exchange + 1 == played->judgement.exchange_count;
}

/* A fault of the sequence as a whole. */
static enum results_rule fault_of(const struct hunt_played *played)
{
    switch (played->end) {
    case HUNT_HUNG: return RESULTS_HANG;
    case HUNT_REBOOTED: return RESULTS_REBOOT;
    case HUNT_VANISHED: return RESULTS_VANISHED;
    case HUNT_FLOODS: return RESULTS_FLOODS;
    case HUNT_NO_ANSWER:
        return last_exchange(played)->finding_count > 0 ? RESULTS_NO_RULE : RESULTS_NO_ANSWER;
    default: return RESULTS_NO_RULE;
    }
}

/* A name that no manual has must be refused. */
static bool accepts_unknown(const struct reports_exchange *exchange)
{
    if (strncmp(exchange->command, "AT" HUNT_UNKNOWN, sizeof "AT" HUNT_UNKNOWN - 1) != 0)
        return false;
    return hunt_succeeded(exchange);
}

/* What the judge does not find in an exchange. An echo that came
 * otherwise leaves nothing else to be told. */
static enum results_rule own_rule(const struct hunt_played *played, size_t exchange)
{
    const struct judgement *judgement = &played->judgement;
    if (exchange == played->unechoed + 1) return RESULTS_ECHO_DIFFERS;
    return accepts_unknown(&judgement->exchanges[exchange]) ? RESULTS_ACCEPTED_UNKNOWN
                                                            : RESULTS_NO_RULE;
}

static bool find_own(const struct hunt_played *played, size_t *index, struct hunt_key *out)
{
    static const char *const clauses[RESULTS_RULE_COUNT] = {
        [RESULTS_ECHO_DIFFERS] = "core/V.250-5.2.3",
        [RESULTS_ACCEPTED_UNKNOWN] = "core/V.250-5.7.1",
    };
    const struct judgement *judgement = &played->judgement;
    for (size_t i = 1; i < judgement->exchange_count; i++) {
        enum results_rule rule = own_rule(played, i);
        if (rule == RESULTS_NO_RULE || (*index)-- > 0) continue;
        make_key(results_rule_name(rule), clauses[rule], &judgement->exchanges[i], out);
        return true;
    }
    return false;
}

bool hunt_find(const struct hunt *hunt, const struct hunt_played *played, size_t index,
               struct hunt_key *out)
{
    const struct judgement *judgement = &played->judgement;
    enum results_rule fault = fault_of(played);
    if (fault != RESULTS_NO_RULE && index-- == 0) {
        const struct reports_exchange *exchange = last_exchange(played);
        make_key(results_rule_name(fault), exchange->clause, exchange, out);
        return true;
    }
    if (find_own(played, &index, out)) return true;
    for (size_t i = 0; played->unechoed == SIZE_MAX && i < judgement->exchange_count; i++) {
        const struct reports_exchange *exchange = &judgement->exchanges[i];
        for (size_t k = 0; k < exchange->finding_count; k++) {
            const struct reports_finding *finding = &exchange->findings[k];
            if (!counts(hunt, exchange, finding) || is_repeated(played, fault, i) || index-- > 0)
                continue;
            make_key(finding->rule, finding->clause, exchange, out);
            return true;
        }
    }
    return false;
}

bool hunt_is_same(const struct hunt_key *a, const struct hunt_key *b)
{
    return strcmp(a->rule, b->rule) == 0 && strcmp(a->clause, b->clause) == 0
           && strcmp(a->form, b->form) == 0;
}

bool hunt_has(const struct hunt *hunt, const struct hunt_played *played, const struct hunt_key *key)
{
    struct hunt_key found;
    for (size_t i = 0; hunt_find(hunt, played, i, &found); i++) {
        bool same = hunt_is_same(&found, key);
        hunt_key_release(&found);
        if (same) return true;
    }
    return false;
}

bool hunt_is_fault(const struct hunt_key *key)
{
    return strcmp(key->rule, results_rule_name(RESULTS_HANG)) == 0
           || strcmp(key->rule, results_rule_name(RESULTS_FLOODS)) == 0
           || strcmp(key->rule, results_rule_name(RESULTS_REBOOT)) == 0;
}

void hunt_key_release(struct hunt_key *key)
{
    free(key->rule);
    free(key->clause);
    free(key->form);
    free(key->step);
}
