/* Secrets of command lines and of the module's lines: at the places that the
 * catalogue marks. */
#include "mask/mask_internal.h"

#include "at/line.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IDENTITY_MIN 10 /* digits of a line that is an identity alone        */
#define DIAL_MIN     5  /* *99# and the like are nobody's number             */
#define CARD_IMSI    3  /* digits of EF IMSI before the IMSI: its size, parity (31.102 4.2.2) */
#define PART_MIN     7  /* digits of a number whose other part never came     */
#define CARD_MIN     14 /* digits of an IMSI or an ICCID                      */

/* A line decoded. */
struct line {
    struct mask_context *context;
    struct mask_stream *stream;
    struct mask_view view;
    uint8_t *text; /* owned: the view's bytes                                */
};

static bool is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

/* ---- decoding ----------------------------------------------------------- */

/* Spaces and control characters outside strings do not count; a backspace takes one
 * back (V.250 5.2.2). */
static void add_bytes(struct line *line, size_t offset, size_t size, bool *quoted)
{
    for (size_t i = offset; i < offset + size; i++) {
        uint8_t byte = line->stream->bytes.bytes[i];
        *quoted ^= byte == '"';
        if (byte == 0x08 && line->view.count > 0) line->view.count--;
        if (byte < 0x20 || byte == 0x7F || (byte == ' ' && !*quoted)) continue;
        mask_view_add(&line->view, i, byte, MASK_RAW);
    }
}

static void finish_text(struct line *line)
{
    free(line->text);
    line->text = memory_new(line->view.count + 1, 1);
    for (size_t i = 0; i < line->view.count; i++) line->text[i] = line->view.items[i].byte;
}

static void open_line(struct line *line, struct mask_context *context,
                      const struct mask_region *region)
{
    bool quoted = false;
    *line = (struct line){.context = context,
                          .stream = &context->traffic->sides[region->is_sent ? 1 : 0]};
    add_bytes(line, region->offset, region->size, &quoted);
    finish_text(line);
}

static void close_line(struct line *line)
{
    free(line->view.items);
    free(line->text);
}

static void divide(const struct line *line, struct at_span place, struct mask_list *out)
{
    struct at_span field;
    *out = (struct mask_list){.text = line->text};
    while (out->field_count < MASK_FIELD_MAX
           && at_argument(line->text, place, out->field_count, &field)) {
        size_t index = out->field_count++;
        if (!at_field(line->text, place, index, &field)) field.size = 0;
        out->fields[index].offset = field.offset;
        out->fields[index].size = field.size;
    }
}

/* ---- one field ---------------------------------------------------------- */

static void fix(struct line *line, size_t offset, size_t size)
{
    for (size_t i = offset; i < offset + size && i < line->view.count; i++)
        line->stream->flags.bytes[line->view.items[i].at] |= MASK_FIXED;
}

/* An IMEI query may tell something else; what is no number stays. */
static bool is_identity(enum catalog_secret kind)
{
    return kind == CATALOG_SECRET_IMEI || kind == CATALOG_SECRET_IMSI
           || kind == CATALOG_SECRET_ICCID;
}

static size_t digit_count(const uint8_t *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) count += is_digit(text[i]);
    return count;
}

static int hex_value(uint8_t byte)
{
    if (is_digit(byte)) return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* A file of the SIM: ICCID and IMSI stand in it with the digits of each pair
 * exchanged. Returns: whether one was found; then all of the traffic is searched. */
static bool find_on_card(struct mask *mask, const uint8_t *text, size_t size)
{
    uint8_t digits[64];
    size_t count = 0;
    for (size_t i = 0; i + 1 < size && count + 2 < sizeof digits; i += 2) {
        digits[count++] = text[i + 1];
        digits[count++] = text[i];
    }
    while (count > 0 && (digits[count - 1] | 0x20) == 'f') count--;
    bool is_iccid = count >= 18 && count <= 20 && digits[0] == '8' && digits[1] == '9';
    bool is_imsi = count >= CARD_IMSI + CARD_MIN && digits[0] == '8' && digits[1] == '0';
    size_t first = is_imsi ? CARD_IMSI : 0;
    for (size_t i = first; i < count; i++)
        if (!is_digit(digits[i])) return false;
    if (is_iccid) mask_pair_of(mask, CATALOG_SECRET_ICCID, digits, count);
    else if (is_imsi) mask_pair_of(mask, CATALOG_SECRET_IMSI, digits + first, count - first);
    return is_iccid || is_imsi;
}

/* Reads characters of `step` hexadecimal digits each, all but the last two of them 0.
 * Returns: how many, or 0 if it is no printable text. */
static size_t read_hex(const uint8_t *text, size_t size, size_t step, uint8_t *out, size_t most)
{
    size_t count = 0;
    if (size % step != 0 || size / step > most) return 0;
    for (size_t i = 0; i < size; i += step) {
        int high = hex_value(text[i + step - 2]);
        int low = hex_value(text[i + step - 1]);
        int byte = high < 0 || low < 0 ? -1 : high * 16 + low;
        bool is_wide = step == 4 && memcmp(text + i, "00", 2) != 0;
        if (byte < 0x20 || byte > 0x7E || is_wide) return 0;
        out[count++] = (uint8_t)byte;
    }
    return count;
}

/* A text in hexadecimal digits, by UCS-2 or by bytes: what it says is the secret. Digits
 * below 10 alone are taken as they are, but for UCS-2. */
static bool find_in_hex(struct mask *mask, enum catalog_secret kind, const uint8_t *text,
                        size_t size)
{
    uint8_t said[256];
    bool is_ucs2 = size >= 8 && memcmp(text, "00", 2) == 0;
    if (size < 8 || (!is_ucs2 && digit_count(text, size) == size)) return false;
    size_t count = read_hex(text, size, is_ucs2 ? 4 : 2, said, sizeof said);
    size_t first = kind == CATALOG_SECRET_NUMBER && count > 0 && said[0] == '+';
    return count > first && mask_pair_of(mask, kind, said + first, count - first) != NULL;
}

static void hide(struct line *line, enum catalog_secret kind, size_t offset, size_t size)
{
    struct mask *mask = line->context->mask;
    const uint8_t *text = line->text + offset;
    if (kind == CATALOG_SECRET_NUMBER && size > 1 && *text == '+') offset++, size--, text++;
    if (size == 0) return;
    if (kind == CATALOG_SECRET_CARD && find_on_card(mask, text, size)) return;
    if (kind != CATALOG_SECRET_MESSAGE && find_in_hex(mask, kind, text, size)) return;
    mask_hide(mask, line->stream, kind, line->view.items + offset, size);
}

/* What a test form answers: `(0-5)`, `<password>`. */
static bool is_range(const uint8_t *text, size_t size)
{
    return size > 1
           && ((text[0] == '(' && text[size - 1] == ')')
               || (text[0] == '<' && text[size - 1] == '>'));
}

static void take_field(struct line *line, const struct mask_mark *mark, size_t offset, size_t size)
{
    size_t digits = digit_count(line->text + offset, size);
    if (mark->kind == CATALOG_SECRET_NONE) {
        if (mark->is_word || (mark->is_number && digits == size)) fix(line, offset, size);
        return;
    }
    if (is_range(line->text + offset, size)) return;
    if (is_identity(mark->kind)) {
        if (digits < IDENTITY_MIN) return;
        while (size > 0 && (line->text[offset + size - 1] | 0x20) == 'f') size--;
    }
    hide(line, mark->kind, offset, size);
}

/* ---- commands ----------------------------------------------------------- */

static struct at_span dialled(const uint8_t *text, struct at_span place)
{
    while (place.size > 0 && is_one_of(text[place.offset], "TPtp")) {
        place.offset++;
        place.size--;
    }
    if (place.size > 0 && text[place.offset] == '+') place.offset++, place.size--;
    size_t size = 0;
    while (size < place.size && is_digit(text[place.offset + size])) size++;
    place.size = size >= DIAL_MIN ? size : 0;
    return place;
}

/* Of a command that the catalogue does not know: what follows a word that names a
 * secret, `AT+X="password","…"`. */
static void guess_marks(const struct mask_list *list, const uint8_t *text, struct mask_mark *marks)
{
    enum catalog_secret kind = CATALOG_SECRET_NONE;
    for (size_t i = 0; i < list->field_count; i++) {
        size_t offset = list->fields[i].offset;
        size_t size = list->fields[i].size;
        bool quoted = size > 0 && offset > 0 && text[offset - 1] == '"';
        enum catalog_secret named =
            quoted ? mask_kind_of_name((const char *)text + offset, size) : CATALOG_SECRET_NONE;
        if (kind != CATALOG_SECRET_NONE && quoted) marks[i].kind = kind;
        if (kind == CATALOG_SECRET_NONE && named != CATALOG_SECRET_NONE) {
            kind = named;
            marks[i].is_word = true;
        }
    }
}

static void note_after(struct mask_context *context, const char *name, size_t size)
{
    if (context->after_count == MASK_AFTER_MAX) return;
    snprintf(context->after[context->after_count++], sizeof context->after[0], "AT%.*s", (int)size,
             name);
}

static void take_command(struct line *line, const struct at_command *command, bool is_sent)
{
    struct mask_context *context = line->context;
    struct mask_mark marks[MASK_FIELD_MAX] = {0};
    struct mask_list list;
    char name[24];
    const char *text = (const char *)line->text + command->name.offset;
    enum catalog_secret upload = CATALOG_SECRET_NONE;
    snprintf(name, sizeof name, "%.*s", (int)command->name.size, text);
    divide(line, at_arguments(command), &list);
    if (strcasecmp(name, "D") == 0) {
        struct at_span number = dialled(line->text, command->rest);
        list.field_count = 1;
        list.fields[0].offset = number.offset;
        list.fields[0].size = number.size;
    }
    if (!mask_marks_of_command(context->mask->compiled, name, command->form, &list, marks, &upload)
        && command->form == ATP_FORM_WRITE)
        guess_marks(&list, line->text, marks);
    fix(line, command->name.offset, command->name.size);
    for (size_t i = 0; i < list.field_count; i++)
        take_field(line, &marks[i], list.fields[i].offset, list.fields[i].size);
    if (!is_sent) return;
    note_after(context, text, command->name.size);
    context->upload = upload;
}

/* Where a command line begins: what stands before it was left over. */
static size_t begin_of_command(const struct line *line)
{
    for (size_t i = 0; i + 2 < line->view.count; i++)
        if (strncasecmp((const char *)line->text + i, "AT", 2) == 0
            && (i == 0 || is_one_of(line->text[i + 2], "+*$^#%")))
            return i;
    return line->view.count;
}

static void take_commands(struct line *line, bool is_sent)
{
    struct at_command command;
    size_t first = begin_of_command(line);
    size_t at = 0;
    uint8_t *text = line->text;
    struct mask_unit *items = line->view.items;
    line->text += first; /* the tokeniser wants its AT at the beginning       */
    line->view.items += first;
    line->view.count -= first;
    fix(line, 0, 2);
    while (at_next(line->text, line->view.count, &at, &command))
        take_command(line, &command, is_sent);
    line->text = text;
    line->view.items = items;
    line->view.count += first;
}

void mask_find_command(struct mask_context *context, const struct mask_region *region)
{
    struct line line;
    mask_find_rest(context);
    open_line(&line, context, region);
    context->after_count = 0;
    context->prefix[0] = '\0';
    context->upload = CATALOG_SECRET_NONE;
    take_commands(&line, true);
    close_line(&line);
}

/* ---- lines of the module ------------------------------------------------ */

/* Bytes of the prefix with what follows it; 0: it has none. */
static size_t prefix_size(const struct line *line)
{
    size_t at = 0;
    size_t count = line->view.count;
    bool is_word = count > 0 && line->text[0] >= 'A' && line->text[0] <= 'Z';
    if (count == 0 || (!is_one_of(line->text[0], "+*^$#%") && !is_word)) return 0;
    while (at < count && !is_one_of(line->text[at], ":,= \"")) at++;
    if (is_word && (at == count || line->text[at] != ':')) return 0;
    return at < count ? at + 1 : count;
}

/* Of several commands of a line, whether a number without a prefix can be the answer of
 * that one. */
static bool fits(const struct line *line, enum catalog_secret kind)
{
    size_t digits = digit_count(line->text, line->view.count);
    if (kind == CATALOG_SECRET_ICCID) return digits >= 18;
    return kind != CATALOG_SECRET_IMSI || (digits >= IDENTITY_MIN && digits <= 15);
}

static void take_line(struct line *line, const struct mask_region *region)
{
    struct mask_context *context = line->context;
    struct mask_mark marks[MASK_FIELD_MAX] = {0};
    struct mask_list list;
    char prefix[24];
    size_t begin = prefix_size(line);
    snprintf(prefix, sizeof prefix, "%.*s", begin == 0 ? 0 : (int)begin - 1,
             (const char *)line->text);
    divide(line, (struct at_span){begin, line->view.count - begin}, &list);
    fix(line, 0, begin);
    bool known = false;
    for (size_t i = 0; i < context->after_count && !known; i++) {
        known =
            mask_marks_of_line(context->mask->compiled, prefix, context->after[i], &list, marks);
        if (known && begin == 0 && !fits(line, marks[0].kind)) {
            memset(marks, 0, sizeof marks);
            known = false;
        }
    }
    if (!known) mask_marks_of_line(context->mask->compiled, prefix, context->prefix, &list, marks);
    if (begin == 0 && list.field_count > 1 && marks[0].kind == CATALOG_SECRET_MESSAGE) {
        list.field_count = 1; /* a text is no list */
        list.fields[0].offset = 0;
        list.fields[0].size = line->view.count;
    }
    for (size_t i = 0; i < list.field_count; i++)
        take_field(line, &marks[i], list.fields[i].offset, list.fields[i].size);
    if (begin > 0 || region->is_urc)
        snprintf(context->prefix, sizeof context->prefix, "%s", prefix);
}

/* ---- lines that another line cut ---------------------------------------- */

/* The kind whose digits a line ends in, too few of them for a whole one. */
static enum catalog_secret cut_kind(const struct line *line)
{
    struct mask_context *context = line->context;
    size_t begin = prefix_size(line);
    size_t count = line->view.count;
    struct mask_mark marks[MASK_FIELD_MAX] = {0};
    struct mask_list list;
    char prefix[24];
    size_t least = 14;
    snprintf(prefix, sizeof prefix, "%.*s", begin == 0 ? 0 : (int)begin - 1,
             (const char *)line->text);
    divide(line, (struct at_span){begin, count - begin}, &list);
    if (list.field_count == 0) return CATALOG_SECRET_NONE;
    for (size_t i = 0; i < context->after_count; i++)
        mask_marks_of_line(context->mask->compiled, prefix, context->after[i], &list, marks);
    size_t last = list.field_count - 1;
    enum catalog_secret kind = marks[last].kind;
    if (kind == CATALOG_SECRET_ICCID) least = 18;
    bool is_cut = is_identity(kind) && list.fields[last].size > 0 && list.fields[last].size < least
                  && digit_count(line->text + list.fields[last].offset, list.fields[last].size)
                         == list.fields[last].size;
    return is_cut ? kind : CATALOG_SECRET_NONE;
}

static bool has_open_quote(const struct line *line)
{
    bool quoted = false;
    for (size_t i = 0; i < line->view.count; i++) quoted ^= line->text[i] == '"';
    return quoted;
}

/* What is open and this line are one, with others in between. */
static void join(struct line *line, const struct mask_region *region)
{
    const struct mask_context *context = line->context;
    bool quoted = false;
    line->view.count = 0;
    for (size_t i = 0; i < context->open_count; i++)
        add_bytes(line, context->open[i].offset, context->open[i].size, &quoted);
    if (region != NULL) add_bytes(line, region->offset, region->size, &quoted);
    finish_text(line);
}

static bool is_whole_number(const struct line *line)
{
    return line->view.count > 0 && digit_count(line->text, line->view.count) == line->view.count;
}

/* The digits at the beginning, up to a prefix: a URC was glued to them. */
static size_t cut_in_line(const struct line *line)
{
    size_t size = 0;
    while (size < line->view.count && is_digit(line->text[size])) size++;
    bool is_cut = size > 0 && size < line->view.count && is_one_of(line->text[size], "+^*$");
    return is_cut ? size : 0;
}

/* A URC that is glued to digits may stand within a value. */
static size_t cut_off(struct line *line, const struct mask_region *region)
{
    size_t cut = cut_in_line(line);
    if (cut == 0) return region->size;
    size_t size = line->view.items[cut - 1].at + 1 - region->offset;
    for (size_t i = size; i < region->size; i++)
        line->stream->flags.bytes[region->offset + i] |= MASK_BETWEEN;
    line->view.count = cut;
    return size;
}

static void take_whole(struct line *line, const struct mask_region *region)
{
    if (begin_of_command(line) == 0) take_commands(line, false);
    else take_line(line, region);
}

void mask_find_rest(struct mask_context *context)
{
    struct line line;
    if (context->open_count == 0) return;
    open_line(&line, context, &context->open[0]);
    join(&line, NULL);
    if (context->open_kind == CATALOG_SECRET_NONE) take_whole(&line, &context->open[0]);
    else if (digit_count(line.text, line.view.count) >= PART_MIN)
        hide(&line, context->open_kind, prefix_size(&line), line.view.count - prefix_size(&line));
    context->open_count = 0;
    close_line(&line);
}

void mask_find_line(struct mask_context *context, const struct mask_region *region)
{
    struct line line;
    open_line(&line, context, region);
    if (region->is_urc || line.view.count == 0) {
        take_line(&line, region);
        close_line(&line);
        return;
    }
    size_t size = cut_off(&line, region);
    bool goes_on = context->open_count > 0
                   && (context->open_kind == CATALOG_SECRET_NONE || is_whole_number(&line));
    if (goes_on) join(&line, &(struct mask_region){.offset = region->offset, .size = size});
    else mask_find_rest(context);
    context->open_kind = cut_kind(&line);
    bool is_open = context->open_kind != CATALOG_SECRET_NONE || has_open_quote(&line);
    if (is_open && context->open_count < MASK_OPEN_MAX) {
        context->open[context->open_count++] = *region;
        context->open[context->open_count - 1].size = size;
    } else {
        context->open_count = 0;
        take_whole(&line, region);
    }
    close_line(&line);
}
