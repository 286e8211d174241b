/* A recording served as a module. What its host does otherwise is reported. */
#include "record/play_back.h"

#include "base/complain.h"
#include "port/serve.h"
#include "record/player.h"
#include "record/text.h"
#include "script/script.h"

#define REPLAY_SHOWN 64 /* bytes of the host in a message                    */

static void replay_receive(void *self, const uint8_t *bytes, size_t size, int64_t now)
{
    player_receive(self, bytes, size, now);
}

static size_t replay_send(void *self, uint8_t *bytes, size_t capacity, int64_t now)
{
    return player_send(self, bytes, capacity, now);
}

static int64_t replay_due(void *self, int64_t now)
{
    return player_due(self, now);
}

static void tell_other(void *user, size_t line, const char *what, const uint8_t *bytes, size_t size)
{
    struct buffer text = {0};
    text_bytes(&text, true, bytes, size < REPLAY_SHOWN ? size : REPLAY_SHOWN);
    buffer_append(&text, "", 1);
    text.bytes[text.size - 2] = '\0';                 /* the line end */
    const char *shown = (const char *)text.bytes + 3; /* after the mark */
    if (line > 0) complain("%s:%zu: %s: %s", (const char *)user, line, shown, what);
    else complain("%s: at its end: %s: %s", (const char *)user, shown, what);
    buffer_release(&text);
}

static int serve_player(const struct play_back *options, const struct transcript *recording)
{
    struct player *player =
        player_new(recording,
                   &(struct player_options){.fast = options->fast,
                                            .speed = options->speed,
                                            .on_other = tell_other,
                                            .user = (void *)(uintptr_t)options->path},
                   port_now_us());
    const struct serve_module module = {.self = player,
                                        .receive = replay_receive,
                                        .send = replay_send,
                                        .due = replay_due,
                                        .descriptor = -1};
    int code = serve(&module, options->listen, options->link);
    player_free(player);
    return code;
}

int play_back(const struct play_back *options)
{
    struct script script;
    struct transcript recording;
    struct transcript_error error;
    if (!script_read(options->path, &script, &error))
        return transcript_complain(options->path, &error);
    bool good = script_expand(&script.cases[0], NULL, 0, &recording, &error);
    int code =
        good ? serve_player(options, &recording) : transcript_complain(options->path, &error);
    if (good) transcript_release(&recording);
    script_release(&script);
    return code;
}
