/* The compiled catalogue: what the manuals state, as constant tables.
 *
 * The tables are generated from parser/catalog by `atproof catalog --emit c`;
 * a program may also build them at run time (all are plain arrays). Names,
 * literal texts and labels stand NUL-terminated in one pool, `text`; its
 * first byte is NUL, so that offset 0 is the empty text.
 *
 * Link one: atp_catalog_simcom, atp_catalog_quectel_ugxx,
 * atp_catalog_quectel_ec200, atp_catalog_auto (their union), or one command
 * set alone (<atproof/dialects.h>). Each is an object file of its own.
 */
#ifndef ATPROOF_CATALOG_H
#define ATPROOF_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- limits ----------------------------------------------------------- */

/* A catalogue beyond them is refused when it is compiled. */
#define ATP_NAME_COUNT_MAX    254   /* prefixes and result codes             */
#define ATP_COMMAND_COUNT_MAX 254   /* commands                              */
#define ATP_VARIANT_COUNT_MAX 8     /* response variants of one form         */
#define ATP_FIELD_COUNT_MAX   16    /* fields of one record                  */
#define ATP_NAME_SIZE_MAX     32    /* bytes of a prefix or result code      */
#define ATP_NONE              0xFFu /* no command, no name                   */

/* ---- fields ----------------------------------------------------------- */

/* How a field is written on the line. */
enum atp_type {
    ATP_TYPE_INT,     /* decimal, may be negative; range limits the value   */
    ATP_TYPE_HEX,     /* hexadecimal, 0x allowed, no minus; range limits the value */
    ATP_TYPE_STRING,  /* in double quotes; range limits the size, but of an
                       * empty one only where the field may not be empty    */
    ATP_TYPE_WORD,    /* bare text to the next comma; range limits the size */
    ATP_TYPE_ANY,     /* a string or bare text                              */
    ATP_TYPE_CODE,    /* a number, or text to the end of the line           */
    ATP_TYPE_REST,    /* everything to the end of the line, be it nothing   */
    ATP_TYPE_SET,     /* a field of a test response: begins with ( < or a
                       * quote, commas in parentheses and quotes belong to
                       * it; kept as text, without brackets around it       */
    ATP_TYPE_LITERAL, /* must be this text, byte for byte                   */
    ATP_TYPE_KEYWORD  /* must be this text, in double quotes                */
};
#define ATP_PARAM_TYPE      0x0Fu /* mask: enum atp_type                   */
#define ATP_PARAM_INTERVALS 0x30u /* mask: further intervals, << 4         */
#define ATP_PARAM_EMPTY     0x40u /* the field may be empty                */
#define ATP_PARAM_OPTIONAL  0x80u /* the field may be absent               */

/* One parameter of a record. */
struct atp_param {
    uint16_t name; /* pool offset of its name, or of the literal's text     */
    uint8_t type;  /* enum atp_type | ATP_PARAM_*                           */
    uint8_t range; /* first of its intervals, 0 = unlimited                 */
};

/* Closed interval of legal values; max INT32_MAX = open above. Entry 0 of
 * the array is not used. */
struct atp_range {
    int32_t min;
    int32_t max;
};

/* ---- records ---------------------------------------------------------- */

/* What a line of this record is. */
enum atp_role {
    ATP_ROLE_INFO,   /* information response to its command                 */
    ATP_ROLE_ASYNC,  /* result of its command, usually after the OK         */
    ATP_ROLE_URC,    /* unsolicited result code                             */
    ATP_ROLE_RESULT, /* result code                                         */
    ATP_ROLE_PROMPT  /* > or DOWNLOAD: the module awaits data               */
};

/* What a result code stands for, whatever its spelling (`ERROR`, `4`,
 * `+CME ERROR: 4` are all ATP_RESULT_ERROR). */
enum atp_result {
    ATP_RESULT_NONE,
    ATP_RESULT_OK,
    ATP_RESULT_ERROR,
    ATP_RESULT_CONNECT,
    ATP_RESULT_CONNECT_FAIL,
    ATP_RESULT_NO_CARRIER,
    ATP_RESULT_NO_DIALTONE,
    ATP_RESULT_NO_ANSWER,
    ATP_RESULT_BUSY,
    ATP_RESULT_RING,
    ATP_RESULT_CLOSED,
    ATP_RESULT_SEND_OK,
    ATP_RESULT_SEND_FAIL,
    ATP_RESULT_OTHER /* a result code of a user's own catalogue             */
};

/* Forms of a command, as bits. */
enum atp_form_kind {
    ATP_FORM_EXECUTE = 1, /* AT+X                                           */
    ATP_FORM_WRITE = 2,   /* AT+X=…                                         */
    ATP_FORM_READ = 4,    /* AT+X?                                          */
    ATP_FORM_TEST = 8     /* AT+X=?                                         */
};

/* One line a module can send. */
struct atp_record {
    uint16_t param;      /* first of its parameters                         */
    uint8_t param_count; /* at most ATP_FIELD_COUNT_MAX                     */
    uint8_t role;        /* enum atp_role                                   */
    uint8_t payload;     /* 1 + index of the field that counts the payload  */
    uint8_t command;     /* command it answers, ATP_NONE if none            */
    uint8_t forms;       /* forms it answers, enum atp_form_kind            */
    uint8_t result;      /* enum atp_result                                 */
};

#define ATP_NAME_NUMERIC 1u /* a V0 form: only where ATV0 is known          */
#define ATP_NAME_TAIL    2u /* a space and text may follow: CONNECT 9600    */
#define ATP_NAME_BARE    4u /* lines without it answer its command (1)      */
/* (1) One that begins with a letter (the I of ATI) is no prefix at all. */

/* A prefix or result code, and the records that begin with it. */
struct atp_name {
    uint16_t text;
    uint8_t size;         /* bytes, at most ATP_NAME_SIZE_MAX               */
    uint8_t flags;        /* ATP_NAME_*                                     */
    uint16_t record;      /* first of its records                           */
    uint8_t record_count; /* 0: a command that answers with result codes    */
    uint8_t command;      /* command of this name, ATP_NONE if none         */
};

/* ---- commands --------------------------------------------------------- */

#define ATP_ELEMENT_RECORD   0x3FFFu /* mask: the record                    */
#define ATP_ELEMENT_OPTIONAL 0x4000u /* may be missing                      */
#define ATP_ELEMENT_REPEATED 0x8000u /* may come several times              */

/* One response variant: records and result codes in their order. */
struct atp_variant {
    uint16_t element; /* first of its elements                         */
    uint16_t label;   /* pool offset: the manual's letter or number    */
    uint8_t element_count;
    uint8_t reserved;
};

#define ATP_FORM_UPLOAD 1u /* the host sends data after a prompt              */

/* One form of a command. */
struct atp_form {
    uint16_t key;        /* keyword its first argument must be, 0 = any   */
    uint16_t variant;    /* first of its variants                         */
    uint16_t time_limit; /* maximum response time, 100 ms; 0 = not stated */
    uint8_t variant_count;
    uint8_t kind;   /* enum atp_form_kind                            */
    uint8_t flags;  /* ATP_FORM_UPLOAD                               */
    uint8_t upload; /* 1 + index of the argument that counts the
                     * upload, 0 = ended by Ctrl-Z                   */
};

/* A command. */
struct atp_command {
    uint16_t form; /* first of its forms                            */
    uint8_t form_count;
    uint8_t name;
};

/* ---- the whole -------------------------------------------------------- */

/* Names are found through an open-addressed table: slot[hash] holds 1 + the
 * index of a name, 0 ends the probe. Slots number a power of two, more than
 * the names. See atp_catalog_hash. */
struct atp_catalog {
    const char *text;
    const struct atp_name *names;
    const struct atp_record *records;
    const struct atp_param *params;
    const struct atp_range *ranges;
    const struct atp_command *commands;
    const struct atp_form *forms;
    const struct atp_variant *variants;
    const uint16_t *elements;
    const uint8_t *slots;
    uint32_t hash_factor;
    uint16_t record_count;
    uint8_t hash_shift; /* 32 - log2(number of slots)                       */
    uint8_t name_count;
    uint8_t command_count;
};

/* Slot at which the search for a name of `size` >= 1 bytes begins. */
static inline uint32_t atp_catalog_hash(const struct atp_catalog *catalog, const uint8_t *bytes,
                                        size_t size)
{
    uint32_t last = (uint32_t)size - 1u;
    uint32_t key = (uint32_t)bytes[last] ^ ((uint32_t)bytes[last - (last > 0)] << 8)
                   ^ ((uint32_t)bytes[(last + 2) / 2 - (last == 0)] << 16)
                   ^ ((uint32_t)bytes[last > 0] << 24);
    return ((key + (uint32_t)size) * catalog->hash_factor) >> catalog->hash_shift;
}

#ifdef __cplusplus
}
#endif
#endif
