/* Masking: secrets become stand-ins. */
#include "catalog/builtin.h"
#include "mask/mask_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct compiled_catalog *compiled;

static int open_catalog(void **state)
{
    (void)state;
    return catalog_open_dialect("auto", &compiled, stderr);
}

static int close_catalog(void **state)
{
    (void)state;
    compiled_catalog_free(compiled);
    return 0;
}

/* The text masked, as an item by itself after `before` (NULL: nothing), which the host
 * sent. Returns: static. */
static const char *masked_after(struct mask *mask, const char *before, bool is_sent,
                                const char *text)
{
    static char line[512];
    struct transcript_builder builder = {0};
    struct transcript transcript;
    struct transcript_error error;
    if (before != NULL) transcript_add(&builder, TRANSCRIPT_SENT, 0, 0, before, strlen(before));
    transcript_add(&builder, is_sent ? TRANSCRIPT_SENT : TRANSCRIPT_RECEIVED, 0, 0, text,
                   strlen(text));
    assert_true(transcript_build(&builder, &transcript, &error));
    mask_transcript(mask, &transcript, true);
    const struct transcript_item *item = &transcript.items[transcript.item_count - 1];
    snprintf(line, sizeof line, "%.*s", (int)item->size,
             (const char *)transcript.bytes + item->offset);
    transcript_release(&transcript);
    return line;
}

static const char *masked(struct mask *mask, bool is_sent, const char *text)
{
    return masked_after(mask, NULL, is_sent, text);
}

static void test_mask_table_names_fields(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"AT+CPIN=\"1234\"\r", "AT+CPIN=\"0001\"\r"},
        {"AT+CPIN=1234,5678\r", "AT+CPIN=0001,0002\r"},
        {"at+cpin=1234\r", "at+cpin=0001\r"},
        {"AT+QICSGP=1,1,\"net\",\"User9\",\"p\xC3\xA4-w\",1\r",
         "AT+QICSGP=1,1,\"net\",\"Aaaa1\",\"aaaac\",1\r"},
        {"AT+CGAUTH=1,1,\"pass\",\"user\"\r", "AT+CGAUTH=1,1,\"aaab\",\"aaac\"\r"},
        {"AT+CSSLCFG=\"keypwd\",0,\"abcdef\"\r", "AT+CSSLCFG=\"keypwd\",0,\"aaaaab\"\r"},
        {"AT+CSSLCFG=\"sslversion\",0,4\r", "AT+CSSLCFG=\"sslversion\",0,4\r"},
        {"AT+CMGS=\"+4917012345\"\r", "AT+CMGS=\"+0000000001\"\r"},
        {"ATD+4917012345;\r", "ATD+0000000001;\r"},
        {"ATD*99#\r", "ATD*99#\r"},
        {"ATE0;+CPIN=9999;+CSQ\r", "ATE0;+CPIN=0001;+CSQ\r"},
        {"AT+CPIN?\r", "AT+CPIN?\r"},
        {"AT+HTTPPARA=\"URL\",\"https://me:pw@h:1/p@q\"\r",
         "AT+HTTPPARA=\"URL\",\"https://ab:ac@h:1/p@q\"\r"},
        {"AT+HTTPPARA=\"URL\",\"http://h/p?a=b@c\"\r",
         "AT+HTTPPARA=\"URL\",\"http://h/p?a=b@c\"\r"},
        {"AT+HTTPPARA=\"USERDATA\",\"authorization:Bearer ab.C1\\r\\nX: 1\"\r",
         "AT+HTTPPARA=\"USERDATA\",\"authorization:Bearer aaaA1\\r\\nX: 1\"\r"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct mask *mask = mask_new(compiled);
        assert_string_equal(masked(mask, true, lines[i][0]), lines[i][1]);
        mask_free(mask);
    }
}

static void test_mask_patterns_find_what_no_table_names(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"\r\nIMEI: 490154203237518\r\n", "\r\nIMEI: 004999010000015\r\n"},
        {"serial 490154203237519", "serial 490154203237519"}, /* no Luhn digit */
        {"4901542032375189", "4901542032375189"},             /* 16 of them    */
        {"^SCID: 8949222074451242066", "^SCID: 8900000000000000011"},
        {"^SCID: 7949222074451242066", "^SCID: 7949222074451242066"},
        {"+XNUM: \"+49170123456\"", "+XNUM: \"+00000000001\""},
        {"+HTTPACTION: 0,200,22505", "+HTTPACTION: 0,200,22505"},
        {"+CCLK: \"26/11/21,08:34:10+00\"", "+CCLK: \"26/11/21,08:34:10+00\""},
        {"+CNUM: \"me\",\"0170123456\",129", "+CNUM: \"me\",\"0000000001\",129"},
        {"+QCCID: 8949222074451242066F", "+QCCID: 8900000000000000012F"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct mask *mask = mask_new(compiled);
        if (strncmp(lines[i][0], "+QCCID", 6) == 0) { /* its F is part of the field */
            const char *seen = masked(mask, false, lines[i][0]);
            assert_memory_equal(seen, "+QCCID: ", 8);
            assert_null(strstr(seen, "49222074451242066"));
            assert_int_equal(strlen(seen), strlen(lines[i][0]));
        } else {
            assert_string_equal(masked(mask, false, lines[i][0]), lines[i][1]);
        }
        mask_free(mask);
    }
}

static void test_mask_is_the_same_all_over_and_each_its_own(void **state)
{
    (void)state;
    struct mask *mask = mask_new(compiled);
    char first[64];
    char second[64];
    snprintf(first, sizeof first, "%s", masked_after(mask, "AT+CIMI\r", false, "262019876543210"));
    assert_string_equal(first, "001010000000001");
    snprintf(second, sizeof second, "%s",
             masked_after(mask, "AT+CIMI\r", false, "262019876543211"));
    assert_string_not_equal(first, second);
    assert_string_equal(masked_after(mask, "AT+CIMI\r", false, "262019876543210"), first);
    assert_string_equal(masked(mask, false, "imsi=262019876543210;"), "imsi=001010000000001;");
    /* after another command, a line of digits is no IMSI */
    assert_string_equal(masked_after(mask, "AT+CSQ\r", false, "262019876543212"),
                        "262019876543212");
    mask_free(mask);
}

static void test_mask_stand_in_is_never_the_secret(void **state)
{
    (void)state;
    struct mask *mask = mask_new(compiled);
    mask->finds = true;
    const uint8_t digits[] = "004999010000015"; /* what the first IMEI would get */
    const struct mask_pair *pair = mask_pair_of(mask, CATALOG_SECRET_IMEI, digits, 15);
    assert_memory_not_equal(pair->stand_in, digits, 15);
    assert_true(mask_has_luhn_digit(pair->stand_in, 15));
    for (int i = 0; i < 200; i++) {
        char text[16];
        snprintf(text, sizeof text, "p%06d", i);
        pair = mask_pair_of(mask, CATALOG_SECRET_PASSWORD, (const uint8_t *)text, 7);
        if (pair == NULL) continue; /* it was a stand-in */
        assert_true(pair->stand_in[0] >= 'a' && pair->stand_in[0] <= 'z');
        assert_memory_equal(pair->stand_in + 1, "000", 3);
    }
    for (size_t i = 0; i < mask->pairs.count; i++)
        for (size_t k = 0; k < i; k++)
            if (mask->pairs.items[i].size == mask->pairs.items[k].size)
                assert_memory_not_equal(mask->pairs.items[i].stand_in,
                                        mask->pairs.items[k].stand_in, mask->pairs.items[i].size);
    for (int i = 0; i < 10; i++) { /* more of one digit than there are stand-ins */
        uint8_t digit = (uint8_t)('0' + i);
        pair = mask_pair_of(mask, CATALOG_SECRET_PASSWORD, &digit, 1);
        assert_true(pair == NULL || pair->stand_in[0] != digit);
    }
    pair = mask_pair_of(mask, CATALOG_SECRET_PASSWORD, (const uint8_t *)"!?-\xFF", 4);
    assert_memory_equal(pair->stand_in, "aa", 2); /* what is no letter is no exception */
    mask_free(mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mask_table_names_fields),
        cmocka_unit_test(test_mask_patterns_find_what_no_table_names),
        cmocka_unit_test(test_mask_is_the_same_all_over_and_each_its_own),
        cmocka_unit_test(test_mask_stand_in_is_never_the_secret),
    };
    return cmocka_run_group_tests_name("mask", tests, open_catalog, close_catalog);
}
