/* Words for what the header numbers. Apart, so that a program that does not
 * print does not link them. */
#include <atproof/atproof.h>

static const char *pick(const char *const *names, unsigned count, unsigned index)
{
    return index < count ? names[index] : "";
}

const char *atp_kind_name(unsigned kind)
{
    static const char *const names[] = {"echo", "info",   "result", "urc",   "prompt",
                                        "data", "stream", "text",   "blank", "truncated"};
    return pick(names, sizeof names / sizeof names[0], kind);
}

const char *atp_exchange_state_name(unsigned state)
{
    static const char *const names[] = {"none", "open", "awaiting", "complete", "violated", "late"};
    return pick(names, sizeof names / sizeof names[0], state);
}

const char *atp_deviation_name(unsigned bit)
{
    static const char *const names[ATP_DEV_COUNT] = {
        "quoted",        "unquoted",      "stray-quote",     "out-of-range", "empty-field",
        "extra-field",   "missing-field", "malformed-field", "no-space",     "extra-space",
        "no-colon",      "bare-lf",       "extra-cr",        "glued",        "long-line",
        "short-payload", "bad-length",    "echo-differs",    "not-asked",    "unexpected",
        "stale",         "cut",           "unknown-record"};
    return pick(names, ATP_DEV_COUNT, bit);
}

const char *atp_command_name(const struct atp_catalog *catalog, const struct atp_command *command)
{
    return command != NULL ? catalog->text + catalog->names[command->name].text : "";
}

const char *atp_variant_label(const struct atp_catalog *catalog, const struct atp_variant *variant)
{
    return variant != NULL ? catalog->text + variant->label : "";
}

const char *atp_record_name(const struct atp_catalog *catalog, const struct atp_record *record)
{
    for (unsigned i = 0; record != NULL && i < catalog->name_count; i++) {
        const struct atp_name *name = &catalog->names[i];
        const struct atp_record *first = &catalog->records[name->record];
        if ((name->flags & ATP_NAME_NUMERIC) != 0) continue; /* 0 is OK's other name */
        if ((size_t)(record - first) < name->record_count) return catalog->text + name->text;
    }
    return "";
}
