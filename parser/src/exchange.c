/* A command and its outcome.
 *
 * The form of the pending command lists the response variants of the manual;
 * each is followed element by element, all at once, until one is whole. What no
 * variant awaits is unexpected, and changes nothing: the variants go on
 * waiting. */
#include "internal.h"

/* ---- begin ------------------------------------------------------------ */

/* A prompt is awaited from a command that uploads, also after an OK that is not
 * its own, and cannot be ruled out where the command, or whether there is one,
 * is not known. */
static void note_prompt(struct atp_parser *p, enum atp_result final)
{
    const struct atp_form *form = atpi_pending_form(p);
    bool uploads = form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0;
    bool ok = (p->session_flags & SESSION_CONTEXT) == 0;
    if ((p->response_flags & RESPONSE_PENDING) != 0 && final == ATP_RESULT_NONE)
        ok = uploads || form == NULL;
    if (final == ATP_RESULT_OK && uploads && (p->response_flags & RESPONSE_PROMPTED) == 0)
        ok = true;
    if (ok) p->response_flags |= RESPONSE_PROMPT_OK;
    else p->response_flags &= (uint8_t)~RESPONSE_PROMPT_OK;
}

void atpi_exchange_restart(struct atp_parser *p)
{
    const struct atp_form *form = atpi_pending_form(p);
    atpi_frame_drop_upload_echo(p);
    p->response_flags = RESPONSE_PENDING | RESPONSE_ECHO_DUE;
    p->progress = (struct atp_progress){0};
    p->exchange = ATP_EXCHANGE_NONE;
    if (form != NULL) {
        p->progress.alive = (uint8_t)((1u << form->variant_count) - 1u);
        p->exchange = ATP_EXCHANGE_OPEN;
    }
    p->upload_size = 0;
    p->upload_left = p->upload_count;
    note_prompt(p, ATP_RESULT_NONE);
}

/* ---- variants --------------------------------------------------------- */

static const uint16_t *elements_of(const struct atp_parser *p, const struct atp_variant *variant)
{
    return &p->catalog->elements[variant->element];
}

/* Result codes are one whatever their spelling. */
static bool is_element(const struct atp_parser *p, uint16_t element, unsigned record)
{
    unsigned awaited = element & ATP_ELEMENT_RECORD;
    if (awaited == record) return true;
    uint8_t result = p->catalog->records[record].result;
    return result != ATP_RESULT_NONE && result != ATP_RESULT_OTHER
           && p->catalog->records[awaited].result == result;
}

/* Position in the variant after `record`, or 0 if it is not awaited there. */
static unsigned advance(const struct atp_parser *p, const struct atp_variant *variant, unsigned at,
                        unsigned record)
{
    const uint16_t *elements = elements_of(p, variant);
    if (at > 0 && (elements[at - 1] & ATP_ELEMENT_REPEATED) != 0
        && is_element(p, elements[at - 1], record))
        return at;
    for (; at < variant->element_count; at++) {
        if (is_element(p, elements[at], record)) return at + 1;
        if ((elements[at] & ATP_ELEMENT_OPTIONAL) == 0) return 0;
    }
    return 0;
}

/* First element still required, or element_count. */
static unsigned required(const struct atp_parser *p, const struct atp_variant *variant, unsigned at)
{
    const uint16_t *elements = elements_of(p, variant);
    while (at < variant->element_count && (elements[at] & ATP_ELEMENT_OPTIONAL) != 0) at++;
    return at;
}

/* Where the variants stand after `record`: those that do not await it are out.
 * Returns whether one awaits it. */
static INLINE_FOR_SPEED bool follow(const struct atp_parser *p, const struct atp_form *form,
                                    unsigned record, struct atp_progress *next)
{
    *next = (struct atp_progress){0};
    for (unsigned v = 0; v < form->variant_count; v++) {
        if ((p->progress.alive & 1u << v) == 0) continue;
        const struct atp_variant *variant = &p->catalog->variants[form->variant + v];
        next->at[v] = (uint8_t)advance(p, variant, p->progress.at[v], record);
        if (next->at[v] > 0) next->alive |= (uint8_t)(1u << v);
    }
    return next->alive != 0;
}

/* First variant that is whole, or NULL. */
static const struct atp_variant *whole_variant(const struct atp_parser *p,
                                               const struct atp_form *form)
{
    for (unsigned v = 0; v < form->variant_count; v++) {
        const struct atp_variant *variant = &p->catalog->variants[form->variant + v];
        if ((p->progress.alive & 1u << v) != 0 && p->progress.at[v] > 0
            && required(p, variant, p->progress.at[v]) == variant->element_count)
            return variant;
    }
    return NULL;
}

/* ---- what an event means ---------------------------------------------- */

/* What an event is to the exchange. */
enum meaning {
    MEANING_APART,   /* no part of it                                       */
    MEANING_STALE,   /* a result code of an earlier command                 */
    MEANING_AWAITED, /* a variant awaits it                                 */
    MEANING_OTHER    /* no variant awaits it                                */
};

/* Ends a command: any result code but those that come unasked. */
static bool is_final(const struct atp_event *event, bool awaited)
{
    if (event->kind != ATP_KIND_RESULT) return false;
    return awaited
           || (event->result != ATP_RESULT_NO_CARRIER && event->result != ATP_RESULT_CLOSED
               && event->result != ATP_RESULT_CONNECT);
}

/* Where the module echoes, a result code ahead of the echo and of any answer
 * belongs to an earlier command. */
static bool is_stale(const struct atp_parser *p, const struct atp_event *event)
{
    return (p->response_flags & (RESPONSE_ECHO_DUE | RESPONSE_ANSWERED)) == RESPONSE_ECHO_DUE
           && (p->session_flags & SESSION_ECHO) != 0 && event->kind == ATP_KIND_RESULT
           && event->result != ATP_RESULT_CONNECT;
}

/* Changes nothing. Writes: to *next where the variants stand after the event, if
 * one awaits it. */
static enum meaning find_meaning(const struct atp_parser *p, const struct atp_form *form,
                                 const struct atp_event *event, struct atp_progress *next)
{
    const struct atp_record *record = event->record;

    if (record == NULL || record->role == ATP_ROLE_URC) return MEANING_APART;
    if (is_stale(p, event)) return MEANING_STALE;
    unsigned index = (unsigned)(record - p->catalog->records);
    return form != NULL && follow(p, form, index, next) ? MEANING_AWAITED : MEANING_OTHER;
}

bool atpi_exchange_asked(const struct atp_parser *p, const struct atp_record *record)
{
    const struct atp_form *form = atpi_pending_form(p);
    return form != NULL && record->command == p->command && (record->forms & form->kind) != 0;
}

/* ---- what no variant awaits ------------------------------------------- */

static void blame_result(const struct atp_parser *p, struct atp_event *event, bool over)
{
    bool answer = event->result == ATP_RESULT_OK || event->result == ATP_RESULT_ERROR;
    if (answer && (over || (p->response_flags & RESPONSE_PENDING) == 0))
        event->deviations |= ATP_DEV_NOT_ASKED;
    else if (p->form != FORM_NONE && !over) event->deviations |= ATP_DEV_UNEXPECTED;
}

/* Of a form that the catalogue does not have, any of the command's is an answer;
 * of several commands in one line only the last is followed. */
static void blame_information(const struct atp_parser *p, struct atp_event *event, bool over)
{
    bool own = (p->response_flags & RESPONSE_PENDING) != 0 && event->record->command == p->command
               && p->command != ATP_NONE && (!over || p->exchange == ATP_EXCHANGE_AWAITING);
    if (own) {
        if (p->form != FORM_NONE) event->deviations |= ATP_DEV_UNEXPECTED;
    } else if (event->record->role == ATP_ROLE_INFO
               && ((p->command_flags & COMMAND_SEVERAL) == 0 || over)) {
        event->kind = ATP_KIND_URC;
        event->deviations |= ATP_DEV_NOT_ASKED;
    }
}

/* The URC that is written like the event's record, or NULL: what no variant
 * awaits may come unasked. */
static const struct atp_record *find_urc(const struct atp_parser *p, const struct atp_event *event)
{
    const struct atp_record *record = &p->catalog->records[event->name->record];
    for (unsigned left = event->name->record_count; left > 0; left--, record++)
        if (record->role == ATP_ROLE_URC && record->param == event->record->param
            && record->param_count == event->record->param_count)
            return record;
    return NULL;
}

/* Only the event changes. */
COLD static void blame(const struct atp_parser *p, struct atp_event *event, bool over)
{
    if (event->kind == ATP_KIND_RESULT) {
        blame_result(p, event, over);
        return;
    }
    const struct atp_record *urc = find_urc(p, event);
    if (urc != NULL) {
        event->kind = ATP_KIND_URC;
        event->record = urc;
    } else if (event->kind != ATP_KIND_PROMPT) {
        blame_information(p, event, over);
    }
}

/* ---- step ------------------------------------------------------------- */

COLD static void note_prompted(struct atp_parser *p)
{
    p->response_flags |= RESPONSE_PROMPTED | RESPONSE_UPLOAD;
    if (p->form == FORM_NONE) p->command_flags |= COMMAND_UNCOUNTED; /* how much is not known */
}

/* Only one result code is called stale: the next may be the command's own, its
 * echo lost. */
static void note_stale(struct atp_parser *p, struct atp_event *event)
{
    event->deviations |= ATP_DEV_STALE;
    p->session_flags &= (uint8_t)~SESSION_ECHO;
}

static void note_awaited(struct atp_parser *p, struct atp_event *event,
                         const struct atp_progress *next, bool over)
{
    p->progress = *next;
    if (event->record->role == ATP_ROLE_ASYNC && !over) event->kind = ATP_KIND_INFO;
    if (event->kind == ATP_KIND_INFO) p->response_flags |= RESPONSE_ANSWERED;
    if (event->kind == ATP_KIND_RESULT && event->result == ATP_RESULT_CONNECT)
        p->state = STATE_STREAM;
}

static void note_final(struct atp_parser *p, const struct atp_event *event)
{
    bool verbose = atpi_is_letter((uint8_t)p->catalog->text[event->name->text]);
    /* whatever the host asked for; +CME ERROR is the same in both forms */
    if (verbose) p->session_flags &= (uint8_t)~SESSION_NUMERIC;
    p->response_flags |= RESPONSE_FINAL;
    p->response_flags &= (uint8_t)~RESPONSE_UPLOAD;
    atpi_frame_drop_upload_echo(p);
    note_prompt(p, (enum atp_result)event->result);
}

/* How the exchange stands now. `over`: the final result code had come before. */
static void judge(struct atp_parser *p, const struct atp_form *form, bool awaited, bool over)
{
    if (whole_variant(p, form) != NULL) p->exchange = ATP_EXCHANGE_COMPLETE;
    else if ((p->response_flags & RESPONSE_FINAL) == 0) p->exchange = ATP_EXCHANGE_OPEN;
    else if (awaited) p->exchange = ATP_EXCHANGE_AWAITING;
    else if (!over) p->exchange = ATP_EXCHANGE_VIOLATED;
}

/* The event is one that a variant awaits, `next` then being where the variants
 * stand, or one that none does, `next` being NULL. */
static void apply(struct atp_parser *p, const struct atp_form *form, struct atp_event *event,
                  const struct atp_progress *next)
{
    bool over = (p->response_flags & RESPONSE_FINAL) != 0;
    bool final = is_final(event, next != NULL);

    if (next != NULL) note_awaited(p, event, next, over);
    else if ((p->session_flags & SESSION_CONTEXT) != 0) blame(p, event, over);
    if (final) note_final(p, event);
    if (form != NULL && (final || next != NULL) && p->exchange != ATP_EXCHANGE_LATE)
        judge(p, form, next != NULL, over);
}

void atpi_exchange_step(struct atp_parser *p, struct atp_event *event)
{
    struct atp_progress next;

    if (((p->session_flags & SESSION_CONTEXT) | (p->response_flags & RESPONSE_PENDING)) == 0)
        return; /* of no command is anything known */
    const struct atp_form *form = atpi_pending_form(p);
    enum meaning meaning = find_meaning(p, form, event, &next);
    if (event->kind == ATP_KIND_PROMPT) note_prompted(p);
    if (meaning == MEANING_STALE) note_stale(p, event);
    else if (meaning != MEANING_APART)
        apply(p, form, event, meaning == MEANING_AWAITED ? &next : NULL);
}

void atpi_exchange_expire(struct atp_parser *p)
{
    if (p->exchange == ATP_EXCHANGE_OPEN || p->exchange == ATP_EXCHANGE_AWAITING)
        p->exchange = ATP_EXCHANGE_LATE;
    p->response_flags &= (uint8_t)~RESPONSE_UPLOAD; /* what the host owed it will not send */
    atpi_frame_drop_upload_echo(p);
}

/* ---- reading it ------------------------------------------------------- */

/* The one variant still possible, or ATP_VARIANT_COUNT_MAX. */
static unsigned only_alive(const struct atp_parser *p)
{
    unsigned alive = p->progress.alive;
    unsigned v = 0;
    if (alive == 0 || (alive & (alive - 1)) != 0) return ATP_VARIANT_COUNT_MAX;
    while ((alive & 1u << v) == 0) v++;
    return v;
}

enum atp_status atp_exchange_read(const struct atp_parser *p, struct atp_exchange *out)
{
    if (p == NULL || out == NULL) return ATP_ERROR_ARGUMENT;
    const struct atp_form *form = atpi_pending_form(p);
    memset(out, 0, sizeof *out);
    out->state = (enum atp_exchange_state)p->exchange;
    if (p->command == ATP_NONE) return ATP_OK;
    out->command = &p->catalog->commands[p->command];
    out->form = form;
    if (form == NULL) return ATP_OK;
    out->time_limit_ms = form->time_limit * 100u;
    out->variant = whole_variant(p, form);
    unsigned v = only_alive(p);
    if (out->variant != NULL || v == ATP_VARIANT_COUNT_MAX) return ATP_OK;
    out->variant = &p->catalog->variants[form->variant + v];
    unsigned at = required(p, out->variant, p->progress.at[v]);
    unsigned record = elements_of(p, out->variant)[at] & ATP_ELEMENT_RECORD;
    out->missing = &p->catalog->records[record];
    return ATP_OK;
}
