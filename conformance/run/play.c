/* One step after the other: what the case awaits after the record so far. */
#include "run/play.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define TURN_US  INT64_C(100000)  /* between two looks at *stop            */
#define GUARD_US INT64_C(1050000) /* silence round `+++`: V.250's second, and a little */

struct player {
    struct session *session;
    const struct script_case *case_;
    const struct play_options *options;
    const volatile sig_atomic_t *stop;
    struct match_urc *urcs; /* but for those that the case awaits itself     */
    size_t urc_count;
    struct play_result *result;
    struct match_course *course;
    const struct match_next *next; /* after the record as it was last looked at  */
    size_t looked_count;           /* items of it                               */
    size_t rewrite_count;          /* of the session's record                   */
    uint64_t stream_end;           /* of the last stream that ended, as match_next has it */
    bool waited;                   /* in vain, after the last bytes                    */
    int64_t settled_at;            /* no earlier does what is optional count as missing */
};

/* ---- names ------------------------------------------------------------ */

static bool begins_with(const struct script_node *node, const char *name)
{
    const struct script_part *part = node->parts;
    size_t size = strlen(name);
    return node->part_count > 0 && part->kind == SCRIPT_LITERAL && part->size >= size
           && memcmp(part->bytes, name, size) == 0
           && (part->size == size || part->bytes[size] == ':' || part->bytes[size] == ',');
}

static bool awaits(const struct script_branch *branch, const char *name)
{
    for (size_t i = 0; i < branch->node_count; i++) {
        const struct script_node *node = &branch->nodes[i];
        if (node->kind == SCRIPT_LINE && !node->is_sent && begins_with(node, name)) return true;
        for (size_t k = 0; k < node->branch_count; k++)
            if (awaits(&node->branches[k], name)) return true;
    }
    return false;
}

static void choose_urcs(struct player *player)
{
    const struct play_options *options = player->options;
    player->urcs = memory_new(options->urc_count, sizeof *player->urcs);
    for (size_t i = 0; i < options->urc_count; i++)
        if (!awaits(&player->case_->body, options->urcs[i].beginning))
            player->urcs[player->urc_count++] = options->urcs[i];
}

/* ---- steps ------------------------------------------------------------ */

static bool end(struct player *player, enum play_outcome outcome)
{
    player->result->outcome = outcome;
    return false;
}

static void look(struct player *player)
{
    if (player->rewrite_count != player->session->rewrite_count)
        match_course_restart(player->course);
    player->rewrite_count = player->session->rewrite_count;
    struct transcript record = session_record(player->session, player->result->first);
    player->looked_count = record.item_count;
    player->next = match_course_advance(player->course, &record);
}

/* What came in a stream is decoded when it is known where the stream ended. */
static void decode(struct player *player)
{
    uint64_t end = player->next->stream_end;
    if (end != UINT64_MAX && end != player->stream_end)
        session_end_stream(player->session, player->result->first, end);
    player->stream_end = end;
    session_decode(player->session);
}

/* How long the module may take for what is awaited. */
static int64_t limit_of(const struct player *player)
{
    if (player->next->within_us > 0) return (int64_t)player->next->within_us;
    return session_limit(player->session, player->options->limit_us);
}

static bool is_late(const struct player *player)
{
    const struct session *session = player->session;
    return player->next->within_us > 0
           && session->received_us - session->command_us > (int64_t)player->next->within_us;
}

static bool is_stopped(const struct player *player)
{
    return player->stop != NULL && *player->stop != 0;
}

/* Waits for the next bytes. Writes: *size, 0 at the deadline. Returns: false if the
 * case ends here. */
static bool receive(struct player *player, int64_t deadline, ssize_t *size)
{
    struct session *session = player->session;
    *size = 0;
    while (*size == 0 && line_now(session->line) < deadline && !is_stopped(player)) {
        int64_t turn = line_now(session->line) + TURN_US;
        *size = session_receive(session, turn < deadline ? turn : deadline);
    }
    if (*size < 0) return end(player, PLAY_VANISHED);
    if (session->dropped > 0) return end(player, PLAY_FLOODS);
    if (is_stopped(player)) return end(player, PLAY_STOPPED);
    player->waited = *size == 0;
    player->settled_at = *size == 0 ? 0 : session->received_us + player->options->settle_us;
    return true;
}

/* What comes late is still taken, so that it is reported. */
static bool await(struct player *player, int64_t deadline)
{
    ssize_t size = 0;
    if (!receive(player, deadline, &size)) return false;
    player->result->limit_us = limit_of(player);
    return size == 0 || !is_late(player) || end(player, PLAY_LATE);
}

/* The command line is decoded after what came before its echo. */
static bool await_echo(struct player *player)
{
    ssize_t size = 0;
    return receive(player, player->session->command_us + SESSION_ECHO_US, &size);
}

static bool keep_guard(struct player *player)
{
    struct session *session = player->session;
    bool sent_last = session->sent_us > session->received_us;
    int64_t until = (sent_last ? session->sent_us : session->received_us) + GUARD_US;
    while (line_now(session->line) < until)
        if (session_receive(session, until) < 0) return end(player, PLAY_VANISHED);
    return true;
}

static bool say(struct player *player)
{
    struct session *session = player->session;
    const struct match_next *next = player->next;
    bool escapes = next->bytes.size == 3 && memcmp(next->bytes.bytes, "+++", 3) == 0;
    bool is_command = next->send->kind == SCRIPT_LINE
                      || (next->bytes.size > 0 && next->bytes.bytes[next->bytes.size - 1] == '\r'
                          && next->send->kind == SCRIPT_BYTES);
    if (escapes && !keep_guard(player)) return false;
    if (!escapes && !player->waited && player->options->pace != NULL)
        pace_add(player->options->pace, port_now_us() - session->read_us);
    player->result->sent_count++;
    decode(player);
    session->line_of_case = next->send->line;
    if (!session_send(session, next->bytes.bytes, next->bytes.size, is_command))
        return end(player, PLAY_VANISHED);
    player->settled_at = session->sent_us + player->options->settle_us;
    return true;
}

/* The line end may be half there. */
static bool ends_in_cr(const struct session *session)
{
    const struct transcript_builder *record = &session->record;
    const struct transcript_item *items = (const void *)record->items.bytes;
    size_t count = session_item_count(session);
    return count > 0 && items[count - 1].kind == TRANSCRIPT_RECEIVED
           && record->bytes.bytes[record->bytes.size - 1] == '\r';
}

/* Returns: whether the case goes on. */
static bool step(struct player *player)
{
    int64_t now = line_now(player->session->line);
    if (player->session->echo == SESSION_ECHO_AWAITED) return await_echo(player);
    look(player);
    const struct match_next *next = player->next;
    if (next->is_ambiguous) return end(player, PLAY_AMBIGUOUS);
    bool goes_on = next->send != NULL || next->may_end;
    if (!goes_on && next->receive == NULL) return end(player, PLAY_DIFFERS);
    if (goes_on && (next->receive != NULL || ends_in_cr(player->session))
        && now < player->settled_at)
        return await(player, player->settled_at);
    if (next->may_end) return end(player, PLAY_AGREES);
    if (next->send != NULL) return say(player);
    int64_t limit = limit_of(player);
    int64_t deadline = player->session->command_us + limit + limit / 2 + 1000000;
    if (now >= deadline) {
        player->result->limit_us = limit;
        return end(player, PLAY_SILENT);
    }
    return await(player, deadline);
}

/* Where it went another way, by the record that was looked at last. */
static void explain(struct player *player)
{
    struct transcript record = session_record(player->session, player->result->first);
    if (player->looked_count < record.item_count) record.item_count = player->looked_count;
    match_explain(player->case_, &record, &player->options->settings, player->urcs,
                  player->urc_count, &player->result->match);
}

void play_case(struct session *session, const struct script_case *case_,
               const struct play_options *options, const volatile sig_atomic_t *stop,
               struct play_result *result)
{
    struct player player = {
        session, case_, options, stop, .result = result, .stream_end = UINT64_MAX};
    *result = (struct play_result){.first = session_item_count(session)};
    session->command_us = session->received_us = line_now(session->line);
    session->read_us = port_now_us();
    session->holds_stream = true;
    choose_urcs(&player);
    player.rewrite_count = session->rewrite_count;
    player.course = match_course_new(case_, &options->settings, player.urcs, player.urc_count);
    while (step(&player)) continue;
    if (result->outcome == PLAY_AGREES) decode(&player);
    else explain(&player);
    session->line_of_case = 0;
    session->holds_stream = false;
    match_course_free(player.course);
    free(player.urcs);
}
