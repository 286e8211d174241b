/* A command and its outcome.
 *
 * The form of the pending command lists the response variants of the manual;
 * each is followed element by element, all at once, until one is whole. What no
 * variant awaits is unexpected, and changes nothing: the variants go on
 * waiting. */
#include "internal.h"

/* ---- begin ------------------------------------------------------------ */

/* A prompt is awaited from a command that uploads, also behind an OK that is not
 * its own, and cannot be ruled out where the command, or whether there is one,
 * is not known. */
static void note_prompt(struct atp_parser *p, enum atp_result final)
{
    const struct atp_form *form = atp_pending_form(p);
    bool uploads = form != NULL && (form->flags & ATP_FORM_UPLOAD) != 0;
    bool ok = (p->flags & FLAG_CONTEXT) == 0;
    if ((p->flags & FLAG_PENDING) != 0 && final == ATP_RESULT_NONE) ok = uploads || form == NULL;
    if (final == ATP_RESULT_OK && uploads && (p->flags & FLAG_PROMPTED) == 0) ok = true;
    if (ok) p->flags |= FLAG_PROMPT_OK;
    else p->flags &= ~FLAG_PROMPT_OK;
}

void atp_exchange_restart(struct atp_parser *p)
{
    const struct atp_form *form = atp_pending_form(p);
    atp_frame_drop_upload_echo(p);
    p->flags &= ~(FLAG_FINAL | FLAG_PROMPTED | FLAG_UPLOAD | FLAG_ANSWERED | FLAG_UPLOAD_ECHO);
    p->flags |= FLAG_PENDING | FLAG_ECHO_DUE;
    p->alive = 0;
    p->exchange = ATP_EXCHANGE_NONE;
    if (form != NULL) {
        p->alive = (uint8_t)((1u << form->variant_count) - 1u);
        p->exchange = ATP_EXCHANGE_OPEN;
    }
    p->upload_size = 0;
    p->upload_left = p->upload_count;
    memset(p->at, 0, sizeof p->at);
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

/* Position in the variant behind `record`, or 0 if it is not awaited there. */
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

static bool follow(struct atp_parser *p, const struct atp_form *form, unsigned record)
{
    uint8_t alive = 0;
    for (unsigned v = 0; v < form->variant_count; v++) {
        const struct atp_variant *variant = &p->catalog->variants[form->variant + v];
        if ((p->alive & 1u << v) == 0) continue;
        unsigned at = advance(p, variant, p->at[v], record);
        if (at == 0) continue;
        p->at[v] = (uint8_t)at;
        alive |= (uint8_t)(1u << v);
    }
    if (alive == 0) return false;
    p->alive = alive;
    return true;
}

/* First variant that is whole, or NULL. */
static const struct atp_variant *whole_variant(const struct atp_parser *p,
                                               const struct atp_form *form)
{
    for (unsigned v = 0; v < form->variant_count; v++) {
        const struct atp_variant *variant = &p->catalog->variants[form->variant + v];
        if ((p->alive & 1u << v) != 0 && p->at[v] > 0
            && required(p, variant, p->at[v]) == variant->element_count)
            return variant;
    }
    return NULL;
}

/* ---- step ------------------------------------------------------------- */

/* Ends a command: any result code but those that come unasked. */
static bool is_final(const struct atp_parser *p, const struct atp_event *event, bool expected)
{
    if (event->kind != ATP_KIND_RESULT) return false;
    if (event->result == ATP_RESULT_NO_CARRIER || event->result == ATP_RESULT_CLOSED)
        return expected;
    return event->result != ATP_RESULT_CONNECT || p->state == STATE_STREAM;
}

/* Where the module echoes, a result code ahead of the echo and of any answer
 * belongs to an earlier command. Only one is told so: the next may be the
 * command's own, its echo lost. */
static bool is_stale(struct atp_parser *p, const struct atp_event *event)
{
    bool due = (p->flags & FLAG_ECHO_DUE) != 0 && (p->flags & FLAG_ANSWERED) == 0;
    if (!due || (p->flags & FLAG_ECHO_ON) == 0 || !is_final(p, event, true)) return false;
    p->flags &= ~FLAG_ECHO_ON;
    return true;
}

static void note_final(struct atp_parser *p, const struct atp_event *event)
{
    bool verbose = atp_is_letter((uint8_t)p->catalog->text[event->name->text]);
    if (verbose) p->flags &= ~FLAG_NUMERIC; /* whatever the host asked for; +CME ERROR tells not */
    p->flags |= FLAG_FINAL;
    p->flags &= ~FLAG_UPLOAD;
    atp_frame_drop_upload_echo(p);
    note_prompt(p, (enum atp_result)event->result);
}

/* `over`: the final result code had come before. */
static void judge(struct atp_parser *p, const struct atp_form *form, bool expected, bool over)
{
    if (whole_variant(p, form) != NULL) p->exchange = ATP_EXCHANGE_COMPLETE;
    else if ((p->flags & FLAG_FINAL) == 0) p->exchange = ATP_EXCHANGE_OPEN;
    else if (expected) p->exchange = ATP_EXCHANGE_AWAITING;
    else if (!over) p->exchange = ATP_EXCHANGE_VIOLATED;
}

bool atp_exchange_asked(const struct atp_parser *p, const struct atp_record *record)
{
    const struct atp_form *form = atp_pending_form(p);
    return form != NULL && record->command == p->command && (record->forms & form->kind) != 0;
}

/* A result code that no variant awaits. */
static void blame_result(const struct atp_parser *p, struct atp_event *event, bool over)
{
    bool answer = event->result == ATP_RESULT_OK || event->result == ATP_RESULT_ERROR;
    if (answer && (over || (p->flags & FLAG_PENDING) == 0)) event->deviations |= ATP_DEV_NOT_ASKED;
    else if (p->form != FORM_NONE && !over) event->deviations |= ATP_DEV_UNEXPECTED;
}

/* Information that no variant awaits. Of a form that the catalogue does not
 * have, any of the command's is an answer; of several commands in one line only
 * the last is followed. */
static void blame_information(const struct atp_parser *p, struct atp_event *event, bool over)
{
    bool own = (p->flags & FLAG_PENDING) != 0 && event->record->command == p->command
               && p->command != ATP_NONE && (!over || p->exchange == ATP_EXCHANGE_AWAITING);
    if (own) {
        if (p->form != FORM_NONE) event->deviations |= ATP_DEV_UNEXPECTED;
    } else if (event->record->role == ATP_ROLE_INFO && ((p->flags & FLAG_SEVERAL) == 0 || over)) {
        event->kind = ATP_KIND_URC;
        event->deviations |= ATP_DEV_NOT_ASKED;
    }
}

static void note_prompted(struct atp_parser *p)
{
    p->flags |= FLAG_PROMPTED | FLAG_UPLOAD;
    if (p->form == FORM_NONE) p->flags |= FLAG_UNCOUNTED; /* how much is not known */
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

/* Follows the event through the variants. Returns whether one awaits it. */
static bool count_in(struct atp_parser *p, const struct atp_form *form, struct atp_event *event,
                     bool over)
{
    if (form == NULL || !follow(p, form, (unsigned)(event->record - p->catalog->records)))
        return false;
    if (event->record->role == ATP_ROLE_ASYNC && !over) event->kind = ATP_KIND_INFO;
    if (event->kind == ATP_KIND_INFO) p->flags |= FLAG_ANSWERED;
    if (event->kind == ATP_KIND_RESULT && event->result == ATP_RESULT_CONNECT) {
        p->state = STATE_STREAM;
        p->match = 0;
    }
    return true;
}

void atp_exchange_step(struct atp_parser *p, struct atp_event *event)
{
    const struct atp_form *form = atp_pending_form(p);
    const struct atp_record *record = event->record;
    bool over = (p->flags & FLAG_FINAL) != 0;

    if ((p->flags & (FLAG_CONTEXT | FLAG_PENDING)) == 0) return;
    if (event->kind == ATP_KIND_PROMPT) note_prompted(p);
    if (record == NULL || record->role == ATP_ROLE_URC) return;
    if (is_stale(p, event)) {
        event->deviations |= ATP_DEV_STALE;
        return;
    }
    bool expected = count_in(p, form, event, over);
    bool final = is_final(p, event, expected);
    if (final) note_final(p, event);
    if (!expected && (p->flags & FLAG_CONTEXT) != 0) {
        const struct atp_record *urc = find_urc(p, event);
        if (event->kind == ATP_KIND_RESULT) {
            blame_result(p, event, over);
        } else if (urc != NULL) {
            event->kind = ATP_KIND_URC;
            event->record = urc;
        } else if (event->kind != ATP_KIND_PROMPT) {
            blame_information(p, event, over);
        }
    }
    if (form != NULL && p->exchange != ATP_EXCHANGE_LATE && (final || expected))
        judge(p, form, expected, over);
}

void atp_exchange_expire(struct atp_parser *p)
{
    if (p->exchange == ATP_EXCHANGE_OPEN || p->exchange == ATP_EXCHANGE_AWAITING)
        p->exchange = ATP_EXCHANGE_LATE;
    p->flags &= ~FLAG_UPLOAD; /* what the host owed it will not send */
    atp_frame_drop_upload_echo(p);
}

/* ---- reading it ------------------------------------------------------- */

/* The one variant still possible, or NULL. */
static unsigned only_alive(const struct atp_parser *p)
{
    unsigned v = 0;
    if (p->alive == 0 || (p->alive & (p->alive - 1)) != 0) return ATP_VARIANT_COUNT_MAX;
    while ((p->alive & 1u << v) == 0) v++;
    return v;
}

void atp_exchange_read(const struct atp_parser *p, struct atp_exchange *out)
{
    const struct atp_form *form = atp_pending_form(p);
    memset(out, 0, sizeof *out);
    out->state = (enum atp_exchange_state)p->exchange;
    if (p->command == ATP_NONE) return;
    out->command = &p->catalog->commands[p->command];
    out->form = form;
    if (form == NULL) return;
    out->time_limit_ms = form->time_limit * 100u;
    out->variant = whole_variant(p, form);
    unsigned v = only_alive(p);
    if (out->variant != NULL || v == ATP_VARIANT_COUNT_MAX) return;
    out->variant = &p->catalog->variants[form->variant + v];
    unsigned at = required(p, out->variant, p->at[v]);
    unsigned record = elements_of(p, out->variant)[at] & ATP_ELEMENT_RECORD;
    out->missing = &p->catalog->records[record];
}
