/* A badge for shields.io's endpoint: one JSON object. */
#define _GNU_SOURCE
#include "formats/formats.h"

#include "base/text.h"
#include "store/verdict.h"

#include <jansson.h>
#include <stdlib.h>

/* `3 failing`, `nothing judged`, `412 passing, 2 excused`. Owns: the caller. */
static char *message_of(const struct verdict_counts *counts)
{
    if (counts->verdict == VERDICT_NOTHING) return text_format("nothing judged");
    if (counts->verdict == VERDICT_RED) return text_format("%zu failing", verdict_failing(counts));
    size_t passing = counts->passed + counts->fuzzers - counts->fuzzers_skipped;
    if (counts->expected == 0) return text_format("%zu passing", passing);
    return text_format("%zu passing, %zu excused", passing, counts->expected);
}

static const char *colour_of(const struct verdict_counts *counts)
{
    if (counts->verdict == VERDICT_NOTHING) return "lightgrey";
    if (counts->verdict == VERDICT_RED) return "red";
    if (counts->flaky > 0) return "yellow";
    return counts->expected > 0 ? "green" : "brightgreen";
}

void badge_write(const struct store *store, FILE *out)
{
    struct verdict_counts counts = verdict_count(store);
    char *message = message_of(&counts);
    json_t *badge = arena_must(json_pack(
        "{s:i, s:s, s:s, s:s, s:b}", "schemaVersion", 1, "label", "AT conformance", "message",
        message, "color", colour_of(&counts), "isError", counts.verdict == VERDICT_RED));
    json_dumpf(badge, out, 0); /* the caller checks ferror(out) */
    fputc('\n', out);
    json_decref(badge);
    free(message);
}
