/* The virtual module's defects: each is found, at the clause that it breaks, in
 * a session that is judged clean without it, whatever the seed. */
#include "base/memory.h"
#include "defect_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED_COUNT 20

static bool says_failures = true;

/* ---- with and without ------------------------------------------------- */

/* Returns: whether it went as it has to. */
static bool try_one(const struct defect_trial *trial, size_t dialect, uint64_t seed,
                    const struct modem_flaw *flaw)
{
    struct judgement judgement;
    struct modem_options options = {.seed = seed, .flaws = flaw, .flaw_count = flaw != NULL};
    struct host host = hold_session(trial, defect_dialects[dialect], &options);
    judge_session(&host, dialect, &judgement);
    bool known = trial->rule == NULL || trial->rule[0] != '\0';
    bool found = trial->rule != NULL && known ? has_finding(&judgement, trial)
                                              : !is_as_expected(trial, &host);
    bool clean = !known || is_clean(&judgement);
    bool good = flaw != NULL ? found : clean && is_as_all_expect(trial, dialect, &host);
    if (!good && says_failures) host_tell(trial, defect_dialects[dialect], seed, &host, &judgement);
    host_release(&host, &judgement);
    return good;
}

/* WITH the defect, WITHOUT, or with one whose turn to strike NEVER comes. */
enum how { WITH, WITHOUT, NEVER };

/* Each trial, in each of its dialects. Of a defect that never strikes nothing
 * may be found. */
static size_t try_all(enum how how, uint64_t seed)
{
    size_t failed = 0;
    for (const struct defect_trial *trial = defect_trials; trial->name != NULL;
         trial = defect_next_trial(trial))
        for (size_t d = 0; d < DIALECT_MOST; d++) {
            struct modem_flaw flaw = {.defect = modem_find_defect(trial->name),
                                      .at = how == NEVER ? UINT32_MAX : 0};
            assert_non_null(flaw.defect);
            if (!shows_in(trial, d) || (how == WITHOUT && !is_first(trial, d))) continue;
            bool good = try_one(trial, d, seed, how == WITHOUT ? NULL : &flaw);
            failed += how == NEVER ? good : !good;
        }
    return failed;
}

static void test_defect_each_is_found_with_any_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++)
        assert_int_equal(try_all(WITH, seed * 7919), 0);
}

static void test_defect_none_is_clean_with_any_seed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++)
        assert_int_equal(try_all(WITHOUT, seed * 104729), 0);
}

/* What finds the defects can miss: it does if they do not strike. */
static void test_defect_that_does_not_strike_is_not_found(void **state)
{
    (void)state;
    says_failures = false;
    assert_int_equal(try_all(NEVER, 3), 0);
    says_failures = true;
}

/* ---- the table -------------------------------------------------------- */

static bool is_tried(const struct modem_defect *defect, const char *dialect)
{
    for (const struct defect_trial *trial = defect_trials; trial->name != NULL;
         trial = defect_next_trial(trial))
        if (strcmp(trial->name, defect->name) == 0
            && modem_defect_shows(&(struct modem_defect){.dialects = trial->dialects}, dialect))
            return true;
    return false;
}

static bool is_kebab_case(const char *name)
{
    return name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static void test_defect_each_is_in_the_table_once_in_each_dialect(void **state)
{
    (void)state;
    size_t count = 0;
    bool good = true;
    assert_null(modem_defects[FAULT_COUNT].name);
    for (const struct modem_defect *defect = modem_defects; defect->name != NULL; defect++) {
        assert_int_equal(defect->fault, defect - modem_defects);
        count++;
        assert_true(is_kebab_case(defect->name));
        assert_ptr_equal(modem_find_defect(defect->name), defect);
        for (size_t d = 0; d < DIALECT_MOST; d++) {
            if (!modem_defect_shows(defect, defect_dialects[d])
                || is_tried(defect, defect_dialects[d]))
                continue;
            print_error("%s: no trial in %s; defect_sample.c, beside this, lists them\n",
                        defect->name, defect_dialects[d]);
            good = false;
        }
    }
    print_message("%zu defects\n", count);
    assert_true(good);
    assert_true(count >= 48);
}

/* A clause that a defect breaks is one of those that the list states, or the
 * list says that it strikes others too. */
static void test_defect_breaks_the_clause_that_the_list_states(void **state)
{
    (void)state;
    for (const struct defect_trial *trial = defect_trials; trial->name != NULL;
         trial = defect_next_trial(trial)) {
        const struct modem_defect *defect = modem_find_defect(trial->name);
        if (trial->clause == NULL || defect->anywhere
            || strstr(defect->clause, trial->clause) != NULL)
            continue;
        fail_msg("%s: found at %s, stated %s", trial->name, trial->clause, defect->clause);
    }
}

static void test_defect_names_are_read_with_their_turn(void **state)
{
    (void)state;
    struct modem_flaw flaw = {0};
    assert_true(modem_read_flaw("freeze", &flaw));
    assert_string_equal(flaw.defect->name, "freeze");
    assert_int_equal(flaw.at, 0);
    assert_true(modem_read_flaw("lf-only@12", &flaw));
    assert_string_equal(flaw.defect->name, "lf-only");
    assert_int_equal(flaw.at, 12);
    assert_false(flaw.lasting);
    assert_true(modem_read_flaw("lf-only@12+", &flaw));
    assert_int_equal(flaw.at, 12);
    assert_true(flaw.lasting);
    static const char *const wrong[] = {"",         "frees",     "freeze@",   "freeze@0",
                                        "freeze@x", "freeze@1x", "freeze@-1", "freeze@99999999999",
                                        "freeze@+", "freeze@1++"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(modem_read_flaw(wrong[i], &flaw));
}

static void test_defect_strikes_in_its_turn_alone(void **state)
{
    (void)state;
    static const struct defect_trial trial = {.name = "missing-line",
                                              .steps = {"ATE0", "AT+CSQ", "AT+CSQ", "AT+CSQ"}};
    struct modem_flaw flaws[2] = {{.defect = modem_find_defect("missing-line"), .at = 2},
                                  {.defect = modem_find_defect("doubled-final"), .at = 4}};
    struct modem_options options = {.flaws = flaws, .flaw_count = 2};
    struct host host = hold_session(&trial, "simcom", &options);
    buffer_append(&host.heard, "", 1);
    assert_string_equal((const char *)host.heard.bytes,
                        "ATE0\r\r\nOK\r\n\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\nOK\r\n"
                        "\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\nOK\r\n");
    buffer_release(&host.heard);
    buffer_release(&host.builder.bytes);
    buffer_release(&host.builder.items);
}

static void test_defect_lasts_from_its_turn_on(void **state)
{
    (void)state;
    static const struct defect_trial trial = {.name = "missing-line",
                                              .steps = {"ATE0", "AT+CSQ", "AT+CSQ", "AT+CSQ"}};
    struct modem_flaw flaw = {
        .defect = modem_find_defect("missing-line"), .at = 2, .lasting = true};
    struct modem_options options = {.flaws = &flaw, .flaw_count = 1};
    struct host host = hold_session(&trial, "simcom", &options);
    buffer_append(&host.heard, "", 1);
    assert_string_equal((const char *)host.heard.bytes,
                        "ATE0\r\r\nOK\r\n\r\n+CSQ: 23,0\r\n\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n");
    buffer_release(&host.heard);
    buffer_release(&host.builder.bytes);
    buffer_release(&host.builder.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defect_names_are_read_with_their_turn),
        cmocka_unit_test(test_defect_each_is_in_the_table_once_in_each_dialect),
        cmocka_unit_test(test_defect_breaks_the_clause_that_the_list_states),
        cmocka_unit_test(test_defect_strikes_in_its_turn_alone),
        cmocka_unit_test(test_defect_lasts_from_its_turn_on),
        cmocka_unit_test(test_defect_none_is_clean_with_any_seed),
        cmocka_unit_test(test_defect_each_is_found_with_any_seed),
        cmocka_unit_test(test_defect_that_does_not_strike_is_not_found),
    };
    return cmocka_run_group_tests(tests, defect_set_up, defect_tear_down) == 0 ? 0 : 1;
}
