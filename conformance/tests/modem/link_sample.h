/* Links against the real server on loopback, for the tests of them. */
#ifndef ATPROOF_LINK_SAMPLE_H
#define ATPROOF_LINK_SAMPLE_H

#include "modem/net/link.h"
#include "server/server.h"

#define ROOM       4096
#define PATIENCE_S 10
#define SECOND_US  INT64_C(1000000)
#define YEAR_2000  INT64_C(962409600) /* 1 July 2000: the expired one was good */
#define YEAR_2020  INT64_C(1593561600)

struct world {
    struct server *server;
    int event;
};

/* Of a group of tests: *state becomes a struct world with a server. */
int link_set_up(void **state);
int link_tear_down(void **state);

/* A server of its own; fails the test if it cannot begin. */
struct server *server_of(const struct server_options *options);

/* The server's certificate or key of that file name. */
const char *pem(const struct world *world, const char *name);

/* Seconds from any start. */
int64_t now_s(void);

/* Options of a link to a port of the server; `tls` NULL: TCP. */
struct link_options options_of(const struct world *world, enum server_port port,
                               const struct link_tls *tls);

/* TLS that trusts that CA. */
struct link_tls trusting(const char *ca);

/* Waits for the event descriptor; while the link has that state. */
void wait_event(const struct world *world);
void wait_while(const struct world *world, const struct link *link, enum link_state state);

/* A link that is open. */
struct link *opened(const struct world *world, const struct link_options *options);

/* Why a link with those options ends up closed, or LINK_NO_REASON. */
enum link_reason reason_of(const struct world *world, const struct link_options *options);
enum link_reason tls_reason(const struct world *world, enum server_port port,
                            const struct link_tls *tls);

void send_all(const struct world *world, struct link *link, const void *bytes, size_t size);
void receive_all(const struct world *world, struct link *link, void *bytes, size_t size);

/* A listener on loopback. Writes: *port. */
int listen_at(uint16_t *port, int backlog);

#endif
