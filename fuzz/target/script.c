/* The reader of scripts (conformance/script/script.h): any bytes as an `.at` file
 * without files beside it.
 *
 *   error      what is refused is refused with a text and a line of the file
 *   canonical  what is read has a canonical form, which is read as well, has as
 *              many cases, and is its own canonical form
 *   ways       each of the first ways is the same transcript before and after
 *              the formatter, or refused by both
 *   I2         the parser replays each of them without losing a byte
 *
 * Ways whose payloads and repeats are beyond COST_MAX are not expanded: they
 * would show how fast memory is. */
#include "lossless.h"

#include "catalog/dialect.h"
#include "events/replay.h"
#include "script/script.h"

#include <atproof/dialects.h>
#include <string.h>

#define CASE_SHOWN_MAX 8     /* of a file                                     */
#define WAY_SHOWN_MAX  8     /* of a case                                     */
#define COST_MAX       20000 /* bytes and items of a way, roughly             */

/* ---- what is refused -------------------------------------------------- */

static void check_error(const struct transcript_error *error, const uint8_t *data, size_t size)
{
    size_t line_count = 1;
    for (size_t i = 0; i < size; i++) line_count += data[i] == '\n';
    if (error->text[0] == '\0') fuzz_fail("error", "refused without a word");
    if (memchr(error->text, '\0', sizeof error->text) == NULL)
        fuzz_fail("error", "a text without an end");
    if (error->line > line_count)
        fuzz_fail("error", "line %zu of %zu: %s", error->line, line_count, error->text);
    if (error->line > 0 && error->column == 0) fuzz_fail("error", "no column: %s", error->text);
}

/* ---- what a way costs ------------------------------------------------- */

/* The greatest number written anywhere: no length and no count is above it. */
static uint64_t greatest_number(const uint8_t *data, size_t size)
{
    uint64_t greatest = 0;
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        bool digit = data[i] >= '0' && data[i] <= '9';
        number = digit ? number * 10 + (uint64_t)(data[i] - '0') : 0;
        if (number > COST_MAX) return COST_MAX + 1;
        if (number > greatest) greatest = number;
    }
    return greatest;
}

static uint64_t cost_of(const struct script_branch *branch, uint64_t greatest);

static uint64_t cost_of_parts(const struct script_node *node, uint64_t greatest)
{
    uint64_t cost = 0;
    for (size_t i = 0; i < node->part_count; i++) {
        const struct script_part *part = &node->parts[i];
        bool made =
            part->kind == SCRIPT_CAPTURE && part->range_count > 0 && part->type > SCRIPT_HEX;
        bool may_be_long = part->kind == SCRIPT_REFERENCE || made;
        cost += part->size + (may_be_long ? greatest : 0);
    }
    return cost;
}

static uint64_t cost_of_node(const struct script_node *node, uint64_t greatest)
{
    uint64_t inner = 0;
    for (size_t i = 0; i < node->branch_count; i++) inner += cost_of(&node->branches[i], greatest);
    switch (node->kind) {
    case SCRIPT_LINE: return 1 + cost_of_parts(node, greatest);
    case SCRIPT_BYTES: return 1 + node->size;
    case SCRIPT_PAYLOAD: return 1 + node->payload->size + greatest;
    case SCRIPT_REPEAT: return 1 + (node->min + 4) * inner;
    default: return 1 + inner;
    }
}

static uint64_t cost_of(const struct script_branch *branch, uint64_t greatest)
{
    uint64_t cost = 1;
    for (size_t i = 0; i < branch->node_count && cost <= COST_MAX; i++)
        cost += cost_of_node(&branch->nodes[i], greatest);
    return cost < COST_MAX ? cost : COST_MAX;
}

/* ---- ways ------------------------------------------------------------- */

static void replay_way(const struct script_case *case_, const struct transcript *transcript)
{
    static struct lossless lossless;
    const char *name = case_->dialect.text;
    const struct atp_catalog *catalog = name == NULL ? NULL : dialect_find_tables(name);
    lossless_init(&lossless, catalog != NULL ? catalog : &atp_catalog_auto);
    struct replay replay = {.parser = &lossless.parser};
    replay_transcript(&replay, transcript);
    replay_finish(&replay);
    lossless_end(&lossless, transcript->received_size);
}

static bool is_same(const struct transcript *a, const struct transcript *b)
{
    if (a->item_count != b->item_count || a->received_size != b->received_size) return false;
    for (size_t i = 0; i < a->item_count; i++) {
        const struct transcript_item *left = &a->items[i];
        const struct transcript_item *right = &b->items[i];
        if (left->kind != right->kind || left->size != right->size
            || left->time_us != right->time_us
            || memcmp(a->bytes + left->offset, b->bytes + right->offset, left->size) != 0)
            return false;
    }
    return true;
}

static void check_way(const struct script_case *case_, const struct script_case *canonical,
                      size_t way)
{
    struct transcript transcript;
    struct transcript other;
    struct transcript_error error;
    bool goes = script_expand(case_, NULL, way, &transcript, &error);
    if (!goes && error.text[0] == '\0') fuzz_fail("error", "no way, and no word of it");
    if (script_expand(canonical, NULL, way, &other, &error) != goes)
        fuzz_fail("ways", "way %zu of line %zu goes in one form alone", way, case_->line);
    if (!goes) return;
    if (!is_same(&transcript, &other))
        fuzz_fail("ways", "way %zu of line %zu differs in canonical form", way, case_->line);
    replay_way(case_, &transcript);
    transcript_release(&transcript);
    transcript_release(&other);
}

static void check_ways(const struct script_case *case_, const struct script_case *canonical,
                       uint64_t greatest)
{
    struct transcript_error error = {0};
    size_t count = script_way_count(case_, &error);
    if (count == 0 && error.text[0] == '\0') fuzz_fail("error", "no ways, and no word of it");
    if (script_way_count(canonical, &error) != count)
        fuzz_fail("ways", "%zu ways at line %zu, another number in canonical form", count,
                  case_->line);
    if (cost_of(&case_->body, greatest) >= COST_MAX) return;
    for (size_t way = 0; way < count && way < WAY_SHOWN_MAX; way++)
        check_way(case_, canonical, way);
}

/* ---- the canonical form ----------------------------------------------- */

static void check_script(const struct script *script, const uint8_t *data, size_t size)
{
    struct buffer text = {0};
    struct buffer again = {0};
    struct script canonical;
    struct transcript_error error;
    uint64_t greatest = greatest_number(data, size);
    if (!script_format(data, size, &text, &error))
        fuzz_fail("canonical", "read, but not formatted: %zu: %s", error.line, error.text);
    if (!script_parse(text.bytes, text.size, NULL, &canonical, &error))
        fuzz_fail("canonical", "not read again: %zu: %s", error.line, error.text);
    if (!script_format(text.bytes, text.size, &again, &error))
        fuzz_fail("canonical", "not formatted again: %zu: %s", error.line, error.text);
    if (again.size != text.size
        || (text.size > 0 && memcmp(again.bytes, text.bytes, text.size) != 0))
        fuzz_fail("canonical", "formatted again it is another text");
    if (canonical.case_count != script->case_count)
        fuzz_fail("canonical", "%zu cases, then %zu", script->case_count, canonical.case_count);
    for (size_t i = 0; i < script->case_count && i < CASE_SHOWN_MAX; i++)
        check_ways(&script->cases[i], &canonical.cases[i], greatest);
    script_release(&canonical);
    buffer_release(&text);
    buffer_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script;
    struct transcript_error error = {0};
    if (size > FUZZ_INPUT_SIZE_MAX) size = FUZZ_INPUT_SIZE_MAX;
    if (!fuzz_is_for_engine(data, size)) return -1;
    if (!script_parse(data, size, NULL, &script, &error)) {
        check_error(&error, data, size);
        return 0;
    }
    check_script(&script, data, size);
    script_release(&script);
    return 0;
}
