/* What every room uses: escapes, digests, random numbers, memory. */
#include "base/buffer.h"
#include "base/digest.h"
#include "base/escape.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/random.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- escapes ------------------------------------------------------------ */

static void assert_escaped(unsigned options, const char *expected)
{
    static const char bytes[] = "a\"\\\r\n\t\0\x1B\x7F\xC3z";
    struct buffer out = {0};
    escape_bytes(&out, bytes, sizeof bytes - 1, options);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, expected);
    free(text);
}

static void test_escapes(void **state)
{
    (void)state;
    assert_escaped(0, "a\"\\\\\\x0D\\x0A\\x09\\x00\\x1B\\x7F\\xC3z");
    assert_escaped(ESCAPE_QUOTES, "a\\\"\\\\\\x0D\\x0A\\x09\\x00\\x1B\\x7F\\xC3z");
    assert_escaped(ESCAPE_LETTERS, "a\"\\\\\\r\\n\\t\\0\\e\\x7F\\xC3z");
    assert_escaped(ESCAPE_LETTERS | ESCAPE_QUOTES, "a\\\"\\\\\\r\\n\\t\\0\\e\\x7F\\xC3z");
}

static void test_hexadecimal_digits(void **state)
{
    (void)state;
    struct buffer out = {0};
    escape_hex(&out, "\x01\xAF", 2, " ");
    escape_hex(&out, "", 0, " ");
    escape_hex(&out, "\xFF\x10", 2, "");
    char *text = buffer_take_text(&out);
    assert_string_equal(text, "01 afff10");
    free(text);
}

static void test_json_escapes_one_byte_at_a_time(void **state)
{
    (void)state;
    struct buffer out = {0};
    json_text(&out, "a\"\\\n\x7F\xC3\xBC");
    char *text = buffer_take_text(&out);
    assert_string_equal(text, "\"a\\\"\\\\\\u000a\\u007f\\u00c3\\u00bc\"");
    free(text);
}

/* ---- digests ------------------------------------------------------------ */

#define ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void test_digest_of_pieces_is_that_of_the_whole(void **state)
{
    (void)state;
    char text[DIGEST_TEXT_SIZE];
    struct digest digest = {0};
    digest_text("abc", 3, text);
    assert_string_equal(text, ABC);
    digest_add(&digest, "a", 1);
    digest_add(&digest, "bc", 2);
    digest_end(&digest, text);
    assert_string_equal(text, ABC);
    digest_end(&digest, text);
    assert_string_equal(text, EMPTY);
    digest_add(&digest, "x", 1);
    digest.is_open = false;
    digest_add(&digest, "abc", 3);
    digest_end(&digest, text);
    assert_string_equal(text, ABC);
    digest_release(&digest);
}

/* ---- random numbers ----------------------------------------------------- */

/* The first numbers of the published SplitMix64 for the seed 1234567. */
static void test_random_is_splitmix64(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        UINT64_C(6457827717110365317),  UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),  UINT64_C(4593380528125082431),
        UINT64_C(16408922859458223821),
    };
    struct random random = {1234567};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(random_next(&random) == expected[i]);
    assert_true(random_below(&random, 0) == 0);
    for (unsigned i = 0; i < 100; i++) assert_true(random_below(&random, 3) < 3);
}

/* ---- memory ------------------------------------------------------------- */

static void test_grown_memory_is_kept_and_zeroed(void **state)
{
    (void)state;
    size_t capacity = 0;
    unsigned *array = NULL;
    for (unsigned i = 0; i < 1000; i++) {
        array = memory_grow(array, i + 1, &capacity, sizeof *array);
        assert_int_equal(array[i], 0);
        array[i] = i + 1;
    }
    assert_true(capacity >= 1000);
    for (unsigned i = 0; i < 1000; i++) assert_int_equal(array[i], i + 1);
    free(array);
}

static void test_buffer_gives_its_text_away(void **state)
{
    (void)state;
    struct buffer out = {0};
    char *empty = buffer_take_text(&out);
    assert_string_equal(empty, "");
    for (unsigned i = 0; i < 300; i++) buffer_append_text(&out, "ab");
    char *text = buffer_take_text(&out);
    assert_int_equal(strlen(text), 600);
    assert_null(out.bytes);
    free(empty);
    free(text);
}

/* A child process, for it aborts. Returns: what it printed; its status in *status. */
static const char *run_out_of_memory(void (*action)(void), int *status)
{
    static char text[256];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        action();
        _exit(0);
    }
    close(ends[1]);
    ssize_t size = read(ends[0], text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, status, 0), child);
    return text;
}

static void take_nothing(void)
{
    memory_checked(NULL);
}

static void reserve_too_much(void)
{
    struct buffer buffer = {0};
    buffer_reserve(&buffer, SIZE_MAX);
}

static void test_lack_of_memory_aborts_with_a_message(void **state)
{
    (void)state;
    void (*const actions[])(void) = {take_nothing, reserve_too_much};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        int status = 0;
        assert_string_equal(run_out_of_memory(actions[i], &status), "atproof: out of memory\n");
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_hexadecimal_digits),
        cmocka_unit_test(test_json_escapes_one_byte_at_a_time),
        cmocka_unit_test(test_digest_of_pieces_is_that_of_the_whole),
        cmocka_unit_test(test_random_is_splitmix64),
        cmocka_unit_test(test_grown_memory_is_kept_and_zeroed),
        cmocka_unit_test(test_buffer_gives_its_text_away),
        cmocka_unit_test(test_lack_of_memory_aborts_with_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
