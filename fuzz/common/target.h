/* What every fuzz target is: the function that libFuzzer and AFL++ call, a
 * name, and the invariants that it asserts (README.md numbers them).
 *
 * A target ends the process, by fuzz_fail or a sanitizer, if an invariant is
 * broken, and returns otherwise; it keeps nothing from one input to the next. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define FUZZ_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define FUZZ_PRINTF(text, first)
#endif

/* One input. Returns: 0, or -1 if it is no input of the target and shall not
 * be kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longest input of any target, bytes; a longer one is cut to it. */
#define FUZZ_INPUT_SIZE_MAX 4096u

/* Whether the engine can tell what the target does with a script: of digests, which
 * OpenSSL makes, MSan takes the bytes for garbage. */
bool fuzz_is_for_engine(const uint8_t *script, size_t size);

/* Prints which invariant is broken (`I1`, …, or a word of the target's own) and
 * how, on the standard error as `fuzz: I1: text`, and aborts. */
extern void (*fuzz_explain)(void); /* prints what led to it; NULL: nothing */
_Noreturn void fuzz_fail(const char *invariant, const char *format, ...) FUZZ_PRINTF(2, 3);

#endif
