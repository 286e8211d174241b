/* What the files of the mask share. */
#ifndef CONFORMANCE_MASK_INTERNAL_H
#define CONFORMANCE_MASK_INTERNAL_H

#include "base/memory.h"
#include "mask/mask.h"

/* ---- secrets ------------------------------------------------------------ */

/* A secret that came, and what stands for it. */
struct mask_pair {
    enum catalog_secret kind;
    size_t size;
    uint8_t *secret;   /* owned                                              */
    uint8_t *stand_in; /* owned                                              */
    bool is_added;     /* by mask_add                                        */
};

/* What no marks were found in. Units: bytes. */
struct mask_left {
    uint64_t payload, uploads, streams;
    uint64_t numbers; /* places of a secret that are lengths or codes        */
};

struct mask {
    const struct compiled_catalog *compiled;
    LIST(struct mask_pair) pairs;
    uint32_t *slots; /* hashed: secrets and stand-ins, 1 the first pair; 0: free */
    size_t slot_count;
    LIST(const char *) settings; /* names of those that are secrets           */
    uint64_t place_count;        /* replaced                                  */
    struct mask_left left;
    bool finds; /* what is not known becomes known                           */
};

/* The pair of a secret; made if the mask finds, else NULL for one not known. */
const struct mask_pair *mask_pair_of(struct mask *mask, enum catalog_secret kind,
                                     const uint8_t *bytes, size_t size);

bool mask_has_luhn_digit(const uint8_t *digits, size_t size);

/* ---- bytes and what they mean ------------------------------------------- */

/* How a byte of a value is written. */
enum mask_code {
    MASK_RAW, /* as it is                                                    */
    MASK_HEX, /* two hexadecimal digits                                      */
    MASK_BASE64_0,
    MASK_BASE64_2, /* from this bit of a base64 digit on                     */
    MASK_BASE64_4
};

/* A byte of a value and where it is written. */
struct mask_unit {
    uint32_t at;
    uint8_t byte;
    uint8_t code; /* enum mask_code                                          */
};

/* A value: decoded bytes. */
struct mask_view {
    struct mask_unit *items;
    size_t count, capacity;
};

void mask_view_add(struct mask_view *view, size_t at, uint8_t byte, enum mask_code code);

/* All that one side said. */
struct mask_stream {
    struct buffer bytes;
    struct buffer flags; /* enum mask_flag of each byte                      */
};

enum mask_flag {
    MASK_FIXED = 1,   /* a name, a code, a length: other bytes depend on it   */
    MASK_BETWEEN = 2, /* of a line that may come within another, or a line end */
    MASK_PAYLOAD = 4
};

/* A way in which values are written. */
struct mask_way {
    /* Reads a stream so; `variant`: the phase. */
    void (*read)(const struct mask_stream *stream, unsigned variant, struct mask_view *out);
    size_t min; /* bytes of a secret                                         */
    unsigned variants;
    bool digits_only; /* only of secrets that are digits                     */
    bool is_text;     /* a short secret must stand apart                     */
};

extern const struct mask_way mask_ways[]; /* the first: as it is; `read` NULL ends it */

/* Writes a stand-in over units whose bytes are the secret; a letter in another case
 * stays in it. */
void mask_put(struct mask *mask, struct mask_stream *stream, const struct mask_pair *pair,
              const struct mask_unit *units);

/* Replaces the value, some units of a stream, by the stand-in of its kind. */
void mask_hide(struct mask *mask, struct mask_stream *stream, enum catalog_secret kind,
               const struct mask_unit *units, size_t count);

/* Replaces every known secret in the stream, however it is written. */
void mask_apply(struct mask *mask, struct mask_stream *stream);

/* ---- the traffic -------------------------------------------------------- */

enum mask_region_kind {
    MASK_COMMAND,
    MASK_LINE, /* of the module, an echo too                                 */
    MASK_RESULT,
    MASK_DATA,
    MASK_UPLOAD,
    MASK_STREAM_DATA
};

struct mask_region {
    enum mask_region_kind kind;
    bool is_sent;
    bool is_urc; /* of a line                                                */
    size_t offset, size;
};

struct mask_traffic {
    struct mask_stream sides[2]; /* received, sent                           */
    LIST(struct mask_region) regions;
};

/* Divides a transcript. Owns: the caller. */
void mask_walk(const struct compiled_catalog *compiled, const struct transcript *transcript,
               struct mask_traffic *out);
void mask_traffic_release(struct mask_traffic *traffic);

/* ---- finding ------------------------------------------------------------ */

#define MASK_AFTER_MAX 32
#define MASK_OPEN_MAX  4
#define MASK_FIELD_MAX 32

/* What is awaited of the module. */
struct mask_context {
    struct mask *mask;
    struct mask_traffic *traffic;
    char after[MASK_AFTER_MAX][24]; /* names of the last command line: `AT+CIMI` */
    size_t after_count;
    char prefix[24];                        /* of the last line: `+CMT`; "": none     */
    enum catalog_secret upload;             /* of the last command                    */
    struct mask_region open[MASK_OPEN_MAX]; /* parts of a line that another one cut */
    size_t open_count;
    struct mask_view payload[2];   /* of both sides, since the last command: blocks of one */
    bool has_upload;               /* it is one                                  */
    enum catalog_secret open_kind; /* of the number that was cut; NONE: a string */
};

/* line.c: secrets of a command line, and of a line of the module. */
void mask_find_command(struct mask_context *context, const struct mask_region *region);
void mask_find_line(struct mask_context *context, const struct mask_region *region);

/* The rest of a line that was cut will not come. */
void mask_find_rest(struct mask_context *context);

/* scan.c: secrets that their surroundings or their form tell, in bytes of a stream. */
void mask_scan(struct mask *mask, struct mask_stream *stream, const struct mask_view *view);

/* marks.c: what the catalogue says of one field. */
struct mask_mark {
    enum catalog_secret kind;
    bool is_number; /* a code or a length: never a secret by chance         */
    bool is_word;   /* of the notation                                      */
};

/* A list of fields, decoded: spaces outside quotes left out. */
struct mask_list {
    const uint8_t *text;
    size_t field_count;
    struct {
        size_t offset, size; /* without quotes                               */
    } fields[MASK_FIELD_MAX];
};

/* Returns: whether the catalogue knows the command. Writes: a mark a field. */
bool mask_marks_of_command(const struct compiled_catalog *compiled, const char *name,
                           enum atp_form_kind form, const struct mask_list *list,
                           struct mask_mark *out, enum catalog_secret *upload);

/* Of a line with that prefix; "": without one, after `after`. */
bool mask_marks_of_line(const struct compiled_catalog *compiled, const char *prefix,
                        const char *after, const struct mask_list *list, struct mask_mark *out);

#endif
