/* The server as a whole: what it is made of, in the order of its start. A stop
 * is one readable descriptor, on which every wait of every thread also waits. */
#include "server/server_internal.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS_DEFAULT "127.0.0.1"
#define BACKLOG         128

struct server {
    struct identity identities[IDENTITY_COUNT];
    int stop_fd;
    char *address;
    uint16_t ports[SERVER_PORT_COUNT];
    int listen_fds[SERVER_PORT_COUNT]; /* -1: not open, or handed over */
    struct http_options https[SERVER_PORT_COUNT];
    struct MHD_Daemon *daemons[SERVER_PORT_COUNT];
    SSL_CTX *contexts[SERVER_PORT_COUNT];
    uint8_t *greeting;
    struct peer_options peer_options;
    struct peers *peers;
};

/* What each port is; identity -1: no TLS. */
static const struct port {
    const char *name;
    bool is_http;
    int identity;
} ports[SERVER_PORT_COUNT] = {
    [SERVER_HTTP] = {"http", true, -1},
    [SERVER_HTTPS] = {"https", true, IDENTITY_SERVER},
    [SERVER_HTTPS_EXPIRED] = {"https-expired", true, IDENTITY_EXPIRED},
    [SERVER_HTTPS_SELF_SIGNED] = {"https-self-signed", true, IDENTITY_SELF_SIGNED},
    [SERVER_TCP] = {"tcp", false, -1},
    [SERVER_TLS] = {"tls", false, IDENTITY_SERVER},
    [SERVER_TLS_EXPIRED] = {"tls-expired", false, IDENTITY_EXPIRED},
    [SERVER_TLS_SELF_SIGNED] = {"tls-self-signed", false, IDENTITY_SELF_SIGNED},
};

const char *server_port_name(enum server_port port)
{
    return ports[port].name;
}

/* ---- listening ---------------------------------------------------------------- */

static struct addrinfo *find_address(const char *text, char **error)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(text, NULL, &hints, &found) == 0) return found;
    *error = memory_format("address '%s': expected a numeric one, as 127.0.0.1 or ::1", text);
    return NULL;
}

static void set_port(struct addrinfo *address, uint16_t port)
{
    if (address->ai_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address->ai_addr)->sin6_port = htons(port);
    else ((struct sockaddr_in *)(void *)address->ai_addr)->sin_port = htons(port);
}

static uint16_t bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } address = {.ipv6 = {0}};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) != 0) return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.ipv6.sin6_port
                                                   : address.ipv4.sin_port);
}

static bool listen_at(int fd, const struct addrinfo *address)
{
    int on = 1;
    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0
           && bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
}

static bool listen_on_port(struct server *server, struct addrinfo *address, uint16_t port,
                           int index, char **error)
{
    set_port(address, port);
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->listen_fds[index] = fd;
    if (listen_at(fd, address)) {
        server->ports[index] = bound_port(fd);
        return true;
    }
    *error = memory_format("%s %s:%u: cannot listen: %s; choose another port or address",
                           ports[index].name, server->address, port, strerror(errno));
    return false;
}

static bool listen_on_all(struct server *server, const struct server_options *options, char **error)
{
    const char *text = options->address;
    struct addrinfo *address = find_address(text, error);
    bool is_good = address != NULL;
    server->address = memory_format(strchr(text, ':') ? "[%s]" : "%s", text);
    for (int i = 0; is_good && i < SERVER_PORT_COUNT; i++)
        is_good = listen_on_port(server, address, options->ports[i], i, error);
    if (address) freeaddrinfo(address);
    return is_good;
}

/* ---- start --------------------------------------------------------------------- */

/* The certificates also hold for the address that is listened on. */
static bool make_identities(struct server *server, const struct server_options *options,
                            char **error)
{
    struct server_options extended = *options;
    const char **names = memory_new(options->name_count + 1, sizeof *names);
    if (options->name_count > 0) memcpy(names, options->names, options->name_count * sizeof *names);
    if (strcmp(options->address, ADDRESS_DEFAULT) != 0)
        names[extended.name_count++] = options->address;
    extended.names = names;
    const char *wrong = identities_make(server->identities, &extended);
    if (wrong) *error = memory_text(wrong);
    free(names);
    return !wrong;
}

/* The descriptor goes to what serves it, whether that starts or not. */
static int hand_over(struct server *server, int index)
{
    int fd = server->listen_fds[index];
    server->listen_fds[index] = -1;
    return fd;
}

static bool start_http(struct server *server, const struct server_options *options, int index)
{
    const struct identity *identity =
        ports[index].identity < 0 ? NULL : &server->identities[ports[index].identity];
    server->https[index] = (struct http_options){
        .listen_fd = hand_over(server, index),
        .stop_fd = server->stop_fd,
        .idle_s = options->idle_s,
        .certificate_pem = identity ? identity->certificate_pem : NULL,
        .key_pem = identity ? identity->key_pem : NULL,
        .tls_min = options->tls_min,
        .tls_max = options->tls_max,
    };
    server->daemons[index] = http_start(&server->https[index]);
    return server->daemons[index] != NULL;
}

static bool start_raw(struct server *server, const struct server_options *options, int index,
                      char **error)
{
    int identity = ports[index].identity;
    if (identity >= 0) {
        server->contexts[index] = tls_context(options, &server->identities[identity],
                                              &server->identities[IDENTITY_CA], error);
        if (!server->contexts[index]) return false;
    }
    return peers_listen(server->peers, hand_over(server, index), server->contexts[index]);
}

static bool start_all(struct server *server, const struct server_options *options, char **error)
{
    server->peers = peers_new(&server->peer_options);
    for (int i = 0; i < SERVER_PORT_COUNT; i++) {
        bool started = ports[i].is_http ? start_http(server, options, i)
                                        : start_raw(server, options, i, error);
        if (!started && !*error)
            *error = memory_format("%s: cannot start its thread", ports[i].name);
        if (!started) return false;
    }
    return true;
}

/* The threads inherit the mask: signals are for the program that starts us, but
 * for those that tell of a fault. */
static bool start_without_signals(struct server *server, const struct server_options *options,
                                  char **error)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = start_all(server, options, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static struct server *new_server(const struct server_options *options)
{
    struct server *server = memory_new(1, sizeof *server);
    server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (int i = 0; i < SERVER_PORT_COUNT; i++) server->listen_fds[i] = -1;
    server->greeting = memory_new(options->greeting_size, 1);
    if (options->greeting_size > 0)
        memcpy(server->greeting, options->greeting, options->greeting_size);
    server->peer_options = (struct peer_options){.stop_fd = server->stop_fd,
                                                 .idle_s = options->idle_s,
                                                 .greeting = server->greeting,
                                                 .greeting_size = options->greeting_size,
                                                 .is_silent = options->is_silent};
    return server;
}

/* The options, the defaults put in. */
static struct server_options complete(const struct server_options *options)
{
    struct server_options whole = *options;
    if (!whole.address) whole.address = ADDRESS_DEFAULT;
    if (!whole.idle_s) whole.idle_s = SERVER_IDLE_DEFAULT_S;
    if (!whole.tls_max) whole.tls_max = SERVER_TLS_1_3;
    if (!whole.tls_min)
        whole.tls_min = whole.tls_max < SERVER_TLS_1_2 ? whole.tls_max : SERVER_TLS_1_2;
    return whole;
}

struct server *server_start(const struct server_options *options, char **error)
{
    struct server_options whole = complete(options);
    struct server *server = new_server(&whole);
    char *wrong = NULL;
    if (server->stop_fd < 0) wrong = memory_text("no descriptor is left");
    else if (whole.tls_min > whole.tls_max)
        wrong = memory_text("the minimum version of TLS is above the maximum");
    bool started = !wrong && listen_on_all(server, &whole, &wrong)
                   && make_identities(server, &whole, &wrong)
                   && start_without_signals(server, &whole, &wrong);
    if (started) return server;
    server_stop(server);
    *error = wrong;
    return NULL;
}

void server_stop(struct server *server)
{
    if (!server) return;
    if (server->stop_fd >= 0) eventfd_write(server->stop_fd, 1);
    for (int i = 0; i < SERVER_PORT_COUNT; i++) {
        http_stop(server->daemons[i]);
        if (server->daemons[i] != NULL) crowd_end(&server->https[i].crowd);
        if (server->listen_fds[i] >= 0) close(server->listen_fds[i]);
    }
    peers_stop(server->peers);
    for (int i = 0; i < SERVER_PORT_COUNT; i++) SSL_CTX_free(server->contexts[i]);
    identities_release(server->identities);
    if (server->stop_fd >= 0) close(server->stop_fd);
    free(server->greeting);
    free(server->address);
    free(server);
}

/* ---- readers --------------------------------------------------------------------- */

const char *server_address(const struct server *server)
{
    return server->address;
}

uint16_t server_port(const struct server *server, enum server_port port)
{
    return server->ports[port];
}

static const struct pem_file {
    const char *name;
    int identity;
    bool is_key;
} pem_files[] = {
    {"ca.pem", IDENTITY_CA, false},
    {"server.pem", IDENTITY_SERVER, false},
    {"server-key.pem", IDENTITY_SERVER, true},
    {"expired.pem", IDENTITY_EXPIRED, false},
    {"self-signed.pem", IDENTITY_SELF_SIGNED, false},
    {"client.pem", IDENTITY_CLIENT, false},
    {"client-key.pem", IDENTITY_CLIENT, true},
};
#define PEM_FILE_COUNT (sizeof pem_files / sizeof *pem_files)

const char *server_certificate(const struct server *server, size_t index, const char **pem)
{
    if (index >= PEM_FILE_COUNT) return NULL;
    const struct identity *identity = &server->identities[pem_files[index].identity];
    *pem = pem_files[index].is_key ? identity->key_pem : identity->certificate_pem;
    return pem_files[index].name;
}

static bool write_file(int folder, const char *name, const char *text, mode_t mode)
{
    FILE *file = file_create_below(folder, name, mode);
    if (!file) return false;
    bool is_written = fputs(text, file) >= 0;
    return fclose(file) == 0 && is_written;
}

bool server_write_certificates(const struct server *server, const char *directory, char **error)
{
    const char *pem = NULL;
    int folder = file_open_folder(directory);
    bool is_written = folder >= 0;
    if (!is_written) *error = memory_format("%s: cannot make it: %s", directory, file_error(errno));
    for (size_t i = 0; is_written && server_certificate(server, i, &pem); i++) {
        const char *name = pem_files[i].name;
        is_written = write_file(folder, name, pem, pem_files[i].is_key ? 0600 : 0644);
        if (!is_written)
            *error = memory_format("%s/%s: cannot write: %s", directory, name, file_error(errno));
    }
    if (folder >= 0) close(folder);
    return is_written;
}
