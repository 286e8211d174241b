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

struct judge_course {
    struct judge judge;
    struct atp_parser parser;
    void *parser_buffer;
    atp_event_fn *watch; /* the caller's; NULL: none                          */
    void *watch_user;
    struct buffer line; /* the last command line                            */
    struct place *places;
    size_t place_count, place_capacity;
    enum judge_direction directions;
    bool uploading;    /* the module awaits the host's data                  */
    bool after_data;   /* the last event was the end of a payload            */
    uint8_t last_byte; /* of it                                             */
    int64_t now_us;
    uint64_t fed;
    struct buffer echo; /* of an echo that comes in spans                   */
    struct judge_tape tape;
};

/* ---- exchanges -------------------------------------------------------- */

static struct judge_work *current(struct judge_course *course)
{
    return &course->judge.works[course->judge.work_count - 1];
}

static struct judge_work *add_work(struct judge_course *course)
{
    struct judge *judge = &course->judge;
    judge_tape_close(&course->tape);
    judge->works = memory_grow(judge->works, judge->work_count + 1, &judge->work_capacity,
                               sizeof *judge->works);
    struct judge_work *work = &judge->works[judge->work_count++];
    *work = (struct judge_work){.last_us = TRANSCRIPT_NO_TIME};
    work->place = (struct judge_place){NO_INDEX, NO_INDEX};
    work->out = (struct reports_exchange){
        .name = "",
        .form = "",
        .variant = "",
        .offset = course->fed,
        .sent_us = TRANSCRIPT_NO_TIME,
        .over_us = TRANSCRIPT_NO_TIME,
    };
    return work;
}

static void note_form(struct judge_course *course, struct judge_work *work,
                      const struct atp_exchange *exchange)
{
    const struct compiled_catalog *compiled = course->judge.compiled;
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

static void begin(struct judge_course *course, const uint8_t *bytes, size_t size, size_t line)
{
    struct atp_exchange exchange;
    current(course)->is_over = true;
    struct judge_work *work = add_work(course);
    size = at_line_size(bytes, size);
    atp_exchange_read(&course->parser, &exchange);
    note_form(course, work, &exchange);
    work->out.command = judge_escape(bytes, size, JUDGE_SEEN_TEXT);
    work->out.clause = work->source == NULL ? memory_text("") : judge_clause(work->source);
    work->out.line = line;
    work->out.sent_us = course->now_us;
    work->last_us = course->now_us;
    work->several = is_several(bytes, size);
    if (work->source != NULL && work->source->form != NULL)
        judge_command(&course->judge, work, bytes, size);
    course->uploading = false;
}

/* ---- events ----------------------------------------------------------- */

static struct place *find_place(struct judge_course *course, uint64_t offset)
{
    size_t low = 0;
    size_t high = course->place_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (course->places[middle].offset <= offset) low = middle;
        else high = middle;
    }
    return course->place_count == 0 ? NULL : &course->places[low];
}

static struct span span_of(struct judge_course *course, const struct atp_event *event)
{
    const struct place *place = find_place(course, event->offset);
    return (struct span){event->offset, event->size, place == NULL ? 0 : place->line};
}

static int64_t time_of(struct judge_course *course, const struct atp_event *event)
{
    const struct place *place =
        find_place(course, event->offset + (event->size > 0 ? event->size - 1 : 0));
    return place == NULL ? TRANSCRIPT_NO_TIME : place->time_us;
}

static void add_seen(struct judge_course *course, struct judge_work *work,
                     const struct atp_event *event, struct span at)
{
    work->seen =
        memory_grow(work->seen, work->seen_count + 1, &work->seen_capacity, sizeof *work->seen);
    work->seen[work->seen_count++] = (struct judge_seen){
        .record = compiled_record_index(course->judge.compiled, event->record),
        .at = at,
        .deviations = event->deviations,
        .is_final = judge_is_ending(event),
        .time_us = time_of(course, event),
        .text = judge_escape(event->bytes + event->text_offset, event->text_size, JUDGE_SEEN_TEXT),
    };
    work->has_final = work->has_final || judge_is_ending(event);
    if (event->kind == ATP_KIND_RESULT && event->result == ATP_RESULT_CONNECT)
        work->in_stream = true;
    work->out.over_us = time_of(course, event);
    if (work->expired) work->expired_unfinished = true;
}

/* What neither the variants nor the line itself explain. */
static void blame_unlaid(struct judge_course *course, struct judge_work *work,
                         const struct atp_event *event, struct span at)
{
    bool unasked = (event->deviations & ATP_DEV_NOT_ASKED) != 0;
    if (!unasked && (event->deviations & ATP_DEV_UNEXPECTED) == 0) return;
    size_t record = compiled_record_index(course->judge.compiled, event->record);
    char *clause = judge_clause(&course->judge.compiled->record_sources[record]);
    judge_add(work, unasked ? JUDGE_NOT_ASKED : JUDGE_UNEXPECTED, clause, at,
              memory_text(unasked ? "no such line unasked" : "a response of the form"),
              judge_escape(event->bytes + event->text_offset, event->text_size, JUDGE_SEEN_TEXT));
    free(clause);
}

static void take_record(struct judge_course *course, const struct atp_event *event, struct span at)
{
    size_t record = compiled_record_index(course->judge.compiled, event->record);
    struct judge_work *work = current(course);
    bool async = event->record->role == ATP_ROLE_ASYNC;
    if (async && (work->form == NULL || !judge_is_own(&course->judge, work, record))) {
        struct judge_work *earlier = judge_find_awaiting(&course->judge, record);
        if (earlier != NULL) work = earlier;
    }
    judge_line(&course->judge, work, event, at);
    if (work == &course->judge.works[0] && event->record->role != ATP_ROLE_URC)
        work->has_answers = true;
    if (judge_is_laid(&course->judge, work, event, record)) add_seen(course, work, event, at);
    else if (event->kind != ATP_KIND_ECHO) blame_unlaid(course, work, event, at);
}

static void take_text(struct judge_course *course, const struct atp_event *event, struct span at)
{
    struct judge_work *work = current(course);
    judge_line(&course->judge, work, event, at);
    if (event->kind != ATP_KIND_TEXT) return;
    bool stray =
        course->after_data && event->size > 0 && event->bytes[0] != '\r' && event->bytes[0] != '\n';
    judge_add(work, stray ? JUDGE_STRAY_TEXT : JUDGE_UNKNOWN_LINE, NULL, at,
              memory_text(stray ? "a line end or a line of the manual after the payload"
                                : "a line of the manuals at hand"),
              judge_escape(event->bytes + event->text_offset,
                           event->text_size > 0 ? event->text_size : event->size, JUDGE_SEEN_TEXT));
}

static void take_echo(struct judge_course *course, const struct atp_event *event, struct span at)
{
    buffer_append(&course->echo, event->bytes, event->size);
    if (event->more != 0) return;
    size_t skip = 0;
    while (skip < course->echo.size
           && (course->echo.bytes[skip] == '\r' || course->echo.bytes[skip] == '\n'))
        skip++;
    const uint8_t *text = course->echo.bytes + skip;
    size_t size = course->echo.size - skip;
    if (course->directions == JUDGE_MODULE_ALONE && at_line_kind(text, size) == AT_LINE_COMMANDS)
        begin(course, text, size, at.line);
    course->echo.size = 0;
}

/* A payload that ends in CR, and an LF alone after it: the length counts the
 * line end's first byte. Payload of that size would have CR LF after it. */
static void check_line_end(struct judge_course *course, const struct atp_event *event,
                           struct span at)
{
    bool cut = course->after_data && course->last_byte == '\r' && event->size > 0
               && event->bytes[0] == '\n';
    if (cut)
        judge_add(current(course), JUDGE_SHORT_PAYLOAD, NULL, at,
                  memory_text("payload that ends before its line end"), memory_text("\\r | \\n"));
    if (event->size > 0) course->last_byte = event->bytes[event->size - 1];
}

static void on_event(void *user, const struct atp_event *event)
{
    struct judge_course *course = user;
    struct span at = span_of(course, event);
    if (event->kind == ATP_KIND_ECHO) take_echo(course, event, at);
    struct judge_work *work = current(course);
    check_line_end(course, event, at);
    work->out.size = event->offset + event->size - work->out.offset;
    int64_t now = time_of(course, event);
    judge_tape_event(&course->tape, work, event, at.line, now);
    if (now != TRANSCRIPT_NO_TIME) work->last_us = now;
    bool unasked = event->record != NULL && event->record->role == ATP_ROLE_URC;
    if (event->kind == ATP_KIND_DATA && !unasked) work->payload += event->size;
    if (event->record != NULL && event->kind != ATP_KIND_DATA) take_record(course, event, at);
    else if (event->kind != ATP_KIND_BLANK) take_text(course, event, at);
    judge_identity(&course->judge, current(course), event);
    if (event->kind == ATP_KIND_STREAM) work->in_stream = true;
    if (event->kind == ATP_KIND_PROMPT) course->uploading = work->prompted = true;
    if (event->kind == ATP_KIND_RESULT) {
        course->uploading = false;
        work->has_final = work->has_final || judge_is_ending(event);
    }
    course->after_data = event->kind == ATP_KIND_DATA && event->left == 0;
    if (course->watch != NULL) course->watch(course->watch_user, event);
}

/* ---- the transcript --------------------------------------------------- */

static bool is_command(const struct judge_course *course, const uint8_t *bytes, size_t size)
{
    if (course->uploading || atp_is_stream(&course->parser)) return false;
    return at_line_kind(bytes, size) == AT_LINE_COMMANDS;
}

/* `A/`, V.250 5.2.4: the last command line once more. */
static bool is_repeat(const struct judge_course *course, const uint8_t *bytes, size_t size)
{
    bool typed = at_line_kind(bytes, size) == AT_LINE_REPEAT;
    return typed && course->line.size > 0 && !course->uploading && !atp_is_stream(&course->parser);
}

static void keep_line(struct judge_course *course, const uint8_t *bytes, size_t size)
{
    if (bytes == course->line.bytes) return; /* it is repeated */
    course->line.size = 0;
    buffer_append(&course->line, bytes, size);
}

static void send(struct judge_course *course, const uint8_t *bytes,
                 const struct transcript_item *item)
{
    const uint8_t *typed = bytes;
    size_t size = item->size;
    if (is_repeat(course, bytes, size)) {
        bytes = course->line.bytes;
        size = course->line.size;
    }
    bool command = is_command(course, bytes, size);
    course->now_us = item->time_us;
    atp_sent(&course->parser, bytes, size);
    if (command) {
        keep_line(course, bytes, size);
        begin(course, course->line.bytes, size, item->line);
    } else if (item->time_us != TRANSCRIPT_NO_TIME) {
        current(course)->last_us = item->time_us;
    }
    judge_tape_sent(&course->tape, current(course), command, typed, item);
}

static void receive(struct judge_course *course, const uint8_t *bytes,
                    const struct transcript_item *item)
{
    course->places = memory_grow(course->places, course->place_count + 1, &course->place_capacity,
                                 sizeof *course->places);
    course->places[course->place_count++] = (struct place){course->fed, item->line, item->time_us};
    course->now_us = item->time_us;
    course->fed += item->size;
    atp_feed(&course->parser, bytes, item->size);
}

static void expire(struct judge_course *course)
{
    atp_expire(&course->parser);
    for (size_t i = 0; i < course->judge.work_count; i++) course->judge.works[i].expired = true;
    course->uploading = false;
}

void judge_course_take(struct judge_course *course, const struct transcript_item *item,
                       const uint8_t *bytes)
{
    switch (item->kind) {
    case TRANSCRIPT_SENT: send(course, bytes, item); break;
    case TRANSCRIPT_RECEIVED: receive(course, bytes, item); break;
    case TRANSCRIPT_EXPIRE: expire(course); break;
    case TRANSCRIPT_STREAM_END: atp_stream_end(&course->parser); break;
    }
}

/* ---- after it -------------------------------------------------------- */

/* What came before the first command: judged line by line alone. */
static void judge_preamble(struct judge_course *course)
{
    struct judge_work *work = &course->judge.works[0];
    work->out.command = memory_text("");
    work->out.clause = memory_text("");
    if (course->judge.work_count == 1 && course->directions == JUDGE_MODULE_ALONE
        && work->has_answers)
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
    free(work->findings);
    free(work->illegal_expected);
    free(work->illegal_seen);
}

static void hand_over(struct judge_course *course, struct judgement *out)
{
    struct judge *judge = &course->judge;
    judge_tape_close(&course->tape);
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
}

static void release(struct judge_course *course)
{
    judge_tape_release(&course->tape);
    buffer_release(&course->line);
    buffer_release(&course->echo);
    free(course->judge.works);
    free(course->places);
    free(course->parser_buffer);
    free(course);
}

/* ---- from its beginning to its end ------------------------------------ */

struct judge_course *judge_course_new(const struct compiled_catalog *compiled, size_t line_size,
                                      enum judge_direction directions, atp_event_fn *watch,
                                      void *user)
{
    struct judge_course *course = memory_new(1, sizeof *course);
    size_t size = ATP_BUFFER_SIZE(line_size > 0 ? line_size : LINE_SIZE_DEFAULT);
    *course = (struct judge_course){
        .judge = {.compiled = compiled},
        .parser_buffer = memory_new(size, 1),
        .watch = watch,
        .watch_user = user,
        .directions = directions,
        .now_us = TRANSCRIPT_NO_TIME,
    };
    course->judge.record_counts =
        memory_new(compiled->catalog.record_count, sizeof *course->judge.record_counts);
    add_work(course);
    atp_init(&course->parser, &compiled->catalog, course->parser_buffer, size, on_event, course);
    return course;
}

const struct atp_parser *judge_course_parser(const struct judge_course *course)
{
    return &course->parser;
}

void judge_course_end(struct judge_course *course, const struct judge_options *options,
                      struct judgement *out)
{
    struct judge *judge = &course->judge;
    judge->options = options;
    atp_finish(&course->parser);
    judge_preamble(course);
    for (size_t i = 1; i < judge->work_count; i++) judge_exchange(judge, &judge->works[i]);
    judge_declare(judge);
    judge_conclude(judge);
    hand_over(course, out);
    release(course);
}

void judge_course_free(struct judge_course *course)
{
    const struct judge_options options = {0};
    struct judgement judgement;
    if (course == NULL) return;
    judge_course_end(course, &options, &judgement);
    judgement_release(&judgement);
}

void judge_transcript(const struct transcript *transcript, const struct compiled_catalog *compiled,
                      const struct judge_options *options, struct judgement *out)
{
    enum judge_direction directions = JUDGE_MODULE_ALONE;
    for (size_t i = 0; i < transcript->item_count; i++)
        if (transcript->items[i].kind == TRANSCRIPT_SENT) directions = JUDGE_BOTH;
    struct judge_course *course =
        judge_course_new(compiled, options->line_size, directions, NULL, NULL);
    for (size_t i = 0; i < transcript->item_count; i++)
        judge_course_take(course, &transcript->items[i],
                          transcript->bytes + transcript->items[i].offset);
    judge_course_end(course, options, out);
}

static void set_line(size_t *line, const size_t *lines, size_t line_count)
{
    if (*line > 0 && *line <= line_count) *line = lines[*line - 1];
}

void judgement_set_lines(struct judgement *judgement, const size_t *lines, size_t line_count)
{
    for (size_t i = 0; i < judgement->exchange_count; i++) {
        struct reports_exchange *exchange = &judgement->exchanges[i];
        struct reports_finding *findings = (void *)(uintptr_t)exchange->findings;
        struct reports_wire *wire = (void *)(uintptr_t)exchange->wire;
        set_line(&exchange->line, lines, line_count);
        for (size_t k = 0; k < exchange->finding_count; k++)
            set_line(&findings[k].line, lines, line_count);
        for (size_t k = 0; k < exchange->wire_count; k++)
            set_line(&wire[k].line, lines, line_count);
    }
}
