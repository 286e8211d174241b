/* The built-in dialects: which one a module has, by what it reports of itself. */
#include "catalog/builtin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct catalog_model *model;

static int load(void **state)
{
    (void)state;
    model = catalog_load_builtin(stderr);
    return model == NULL;
}

static int release(void **state)
{
    (void)state;
    catalog_free(model);
    return 0;
}

static void assert_identified(const char *manufacturer, const char *name, const char *expected)
{
    const struct catalog_dialect *dialect = catalog_identify(model, manufacturer, name);
    if (expected == NULL) assert_null(dialect);
    else assert_string_equal(dialect == NULL ? "none" : dialect->name, expected);
}

static void test_builtin_module_is_identified_by_maker_and_model(void **state)
{
    (void)state;
    assert_identified("SIMCOM INCORPORATED", "SIM7672E", "simcom");
    assert_identified("SIMCOM INCORPORATED", "", "simcom");
    assert_identified("Quectel", "EC200U", "quectel-ec200");
    assert_identified("Quectel", "EC600N", "quectel-ec200");
    assert_identified("Quectel", "EC800N", "quectel-ec200");
    assert_identified("quectel", "eg912y", "quectel-ec200");
    assert_identified("Quectel", "UG96", "quectel-ugxx");
}

static void test_builtin_unknown_module_has_no_dialect(void **state)
{
    (void)state;
    assert_identified("Quectel", "BG95-M3", NULL);
    assert_identified("u-blox", "SARA-R4", NULL);
    assert_identified("", "", NULL);
}

static void test_builtin_set_belongs_to_its_vendors_dialect(void **state)
{
    (void)state;
    assert_string_equal(catalog_dialect_of_set("simcom-cch", NULL)->name, "simcom");
    assert_string_equal(catalog_dialect_of_set("quectel-ssl", "ec200")->name, "quectel-ec200");
    assert_null(catalog_dialect_of_set("core", NULL));
    assert_null(catalog_dialect_of_set("acme", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin_module_is_identified_by_maker_and_model),
        cmocka_unit_test(test_builtin_unknown_module_has_no_dialect),
        cmocka_unit_test(test_builtin_set_belongs_to_its_vendors_dialect),
    };
    return cmocka_run_group_tests(tests, load, release);
}
