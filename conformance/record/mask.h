/* Secrets out of a recording: IMEI, ICCID, IMSI, telephone numbers, PINs, the
 * names and passwords of APNs and servers. Each is replaced by a stand-in of the
 * same size and, byte by byte, of the same class (a digit for a digit), the same
 * one wherever it comes, so that what is masked decodes as it did.
 *
 * What is secret is a table (mask_secrets.c); besides, what looks like one:
 * 15 digits with a Luhn digit, 19 or 20 that begin with 89, `user:password@` of
 * a URL, `Authorization:`, `"+49…"`. Payload is not looked at. */
#ifndef CONFORMANCE_RECORD_MASK_H
#define CONFORMANCE_RECORD_MASK_H

#include "catalog/compile/compile.h"

#include <atproof/atproof.h>

enum mask_kind {
    MASK_IMEI,
    MASK_ICCID,
    MASK_IMSI,
    MASK_NUMBER, /* of a telephone                                           */
    MASK_TEXT    /* a name, a password, a PIN                                */
};

/* A secret field. Where the catalogue knows the command, its parameter is found
 * by name; else by its place, 0 the first, -1: nowhere. */
struct mask_secret {
    const char *command;
    const char *key;       /* the first argument must be this; NULL: any      */
    const char *parameter; /* as the catalogue names it; NULL: it has none    */
    enum mask_kind kind;
    int sent;     /* place among the arguments                                */
    int received; /* place in the line of that name, or in a line without one  */
};

extern const struct mask_secret mask_secrets[]; /* command NULL ends it       */

struct mask;

/* Borrows: `compiled`, until mask_free. */
struct mask *mask_new(const struct compiled_catalog *compiled);
void mask_free(struct mask *mask); /* NULL is fine */

/* A tape_alter_fn: `user` is the mask. */
void mask_line(void *user, const struct atp_event *event, uint8_t *bytes, size_t size);

#endif
