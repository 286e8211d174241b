/* A response is a variant's, or the beginning of one's, or none's. */
#include "variant.h"

/* ---- matching --------------------------------------------------------- */

enum found { FOUND_NONE, FOUND_BEGINNING, FOUND_WHOLE };

struct trail {
    const struct atp_catalog *catalog;
    const uint16_t *records;
    unsigned count;
};

/* Result codes are one whatever their spelling. */
static bool is_element(const struct atp_catalog *catalog, unsigned element, unsigned record)
{
    const struct atp_record *awaited = &catalog->records[element & ATP_ELEMENT_RECORD];
    const struct atp_record *came = &catalog->records[record];
    if (awaited == came) return true;
    return came->result != ATP_RESULT_NONE && came->result != ATP_RESULT_OTHER
           && awaited->result == came->result;
}

static enum found better(enum found a, enum found b)
{
    return a > b ? a : b;
}

/* The rest of the trail against the rest of the elements. `again`: the element
 * before may come once more. Depth: elements and records together. */
static enum found match(struct trail trail, const uint16_t *element, unsigned left, bool again)
{
    enum found found = FOUND_NONE;
    struct trail rest = {trail.catalog, trail.records + 1, trail.count - 1};
    bool some = trail.count > 0;
    if (!some) found = left == 0 ? FOUND_WHOLE : FOUND_BEGINNING;
    if (some && again && is_element(trail.catalog, element[-1], trail.records[0]))
        found = better(found, match(rest, element, left, true));
    if (left == 0) return found;
    bool repeated = (element[0] & ATP_ELEMENT_REPEATED) != 0;
    if (some && is_element(trail.catalog, element[0], trail.records[0]))
        found = better(found, match(rest, element + 1, left - 1, repeated));
    if ((element[0] & ATP_ELEMENT_OPTIONAL) != 0)
        found = better(found, match(trail, element + 1, left - 1, false));
    return found;
}

static enum found match_form(const struct atp_catalog *catalog, const struct atp_form *form,
                             const uint16_t *records, unsigned count)
{
    struct trail trail = {catalog, records, count};
    enum found found = FOUND_NONE;
    for (unsigned i = 0; i < form->variant_count; i++) {
        const struct atp_variant *variant = &catalog->variants[form->variant + i];
        found = better(found, match(trail, &catalog->elements[variant->element],
                                    variant->element_count, false));
    }
    return found;
}

/* ---- the watch -------------------------------------------------------- */

static void add_start(struct variant_watch *variants)
{
    unsigned n = variants->start_count;
    if (n > VARIANT_START_MAX) return;
    if (n > 0 && n <= VARIANT_START_MAX && variants->starts[n - 1].count == 0) return;
    if (n < VARIANT_START_MAX) variants->starts[n].count = 0;
    variants->start_count++;
}

static void begin(struct variant_watch *variants, const struct watch *watch)
{
    variants->watch = watch;
    variants->form = NULL;
    variants->sent = 0;
    variants->start_count = 0;
    variants->calls = 0;
    variants->final = variants->unsure = variants->stream = false;
    variants->state = ATP_EXCHANGE_NONE;
    add_start(variants);
}

/* Whether the event is one that the variants speak of. */
static bool is_response(const struct atp_event *event)
{
    bool kind = event->kind == ATP_KIND_INFO || event->kind == ATP_KIND_RESULT
                || event->kind == ATP_KIND_PROMPT || event->kind == ATP_KIND_URC;
    return kind && event->record != NULL && event->record->role != ATP_ROLE_URC
           && (event->deviations & (ATP_DEV_NOT_ASKED | ATP_DEV_STALE)) == 0;
}

struct verdicts {
    unsigned awaited;  /* starts after which a variant awaits the event     */
    unsigned complete; /* starts after which it makes a variant whole      */
};

/* What no variant awaits is unexpected, and changes nothing. */
static void follow(struct variant_watch *variants, struct variant_trail *trail,
                   const struct atp_event *event, struct verdicts *verdicts)
{
    trail->records[trail->count++] = (uint16_t)(event->record - event->catalog->records);
    enum found found = match_form(event->catalog, variants->form, trail->records, trail->count);
    verdicts->awaited += found != FOUND_NONE;
    verdicts->complete += found == FOUND_WHOLE;
    if (found == FOUND_NONE) trail->count--;
}

static bool is_ending(const struct atp_event *event)
{
    return event->result == ATP_RESULT_NO_CARRIER || event->result == ATP_RESULT_CLOSED;
}

/* What a response may do to the exchange. */
static void judge(const struct variant_watch *variants, const struct atp_event *event,
                  struct verdicts verdicts)
{
    bool changed = event->exchange != variants->state;
    bool unexpected = (event->deviations & ATP_DEV_UNEXPECTED) != 0;
    bool awaited = verdicts.awaited == variants->start_count;
    bool whole = verdicts.complete == variants->start_count;
    if (unexpected && awaited)
        fuzz_fail("I8", "%s is called unexpected, and a variant awaits it", atp_event_name(event));
    if (changed && event->exchange == ATP_EXCHANGE_COMPLETE && verdicts.complete == 0)
        fuzz_fail("I8", "%s completes a response that is no variant", atp_event_name(event));
    if (changed && event->exchange == ATP_EXCHANGE_VIOLATED && whole)
        fuzz_fail("I8", "%s violates a response that is a variant", atp_event_name(event));
    if (changed && event->exchange == ATP_EXCHANGE_VIOLATED && is_ending(event)
        && verdicts.awaited == 0)
        fuzz_fail("I8", "%s ends a command that does not await it", atp_event_name(event));
}

/* Where it is known which response this is: before its result code and after. */
static void judge_order(const struct variant_watch *variants, const struct atp_event *event,
                        struct verdicts verdicts)
{
    bool answer = event->kind == ATP_KIND_RESULT
                  && (event->result == ATP_RESULT_OK || event->result == ATP_RESULT_ERROR);
    bool open = event->exchange == ATP_EXCHANGE_OPEN || event->exchange == ATP_EXCHANGE_COMPLETE
                || event->exchange == ATP_EXCHANGE_LATE;
    if (variants->start_count != 1 || variants->unsure) return;
    if (verdicts.awaited > 0 && event->kind != ATP_KIND_RESULT && !variants->final && !open)
        fuzz_fail("I8", "%s comes before the result code, yet the exchange is %s",
                  atp_event_name(event), atp_exchange_state_name(event->exchange));
    if (verdicts.awaited == 0 && answer && variants->final && variants->watch->sent > 0)
        fuzz_fail("I8", "%s is a second result code, and no deviation reports it",
                  atp_event_name(event));
}

/* A stream begins with the CONNECT that a variant awaits, and with nothing else. */
static void judge_stream(struct variant_watch *variants, const struct atp_event *event,
                         struct verdicts verdicts)
{
    bool stream = atp_is_stream(variants->watch->parser);
    bool connect = event->kind == ATP_KIND_RESULT && event->result == ATP_RESULT_CONNECT;
    bool known = variants->start_count <= VARIANT_START_MAX;
    if (stream && !variants->stream && (!connect || (known && verdicts.awaited == 0)))
        fuzz_fail("I4", "%s %s begins a stream that no command opens", atp_kind_name(event->kind),
                  atp_event_name(event));
    variants->stream = stream;
}

static void note_final(struct variant_watch *variants, const struct atp_event *event,
                       struct verdicts verdicts)
{
    if (event->kind != ATP_KIND_RESULT || (event->deviations & ATP_DEV_STALE) != 0) return;
    bool connect = event->result == ATP_RESULT_CONNECT;
    if (connect ? variants->stream : !is_ending(event) || verdicts.awaited > 0)
        variants->final = true;
}

/* The command that is pending is another, or the same again. */
static void note_command(struct variant_watch *variants, const struct atp_event *event)
{
    struct atp_exchange exchange;
    atp_exchange_read(variants->watch->parser, &exchange);
    bool begins = variants->sent != variants->watch->sent || event->kind == ATP_KIND_ECHO
                  || exchange.form != variants->form || variants->start_count == 0;
    if (exchange.form != variants->form) {
        variants->start_count = 0;
        variants->final = variants->unsure = false;
    }
    if (begins) {
        add_start(variants);
        variants->unsure |= variants->final;
    }
    variants->form = exchange.form;
    variants->sent = variants->watch->sent;
}

/* What nobody asked for changes nothing, unless the host did meanwhile. */
static void check_state(struct variant_watch *variants, const struct atp_event *event)
{
    bool apart = event->kind == ATP_KIND_TEXT || event->kind == ATP_KIND_BLANK
                 || event->kind == ATP_KIND_DATA || event->kind == ATP_KIND_STREAM
                 || (event->kind == ATP_KIND_URC && event->record->role == ATP_ROLE_URC);
    unsigned calls = variants->watch->sent + variants->watch->expired;
    if (apart && calls == variants->calls && event->exchange != variants->state)
        fuzz_fail("I8", "%s %s makes the exchange %s", atp_kind_name(event->kind),
                  atp_event_name(event), atp_exchange_state_name(event->exchange));
    variants->calls = calls;
}

static struct verdicts follow_all(struct variant_watch *variants, const struct atp_event *event)
{
    struct verdicts verdicts = {0, 0};
    if (variants->form == NULL || !is_response(event)) return verdicts;
    if (variants->start_count > VARIANT_START_MAX) return verdicts;
    for (unsigned i = 0; i < variants->start_count; i++) {
        if (variants->starts[i].count < VARIANT_TRAIL_MAX) continue;
        variants->start_count = VARIANT_START_MAX + 1; /* too long to say more */
        return verdicts;
    }
    for (unsigned i = 0; i < variants->start_count; i++)
        follow(variants, &variants->starts[i], event, &verdicts);
    judge(variants, event, verdicts);
    judge_order(variants, event, verdicts);
    return verdicts;
}

static void on_event(void *user, const struct atp_event *event)
{
    struct variant_watch *variants = user;
    check_state(variants, event);
    note_command(variants, event);
    struct verdicts verdicts = follow_all(variants, event);
    judge_stream(variants, event, verdicts);
    note_final(variants, event, verdicts);
    variants->state = event->exchange;
}

size_t variant_run(struct variant_watch *variants, struct watch *watch,
                   const struct session *session, const uint8_t *input)
{
    begin(variants, watch);
    watch->on_event = on_event;
    watch->user = variants;
    watch_run(watch, session, input, WATCH_WHOLE);
    watch->on_event = NULL;
    size_t count = watch->count;
    watch_recovers(watch);
    watch_finish(watch);
    return count;
}
