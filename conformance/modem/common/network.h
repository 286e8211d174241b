/* What the module has of the network: radio, attachment, PDP contexts. */
#ifndef ATPROOF_MODEM_NETWORK_H
#define ATPROOF_MODEM_NETWORK_H

#include "modem/core/part.h"

#define CONTEXT_COUNT 20 /* PDP contexts                                    */

struct modem_context {
    bool defined, active;
    char type[8]; /* "IP", "IPV6", "IPV4V6", "PPP"                          */
    char *apn;
    char *user;
    char *password;
    char *dns[2];
    int compression[2];
    int authentication;
};

struct network {
    int functionality; /* CFUN: 1 is full                                   */
    bool attached;     /* to packet service                                 */
    struct modem_context contexts[CONTEXT_COUNT]; /* that of number 1 is [0] */
};

/* Owned by the module. */
struct network *modem_network(const struct modem *modem);

bool network_has_radio(const struct network *network);

/* The context of that number, or NULL if it is not in 1 to `last`. */
struct modem_context *network_context(struct network *network, int64_t number, int64_t last);

/* As at power-up: not defined, not active. */
void network_forget_context(struct modem_context *context);
void network_forget_contexts(struct network *network);

/* All contexts become inactive; they stay defined. */
void network_deactivate(struct network *network);

#endif
