/* The rules. */
#include "judge/judge.h"

#include <string.h>

#define LINE_CLAUSE "core/V.250 5.7.1"

const struct judge_rule_facts judge_rules[JUDGE_RULE_COUNT] = {
    /* Of fields: the clause is the record's. */
    [JUDGE_OUT_OF_RANGE] = {"out-of-range", REPORTS_MUST, NULL,
                            "A value lies within the range that the manual states."},
    [JUDGE_EMPTY_FIELD] = {"empty-field", REPORTS_MUST, NULL, "A required field is not empty."},
    [JUDGE_EXTRA_FIELD] = {"extra-field", REPORTS_MUST, NULL,
                           "A line has no more fields than its notation."},
    [JUDGE_MISSING_FIELD] = {"missing-field", REPORTS_MUST, NULL,
                             "A line has every required field of its notation."},
    [JUDGE_MALFORMED_FIELD] = {"malformed-field", REPORTS_MUST, NULL,
                               "A value is of the type that the manual states."},
    [JUDGE_STRAY_QUOTE] = {"stray-quote", REPORTS_MUST, NULL,
                           "Quotes come in pairs around a whole field."},
    [JUDGE_QUOTED] = {"quoted", REPORTS_SHOULD, NULL, "A number or word stands without quotes."},
    [JUDGE_UNQUOTED] = {"unquoted", REPORTS_SHOULD, NULL, "A string stands in quotes."},
    [JUDGE_UNLISTED_CODE] = {"unlisted-code", REPORTS_SHOULD, NULL,
                             "A code is one that the manual's table lists."},
    [JUDGE_OTHER_VALUE] = {"other-value", REPORTS_MUST, NULL,
                           "A response that repeats an argument of its command repeats its value."},
    [JUDGE_UNKNOWN_RECORD] = {"unknown-record", REPORTS_MUST, NULL,
                              "A line has one of the notations of its prefix."},
    [JUDGE_BAD_LENGTH] = {"bad-length", REPORTS_MUST, NULL,
                          "A length that announces payload is a number of bytes."},
    [JUDGE_SHORT_PAYLOAD] = {"short-payload", REPORTS_MUST, NULL,
                             "As many bytes come as the length announces."},
    [JUDGE_TOO_MUCH] = {"too-much", REPORTS_MUST, NULL,
                        "No more payload comes than the command asks for."},
    [JUDGE_STRAY_TEXT] = {"stray-text", REPORTS_MUST, NULL,
                          "After counted payload a line of the manual follows."},
    /* Of exchanges: the clause is the form's. */
    [JUDGE_MISSING_LINE] = {"missing-line", REPORTS_MUST, NULL,
                            "Every line of the response variant comes."},
    [JUDGE_MISSING_FINAL] = {"missing-final", REPORTS_MUST, NULL,
                             "A command ends in a final result code."},
    [JUDGE_WRONG_ORDER] = {"wrong-order", REPORTS_MUST, NULL,
                           "The lines of a response come in the order of a variant."},
    [JUDGE_DOUBLED] = {"doubled", REPORTS_MUST, NULL, "A line that a variant has once comes once."},
    [JUDGE_UNEXPECTED] = {"unexpected", REPORTS_MUST, NULL,
                          "A response is one of the variants of its form."},
    [JUDGE_LATE] = {"late", REPORTS_MUST, NULL,
                    "A response is complete within the maximum response time."},
    [JUDGE_ACCEPTED_ILLEGAL] =
        {"accepted-illegal", REPORTS_SHOULD, NULL,
         "A command with an argument that the manual does not allow is refused."},
    [JUDGE_ERRATUM] = {"erratum", REPORTS_SHOULD, NULL,
                       "A response follows the manual's notation, not its misprint."},
    [JUDGE_NOT_ASKED] = {"not-asked", REPORTS_MUST, NULL,
                         "An information response answers a command."},
    /* Of how a line is framed. */
    [JUDGE_BARE_LF] = {"bare-lf", REPORTS_MUST, LINE_CLAUSE, "A line ends in CR LF."},
    [JUDGE_GLUED] = {"glued", REPORTS_MUST, LINE_CLAUSE, "A line begins after a line end."},
    [JUDGE_NO_COLON] = {"no-colon", REPORTS_MUST, LINE_CLAUSE, "A colon ends the prefix."},
    [JUDGE_NO_SPACE] = {"no-space", REPORTS_SHOULD, LINE_CLAUSE, "A space follows the colon."},
    [JUDGE_EXTRA_SPACE] = {"extra-space", REPORTS_SHOULD, LINE_CLAUSE,
                           "No space stands where the notation has none."},
    [JUDGE_EXTRA_CR] = {"extra-cr", REPORTS_SHOULD, LINE_CLAUSE, "One CR ends a line."},
    [JUDGE_ECHO_DIFFERS] = {"echo-differs", REPORTS_SHOULD, "core/V.250 5.2.3",
                            "The echo is what was sent."},
    [JUDGE_STALE] = {"stale", REPORTS_SHOULD, "core/V.250 5.7.1",
                     "A result code follows its own command."},
    [JUDGE_UNKNOWN_LINE] = {"unknown-line", REPORTS_INFO, NULL,
                            "A line is one of the manuals at hand."},
    [JUDGE_LONG_LINE] = {"long-line", REPORTS_INFO, NULL,
                         "A line fits the line buffer; else it is not decoded."},
    [JUDGE_CUT] = {"cut", REPORTS_INFO, NULL, "The recording ends after a line end."},
    /* Of the host, and of the transcript itself. */
    [JUDGE_ARGUMENT] = {"argument", REPORTS_MUST, NULL,
                        "An argument is what the manual's syntax allows."},
    [JUDGE_DECLARED_ABSENT] = {"declared-absent", REPORTS_MUST, NULL,
                               "A deviation that the transcript declares comes."},
};

bool judge_find_rule(const char *name, enum judge_rule *out)
{
    for (unsigned rule = 0; rule < JUDGE_RULE_COUNT; rule++) {
        if (strcmp(judge_rules[rule].name, name) != 0) continue;
        *out = (enum judge_rule)rule;
        return true;
    }
    return false;
}

enum judge_rule judge_rule_of_deviation(unsigned bit)
{
    static const enum judge_rule rules[ATP_DEV_COUNT] = {
        JUDGE_QUOTED,      JUDGE_UNQUOTED,     JUDGE_STRAY_QUOTE,    JUDGE_OUT_OF_RANGE,
        JUDGE_EMPTY_FIELD, JUDGE_EXTRA_FIELD,  JUDGE_MISSING_FIELD,  JUDGE_MALFORMED_FIELD,
        JUDGE_NO_SPACE,    JUDGE_EXTRA_SPACE,  JUDGE_NO_COLON,       JUDGE_BARE_LF,
        JUDGE_EXTRA_CR,    JUDGE_GLUED,        JUDGE_LONG_LINE,      JUDGE_SHORT_PAYLOAD,
        JUDGE_BAD_LENGTH,  JUDGE_ECHO_DIFFERS, JUDGE_NOT_ASKED,      JUDGE_UNEXPECTED,
        JUDGE_STALE,       JUDGE_CUT,          JUDGE_UNKNOWN_RECORD,
    };
    return rules[bit];
}
