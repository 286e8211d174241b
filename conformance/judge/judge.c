/* Cuts a transcript into exchanges and has each of them judged. */
#include "judge/judge.h"

#include "at/form.h"
#include "at/line.h"
#include "base/memory.h"
#include "judge/judge_internal.h"

#include <stdlib.h>
#include <string.h>

#define LINE_SIZE_DEFAULT 4096

/* A received item of the transcript, by the offset of its first byte. */
struct place {
    uint64_t offset;
    size_t line;
    int64_t time_us;
};

struct run {
    const uint8_t *line; /* the last command line, in the transcript        */
    size_t line_size;
    struct judge judge;
    struct atp_parser parser;
    struct place *places;
    size_t place_count, place_capacity;
    bool told;         /* the transcript has the host's direction            */
    bool uploading;    /* the module awaits the host's data                  */
    bool after_data;   /* the last event was the end of a payload            */
    uint8_t last_byte; /* of it                                             */
    int64_t now_us;
    uint64_t fed;
    struct buffer echo; /* of an echo that comes in spans                   */
    struct judge_tape tape;
};

/* ---- exchanges -------------------------------------------------------- */

static struct judge_work *current(struct run *run)
{
    return &run->judge.works[run->judge.work_count - 1];
}

static struct judge_work *add_work(struct run *run)
{
    struct judge *judge = &run->judge;
    judge_tape_close(&run->tape);
    judge->works = memory_grow(judge->works, judge->work_count + 1, &judge->work_capacity,
                               sizeof *judge->works);
    struct judge_work *work = &judge->works[judge->work_count++];
    *work = (struct judge_work){.last_us = TRANSCRIPT_NO_TIME};
    work->place = (struct judge_place){NO_INDEX, NO_INDEX};
    work->out = (struct reports_exchange){
        .name = "",
        .form = "",
        .variant = "",
        .offset = run->fed,
        .sent_us = TRANSCRIPT_NO_TIME,
        .over_us = TRANSCRIPT_NO_TIME,
    };
    return work;
}

static void note_form(struct run *run, struct judge_work *work, const struct atp_exchange *exchange)
{
    const struct compiled_catalog *compiled = run->judge.compiled;
    work->is_known = exchange->command != NULL;
    if (exchange->command != NULL)
        work->out.name = atp_command_name(&compiled->catalog, exchange->command);
    if (exchange->form == NULL) return;
    work->form = exchange->form;
    work->out.form = at_form_name(exchange->form->kind);
    work->place.form_index = compiled_form_index(compiled, exchange->form);
    work->source = &compiled->form_sources[work->place.form_index];
    work->out.time_limit_ms = exchange->time_limit_ms;
}

/* Whether a semicolon separates commands of the line. Basic commands in a row
 * (`E0V1`) do not count: they answer with one result and nothing else. */
static bool is_several(const uint8_t *line, size_t size)
{
    struct at_command command;
    size_t first = 0;
    for (size_t at = 0; at_next(line, size, &at, &command); first = at)
        if (first > 0 && memchr(line + first, ';', command.name.offset - first) != NULL)
            return true;
    return false;
}

static void begin(struct run *run, const uint8_t *bytes, size_t size, size_t line)
{
    struct atp_exchange exchange;
    current(run)->is_over = true;
    struct judge_work *work = add_work(run);
    size = at_line_size(bytes, size);
    atp_exchange_read(&run->parser, &exchange);
    note_form(run, work, &exchange);
    work->out.command = judge_escape(bytes, size, JUDGE_SEEN_TEXT);
    work->out.clause = work->source == NULL ? memory_text("") : judge_clause(work->source);
    work->out.line = line;
    work->out.sent_us = run->now_us;
    work->last_us = run->now_us;
    work->several = is_several(bytes, size);
    if (work->source != NULL && work->source->form != NULL)
        judge_command(&run->judge, work, bytes, size);
    run->uploading = false;
}

/* ---- events ----------------------------------------------------------- */

static struct place *find_place(struct run *run, uint64_t offset)
{
    size_t low = 0;
    size_t high = run->place_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (run->places[middle].offset <= offset) low = middle;
        else high = middle;
    }
    return run->place_count == 0 ? NULL : &run->places[low];
}

static struct span span_of(struct run *run, const struct atp_event *event)
{
    const struct place *place = find_place(run, event->offset);
    return (struct span){event->offset, event->size, place == NULL ? 0 : place->line};
}

static int64_t time_of(struct run *run, const struct atp_event *event)
{
    const struct place *place =
        find_place(run, event->offset + (event->size > 0 ? event->size - 1 : 0));
    return place == NULL ? TRANSCRIPT_NO_TIME : place->time_us;
}

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

/* Whether the record answers the command of the exchange. */
static bool is_own(const struct judge *judge, const struct judge_work *work, size_t record)
{
    const struct atp_catalog *catalog = &judge->compiled->catalog;
    const struct atp_record *found = &catalog->records[record];
    if (found->command == ATP_NONE) return is_of_form(judge, work, record);
    const struct atp_command *command = &catalog->commands[found->command];
    return strcmp(atp_command_name(catalog, command), work->out.name) == 0
           || is_of_form(judge, work, record);
}

/* The exchange whose result has still to come. */
static struct judge_work *find_awaiting(struct run *run, size_t record)
{
    for (size_t i = run->judge.work_count; i > 1; i--) {
        struct judge_work *work = &run->judge.works[i - 1];
        bool awaits = work->form != NULL && work->has_final && is_own(&run->judge, work, record);
        for (size_t k = 0; awaits && k < work->seen_count; k++)
            awaits = work->seen[k].record != record;
        if (awaits) return work;
    }
    return NULL;
}

static bool is_ending(const struct atp_event *event)
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

/* Whether the event is part of the response, and not of what comes unasked. */
static bool is_laid(const struct judge *judge, const struct judge_work *work,
                    const struct atp_event *event, size_t record)
{
    if (work->form == NULL || (event->deviations & ATP_DEV_STALE) != 0) return false;
    switch (event->kind) {
    case ATP_KIND_RESULT: /* after a stream it answers +++, DTR, or the peer */
        return !work->in_stream && (is_ending(event) || is_of_form(judge, work, record));
    case ATP_KIND_PROMPT: /* a further one asks for the next line of the upload */
        return !work->prompted && is_own(judge, work, record);
    case ATP_KIND_INFO: return is_own(judge, work, record);
    case ATP_KIND_URC: return event->record->role != ATP_ROLE_URC && is_own(judge, work, record);
    default: return false;
    }
}

static void add_seen(struct run *run, struct judge_work *work, const struct atp_event *event,
                     struct span at)
{
    work->seen =
        memory_grow(work->seen, work->seen_count + 1, &work->seen_capacity, sizeof *work->seen);
    work->seen[work->seen_count++] = (struct judge_seen){
        .record = compiled_record_index(run->judge.compiled, event->record),
        .at = at,
        .deviations = event->deviations,
        .is_final = is_ending(event),
        .time_us = time_of(run, event),
        .text = judge_escape(event->bytes + event->text_offset, event->text_size, JUDGE_SEEN_TEXT),
    };
    work->has_final = work->has_final || is_ending(event);
    if (event->kind == ATP_KIND_RESULT && event->result == ATP_RESULT_CONNECT)
        work->in_stream = true;
    work->out.over_us = time_of(run, event);
    if (work->expired) work->expired_unfinished = true;
}

/* What neither the variants nor the line itself explain. */
static void blame_unlaid(struct run *run, struct judge_work *work, const struct atp_event *event,
                         struct span at)
{
    bool unasked = (event->deviations & ATP_DEV_NOT_ASKED) != 0;
    if (!unasked && (event->deviations & ATP_DEV_UNEXPECTED) == 0) return;
    size_t record = compiled_record_index(run->judge.compiled, event->record);
    char *clause = judge_clause(&run->judge.compiled->record_sources[record]);
    judge_add(work, unasked ? JUDGE_NOT_ASKED : JUDGE_UNEXPECTED, clause, at,
              memory_text(unasked ? "no such line unasked" : "a response of the form"),
              judge_escape(event->bytes + event->text_offset, event->text_size, JUDGE_SEEN_TEXT));
    free(clause);
}

static void take_record(struct run *run, const struct atp_event *event, struct span at)
{
    size_t record = compiled_record_index(run->judge.compiled, event->record);
    struct judge_work *work = current(run);
    bool async = event->record->role == ATP_ROLE_ASYNC;
    if (async && (work->form == NULL || !is_own(&run->judge, work, record))) {
        struct judge_work *earlier = find_awaiting(run, record);
        if (earlier != NULL) work = earlier;
    }
    judge_line(&run->judge, work, event, at);
    if (work == &run->judge.works[0] && event->record->role != ATP_ROLE_URC)
        work->has_answers = true;
    if (is_laid(&run->judge, work, event, record)) add_seen(run, work, event, at);
    else if (event->kind != ATP_KIND_ECHO) blame_unlaid(run, work, event, at);
}

static void take_text(struct run *run, const struct atp_event *event, struct span at)
{
    struct judge_work *work = current(run);
    judge_line(&run->judge, work, event, at);
    if (event->kind != ATP_KIND_TEXT) return;
    bool stray =
        run->after_data && event->size > 0 && event->bytes[0] != '\r' && event->bytes[0] != '\n';
    judge_add(work, stray ? JUDGE_STRAY_TEXT : JUDGE_UNKNOWN_LINE, NULL, at,
              memory_text(stray ? "a line end or a line of the manual after the payload"
                                : "a line of the manuals at hand"),
              judge_escape(event->bytes + event->text_offset,
                           event->text_size > 0 ? event->text_size : event->size, JUDGE_SEEN_TEXT));
}

static void take_echo(struct run *run, const struct atp_event *event, struct span at)
{
    buffer_append(&run->echo, event->bytes, event->size);
    if (event->more != 0) return;
    size_t skip = 0;
    while (skip < run->echo.size
           && (run->echo.bytes[skip] == '\r' || run->echo.bytes[skip] == '\n'))
        skip++;
    const uint8_t *text = run->echo.bytes + skip;
    size_t size = run->echo.size - skip;
    if (!run->told && at_line_kind(text, size) == AT_LINE_COMMANDS) begin(run, text, size, at.line);
    run->echo.size = 0;
}

/* A payload that ends in CR, and an LF alone after it: the length counts the
 * line end's first byte. Payload of that size would have CR LF after it. */
static void check_line_end(struct run *run, const struct atp_event *event, struct span at)
{
    bool cut =
        run->after_data && run->last_byte == '\r' && event->size > 0 && event->bytes[0] == '\n';
    if (cut)
        judge_add(current(run), JUDGE_SHORT_PAYLOAD, NULL, at,
                  memory_text("payload that ends before its line end"), memory_text("\\r | \\n"));
    if (event->size > 0) run->last_byte = event->bytes[event->size - 1];
}

static void on_event(void *user, const struct atp_event *event)
{
    struct run *run = user;
    struct span at = span_of(run, event);
    if (event->kind == ATP_KIND_ECHO) take_echo(run, event, at);
    struct judge_work *work = current(run);
    check_line_end(run, event, at);
    work->out.size = event->offset + event->size - work->out.offset;
    int64_t now = time_of(run, event);
    judge_tape_event(&run->tape, work, event, at.line, now);
    if (now != TRANSCRIPT_NO_TIME) work->last_us = now;
    bool unasked = event->record != NULL && event->record->role == ATP_ROLE_URC;
    if (event->kind == ATP_KIND_DATA && !unasked) work->payload += event->size;
    if (event->record != NULL && event->kind != ATP_KIND_DATA) take_record(run, event, at);
    else if (event->kind != ATP_KIND_BLANK) take_text(run, event, at);
    judge_identity(&run->judge, current(run), event);
    if (event->kind == ATP_KIND_STREAM) work->in_stream = true;
    if (event->kind == ATP_KIND_PROMPT) run->uploading = work->prompted = true;
    if (event->kind == ATP_KIND_RESULT) {
        run->uploading = false;
        work->has_final = work->has_final || is_ending(event);
    }
    run->after_data = event->kind == ATP_KIND_DATA && event->left == 0;
}

/* ---- the transcript --------------------------------------------------- */

static bool is_command(const struct run *run, const uint8_t *bytes, size_t size)
{
    if (run->uploading || atp_is_stream(&run->parser)) return false;
    return at_line_kind(bytes, size) == AT_LINE_COMMANDS;
}

/* `A/`, V.250 5.2.4: the last command line once more. */
static bool is_repeat(const struct run *run, const uint8_t *bytes, size_t size)
{
    bool typed = at_line_kind(bytes, size) == AT_LINE_REPEAT;
    return typed && run->line_size > 0 && !run->uploading && !atp_is_stream(&run->parser);
}

static void send(struct run *run, const uint8_t *bytes, const struct transcript_item *item)
{
    const uint8_t *typed = bytes;
    size_t size = item->size;
    if (is_repeat(run, bytes, size)) {
        bytes = run->line;
        size = run->line_size;
    }
    bool command = is_command(run, bytes, size);
    run->now_us = item->time_us;
    atp_sent(&run->parser, bytes, size);
    if (command) {
        run->line = bytes;
        run->line_size = size;
        begin(run, bytes, size, item->line);
    } else if (item->time_us != TRANSCRIPT_NO_TIME) {
        current(run)->last_us = item->time_us;
    }
    judge_tape_sent(&run->tape, current(run), command, typed, item);
}

static void receive(struct run *run, const uint8_t *bytes, const struct transcript_item *item)
{
    run->places =
        memory_grow(run->places, run->place_count + 1, &run->place_capacity, sizeof *run->places);
    run->places[run->place_count++] = (struct place){run->fed, item->line, item->time_us};
    run->now_us = item->time_us;
    run->fed += item->size;
    atp_feed(&run->parser, bytes, item->size);
}

static void expire(struct run *run)
{
    atp_expire(&run->parser);
    for (size_t i = 0; i < run->judge.work_count; i++) run->judge.works[i].expired = true;
    run->uploading = false;
}

static void replay(struct run *run, const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->item_count; i++) {
        const struct transcript_item *item = &transcript->items[i];
        const uint8_t *bytes = transcript->bytes + item->offset;
        switch (item->kind) {
        case TRANSCRIPT_SENT: send(run, bytes, item); break;
        case TRANSCRIPT_RECEIVED: receive(run, bytes, item); break;
        case TRANSCRIPT_EXPIRE: expire(run); break;
        case TRANSCRIPT_STREAM_END: atp_stream_end(&run->parser); break;
        }
    }
    atp_finish(&run->parser);
}

/* ---- after it -------------------------------------------------------- */

/* What came before the first command: judged line by line alone. */
static void judge_preamble(struct run *run)
{
    struct judge_work *work = &run->judge.works[0];
    work->out.command = memory_text("");
    work->out.clause = memory_text("");
    if (run->judge.work_count == 1 && !run->told && work->has_answers)
        work->out.why = memory_text("no command is known: the host's direction is not there, and "
                                    "the module echoes none; lines alone were judged");
}

static enum reports_verdict worst(const struct judgement *judgement)
{
    enum reports_verdict found = REPORTS_UNJUDGED;
    for (size_t i = 0; i < judgement->exchange_count; i++) {
        enum reports_verdict verdict = judgement->exchanges[i].verdict;
        bool empty = i == 0 && judgement->exchanges[i].size == 0;
        if (empty || verdict == REPORTS_UNJUDGED) continue;
        if (found == REPORTS_UNJUDGED || verdict > found) found = verdict;
    }
    return found;
}

static void release_work(struct judge_work *work)
{
    for (size_t i = 0; i < work->argument_count; i++) free(work->arguments[i].text);
    for (size_t i = 0; i < work->seen_count; i++) free(work->seen[i].text);
    free(work->arguments);
    free(work->seen);
    free(work->illegal_expected);
    free(work->illegal_seen);
}

static void hand_over(struct run *run, struct judgement *out)
{
    struct judge *judge = &run->judge;
    judge_tape_release(&run->tape);
    out->exchange_count = judge->work_count;
    out->exchanges = memory_new(judge->work_count, sizeof *out->exchanges);
    out->places = memory_new(judge->work_count, sizeof *out->places);
    for (size_t i = 0; i < judge->work_count; i++) {
        out->exchanges[i] = judge->works[i].out;
        out->places[i] = judge->works[i].place;
        release_work(&judge->works[i]);
    }
    out->identity = judge->identity;
    out->record_counts = judge->record_counts;
    out->verdict = worst(out);
    free(judge->works);
    free(run->places);
    buffer_release(&run->echo);
}

void judge_transcript(const struct transcript *transcript, const struct compiled_catalog *compiled,
                      const struct judge_options *options, struct judgement *out)
{
    struct run run = {.judge = {.compiled = compiled, .options = options},
                      .now_us = TRANSCRIPT_NO_TIME};
    size_t size = ATP_BUFFER_SIZE(options->line_size > 0 ? options->line_size : LINE_SIZE_DEFAULT);
    void *buffer = memory_new(size, 1);
    run.judge.record_counts =
        memory_new(compiled->catalog.record_count, sizeof *run.judge.record_counts);
    for (size_t i = 0; i < transcript->item_count; i++)
        run.told = run.told || transcript->items[i].kind == TRANSCRIPT_SENT;
    add_work(&run);
    atp_init(&run.parser, &compiled->catalog, buffer, size, on_event, &run);
    replay(&run, transcript);
    judge_preamble(&run);
    for (size_t i = 1; i < run.judge.work_count; i++)
        judge_exchange(&run.judge, &run.judge.works[i]);
    judge_declare(&run.judge);
    judge_conclude(&run.judge);
    hand_over(&run, out);
    free(buffer);
}
