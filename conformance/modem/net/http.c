/* HTTP with libcurl. */
#include "modem/net/http.h"

#include "base/memory.h"
#include "modem/net/link_internal.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BODY_MAX ((size_t)8 << 20) /* bytes a module keeps                   */

struct http_job {
    pthread_t thread;
    atomic_bool broken_off;
    atomic_bool over;
    bool offline; /* it has no thread                                        */
    char *method;
    char *url;
    struct curl_slist *headers;
    struct buffer body;
    struct link_tls tls; /* owns all that it points to                      */
    long connect_limit_s, receive_limit_s;
    int event;
    struct http_response response;
};

/* ---- what comes ------------------------------------------------------- */

static size_t take_body(char *bytes, size_t unit, size_t count, void *user)
{
    struct http_job *job = user;
    size_t size = unit * count;
    if (size > BODY_MAX - job->response.body.size) return 0;
    buffer_append(&job->response.body, bytes, size);
    return size;
}

/* Of several headers (100 Continue) the last is kept. */
static size_t take_header(char *bytes, size_t unit, size_t count, void *user)
{
    struct http_job *job = user;
    size_t size = unit * count;
    if (size > 5 && memcmp(bytes, "HTTP/", 5) == 0) job->response.header.size = 0;
    buffer_append(&job->response.header, bytes, size);
    if (size > 16 && strncasecmp(bytes, "Connection: close", 17) == 0) job->response.closed = true;
    return size;
}

static int go_on(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    struct http_job *job = user;
    return atomic_load(&job->broken_off);
}

/* ---- what it means ---------------------------------------------------- */

static enum http_reason reason_of(CURLcode result)
{
    switch (result) {
    case CURLE_OK: return HTTP_NO_REASON;
    case CURLE_COULDNT_RESOLVE_HOST: return HTTP_NO_HOST;
    case CURLE_COULDNT_CONNECT: return HTTP_REFUSED;
    case CURLE_OPERATION_TIMEDOUT: return HTTP_TIMED_OUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER: return HTTP_HANDSHAKE;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return HTTP_OWN_FILES;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE: return HTTP_CUT_OFF;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return HTTP_BROKEN;
    case CURLE_WRITE_ERROR: /* take_body refused: more than a module keeps */
    case CURLE_OUT_OF_MEMORY: return HTTP_NO_ROOM;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return HTTP_BAD_URL;
    default: return HTTP_UNKNOWN;
    }
}

/* ---- the request ------------------------------------------------------ */

static void set_method(CURL *curl, const struct http_job *job)
{
    if (job->body.size > 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body.size);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)job->body.bytes);
    } else if (strcmp(job->method, "POST") == 0 || strcmp(job->method, "PUT") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
    }
    if (strcmp(job->method, "HEAD") == 0) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, job->method);
}

static void leave_out_name(const SSL *ssl, int where, int result)
{
    (void)result;
    SSL *own = (SSL *)(uintptr_t)ssl; /* that of a connection which begins   */
    if (where == SSL_CB_HANDSHAKE_START) SSL_set_tlsext_host_name(own, NULL);
}

/* libcurl verifies nothing itself: what an SSL context of the module sets is in
 * the OpenSSL context, as it is for a link. */
static CURLcode set_up_tls(CURL *curl, void *context, void *user)
{
    (void)curl;
    const struct http_job *job = user;
    if (job->tls.server_name == NULL) SSL_CTX_set_info_callback(context, leave_out_name);
    switch (link_set_up_tls(context, &job->tls)) {
    case LINK_NO_REASON: return CURLE_OK;
    case LINK_OWN_FILES: return CURLE_SSL_CERTPROBLEM;
    default: return CURLE_SSL_CIPHER;
    }
}

static void set_options(CURL *curl, struct http_job *job)
{
    curl_easy_setopt(curl, CURLOPT_URL, job->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, set_up_tls);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, job);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, job->connect_limit_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, job->receive_limit_s);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, job->headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, job);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, job);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, job);
    set_method(curl, job);
}

static void *run(void *user)
{
    struct http_job *job = user;
    const uint64_t one = 1;
    CURL *curl = curl_easy_init();
    if (curl == NULL) abort();
    set_options(curl, job);
    CURLcode result = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    job->response.status = result == CURLE_OK ? (int)status : 0;
    job->response.reason = reason_of(result);
    if (result != CURLE_OK) job->response.body.size = job->response.header.size = 0;
    curl_easy_cleanup(curl);
    atomic_store(&job->over, true);
    if (write(job->event, &one, sizeof one) != sizeof one) abort();
    return NULL;
}

static void initialize(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) abort();
    atexit(curl_global_cleanup);
}

/* NULL stays NULL. */
static void *copy(const void *bytes, size_t size)
{
    return bytes == NULL ? NULL : memory_slice(bytes, size);
}

static void copy_tls(struct link_tls *out, const struct link_tls *tls)
{
    *out = *tls;
    out->ciphers = copy(tls->ciphers, tls->cipher_count * sizeof *tls->ciphers);
    out->ca = copy(tls->ca, tls->ca_size);
    out->certificate = copy(tls->certificate, tls->certificate_size);
    out->key = copy(tls->key, tls->key_size);
    if (tls->key_password != NULL) out->key_password = memory_text(tls->key_password);
    if (tls->server_name != NULL) out->server_name = memory_text(tls->server_name);
}

static void release_tls(struct link_tls *tls)
{
    const void *const owned[] = {tls->ciphers, tls->ca,           tls->certificate,
                                 tls->key,     tls->key_password, tls->server_name};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++) free((void *)(uintptr_t)owned[i]);
}

static void release(struct http_job *job)
{
    release_tls(&job->tls);
    free(job->method);
    free(job->url);
    curl_slist_free_all(job->headers);
    buffer_release(&job->body);
    free(job);
}

static void end_offline(struct http_job *job)
{
    const uint64_t one = 1;
    job->offline = true;
    job->response.reason = HTTP_NO_HOST;
    atomic_store(&job->over, true);
    if (write(job->event, &one, sizeof one) != sizeof one) abort();
}

struct http_job *http_begin(const struct http_request *request)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct http_job *job = memory_new(1, sizeof *job);
    job->event = request->event;
    if (request->offline) {
        end_offline(job);
        return job;
    }
    pthread_once(&once, initialize);
    job->method = memory_text(request->method);
    job->url = memory_text(request->url);
    for (size_t i = 0; request->headers[i] != NULL; i++)
        job->headers = curl_slist_append(job->headers, request->headers[i]);
    buffer_append(&job->body, request->body, request->body_size);
    copy_tls(&job->tls, request->tls);
    job->connect_limit_s = request->connect_limit_s;
    job->receive_limit_s = request->receive_limit_s;
    if (pthread_create(&job->thread, NULL, run, job) == 0) return job;
    release(job);
    return NULL;
}

bool http_is_over(const struct http_job *job)
{
    return atomic_load(&job->over);
}

void http_end(struct http_job *job, struct http_response *response)
{
    atomic_store(&job->broken_off, true);
    if (!job->offline) pthread_join(job->thread, NULL);
    if (response != NULL) *response = job->response;
    else http_release(&job->response);
    release(job);
}

void http_release(struct http_response *response)
{
    buffer_release(&response->header);
    buffer_release(&response->body);
    *response = (struct http_response){0};
}
