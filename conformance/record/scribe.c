/* A recording on disk. The file always holds all that was said: items, and
 * after them provisional ones for what is not whole yet (`<< "\r\n+CS"`),
 * which the next writing replaces. What is in the file outlives this program. */
#include "record/scribe.h"

#include "base/file.h"
#include "base/memory.h"
#include "record/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REST_SHORT    4096             /* bytes written at each call          */
#define REST_PAUSE_US INT64_C(1000000) /* between two writings of more       */

struct scribe {
    struct scribe_options options;
    char *header; /* owned                                                   */
    int fd;
    bool can_rewrite; /* a regular file                                      */
    bool has_body;
    bool has_rest;       /* provisional items stand after `kept`             */
    off_t kept;          /* bytes of whole items in the file                  */
    struct buffer text;  /* not in the file yet                               */
    struct buffer notes; /* comments before the first item                   */
    int64_t rest_us;     /* when the rest was written                         */
    int64_t time_us;     /* of the last `@ time:`                             */
};

struct scribe *scribe_open(const struct scribe_options *options)
{
    struct stat status;
    bool standard = strcmp(options->path, "-") == 0;
    int fd = standard ? dup(STDOUT_FILENO) : file_create_descriptor(options->path);
    if (fd < 0) return NULL;
    struct scribe *scribe = memory_new(1, sizeof *scribe);
    scribe->options = *options;
    scribe->fd = fd;
    scribe->can_rewrite = !standard && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    scribe->time_us = INT64_MIN;
    scribe->options.header = scribe->header = memory_text(options->header);
    buffer_append_text(&scribe->text, scribe->header);
    return scribe;
}

/* One blank line parts header and body. */
static void begin_body(struct scribe *scribe)
{
    if (scribe->has_body) return;
    scribe->has_body = true;
    buffer_append_text(&scribe->text, "\n");
    buffer_append(&scribe->text, scribe->notes.bytes, scribe->notes.size);
}

static void put_time(struct scribe *scribe, int64_t time_us)
{
    int64_t since = time_us - scribe->options.start_us;
    if (since < 0) since = 0;
    if (since <= scribe->time_us) return;
    scribe->time_us = since;
    text_time(&scribe->text, since);
}

void scribe_item(void *user, const struct tape_item *item)
{
    struct scribe *scribe = user;
    begin_body(scribe);
    put_time(scribe, item->time_us);
    text_item(&scribe->text, item);
}

void scribe_note(struct scribe *scribe, int64_t now, const char *text)
{
    struct buffer *out = scribe->has_body ? &scribe->text : &scribe->notes;
    if (scribe->has_body) put_time(scribe, now);
    buffer_format(out, "# %s\n", text);
}

/* ---- the file --------------------------------------------------------- */

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

/* The rest is taken back first: a write that is cut short leaves whole items. */
static bool write_items(struct scribe *scribe)
{
    if (scribe->text.size == 0) return true;
    if (scribe->has_rest
        && (lseek(scribe->fd, scribe->kept, SEEK_SET) < 0
            || ftruncate(scribe->fd, scribe->kept) != 0))
        return false;
    scribe->has_rest = false;
    if (!write_all(scribe->fd, scribe->text.bytes, scribe->text.size)) return false;
    scribe->kept += (off_t)scribe->text.size;
    scribe->text.size = 0;
    return true;
}

bool scribe_restart(struct scribe *scribe)
{
    if (!scribe->can_rewrite || lseek(scribe->fd, 0, SEEK_SET) < 0 || ftruncate(scribe->fd, 0) != 0)
        return false;
    scribe->has_body = scribe->has_rest = false;
    scribe->kept = 0;
    scribe->time_us = INT64_MIN;
    scribe->text.size = scribe->notes.size = 0;
    buffer_append_text(&scribe->text, scribe->options.header);
    return true;
}

static void put_rest(const struct scribe *scribe, struct buffer *out, bool is_sent,
                     const uint8_t *bytes, size_t size)
{
    if (size == 0) return;
    if (scribe->options.hides_rest)
        buffer_format(out, "# %zu bytes of the %s, not whole yet\n", size,
                      is_sent ? "host" : "module");
    else text_bytes(out, is_sent, bytes, size);
}

/* `held`: bytes of items that somebody holds back. */
static bool write_rest(struct scribe *scribe, const struct tape *tape, size_t held, int64_t now)
{
    struct buffer received = {0};
    struct buffer text = {0};
    struct tape_rest sent = tape_rest_sent(tape);
    tape_rest_received(tape, &received);
    size_t size = held + sent.size + received.size;
    bool is_long = size > REST_SHORT;
    bool is_due = !is_long || now - scribe->rest_us >= REST_PAUSE_US;
    bool good = true;
    if (is_due && (scribe->has_rest || size > 0)) {
        if (!scribe->has_body && size > 0) buffer_append_text(&text, "\n");
        if (held > 0) buffer_format(&text, "# %zu bytes of an exchange, not over yet\n", held);
        put_rest(scribe, &text, true, sent.bytes, sent.size);
        put_rest(scribe, &text, false, received.bytes, received.size);
        good = lseek(scribe->fd, scribe->kept, SEEK_SET) >= 0
               && write_all(scribe->fd, text.bytes, text.size)
               && ftruncate(scribe->fd, scribe->kept + (off_t)text.size) == 0;
        scribe->has_rest = text.size > 0;
        scribe->rest_us = now;
    }
    buffer_release(&received);
    buffer_release(&text);
    return good;
}

bool scribe_keep(struct scribe *scribe, const struct tape *tape, size_t held, int64_t now)
{
    return write_items(scribe) && (!scribe->can_rewrite || write_rest(scribe, tape, held, now));
}

uint64_t scribe_size(const struct scribe *scribe)
{
    return (uint64_t)scribe->kept;
}

bool scribe_close(struct scribe *scribe)
{
    if (scribe == NULL) return true;
    if (!scribe->has_body && scribe->notes.size > 0)
        buffer_append(&scribe->text, scribe->notes.bytes, scribe->notes.size);
    bool good =
        write_items(scribe) && (!scribe->has_rest || ftruncate(scribe->fd, scribe->kept) == 0);
    if (close(scribe->fd) != 0) good = false;
    buffer_release(&scribe->text);
    buffer_release(&scribe->notes);
    free(scribe->header);
    free(scribe);
    return good;
}
