/* The matcher (conformance/match/match.h): a script, a NUL, and a recording as a
 * session (session.h; of its setting bits 4 to 7 are the pieces it comes in).
 *
 *   bounded    no recursion by input, and steps within what the recording is worth
 *   oracle     of small scripts (match_oracle.h) the same verdict as one that knows
 *              no choices
 *   course     a case under way awaits the same whether its recording came whole or
 *              in pieces, and may be over where the whole recording is the case
 *   explained  a match from the beginning tells the same verdict
 *
 * What takes long is matched once only: a case of many ways says the same of the last
 * two in seconds. Files are refused. Numbers of more than five digits are no input: they would show
 * how fast memory is. */
#include "match_oracle.h"
#include "session.h"

#include "match/match.h"

#include <string.h>

#define CASE_SHOWN_MAX 4
#define STEP_MAX       ((size_t)1 << 22)
#define STEPS_A_BYTE   64u
#define STEPS_BEYOND   4096u             /* of the node that ended the budget             */
#define STEPS_AGAIN    ((size_t)1 << 16) /* what took more is not matched once more   */

static const struct match_urc urcs[] = {{"+CREG", 0}, {"+PUSH", 2}};
#define URC_COUNT (sizeof urcs / sizeof urcs[0])

/* ---- inputs ----------------------------------------------------------- */

static bool has_long_number(const uint8_t *data, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size && digits < 6; i++)
        digits = data[i] >= '0' && data[i] <= '9' ? digits + 1 : 0;
    return digits == 6;
}

static void read_recording(const uint8_t *data, size_t size, struct transcript_builder *out)
{
    static struct session session;
    session_read(&session, data, size,
                 1u << SESSION_RECEIVED | 1u << SESSION_SENT | 1u << SESSION_SPLIT);
    for (size_t i = 0; i < session.item_count; i++) {
        const struct session_item *item = &session.items[i];
        bool is_sent = item->kind == SESSION_SENT;
        transcript_add(out, is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED, i + 1,
                       TRANSCRIPT_NO_TIME, session.bytes + item->offset, item->size);
    }
}

/* ---- verdicts --------------------------------------------------------- */

static void check_steps(const struct match_result *result, size_t size)
{
    if (result->steps > STEP_MAX + STEPS_A_BYTE * size + STEPS_BEYOND)
        fuzz_fail("bounded", "%zu steps for %zu bytes", result->steps, size);
}

static enum match_outcome match_whole(const struct script_case *case_,
                                      const struct transcript *recording, size_t size,
                                      size_t *steps)
{
    struct match_result result;
    match_case(case_, recording, NULL, &result);
    enum match_outcome outcome = result.outcome;
    *steps = result.steps;
    check_steps(&result, size);
    if (outcome != MATCH_WHOLE && (result.expected == NULL || result.seen == NULL))
        fuzz_fail("explained", "no word of what differs");
    match_release(&result);
    if (outcome == MATCH_UNKNOWN) return outcome;
    enum oracle_answer answer = oracle_match(case_, recording);
    if (answer != ORACLE_NO_ANSWER && (answer == ORACLE_IS) != (outcome == MATCH_WHOLE))
        fuzz_fail("oracle", "the recording %s the case of line %zu, says the matcher",
                  outcome == MATCH_WHOLE ? "is" : "is not", case_->line);
    return outcome;
}

/* ---- a case under way ------------------------------------------------- */

static bool is_same(const struct match_next *a, const struct match_next *b)
{
    return a->may_end == b->may_end && a->send == b->send && a->receive == b->receive
           && a->within_us == b->within_us && a->stream_end == b->stream_end
           && a->bytes.size == b->bytes.size
           && (a->bytes.size == 0 || memcmp(a->bytes.bytes, b->bytes.bytes, a->bytes.size) == 0);
}

/* Returns: whether it was given up, here too. */
static bool check_prefix(const struct script_case *case_, const struct match_next *next,
                         const struct transcript *prefix)
{
    struct match_course *fresh = match_course_new(case_, NULL, urcs, URC_COUNT);
    const struct match_next *whole = match_course_advance(fresh, prefix);
    bool is_given_up = whole->is_ambiguous || next->is_ambiguous || whole->steps > STEPS_AGAIN;
    if (!is_given_up && !is_same(whole, next))
        fuzz_fail("course", "after %zu items of line %zu another line is awaited in pieces",
                  prefix->item_count, case_->line);
    match_course_free(fresh);
    return is_given_up;
}

/* Pieces of so many items; the bytes stand where they stood before. */
static void check_course(const struct script_case *case_, const struct transcript *recording,
                         size_t pieces, enum match_outcome outcome)
{
    struct match_course *course = match_course_new(case_, NULL, urcs, URC_COUNT);
    const struct match_next *next = NULL;
    bool is_given_up = false;
    size_t step = recording->item_count / (pieces + 1) + 1;
    for (size_t count = 0; !is_given_up && (count < recording->item_count || next == NULL);) {
        struct transcript prefix = *recording;
        count = recording->item_count - count < step ? recording->item_count : count + step;
        prefix.item_count = count;
        next = match_course_advance(course, &prefix);
        is_given_up = check_prefix(case_, next, &prefix);
    }
    if (!is_given_up && outcome == MATCH_WHOLE && !next->may_end)
        fuzz_fail("course", "the case of line %zu is whole, and does not end", case_->line);
    bool is_awaited = next->may_end || next->send != NULL || next->receive != NULL;
    if (!is_given_up && outcome == MATCH_PARTIAL && !is_awaited)
        fuzz_fail("course", "the case of line %zu has begun, and awaits nothing", case_->line);
    match_course_free(course);
}

static void check_explained(const struct script_case *case_, const struct transcript *recording,
                            size_t size, enum match_outcome outcome)
{
    struct match_result result;
    match_explain(case_, recording, NULL, NULL, 0, &result);
    check_steps(&result, size);
    if (outcome == MATCH_WHOLE && result.outcome != MATCH_WHOLE && result.outcome != MATCH_UNKNOWN)
        fuzz_fail("explained", "the case of line %zu is whole, and is told to differ", case_->line);
    match_release(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script;
    struct transcript_builder builder = {0};
    struct transcript recording;
    struct transcript_error error;
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
    if (end == NULL || end + 1 == data + size || !fuzz_is_for_engine(data, size)) return -1;
    size_t script_size = (size_t)(end - data);
    if (has_long_number(data, script_size)) return -1;
    if (!script_parse(data, script_size, NULL, &script, &error)) return -1;
    size_t left = size - script_size - 1;
    read_recording(end + 1, left, &builder);
    if (!transcript_build(&builder, &recording, &error))
        fuzz_fail("bounded", "too many items: %s", error.text);
    size_t steps = 0;
    for (size_t i = 0; i < script.case_count && i < CASE_SHOWN_MAX && steps <= STEPS_AGAIN; i++) {
        const struct script_case *case_ = &script.cases[i];
        enum match_outcome outcome = match_whole(case_, &recording, left, &steps);
        if (outcome == MATCH_UNKNOWN || steps > STEPS_AGAIN) continue;
        check_course(case_, &recording, end[1] >> 4, outcome);
        check_explained(case_, &recording, left, outcome);
    }
    transcript_release(&recording);
    script_release(&script);
    return 0;
}
