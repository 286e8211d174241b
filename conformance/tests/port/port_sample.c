#include "port_sample.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

int64_t sample_after(int64_t us)
{
    return port_now_us() + us;
}

struct port *sample_need(struct port *port, const struct port_error *error)
{
    if (port == NULL) fail_msg("%s: %s", port_status_name(error->status), error->text);
    return port;
}

struct port *sample_open(const char *address)
{
    struct port_error error;
    return sample_need(port_open(address, NULL, &error), &error);
}

struct port *sample_listen(const char *address)
{
    struct port_error error;
    return sample_need(port_listen(address, NULL, &error), &error);
}

struct port *sample_open_slave(const struct port *pty)
{
    char address[160];
    snprintf(address, sizeof address, "serialdev,%s,115200n81", port_describe(pty));
    return sample_open(address);
}

void *echo_run(void *data)
{
    struct echo *echo = data;
    uint8_t bytes[4096];
    while (echo->stop == 0) {
        ssize_t size =
            port_read(echo->port, bytes, sizeof bytes, sample_after(SECOND_US / 50), NULL);
        if (size < 0) break;
        if (size > 0)
            port_write(echo->port, bytes, (size_t)size, sample_after(2 * SECOND_US), NULL);
    }
    return NULL;
}

void echo_start(struct echo *echo, const char *address)
{
    echo->stop = 0;
    echo->port = sample_listen(address);
    assert_int_equal(pthread_create(&echo->thread, NULL, echo_run, echo), 0);
}

void echo_end(struct echo *echo)
{
    echo->stop = 1;
    pthread_join(echo->thread, NULL);
    port_close(echo->port);
}

void sample_read(struct port *port, uint8_t *bytes, size_t size)
{
    int64_t deadline = sample_after(10 * SECOND_US);
    size_t done = 0;
    while (done < size) {
        ssize_t count = port_read(port, bytes + done, size - done, deadline, NULL);
        if (count <= 0)
            fail_msg("%zd after %zu of %zu bytes: %s", count, done, size, port_error(port)->text);
        done += (size_t)count;
    }
}

void assert_writes(struct port *port, const void *bytes, size_t size)
{
    if (port_write(port, bytes, size, sample_after(10 * SECOND_US), NULL) != PORT_OK)
        fail_msg("%s", port_error(port)->text);
}

void assert_echoes(struct port *port)
{
    static uint8_t sent[RANDOM_SIZE];
    static uint8_t seen[RANDOM_SIZE];
    uint32_t seed = 0x2217;
    for (size_t i = 0; i < 512; i++)
        sent[i] = (uint8_t)(i < 256 ? i : 0xFF - i % 2); /* and runs of FF FE */
    assert_writes(port, sent, 512);
    sample_read(port, seen, 512);
    assert_memory_equal(seen, sent, 512);
    for (size_t i = 0; i < RANDOM_SIZE; i++) {
        seed = seed * 1664525 + 1013904223;
        sent[i] = (uint8_t)(seed >> 24);
    }
    assert_writes(port, sent, RANDOM_SIZE);
    sample_read(port, seen, RANDOM_SIZE);
    assert_memory_equal(seen, sent, RANDOM_SIZE);
}

size_t open_file_count(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL) count++;
    closedir(folder);
    return count;
}

unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

void assert_took(int64_t start, int64_t least, int64_t most)
{
    int64_t took = port_now_us() - start;
    if (took < least || took > most)
        fail_msg("took %lld us, not %lld to %lld", (long long)took, (long long)least,
                 (long long)most);
}
