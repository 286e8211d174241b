/* Names of transcripts: readable, and one for each id. */
#include "outcome/kept_name.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"

#include <stdbool.h>
#include <string.h>

#define PLAIN_MAX 120 /* bytes of an id's name that stand in full             */

/* Names of devices on Windows, whatever follows a `.`, and KEPT_LOG. */
static bool is_reserved(const char *id)
{
    static const char *const names[] = {"con", "prn", "aux", "nul", "line"};
    size_t size = strcspn(id, ".");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == size && memcmp(names[i], id, size) == 0) return true;
    return size == 4 && (memcmp(id, "com", 3) == 0 || memcmp(id, "lpt", 3) == 0) && id[3] >= '0'
           && id[3] <= '9';
}

static void put_byte(struct buffer *out, char byte, bool is_kept)
{
    static const char kept[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    if (byte == '/') buffer_append_text(out, "+");
    else if (byte >= 'A' && byte <= 'Z') buffer_format(out, ",%c", byte - 'A' + 'a');
    else if (is_kept && strchr(kept, byte) != NULL) buffer_append(out, &byte, 1);
    else buffer_format(out, "=%02x", (unsigned)(unsigned char)byte);
}

static void put_id(struct buffer *out, const char *id)
{
    for (size_t i = 0; id[i] != '\0'; i++)
        put_byte(out, id[i], i > 0 || (id[0] != '.' && !is_reserved(id)));
    if (id[0] == '\0') buffer_append_text(out, "=");
}

char *kept_name(const char *id, size_t round, unsigned attempt)
{
    struct buffer out = {0};
    put_id(&out, id);
    if (out.size > PLAIN_MAX) {
        char digest[DIGEST_TEXT_SIZE];
        digest_text(id, strlen(id), digest);
        out.size = PLAIN_MAX;
        buffer_format(&out, "~%s", digest);
    }
    if (round > 1) buffer_format(&out, "~%zu", round);
    if (attempt > 1) buffer_format(&out, "~try%u", attempt);
    buffer_append_text(&out, ".at");
    return buffer_take_text(&out);
}
