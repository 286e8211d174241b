/* What each path answers. `routes` is the one table of the paths: the help, the
 * 404, the check of the parameters and the dispatch all come from it. */
#include "server/server_internal.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_DEFAULT 1024
#define CHUNK_MAX      16384
#define BLOCK_SIZE     65536
#define DELAY_MAX_MS   60000
#define STATUS_MIN     200
#define STATUS_MAX     599

/* ---- parameters ----------------------------------------------------------- */

enum parameter { LENGTH, SEED, CHUNK, DELAY, SEND, CODE, PARAMETER_COUNT };
#define BIT(parameter) (1u << (parameter))

static const struct {
    const char *name;
    uint64_t min, max;
} parameters[PARAMETER_COUNT] = {
    [LENGTH] = {"length", 0, SERVER_LENGTH_MAX}, [SEED] = {"seed", 0, UINT32_MAX},
    [CHUNK] = {"chunk", 1, CHUNK_MAX},           [DELAY] = {"delay", 0, DELAY_MAX_MS},
    [SEND] = {"send", 0, SERVER_LENGTH_MAX},     [CODE] = {"code", 300, 399},
};

struct arguments {
    const char *tail; /* of the path, after the route's own */
    const char *to;
    uint64_t number[PARAMETER_COUNT];
    unsigned given;
};

typedef bool handler_fn(struct request *request, const struct arguments *arguments);

static handler_fn answer_bytes, answer_text, answer_echo, answer_headers, answer_status,
    answer_redirect, answer_slow, answer_truncated, answer_chunked, answer_close, answer_hang,
    answer_hostile_list, answer_hostile;

static const struct route {
    const char *path;
    const char *synopsis;
    const char *what;
    handler_fn *answer;
    unsigned accepted; /* BIT of each parameter */
    bool has_tail;     /* the path ends in a word of the client's */
    bool has_to;
    bool keeps_body;
} routes[] = {
    {"/bytes", "?length=N&seed=S", "binary; the same for the same S", answer_bytes,
     BIT(LENGTH) | BIT(SEED), false, false, false},
    {"/text", "?length=N", "lines of 64 bytes of ASCII", answer_text, BIT(LENGTH), false, false,
     false},
    {"/echo", "", "the request's body and Content-Type", answer_echo, 0, false, false, true},
    {"/headers", "", "the request's line and headers", answer_headers, 0, false, false, false},
    {"/status/", "CODE", "that status, 200 to 599", answer_status, 0, true, false, false},
    {"/redirect", "?to=URL&code=30x", "a Location (default: /headers, 302)", answer_redirect,
     BIT(CODE), false, true, false},
    {"/slow", "?length=N&chunk=C&delay=MS", "C bytes (64) every MS milliseconds (100)", answer_slow,
     BIT(LENGTH) | BIT(SEED) | BIT(CHUNK) | BIT(DELAY), false, false, false},
    {"/truncated", "?length=N&send=M", "declares N, closes after M (N / 2)", answer_truncated,
     BIT(LENGTH) | BIT(SEED) | BIT(SEND), false, false, false},
    {"/chunked", "?length=N&chunk=C", "chunks of C bytes (64), no Content-Length", answer_chunked,
     BIT(LENGTH) | BIT(SEED) | BIT(CHUNK) | BIT(DELAY), false, false, false},
    {"/close", "", "closes without an answer", answer_close, 0, false, false, false},
    {"/hang", "", "no answer, until the client leaves", answer_hang, 0, false, false, false},
    {"/hostile", "", "lists the bodies that forge responses", answer_hostile_list, 0, false, false,
     false},
    {"/hostile/", "NAME?length=N", "such a body, or N bytes of it repeated", answer_hostile,
     BIT(LENGTH), true, false, false},
};
#define ROUTE_COUNT (sizeof routes / sizeof *routes)

static const struct route *find_route(const char *path)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        size_t size = strlen(routes[i].path);
        bool fits = routes[i].has_tail ? strncmp(path, routes[i].path, size) == 0 && path[size]
                                       : strcmp(path, routes[i].path) == 0;
        if (fits) return &routes[i];
    }
    return NULL;
}

bool route_keeps_body(const char *path)
{
    const struct route *route = find_route(path);
    return route && route->keeps_body;
}

char *server_describe_paths(void)
{
    struct buffer text = {0};
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        char *left = memory_format("%s%s", routes[i].path, routes[i].synopsis);
        char *row = memory_format("  %-32s %s\n", left, routes[i].what);
        buffer_append_text(&text, row);
        free(row);
        free(left);
    }
    return buffer_take_text(&text);
}

/* ---- answers in memory ------------------------------------------------------ */

/* Owns: `response`. NULL: the connection is closed. */
static bool queue(struct request *request, unsigned code, struct MHD_Response *response)
{
    if (!response) return false;
    enum MHD_Result result = MHD_queue_response(request->connection, code, response);
    MHD_destroy_response(response);
    return result == MHD_YES;
}

/* Owns: `text`, from malloc. */
static struct MHD_Response *make_text(char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (response) MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    else free(text);
    return response;
}

static bool answer_with(struct request *request, unsigned code, char *text)
{
    return queue(request, code, make_text(text));
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    char *line = memory_format("%s: %s\r\n", name, value ? value : "");
    buffer_append_text(cls, line);
    free(line);
    return MHD_YES;
}

static bool answer_headers(struct request *request, const struct arguments *arguments)
{
    (void)arguments;
    struct buffer text = {0};
    char *line = memory_format("%s %s %s\r\n", request->method, request->path, request->version);
    buffer_append_text(&text, line);
    free(line);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header, &text);
    return answer_with(request, MHD_HTTP_OK, buffer_take_text(&text));
}

static bool answer_echo(struct request *request, const struct arguments *arguments)
{
    (void)arguments;
    if (request->is_too_big)
        return answer_with(request, MHD_HTTP_CONTENT_TOO_LARGE,
                           memory_format("/echo takes up to %zu bytes\n", SERVER_ECHO_MAX));
    struct MHD_Response *response =
        MHD_create_response_from_buffer(request->body_size, request->body, MHD_RESPMEM_MUST_COPY);
    const char *type =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Content-Type");
    if (response)
        MHD_add_response_header(response, "Content-Type", type ? type : "application/octet-stream");
    return queue(request, MHD_HTTP_OK, response);
}

static bool is_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    uint64_t number = 0;
    if (!number_read(text, strlen(text), max, &number) || number < min) return false;
    *value = number;
    return true;
}

static bool answer_status(struct request *request, const struct arguments *arguments)
{
    uint64_t code = 0;
    if (!is_number(arguments->tail, STATUS_MIN, STATUS_MAX, &code))
        return answer_with(request, MHD_HTTP_BAD_REQUEST,
                           memory_format("/status/%s: expected a number from %d to %d\n",
                                         arguments->tail, STATUS_MIN, STATUS_MAX));
    bool is_empty = code == MHD_HTTP_NO_CONTENT || code == MHD_HTTP_RESET_CONTENT
                    || code == MHD_HTTP_NOT_MODIFIED;
    char *text = is_empty ? memory_text("")
                          : memory_format("%u %s\n", (unsigned)code,
                                          MHD_get_reason_phrase_for((unsigned)code));
    return answer_with(request, (unsigned)code, text);
}

static bool answer_redirect(struct request *request, const struct arguments *arguments)
{
    const char *to = arguments->to ? arguments->to : "/headers";
    struct MHD_Response *response = make_text(memory_format("see %s\n", to));
    if (response && MHD_add_response_header(response, "Location", to) != MHD_YES) {
        MHD_destroy_response(response);
        return answer_with(request, MHD_HTTP_BAD_REQUEST,
                           memory_text("parameter 'to': expected a URL\n"));
    }
    unsigned code = arguments->given & BIT(CODE) ? (unsigned)arguments->number[CODE] : 302;
    return queue(request, code, response);
}

static bool answer_hostile_list(struct request *request, const struct arguments *arguments)
{
    (void)arguments;
    struct buffer text = {0};
    for (size_t i = 0; server_hostile(i); i++) {
        const struct server_hostile *body = server_hostile(i);
        char *row = memory_format("%-18s %3zu bytes: %s\n", body->name, body->size, body->what);
        buffer_append_text(&text, row);
        free(row);
    }
    return answer_with(request, MHD_HTTP_OK, buffer_take_text(&text));
}

static bool answer_close(struct request *request, const struct arguments *arguments)
{
    (void)request, (void)arguments;
    return false;
}

static bool answer_hang(struct request *request, const struct arguments *arguments)
{
    (void)arguments;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info) server_wait(info->connect_fd, POLLRDHUP, request->stop_fd, -1);
    return false;
}

/* ---- answers that are streamed ----------------------------------------------- */

typedef void fill_fn(const void *key, uint64_t offset, uint8_t *out, size_t size);

/* A body, computed as it is sent. If it ends before what was declared, the
 * connection is closed. */
struct stream {
    fill_fn *fill;
    const struct server_hostile *hostile;
    uint32_t seed;
    uint64_t end;   /* how many bytes come */
    uint64_t chunk; /* at most so many at once; 0: no limit */
    int delay_ms;   /* before each of them */
    int stop_fd;
};

static void fill_bytes(const void *key, uint64_t offset, uint8_t *out, size_t size)
{
    const struct stream *stream = key;
    server_fill_bytes(stream->seed, offset, out, size);
}

static void fill_text(const void *key, uint64_t offset, uint8_t *out, size_t size)
{
    (void)key;
    server_fill_text(offset, out, size);
}

static void fill_hostile(const void *key, uint64_t offset, uint8_t *out, size_t size)
{
    const struct stream *stream = key;
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)stream->hostile->bytes[(offset + i) % stream->hostile->size];
}

static ssize_t read_stream(void *cls, uint64_t offset, char *out, size_t size)
{
    const struct stream *stream = cls;
    if (offset >= stream->end) return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->delay_ms > 0 && server_wait(-1, 0, stream->stop_fd, stream->delay_ms) != 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (size > stream->end - offset) size = (size_t)(stream->end - offset);
    if (stream->chunk > 0 && size > stream->chunk) size = (size_t)stream->chunk;
    stream->fill(stream, offset, (uint8_t *)out, size);
    return (ssize_t)size;
}

/* `declared`: the Content-Length, MHD_SIZE_UNKNOWN for chunks. */
static bool answer_stream(struct request *request, const struct stream *stream, uint64_t declared,
                          const char *type)
{
    struct stream *copy = memory_new(1, sizeof *copy);
    *copy = *stream;
    copy->stop_fd = request->stop_fd;
    struct MHD_Response *response =
        MHD_create_response_from_callback(declared, BLOCK_SIZE, read_stream, copy, free);
    if (response) MHD_add_response_header(response, "Content-Type", type);
    else free(copy);
    return queue(request, MHD_HTTP_OK, response);
}

#define BINARY "application/octet-stream"

static struct stream stream_of(const struct arguments *arguments)
{
    return (struct stream){.fill = fill_bytes,
                           .seed = (uint32_t)arguments->number[SEED],
                           .end = arguments->number[LENGTH]};
}

static bool answer_bytes(struct request *request, const struct arguments *arguments)
{
    struct stream stream = stream_of(arguments);
    return answer_stream(request, &stream, stream.end, BINARY);
}

static bool answer_text(struct request *request, const struct arguments *arguments)
{
    struct stream stream = stream_of(arguments);
    stream.fill = fill_text;
    return answer_stream(request, &stream, stream.end, "text/plain; charset=us-ascii");
}

static bool answer_slow(struct request *request, const struct arguments *arguments)
{
    struct stream stream = stream_of(arguments);
    stream.chunk = arguments->number[CHUNK];
    stream.delay_ms = arguments->given & BIT(DELAY) ? (int)arguments->number[DELAY] : 100;
    return answer_stream(request, &stream, stream.end, BINARY);
}

static bool answer_chunked(struct request *request, const struct arguments *arguments)
{
    struct stream stream = stream_of(arguments);
    stream.chunk = arguments->number[CHUNK];
    stream.delay_ms = (int)arguments->number[DELAY];
    return answer_stream(request, &stream, MHD_SIZE_UNKNOWN, BINARY);
}

static bool answer_truncated(struct request *request, const struct arguments *arguments)
{
    struct stream stream = stream_of(arguments);
    uint64_t declared = stream.end;
    stream.end = arguments->given & BIT(SEND) ? arguments->number[SEND] : declared / 2;
    if (stream.end < declared) return answer_stream(request, &stream, declared, BINARY);
    return answer_with(request, MHD_HTTP_BAD_REQUEST,
                       memory_text("parameter 'send': expected less than 'length'\n"));
}

static bool answer_hostile(struct request *request, const struct arguments *arguments)
{
    struct stream stream = stream_of(arguments);
    stream.fill = fill_hostile;
    stream.hostile = server_find_hostile(arguments->tail);
    if (!stream.hostile)
        return answer_with(request, MHD_HTTP_NOT_FOUND,
                           memory_format("no hostile body is called '%s'; /hostile lists them\n",
                                         arguments->tail));
    if (!(arguments->given & BIT(LENGTH))) stream.end = stream.hostile->size;
    return answer_stream(request, &stream, stream.end, BINARY);
}

/* ---- dispatch ----------------------------------------------------------------- */

struct query {
    const struct route *route;
    struct arguments arguments;
    char *error; /* of the first parameter that is wrong; owned */
};

static int find_parameter(const struct route *route, const char *name)
{
    for (int i = 0; i < PARAMETER_COUNT; i++)
        if (route->accepted & BIT(i) && strcmp(parameters[i].name, name) == 0) return i;
    return -1;
}

static char *refuse(const struct route *route, const char *name)
{
    return memory_format("unknown parameter '%s'; expected %s%s\n", name, route->path,
                         route->synopsis);
}

static enum MHD_Result take_parameter(void *cls, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    (void)kind;
    struct query *query = cls;
    int i = find_parameter(query->route, name);
    if (query->route->has_to && strcmp(name, "to") == 0) query->arguments.to = value ? value : "";
    else if (i < 0) query->error = refuse(query->route, name);
    else if (!value
             || !is_number(value, parameters[i].min, parameters[i].max,
                           &query->arguments.number[i]))
        query->error = memory_format(
            "parameter '%s': '%s', expected a number from %llu to %llu\n", name, value ? value : "",
            (unsigned long long)parameters[i].min, (unsigned long long)parameters[i].max);
    else query->arguments.given |= BIT(i);
    return query->error ? MHD_NO : MHD_YES;
}

static bool answer_unknown(struct request *request)
{
    char *paths = server_describe_paths();
    char *text = memory_format("there is no such path; there are:\n%s", paths);
    free(paths);
    return answer_with(request, MHD_HTTP_NOT_FOUND, text);
}

static bool answer_method(struct request *request)
{
    struct MHD_Response *response =
        make_text(memory_text("expected GET, HEAD, POST, PUT or DELETE\n"));
    if (response) MHD_add_response_header(response, "Allow", "GET, HEAD, POST, PUT, DELETE");
    return queue(request, MHD_HTTP_METHOD_NOT_ALLOWED, response);
}

static bool is_method(const char *method)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i], method) == 0) return true;
    return false;
}

bool route_answer(struct request *request)
{
    struct query query = {.route = find_route(request->path)};
    if (!is_method(request->method)) return answer_method(request);
    if (!query.route) return answer_unknown(request);
    query.arguments.number[LENGTH] = LENGTH_DEFAULT;
    query.arguments.number[CHUNK] = 64;
    if (query.route->has_tail) query.arguments.tail = request->path + strlen(query.route->path);
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, take_parameter, &query);
    if (query.error) return answer_with(request, MHD_HTTP_BAD_REQUEST, query.error);
    return query.route->answer(request, &query.arguments);
}
