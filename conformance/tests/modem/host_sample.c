#include "host_sample.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TURNS 1000 /* of 10 ms: how long the network may take               */

struct modem *modem;
int64_t now;
struct buffer heard;

void listen_now(void)
{
    uint8_t bytes[512];
    size_t size;
    while ((size = modem_send(modem, bytes, sizeof bytes, now)) > 0)
        buffer_append(&heard, bytes, size);
}

void type(const char *text)
{
    modem_receive(modem, (const uint8_t *)text, strlen(text), now);
    listen_now();
}

void assert_heard(const char *expected)
{
    buffer_append(&heard, "", 1);
    assert_string_equal((char *)heard.bytes, expected);
    heard.size = 0;
}

void assert_comes(const char *expected)
{
    struct pollfd polled = {.fd = modem_descriptor(modem), .events = POLLIN};
    for (int i = 0; i < TURNS && heard.size < strlen(expected); i++) {
        poll(&polled, 1, 10);
        listen_now();
    }
    assert_heard(expected);
}

void assert_answer(const char *command, const char *expected)
{
    type(command);
    assert_heard(expected);
}

void leap(int64_t time_us)
{
    now += time_us;
    listen_now();
}
