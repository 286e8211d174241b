/* Recordings: bytes into items, a recording into a case. */
#include "catalog/builtin.h"
#include "match/match.h"
#include "record/rewrite.h"
#include "record/tape.h"
#include "record/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ---- the tape --------------------------------------------------------- */

static void on_item(void *user, const struct tape_item *item)
{
    text_item(user, item);
}

/* A script of steps: `>` what the host says, `<` the module, each a second after
 * the one before, all but `chunk` bytes of it at a time (0: whole). */
struct step {
    char side;
    const char *bytes;
    size_t size; /* 0: strlen */
};

static void take_step(struct tape *tape, const struct step *step, size_t chunk, int64_t now)
{
    size_t size = step->size > 0 ? step->size : strlen(step->bytes);
    for (size_t at = 0; at < size;) {
        size_t part = chunk == 0 || chunk > size - at ? size - at : chunk;
        if (step->side == '>') tape_sent(tape, step->bytes + at, part, now);
        else tape_received(tape, step->bytes + at, part, now);
        at += part;
    }
}

static void assert_taped(const struct step *steps, size_t chunk, const char *expected)
{
    struct buffer out = {0};
    struct tape *tape = tape_new(&(struct tape_options){
        .catalog = &compiled->catalog, .on_item = on_item, .user = &out, .is_live = true});
    for (int64_t now = 0; steps->bytes != NULL; steps++)
        take_step(tape, steps, chunk, now += 500000);
    tape_finish(tape);
    tape_free(tape);
    buffer_append(&out, "", 1);
    assert_string_equal((char *)out.bytes, expected);
    buffer_release(&out);
}

static void assert_taped_however_split(const struct step *steps, const char *expected)
{
    for (size_t chunk = 0; chunk < 5; chunk++) assert_taped(steps, chunk, expected);
}

static void test_tape_response_is_lines(void **state)
{
    (void)state;
    static const struct step steps[] = {{'>', "AT+CSQ\r", 0},
                                        {'<', "AT+CSQ\r\r\n+CSQ: 23,0\r\n\r\nOK\r\n", 0},
                                        {'<', "\r\n+CREG: 1\r\n", 0},
                                        {0}};
    assert_taped_however_split(steps,
                               "> AT+CSQ\n<< \"AT+CSQ\\r\"\n< +CSQ: 23,0\n< OK\n< +CREG: 1\n");
}

static void test_tape_payload_is_counted(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {'>', "AT+HTTPREAD=0,6\r", 0},
        {'<', "\r\nOK\r\n\r\n+HTTPREAD: 6\r\n\r\nOK\r\n\r\n+HTTPREAD: 0\r\n", 0},
        {'>', "AT+QSSLRECV=1,1500\r", 0},
        {'<', "\r\n+QSSLRECV: 4\r\n\0\xFF\x80{\r\n\r\nOK\r\n", 28},
        {0}};
    assert_taped_however_split(
        steps, "> AT+HTTPREAD=0,6\n< OK\n< +HTTPREAD: 6\n<= text \"\\r\\nOK\\r\\n\"\n"
               "< +HTTPREAD: 0\n> AT+QSSLRECV=1,1500\n< +QSSLRECV: 4\n"
               "<= hex 00 ff 80 7b\n<\n< OK\n");
}

static void test_tape_upload_is_counted_or_ended(void **state)
{
    (void)state;
    static const struct step steps[] = {{'>', "AT+HTTPDATA=7,1000\r", 0},
                                        {'<', "\r\nDOWNLOAD\r\n", 0},
                                        {'>', "AT\r\nabc", 0},
                                        {'<', "\r\nOK\r\n", 0},
                                        {'>', "AT+QSSLSEND=1\r", 0},
                                        {'<', "\r\n> ", 0},
                                        {'>', "he\rlo\x1A", 0},
                                        {'<', "\r\nSEND OK\r\n", 0},
                                        {'>', "AT\r", 0},
                                        {0}};
    assert_taped(steps, 0,
                 "> AT+HTTPDATA=7,1000\n< DOWNLOAD\n>= text \"AT\\r\\nabc\"\n< OK\n"
                 "> AT+QSSLSEND=1\n<< \"\\r\\n> \"\n>> \"he\\rlo\\x1A\"\n< SEND OK\n> AT\n");
}

static void test_tape_typed_command_stands_before_its_echo(void **state)
{
    (void)state;
    static const struct step steps[] = {{'>', "A", 0},
                                        {'<', "A", 0},
                                        {'>', "T", 0},
                                        {'<', "T", 0},
                                        {'>', "\r", 0},
                                        {'<', "\r\r\nOK\r\n", 0},
                                        {0}};
    assert_taped(steps, 0, "> AT\n<< \"AT\\r\"\n< OK\n");
}

static void test_tape_oddities_are_bytes(void **state)
{
    (void)state;
    static const struct step steps[] = {{'>', "AT\r\n", 0},     {'<', "OK\n", 0},
                                        {'>', "+++", 0},        {'<', "\r\n\r\n", 0},
                                        {'>', "AT\xFF\r", 0},   {'<', "\r\nbad\x01\r\n", 0},
                                        {'>', "A/", 0},         {'<', "\r\n+C", 0},
                                        {'>', "unfinished", 0}, {0}};
    assert_taped(steps, 0,
                 ">> \"AT\\r\\n\"\n<< \"OK\\n\"\n>> \"+++\"\n<\n<\n>> \"AT\\xFF\\r\"\n"
                 "<< \"\\r\\nbad\\x01\\r\\n\"\n>> \"A/\"\n<\n>> \"unfinished\"\n<< \"+C\"\n");
}

static void test_tape_short_payload_expires_when_the_host_goes_on(void **state)
{
    (void)state;
    static const struct step steps[] = {{'>', "AT+HTTPREAD=0,6\r", 0},
                                        {'<', "\r\nOK\r\n\r\n+HTTPREAD: 6\r\nabc", 0},
                                        {'>', "A", 0},
                                        {'<', "", 0},
                                        {'>', "T\r", 0},
                                        {'<', "\r\nOK\r\n", 0},
                                        {0}};
    assert_taped(
        steps, 0,
        "> AT+HTTPREAD=0,6\n< OK\n< +HTTPREAD: 6\n<= text \"abc\"\n@ expire:\n> AT\n< OK\n");
}

static void test_tape_rest_is_what_is_no_item_yet(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct buffer rest = {0};
    struct tape *tape = tape_new(&(struct tape_options){
        .catalog = &compiled->catalog, .on_item = on_item, .user = &out, .is_live = true});
    tape_sent(tape, "AT\rAT+C", 7, 1);
    tape_received(tape, "\r\nOK\r\n\r\n+CS", 11, 2);
    struct tape_rest sent = tape_rest_sent(tape);
    tape_rest_received(tape, &rest);
    assert_int_equal(sent.size, 4);
    assert_memory_equal(sent.bytes, "AT+C", 4);
    assert_int_equal(rest.size, 5);
    assert_memory_equal(rest.bytes, "\r\n+CS", 5);
    assert_true(tape_is_open(tape));
    tape_free(tape);
    buffer_release(&out);
    buffer_release(&rest);
}

/* ---- whatever is said -------------------------------------------------- */

static const struct step vocabulary[] = {
    {'>', "AT\r", 0},
    {'>', "AT+CSQ\r\n", 0},
    {'>', "AT+HTTPREAD=0,5\r", 0},
    {'>', "AT+HTTPDATA=4,1000\r", 0},
    {'>', "AT+QSSLSEND=1\r", 0},
    {'>', "AT+QSSLOPEN=1,1,2,\"h\",443,2\r", 0},
    {'>', "data", 0},
    {'>', "\x1A", 0},
    {'>', "+++", 0},
    {'>', "\xFF\0{", 3},
    {'<', "AT\r\r\nOK\r\n", 0},
    {'<', "\r\nOK\r\n", 0},
    {'<', "\r\nERROR\r\n", 0},
    {'<', "\r\n+CSQ: 23,0\r\n", 0},
    {'<', "\r\n+HTTPREAD: 5\r\nab\r\nc", 0},
    {'<', "\r\nDOWNLOAD\r\n", 0},
    {'<', "\r\n> ", 0},
    {'<', "\r\nCONNECT\r\n", 0},
    {'<', "\r\nNO CARRIER\r\n", 0},
    {'<', "x{y}\n\n\r\xC3\xA4\x80", 0},
    {'<', "\r\n\xC3\xA4{\r\n", 0},
};
#define WORD_COUNT (sizeof vocabulary / sizeof *vocabulary)

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* What one side said, of a transcript. */
static void join(const struct transcript *transcript, enum transcript_kind kind, struct buffer *out)
{
    for (size_t i = 0; i < transcript->item_count; i++)
        if (transcript->items[i].kind == kind)
            buffer_append(out, transcript->bytes + transcript->items[i].offset,
                          transcript->items[i].size);
}

static void assert_holds(const struct transcript *transcript, enum transcript_kind kind,
                         const struct buffer *said)
{
    struct buffer joined = {0};
    join(transcript, kind, &joined);
    assert_int_equal(joined.size, said->size);
    if (said->size > 0) assert_memory_equal(joined.bytes, said->bytes, said->size);
    buffer_release(&joined);
}

/* Whether `atproof check --against` finds the recording in the case. */
static void assert_matches(const struct buffer *edited, const struct transcript *recording)
{
    struct transcript_error error = {0};
    struct script script;
    struct match_result result;
    assert_true(script_parse(edited->bytes, edited->size, NULL, &script, &error));
    match_case(&script.cases[0], recording, NULL, &result);
    if (result.outcome != MATCH_WHOLE)
        fail_msg("%s, not %s\n%.*s", result.seen, result.expected, (int)edited->size,
                 (const char *)edited->bytes);
    match_release(&result);
    script_release(&script);
}

/* Is canonical, says what was said, and can be edited. */
static void assert_recording(const struct buffer *text, const struct buffer *sent,
                             const struct buffer *received)
{
    struct transcript_error error = {0};
    struct script script;
    struct transcript transcript;
    struct buffer canonical = {0};
    struct buffer edited = {0};
    const struct rewrite_options how = {.compiled = compiled, .dialect = "auto", .edits = true};
    assert_true(script_format(text->bytes, text->size, &canonical, &error));
    assert_int_equal(canonical.size, text->size);
    assert_memory_equal(canonical.bytes, text->bytes, text->size);
    assert_true(script_parse(text->bytes, text->size, NULL, &script, &error));
    assert_true(script_expand(&script.cases[0], NULL, 0, &transcript, &error));
    assert_holds(&transcript, TRANSCRIPT_SENT, sent);
    assert_holds(&transcript, TRANSCRIPT_RECEIVED, received);
    if (!rewrite(&script.cases[0], &how, &edited, &error))
        fail_msg("%s\n%.*s", error.text, (int)text->size, (char *)text->bytes);
    assert_matches(&edited, &transcript);
    transcript_release(&transcript);
    script_release(&script);
    buffer_release(&canonical);
    buffer_release(&edited);
}

static void test_tape_loses_nothing_whatever_is_said(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 2000; seed++) {
        uint32_t random = seed;
        struct buffer out = {0};
        struct buffer said[2] = {{0}, {0}};
        struct tape *tape = tape_new(&(struct tape_options){
            .catalog = &compiled->catalog, .on_item = on_item, .user = &out, .is_live = true});
        for (int64_t now = 0; now < 20; now++) {
            const struct step *step = &vocabulary[next_random(&random) % WORD_COUNT];
            size_t size = step->size > 0 ? step->size : strlen(step->bytes);
            buffer_append(&said[step->side == '<'], step->bytes, size);
            take_step(tape, step, next_random(&random) % 4, now * 300000);
        }
        tape_finish(tape);
        tape_free(tape);
        assert_recording(&out, &said[0], &said[1]);
        buffer_release(&out);
        buffer_release(&said[0]);
        buffer_release(&said[1]);
    }
}

/* ---- written anew ----------------------------------------------------- */

static void assert_rewrites(const struct rewrite_options *how, const char *text,
                            const char *expected)
{
    struct rewrite_options options = *how;
    struct transcript_error error = {0};
    struct script script;
    struct buffer out = {0};
    options.compiled = compiled;
    options.dialect = "auto";
    assert_true(script_parse(text, strlen(text), NULL, &script, &error));
    if (!rewrite(&script.cases[0], &options, &out, &error)) fail_msg("%s", error.text);
    buffer_append(&out, "", 1);
    assert_string_equal((char *)out.bytes, expected);
    buffer_release(&out);
    script_release(&script);
}

static void test_edit_captures_what_varies(void **state)
{
    (void)state;
    static const struct rewrite_options how = {.edits = true, .id = "a/b"};
    assert_rewrites(
        &how,
        "@ title: t\n@ time: 1\n> AT+CSQ\n@ time: 2\n< +CSQ: 23,0\n< OK\n# gone\n"
        "> AT+HTTPREAD=0,4\n< OK\n< +HTTPREAD: 4\n<= text \"{}\\r\\n\"\n< +HTTPREAD: 0\n"
        "> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+NONE\n< not {{ known\n< OK\n",
        "@ id: a/b\n@ dialect: auto\n@ title: t\n\n> AT+CSQ\n"
        "< +CSQ: {rssi:int 0..31,99 =23},{ber:int 0..7,99 =0}\n< OK\n"
        "> AT+HTTPREAD=0,4\n< OK\n< +HTTPREAD: {data_len:int 1.. =4}\n"
        "<= length {data_len} = text \"{}\\r\\n\"\n< +HTTPREAD: 0\n"
        "> AT+CMEE?\n< +CMEE: 1\n< OK\n> AT+NONE\n< not {{ known\n< OK\n");
}

static void test_edit_leaves_what_a_command_said_and_deviations(void **state)
{
    (void)state;
    static const struct rewrite_options how = {.edits = true};
    assert_rewrites(&how,
                    "> AT+QSSLOPEN=1,1,4,\"h\",443,0\n< OK\n< +QSSLOPEN: 4,0\n"
                    "< +QSSLURC: \"closed\",4\n< +QSSLURC: \"closed\",5\n"
                    "> AT+CSQ\n< +CSQ: 32,\"0\"\n< OK\n",
                    "@ dialect: auto\n\n> AT+QSSLOPEN=1,1,4,\"h\",443,0\n< OK\n< +QSSLOPEN: 4,0\n"
                    "< +QSSLURC: \"closed\",4\n< +QSSLURC: \"closed\",{clientID:int 0..11 =5}\n"
                    "> AT+CSQ\n< +CSQ: 32,\"0\"\n< OK\n");
}

static void test_edit_holds_payload_to_its_digest(void **state)
{
    (void)state;
    static const struct rewrite_options how = {.edits = true, .digests = true};
    assert_rewrites(&how, "> AT+HTTPREAD=0,1\n< OK\n< +HTTPREAD: 1\n<= text \"a\"\n",
                    "@ dialect: auto\n\n> AT+HTTPREAD=0,1\n< OK\n"
                    "< +HTTPREAD: {data_len:int 1.. =1}\n<= sha256 "
                    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
                    " = text \"a\"\n");
}

static void test_mask_keeps_times_and_directives(void **state)
{
    (void)state;
    static const struct rewrite_options how = {.masks = true};
    assert_rewrites(
        &how, "@ time: 1.5\n> AT+CPIN=77\n@ time: 1.75\n< OK\n@ expire:\n",
        "@ dialect: auto\n\n@ time: 1.5\n> AT+CPIN=01\n@ time: 1.75\n< OK\n@ expire:\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tape_response_is_lines),
        cmocka_unit_test(test_tape_payload_is_counted),
        cmocka_unit_test(test_tape_upload_is_counted_or_ended),
        cmocka_unit_test(test_tape_typed_command_stands_before_its_echo),
        cmocka_unit_test(test_tape_oddities_are_bytes),
        cmocka_unit_test(test_tape_short_payload_expires_when_the_host_goes_on),
        cmocka_unit_test(test_tape_rest_is_what_is_no_item_yet),
        cmocka_unit_test(test_tape_loses_nothing_whatever_is_said),
        cmocka_unit_test(test_edit_captures_what_varies),
        cmocka_unit_test(test_edit_leaves_what_a_command_said_and_deviations),
        cmocka_unit_test(test_edit_holds_payload_to_its_digest),
        cmocka_unit_test(test_mask_keeps_times_and_directives),
    };
    return cmocka_run_group_tests_name("record", tests, open_catalog, close_catalog);
}
