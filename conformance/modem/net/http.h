/* One HTTP request, made in a thread of its own. */
#ifndef ATPROOF_MODEM_HTTP_H
#define ATPROOF_MODEM_HTTP_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct http_job;
struct link_tls;

struct http_request {
    const char *method;         /* "GET", …                                         */
    const char *url;            /* of http or https                                 */
    const char *const *headers; /* lines, NULL after the last               */
    const uint8_t *body;        /* NULL: none                                */
    size_t body_size;
    const struct link_tls *tls; /* of https; server_name is the URL's, or NULL: none is sent */
    long connect_limit_s;
    long receive_limit_s; /* longest silence of the server                  */
    bool offline;         /* over at once: no name has an address             */
    int event;            /* eventfd that is written to when the job is over           */
};

/* Why there is no answer. */
enum http_reason {
    HTTP_NO_REASON, /* there is one                                         */
    HTTP_NO_HOST,   /* the name has no address                              */
    HTTP_REFUSED,   /* nobody listens, or no way there                      */
    HTTP_TIMED_OUT, /* a limit of the request                               */
    HTTP_HANDSHAKE, /* TLS failed                                           */
    HTTP_OWN_FILES, /* CA, certificate or key given are none, or misfit     */
    HTTP_CUT_OFF,   /* the server closed before the whole answer            */
    HTTP_BROKEN,    /* the connection broke                                 */
    HTTP_NO_ROOM,   /* the body is larger than a module keeps               */
    HTTP_BAD_URL,
    HTTP_UNKNOWN
};

struct http_response {
    int status; /* 0: none                                                  */
    enum http_reason reason;
    bool closed; /* the server ends the connection after its answer        */
    struct buffer header;
    struct buffer body;
};

/* Begins a request; copies all of it. NULL: no thread could be had. */
struct http_job *http_begin(const struct http_request *request);

bool http_is_over(const struct http_job *job);

/* Ends the job, breaking it off if it is under way, and releases it.
 * Writes: *response, the caller's then; NULL: not wanted. */
void http_end(struct http_job *job, struct http_response *response);
void http_release(struct http_response *response);

#endif
