/* Fingerprints of results. A reader recognises a finding of an earlier run by its
 * fingerprint.
 *
 * It is made of what stays the same from run to run. For a finding: the case and its
 * way, the command by its name and form (else by its text), the rule, the clause, and
 * what was expected. For a case as a whole: the case and its outcome. For a fuzzer's
 * finding: the target, the kind, the invariant and the three innermost functions
 * (without a stack the message). It has no times, lines, offsets, firmware, seen
 * texts or instances of fuzzers; numbers of four digits and more (a server's port)
 * become `#`. Equal ones are numbered in the order of the store. The text is the
 * first half of a SHA-256 and the number: `0123456789abcdef0123456789abcdef:1`. */
#define _GNU_SOURCE
#include "base/digest.h"
#include "base/text.h"
#include "base/uri.h"
#include "sarif/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_MAX 3
#define DIGEST_SHOWN  32 /* digits */

/* ---- what stays ------------------------------------------------------- */

/* Writes the text and a NUL, which keeps texts apart. */
static void put(FILE *out, const char *text)
{
    fputs(store_text(text), out);
    fputc('\0', out);
}

/* Writes the text; a run of `digits` or more digits becomes `#`. */
static void put_steady(FILE *out, const char *text, size_t digits)
{
    for (text = store_text(text); *text != '\0';) {
        size_t run = strspn(text, "0123456789");
        if (run >= digits && run > 0) fputc('#', out);
        else fwrite(text, 1, run == 0 ? 1 : run, out);
        text += run == 0 ? 1 : run;
    }
    fputc('\0', out);
}

/* A recording without an id has its file's name as id: here its URI. */
static void put_case(FILE *out, const struct reports_case *case_)
{
    bool is_file = strcmp(case_->id, store_text(case_->identity.source)) == 0;
    char *id = is_file ? uri_of(case_->id) : text_format("%s", case_->id);
    put(out, id);
    fprintf(out, "%ju", (uintmax_t)case_->way);
    fputc('\0', out);
    free(id);
}

static void put_finding(FILE *out, const struct sarif_item *item)
{
    const struct reports_exchange *exchange = item->exchange;
    put(out, "finding");
    put_case(out, &item->case_->is);
    if (*store_text(exchange->name) == '\0') put_steady(out, exchange->command, 4);
    else put(out, exchange->name);
    put(out, exchange->form);
    put(out, item->finding->rule);
    put(out, item->finding->clause);
    put_steady(out, item->finding->expected, 4);
}

static void put_functions(FILE *out, const char *stack)
{
    char *text = text_format("%s", stack);
    char *rest = text;
    const char *line;
    for (size_t i = 0; i < FUNCTIONS_MAX && (line = strsep(&rest, "\n")) != NULL; i++) {
        struct sarif_frame frame = sarif_read_frame(line);
        put(out, frame.function);
        sarif_frame_release(&frame);
    }
    free(text);
}

static void put_found(FILE *out, const struct sarif_item *item)
{
    put(out, "fuzz");
    put(out, item->fuzzer->is.target);
    put(out, reports_fuzz_kind_name(item->found->kind));
    put(out, item->found->invariant);
    if (*store_text(item->found->stack) != '\0') put_functions(out, item->found->stack);
    else put_steady(out, item->found->text, 1);
}

static void put_item(FILE *out, const struct sarif_item *item)
{
    if (item->found != NULL) put_found(out, item);
    else if (item->finding != NULL) put_finding(out, item);
    else {
        put(out, "case");
        put_case(out, &item->case_->is);
        put(out, reports_outcome_name(item->case_->is.outcome));
    }
}

/* ---- the digest ------------------------------------------------------- */

/* A digest, and how often it came. */
struct seen {
    char digest[DIGEST_SHOWN + 1]; /* first: what search.h compares */
    size_t count;
};

static int by_digest(const void *a, const void *b)
{
    return strcmp(((const struct seen *)a)->digest, ((const struct seen *)b)->digest);
}

static void fingerprint(struct sarif_item *item, void **tree)
{
    char digest[DIGEST_SHA256_SIZE];
    struct seen *own = arena_must(calloc(1, sizeof *own));
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = arena_must(open_memstream(&bytes, &size));
    put_item(out, item);
    if (fclose(out) != 0) arena_must(NULL);
    digest_sha256(bytes, size, digest);
    memcpy(own->digest, digest, DIGEST_SHOWN);
    struct seen *seen = *(struct seen **)arena_must(tsearch(own, tree, by_digest));
    seen->count++;
    snprintf(item->fingerprint, sizeof item->fingerprint, "%s:%zu", seen->digest, seen->count);
    if (seen != own) free(own);
    free(bytes);
}

void sarif_fingerprint(struct sarif_item *items, size_t count)
{
    void *tree = NULL;
    for (size_t i = 0; i < count; i++) fingerprint(&items[i], &tree);
    tdestroy(tree, free);
}
