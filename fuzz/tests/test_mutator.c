/* Sessions are read back as they were written; what the mutator makes is a
 * session of the target's kinds, the same for the same seed, and most of what it
 * says is what the manual says. */
#include "edit.h"
#include "mutator.h"
#include "say.h"
#include "watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct session session, again;
static struct mutator mutator;
static struct random generator;

static void assert_same_session(const struct session *a, const struct session *b)
{
    assert_int_equal(a->setting, b->setting);
    assert_int_equal(a->item_count, b->item_count);
    for (unsigned i = 0; i < a->item_count; i++) {
        assert_int_equal(a->items[i].kind, b->items[i].kind);
        assert_int_equal(a->items[i].size, b->items[i].size);
        assert_memory_equal(a->bytes + a->items[i].offset, b->bytes + b->items[i].offset,
                            a->items[i].size);
    }
}

static void make_session(unsigned seed)
{
    generator = (struct random){seed};
    edit_clear(&session, (uint8_t)random_next(&generator));
    edit_add(&session, SESSION_RECEIVED, NULL, 0);
    for (unsigned n = random_index(&generator, 12); n > 0; n--) {
        struct said said = {0};
        unsigned kind = random_index(&generator, 5);
        bool silent = kind == SESSION_EXPIRE || kind == SESSION_STREAM_END;
        say_payload(&said, &generator, silent ? 0 : random_index(&generator, 20));
        if (!silent) said_put(&said, "\xFE\xFEs\xFE", random_index(&generator, 5));
        edit_add(&session, (enum session_kind)kind, said.bytes, said.size);
    }
}

static void test_session_written_is_read_back(void **state)
{
    (void)state;
    static uint8_t bytes[2 * FUZZ_INPUT_SIZE_MAX];
    for (unsigned seed = 0; seed < 2000; seed++) {
        make_session(seed);
        size_t size = session_write(&session, bytes, sizeof bytes, SESSION_ALL);
        session_read(&again, bytes, size, SESSION_ALL);
        assert_same_session(&session, &again);
    }
}

static void test_session_of_any_bytes_keeps_to_its_limits(void **state)
{
    (void)state;
    static uint8_t bytes[2 * FUZZ_INPUT_SIZE_MAX];
    generator = (struct random){1};
    for (unsigned round = 0; round < 500; round++) {
        size_t size = random_index(&generator, sizeof bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(random_one_in(&generator, 2) ? 0xFE : "sr|xe"[round % 5]);
        session_read(&session, bytes, size, SESSION_ALL);
        assert_in_range(session.item_count, 1, SESSION_ITEM_COUNT_MAX);
        size_t sum = 0;
        for (unsigned i = 0; i < session.item_count; i++) {
            assert_int_equal(session.items[i].offset, sum);
            sum += session.items[i].size;
        }
        assert_int_equal(sum, session.size);
        assert_in_range(sum, 0, FUZZ_INPUT_SIZE_MAX);
    }
}

static void test_session_marks_that_are_none_stand_for_themselves(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 'a', 0xFE, 's', 0xFE, '|', 'b', 0xFE, 0xFE, 0xFE};
    static const uint8_t first[] = {'a', 0xFE, 's'};
    static const uint8_t second[] = {'b', 0xFE, 0xFE};
    session_read(&session, bytes, sizeof bytes, SESSION_CHUNKS);
    assert_int_equal(session.item_count, 2);
    assert_int_equal(session.items[0].size, sizeof first);
    assert_memory_equal(session.bytes, first, sizeof first);
    assert_int_equal(session.items[1].kind, SESSION_SPLIT);
    assert_int_equal(session.items[1].size, sizeof second);
    assert_memory_equal(session.bytes + sizeof first, second, sizeof second);
}

/* ---- mutations -------------------------------------------------------- */

static void test_mutator_keeps_to_the_kinds_of_its_target(void **state)
{
    (void)state;
    static const char *const targets[] = {"stream", "exchange", "values", "module"};
    static uint8_t bytes[FUZZ_INPUT_SIZE_MAX];
    for (unsigned t = 0; t < 4; t++) {
        assert_true(mutator_kinds(targets[t], &mutator.kinds));
        size_t size = 0;
        for (unsigned seed = 0; seed < 3000; seed++) {
            size_t capacity = seed % 3 == 0 ? 100 : sizeof bytes;
            if (size > capacity) size = capacity;
            size = mutator_mutate(&mutator, bytes, size, capacity, seed);
            assert_in_range(size, 1, capacity);
            for (unsigned i = 0; i < mutator.session.item_count; i++)
                assert_int_not_equal(mutator.kinds & 1u << mutator.session.items[i].kind, 0);
        }
    }
    assert_false(mutator_kinds("results", &mutator.kinds));
}

static void test_mutator_repeats_itself(void **state)
{
    (void)state;
    static uint8_t one[FUZZ_INPUT_SIZE_MAX], two[FUZZ_INPUT_SIZE_MAX];
    mutator_kinds("exchange", &mutator.kinds);
    size_t size = 0;
    for (unsigned seed = 0; seed < 500; seed++) {
        memcpy(two, one, size);
        size_t same = mutator_mutate(&mutator, two, size, sizeof two, seed);
        size = mutator_mutate(&mutator, one, size, sizeof one, seed);
        assert_int_equal(size, same);
        assert_memory_equal(one, two, size);
    }
}

static void test_mutator_splices_items_of_both(void **state)
{
    (void)state;
    static const uint8_t one[] = "\0AAAA\xFEsBBBB\xFErCCCC";
    static const uint8_t two[] = "\0\xFEsDDDD\xFErEEEE";
    static uint8_t out[FUZZ_INPUT_SIZE_MAX];
    unsigned both = 0;
    mutator_kinds("exchange", &mutator.kinds);
    for (unsigned seed = 0; seed < 200; seed++) {
        size_t size = mutator_splice(&mutator, one, sizeof one - 1, two, sizeof two - 1, out,
                                     sizeof out, seed);
        bool first = memchr(out, 'A', size) != NULL || memchr(out, 'B', size) != NULL;
        bool second = memchr(out, 'D', size) != NULL || memchr(out, 'E', size) != NULL;
        both += first && second;
    }
    assert_in_range(both, 50, 200);
}

/* ---- what is said ----------------------------------------------------- */

static struct watch watch;
static uint8_t input[FUZZ_INPUT_SIZE_MAX];

/* Whether the exchange that was made ended as a variant of the manual. */
static bool is_complete(void)
{
    watch_join(&session, input);
    watch_run(&watch, &session, input, WATCH_WHOLE);
    for (size_t i = 0; i < watch.count; i++)
        if (watch.log[i].exchange == ATP_EXCHANGE_COMPLETE) return true;
    return false;
}

static void test_say_exchange_makes_each_form_and_most_are_complete(void **state)
{
    (void)state;
    const struct atp_catalog *catalog = session_catalog(0);
    unsigned complete = 0;
    unsigned made = 0;
    generator = (struct random){7};
    for (unsigned i = 0; i < catalog->command_count; i++) {
        unsigned own = 0;
        for (unsigned n = 0; n < 60; n++) {
            edit_clear(&session, 0);
            edit_add(&session, SESSION_RECEIVED, NULL, 0);
            say_exchange(&session, &generator, catalog, &catalog->commands[i]);
            own += is_complete();
            made++;
        }
        if (own == 0 && catalog->commands[i].form_count > 0)
            fail_msg("no exchange of %s is complete",
                     atp_command_name(catalog, &catalog->commands[i]));
        complete += own;
    }
    printf("%u of %u exchanges made are complete\n", complete, made);
    assert_in_range(complete, made / 2, made);
}

static void test_say_find_form_finds_what_say_exchange_said(void **state)
{
    (void)state;
    const struct atp_catalog *catalog = session_catalog(0);
    static const char *const lines[] = {"AT+CSQ\r", "AT+CSQ=?\r", "AT+CREG?\r", "AT+CREG=1\r"};
    static const unsigned kinds[] = {ATP_FORM_EXECUTE, ATP_FORM_TEST, ATP_FORM_READ,
                                     ATP_FORM_WRITE};
    for (unsigned i = 0; i < 4; i++) {
        const struct atp_form *form =
            say_find_form(catalog, (const uint8_t *)lines[i], strlen(lines[i]));
        assert_non_null(form);
        assert_int_equal(form->kind, kinds[i]);
    }
    assert_null(say_find_form(catalog, (const uint8_t *)"AT+NONE\r", 8));
    assert_null(say_find_form(catalog, (const uint8_t *)"A", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_written_is_read_back),
        cmocka_unit_test(test_session_of_any_bytes_keeps_to_its_limits),
        cmocka_unit_test(test_session_marks_that_are_none_stand_for_themselves),
        cmocka_unit_test(test_mutator_keeps_to_the_kinds_of_its_target),
        cmocka_unit_test(test_mutator_repeats_itself),
        cmocka_unit_test(test_mutator_splices_items_of_both),
        cmocka_unit_test(test_say_exchange_makes_each_form_and_most_are_complete),
        cmocka_unit_test(test_say_find_form_finds_what_say_exchange_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
