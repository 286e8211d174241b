/* A line -> a name of the catalogue.
 *
 *     line   = prefix ":" [ fields ]      +CSQ: 23,0    +APP PDP: 0,ACTIVE
 *            | word                       OK   NO CARRIER   +HTTP_PEER_CLOSED
 *            | word " " text              CONNECT 115200   (names that allow it)
 *            | prefix ( "," | "(" ) fields   as the field has it: no colon
 *
 * A name matches whole or not at all (I4). */
#include "internal.h"

#define IS_SYMBOL(byte) ((uint8_t)((byte) - '!') < '0' - '!')

const struct atp_name *atpi_find_name(const struct atp_catalog *catalog, const uint8_t *bytes,
                                      size_t size)
{
    if (size == 0 || size > ATP_NAME_SIZE_MAX) return NULL;
    uint32_t mask = (uint32_t)(UINT32_MAX >> catalog->hash_shift);
    uint32_t slot = atp_catalog_hash(catalog, bytes, size);
    uint8_t found;
    while ((found = catalog->slots[slot]) != 0) {
        const struct atp_name *name = &catalog->names[found - 1];
        if (name->size == size && memcmp(catalog->text + name->text, bytes, size) == 0) return name;
        slot = (slot + 1) & mask;
    }
    return NULL;
}

static bool stands_alone(const struct atp_parser *p, const struct atp_name *name)
{
    return name->record_count > 0 && p->catalog->records[name->record].param_count == 0;
}

/* A plain word (OK, RDY) takes no colon: `OK: x` is not OK. */
static bool takes_colon(const struct atp_parser *p, const struct atp_name *name)
{
    return (name->flags & ATP_NAME_TAIL) == 0
           && (IS_SYMBOL((uint8_t)p->catalog->text[name->text]) || !stands_alone(p, name));
}

static const struct atp_name *find_usable(const struct atp_parser *p, const uint8_t *text,
                                          size_t size)
{
    const struct atp_name *name = atpi_find_name(p->catalog, text, size);
    if (name == NULL) return NULL;
    bool no_prefix = name->record_count == 0 || (name->flags & ATP_NAME_BARE) != 0;
    if (no_prefix && !IS_SYMBOL(text[0])) return NULL; /* `I: x` is no answer to ATI */
    if ((name->flags & ATP_NAME_NUMERIC) != 0 && (p->session_flags & SESSION_NUMERIC) == 0)
        return NULL;
    return name;
}

/* A prefix with its colon. */
static const struct atp_name *match_prefix(struct atp_parser *p, const uint8_t *text, size_t size,
                                           size_t n)
{
    const struct atp_name *name = find_usable(p, text, n);
    if (name == NULL || !takes_colon(p, name)) return NULL;
    n++;
    if (n < size && text[n] == ' ') n++;
    else if (n < size) p->event->deviations |= ATP_DEV_NO_SPACE;
    p->reader.fields = (unsigned)n;
    return name;
}

/* A prefix that lost its colon: what follows begins with a comma or a
 * parenthesis. */
static const struct atp_name *match_without_colon(struct atp_parser *p, const uint8_t *text,
                                                  size_t size)
{
    size_t n = 0;
    while (n < size && n <= ATP_NAME_SIZE_MAX && text[n] != ',' && text[n] != '(') n++;
    if (n == 0 || n >= size || !IS_SYMBOL(text[0])) return NULL;
    const struct atp_name *name = find_usable(p, text, n);
    if (name == NULL || !takes_colon(p, name)) return NULL;
    p->event->deviations |= ATP_DEV_NO_COLON;
    p->reader.fields = (unsigned)(n + (text[n] == ','));
    return name;
}

static const struct atp_name *match_word(struct atp_parser *p, const uint8_t *text, size_t size)
{
    const struct atp_name *name = find_usable(p, text, size);
    p->reader.fields = (unsigned)size;
    if (name != NULL && IS_SYMBOL(text[0]) && !stands_alone(p, name))
        return NULL; /* a command without its AT */
    if (name != NULL) return name;

    const uint8_t *space = memchr(text, ' ', size < ATP_NAME_SIZE_MAX ? size : ATP_NAME_SIZE_MAX);
    if (space == NULL) return NULL;
    p->reader.fields = (unsigned)(space + 1 - text);
    name = find_usable(p, text, (size_t)(space - text));
    return name != NULL && (name->flags & ATP_NAME_TAIL) != 0 ? name : NULL;
}

const struct atp_name *atpi_classify(struct atp_parser *p, const uint8_t *text, size_t size)
{
    const uint8_t *colon =
        memchr(text, ':', size <= ATP_NAME_SIZE_MAX ? size : ATP_NAME_SIZE_MAX + 1);
    const struct atp_name *name = NULL;

    if (colon != NULL) name = match_prefix(p, text, size, (size_t)(colon - text));
    if (name == NULL) name = match_word(p, text, size);
    return name != NULL ? name : match_without_colon(p, text, size);
}
