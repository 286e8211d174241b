/* The findings of a sequence, and what tells one from another. */
#include "livefuzz/hunt.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct judge_exchange *last_exchange(const struct hunt_played *played)
{
    const struct judgement *judgement = &played->judgement;
    return &judgement->exchanges[judgement->exchange_count - 1];
}

/* `csq-execute`; of what the catalogue does not have `unknown`. Owns: the caller. */
static char *form_name(const struct judge_exchange *exchange)
{
    const char *name = exchange->name;
    if (name[0] == '\0' && strcasecmp(exchange->command, "AT") == 0) return memory_text("at");
    if (name[0] == '\0') return memory_text("unknown");
    const char *dash = exchange->form[0] == '\0' ? "" : "-";
    char *text = memory_format("%s%s%s", name + strspn(name, "+&*$^#"), dash, exchange->form);
    for (char *at = text; *at != '\0'; at++) *at = (char)tolower((unsigned char)*at);
    return text;
}

static char *clause_name(const char *clause)
{
    char *text = memory_text(clause[0] == '\0' ? "core/V.250-5.2.1" : clause);
    for (char *at = text; *at != '\0'; at++)
        if (*at == ' ') *at = '-';
    return text;
}

static void make_key(const char *rule, const char *clause, const struct judge_exchange *exchange,
                     struct hunt_key *out)
{
    *out = (struct hunt_key){memory_text(rule), clause_name(clause), form_name(exchange),
                             memory_text(exchange->command)};
}

/* ---- what counts ------------------------------------------------------ */

/* Of several commands in a line the judge takes the last for the one that is
 * answered; what is said of the others it cannot tell from what is wrong. */
static bool is_of_several(const struct judge_exchange *exchange,
                          const struct judge_finding *finding)
{
    bool of_line =
        finding->rule->clause != NULL || strcmp(finding->rule->name, "missing-final") == 0;
    return !of_line && say_has_several(exchange->command);
}

static bool counts(const struct hunt *hunt, const struct judge_exchange *exchange,
                   const struct judge_finding *finding)
{
    if (finding->declared || is_of_several(exchange, finding)) return false;
    if (finding->rule->level == JUDGE_MUST) return true;
    return hunt->options->run->strict && finding->rule->level == JUDGE_SHOULD;
}

/* What is cut off by a hang or a restart is wrong in many ways, which say nothing. */
static bool is_said_again(const struct hunt_played *played, const char *fault, size_t exchange)
{
    return fault != NULL && exchange + 1 == played->judgement.exchange_count;
}

/* A fault of the sequence as a whole; NULL: none. */
static const char *fault_of(const struct hunt_played *played)
{
    switch (played->end) {
    case HUNT_HUNG: return "hang";
    case HUNT_REBOOTED: return "reboot";
    case HUNT_VANISHED: return "vanished";
    case HUNT_NO_ANSWER: return last_exchange(played)->finding_count > 0 ? NULL : "no-answer";
    default: return NULL;
    }
}

/* A name that no manual has must be refused. */
static bool accepts_unknown(const struct judge_exchange *exchange)
{
    if (strncmp(exchange->command, "AT" HUNT_UNKNOWN, sizeof "AT" HUNT_UNKNOWN - 1) != 0)
        return false;
    return hunt_succeeded(exchange);
}

/* What the judge cannot say of an exchange; NULL: nothing. An echo that came
 * otherwise leaves nothing else to be told. */
static const char *own_rule(const struct hunt_played *played, size_t exchange)
{
    const struct judgement *judgement = &played->judgement;
    if (exchange == played->unechoed + 1) return "echo-differs";
    return accepts_unknown(&judgement->exchanges[exchange]) ? "accepted-unknown" : NULL;
}

static bool find_own(const struct hunt_played *played, size_t *index, struct hunt_key *out)
{
    static const struct {
        const char *rule, *clause;
    } clauses[] = {{"echo-differs", "core/V.250-5.2.3"}, {"accepted-unknown", "core/V.250-5.7.1"}};
    const struct judgement *judgement = &played->judgement;
    for (size_t i = 1; i < judgement->exchange_count; i++) {
        const char *rule = own_rule(played, i);
        if (rule == NULL || (*index)-- > 0) continue;
        make_key(rule, clauses[rule[0] == 'a'].clause, &judgement->exchanges[i], out);
        return true;
    }
    return false;
}

bool hunt_find(const struct hunt *hunt, const struct hunt_played *played, size_t index,
               struct hunt_key *out)
{
    const struct judgement *judgement = &played->judgement;
    const char *fault = fault_of(played);
    if (fault != NULL && index-- == 0) {
        const struct judge_exchange *exchange = last_exchange(played);
        make_key(fault, exchange->clause, exchange, out);
        return true;
    }
    if (find_own(played, &index, out)) return true;
    for (size_t i = 0; played->unechoed == SIZE_MAX && i < judgement->exchange_count; i++) {
        const struct judge_exchange *exchange = &judgement->exchanges[i];
        for (size_t k = 0; k < exchange->finding_count; k++) {
            const struct judge_finding *finding = &exchange->findings[k];
            if (!counts(hunt, exchange, finding) || is_said_again(played, fault, i) || index-- > 0)
                continue;
            make_key(finding->rule->name, finding->clause, exchange, out);
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
    return strcmp(key->rule, "hang") == 0 || strcmp(key->rule, "reboot") == 0;
}

void hunt_key_release(struct hunt_key *key)
{
    free(key->rule);
    free(key->clause);
    free(key->form);
    free(key->step);
}
