/* Words for what the header numbers. Apart, so that a program that does not
 * print does not link them. */
#include <atproof/atproof.h>

static const char *pick(const char *const *names, unsigned count, unsigned index)
{
    return index < count ? names[index] : "";
}

const char *atp_kind_name(enum atp_kind kind)
{
    static const char *const names[] = {"echo", "info",   "result", "urc",   "prompt",
                                        "data", "stream", "text",   "blank", "truncated"};
    return pick(names, sizeof names / sizeof names[0], (unsigned)kind);
}

const char *atp_exchange_state_name(enum atp_exchange_state state)
{
    static const char *const names[] = {"none", "open", "awaiting", "complete", "violated", "late"};
    return pick(names, sizeof names / sizeof names[0], (unsigned)state);
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
