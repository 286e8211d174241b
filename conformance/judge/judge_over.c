/* What can be judged of an exchange when all of it has come: its time, what its
 * arguments were, how much payload it brought. */
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <string.h>

static void check_time(const struct judge *judge, struct judge_work *work)
{
    uint64_t limit = (uint64_t)work->out.time_limit_ms * 1000;
    for (size_t i = 0; i < judge->options->limit_count; i++)
        if (judge->options->limits[i].line >= work->out.line
            && (work + 1 == judge->works + judge->work_count
                || judge->options->limits[i].line < work[1].out.line))
            limit = judge->options->limits[i].within_us;
    work->out.time_limit_ms = (uint32_t)(limit / 1000);
    if (work->seen_count == 0) return;
    struct span at = work->seen[work->seen_count - 1].at;
    const char *text = work->seen[work->seen_count - 1].text;
    if (work->expired_unfinished) {
        judge_add(work, JUDGE_LATE, NULL, at, memory_text("it before the host's clock ran out"),
                  memory_text(text));
        return;
    }
    if (limit == 0 || work->out.sent_us == TRANSCRIPT_NO_TIME
        || work->out.over_us == TRANSCRIPT_NO_TIME)
        return;
    int64_t took = work->out.over_us - work->out.sent_us;
    if (took > 0 && (uint64_t)took > limit)
        judge_add(work, JUDGE_LATE, NULL, at,
                  memory_format("at most %.3f s after the command", (double)limit / 1e6),
                  memory_format("%s after %.3f s", text, (double)took / 1e6));
}

static bool succeeded(const struct judge *judge, const struct judge_work *work)
{
    for (size_t i = 0; i < work->seen_count; i++) {
        unsigned result = judge->compiled->catalog.records[work->seen[i].record].result;
        if (result == ATP_RESULT_OK || result == ATP_RESULT_CONNECT) return true;
        if (result == ATP_RESULT_ERROR) return false;
    }
    return false;
}

static void check_arguments(const struct judge *judge, struct judge_work *work)
{
    struct span at = {.offset = work->out.offset, .line = work->out.line};
    if (!work->illegal || (!judge->options->only_sent && !succeeded(judge, work))) return;
    judge_add(work, judge->options->only_sent ? JUDGE_ARGUMENT : JUDGE_ACCEPTED_ILLEGAL, NULL, at,
              work->illegal_expected, work->illegal_seen);
    work->illegal_expected = NULL;
    work->illegal_seen = NULL;
}

/* The argument that states how much payload is asked for; 0 leaves it to the
 * module (F1006). */
static void check_payload(struct judge_work *work)
{
    const struct catalog_form *form = work->source->form;
    if (form->asks == NULL) return;
    for (size_t i = 0; i < work->argument_count; i++) {
        const struct judge_argument *argument = &work->arguments[i];
        if (argument->param == NULL || !argument->is_number || argument->value <= 0
            || strcmp(argument->param->name, form->asks) != 0
            || work->payload <= (uint64_t)argument->value)
            continue;
        struct span at = {.offset = work->out.offset, .line = work->out.line};
        judge_add(work, JUDGE_TOO_MUCH, NULL, at,
                  memory_format("at most %lld bytes of payload", (long long)argument->value),
                  memory_format("%llu bytes", (unsigned long long)work->payload));
    }
}

void judge_exchange(struct judge *judge, struct judge_work *work)
{
    if (work->source != NULL && work->source->form != NULL) {
        check_arguments(judge, work);
        if (judge->options->only_sent) return;
        check_time(judge, work);
        judge_response(judge, work);
        check_payload(work);
        return;
    }
    if (work->out.command == NULL) return;
    if (strcasecmp(work->out.command, "AT") == 0) { /* V.250 5.2.1: it answers OK */
        struct span at = {.offset = work->out.offset + work->out.size, .line = work->out.line};
        if (!work->has_final && (work->is_over || work->expired))
            judge_add(work, JUDGE_MISSING_FINAL, "core/V.250 5.2.1", at, memory_text("OK"),
                      memory_text(work->expired ? "nothing until the host's clock ran out"
                                                : "the next command"));
        else if (!work->has_final) work->out.why = memory_text("the recording ends before OK");
        return;
    }
    work->out.why =
        memory_text(work->is_known ? "the manuals at hand have no such form of the command"
                                   : "the command is in no manual at hand");
}
