/* What the module prints, piece by piece, and the faults that it can have.
 *
 * Whatever the module prints passes output_piece (output.c), where the hook of a
 * defect may drop it, double it, change it or keep it back, and where
 * unsolicited result codes may come between. The other faults are asked for
 * (modem_strikes) at the one place of a command where the fault lies. */
#ifndef ATPROOF_MODEM_SPEECH_H
#define ATPROOF_MODEM_SPEECH_H

#include "base/buffer.h"
#include "base/random.h"
#include "modem/core/module.h"

#define ASKED_MAX 16 /* numbers of a command that are kept                   */
#define FIELD_MAX 40 /* of a line                                            */

/* ---- pieces ----------------------------------------------------------- */

enum speech_kind {
    SPEECH_RAW,     /* a stream, an acknowledgement                         */
    SPEECH_PAYLOAD, /* bytes that a line before announced                   */
    SPEECH_PROMPT,  /* `> `, DOWNLOAD, the CONNECT of an upload             */
    SPEECH_LINE,    /* of a response                                        */
    SPEECH_RESULT,  /* a result code                                        */
    SPEECH_URC      /* an unsolicited one, or an asynchronous result        */
};

/* What the catalogue has of a line. */
struct speech_record {
    const struct catalog_set *set;
    const struct catalog_command *command; /* NULL: of a URC                */
    const struct catalog_record *record;   /* NULL: nothing                 */
};

struct speech {
    enum speech_kind kind;
    struct buffer text; /* a NUL follows, which its size does not count     */
    const char *before; /* the line's ends                                  */
    const char *after;
    struct speech_record is;
    bool lost;
    bool twice;
};

void speech_set(struct speech *speech, const char *text);
const char *speech_text(const struct speech *speech);

/* ---- a line and the catalogue (fields.c) ------------------------------ */

/* `+NAME: a,"b",c`, parsed. */
struct speech_fields {
    char *name; /* NULL: it has no prefix                                   */
    char *texts[FIELD_MAX];
    size_t count;
};

void speech_split(const char *text, struct speech_fields *out);
char *speech_join(const struct speech_fields *fields, const char *separator);
void speech_release(struct speech_fields *fields);

/* The record that a line is: of the command last asked for, or a URC. */
struct speech_record speech_find_record(const struct modem *modem, const char *text);

/* The ranges that hold for a field; none: NULL. */
const struct catalog_interval *speech_ranges(const struct modem *modem,
                                             const struct speech_record *is, size_t field,
                                             size_t *count);

/* ---- faults (fault.c) ------------------------------------------------- */

/* A defect that the module has. */
struct defect_use {
    struct modem_flaw flaw;
    unsigned count; /* times it could have struck                           */
};

/* The command that was asked for last. */
struct asked {
    const struct catalog_set *set;
    const struct catalog_command *command;
    const struct catalog_form *form;
    int64_t at;
    const char *names[ASKED_MAX]; /* of its numbers                         */
    int64_t numbers[ASKED_MAX];
    size_t number_count;
};

struct defect_state {
    struct defect_use *uses;
    size_t use_count;
    struct random random;     /* of defects                                 */
    struct random urc_random; /* of URCs                                    */
    struct asked asked;
    size_t payload_left;         /* bytes announced and not written yet     */
    struct buffer kept;          /* to be written later                     */
    enum speech_kind kept_after; /* of this kind: result code, or URC that answers */
    bool mute;                   /* until the next command line             */
    bool frozen;                 /* for ever                                */
    bool reboots;                /* as soon as the command lets go          */
    bool glues, glued;           /* the next line, this one has no line end before it */
    bool has_answer;             /* an information line came                          */
};

void fault_begin(struct modem *modem);
void fault_end(struct modem *modem);

/* Whether that defect strikes now; counts. */
bool fault_strikes(struct defect_use *use);

/* A random number below `limit`. */
uint64_t fault_random(struct modem *modem, uint64_t limit);

/* A command line begins. */
void fault_line_begins(struct modem *modem);

#endif
