/* Words for the numbers of the header, and the version. A file of its own, so
 * that a program that prints nothing does not link it. */
#include <atproof/atproof.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Number of the bit that is set in `mask`, as a constant. */
#define BIT_OF(mask)                                                                               \
    ((((mask)&0xAAAAAAAAu) != 0) | (((mask)&0xCCCCCCCCu) != 0) << 1                                \
     | (((mask)&0xF0F0F0F0u) != 0) << 2 | (((mask)&0xFF00FF00u) != 0) << 3                         \
     | (((mask)&0xFFFF0000u) != 0) << 4)

static const char *pick(const char *const *names, unsigned count, unsigned index)
{
    return index < count ? names[index] : "";
}

const char *atp_version(void)
{
    return ATP_VERSION_STRING;
}

const char *atp_kind_name(unsigned kind)
{
    static const char *const names[] = {
        [ATP_KIND_ECHO] = "echo",     [ATP_KIND_INFO] = "info",
        [ATP_KIND_RESULT] = "result", [ATP_KIND_URC] = "urc",
        [ATP_KIND_PROMPT] = "prompt", [ATP_KIND_DATA] = "data",
        [ATP_KIND_STREAM] = "stream", [ATP_KIND_TEXT] = "text",
        [ATP_KIND_BLANK] = "blank",   [ATP_KIND_TRUNCATED] = "truncated",
    };
    return pick(names, COUNT(names), kind);
}

const char *atp_exchange_state_name(unsigned state)
{
    static const char *const names[] = {
        [ATP_EXCHANGE_NONE] = "none",         [ATP_EXCHANGE_OPEN] = "open",
        [ATP_EXCHANGE_AWAITING] = "awaiting", [ATP_EXCHANGE_COMPLETE] = "complete",
        [ATP_EXCHANGE_VIOLATED] = "violated", [ATP_EXCHANGE_LATE] = "late",
    };
    return pick(names, COUNT(names), state);
}

const char *atp_deviation_name(unsigned bit)
{
    static const char *const names[ATP_DEV_COUNT] = {
        [BIT_OF(ATP_DEV_QUOTED)] = "quoted",
        [BIT_OF(ATP_DEV_UNQUOTED)] = "unquoted",
        [BIT_OF(ATP_DEV_STRAY_QUOTE)] = "stray-quote",
        [BIT_OF(ATP_DEV_RANGE)] = "out-of-range",
        [BIT_OF(ATP_DEV_EMPTY_FIELD)] = "empty-field",
        [BIT_OF(ATP_DEV_EXTRA_FIELD)] = "extra-field",
        [BIT_OF(ATP_DEV_MISSING_FIELD)] = "missing-field",
        [BIT_OF(ATP_DEV_MALFORMED_FIELD)] = "malformed-field",
        [BIT_OF(ATP_DEV_NO_SPACE)] = "no-space",
        [BIT_OF(ATP_DEV_EXTRA_SPACE)] = "extra-space",
        [BIT_OF(ATP_DEV_NO_COLON)] = "no-colon",
        [BIT_OF(ATP_DEV_BARE_LF)] = "bare-lf",
        [BIT_OF(ATP_DEV_EXTRA_CR)] = "extra-cr",
        [BIT_OF(ATP_DEV_GLUED)] = "glued",
        [BIT_OF(ATP_DEV_LONG_LINE)] = "long-line",
        [BIT_OF(ATP_DEV_SHORT_PAYLOAD)] = "short-payload",
        [BIT_OF(ATP_DEV_BAD_LENGTH)] = "bad-length",
        [BIT_OF(ATP_DEV_ECHO_DIFFERS)] = "echo-differs",
        [BIT_OF(ATP_DEV_NOT_ASKED)] = "not-asked",
        [BIT_OF(ATP_DEV_UNEXPECTED)] = "unexpected",
        [BIT_OF(ATP_DEV_STALE)] = "stale",
        [BIT_OF(ATP_DEV_CUT)] = "cut",
        [BIT_OF(ATP_DEV_UNKNOWN_RECORD)] = "unknown-record",
    };
    return pick(names, ATP_DEV_COUNT, bit);
}

const char *atp_command_name(const struct atp_catalog *catalog, const struct atp_command *command)
{
    if (catalog == NULL || command == NULL) return "";
    return catalog->text + catalog->names[command->name].text;
}

const char *atp_variant_label(const struct atp_catalog *catalog, const struct atp_variant *variant)
{
    return catalog != NULL && variant != NULL ? catalog->text + variant->label : "";
}

const char *atp_record_name(const struct atp_catalog *catalog, const struct atp_record *record)
{
    if (catalog == NULL || record == NULL) return "";
    for (unsigned i = 0; i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        const struct atp_record *first = &catalog->records[name->record];
        if ((name->flags & ATP_NAME_NUMERIC) != 0) continue; /* 0 is OK's other name */
        if ((size_t)(record - first) < name->record_count) return catalog->text + name->text;
    }
    return "";
}
