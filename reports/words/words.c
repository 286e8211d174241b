/* One table of words for each enum of results.h. */
#include "words/words.h"

#include <string.h>

#define WORDS(array)                                                                               \
    {                                                                                              \
        (array), sizeof(array) / sizeof(array)[0]                                                  \
    }

static const char *const levels[REPORTS_LEVEL_COUNT] = {
    [REPORTS_MUST] = "must",
    [REPORTS_SHOULD] = "should",
    [REPORTS_QUIRK] = "quirk",
    [REPORTS_INFO] = "info",
};
static const char *const verdicts[REPORTS_VERDICT_COUNT] = {
    [REPORTS_PASS] = "pass",
    [REPORTS_DEVIATION] = "deviation",
    [REPORTS_FAIL] = "fail",
    [REPORTS_UNJUDGED] = "unjudged",
};
static const char *const outcomes[REPORTS_OUTCOME_COUNT] = {
    [REPORTS_PASSED] = "passed",
    [REPORTS_FAILED] = "failed",
    [REPORTS_SKIPPED] = "skipped",
    [REPORTS_EXPECTED_FAILURE] = "expected-failure",
    [REPORTS_UNEXPECTED_PASS] = "unexpected-pass",
};
static const char *const directions[REPORTS_DIRECTION_COUNT] = {
    [REPORTS_SENT] = "sent",
    [REPORTS_RECEIVED] = "received",
};
static const char *const wire_kinds[REPORTS_WIRE_COUNT] = {
    [REPORTS_WIRE_COMMAND] = "command",     [REPORTS_WIRE_DATA] = "data",
    [REPORTS_WIRE_ECHO] = "echo",           [REPORTS_WIRE_INFO] = "info",
    [REPORTS_WIRE_RESULT] = "result",       [REPORTS_WIRE_URC] = "urc",
    [REPORTS_WIRE_PROMPT] = "prompt",       [REPORTS_WIRE_STREAM] = "stream",
    [REPORTS_WIRE_TEXT] = "text",           [REPORTS_WIRE_BLANK] = "blank",
    [REPORTS_WIRE_TRUNCATED] = "truncated",
};
static const char *const engines[REPORTS_ENGINE_COUNT] = {
    [REPORTS_LIBFUZZER] = "libfuzzer",
    [REPORTS_AFL] = "afl",
    [REPORTS_PLAIN] = "plain",
    [REPORTS_LIVE] = "live",
};
static const char *const fuzz_kinds[REPORTS_FUZZ_COUNT] = {
    [REPORTS_CRASH] = "crash",     [REPORTS_INVARIANT] = "invariant",
    [REPORTS_TIMEOUT] = "timeout", [REPORTS_OUT_OF_MEMORY] = "out-of-memory",
    [REPORTS_LEAK] = "leak",
};

const struct words words_levels = WORDS(levels);
const struct words words_verdicts = WORDS(verdicts);
const struct words words_outcomes = WORDS(outcomes);
const struct words words_directions = WORDS(directions);
const struct words words_wire_kinds = WORDS(wire_kinds);
const struct words words_engines = WORDS(engines);
const struct words words_fuzz_kinds = WORDS(fuzz_kinds);

const char *words_name(const struct words *words, unsigned value)
{
    return value < words->count ? words->names[value] : NULL;
}

unsigned words_find(const struct words *words, const char *word)
{
    for (unsigned i = 1; i < words->count; i++)
        if (strcmp(words->names[i], word) == 0) return i;
    return 0;
}

const char *reports_level_name(enum reports_level level)
{
    return words_name(&words_levels, level);
}

const char *reports_verdict_name(enum reports_verdict verdict)
{
    return words_name(&words_verdicts, verdict);
}

const char *reports_outcome_name(enum reports_outcome outcome)
{
    return words_name(&words_outcomes, outcome);
}

const char *reports_direction_name(enum reports_direction direction)
{
    return words_name(&words_directions, direction);
}

const char *reports_wire_name(enum reports_wire_kind kind)
{
    return words_name(&words_wire_kinds, kind);
}

const char *reports_engine_name(enum reports_engine engine)
{
    return words_name(&words_engines, engine);
}

const char *reports_fuzz_kind_name(enum reports_fuzz_kind kind)
{
    return words_name(&words_fuzz_kinds, kind);
}
