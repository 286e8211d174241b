/* The rules, and the names of levels and verdicts. */
#include "judge/judge.h"

#include <string.h>

#define LINE_CLAUSE "core/V.250 5.7.1"

const struct judge_rule judge_rules[] = {
    /* Of fields: the clause is the record's. */
    {"out-of-range", JUDGE_MUST, NULL, "A value lies within the range that the manual states."},
    {"empty-field", JUDGE_MUST, NULL, "A required field is not empty."},
    {"extra-field", JUDGE_MUST, NULL, "A line has no more fields than its notation."},
    {"missing-field", JUDGE_MUST, NULL, "A line has every required field of its notation."},
    {"malformed-field", JUDGE_MUST, NULL, "A value is of the type that the manual states."},
    {"stray-quote", JUDGE_MUST, NULL, "Quotes come in pairs round a whole field."},
    {"quoted", JUDGE_SHOULD, NULL, "A number or word stands without quotes."},
    {"unquoted", JUDGE_SHOULD, NULL, "A string stands in quotes."},
    {"unlisted-code", JUDGE_SHOULD, NULL, "A code is one that the manual's table lists."},
    {"other-value", JUDGE_MUST, NULL,
     "A response that repeats an argument of its command repeats its value."},
    {"unknown-record", JUDGE_MUST, NULL, "A line has one of the notations of its prefix."},
    {"bad-length", JUDGE_MUST, NULL, "A length that announces payload is a number of bytes."},
    {"short-payload", JUDGE_MUST, NULL, "As many bytes come as the length announces."},
    {"too-much", JUDGE_MUST, NULL, "No more payload comes than the command asks for."},
    {"stray-text", JUDGE_MUST, NULL, "Behind counted payload a line of the manual follows."},
    /* Of exchanges: the clause is the form's. */
    {"missing-line", JUDGE_MUST, NULL, "Every line of the response variant comes."},
    {"missing-final", JUDGE_MUST, NULL, "A command ends in a final result code."},
    {"wrong-order", JUDGE_MUST, NULL, "The lines of a response come in the order of a variant."},
    {"doubled", JUDGE_MUST, NULL, "A line that a variant has once comes once."},
    {"unexpected", JUDGE_MUST, NULL, "A response is one of the variants of its form."},
    {"late", JUDGE_MUST, NULL, "A response is complete within the maximum response time."},
    {"accepted-illegal", JUDGE_SHOULD, NULL,
     "A command with an argument that the manual does not allow is refused."},
    {"erratum", JUDGE_SHOULD, NULL, "A response follows the manual's notation, not its misprint."},
    {"not-asked", JUDGE_MUST, NULL, "An information response answers a command."},
    /* Of the form of lines. */
    {"bare-lf", JUDGE_MUST, LINE_CLAUSE, "A line ends in CR LF."},
    {"glued", JUDGE_MUST, LINE_CLAUSE, "A line begins behind a line end."},
    {"no-colon", JUDGE_MUST, LINE_CLAUSE, "A colon ends the prefix."},
    {"no-space", JUDGE_SHOULD, LINE_CLAUSE, "A blank stands behind the colon."},
    {"extra-space", JUDGE_SHOULD, LINE_CLAUSE, "No blank stands where the notation has none."},
    {"extra-cr", JUDGE_SHOULD, LINE_CLAUSE, "One CR ends a line."},
    {"echo-differs", JUDGE_SHOULD, "core/V.250 5.2.3", "The echo is what was sent."},
    {"stale", JUDGE_SHOULD, "core/V.250 5.7.1", "A result code follows its own command."},
    {"unknown-line", JUDGE_INFO, NULL, "A line is one of the manuals at hand."},
    {"long-line", JUDGE_INFO, NULL, "A line fits the line buffer; else it is not decoded."},
    {"cut", JUDGE_INFO, NULL, "The recording ends behind a line end."},
    /* Of the host, and of the transcript itself. */
    {"argument", JUDGE_MUST, NULL, "An argument is what the manual's syntax allows."},
    {"declared-absent", JUDGE_MUST, NULL, "A deviation that the transcript declares comes."},
    {0},
};

const struct judge_rule *judge_find_rule(const char *name)
{
    for (const struct judge_rule *rule = judge_rules; rule->name != NULL; rule++)
        if (strcmp(rule->name, name) == 0) return rule;
    return NULL;
}

const char *judge_level_name(enum judge_level level)
{
    static const char *const names[] = {"must", "should", "quirk", "info"};
    return names[level];
}

const char *judge_verdict_name(enum judge_verdict verdict)
{
    static const char *const names[] = {"pass", "deviation", "fail", "unjudged"};
    return names[verdict];
}
