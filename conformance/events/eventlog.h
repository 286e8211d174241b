/* The event log: a parser's events as JSON, one object a line.
 *
 *     {"offset":12,"size":26,"kind":"urc","name":"+HTTPACTION",
 *      "values":{"method":0,"statuscode":200,"datalen":22505},"deviations":[]}
 *
 * Spans of one event are joined, so that the log is the same however the
 * bytes were split. Keys come in this order:
 *
 *     offset, size   of the event, in all bytes of the module
 *     kind           atp_kind_name
 *     name           prefix without its colon, or result code; where there is
 *                    one
 *     tag            text literals of the record, joined by commas; where
 *                    there are any
 *     values         of info, urc, result and of prompts with fields: the
 *                    manual's parameter names
 *     extra          fields beyond the record's, as strings; where there are
 *                    any
 *     text           of text, echo and truncated lines, without line ends; of an
 *                    upload's echo all of it
 *     sha256         of data and stream, lower-case hexadecimal
 *     missing        of truncated: bytes that never came
 *     deviations     atp_deviation_name, in the order of the bits
 *     exchange       on demand, see eventlog_tell_exchanges
 *
 * A value is null if the field is empty, absent if it is missing. A number
 * stands as it was sent; one that JSON cannot write so (`007`, `+5`) by its
 * value; text in a number's place as a string. A name that comes twice in a
 * record bears its place from the second on: `index#2`. A field that the
 * manual does not name (of a test response) is called by its place among the
 * fields of the record, the first being `#1`.
 */
#ifndef CONFORMANCE_EVENTLOG_H
#define CONFORMANCE_EVENTLOG_H

#include "base/buffer.h"
#include "base/digest.h"
#include "base/spool.h"

#include <atproof/atproof.h>
#include <stdio.h>

/* The span under way: an event all of whose bytes have not come. */
struct eventlog_span {
    bool open;
    struct atp_event event; /* of its first bytes; borrows nothing         */
    uint64_t size;
    uint64_t line_ends; /* CRs and LFs that its bytes end in               */
};

/* All members are private. */
struct eventlog {
    struct buffer out;
    FILE *file;                      /* NULL: everything stays in `out`    */
    const struct atp_parser *parser; /* NULL: exchanges are not reported   */
    enum atp_exchange_state state;   /* of the exchange, last seen         */
    bool ended;                      /* `exchange` goes with this event    */
    struct atp_exchange exchange;
    struct eventlog_span span;
    struct spool text;
    struct digest digest;
    bool failed;
};

/* Prepares a log whose lines go to `file`, or stay in memory if it is NULL. */
void eventlog_init(struct eventlog *log, FILE *file);
void eventlog_release(struct eventlog *log);

/* Begins anew: no lines, no span, nothing known of an exchange. */
void eventlog_reset(struct eventlog *log);

/* From now on report how exchanges end:
 *
 *     "exchange":{"command":"+HTTPREAD","form":"write","variant":"1",
 *                 "state":"complete"}
 *
 * stands on the event with which one becomes complete or violated; what is not
 * known or not decided is left out. One that no event ends has a line of its
 * own, after all that came before it but a stream under way:
 *
 *     {"offset":40,"exchange":{"command":"+CSQ","form":"execute","state":"late"}}
 *
 * Borrows: `parser`, which must be the one whose events come. */
void eventlog_tell_exchanges(struct eventlog *log, const struct atp_parser *parser);

/* Takes an event; what to give to atp_init, with the log as `user`. */
void eventlog_event(void *user, const struct atp_event *event);

/* To be called after each atp_sent: an exchange that one event both begins
 * and ends (`OK` to `AT`) would else not be seen to end. */
void eventlog_sent(void *user);

/* To be called after each atp_expire: reports an exchange that has become
 * late. Units: `offset`, bytes fed so far. */
void eventlog_expired(void *user, uint64_t offset);

/* To be called after atp_finish: reports an exchange that is still open, or
 * awaits its asynchronous result. */
void eventlog_over(struct eventlog *log, uint64_t offset);

/* Writes the lines that are complete to the file. */
void eventlog_drain(struct eventlog *log);

/* Writes what is left, the unfinished span too. Call it after atp_finish.
 * Returns: false if anything was lost (the file, a temporary one);
 * errno has the cause. */
bool eventlog_finish(struct eventlog *log);

/* The lines so far, of a log without a file. Borrows from the log. */
const char *eventlog_text(const struct eventlog *log, size_t *size);

#endif
