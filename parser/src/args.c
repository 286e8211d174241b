/* Text -> typed, range-checked fields.
 *
 *     fields = [ field { "," field } ] ;
 *     field  = [ "-" ] digits | [ "0x" ] hex digits | '"' { byte } '"' | { byte } | ;
 *
 * A quote closes a string only where a comma or the end of the line follows,
 * so that quotes and commas inside one survive (I6). Numbers are kept in 32
 * bits and told apart when they do not fit; nothing wraps. */
#include "internal.h"

enum {
    PENALTY_QUOTES = 1,
    PENALTY_RANGE = 2,
    PENALTY_EMPTY = 4,
    PENALTY_EXTRA = 8,
    PENALTY_MISSING = 8,
    PENALTY_MALFORMED = 16
};

/* The line being read, and the field under way. */
struct reader {
    const struct atp_catalog *catalog;
    const uint8_t *text;
    unsigned at;
    unsigned end;
    unsigned penalty;
    uint32_t deviations;
    /* the field */
    unsigned first; /* its text, without quotes                             */
    unsigned size;
    uint32_t value;
    uint8_t status;
    bool glued; /* the next line begins at `at`                             */
};

static void deviate(struct reader *r, uint32_t deviation, unsigned penalty)
{
    r->deviations |= deviation;
    r->penalty += penalty;
}

static void malformed(struct reader *r)
{
    r->status = (uint8_t)ATP_FIELD_MALFORMED;
    r->value = 0;
    deviate(r, ATP_DEV_MALFORMED_FIELD, PENALTY_MALFORMED);
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && r->text[r->at] == ' ') {
        r->deviations |= ATP_DEV_EXTRA_SPACE;
        r->at++;
    }
}

static bool at_separator(const struct reader *r)
{
    return r->at == r->end || r->text[r->at] == ',';
}

/* ---- ranges ----------------------------------------------------------- */

static bool in_range(const struct reader *r, const struct atp_param *param, uint32_t magnitude,
                     bool negative)
{
    if (param->range == 0) return true;
    const struct atp_range *range = &r->catalog->ranges[param->range];
    unsigned further = (param->type & ATP_PARAM_INTERVALS) >> 4;
    bool huge = magnitude > (uint32_t)INT32_MAX;
    int32_t value = huge ? INT32_MAX : (int32_t)magnitude;
    if (negative) value = -value;
    do {
        if (value >= range->min && value <= range->max && (!huge || range->max == INT32_MAX))
            return true;
        range++;
    } while (further-- > 0);
    return false;
}

static void check_range(struct reader *r, const struct atp_param *param, uint32_t magnitude)
{
    if (in_range(r, param, magnitude, (r->status & ATP_FIELD_NEGATIVE) != 0)) return;
    r->status = (uint8_t)((r->status & ATP_FIELD_NEGATIVE) | ATP_FIELD_RANGE);
    deviate(r, ATP_DEV_RANGE, PENALTY_RANGE);
}

/* ---- text ------------------------------------------------------------- */

/* Bare text up to the next comma outside parentheses and quotes. */
static void read_set(struct reader *r)
{
    unsigned depth = 0;
    bool quoted = false;
    while (r->at < r->end && (r->text[r->at] != ',' || depth > 0 || quoted)) {
        uint8_t byte = r->text[r->at++];
        if (byte == '"') quoted = !quoted;
        else if (byte == '(') depth++;
        else if (byte == ')' && depth > 0) depth--;
    }
    r->size = r->at - r->first;
    while (r->size > 0 && (r->text[r->first] == '[')) r->first++, r->size--;
    while (r->size > 0
           && (r->text[r->first + r->size - 1] == '[' || r->text[r->first + r->size - 1] == ']'))
        r->size--;
}

static void read_bare(struct reader *r)
{
    while (!at_separator(r)) r->at++;
    r->size = r->at - r->first;
    while (r->size > 0 && r->text[r->first + r->size - 1] == ' ') {
        r->deviations |= ATP_DEV_EXTRA_SPACE;
        r->size--;
    }
}

/* From behind an opening quote. */
static void read_quoted(struct reader *r)
{
    r->first = ++r->at;
    while (r->at < r->end) {
        const uint8_t *quote = memchr(r->text + r->at, '"', r->end - r->at);
        if (quote == NULL) break;
        r->at = (unsigned)(quote - r->text) + 1;
        r->size = r->at - 1 - r->first;
        skip_blanks(r);
        if (at_separator(r)) return;
        deviate(r, ATP_DEV_STRAY_QUOTE, PENALTY_QUOTES);
    }
    r->at = r->end;
    r->size = r->end - r->first;
    deviate(r, ATP_DEV_STRAY_QUOTE, 0);
    malformed(r);
}

/* ---- numbers ---------------------------------------------------------- */

/* Value of a digit, or 16. */
static unsigned digit_of(uint8_t byte)
{
    if ((uint8_t)(byte - '0') < 10) return byte - '0';
    byte |= 0x20;
    return (uint8_t)(byte - 'a') < 6 ? byte - 'a' + 10u : 16u;
}

/* Digits from text[at] on. Returns where they end. */
static unsigned read_digits(struct reader *r, unsigned at, unsigned end, unsigned base)
{
    uint32_t value = 0;
    uint32_t limit = base == 10 ? UINT32_MAX / 10 : UINT32_MAX / 16;
    bool overflow = false;
    unsigned digit;
    while (at < end && (digit = digit_of(r->text[at])) < base) {
        if (value > limit) overflow = true;
        value *= base;
        if (value > UINT32_MAX - digit) overflow = true;
        value += digit;
        at++;
    }
    r->value = overflow ? 0 : value;
    if (overflow) r->status |= (uint8_t)ATP_FIELD_OVERFLOW;
    return at;
}

/* A number in text[from … end). Returns where it ends, `from` if there is
 * none. */
static unsigned read_number(struct reader *r, unsigned from, unsigned end, unsigned base)
{
    unsigned at = from;
    if (at < end && r->text[at] == '-') {
        r->status = (uint8_t)ATP_FIELD_NEGATIVE;
        at++;
    }
    if (base == 16 && at + 1 < end && r->text[at] == '0' && (r->text[at + 1] | 0x20) == 'x')
        at += 2;
    unsigned last = read_digits(r, at, end, base);
    return last > at ? last : from;
}

static void finish_number(struct reader *r, const struct atp_param *param)
{
    if ((r->status & ~ATP_FIELD_NEGATIVE) == ATP_FIELD_OVERFLOW)
        deviate(r, ATP_DEV_RANGE, PENALTY_RANGE);
    else check_range(r, param, r->value);
}

static void read_quoted_number(struct reader *r, const struct atp_param *param, unsigned base)
{
    read_quoted(r);
    if (r->status != ATP_FIELD_VALID) return;
    deviate(r, ATP_DEV_QUOTED, PENALTY_QUOTES);
    unsigned end = r->first + r->size;
    if (r->size > 0 && read_number(r, r->first, end, base) == end) finish_number(r, param);
    else malformed(r);
}

static void read_bare_number(struct reader *r, const struct atp_param *param, unsigned base)
{
    unsigned last = read_number(r, r->at, r->end, base);
    r->size = last - r->first;
    r->at = last;
    if (last > r->first && (at_separator(r) || (skip_blanks(r), at_separator(r)))) {
        finish_number(r, param);
        return;
    }
    /* +HTTPACTION: 1,200,94+SAPBR: 1,1: the line end between two is lost */
    if (last > r->first && r->text[r->at] == '+' && r->at + 1 < r->end
        && (uint8_t)(r->text[r->at + 1] - 'A') < 26) {
        r->glued = true;
        r->end = r->at;
        finish_number(r, param);
        return;
    }
    read_bare(r);
    malformed(r);
}

static void read_one_number(struct reader *r, const struct atp_param *param, unsigned base)
{
    if (r->text[r->at] == '"') read_quoted_number(r, param, base);
    else read_bare_number(r, param, base);
}

bool atp_read_count(const uint8_t *text, size_t size, uint32_t *out)
{
    struct reader r = {.text = text, .end = (unsigned)size};
    if (read_digits(&r, 0, r.end, 10) == 0 || r.status != ATP_FIELD_VALID) return false;
    *out = r.value;
    return true;
}

/* ---- one field -------------------------------------------------------- */

static bool is_text(const struct reader *r, const struct atp_param *param)
{
    const char *literal = r->catalog->text + param->name;
    unsigned i = 0;
    while (i < r->size && literal[i] != '\0' && (uint8_t)literal[i] == r->text[r->first + i]) i++;
    return i == r->size && literal[i] == '\0';
}

static void read_text(struct reader *r, const struct atp_param *param)
{
    bool quoted = r->at < r->end && r->text[r->at] == '"';
    unsigned type = param->type & ATP_PARAM_TYPE;
    if (quoted) {
        read_quoted(r);
        if (type == ATP_TYPE_WORD) deviate(r, ATP_DEV_QUOTED, PENALTY_QUOTES);
    } else {
        read_bare(r);
        if (type == ATP_TYPE_STRING) deviate(r, ATP_DEV_UNQUOTED, PENALTY_QUOTES);
    }
    if (r->status == ATP_FIELD_VALID
        && (r->size > 0 || (param->type & ATP_PARAM_EMPTY) == 0))
        check_range(r, param, r->size);
}

static void read_keyword(struct reader *r, const struct atp_param *param)
{
    if (r->at < r->end && r->text[r->at] == '"') read_quoted(r);
    else {
        read_bare(r);
        deviate(r, ATP_DEV_UNQUOTED, PENALTY_QUOTES);
    }
    if (!is_text(r, param)) r->penalty += PENALTY_REJECT;
}

static void read_rest(struct reader *r)
{
    r->at = r->end;
    r->size = r->end - r->first;
}

/* A number that is the whole rest of the line, or text. */
static void read_code(struct reader *r, const struct atp_param *param)
{
    if (read_number(r, r->at, r->end, 10) == r->end && r->at < r->end) {
        read_rest(r);
        finish_number(r, param);
        return;
    }
    r->status = (uint8_t)ATP_FIELD_VALID;
    r->value = 0;
    read_rest(r);
}

static void read_value(struct reader *r, const struct atp_param *param)
{
    switch ((enum atp_type)(param->type & ATP_PARAM_TYPE)) {
    case ATP_TYPE_INT: read_one_number(r, param, 10); return;
    case ATP_TYPE_HEX: read_one_number(r, param, 16); return;
    case ATP_TYPE_STRING:
    case ATP_TYPE_WORD:
    case ATP_TYPE_ANY: read_text(r, param); return;
    case ATP_TYPE_CODE: read_code(r, param); return;
    case ATP_TYPE_REST: read_rest(r); return;
    case ATP_TYPE_SET: read_set(r); return;
    case ATP_TYPE_KEYWORD: read_keyword(r, param); return;
    case ATP_TYPE_LITERAL: break;
    }
}

static void read_empty(struct reader *r, const struct atp_param *param)
{
    unsigned type = param->type & ATP_PARAM_TYPE;
    r->status = (uint8_t)ATP_FIELD_EMPTY;
    if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD) r->penalty += PENALTY_REJECT;
    else if (type != ATP_TYPE_REST && (param->type & ATP_PARAM_EMPTY) == 0)
        deviate(r, ATP_DEV_EMPTY_FIELD, PENALTY_EMPTY);
}

static void read_field(struct reader *r, const struct atp_param *param)
{
    r->value = 0;
    r->size = 0;
    r->status = (uint8_t)ATP_FIELD_VALID;
    r->first = r->at;
    if (param != NULL && (param->type & ATP_PARAM_TYPE) == ATP_TYPE_LITERAL) {
        read_bare(r);
        if (!is_text(r, param)) r->penalty += PENALTY_REJECT;
        return;
    }
    skip_blanks(r);
    r->first = r->at;
    if (param == NULL) {
        deviate(r, ATP_DEV_EXTRA_FIELD, PENALTY_EXTRA);
        read_set(r);
    } else if (at_separator(r)) {
        read_empty(r, param);
    } else {
        read_value(r, param);
    }
}

/* ---- the whole line --------------------------------------------------- */

static void keep_field(struct atp_event *event, const struct reader *r)
{
    unsigned index = event->field_count;
    if (index >= ATP_FIELD_COUNT_MAX) return;
    event->fields[index].value = r->value;
    event->fields[index].offset = (uint16_t)(event->text_offset + r->first);
    event->fields[index].size = (uint16_t)r->size;
    event->status[index] = r->status;
    event->field_count++;
}

static void count_missing(struct reader *r, const struct atp_param *param, unsigned count)
{
    for (; count > 0; count--, param++) {
        if ((param->type & ATP_PARAM_OPTIONAL) != 0) continue;
        unsigned type = param->type & ATP_PARAM_TYPE;
        if (type == ATP_TYPE_LITERAL || type == ATP_TYPE_KEYWORD) r->penalty += PENALTY_REJECT;
        deviate(r, ATP_DEV_MISSING_FIELD, PENALTY_MISSING);
    }
}

unsigned atp_args_read(struct atp_event *event, const struct atp_record *record, unsigned at,
                       unsigned *end)
{
    const struct atp_param *params = &event->catalog->params[record->param];
    struct reader r = {.catalog = event->catalog, .at = at, .end = *end};
    unsigned index = 0;

    r.text = event->bytes + event->text_offset;
    event->field_count = 0;
    while (at < *end) {
        read_field(&r, index < record->param_count ? &params[index] : NULL);
        keep_field(event, &r);
        index++;
        if (r.at == r.end || r.penalty >= PENALTY_REJECT) break;
        r.at++;
    }
    if (index < record->param_count)
        count_missing(&r, params + index, record->param_count - index);
    *end = r.end;
    event->deviations |= r.deviations | (r.glued ? ATP_DEV_GLUED : 0u);
    return r.penalty;
}
