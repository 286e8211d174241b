/* Stand-ins: the same size, byte by byte the same class, each secret its own.
 *
 * The n-th secret of a recording gets the number n, written from the right: a digit
 * counts to ten, a letter to 26 (of hexadecimal digits to 6), what is neither becomes a
 * letter; control characters stay, and of numbers and messages what parts them. An IMEI
 * keeps a Luhn digit and begins as those of test devices do (00499901), an ICCID begins
 * with 89, an IMSI with the test network 00101. */
#include "mask/mask_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TRY_MAX 1000u /* numbers tried until one is free                     */

/* ---- Luhn ------------------------------------------------------------- */

/* Sum of the digits, the last one being doubled (`doubles`) or not. */
static unsigned luhn_sum(const uint8_t *digits, size_t size, bool doubles)
{
    unsigned sum = 0;
    for (size_t i = size; i > 0; i--) {
        unsigned digit = (unsigned)(digits[i - 1] - '0');
        if (doubles) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
        doubles = !doubles;
    }
    return sum;
}

static bool are_digits(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((uint8_t)(bytes[i] - '0') > 9) return false;
    return true;
}

bool mask_has_luhn_digit(const uint8_t *digits, size_t size)
{
    return are_digits(digits, size) && luhn_sum(digits, size, false) % 10 == 0;
}

/* ---- one stand-in ----------------------------------------------------- */

static bool is_letter(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26 && byte < 0x80;
}

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

/* Bytes of no text, such as a key in DER: none of them may stay. */
static bool is_binary(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] < 0x20 && !(bytes[i] >= '\t' && bytes[i] <= '\r')) return true;
    return false;
}

/* What is neither letter nor digit and yet stays. */
static bool stays(enum catalog_secret kind, uint8_t byte)
{
    bool parts = kind == CATALOG_SECRET_NUMBER || kind == CATALOG_SECRET_POSITION
                 || kind == CATALOG_SECRET_MESSAGE || kind == CATALOG_SECRET_IMEI;
    return byte < 0x20 || (parts && byte < 0x80);
}

static bool is_hexadecimal(const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += is_digit(bytes[i]) || (is_letter(bytes[i]) && (bytes[i] | 0x20) <= 'f');
    return size >= 8 && count == size;
}

static void write_number(enum catalog_secret kind, uint8_t *bytes, size_t size, uint64_t number)
{
    unsigned letters = is_hexadecimal(bytes, size) ? 6 : 26;
    bool binary = is_binary(bytes, size);
    for (size_t i = size; i > 0; i--) {
        uint8_t *byte = &bytes[i - 1];
        if (is_digit(*byte)) {
            *byte = (uint8_t)('0' + number % 10);
            number /= 10;
        } else if (binary || is_letter(*byte) || !stays(kind, *byte)) {
            uint8_t first = is_letter(*byte) && *byte < 'a' ? 'A' : 'a';
            *byte = (uint8_t)(first + number % letters);
            number /= letters;
        }
    }
}

static void write_stand_in(enum catalog_secret kind, uint8_t *bytes, size_t size, uint64_t number)
{
    static const char *const prefixes[CATALOG_SECRET_COUNT] = {[CATALOG_SECRET_IMEI] = "00499901",
                                                               [CATALOG_SECRET_ICCID] = "89",
                                                               [CATALOG_SECRET_IMSI] = "00101"};
    const char *prefix = prefixes[kind] == NULL ? "" : prefixes[kind];
    size_t first = strlen(prefix);
    bool has_luhn =
        (kind == CATALOG_SECRET_IMEI && size == 15) || (kind == CATALOG_SECRET_ICCID && size >= 19);
    bool is_number = are_digits(bytes, size) && size >= first + 4;
    if (!is_number) first = 0;
    for (size_t i = 0; i < first; i++) bytes[i] = (uint8_t)prefix[i];
    has_luhn = has_luhn && is_number;
    write_number(kind, bytes + first, size - first - has_luhn, number);
    if (has_luhn)
        bytes[size - 1] = (uint8_t)('0' + (10 - luhn_sum(bytes, size - 1, true) % 10) % 10);
}

/* ---- all of them ------------------------------------------------------ */

static size_t hash(const uint8_t *bytes, size_t size)
{
    uint64_t value = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (size_t i = 0; i < size; i++) value = (value ^ bytes[i]) * UINT64_C(0x100000001B3);
    return (size_t)(value ^ value >> 32);
}

/* The slot of a pair whose secret or stand-in these bytes are, else a free one. */
static size_t find_slot(const struct mask *mask, const uint8_t *bytes, size_t size)
{
    size_t at = hash(bytes, size) & (mask->slot_count - 1);
    for (; mask->slots[at] != 0; at = (at + 1) & (mask->slot_count - 1)) {
        const struct mask_pair *pair = &mask->pairs.items[mask->slots[at] - 1];
        if (pair->size == size
            && (memcmp(pair->secret, bytes, size) == 0 || memcmp(pair->stand_in, bytes, size) == 0))
            break;
    }
    return at;
}

static const struct mask_pair *find_pair(const struct mask *mask, const uint8_t *bytes, size_t size)
{
    if (mask->slot_count == 0) return NULL;
    uint32_t number = mask->slots[find_slot(mask, bytes, size)];
    return number == 0 ? NULL : &mask->pairs.items[number - 1];
}

static void add_slots(struct mask *mask, size_t index)
{
    const struct mask_pair *pair = &mask->pairs.items[index];
    size_t slot = find_slot(mask, pair->secret, pair->size);
    if (mask->slots[slot] == 0) mask->slots[slot] = (uint32_t)index + 1;
    slot = hash(pair->stand_in, pair->size) & (mask->slot_count - 1);
    while (mask->slots[slot] != 0) slot = (slot + 1) & (mask->slot_count - 1);
    mask->slots[slot] = (uint32_t)index + 1;
}

/* Of four slots a pair takes two. */
static void note_pair(struct mask *mask)
{
    if (mask->pairs.count * 4 <= mask->slot_count) {
        add_slots(mask, mask->pairs.count - 1);
        return;
    }
    free(mask->slots);
    mask->slot_count = mask->slot_count == 0 ? 64 : mask->slot_count * 2;
    mask->slots = memory_new(mask->slot_count, sizeof *mask->slots);
    for (size_t i = 0; i < mask->pairs.count; i++) add_slots(mask, i);
}

static const struct mask_pair *add_pair(struct mask *mask, enum catalog_secret kind,
                                        const uint8_t *secret, size_t size)
{
    struct mask_pair pair = {.kind = kind,
                             .size = size,
                             .secret = (uint8_t *)memory_slice((const char *)secret, size),
                             .stand_in = (uint8_t *)memory_slice((const char *)secret, size)};
    unsigned tries = 0;
    bool good = false;
    do { /* of a secret of one or two bytes all may be taken: another one's then */
        memcpy(pair.stand_in, secret, size);
        write_stand_in(kind, pair.stand_in, size, mask->pairs.count + 1 + tries);
        good = memcmp(pair.stand_in, secret, size) != 0
               && (tries >= TRY_MAX / 2 || find_pair(mask, pair.stand_in, size) == NULL);
    } while (!good && ++tries < TRY_MAX);
    *LIST_ADD(&mask->pairs) = pair;
    note_pair(mask);
    return &mask->pairs.items[mask->pairs.count - 1];
}

const struct mask_pair *mask_pair_of(struct mask *mask, enum catalog_secret kind,
                                     const uint8_t *bytes, size_t size)
{
    const struct mask_pair *pair = find_pair(mask, bytes, size);
    if (pair == NULL) return mask->finds ? add_pair(mask, kind, bytes, size) : NULL;
    return memcmp(pair->secret, bytes, size) == 0 ? pair : NULL; /* else it is one already */
}
