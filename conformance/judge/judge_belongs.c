/* Which exchange an event belongs to, and whether it is part of the response. */
#include "judge/judge_internal.h"

#include <string.h>

/* Whether some variant of the form has the record. */
static bool is_of_form(const struct judge *judge, const struct judge_work *work, size_t record)
{
    const struct atp_catalog *catalog = &judge->compiled->catalog;
    for (size_t v = 0; v < work->form->variant_count; v++) {
        const struct atp_variant *variant = &catalog->variants[work->form->variant + v];
        for (size_t i = 0; i < variant->element_count; i++)
            if (judge_is_element(catalog, catalog->elements[variant->element + i], record))
                return true;
    }
    return false;
}

bool judge_is_own(const struct judge *judge, const struct judge_work *work, size_t record)
{
    const struct atp_catalog *catalog = &judge->compiled->catalog;
    const struct atp_record *found = &catalog->records[record];
    if (found->command == ATP_NONE) return is_of_form(judge, work, record);
    const struct atp_command *command = &catalog->commands[found->command];
    return strcmp(atp_command_name(catalog, command), work->out.name) == 0
           || is_of_form(judge, work, record);
}

struct judge_work *judge_find_awaiting(const struct judge *judge, size_t record)
{
    for (size_t i = judge->work_count; i > 1; i--) {
        struct judge_work *work = &judge->works[i - 1];
        bool awaits = work->form != NULL && work->has_final && judge_is_own(judge, work, record);
        for (size_t k = 0; awaits && k < work->seen_count; k++)
            awaits = work->seen[k].record != record;
        if (awaits) return work;
    }
    return NULL;
}

bool judge_is_ending(const struct atp_event *event)
{
    switch ((enum atp_result)event->result) {
    case ATP_RESULT_OK:
    case ATP_RESULT_ERROR:
    case ATP_RESULT_SEND_OK:
    case ATP_RESULT_SEND_FAIL:
    case ATP_RESULT_CONNECT:
    case ATP_RESULT_CONNECT_FAIL:
    case ATP_RESULT_NO_ANSWER:
    case ATP_RESULT_NO_DIALTONE:
    case ATP_RESULT_BUSY: return event->kind == ATP_KIND_RESULT;
    default: return false;
    }
}

bool judge_is_laid(const struct judge *judge, const struct judge_work *work,
                   const struct atp_event *event, size_t record)
{
    if (work->form == NULL || (event->deviations & ATP_DEV_STALE) != 0) return false;
    switch (event->kind) {
    case ATP_KIND_RESULT: /* after a stream it answers +++, DTR, or the peer */
        return !work->in_stream && (judge_is_ending(event) || is_of_form(judge, work, record));
    case ATP_KIND_PROMPT: /* a further one asks for the next line of the upload */
        return !work->prompted && judge_is_own(judge, work, record);
    case ATP_KIND_INFO: return judge_is_own(judge, work, record);
    case ATP_KIND_URC:
        return event->record->role != ATP_ROLE_URC && judge_is_own(judge, work, record);
    default: return false;
    }
}
