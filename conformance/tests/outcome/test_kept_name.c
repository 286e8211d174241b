/* Names of transcripts: readable, legal anywhere, and one for each id. */
#include "outcome/kept_name.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static void check(const char *id, size_t round, unsigned attempt, const char *expected)
{
    char *name = kept_name(id, round, attempt);
    assert_string_equal(name, expected);
    free(name);
}

static void test_kept_name_of_an_id_can_be_read(void **state)
{
    (void)state;
    check("core/27.007-8.5/live-a", 1, 1, "core+27.007-8.5+live-a.at");
    check("core/V.250/a b", 1, 1, "core+,v.250+a=20b.at");
    check("a", 2, 1, "a~2.at");
    check("a", 1, 2, "a~try2.at");
    check("a", 3, 2, "a~3~try2.at");
}

static void test_kept_name_of_an_odd_id_is_plain(void **state)
{
    (void)state;
    check("", 1, 1, "=.at");
    check(".", 1, 1, "=2e.at");
    check("..", 1, 1, "=2e..at");
    check("../x", 1, 1, "=2e.+x.at");
    check("line", 1, 1, "=6cine.at");
    check("con", 1, 1, "=63on.at");
    check("con.x", 1, 1, "=63on.x.at");
    check("lpt1", 1, 1, "=6cpt1.at");
    check("\xC3\xA9\n\x1b", 1, 1, "=c3=a9=0a=1b.at");
}

static bool is_plain(const char *name)
{
    return strlen(name) <= KEPT_NAME_MAX && name[0] != '.'
           && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.,+=~_-") == strlen(name)
           && strcmp(name, KEPT_LOG) != 0;
}

/* All ids of up to three of these letters, long ones, and each in two rounds and two
 * attempts. */
static const char letters[] = "aA/.~=,+26e_ \xC3";

static size_t add_id(char **names, size_t count, const char *id)
{
    for (size_t round = 1; round <= 2; round++)
        for (unsigned attempt = 1; attempt <= 2; attempt++)
            names[count++] = kept_name(id, round, attempt);
    return count;
}

static size_t add_short(char **names, size_t count, char *id, size_t size)
{
    id[size] = '\0';
    count = add_id(names, count, id);
    for (size_t i = 0; size < 3 && i + 1 < sizeof letters; i++) {
        id[size] = letters[i];
        count = add_short(names, count, id, size + 1);
    }
    return count;
}

static size_t add_long(char **names, size_t count)
{
    for (size_t size = 100; size < 140; size++) {
        char *id = memory_new(size + 2, 1);
        memset(id, 'a', size);
        count = add_id(names, count, id);
        memset(id, 'A', size);
        count = add_id(names, count, id);
        free(id);
    }
    return count;
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp(*(char *const *)a, *(char *const *)b);
}

static void test_kept_name_is_one_for_each_id(void **state)
{
    (void)state;
    char id[8];
    char **names = memory_new(20000, sizeof *names);
    size_t count = add_short(names, 0, id, 0);
    count = add_long(names, count);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        assert_true(is_plain(names[i]));
        if (i > 0) assert_int_not_equal(strcasecmp(names[i - 1], names[i]), 0);
    }
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_name_of_an_id_can_be_read),
        cmocka_unit_test(test_kept_name_of_an_odd_id_is_plain),
        cmocka_unit_test(test_kept_name_is_one_for_each_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
