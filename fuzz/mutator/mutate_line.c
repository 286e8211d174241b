/* Mutations within what the module says: lines, fields, numbers, payload. */
#include "edit.h"
#include "mutator.h"
#include "say.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A place in an item. */
struct place {
    unsigned item; /* item_count: none                                      */
    size_t at;
    size_t size;
};

static const uint8_t *bytes_of(const struct session *session, unsigned item)
{
    return session->bytes + session->items[item].offset;
}

static bool replace(struct session *session, struct place place, const void *bytes, size_t size)
{
    return edit_replace(session, place.item, place.at, place.size, bytes, size);
}

/* ---- finding ---------------------------------------------------------- */

unsigned pick_item(struct mutator *mutator, const struct session *session, unsigned kind)
{
    unsigned found = session->item_count;
    unsigned now = SESSION_RECEIVED;
    size_t seen = 0;
    for (unsigned i = 0; i < session->item_count; i++) {
        unsigned own = session->items[i].kind;
        if (own != SESSION_SPLIT) now = own;
        if (now != kind || session->items[i].size == 0) continue;
        if (random_one_in(&mutator->random, ++seen)) found = i;
    }
    return found;
}

/* Any byte of what the module says; of the host's, if it says nothing. */
static struct place pick_byte(struct mutator *mutator, const struct session *session)
{
    struct place place = {pick_item(mutator, session, SESSION_RECEIVED), 0, 0};
    if (place.item == session->item_count) place.item = pick_item(mutator, session, SESSION_SENT);
    if (place.item < session->item_count)
        place.at = random_index(&mutator->random, session->items[place.item].size);
    return place;
}

/* Any line, with its LF. */
static struct place pick_line(struct mutator *mutator, const struct session *session)
{
    struct place place = pick_byte(mutator, session);
    if (place.item == session->item_count) return place;
    const uint8_t *bytes = bytes_of(session, place.item);
    size_t size = session->items[place.item].size;
    size_t end = place.at;
    while (place.at > 0 && bytes[place.at - 1] != '\n') place.at--;
    while (end < size && bytes[end] != '\n') end++;
    place.size = end + (end < size) - place.at;
    return place;
}

/* The run of bytes nearest after any byte that `is_part`; item_count: none. */
static struct place pick_run(struct mutator *mutator, const struct session *session,
                             bool (*is_part)(uint8_t))
{
    struct place place = pick_byte(mutator, session);
    if (place.item == session->item_count) return place;
    const uint8_t *bytes = bytes_of(session, place.item);
    size_t size = session->items[place.item].size;
    while (place.at < size && !is_part(bytes[place.at])) place.at++;
    while (place.at > 0 && place.at < size && is_part(bytes[place.at - 1])) place.at--;
    while (place.at + place.size < size && is_part(bytes[place.at + place.size])) place.size++;
    if (place.size == 0) place.item = session->item_count;
    return place;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/* Where nobody has said anything yet. */
static bool begin(const struct mutator *mutator, struct session *session, const void *bytes,
                  size_t size)
{
    bool receives = (mutator->kinds & 1u << SESSION_RECEIVED) != 0;
    return edit_add(session, receives ? SESSION_RECEIVED : SESSION_SENT, bytes, size);
}

/* ---- mutations -------------------------------------------------------- */

bool mutate_line_end(struct mutator *mutator, struct session *session)
{
    static const char *const ends[] = {"\n",       "\r\r\n", "",     "\r",
                                       "\r\n\r\n", " \r\n",  "\r\n", "\n\r"};
    const char *end = ends[random_index(&mutator->random, COUNT_OF(ends))];
    struct place place = pick_run(mutator, session, is_line_end);
    if (place.item == session->item_count) return false;
    return replace(session, place, end, strlen(end));
}

bool mutate_number(struct mutator *mutator, struct session *session)
{
    struct said said = {0};
    struct place place = pick_run(mutator, session, is_digit);
    if (place.item == session->item_count) return false;
    say_boundary(&said, &mutator->random);
    return replace(session, place, said.bytes, said.size);
}

/* The bytes after a number become as many as it says, or nearly; or the number
 * as many as the bytes. */
bool mutate_length(struct mutator *mutator, struct session *session)
{
    struct said said = {0};
    struct place place = pick_run(mutator, session, is_digit);
    if (place.item == session->item_count) return false;
    uint32_t wanted = random_index(&mutator->random, 40);
    char text[8];
    size_t n = 0;
    if (wanted >= 10) text[n++] = (char)('0' + wanted / 10);
    text[n++] = (char)('0' + wanted % 10);
    said_put(&said, text, n);
    said_text(&said, "\r\n");
    uint32_t given = wanted;
    if (random_one_in(&mutator->random, 2)) given += random_index(&mutator->random, 3);
    else if (given > 0 && random_one_in(&mutator->random, 2)) given--;
    say_payload(&said, &mutator->random, given);
    if (random_one_in(&mutator->random, 2)) said_text(&said, "\r\n");
    return replace(session, place, said.bytes, said.size);
}

bool mutate_field(struct mutator *mutator, struct session *session)
{
    static const char *const tokens[] = {
        ",", "\"", "\"\"", ",,",      " ",
        ":", "-",  "\\22", "0",       "+",
        "(", ")",  "x",    "\"a,b\"", ",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"};
    const char *token = tokens[random_index(&mutator->random, COUNT_OF(tokens))];
    struct place place = pick_byte(mutator, session);
    if (place.item == session->item_count) return false;
    place.size = random_one_in(&mutator->random, 3);
    return replace(session, place, token, strlen(token));
}

/* A line of the catalogue in place of one, or beside it. */
bool mutate_line(struct mutator *mutator, struct session *session)
{
    struct said said = {0};
    struct place place = pick_line(mutator, session);
    say_any(&said, &mutator->random, session_catalog(session->setting));
    said_text(&said, "\r\n");
    if (place.item == session->item_count) return begin(mutator, session, said.bytes, said.size);
    if (random_one_in(&mutator->random, 2)) place.size = 0;
    return replace(session, place, said.bytes, said.size);
}

bool mutate_urc(struct mutator *mutator, struct session *session)
{
    struct said said = {0};
    struct place place = pick_line(mutator, session);
    if (place.item == session->item_count) return false;
    if (random_one_in(&mutator->random, 4)) place.at += random_index(&mutator->random, place.size);
    place.size = 0;
    if (random_one_in(&mutator->random, 2)) said_text(&said, "\r\n");
    say_urc(&said, &mutator->random, session_catalog(session->setting));
    said_text(&said, "\r\n");
    return replace(session, place, said.bytes, said.size);
}

/* A line goes elsewhere, or comes twice. */
bool mutate_move(struct mutator *mutator, struct session *session)
{
    struct said said = {0};
    struct place from = pick_line(mutator, session);
    if (from.item == session->item_count) return false;
    said_put(&said, bytes_of(session, from.item) + from.at, from.size);
    if (said.size < from.size) return false;
    if (!random_one_in(&mutator->random, 3)) replace(session, from, NULL, 0);
    struct place to = pick_line(mutator, session);
    if (to.item == session->item_count) to = (struct place){from.item, from.at, 0};
    to.size = 0;
    return replace(session, to, said.bytes, said.size);
}

/* A line as long as the buffer, or nearly: its end is where mistakes are. */
bool mutate_long(struct mutator *mutator, struct session *session)
{
    static uint8_t filler[FUZZ_INPUT_SIZE_MAX];
    struct place line = pick_line(mutator, session);
    size_t wanted = session_line_size(session->setting) + 2 - random_index(&mutator->random, 5);
    if (line.item == session->item_count || line.size >= wanted) return false;
    size_t size = wanted - line.size;
    if (size > sizeof filler) return false;
    memset(filler, random_one_in(&mutator->random, 4) ? '\r' : 'a', size);
    struct place place = {line.item, line.at + random_index(&mutator->random, line.size), 0};
    return replace(session, place, filler, size);
}

/* Words of a response where none may stand, or between two lines. */
bool mutate_forge(struct mutator *mutator, struct session *session)
{
    static const char *const words[] = {
        "\r\nOK: 1\r\n",
        "OK:\r\n",
        "\r\nOK\r\n",
        "OK\r\n",
        "\r\nERROR\r\n",
        "OKAY\r\n",
        "\r\n> ",
        ">",
        "AT\r\r\n",
        "\r\nCONNECT\r\n",
        "+++",
        "\r\nNO CARRIER\r\n",
        "\r\nCLOSED\r\n",
        "0\r",
        "\r\nRDY\r\n",
        "+CSQ: 1,2\r\n",
        "A/",
        "\r\nSEND OK\r\n",
        "\r\nO",
        "\r\nOK",
        "\r\nNO CARRIE",
    };
    const char *word = words[random_index(&mutator->random, COUNT_OF(words))];
    struct place place = pick_byte(mutator, session);
    if (place.item == session->item_count) return begin(mutator, session, word, strlen(word));
    return replace(session, place, word, strlen(word));
}

bool mutate_bytes(struct mutator *mutator, struct session *session)
{
    struct place place = pick_byte(mutator, session);
    if (place.item == session->item_count) return false;
    uint8_t byte = (uint8_t)random_next(&mutator->random);
    uint8_t flipped = (uint8_t)(bytes_of(session, place.item)[place.at] ^ 1u << (byte & 7));
    switch (random_index(&mutator->random, 4)) {
    case 0: place.size = 1 + random_index(&mutator->random, 4); break; /* erased */
    case 1: return replace(session, place, &byte, 1);                  /* inserted */
    case 2: place.size = 1; return replace(session, place, &byte, 1);
    default: place.size = 1; return replace(session, place, &flipped, 1);
    }
    size_t left = session->items[place.item].size - place.at;
    if (place.size > left) place.size = left;
    return replace(session, place, NULL, 0);
}
