/* HTTP and HTTPS: libmicrohttpd carries the protocol, a thread a connection, so
 * that an answer may wait; server_route.c says what the answer is. */
#include "server/server_internal.h"

#include "base/memory.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define DAEMON_FLAGS                                                                               \
    (MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC)

/* GnuTLS's words for a range of versions. */
static char *priorities(const struct http_options *options)
{
    static const char *const words[] = {
        [SERVER_TLS_1_0] = ":+VERS-TLS1.0",
        [SERVER_TLS_1_1] = ":+VERS-TLS1.1",
        [SERVER_TLS_1_2] = ":+VERS-TLS1.2",
        [SERVER_TLS_1_3] = ":+VERS-TLS1.3",
    };
    const char *word[4] = {"", "", "", ""};
    for (int i = (int)options->tls_min; i <= (int)options->tls_max; i++)
        word[i - SERVER_TLS_1_0] = words[i];
    return memory_format("NORMAL:-VERS-ALL%s%s%s%s", word[0], word[1], word[2], word[3]);
}

/* ---- a request ------------------------------------------------------------ */

static struct request *begin(const struct http_options *options, struct MHD_Connection *connection,
                             const char *method, const char *path, const char *version)
{
    struct request *request = memory_new(1, sizeof *request);
    *request = (struct request){.connection = connection,
                                .method = method,
                                .path = path,
                                .version = version,
                                .stop_fd = options->stop_fd,
                                .is_kept = route_keeps_body(path)};
    return request;
}

static void keep(struct request *request, const char *bytes, size_t size)
{
    if (size > SERVER_ECHO_MAX - request->body_size) request->is_too_big = true;
    if (!request->is_kept || request->is_too_big) return;
    request->body = memory_grow(request->body, request->body_size + size, &request->body_cap, 1);
    memcpy(request->body + request->body_size, bytes, size);
    request->body_size += size;
}

/* Called once at the headers, then for each part of the body, then at its end. */
static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

static void hear(struct http_options *options, struct MHD_Connection *connection)
{
    crowd_hear(&options->crowd, socket_of(connection));
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    struct request *request = *context;
    hear(cls, connection);
    if (!request) {
        *context = begin(cls, connection, method, path, version);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        keep(request, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return route_answer(request) ? MHD_YES : MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)connection, (void)code;
    struct request *request = *context;
    if (request) free(request->body);
    free(request);
    *context = NULL;
}

/* ---- lifecycle ------------------------------------------------------------ */

/* The socket is MHD's; it is open at either end of the connection. */
static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_options *options = user;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    (void)context;
    if (info == NULL) return;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) crowd_leave(&options->crowd, info->connect_fd);
    else if (!crowd_enter(&options->crowd, info->connect_fd)) shutdown(info->connect_fd, SHUT_RDWR);
}

struct MHD_Daemon *http_start(struct http_options *options)
{
    char *words = priorities(options);
    unsigned int flags = DAEMON_FLAGS;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (char *)(uintptr_t)options->certificate_pem},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (char *)(uintptr_t)options->key_pem},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, words},
        {MHD_OPTION_END, 0, NULL},
    };
    crowd_begin(&options->crowd);
    if (options->certificate_pem) flags |= MHD_USE_TLS;
    else tls[0].option = MHD_OPTION_END;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, options, MHD_OPTION_LISTEN_SOCKET, options->listen_fd,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_CONNECTION_TIMEOUT,
        options->idle_s, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CROWD_MAX,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, options, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
    free(words);
    return daemon;
}

void http_stop(struct MHD_Daemon *daemon)
{
    if (daemon) MHD_stop_daemon(daemon);
}
