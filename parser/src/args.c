/* Text -> typed, range-checked fields.
 *
 *     fields = [ field { "," field } ] ;
 *     field  = [ "-" ] digits | [ "0x" ] hex digits | '"' { byte } '"' | { byte } | ;
 *
 * A quote closes a string only where a comma or the end of the line follows,
 * so that quotes and commas inside one survive (I6). Numbers are kept in 32
 * bits and marked when they do not fit; nothing wraps.
 *
 * Each field is cut out first, by quotes and commas alone, and then judged by
 * its type: how a line falls into fields does not depend on what they hold. */
#include "internal.h"

static void fail(struct atp_reader *r, enum atp_field_status status, uint32_t deviation)
{
    r->status = (uint8_t)((r->status & ATP_FIELD_NEGATIVE) | status);
    r->deviations |= deviation;
}

/* ---- cutting ---------------------------------------------------------- */

static void skip_spaces(struct atp_reader *r)
{
    for (; r->at < r->end && r->text[r->at] == ' '; r->at++) r->deviations |= ATP_DEV_EXTRA_SPACE;
}

static bool at_separator(const struct atp_reader *r)
{
    return r->at == r->end || r->text[r->at] == ',';
}

/* From an opening quote to after the closing one. */
static void cut_quoted(struct atp_reader *r)
{
    const uint8_t *text = r->text;
    unsigned at = r->at + 1;
    unsigned end = r->end;
    r->first = at;
    while (at < end) {
        if (text[at++] != '"') continue;
        r->size = at - 1 - r->first;
        r->at = at;
        uint32_t before = r->deviations;
        skip_spaces(r);
        if (at_separator(r)) return;
        r->deviations = before | ATP_DEV_STRAY_QUOTE; /* the spaces belong to the text */
        at = r->at;
    }
    r->at = end;
    r->size = end - r->first;
    fail(r, ATP_FIELD_MALFORMED, ATP_DEV_STRAY_QUOTE | ATP_DEV_MALFORMED_FIELD);
}

/* +HTTPACTION: 1,200,94+CSQ: 20,0 lost the line end between two lines: the
 * first ends after the digits. */
static bool cut_glued(struct atp_reader *r)
{
    unsigned at = r->at;
    while (at < r->end && (uint8_t)(r->text[at] - '0') < 10) at++;
    if (at == r->at || at + 1 >= r->end || r->text[at] != '+'
        || (uint8_t)(r->text[at + 1] - 'A') > 25 || r->pieces == 0)
        return false;
    r->size = at - r->first;
    r->at = r->end = at;
    r->deviations |= ATP_DEV_GLUED;
    return true;
}

static void cut_bare(struct atp_reader *r)
{
    const uint8_t *text = r->text;
    unsigned at = r->at;
    if (r->type <= ATP_TYPE_HEX && cut_glued(r)) return;
    while (at < r->end && text[at] != ',') at++;
    r->at = at;
    for (; at > r->first && text[at - 1] == ' '; at--) r->deviations |= ATP_DEV_EXTRA_SPACE;
    r->size = at - r->first;
}

static bool is_bracket(uint8_t byte)
{
    return byte == '[' || byte == ']';
}

/* Up to a comma outside parentheses and quotes, without brackets around it. */
static void cut_set(struct atp_reader *r)
{
    unsigned depth = 0;
    for (bool inside = false; r->at < r->end; r->at++) {
        uint8_t byte = r->text[r->at];
        if (byte == ',' && depth == 0 && !inside) break;
        inside ^= byte == '"';
        if (inside) continue;
        depth += byte == '(';
        depth -= byte == ')' && depth > 0;
    }
    unsigned last = r->at;
    while (r->first < last && is_bracket(r->text[r->first])) r->first++;
    while (r->first < last && is_bracket(r->text[last - 1])) last--;
    r->size = last - r->first;
}

static void cut_rest(struct atp_reader *r)
{
    r->at = r->end;
    r->size = r->end - r->first;
}

COLD static void cut_field(struct atp_reader *r)
{
    r->status = (uint8_t)ATP_FIELD_VALID;
    r->value = 0;
    r->quoted = false;
    r->first = r->at;
    if (r->type == ATP_TYPE_SET) cut_set(r);
    else if (r->type == ATP_TYPE_REST || r->type == ATP_TYPE_CODE) cut_rest(r);
    else if (r->at < r->end && r->text[r->at] == '"') {
        r->quoted = true;
        cut_quoted(r);
    } else cut_bare(r);
}

/* ---- judging ---------------------------------------------------------- */

static bool in_range(const struct atp_range *range, unsigned further, uint32_t magnitude,
                     bool negative)
{
    bool huge = magnitude > (uint32_t)INT32_MAX;
    int32_t value = huge ? INT32_MAX : (int32_t)magnitude; /* in what is open above only */
    if (negative) value = huge ? INT32_MIN : -value;
    for (;; range++) {
        if (value >= range->min && value <= range->max) return true;
        if (further-- == 0) return false;
    }
}

static void check_range(struct atp_reader *r, const struct atp_catalog *catalog,
                        const struct atp_param *param, uint32_t magnitude)
{
    if (param->range == 0) return;
    if (!in_range(&catalog->ranges[param->range], (param->type & ATP_PARAM_INTERVALS) >> 4,
                  magnitude, (r->status & ATP_FIELD_NEGATIVE) != 0))
        fail(r, ATP_FIELD_RANGE, ATP_DEV_RANGE);
}

/* Digits of `text` as a value. Returns how many there are. */
static size_t read_digits(const uint8_t *text, size_t size, unsigned base, uint32_t *out,
                          bool *overflow)
{
    uint32_t limit = UINT32_MAX / base;
    uint32_t value = 0;
    size_t n = 0;
    for (; n < size; n++) {
        unsigned digit = atpi_digit(text[n]);
        if (digit >= base) break;
        uint32_t next = value * base + digit;
        if (value > limit || next < digit) *overflow = true;
        value = next;
    }
    *out = value;
    return n;
}

/* The field as a number. Returns where its digits end, `first` if it has none. */
static unsigned read_number(struct atp_reader *r, unsigned base)
{
    unsigned end = r->first + r->size;
    unsigned at = r->first;
    if (at < end && base == 10 && r->text[at] == '-') {
        r->status |= ATP_FIELD_NEGATIVE;
        at++;
    }
    if (base == 16 && end - at > 2 && r->text[at] == '0' && (r->text[at + 1] | 0x20) == 'x')
        at += 2;
    bool overflow = false;
    unsigned digits = (unsigned)read_digits(r->text + at, end - at, base, &r->value, &overflow);
    if (overflow) r->status |= ATP_FIELD_OVERFLOW;
    return digits > 0 ? at + digits : r->first;
}

COLD static void judge_number(struct atp_reader *r, const struct atp_catalog *catalog,
                              const struct atp_param *param)
{
    unsigned last = read_number(r, r->type == ATP_TYPE_HEX ? 16 : 10);
    if (r->size == 0 || last != r->first + r->size) {
        r->value = 0;
        r->status = (uint8_t)ATP_FIELD_VALID;
        if (r->type != ATP_TYPE_CODE) fail(r, ATP_FIELD_MALFORMED, ATP_DEV_MALFORMED_FIELD);
    } else if ((r->status & ATP_FIELD_OVERFLOW) != 0) {
        r->value = 0;
        r->deviations |= ATP_DEV_RANGE;
    } else {
        check_range(r, catalog, param, r->value);
    }
}

static bool is_text(const struct atp_reader *r, const char *literal)
{
    unsigned i = 0;
    while (i < r->size && literal[i] != '\0' && (uint8_t)literal[i] == r->text[r->first + i]) i++;
    return i == r->size && literal[i] == '\0';
}

/* (0-4), <url>, "ADDRESS": a value is no set. */
static bool opens_set(uint8_t byte)
{
    return byte == '(' || byte == '<' || byte == '"';
}

static void judge_text(struct atp_reader *r, const struct atp_catalog *catalog,
                       const struct atp_param *param)
{
    if (r->type == ATP_TYPE_SET && !opens_set(r->text[r->first]))
        fail(r, ATP_FIELD_MALFORMED, ATP_DEV_MALFORMED_FIELD);
    else if ((r->type == ATP_TYPE_STRING || r->type == ATP_TYPE_WORD)
             && (r->size > 0 || (param->type & ATP_PARAM_EMPTY) == 0))
        check_range(r, catalog, param, r->size);
}

static void judge_quotes(struct atp_reader *r)
{
    bool wanted = r->type == ATP_TYPE_STRING || r->type == ATP_TYPE_KEYWORD;
    bool either = r->type >= ATP_TYPE_ANY && r->type <= ATP_TYPE_SET;
    if (r->quoted == wanted || either) return;
    r->deviations |= r->quoted ? ATP_DEV_QUOTED : ATP_DEV_UNQUOTED;
}

COLD static void judge_field(struct atp_reader *r, const struct atp_catalog *catalog,
                             const struct atp_param *param)
{
    if (r->type >= ATP_TYPE_LITERAL) {
        if (is_text(r, catalog->text + param->name)) r->selected = true;
        else r->rejected = true;
    }
    if (r->size == 0 && !r->quoted) {
        r->status = (uint8_t)ATP_FIELD_EMPTY;
        if ((param->type & ATP_PARAM_EMPTY) == 0 && r->type != ATP_TYPE_REST)
            r->deviations |= ATP_DEV_EMPTY_FIELD;
        return;
    }
    judge_quotes(r);
    if (r->status == ATP_FIELD_VALID) judge_text(r, catalog, param);
}

/* Reads the next field as `param`. False: this is another record. */
static bool read_field(struct atp_reader *r, const struct atp_catalog *catalog,
                       const struct atp_param *param, const struct atp_event *event)
{
    r->type = param->type & ATP_PARAM_TYPE;
    /* the space that a literal begins with is its own */
    if (r->type != ATP_TYPE_LITERAL || catalog->text[param->name] != ' ') skip_spaces(r);
    cut_field(r);
    judge_field(r, catalog, param);
    bool number = r->type <= ATP_TYPE_HEX || r->type == ATP_TYPE_CODE;
    if (number && r->status == ATP_FIELD_VALID) judge_number(r, catalog, param);
    if (event->field_count == 0 && r->type == ATP_TYPE_SET && r->status == ATP_FIELD_MALFORMED)
        return false; /* a value: no test response */
    return !r->rejected;
}

static void read_extra(struct atp_reader *r)
{
    r->type = (uint8_t)ATP_TYPE_SET;
    skip_spaces(r);
    cut_field(r);
    if (r->size == 0) r->status = (uint8_t)ATP_FIELD_EMPTY;
    r->deviations |= ATP_DEV_EXTRA_FIELD;
}

/* Size of the plain number that `text` begins with: digits that fit 31 bits, up
 * to a separator; 0 if it is anything else. */
static inline unsigned plain_number(const uint8_t *text, unsigned left, uint32_t *value)
{
    uint32_t v = 0;
    unsigned n = 0;
    unsigned digit;
    while (n < left && (digit = (unsigned)text[n] - '0') < 10) {
        v = v * 10 + digit;
        n++;
    }
    *value = v;
    return n <= 9 && (n == left || text[n] == ',') ? n : 0;
}

/* The same for bare text without spaces around it. */
static inline unsigned plain_text(const uint8_t *text, unsigned left)
{
    unsigned n = 0;
    while (n < left && text[n] != ',') n++;
    return n > 0 && text[0] != '"' && text[0] != ' ' && text[n - 1] != ' ' ? n : 0;
}

/* What most fields are: plain, and in its range. Reads such a field and returns
 * true; any other is left to the general way, which finds the same in more
 * steps. */
static INLINE_FOR_SPEED bool read_plain(struct atp_reader *r, const struct atp_catalog *catalog,
                                        const struct atp_param *param)
{
    unsigned type = param->type & ATP_PARAM_TYPE;
    uint32_t value = 0;
    unsigned n = 0;

    if (type == ATP_TYPE_INT) n = plain_number(r->text + r->at, r->end - r->at, &value);
    else if (type == ATP_TYPE_WORD || type == ATP_TYPE_ANY)
        n = plain_text(r->text + r->at, r->end - r->at);
    if (n == 0) return false;
    const struct atp_range *range = &catalog->ranges[param->range];
    int32_t checked = (int32_t)(type == ATP_TYPE_INT ? value : n);
    if (param->range > 0 && (checked < range->min || checked > range->max)) return false;
    r->first = r->at;
    r->size = n;
    r->value = value;
    r->status = (uint8_t)ATP_FIELD_VALID;
    r->at += n;
    return true;
}

/* ---- the whole line --------------------------------------------------- */

static void keep_field(struct atp_event *event, const struct atp_reader *r)
{
    unsigned index = event->field_count;
    if (index >= ATP_FIELD_COUNT_MAX) return;
    struct atp_field *field = &event->fields[index];
    field->value = r->value;
    field->offset = (uint16_t)(event->text_offset + r->first);
    field->size = (uint16_t)r->size;
    event->status[index] = r->status;
    event->field_count = (uint8_t)(index + 1);
}

/* Fields that are not on the line at all. */
static void judge_missing(struct atp_reader *r, const struct atp_param *param,
                          const struct atp_param *end)
{
    for (; param < end; param++)
        if ((param->type & ATP_PARAM_OPTIONAL) == 0) r->deviations |= ATP_DEV_MISSING_FIELD;
}

bool atpi_args_read(struct atp_parser *p, const struct atp_record *record)
{
    struct atp_event *event = p->event;
    struct atp_reader *r = &p->reader;
    const struct atp_param *param = &p->catalog->params[record->param];
    const struct atp_param *end = param + record->param_count;

    r->text = event->bytes + event->text_offset;
    r->at = r->fields;
    r->end = event->text_size;
    r->deviations = 0;
    r->rejected = false;
    r->selected = false;
    event->field_count = 0;
    /* a colon that nothing follows announces an empty field, not a missing one */
    bool more = r->at < r->end || r->text[r->at - 1] == ':';
    while (more) {
        if (param == end) {
            read_extra(r);
        } else {
            if (!read_plain(r, p->catalog, param) && !read_field(r, p->catalog, param, event))
                return false;
            param++;
        }
        keep_field(event, r);
        more = r->at < r->end;
        r->at++;
    }
    judge_missing(r, param, end);
    return true;
}
