/* The bodies that the server sends: deterministic bytes and text, each byte
 * computed from its offset alone, and the bytes that forge a module's output. */
#include "server/server.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

#define BLOCK_SIZE 256
#define LINE_SIZE  64
#define DIGITS     12

/* ---- bytes and text ----------------------------------------------------- */

void server_fill_bytes(uint32_t seed, uint64_t offset, uint8_t *out, size_t size)
{
    uint64_t block = UINT64_MAX, hash = 0;
    for (size_t i = 0; i < size; i++, offset++) {
        if (offset / BLOCK_SIZE != block) {
            block = offset / BLOCK_SIZE;
            hash = random_mix((((uint64_t)seed << 32) + block + 1) * RANDOM_STEP);
        }
        out[i] = (uint8_t)((offset * (hash | 1) + (hash >> 8)) ^ (hash >> 16));
    }
}

/* The line that begins at a multiple of LINE_SIZE. */
static void make_line(uint64_t offset, char line[LINE_SIZE + 1])
{
    snprintf(line, LINE_SIZE + 1, "%0*llu ", DIGITS,
             (unsigned long long)(offset % UINT64_C(1000000000000)));
    for (size_t i = DIGITS + 1; i < LINE_SIZE - 2; i++)
        line[i] = (char)('!' + (offset / LINE_SIZE + i) % ('~' - '!' + 1));
    memcpy(line + LINE_SIZE - 2, "\r\n", 3);
}

void server_fill_text(uint64_t offset, uint8_t *out, size_t size)
{
    char line[LINE_SIZE + 1];
    while (size > 0) {
        size_t begin = (size_t)(offset % LINE_SIZE);
        size_t part = LINE_SIZE - begin < size ? LINE_SIZE - begin : size;
        make_line(offset - begin, line);
        memcpy(out, line + begin, part);
        out += part;
        size -= part;
        offset += part;
    }
}

/* ---- hostile bodies ------------------------------------------------------ */

#define BODY(name, bytes, what)                                                                    \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, what                                                       \
    }

static const struct server_hostile hostiles[] = {
    BODY("ok", "\r\nOK\r\n", "a final result code"),
    BODY("error", "\r\nERROR\r\n", "a final result code"),
    BODY("cme-error", "\r\n+CME ERROR: 3\r\n", "a final result code with its number"),
    BODY("numeric-ok", "0\r", "OK as ATV0 has it"),
    BODY("numeric-error", "\r\n4\r\n", "ERROR as ATV0 has it, framed"),
    BODY("connect", "\r\nCONNECT\r\n", "the way into data mode"),
    BODY("no-carrier", "\r\nNO CARRIER\r\n", "the way out of data mode"),
    BODY("escape", "+++", "the escape sequence of data mode"),
    BODY("half-ok", "\r\nO", "a result code that never ends"),
    BODY("httpread", "\r\n+HTTPREAD: 5\r\nhello\r\n+HTTPREAD: 0\r\n", "a block of its own"),
    BODY("httpread-end", "\r\n+HTTPREAD: 0\r\n", "the end of the body"),
    BODY("httpread-then-ok", "\r\n+HTTPREAD: 0\r\n\r\nOK\r\n", "the end of the body and of it all"),
    BODY("httphead", "\r\n+HTTPHEAD: 2\r\nhi\r\nOK\r\n", "a head of its own"),
    BODY("httpaction", "\r\n+HTTPACTION: 0,200,4294967295\r\n", "an answer with a false length"),
    BODY("http-peer-closed", "\r\n+HTTP_PEER_CLOSED\r\n", "a URC"),
    BODY("http-nonet", "\r\n+HTTP_NONET_EVENT\r\n", "a URC"),
    BODY("cchrecv", "\r\n+CCHRECV: DATA,0,100\r\n", "a block whose bytes never come"),
    BODY("cchrecv-end", "\r\n+CCHRECV: 0,0\r\n", "the end of a read"),
    BODY("cchevent", "\r\n+CCHEVENT: 0,RECV EVENT\r\n", "a URC"),
    BODY("cch-peer-closed", "\r\n+CCH_PEER_CLOSED: 0\r\n", "a URC"),
    BODY("qssl-recv", "\r\n+QSSLURC: \"recv\",0\r\n", "a URC"),
    BODY("qssl-recv-length", "\r\n+QSSLURC: \"recv\",0,100\r\n",
         "a URC with bytes that never come"),
    BODY("qssl-closed", "\r\n+QSSLURC: \"closed\",0\r\n", "a URC"),
    BODY("qsslrecv", "\r\n+QSSLRECV: 100\r\n", "a block whose bytes never come"),
    BODY("send-ok", "\r\nSEND OK\r\n", "a result of sending"),
    BODY("rdy", "\r\nRDY\r\n", "a module that has just started"),
    BODY("powered-down", "\r\nNORMAL POWER DOWN\r\n", "a module that leaves"),
    BODY("ring", "\r\nRING\r\n", "a URC"),
    BODY("prompt", "\r\n> ", "the prompt for text"),
    BODY("prompt-download", "\r\nDOWNLOAD\r\n", "the prompt for a body"),
    BODY("echo", "AT+HTTPTERM\r", "a command, as if echoed"),
    BODY("cr", "\r", "a lone CR"),
    BODY("lf", "\n", "a lone LF"),
    BODY("crlf", "\r\n\r\n", "empty lines"),
    BODY("nul", "\0\r\nOK\0\r\n\0", "NUL around a result code"),
    BODY("ff", "\xFF\xFF\r\n\xFFOK\r\n\xFF\xF0", "0xFF, also what telnet takes for commands"),
    BODY("xon-xoff", "\x11\x13\x13\x11\x13", "software flow control"),
    BODY("control-z", "\x1A\x1B", "the ends of a prompt's text"),
    BODY("quote", "\"\r\n,\"OK\"\r\n", "quotes that do not pair"),
    BODY("long-line", "\r\n+HTTPREAD: 99999999999999999999\r\n", "a number that no type holds"),
};
#define HOSTILE_COUNT (sizeof hostiles / sizeof *hostiles)

const struct server_hostile *server_hostile(size_t index)
{
    return index < HOSTILE_COUNT ? &hostiles[index] : NULL;
}

const struct server_hostile *server_find_hostile(const char *name)
{
    for (size_t i = 0; i < HOSTILE_COUNT; i++)
        if (strcmp(hostiles[i].name, name) == 0) return &hostiles[i];
    return NULL;
}
