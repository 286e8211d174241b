/* A parser under test, and its events as text, one a line:
 *
 *     OFFSET+SIZE KIND [NAME] [field=value …] ['text'] [left=N] [!deviation …]
 *
 * Spans of one event are joined. */
#ifndef EVENTTEXT_H
#define EVENTTEXT_H

#include <atproof/atproof.h>
#include <atproof/dialects.h>

struct eventtext {
    struct atp_parser parser;
    uint8_t buffer[ATP_BUFFER_SIZE(512)];
    char *text; /* the log, NUL-terminated                         */
    size_t size;
    size_t capacity;
    uint8_t *bytes; /* all event bytes, joined (I2)                    */
    size_t bytes_size;
    size_t bytes_capacity;
    uint64_t next_offset;
    int gap;          /* an event did not begin where the last ended     */
    int hide_payload; /* leave payload bytes out of the log (I3)         */
    /* the joined event under way */
    int open;
    uint8_t kind;
    uint64_t offset;
    uint64_t joined_size;
    uint32_t hash;
    uint32_t deviations;
    const char *name;
};

void eventtext_init(struct eventtext *log, const struct atp_catalog *catalog, size_t line_size);
void eventtext_free(struct eventtext *log);

/* Feeds `size` bytes from a copy that ends flush against an unreadable page,
 * `chunk` at a time (0: all at once). */
void eventtext_feed(struct eventtext *log, const void *bytes, size_t size, size_t chunk);
void eventtext_sent(struct eventtext *log, const char *text);

/* Ends the input and returns the log. */
const char *eventtext_finish(struct eventtext *log);

/* A script: a string for what the host sends ("> …" with the CR implied,
 * ">> …" raw), or what the module sends ("…"); NULL ends it. */
struct script {
    const char *sent; /* NULL: received                                    */
    const char *bytes;
    size_t size;
};
#define SENT(text)                                                                                 \
    {                                                                                              \
        text "\r", NULL, 0                                                                         \
    }
#define SENT_RAW(text)                                                                             \
    {                                                                                              \
        text, NULL, 0                                                                              \
    }
#define RECEIVED(text)                                                                             \
    {                                                                                              \
        NULL, text, sizeof(text) - 1                                                               \
    }

/* Runs the script whole, byte by byte and at every split; all logs must be
 * `expected`, and all bytes joined the input (I1, I2). */
void assert_script(const struct atp_catalog *catalog, size_t line_size, const struct script *script,
                   size_t count, const char *expected);

#define CHECK(catalog, expected, ...)                                                              \
    do {                                                                                           \
        static const struct script script_[] = {__VA_ARGS__};                                      \
        assert_script(catalog, 512, script_, sizeof script_ / sizeof script_[0], expected);        \
    } while (0)

#endif
