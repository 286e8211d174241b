/* The raw peers: greeting, echo, and the lines that are commands. A thread a
 * port accepts, a thread a connection serves. */
#include "server/server_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PART_SIZE    16384
#define COMMAND_SIZE 48  /* a longer line is none */
#define PAUSE_MS     100 /* when there are no descriptors left */

struct listener {
    struct peers *peers;
    int fd;
    SSL_CTX *context;
    pthread_t thread;
};

struct peers {
    const struct peer_options *options;
    struct listener listeners[SERVER_PORT_COUNT];
    size_t listener_count;
    pthread_mutex_t lock; /* of connection_count */
    pthread_cond_t all_gone;
    size_t connection_count; /* threads that have not ended                  */
    struct crowd crowd;
};

struct connection {
    struct peers *peers;
    SSL_CTX *context;
    struct wire wire;
    char line[COMMAND_SIZE]; /* the received line, as far as it may be a command */
    size_t line_size;        /* COMMAND_SIZE: it is too long for one */
};

/* ---- commands ---------------------------------------------------------------- */

static bool send_bytes(struct wire *wire, uint64_t length, uint32_t seed)
{
    uint8_t part[PART_SIZE];
    for (uint64_t at = 0; at < length;) {
        size_t size = length - at < PART_SIZE ? (size_t)(length - at) : PART_SIZE;
        server_fill_bytes(seed, at, part, size);
        if (!wire_write(wire, part, size)) return false;
        at += size;
    }
    return true;
}

/* A number of at most 12 digits: less than SERVER_LENGTH_MAX has. */
static bool read_number(const char **at, unsigned long long *value)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 12) return false;
    *value = strtoull(*at, NULL, 10);
    *at += digits;
    return true;
}

static bool read_send(const char *line, uint64_t *length, uint32_t *seed)
{
    unsigned long long first = 0, second = 0;
    if (strncmp(line, "send ", 5) != 0) return false;
    line += 5;
    if (!read_number(&line, &first)) return false;
    if (*line == ' ') {
        line++;
        if (!read_number(&line, &second)) return false;
    }
    *length = first;
    *seed = (uint32_t)second;
    return *line == '\0' && second <= UINT32_MAX;
}

/* The line is whole: its text, without the line end. NULL: no command. */
static const char *end_line(struct connection *connection)
{
    size_t size = connection->line_size;
    connection->line_size = 0;
    if (size == COMMAND_SIZE) return NULL;
    if (size > 0 && connection->line[size - 1] == '\r') size--;
    connection->line[size] = '\0';
    uint64_t length;
    uint32_t seed;
    bool is_command =
        strlen(connection->line) == size
        && (strcmp(connection->line, "close") == 0 || read_send(connection->line, &length, &seed));
    return is_command ? connection->line : NULL;
}

/* Returns: whether the connection goes on. */
static bool obey(struct connection *connection, const char *command)
{
    uint64_t length;
    uint32_t seed;
    return read_send(command, &length, &seed) && send_bytes(&connection->wire, length, seed);
}

/* ---- a connection --------------------------------------------------------------- */

static bool echo(struct connection *connection, const uint8_t *bytes, size_t size)
{
    return connection->peers->options->is_silent || wire_write(&connection->wire, bytes, size);
}

/* Echoes up to the end of each command, then obeys it. */
static bool take(struct connection *connection, const uint8_t *bytes, size_t size)
{
    size_t echoed = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\n') {
            if (connection->line_size < COMMAND_SIZE)
                connection->line[connection->line_size++] = (char)bytes[i];
            continue;
        }
        const char *command = end_line(connection);
        if (!command) continue;
        if (!echo(connection, bytes + echoed, i + 1 - echoed)) return false;
        echoed = i + 1;
        if (!obey(connection, command)) return false;
    }
    return echo(connection, bytes + echoed, size - echoed);
}

static void converse(struct connection *connection)
{
    const struct peer_options *options = connection->peers->options;
    uint8_t part[PART_SIZE];
    if (!wire_open(&connection->wire, connection->context)
        || !wire_write(&connection->wire, options->greeting, options->greeting_size))
        return;
    for (;;) {
        size_t size = wire_read(&connection->wire, part, sizeof part);
        crowd_hear(&connection->peers->crowd, connection->wire.fd);
        if (size == 0 || !take(connection, part, size)) return;
    }
}

static void count_out(struct peers *peers)
{
    pthread_mutex_lock(&peers->lock);
    if (--peers->connection_count == 0) pthread_cond_signal(&peers->all_gone);
    pthread_mutex_unlock(&peers->lock);
}

static bool count_in(struct peers *peers, int fd)
{
    if (!crowd_enter(&peers->crowd, fd)) return false;
    pthread_mutex_lock(&peers->lock);
    peers->connection_count++;
    pthread_mutex_unlock(&peers->lock);
    return true;
}

static void *run_connection(void *argument)
{
    struct connection *connection = argument;
    struct peers *peers = connection->peers;
    converse(connection);
    crowd_leave(&peers->crowd, connection->wire.fd);
    wire_close(&connection->wire);
    free(connection);
    OPENSSL_thread_stop();
    count_out(peers);
    return NULL;
}

/* ---- listening -------------------------------------------------------------------- */

static void serve(const struct listener *listener, int fd)
{
    struct peers *peers = listener->peers;
    int on = 1;
    pthread_t thread;
    if (!count_in(peers, fd)) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = memory_new(1, sizeof *connection);
    connection->peers = peers;
    connection->context = listener->context;
    connection->wire = (struct wire){.fd = fd,
                                     .stop_fd = peers->options->stop_fd,
                                     .idle_ms = (int)peers->options->idle_s * 1000};
    if (pthread_create(&thread, NULL, run_connection, connection) == 0) {
        pthread_detach(thread);
        return;
    }
    free(connection);
    crowd_leave(&peers->crowd, fd);
    close(fd);
    count_out(peers);
}

static void *run_listener(void *argument)
{
    const struct listener *listener = argument;
    int stop_fd = listener->peers->options->stop_fd;
    while (server_wait(listener->fd, POLLIN, stop_fd, -1) > 0) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) serve(listener, fd);
        else if (errno == EMFILE || errno == ENFILE) server_wait(-1, 0, stop_fd, PAUSE_MS);
    }
    return NULL;
}

struct peers *peers_new(const struct peer_options *options)
{
    struct peers *peers = memory_new(1, sizeof *peers);
    peers->options = options;
    pthread_mutex_init(&peers->lock, NULL);
    pthread_cond_init(&peers->all_gone, NULL);
    crowd_begin(&peers->crowd);
    return peers;
}

bool peers_listen(struct peers *peers, int listen_fd, SSL_CTX *context)
{
    struct listener *listener = &peers->listeners[peers->listener_count];
    *listener = (struct listener){.peers = peers, .fd = listen_fd, .context = context};
    if (pthread_create(&listener->thread, NULL, run_listener, listener) == 0) {
        peers->listener_count++;
        return true;
    }
    close(listen_fd);
    return false;
}

void peers_stop(struct peers *peers)
{
    if (!peers) return;
    for (size_t i = 0; i < peers->listener_count; i++) {
        pthread_join(peers->listeners[i].thread, NULL);
        close(peers->listeners[i].fd);
    }
    pthread_mutex_lock(&peers->lock);
    while (peers->connection_count > 0) pthread_cond_wait(&peers->all_gone, &peers->lock);
    pthread_mutex_unlock(&peers->lock);
    pthread_cond_destroy(&peers->all_gone);
    pthread_mutex_destroy(&peers->lock);
    crowd_end(&peers->crowd);
    free(peers);
}
