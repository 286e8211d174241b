/* A module and the bytes on its line. What makes one is modem/modem.h. */
#ifndef ATPROOF_MODEM_MODULE_H
#define ATPROOF_MODEM_MODULE_H

#include "catalog/builtin.h"
#include "modem/core/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;
struct defect_use;
struct speech;

/* A firmware fault that somebody could ship. */
struct modem_defect {
    enum modem_fault fault;
    bool anywhere;        /* it breaks that clause, and that of any other command it strikes */
    const char *name;     /* `lf-only`                                      */
    const char *dialects; /* in which it can show, a space between them     */
    const char *clause;   /* that it breaks: `core/V.250 5.7.1`             */
    const char *text;     /* what the firmware does wrong, one sentence     */
    /* What becomes of what is sent; NULL: the commands ask for it by name. */
    void (*hook)(struct modem *modem, struct defect_use *use, struct speech *speech);
};

/* A defect as it is wanted: `NAME` strikes whenever it can, `NAME@N` the N-th
 * time alone, `NAME@N+` from the N-th time on, so that a session can be in good
 * order before. */
struct modem_flaw {
    const struct modem_defect *defect;
    unsigned at;  /* 0: always                                              */
    bool lasting; /* from then on                                           */
};

struct modem_options {
    const struct catalog_dialect *dialect;
    uint32_t speed;  /* of the line in baud, 10 bits a byte; 0: without limit */
    uint64_t seed;   /* of random chunks and pauses; 0: none                 */
    uint64_t urcs;   /* seed of random URCs at every legal place; 0: none    */
    bool banner;     /* begins as if just switched on                        */
    int64_t clock_s; /* its clock when it is switched on; 0: the machine's     */
    bool offline;    /* no host name has an address: the system's network is not touched   */
    const struct modem_flaw *flaws; /* copied                               */
    size_t flaw_count;
};

void modem_free(struct modem *modem); /* NULL is fine */

/* Takes bytes of the host, any number at a time. */
void modem_receive(struct modem *modem, const uint8_t *bytes, size_t size, int64_t now);

/* What the module has sent by `now` and was not handed out yet.
 * Returns: bytes written, at most `capacity`; 0: none yet. */
size_t modem_send(struct modem *modem, uint8_t *bytes, size_t capacity, int64_t now);

#define MODEM_NEVER INT64_MAX

/* When the module does something next if the host does nothing: `now` if it has
 * something to send at once, MODEM_NEVER if nothing is due. */
int64_t modem_due(const struct modem *modem, int64_t now);

/* A descriptor that becomes readable when something happened that modem_due
 * could not foresee (an answer from the network); modem_send takes note of it.
 * Owned by the module. */
int modem_descriptor(const struct modem *modem);

/* Whether a request or a connection to the network is open: something may
 * happen that modem_due does not foresee. */
bool modem_is_online(const struct modem *modem);

/* Whether a request is under way that the descriptor will report. */
bool modem_is_working(const struct modem *modem);

/* Whether something that the host asked for is not done: an answer on its way, an
 * upload, a request. Reports that come again and again (AT+CPSI=1) do not count. */
bool modem_owes(const struct modem *modem);

/* Whether the module takes more of the host now (CTS). What comes all the same
 * is kept. */
bool modem_is_clear_to_send(const struct modem *modem);

/* The host's DTR line; at first it is on. &D sets what its end does. */
void modem_set_dtr(struct modem *modem, bool on, int64_t now);

/* Prints an unsolicited result code at the next place where one may stand: not
 * inside a line, a payload or an upload. `text`: the line without line ends. */
void modem_say(struct modem *modem, const char *text);

/* Whether the module of the dialect does a command; its name as the catalogue
 * has it, `+CSQ`, `E`. One that is in the catalogue and is not done answers that
 * it is not supported. */
bool modem_does(const struct modem *modem, const char *name);

#endif
