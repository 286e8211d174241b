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
    const char *url;            /* as the host wrote it                             */
    const char *const *headers; /* lines, NULL behind the last               */
    const uint8_t *body;        /* NULL: none                                */
    size_t body_size;
    const struct link_tls *tls; /* of https; server_name is the URL's, or NULL: none is said */
    long connect_limit_s;
    long receive_limit_s; /* longest silence of the server                  */
    bool offline;         /* over at once: no name has an address             */
    int event;            /* eventfd that is written to when the job is over           */
};

struct http_response {
    int code;    /* <statuscode>, or <errcode> from 701                        */
    bool closed; /* the server ends the connection behind its answer        */
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
