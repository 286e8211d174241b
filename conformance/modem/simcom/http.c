/* The HTTP(S) commands of SIM7672X and SIM7652X. */
#include "modem/net/http.h"
#include "base/memory.h"
#include "modem/common/file.h"
#include "modem/common/network.h"
#include "modem/simcom/simcom.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLOCK_SIZE        1024 /* bytes of an HTTPREAD block at most          */
#define HEADER_MAX        64   /* lines of a file that holds a request        */
#define ERROR_FIRST       701  /* the least of 4.2                         */
#define ERROR_FILE        707
#define ERROR_NO_NETWORK  717
#define ERROR_WRONG_STATE 711
#define ERROR_NO_CA       719

struct http_service {
    bool on;
    char *url, *content_type, *accept, *user_data; /* NULL: not set         */
    long connect_limit_s, receive_limit_s;
    int ssl_context;
    bool reads_again;     /* READMODE 1                                     */
    struct buffer data;   /* of HTTPDATA                                    */
    struct http_job *job; /* under way, or NULL                             */
    int method;
    bool from_file, tells_method; /* how its result is reported             */
    struct http_response response;
    size_t read_at;          /* of the body: what is before is read         */
    size_t due_at, due_size; /* of the body, printed after the OK       */
};

static const struct modem_memory memory = {sizeof(struct http_service)};

static struct http_service *http_of(const struct modem *modem)
{
    return modem_memory(modem, &memory);
}

static const char *const methods[] = {"GET", "POST", "HEAD", "DELETE", "PUT"};

/* ---- the service ------------------------------------------------------ */

static void stop(struct modem *modem)
{
    struct http_service *http = http_of(modem);
    if (http->job != NULL) http_end(http->job, NULL);
    http_release(&http->response);
    buffer_release(&http->data);
    free(http->url);
    free(http->content_type);
    free(http->accept);
    free(http->user_data);
    *http = (struct http_service){0};
}

static int init(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    struct http_service *http = http_of(modem);
    if (http->on || !modem_network(modem)->attached) return MODEM_ERROR;
    http->on = true;
    http->connect_limit_s = 120;
    http->receive_limit_s = 20;
    http->content_type = memory_text("text/plain");
    http->accept = memory_text("*/*");
    return MODEM_OK;
}

static int term(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    if (!http_of(modem)->on) return MODEM_ERROR;
    stop(modem);
    return MODEM_OK;
}

/* ---- parameters ------------------------------------------------------- */

static bool is_url(const char *text)
{
    return strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0;
}

static int set_parameter(struct modem *modem, const struct modem_call *call)
{
    struct http_service *http = http_of(modem);
    const char *url = modem_text(call, "url", NULL);
    if (!http->on || (url != NULL && !is_url(url))) return MODEM_ERROR;
    if (url != NULL) modem_set_text(&http->url, url);
    http->connect_limit_s = (long)modem_number(call, "conn_timeout", http->connect_limit_s);
    http->receive_limit_s = (long)modem_number(call, "recv_timeout", http->receive_limit_s);
    http->ssl_context = (int)modem_number(call, "sslcfg_id", http->ssl_context);
    http->reads_again = modem_number(call, "readmode", http->reads_again) == 1;
    if (modem_argument(call, "content_type") != NULL)
        modem_set_text(&http->content_type, modem_text(call, "content_type", ""));
    if (modem_argument(call, "accept-type") != NULL)
        modem_set_text(&http->accept, modem_text(call, "accept-type", ""));
    if (modem_argument(call, "user_data") != NULL)
        modem_set_text(&http->user_data, modem_text(call, "user_data", ""));
    return MODEM_OK;
}

/* 2.2.7: OK when all of it came. What ends short is none of the body. */
static void data_came(struct modem *modem, const uint8_t *bytes, size_t size, bool complete)
{
    http_of(modem)->data.size = 0;
    if (complete) buffer_append(&http_of(modem)->data, bytes, size);
    modem_finish(modem, complete ? MODEM_OK : MODEM_ERROR);
}

static int take_data(struct modem *modem, const struct modem_call *call)
{
    if (!http_of(modem)->on) return MODEM_ERROR;
    modem_line(modem, "DOWNLOAD");
    modem_begin_upload(modem, (size_t)modem_number(call, "size", 1),
                       modem_number(call, "time", 10) * 1000000, data_came);
    modem_limit_upload(modem);
    return MODEM_PENDING;
}

/* ---- requests --------------------------------------------------------- */

static void tell_result(struct modem *modem, int code, size_t size)
{
    char text[64];
    const struct http_service *http = http_of(modem);
    if (code >= ERROR_FIRST && modem_strikes(modem, FAULT_STATUS_ZERO)) code = 0;
    if (http->from_file && !http->tells_method)
        snprintf(text, sizeof text, "+HTTPPOSTFILE: %d,%zu", code, size);
    else
        snprintf(text, sizeof text, "%s: %d,%d,%zu",
                 http->from_file ? "+HTTPPOSTFILE" : "+HTTPACTION", http->method, code, size);
    modem_say(modem, text);
}

/* Table 4.2 of the manual; what the server answered, or an error from 701; 0:
 * there was no request. */
static int code_of(const struct http_response *response)
{
    switch (response->reason) {
    case HTTP_NO_REASON: return response->status;
    case HTTP_NO_HOST: return 713;
    case HTTP_REFUSED: return 714;
    case HTTP_TIMED_OUT: return 705;
    case HTTP_HANDSHAKE: return 715;
    case HTTP_OWN_FILES: return ERROR_NO_CA;
    case HTTP_CUT_OFF: return 704;
    case HTTP_BROKEN: return 706;
    case HTTP_NO_ROOM: return ERROR_FILE;
    case HTTP_BAD_URL: return 708;
    case HTTP_UNKNOWN: break;
    }
    return 702;
}

/* 2.2.3 puts the port after the path: http://server/path:port. Owns: the
 * caller. */
static char *usual_url(const char *url)
{
    const char *host = strstr(url, "://");
    host = host == NULL ? url : host + 3;
    const char *path = strchr(host, '/');
    const char *port = strrchr(url, ':');
    if (path == NULL || port == NULL || port < path || port[1] == '\0'
        || port[1 + strspn(port + 1, "0123456789")] != '\0')
        return memory_text(url);
    return memory_format("%.*s%s%.*s", (int)(path - url), url, port, (int)(port - path), path);
}

/* Why no request can be made; 0: it can. */
static int obstacle(const struct modem *modem, bool has_files)
{
    bool secure = strncasecmp(http_of(modem)->url, "https:", 6) == 0;
    if (!network_has_radio(modem_network(modem))) return ERROR_NO_NETWORK;
    return secure && !has_files ? ERROR_NO_CA : 0;
}

/* If it cannot begin, its result waits for the OK. */
static void begin_job(struct modem *modem, const char *const *headers, const char *method,
                      const uint8_t *body, size_t body_size)
{
    struct http_service *http = http_of(modem);
    struct link_tls tls;
    uint16_t cipher = 0;
    bool has_files = simcom_tls(modem, http->ssl_context, http->url, &tls, &cipher);
    char *url = usual_url(http->url);
    const struct http_request request = {
        .tls = &tls,
        .method = method,
        .url = url,
        .headers = headers,
        .body = body,
        .body_size = body_size,
        .connect_limit_s = http->connect_limit_s,
        .receive_limit_s = http->receive_limit_s,
        .offline = modem_options(modem)->offline,
        .event = modem_descriptor(modem),
    };
    http_release(&http->response);
    http->read_at = 0;
    int error = obstacle(modem, has_files);
    if (error == 0) http->job = http_begin(&request);
    free(url);
    if (http->job == NULL) tell_result(modem, error == 0 ? ERROR_NO_NETWORK : error, 0);
}

static int perform(struct modem *modem, const struct modem_call *call)
{
    struct http_service *http = http_of(modem);
    if (!http->on || http->url == NULL || http->job != NULL) return MODEM_ERROR;
    http->method = (int)modem_number(call, "method", 0);
    http->from_file = false;
    bool uploads = http->method == 1 || http->method == 4;
    const char *method = methods[http->method];
    if (http->method > 0 && modem_strikes(modem, FAULT_METHOD_IGNORED)) method = methods[0];
    char *type = memory_format("Content-Type: %s", http->content_type);
    char *accept = memory_format("Accept: %s", http->accept);
    const char *headers[] = {accept, "Expect:", uploads ? type : http->user_data,
                             uploads ? http->user_data : NULL, NULL};
    begin_job(modem, headers, method, uploads ? http->data.bytes : NULL,
              uploads ? http->data.size : 0);
    free(type);
    free(accept);
    return MODEM_OK;
}

/* ---- a request in a file ---------------------------------------------- */

/* `METHOD path HTTP/1.1`, header lines, an empty line, the body. */
struct stored_request {
    char *text; /* of the header, NUL after each line                      */
    const char *lines[HEADER_MAX + 2];
    size_t body_at;
};

static size_t header_size(const struct buffer *bytes)
{
    const uint8_t *end = memmem(bytes->bytes, bytes->size, "\r\n\r\n", 4);
    return end == NULL ? bytes->size : (size_t)(end - bytes->bytes) + 4;
}

/* The URL and the body's own size give these. */
static bool is_own_header(const char *line)
{
    return strncasecmp(line, "Host:", 5) == 0 || strncasecmp(line, "Content-Length:", 15) == 0;
}

static void read_stored(const struct modem_file *file, struct stored_request *out)
{
    size_t count = 0;
    char *rest = NULL;
    *out = (struct stored_request){.body_at = header_size(&file->bytes)};
    out->text = memory_slice((const char *)file->bytes.bytes, out->body_at);
    strtok_r(out->text, "\r\n", &rest); /* the request line; the URL is HTTPPARA's */
    for (char *line; count < HEADER_MAX && (line = strtok_r(NULL, "\r\n", &rest)) != NULL;)
        if (!is_own_header(line)) out->lines[count++] = line;
    out->lines[count] = "Expect:";
}

static int stored_method(const struct stored_request *stored)
{
    size_t size = strcspn(stored->text, " ");
    for (int i = 0; i < 5; i++)
        if (strlen(methods[i]) == size && strncmp(stored->text, methods[i], size) == 0) return i;
    return -1;
}

static void post_body(struct modem *modem, const struct modem_file *file)
{
    char *type = memory_format("Content-Type: %s", http_of(modem)->content_type);
    const char *headers[] = {type, "Expect:", http_of(modem)->user_data, NULL};
    begin_job(modem, headers, methods[http_of(modem)->method], file->bytes.bytes, file->bytes.size);
    free(type);
}

static int post_request(struct modem *modem, const struct modem_file *file)
{
    struct http_service *http = http_of(modem);
    struct stored_request stored;
    read_stored(file, &stored);
    if (!http->tells_method) http->method = stored_method(&stored);
    if (http->method >= 0)
        begin_job(modem, stored.lines, methods[http->method], file->bytes.bytes + stored.body_at,
                  file->bytes.size - stored.body_at);
    free(stored.text);
    return http->method >= 0 ? MODEM_OK : MODEM_ERROR;
}

static int post_file(struct modem *modem, const struct modem_call *call)
{
    struct http_service *http = http_of(modem);
    const struct modem_file *file = modem_find_file(modem, modem_text(call, "filename", ""));
    if (!http->on || http->url == NULL || http->job != NULL || modem_number(call, "path", 1) != 1)
        return MODEM_ERROR;
    http->from_file = true;
    http->tells_method = modem_argument(call, "method") != NULL;
    http->method = (int)modem_number(call, "method", 1);
    if (file == NULL || file->bytes.size == 0) {
        tell_result(modem, ERROR_FILE, 0);
        return MODEM_OK;
    }
    if (modem_number(call, "send_header", 0) == 0) return post_request(modem, file);
    post_body(modem, file);
    return MODEM_OK;
}

static unsigned activity(const struct modem *modem)
{
    return http_of(modem)->job == NULL ? MODEM_IDLE : MODEM_ONLINE | MODEM_WORKING;
}

/* ---- what came -------------------------------------------------------- */

static size_t left_to_read(const struct http_service *http)
{
    return http->response.body.size - http->read_at;
}

static void poll_job(struct modem *modem)
{
    struct http_service *http = http_of(modem);
    if (http->job == NULL || !http_is_over(http->job)) return;
    http_end(http->job, &http->response);
    http->job = NULL;
    bool head = http->method == 2;
    size_t size = head ? http->response.header.size : http->response.body.size;
    if (!head && modem_strikes(modem, FAULT_DATALEN_WRONG)) size += http->response.header.size;
    tell_result(modem, code_of(&http->response), size);
    if (http->response.closed) modem_say(modem, "+HTTP_PEER_CLOSED");
}

static int read_header(struct modem *modem, const struct modem_call *call)
{
    (void)call;
    const struct buffer *header = &http_of(modem)->response.header;
    if (header->size == 0) return MODEM_ERROR;
    modem_line(modem, "+HTTPHEAD: %zu", header->size);
    modem_bytes(modem, header->bytes, header->size);
    return MODEM_OK;
}

static int read_body(struct modem *modem, const struct modem_call *call)
{
    struct http_service *http = http_of(modem);
    if (modem_is(call, ATP_FORM_READ)) {
        if (left_to_read(http) == 0) return MODEM_ERROR;
        modem_line(modem, "+HTTPREAD: LEN,%zu", left_to_read(http));
        return MODEM_OK;
    }
    int64_t first = modem_number(call, "start_offset", (int64_t)http->read_at);
    int64_t size = modem_number(call, "byte_size", 0);
    int64_t end = (int64_t)http->response.body.size;
    if (first < (int64_t)http->read_at || first >= end || size == 0) return MODEM_ERROR;
    if (first > 0 && modem_strikes(modem, FAULT_OFFSET_IGNORED)) first = 0;
    if (size < end - first && modem_strikes(modem, FAULT_SIZE_IGNORED)) size = end - first;
    http->due_at = (size_t)first;
    http->due_size = (size_t)(size < end - first ? size : end - first);
    return MODEM_OK;
}

static void after_final(struct modem *modem)
{
    struct http_service *http = http_of(modem);
    if (http->due_size == 0) return;
    while (http->due_size > 0) {
        size_t size = http->due_size < BLOCK_SIZE ? http->due_size : BLOCK_SIZE;
        modem_line(modem, "+HTTPREAD: %zu", size);
        modem_bytes(modem, http->response.body.bytes + http->due_at, size);
        http->due_at += size;
        http->due_size -= size;
    }
    modem_line(modem, "+HTTPREAD: 0");
    if (!http->reads_again) http->read_at = http->due_at;
}

static int store_body(struct modem *modem, const struct modem_call *call)
{
    char text[32];
    const struct http_service *http = http_of(modem);
    const struct buffer *body = &http->response.body;
    int code = 0;
    if (!http->on || modem_number(call, "path", 1) != 1) return MODEM_ERROR;
    if (http->job != NULL || code_of(&http->response) == 0) code = ERROR_WRONG_STATE;
    else if (!modem_store_file(modem, modem_text(call, "filename", ""), body->bytes, body->size))
        code = ERROR_FILE;
    snprintf(text, sizeof text, "+HTTPREADFILE: %d", code);
    modem_say(modem, text);
    return MODEM_OK;
}

static const struct modem_entry commands[] = {
    {.name = "+HTTPINIT", .handler = init},
    {.name = "+HTTPTERM", .handler = term},
    {.name = "+HTTPPARA", .handler = set_parameter},
    {.name = "+HTTPACTION", .handler = perform},
    {.name = "+HTTPHEAD", .handler = read_header},
    {.name = "+HTTPREAD", .handler = read_body},
    {.name = "+HTTPDATA", .handler = take_data},
    {.name = "+HTTPPOSTFILE", .handler = post_file},
    {.name = "+HTTPREADFILE", .handler = store_body},
    {0},
};

const struct modem_part modem_simcom_http_part = {.name = "simcom-http",
                                                  .commands = commands,
                                                  .memory = &memory,
                                                  .start = stop,
                                                  .stop = stop,
                                                  .after_final = after_final,
                                                  .poll = poll_job,
                                                  .activity = activity};
