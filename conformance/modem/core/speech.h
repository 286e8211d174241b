/* What the module says, piece by piece, and the faults it can have.
 *
 * Whatever the module says passes modem_speak, where a defect may drop it, say
 * it twice, change it or keep it back, and where unsolicited result codes may
 * come between. The other defects are asked for (modem_strikes) at the
 * one place of a command where the fault lies. */
#ifndef ATPROOF_MODEM_DEFECT_H
#define ATPROOF_MODEM_DEFECT_H

#include "base/buffer.h"
#include "modem/modem.h"

#define ASKED_MAX 16 /* numbers of a command that are kept                   */

/* ---- what is said ----------------------------------------------------- */

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
    struct buffer text; /* NUL behind it, which its size does not count     */
    const char *before; /* the line's ends                                  */
    const char *after;
    struct speech_record is;
    bool lost;
    bool twice;
};

/* Says it. */
void modem_speak(struct modem *modem, enum speech_kind kind, const void *bytes, size_t size,
                 const char *before, const char *after);

void speech_set(struct speech *speech, const char *text);
const char *speech_text(const struct speech *speech);

/* ---- a line and the catalogue ----------------------------------------- */

#define FIELD_MAX 40

/* `+NAME: a,"b",c` taken apart. */
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

/* ---- defects ---------------------------------------------------------- */

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
    uint64_t random;     /* of defects                                      */
    uint64_t urc_random; /* of URCs                                         */
    struct asked asked;
    size_t payload_left;          /* bytes announced and not said yet                */
    struct buffer kept;           /* to be said later                                */
    enum speech_kind kept_behind; /* of this kind: result code, or URC that answers */
    bool mute;                    /* until the next command line                     */
    bool frozen;                  /* for ever                                        */
    bool reboots;                 /* as soon as the command lets go                  */
    bool glues, glued;            /* the next line, this one has no line end before it */
    bool has_answer;              /* an information line came                        */
};

void defect_begin(struct modem *modem);
void defect_end(struct modem *modem);

/* Whether the module has that defect and it strikes now. */
bool modem_strikes(struct modem *modem, enum modem_fault fault);
bool defect_strikes(struct defect_use *use);

/* A random number below `limit`. */
uint64_t defect_random(struct modem *modem, uint64_t limit);
uint64_t random_below(uint64_t *state, uint64_t limit);

/* A command line begins; it is over. */
void defect_line_begins(struct modem *modem);
void defect_line_ends(struct modem *modem);

/* Between commands: the restart that a defect wants. */
void defect_tick(struct modem *modem);

/* Says a random URC, perhaps. */
void urc_interrupt(struct modem *modem);

/* ---- hooks ------------------------------------------------------------ */

typedef void defect_hook(struct modem *modem, struct defect_use *use, struct speech *speech);

/* of lines (defect_line.c) */
defect_hook defect_lf_only, defect_extra_cr, defect_glued, defect_trailing_blank, defect_lower_case,
    defect_numeric_final, defect_missing_final, defect_doubled_final, defect_late,
    defect_error_behind_answer, defect_missing_line, defect_doubled_line, defect_line_behind_final,
    defect_missing_closing, defect_prompt_lost, defect_list_lacks_last, defect_result_first,
    defect_missing_result, defect_doubled_result, defect_closed_lost, defect_recv_twice,
    defect_no_space, defect_no_colon, defect_comma_for_colon, defect_dropped_byte,
    defect_flipped_bit, defect_parity, defect_urc_in_line, defect_reboot;

/* of values (defect_value.c) */
defect_hook defect_out_of_range, defect_empty_field, defect_unquoted, defect_stray_quote,
    defect_quoted_number, defect_hexadecimal, defect_other_number, defect_urc_number,
    defect_unlisted, defect_edition, defect_missing_field, defect_extra_field, defect_swapped,
    defect_prefix, defect_separator, defect_test_range, defect_test_empty;

/* of payload (defect_payload.c) */
defect_hook defect_length_more, defect_length_less, defect_urc_behind_header, defect_payload_cut,
    defect_payload_at_nul, defect_payload_crlf, defect_payload_xon, defect_payload_7_bit,
    defect_urc_in_payload;

#endif
