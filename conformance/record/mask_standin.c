/* Stand-ins: the same size, byte by byte the same class, each secret its own.
 *
 * The n-th secret of a kind gets the number n, written from the right in the
 * places that can carry it: a digit counts to ten, a letter to 26, all else
 * stays. An IMEI keeps a Luhn digit and begins as those of test devices do
 * (00499901), an ICCID begins with 89, an IMSI with the test network 00101. */
#include "record/mask_internal.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

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

static void write_number(uint8_t *bytes, size_t size, uint64_t number)
{
    for (size_t i = size; i > 0; i--) {
        uint8_t *byte = &bytes[i - 1];
        uint8_t lower = *byte | 0x20;
        if ((uint8_t)(*byte - '0') <= 9) {
            *byte = (uint8_t)('0' + number % 10);
            number /= 10;
        } else if (lower >= 'a' && lower <= 'z' && *byte < 0x80) {
            *byte = (uint8_t)(*byte - lower + 'a' + (int)(number % 26));
            number /= 26;
        }
    }
}

static void write_stand_in(enum mask_kind kind, uint8_t *bytes, size_t size, uint64_t number)
{
    static const char *const prefixes[] = {[MASK_IMEI] = "00499901",
                                           [MASK_ICCID] = "89",
                                           [MASK_IMSI] = "00101",
                                           [MASK_NUMBER] = "",
                                           [MASK_TEXT] = ""};
    const char *prefix = prefixes[kind];
    size_t first = strlen(prefix);
    bool has_luhn = (kind == MASK_IMEI && size == 15) || (kind == MASK_ICCID && size >= 19);
    bool is_number = are_digits(bytes, size) && size >= first + 4;
    if (!is_number) first = 0;
    for (size_t i = 0; i < first; i++) bytes[i] = (uint8_t)prefix[i];
    has_luhn = has_luhn && is_number;
    write_number(bytes + first, size - first - has_luhn, number);
    if (has_luhn)
        bytes[size - 1] = (uint8_t)('0' + (10 - luhn_sum(bytes, size - 1, true) % 10) % 10);
}

/* ---- all of them ------------------------------------------------------ */

static bool is_taken(const struct mask *mask, const uint8_t *stand_in, const uint8_t *secret,
                     size_t size)
{
    if (memcmp(stand_in, secret, size) == 0) return true;
    for (size_t i = 0; i < mask->pair_count; i++)
        if (mask->pairs[i].size == size && memcmp(mask->pairs[i].stand_in, stand_in, size) == 0)
            return true;
    return false;
}

static const struct mask_pair *add_pair(struct mask *mask, enum mask_kind kind,
                                        const uint8_t *secret, size_t size)
{
    struct mask_pair pair = {.kind = kind,
                             .size = size,
                             .secret = (uint8_t *)memory_slice((const char *)secret, size),
                             .stand_in = (uint8_t *)memory_slice((const char *)secret, size)};
    unsigned tries = 0;
    do {
        memcpy(pair.stand_in, secret, size);
        write_stand_in(kind, pair.stand_in, size, mask->pair_count + 1 + tries);
    } while (is_taken(mask, pair.stand_in, secret, size) && ++tries < TRY_MAX);
    mask->pairs =
        memory_grow(mask->pairs, mask->pair_count + 1, &mask->pair_capacity, sizeof *mask->pairs);
    mask->pairs[mask->pair_count] = pair;
    return &mask->pairs[mask->pair_count++];
}

void mask_stand_in(struct mask *mask, enum mask_kind kind, uint8_t *bytes, size_t size)
{
    const struct mask_pair *found = NULL;
    for (size_t i = 0; i < mask->pair_count && found == NULL; i++)
        if (mask->pairs[i].size == size && memcmp(mask->pairs[i].secret, bytes, size) == 0)
            found = &mask->pairs[i];
    if (found == NULL) found = add_pair(mask, kind, bytes, size);
    memcpy(bytes, found->stand_in, size);
}

struct mask *mask_new(const struct compiled_catalog *compiled)
{
    struct mask *mask = memory_new(1, sizeof *mask);
    mask->compiled = compiled;
    return mask;
}

void mask_free(struct mask *mask)
{
    if (mask == NULL) return;
    for (size_t i = 0; i < mask->pair_count; i++) {
        free(mask->pairs[i].secret);
        free(mask->pairs[i].stand_in);
    }
    free(mask->pairs);
    free(mask);
}
