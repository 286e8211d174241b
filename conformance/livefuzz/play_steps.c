/* A sequence said to a module: known state, commands one after the other's
 * answer, what their prompts and streams await, `AT` at the end. */
#include "livefuzz/hunt.h"

#include "base/memory.h"
#include "livefuzz/leave.h"
#include "record/transcript_out.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_US    INT64_C(1000000) /* for a command that asks nothing of the network */
#define TURN_US      INT64_C(100000)  /* between two looks at *stop          */
#define GUARD_US     INT64_C(1050000) /* silence round `+++`                 */
#define ESCAPE_US    INT64_C(3000000) /* for the answer to it                */
#define HEADER_LINES 4                /* of a transcript                     */
#define UPLOAD_MAX   4096
#define PROMPT_MAX   3 /* of one command                                     */

/* A sequence under way. */
struct saying {
    struct hunt *hunt;
    struct session *session;
    const struct run_options *options;
    struct hunt_played *out;
    size_t first;      /* item of the record                                 */
    size_t step_first; /* likewise, of the step                              */
    bool echoes;       /* nothing was said that may have switched the echo off      */
};

static bool is_stopped(const struct saying *saying)
{
    return saying->options->stop != NULL && *saying->options->stop != 0;
}

static enum hunt_end end(struct saying *saying, enum hunt_end how, size_t at)
{
    saying->out->end = how;
    saying->out->at = at;
    return how;
}

/* ---- waiting ---------------------------------------------------------- */

/* Returns: false if the deadline is over, or nothing can come. */
static bool receive(struct saying *saying, int64_t deadline)
{
    struct session *session = saying->session;
    int64_t now = line_now(session->line);
    if (now >= deadline || session->vanished || session->dropped > 0 || is_stopped(saying))
        return false;
    int64_t turn = now + TURN_US < deadline ? now + TURN_US : deadline;
    return session_receive(session, turn) >= 0;
}

/* Of several commands in a line each may take its time. */
static int64_t limit_of_several(const struct saying *saying, const char *line)
{
    struct leave_command command;
    const char *at = NULL;
    int64_t sum = 0;
    if (!say_has_several(line)) return 0;
    while (leave_next(line, &at, &command)) {
        int64_t limit_ms = say_time_limit(&saying->hunt->say, command.name);
        sum += limit_ms > 0 ? limit_ms * 1000 : saying->options->play.limit_us;
    }
    return sum;
}

static int64_t deadline_of(const struct saying *saying, const char *line)
{
    int64_t limit = session_limit(saying->session, saying->options->play.limit_us);
    int64_t several = limit_of_several(saying, line);
    if (several > limit) limit = several;
    return saying->session->command_us + limit + limit / 2 + 1000000;
}

static void settle(struct saying *saying, int64_t silence_us)
{
    struct session *session = saying->session;
    int64_t until = line_now(session->line) + silence_us;
    size_t size = session->record.received_size;
    while (receive(saying, until)) {
        if (session->record.received_size == size) continue;
        size = session->record.received_size;
        until = line_now(session->line) + silence_us;
    }
}

/* ---- prompts and streams ---------------------------------------------- */

static uint8_t data_byte(const struct sequence_step *step, size_t at)
{
    if (step->data_size == 0) return (uint8_t)('0' + at % 10);
    return step->data[at % step->data_size];
}

/* What answers the prompt. Returns: false if it cannot be said. */
static bool make_upload(const struct saying *saying, const struct sequence_step *step,
                        struct buffer *out)
{
    uint64_t count = 0;
    enum catalog_upload upload = say_upload(&saying->hunt->say, step->line, &count);
    bool counted = upload == CATALOG_UPLOAD_COUNTED;
    if (counted && (count == 0 || count > UPLOAD_MAX)) return false;
    size_t size = counted ? (size_t)count : step->data_size;
    if (!counted && size > UPLOAD_MAX) size = UPLOAD_MAX;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = data_byte(step, i);
        if (!counted && (byte == 0x1A || byte == 0x1B)) byte = '.';
        buffer_append(out, &byte, 1);
    }
    if (!counted) buffer_append(out, "\x1a", 1);
    return true;
}

static bool answer_prompt(struct saying *saying, const struct sequence_step *step)
{
    struct buffer data = {0};
    bool good = make_upload(saying, step, &data);
    saying->session->prompted = false;
    if (good) session_send(saying->session, data.bytes, data.size, false);
    buffer_release(&data);
    return good;
}

/* The peer closed: the stream ended before the line that reports it. */
static bool end_closed_stream(struct saying *saying)
{
    static const char text[] = "\r\nNO CARRIER\r\n";
    const size_t size = sizeof text - 1;
    struct session *session = saying->session;
    const struct buffer *bytes = &session->record.bytes;
    if (bytes->size < size || memcmp(bytes->bytes + bytes->size - size, text, size) != 0)
        return false;
    uint64_t received = session_record(session, saying->first).received_size;
    session_end_stream(session, saying->first, received - size);
    return true;
}

/* Takes what comes until there is silence. Returns: whether the stream ended. */
static bool settle_stream(struct saying *saying, int64_t silence_us)
{
    struct session *session = saying->session;
    session->holds_stream = true;
    settle(saying, silence_us);
    session->holds_stream = false;
    bool closed = end_closed_stream(saying);
    session_decode(session);
    return closed;
}

/* Sends something in the stream, and leaves it. */
static void answer_stream(struct saying *saying, const struct sequence_step *step)
{
    struct session *session = saying->session;
    static const char text[] = "stream\r\n";
    if (settle_stream(saying, saying->options->play.settle_us)) return;
    if (step->data_size > 0) session_send(session, step->data, step->data_size, false);
    else session_send(session, text, sizeof text - 1, false);
    if (settle_stream(saying, GUARD_US)) return;
    session->final[0] = '\0';
    session_send(session, "+++", 3, false);
    int64_t until = line_now(session->line) + ESCAPE_US;
    while (session->final[0] == '\0' && receive(saying, until)) continue;
}

/* ---- steps ------------------------------------------------------------ */

static bool is_over(const struct saying *saying)
{
    const struct session *session = saying->session;
    return session_is_over(session) || session->booted || session->vanished || session->dropped > 0
           || session_is_stream(session);
}

/* Until the exchange is over. Returns: false if a prompt cannot be answered. */
static bool await(struct saying *saying, const struct sequence_step *step)
{
    unsigned prompts = 0;
    while (!is_over(saying) || saying->session->prompted) {
        if (saying->session->prompted && prompts++ < PROMPT_MAX && !answer_prompt(saying, step))
            return false;
        if (!receive(saying, deadline_of(saying, step->line))) break;
    }
    return true;
}

/* The module restarts because it was told to. */
static void await_start(struct saying *saying)
{
    struct recover_options options = saying->options->recover;
    recover(saying->session, &options);
    session_command(saying->session, "ATE1Q0V1", ANSWER_US);
}

static void note_echo(struct saying *saying, const struct sequence_step *step, size_t at)
{
    struct leave_command command;
    const char *next = NULL;
    bool answered = saying->session->final[0] != '\0' && !saying->session->booted;
    bool unechoed = saying->session->echo != SESSION_ECHO_CAME;
    if (saying->echoes && unechoed && answered && saying->out->unechoed == SIZE_MAX)
        saying->out->unechoed = at;
    while (leave_next(step->line, &next, &command))
        if (strcasecmp(command.name, "E") == 0) saying->echoes = false;
    if (leave_resets(step->line)) saying->echoes = false;
}

static enum hunt_end say_step(struct saying *saying, const struct sequence_step *step, size_t at)
{
    struct session *session = saying->session;
    char *line = memory_format("%s\r", step->line);
    saying->step_first = session_item_count(session);
    saying->out->count++;
    saying->hunt->exchange_count++;
    session_send(session, line, strlen(line), true);
    free(line);
    if (!await(saying, step)) return end(saying, HUNT_OURS, at);
    note_echo(saying, step, at);
    if (is_stopped(saying)) return end(saying, HUNT_STOPPED, at);
    if (session_is_stream(session)) answer_stream(saying, step);
    if (session->booted && !leave_resets(step->line)) return end(saying, HUNT_REBOOTED, at);
    if (session->booted) {
        await_start(saying);
        session->booted = false;
        return HUNT_WHOLE;
    }
    if (session->vanished) return end(saying, HUNT_VANISHED, at);
    if (session->dropped > 0) return end(saying, HUNT_FLOODS, at);
    bool silent = session->final[0] == '\0';
    if (silent || !session_is_over(session)) session_expire(session);
    return silent ? end(saying, HUNT_NO_ANSWER, at) : HUNT_WHOLE;
}

/* ---- the transcript --------------------------------------------------- */

/* Writes `count` items, and takes what was judged of them. */
static void judge(struct saying *saying, size_t count)
{
    struct hunt_played *out = saying->out;
    struct run *run = &saying->hunt->run;
    const struct judge_options options = {.strict = saying->options->strict};
    struct transcript record = run_record(run, saying->first);
    if (record.item_count > count) record.item_count = count;
    size_t *lines = memory_new(record.item_count, sizeof *lines);
    for (size_t i = 0; i < record.item_count; i++) {
        transcript_out(&out->text, &record, &record.items[i]);
        lines[i] = HEADER_LINES + 2 * (i + 1);
        if (record.items[i].kind == TRANSCRIPT_RECEIVED) out->size += record.items[i].size;
    }
    run_judge(run, saying->first, &record, lines, &options, &out->judgement);
    free(lines);
    free(record.bytes);
}

/* ---- the sequence ----------------------------------------------------- */

static bool prepare(struct saying *saying)
{
    struct hunt *hunt = saying->hunt;
    struct session *session = saying->session;
    line_restart(hunt->run.line);
    if (!hunt->options->is_virtual) session_end_line(session);
    session_begin(session);
    bool good = recover_known_state(session, ANSWER_US);
    if (!good && !hunt->options->is_virtual) {
        recover(session, &saying->options->recover);
        session_begin(session);
        good = recover_known_state(session, ANSWER_US);
    }
    session_end_line(session);
    session_judge(session);
    saying->first = session_item_count(session);
    session->booted = false;
    return good;
}

/* After the last step: whether it still takes commands. What it said since then
 * is the sequence's. */
static void ask_again(struct saying *saying)
{
    struct session *session = saying->session;
    if (saying->out->end != HUNT_WHOLE) return;
    if (session_command(session, "AT", ANSWER_US) == SESSION_SILENT) {
        session_expire(session);
        end(saying, HUNT_NO_ANSWER, saying->out->count - 1);
    }
    if (session->vanished) end(saying, HUNT_VANISHED, saying->out->count - 1);
    else if (session->booted) end(saying, HUNT_REBOOTED, saying->out->count - 1);
}

/* A virtual module is switched off and on before each sequence. */
static void bring_back(struct saying *saying)
{
    struct hunt *hunt = saying->hunt;
    struct hunt_played *out = saying->out;
    bool is_virtual = hunt->options->is_virtual;
    if (out->end == HUNT_WHOLE || out->end == HUNT_STOPPED) return;
    if (out->end == HUNT_OURS && is_virtual) return;
    out->recovery = recover(saying->session, &saying->options->recover);
    if (out->end == HUNT_NO_ANSWER && out->recovery >= RECOVERED_BY_RESET) out->end = HUNT_HUNG;
    hunt->run.lost = out->recovery == NOT_RECOVERED && !is_virtual;
}

void hunt_play(struct hunt *hunt, const struct sequence *sequence, struct hunt_played *out)
{
    struct saying saying = {.hunt = hunt,
                            .session = &hunt->run.session,
                            .options = hunt->options->run,
                            .out = out,
                            .echoes = true};
    *out = (struct hunt_played){.end = HUNT_WHOLE, .at = SIZE_MAX, .unechoed = SIZE_MAX};
    bool ready = prepare(&saying);
    if (!ready) end(&saying, HUNT_NO_ANSWER, SIZE_MAX);
    for (size_t i = 0; ready && i < sequence->count; i++)
        if (say_step(&saying, &sequence->steps[i], i) != HUNT_WHOLE) break;
    ask_again(&saying);
    judge(&saying, out->end == HUNT_OURS ? saying.step_first - saying.first : SIZE_MAX);
    bring_back(&saying);
    run_log(&hunt->run, "a sequence");
}

void hunt_played_release(struct hunt_played *played)
{
    judgement_release(&played->judgement);
    buffer_release(&played->text);
}
