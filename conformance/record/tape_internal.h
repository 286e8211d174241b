/* What the files of the tape share. */
#ifndef CONFORMANCE_RECORD_TAPE_INTERNAL_H
#define CONFORMANCE_RECORD_TAPE_INTERNAL_H

#include "record/tape.h"

#define LINE_MAX ((size_t)16 << 10) /* bytes of the parser's line      */
#define PART_MAX ((size_t)1 << 20)  /* bytes of a live item            */

enum upload { UPLOAD_NONE, UPLOAD_COUNTED, UPLOAD_CTRL_Z };

/* When the bytes from `offset` on came. */
struct mark {
    uint64_t offset;
    int64_t time_us;
};

struct tape {
    struct tape_options options;
    struct atp_parser parser;
    struct buffer marks;   /* struct mark, of bytes not delivered           */
    struct buffer waiting; /* fed; the first `waiting_at` are in events     */
    size_t waiting_at;
    uint64_t fed;          /* bytes                                                   */
    struct buffer span;    /* of an event whose bytes come in several       */
    struct buffer raw;     /* bytes to be one item                          */
    struct buffer scratch; /* a line that may be altered                    */
    struct buffer sent;    /* of the host, no item yet                      */
    struct buffer command; /* the last one, without its CR                  */
    size_t told;           /* of `sent`: the parser knows them              */
    size_t upload_left;    /* of a counted one                              */
    enum upload upload;
    size_t early;      /* of `waiting`, bytes that are items already          */
    bool is_cut;       /* so is the beginning of `span`                      */
    bool has_crlf;     /* a line end stands before what comes                */
    bool data_is_open; /* a payload is under way                             */
    int64_t crlf_us, raw_us, span_us, sent_us;
    int64_t received_us; /* when the module last sent something             */
    int64_t item_us;     /* of the last item                                 */
    uint8_t buffer[ATP_BUFFER_SIZE(LINE_MAX)];
};

/* The parser's callback: its events become items. */
void tape_on_event(void *user, const struct atp_event *event);

/* Hands an item out. */
void tape_emit(struct tape *tape, struct tape_item item);

/* What the module sent and is whole, as items. */
void tape_flush_received(struct tape *tape);

/* What stands in the middle of a line is an item now: the host's next one was
 * after it. */
void tape_flush_early(struct tape *tape);

/* Whether it can be the text of a line. */
bool tape_is_text(const uint8_t *bytes, size_t size);

/* What the host sent and is not whole is bytes. */
void tape_finish_sent(struct tape *tape);

void tape_drop_front(struct buffer *buffer, size_t size);

#endif
