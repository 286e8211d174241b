/* Target `stream`: arbitrary bytes of a module, in arbitrary chunks.
 *
 * The input is a session (session.h) of which the host has no part: of the
 * marks, "|" alone is one. The host said nothing, so commands are known from
 * their echo. Asserted:
 *
 *   I1  as the input splits it, in one piece and byte by byte: the same events
 *   I2, I3, I4, I7, I8  of each event: watch.h
 *   I5  after the input, a line and a whole exchange are recognised */
#include "variant.h"
#include "watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct session session;
    static struct watch split, whole;
    static struct variant_watch variants;
    static uint8_t input[FUZZ_INPUT_SIZE_MAX];

    session_read(&session, data, size, SESSION_CHUNKS);
    watch_join(&session, input);
    size_t count = variant_run(&variants, &whole, &session, input);
    watch_run(&split, &session, input, session.item_count > 1 ? WATCH_AS_SPLIT : WATCH_BYTES);
    watch_compare(&whole, count, &split, "I1");
    watch_finish(&split);
    if (size % 8 == 5) { /* now and then: what was before a reset leaves no trace */
        watch_run_again(&split, &session, input, WATCH_WHOLE);
        watch_compare(&whole, count, &split, "I1");
    }
    return 0;
}
