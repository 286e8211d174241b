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

void variant_begin(struct variant_watch *variants, const struct watch *watch)
{
    variants->watch = watch;
    variants->form = NULL;
    variants->sent = 0;
    variants->start_count = 0;
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
    unsigned awaited;  /* starts behind which a variant awaits the event     */
    unsigned complete; /* starts behind which it makes a variant whole      */
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

static void judge(const struct variant_watch *variants, const struct atp_event *event,
                  struct verdicts verdicts, bool changed)
{
    bool unexpected = (event->deviations & ATP_DEV_UNEXPECTED) != 0;
    bool awaited = verdicts.awaited == variants->start_count;
    bool whole = verdicts.complete == variants->start_count;
    if (unexpected && awaited)
        fuzz_fail("I8", "%s is called unexpected, and a variant awaits it", atp_event_name(event));
    if (changed && event->exchange == ATP_EXCHANGE_COMPLETE && verdicts.complete == 0)
        fuzz_fail("I8", "%s completes a response that is no variant", atp_event_name(event));
    if (changed && event->exchange == ATP_EXCHANGE_VIOLATED && whole)
        fuzz_fail("I8", "%s violates a response that is a variant", atp_event_name(event));
}

/* The command that is pending is another, or the same again. */
static void note_command(struct variant_watch *variants, const struct atp_event *event)
{
    struct atp_exchange exchange;
    atp_exchange_read(variants->watch->parser, &exchange);
    if (exchange.form != variants->form) variants->start_count = 0;
    if (variants->sent != variants->watch->sent || event->kind == ATP_KIND_ECHO
        || variants->start_count == 0)
        add_start(variants);
    variants->form = exchange.form;
    variants->sent = variants->watch->sent;
}

void variant_on_event(void *user, const struct atp_event *event)
{
    struct variant_watch *variants = user;
    struct verdicts verdicts = {0, 0};
    bool changed = event->exchange != variants->state;
    note_command(variants, event);
    variants->state = event->exchange;
    if (variants->form == NULL || !is_response(event)) return;
    if (variants->start_count > VARIANT_START_MAX) return;
    for (unsigned i = 0; i < variants->start_count; i++) {
        if (variants->starts[i].count == VARIANT_TRAIL_MAX) return;
        follow(variants, &variants->starts[i], event, &verdicts);
    }
    judge(variants, event, verdicts, changed);
}
