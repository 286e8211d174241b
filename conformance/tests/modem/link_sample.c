#include "link_sample.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

int64_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

struct server *server_of(const struct server_options *options)
{
    char *error = NULL;
    struct server *server = server_start(options, &error);
    if (server == NULL) fail_msg("%s", error);
    return server;
}

const char *pem(const struct world *world, const char *name)
{
    const char *text = NULL;
    const char *found;
    for (size_t i = 0; (found = server_certificate(world->server, i, &text)) != NULL; i++)
        if (strcmp(found, name) == 0) return text;
    fail_msg("no %s", name);
    return NULL;
}

struct link_options options_of(const struct world *world, enum server_port port,
                               const struct link_tls *tls)
{
    return (struct link_options){
        .host = "127.0.0.1",
        .port = server_port(world->server, port),
        .tls = tls,
        .connect_limit_us = PATIENCE_S * SECOND_US,
        .handshake_limit_us = PATIENCE_S * SECOND_US,
        .send_room = ROOM,
        .receive_room = ROOM,
        .event = world->event,
    };
}

/* Until something happens on a link. */
void wait_event(const struct world *world)
{
    uint64_t count;
    struct pollfd polled = {.fd = world->event, .events = POLLIN};
    assert_int_equal(poll(&polled, 1, PATIENCE_S * 1000), 1);
    assert_int_equal(read(world->event, &count, sizeof count), sizeof count);
}

void wait_while(const struct world *world, const struct link *link, enum link_state state)
{
    while (link_state(link) == state) wait_event(world);
}

enum link_reason reason_of(const struct world *world, const struct link_options *options)
{
    struct link *link = link_open(options);
    wait_while(world, link, LINK_OPENING);
    enum link_reason reason = link_reason(link);
    assert_int_equal(link_state(link), reason == LINK_NO_REASON ? LINK_OPEN : LINK_CLOSED);
    link_close(link);
    return reason;
}

enum link_reason tls_reason(const struct world *world, enum server_port port,
                            const struct link_tls *tls)
{
    struct link_options options = options_of(world, port, tls);
    return reason_of(world, &options);
}

struct link_tls trusting(const char *ca)
{
    return (struct link_tls){.verifies = true, .ca = ca, .ca_size = strlen(ca)};
}

struct link *opened(const struct world *world, const struct link_options *options)
{
    struct link *link = link_open(options);
    wait_while(world, link, LINK_OPENING);
    assert_int_equal(link_reason(link), LINK_NO_REASON);
    return link;
}

void send_all(const struct world *world, struct link *link, const void *bytes, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        size_t taken = link_send(link, (const char *)bytes + sent, size - sent);
        if (taken == 0) wait_event(world);
        sent += taken;
    }
}

void receive_all(const struct world *world, struct link *link, void *bytes, size_t size)
{
    for (size_t got = 0; got < size;) {
        size_t given = link_receive(link, (char *)bytes + got, size - got);
        if (given == 0) wait_event(world);
        got += given;
    }
}

int link_set_up(void **state)
{
    static struct world world;
    world.server = server_of(&(struct server_options){.tls_min = SERVER_TLS_1_0});
    world.event = eventfd(0, EFD_CLOEXEC);
    *state = &world;
    return 0;
}

int link_tear_down(void **state)
{
    struct world *world = *state;
    server_stop(world->server);
    close(world->event);
    return 0;
}

/* A listener on loopback. Writes: *port. */
int listen_at(uint16_t *port, int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}
