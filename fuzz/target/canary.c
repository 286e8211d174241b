/* A target that is broken on purpose: it forbids a module to say that it is
 * registered as roaming. A fuzzer that does not find this finds nothing. */
#include "session.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char forbidden[] = "+CREG: ";
    static struct session session;
    session_read(&session, data, size, SESSION_CHUNKS);
    for (size_t i = 0; i + sizeof forbidden <= session.size; i++)
        if (memcmp(session.bytes + i, forbidden, sizeof forbidden - 1) == 0
            && session.bytes[i + sizeof forbidden - 1] == '5')
            fuzz_fail("canary", "the module reports that it is roaming");
    return 0;
}
