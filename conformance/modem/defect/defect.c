/* The defects by name, and when they strike. */
#include "base/memory.h"
#include "modem/core/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALL     "simcom quectel-ugxx quectel-ec200"
#define QUECTEL "quectel-ugxx quectel-ec200"

const struct modem_defect modem_defects[] = {
    /* ---- V.250: the line, its echo and its settings */
    [FAULT_LF_ONLY] = {FAULT_LF_ONLY, "lf-only", ALL, "core/V.250 5.7.1", false,
                       "Lines end in LF alone.", defect_lf_only},
    [FAULT_EXTRA_CR] = {FAULT_EXTRA_CR, "extra-cr", ALL, "core/V.250 5.7.1", false,
                        "Lines end in CR CR LF.", defect_extra_cr},
    [FAULT_GLUED_LINES] = {FAULT_GLUED_LINES, "glued-lines", ALL, "core/27.007 8.5", true,
                           "The line end between an information line and what follows is lost.",
                           defect_glued},
    [FAULT_TRAILING_BLANK] = {FAULT_TRAILING_BLANK, "trailing-blank", ALL, "core/V.250 5.7.1",
                              false, "A blank stands behind result codes.", defect_trailing_blank},
    [FAULT_LOWER_CASE_RESULT] = {FAULT_LOWER_CASE_RESULT, "lower-case-result", ALL,
                                 "core/27.007 8.5", true, "Result codes come in small letters.",
                                 defect_lower_case},
    [FAULT_NUMERIC_RESULT] = {FAULT_NUMERIC_RESULT, "numeric-result", ALL, "core/27.007 8.5", true,
                              "Result codes come as digits though V is 1.", defect_numeric_final},
    [FAULT_DROPPED_BYTE] = {FAULT_DROPPED_BYTE, "dropped-byte", ALL, "core/27.007 8.5", true,
                            "A byte of each line, at a random place, is lost on the way.",
                            defect_dropped_byte},
    [FAULT_FLIPPED_BIT] = {FAULT_FLIPPED_BIT, "flipped-bit", ALL, "core/27.007 8.5", true,
                           "A bit of each line, at a random place, is inverted on the way.",
                           defect_flipped_bit},
    [FAULT_PARITY_BIT] = {FAULT_PARITY_BIT, "parity-bit", ALL, "core/27.007 8.5", true,
                          "Lines come with even parity in their eighth bit.", defect_parity},
    [FAULT_ECHO_KEPT] = {FAULT_ECHO_KEPT, "echo-kept", ALL, "core/V.250 6.2.4", false,
                         "ATE0 says OK and the echo stays on.", NULL},
    [FAULT_ECHO_LOSES_BYTE] = {FAULT_ECHO_LOSES_BYTE, "echo-loses-byte", ALL, "core/V.250 5.2.3",
                               false, "The echo lacks the first byte behind AT.", NULL},
    [FAULT_QUIET_IGNORED] = {FAULT_QUIET_IGNORED, "quiet-ignored", ALL, "core/V.250 6.2.5", false,
                             "ATQ1 does not suppress result codes.", NULL},
    [FAULT_VERBOSE_IGNORED] = {FAULT_VERBOSE_IGNORED, "verbose-ignored", ALL, "core/V.250 6.2.6",
                               false, "ATV0 leaves result codes in words.", NULL},
    [FAULT_REPEAT_DEAD] = {FAULT_REPEAT_DEAD, "repeat-dead", ALL, "core/V.250 5.2.4", false,
                           "A/ does nothing.", NULL},
    [FAULT_RESET_KEEPS] = {FAULT_RESET_KEEPS, "reset-keeps", ALL, "core/V.250 6.1.1", false,
                           "ATZ says OK and resets nothing.", NULL},
    [FAULT_CASE_SENSITIVE] = {FAULT_CASE_SENSITIVE, "case-sensitive", ALL, "core/V.250 5.2.1",
                              false, "Commands in small letters are refused.", NULL},
    [FAULT_EDITING_IGNORED] =
        {FAULT_EDITING_IGNORED, "editing-ignored", ALL, "core/V.250 5.2.2", false,
         "A backspace in a command line does not take the last character away.", NULL},
    [FAULT_SECOND_COMMAND_DROPPED] = {FAULT_SECOND_COMMAND_DROPPED, "second-command-dropped", ALL,
                                      "core/V.250 5.2.1", false,
                                      "Of several commands in a line the first alone is done.",
                                      NULL},
    [FAULT_LONG_LINE_EXECUTED] = {FAULT_LONG_LINE_EXECUTED, "long-line-executed", ALL,
                                  "core/V.250 5.2.1", false,
                                  "An over-long command line is executed as far as it fits.", NULL},
    /* ---- how a command ends */
    [FAULT_MISSING_FINAL] = {FAULT_MISSING_FINAL, "missing-final", ALL, "core/27.007 8.5", true,
                             "No final result code comes.", defect_missing_final},
    [FAULT_DOUBLED_FINAL] = {FAULT_DOUBLED_FINAL, "doubled-final", ALL, "core/27.007 8.5", true,
                             "The final result code comes twice.", defect_doubled_final},
    [FAULT_LATE_RESULT] = {FAULT_LATE_RESULT, "late-result", ALL,
                           "simcom-http/2.2.1, core/quectel-ugxx 3.1.3, quectel-ssl-ec200/2.2.1",
                           true,
                           "The final result code comes a second behind the maximum response time.",
                           defect_late},
    [FAULT_ERROR_BEHIND_ANSWER] =
        {FAULT_ERROR_BEHIND_ANSWER, "error-behind-answer", ALL, "core/27.007 8.5", true,
         "ERROR follows the information lines of a command that succeeded.",
         defect_error_behind_answer},
    [FAULT_UNKNOWN_COMMAND_ACCEPTED] = {FAULT_UNKNOWN_COMMAND_ACCEPTED, "unknown-command-accepted",
                                        ALL, "core/V.250 5.7.1", false,
                                        "A command that the module does not know answers OK.",
                                        NULL},
    [FAULT_ACCEPTS_ILLEGAL_VALUE] = {FAULT_ACCEPTS_ILLEGAL_VALUE, "accepts-illegal-value", ALL,
                                     "core/27.007 8.2", true,
                                     "A command with an illegal argument answers OK.", NULL},
    [FAULT_REFUSES_MAXIMUM] = {FAULT_REFUSES_MAXIMUM, "refuses-maximum", ALL, "core/27.007 9.1",
                               true, "The greatest legal value of an argument is refused.", NULL},
    [FAULT_ACCEPTS_WRONG_STATE] = {FAULT_ACCEPTS_WRONG_STATE, "accepts-wrong-state", ALL,
                                   "simcom-http/2.2.2, core/27.007 10.1.1", true,
                                   "A command that the state forbids answers OK.", NULL},
    [FAULT_CME_THOUGH_OFF] = {FAULT_CME_THOUGH_OFF, "cme-though-off", ALL, "core/27.007 9.1", false,
                              "+CME ERROR comes though CMEE is 0.", NULL},
    [FAULT_CME_NUMBER_FOR_TEXT] = {FAULT_CME_NUMBER_FOR_TEXT, "cme-number-for-text", ALL,
                                   "core/27.007 9.1", false,
                                   "+CME ERROR has a number though CMEE is 2.", NULL},
    [FAULT_CME_NEVER] = {FAULT_CME_NEVER, "cme-never", ALL, "core/27.007 9.1", false,
                         "ERROR comes whatever CMEE says.", NULL},
    /* ---- the lines of a response */
    [FAULT_MISSING_LINE] = {FAULT_MISSING_LINE, "missing-line", ALL, "core/27.007 8.5", true,
                            "The information line is left out.", defect_missing_line},
    [FAULT_DOUBLED_LINE] = {FAULT_DOUBLED_LINE, "doubled-line", ALL, "core/27.007 8.5", true,
                            "The information line comes twice.", defect_doubled_line},
    [FAULT_LINE_BEHIND_FINAL] = {FAULT_LINE_BEHIND_FINAL, "line-behind-final", ALL,
                                 "core/27.007 8.5", true,
                                 "The information line comes behind the final result code.",
                                 defect_line_behind_final},
    [FAULT_TEST_RANGE_WRONG] = {FAULT_TEST_RANGE_WRONG, "test-range-wrong", ALL, "core/27.007 9.1",
                                true, "The range in a test response is one too long.",
                                defect_test_range},
    [FAULT_TEST_EMPTY] = {FAULT_TEST_EMPTY, "test-empty", ALL, "core/27.007 9.1", true,
                          "A test command answers OK and nothing else.", defect_test_empty},
    [FAULT_LIST_LACKS_LAST] = {FAULT_LIST_LACKS_LAST, "list-lacks-last", ALL, "core/27.007 10.1.1",
                               true, "A list forgets its last entry.", defect_list_lacks_last},
    [FAULT_NO_SPACE] = {FAULT_NO_SPACE, "no-space", ALL, "core/V.250 5.7.1", false,
                        "No blank stands behind the colon.", defect_no_space},
    [FAULT_NO_COLON] = {FAULT_NO_COLON, "no-colon", ALL, "core/27.007 8.5", true,
                        "The colon behind the prefix is missing.", defect_no_colon},
    [FAULT_COMMA_FOR_COLON] = {FAULT_COMMA_FOR_COLON, "comma-for-colon", ALL, "core/V.250 5.7.1",
                               false, "A comma stands for the colon behind the prefix.",
                               defect_comma_for_colon},
    [FAULT_WRONG_PREFIX] = {FAULT_WRONG_PREFIX, "wrong-prefix", ALL, "core/27.007 8.5", true,
                            "The prefix of a line lacks a letter.", defect_prefix},
    [FAULT_MISSING_FIELD] = {FAULT_MISSING_FIELD, "missing-field", ALL, "core/27.007 8.5", true,
                             "The last field of a line is missing.", defect_missing_field},
    [FAULT_EXTRA_FIELD] = {FAULT_EXTRA_FIELD, "extra-field", ALL, "core/27.007 8.5", true,
                           "A line has one field more.", defect_extra_field},
    [FAULT_EMPTY_FIELD] = {FAULT_EMPTY_FIELD, "empty-field", ALL, "core/27.007 8.5", true,
                           "A required number of a line is empty.", defect_empty_field},
    [FAULT_OUT_OF_RANGE] = {FAULT_OUT_OF_RANGE, "out-of-range", ALL, "core/27.007 8.5", true,
                            "The first number of a line that has a range is one above it.",
                            defect_out_of_range},
    [FAULT_SWAPPED_FIELDS] = {FAULT_SWAPPED_FIELDS, "swapped-fields", ALL, "core/27.007 8.5", true,
                              "Two fields of a line changed places.", defect_swapped},
    [FAULT_HEXADECIMAL_NUMBER] = {FAULT_HEXADECIMAL_NUMBER, "hexadecimal-number", ALL,
                                  "core/27.007 8.5", true, "Numbers of a line come in hexadecimal.",
                                  defect_hexadecimal},
    [FAULT_QUOTED_NUMBER] = {FAULT_QUOTED_NUMBER, "quoted-number", ALL, "core/27.007 8.5", true,
                             "Numbers of a line stand in quotes.", defect_quoted_number},
    [FAULT_UNQUOTED_STRING] = {FAULT_UNQUOTED_STRING, "unquoted-string", ALL, "core/27.007 8.15",
                               true, "Strings of a line stand without quotes.", defect_unquoted},
    [FAULT_STRAY_QUOTE] = {FAULT_STRAY_QUOTE, "stray-quote", ALL, "core/27.007 8.15", true,
                           "A string of a line has a second quote at its end.", defect_stray_quote},
    [FAULT_WRONG_SEPARATOR] = {FAULT_WRONG_SEPARATOR, "wrong-separator", ALL, "core/27.007 8.5",
                               true, "Semicolons separate the fields of a line.", defect_separator},
    [FAULT_STALE_NUMBER] = {FAULT_STALE_NUMBER, "stale-number", ALL,
                            "core/27.007 10.1.14, simcom-http/2.2.4", true,
                            "A response bears the session or context of another command.",
                            defect_other_number},
    [FAULT_WRONG_EDITION] = {FAULT_WRONG_EDITION, "wrong-edition", QUECTEL,
                             "quectel-ssl-ugxx/2.2.6, quectel-ssl-ec200/2.2.6", true,
                             "Keywords and enumerations are those of the other edition.",
                             defect_edition},
    /* ---- what is kept */
    [FAULT_WRITE_NOT_KEPT] = {FAULT_WRITE_NOT_KEPT, "write-not-kept", ALL, "core/27.007 8.15", true,
                              "A setting says OK and is not kept.", NULL},
    [FAULT_CONTEXT_STAYS_ACTIVE] = {FAULT_CONTEXT_STAYS_ACTIVE, "context-stays-active", ALL,
                                    "core/27.007 10.1.10, core/quectel-ugxx 3.1.3", false,
                                    "A context that was deactivated is still active.", NULL},
    [FAULT_CFUN_FORGETS_CONTEXTS] = {FAULT_CFUN_FORGETS_CONTEXTS, "cfun-forgets-contexts", ALL,
                                     "core/27.007 8.2", false,
                                     "Radio off and on forgets the PDP contexts that were defined.",
                                     NULL},
    /* ---- unsolicited result codes */
    [FAULT_URC_IN_LINE] = {FAULT_URC_IN_LINE, "urc-in-line", ALL, "core/27.007 8.5", true,
                           "An unsolicited result code comes in the middle of a line.",
                           defect_urc_in_line},
    [FAULT_URC_NOT_ASKED] = {FAULT_URC_NOT_ASKED, "urc-not-asked", ALL, "core/27.007 7.2", false,
                             "Registration is told though n is 0.", NULL},
    [FAULT_URC_LOST_WHEN_BUSY] =
        {FAULT_URC_LOST_WHEN_BUSY, "urc-lost-when-busy", ALL, "core/27.007 7.2", true,
         "An unsolicited result code that waits for a command's end is lost.", NULL},
    [FAULT_RESULT_BEFORE_OK] =
        {FAULT_RESULT_BEFORE_OK, "result-before-ok", "simcom quectel-ugxx quectel-ec200",
         "simcom-http/2.2.4, quectel-ssl-ugxx/2.2.2, quectel-ssl-ec200/2.2.2", true,
         "The asynchronous result comes before the OK.", defect_result_first},
    [FAULT_MISSING_RESULT] = {FAULT_MISSING_RESULT, "missing-result", ALL,
                              "simcom-http/2.2.4, quectel-ssl-ugxx/2.2.2, quectel-ssl-ec200/2.2.2",
                              true, "The asynchronous result never comes.", defect_missing_result},
    [FAULT_DOUBLED_RESULT] = {FAULT_DOUBLED_RESULT, "doubled-result", ALL,
                              "simcom-http/2.2.4, quectel-ssl-ugxx/2.2.2, quectel-ssl-ec200/2.2.2",
                              true, "The asynchronous result comes twice.", defect_doubled_result},
    [FAULT_CLOSED_NOT_TOLD] = {FAULT_CLOSED_NOT_TOLD, "closed-not-told", ALL,
                               "simcom-http/4.3, simcom-cch/A7600-SSL 4.1.2, "
                               "quectel-ssl-ugxx/2.3.2, quectel-ssl-ec200/2.3.2",
                               false, "It is not told that the peer closed the connection.",
                               defect_closed_lost},
    [FAULT_DATA_TOLD_TWICE] = {FAULT_DATA_TOLD_TWICE, "data-told-twice", ALL,
                               "simcom-cch/F1011, quectel-ssl-ugxx/2.3.1, quectel-ssl-ec200/2.3.1",
                               false, "Data that wait are told twice.", defect_recv_twice},
    [FAULT_URC_OTHER_CONNECTION] =
        {FAULT_URC_OTHER_CONNECTION, "urc-other-connection", ALL,
         "simcom-cch/F1011, quectel-ssl-ugxx/2.3.1, quectel-ssl-ec200/2.3.1", true,
         "An unsolicited result code bears the number of another connection.", defect_urc_number},
    [FAULT_ESCAPE_SWALLOWED] = {FAULT_ESCAPE_SWALLOWED, "escape-swallowed", ALL,
                                "simcom-cch/F1010, quectel-ssl-ugxx/1.3, quectel-ssl-ec200/1.4",
                                false,
                                "Transparent access is not left on +++ between its guard times.",
                                NULL},
    [FAULT_CLOSE_NOT_DONE] = {FAULT_CLOSE_NOT_DONE, "close-not-done", ALL,
                              "simcom-cch/F1004, quectel-ssl-ugxx/2.2.5, quectel-ssl-ec200/2.2.5",
                              false, "Closing says OK and the connection stays.", NULL},
    /* ---- payload and uploads */
    [FAULT_LENGTH_ONE_MORE] =
        {FAULT_LENGTH_ONE_MORE, "length-one-more", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "The length of payload is announced one too great.", defect_length_more},
    [FAULT_LENGTH_ONE_LESS] =
        {FAULT_LENGTH_ONE_LESS, "length-one-less", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "The length of payload is announced one too small.", defect_length_less},
    [FAULT_TRUNCATED_PAYLOAD] =
        {FAULT_TRUNCATED_PAYLOAD, "truncated-payload", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "Half of the payload comes, then nothing until the next command.",
         defect_payload_cut},
    [FAULT_PAYLOAD_ENDS_AT_NUL] =
        {FAULT_PAYLOAD_ENDS_AT_NUL, "payload-ends-at-nul", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "A block of payload ends before its first NUL.", defect_payload_at_nul},
    [FAULT_PAYLOAD_LF_TO_CRLF] =
        {FAULT_PAYLOAD_LF_TO_CRLF, "payload-lf-to-crlf", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "LF within payload becomes CR LF.", defect_payload_crlf},
    [FAULT_PAYLOAD_LOSES_XON] =
        {FAULT_PAYLOAD_LOSES_XON, "payload-loses-xon", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "Flow control swallows the bytes 0x11 and 0x13 of payload.", defect_payload_xon},
    [FAULT_PAYLOAD_SEVEN_BITS] =
        {FAULT_PAYLOAD_SEVEN_BITS, "payload-seven-bits", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "Payload loses the eighth bit of each byte.", defect_payload_7_bit},
    [FAULT_URC_IN_PAYLOAD] =
        {FAULT_URC_IN_PAYLOAD, "urc-in-payload", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "An unsolicited result code comes amid payload.", defect_urc_in_payload},
    [FAULT_URC_BEHIND_HEADER] =
        {FAULT_URC_BEHIND_HEADER, "urc-behind-header", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         true, "An unsolicited result code comes between a length and its payload.",
         defect_urc_behind_header},
    [FAULT_PROMPT_LOST] = {FAULT_PROMPT_LOST, "prompt-lost", ALL,
                           "simcom-http/2.2.7, simcom-cch/F1013, core/quectel-ec200 4", true,
                           "The prompt for an upload does not come.", defect_prompt_lost},
    [FAULT_UPLOAD_AWAITS_ONE_MORE] = {FAULT_UPLOAD_AWAITS_ONE_MORE, "upload-awaits-one-more", ALL,
                                      "simcom-http/2.2.7, simcom-cch/F1013, core/quectel-ec200 4",
                                      true, "An upload awaits one byte more than announced.", NULL},
    [FAULT_UPLOAD_ENDS_AT_CTRL_Z] = {FAULT_UPLOAD_ENDS_AT_CTRL_Z, "upload-ends-at-ctrl-z", ALL,
                                     "simcom-http/2.2.7, simcom-cch/F1013, core/quectel-ec200 4",
                                     true, "A counted upload ends at the byte 0x1A.", NULL},
    [FAULT_UPLOAD_LOSES_LAST] = {FAULT_UPLOAD_LOSES_LAST, "upload-loses-last", ALL,
                                 "simcom-http/2.2.7, core/quectel-ec200 4", true,
                                 "The last byte of an upload is lost.", NULL},
    [FAULT_CHECKSUM_WRONG] = {FAULT_CHECKSUM_WRONG, "checksum-wrong", QUECTEL,
                              "core/quectel-ec200 4", false,
                              "The checksum of an uploaded file is the sum of its bytes.", NULL},
    /* ---- SIMCom's HTTP */
    [FAULT_STATUS_ZERO] = {FAULT_STATUS_ZERO, "status-zero", "simcom", "simcom-http/2.2.4", false,
                           "HTTPACTION tells 0 as the status of a request that failed.", NULL},
    [FAULT_STATUS_UNLISTED] = {FAULT_STATUS_UNLISTED, "status-unlisted", "simcom",
                               "simcom-http/2.2.4, simcom-http/4.1", false,
                               "A status code is one that the manual's table does not list.",
                               defect_unlisted},
    [FAULT_DATALEN_WRONG] = {FAULT_DATALEN_WRONG, "datalen-wrong", "simcom", "simcom-http/2.2.4",
                             false, "The length of a result counts the header with the body.",
                             NULL},
    [FAULT_OFFSET_IGNORED] = {FAULT_OFFSET_IGNORED, "offset-ignored", "simcom", "simcom-http/2.2.6",
                              false, "HTTPREAD begins at 0 whatever its offset says.", NULL},
    [FAULT_SIZE_IGNORED] =
        {FAULT_SIZE_IGNORED, "size-ignored", ALL,
         "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4",
         false, "All that is stored is read whatever size is asked for.", NULL},
    [FAULT_MISSING_CLOSING_RECORD] = {FAULT_MISSING_CLOSING_RECORD, "missing-closing-record",
                                      "simcom", "simcom-http/2.2.6, simcom-cch/F1006", false,
                                      "The record that closes the blocks of payload does not come.",
                                      defect_missing_closing},
    [FAULT_METHOD_IGNORED] = {FAULT_METHOD_IGNORED, "method-ignored", "simcom", "simcom-http/2.2.4",
                              false, "HTTPACTION makes a GET request whatever its method says.",
                              NULL},
    /* ---- breakdowns */
    [FAULT_FREEZE] = {FAULT_FREEZE, "freeze", ALL, "core/27.007 8.5", true,
                      "A command line is taken, and nothing is said from then on.", NULL},
    [FAULT_REBOOT] = {FAULT_REBOOT, "reboot", ALL, "core/27.007 8.5", true,
                      "The module starts anew within a response and says its banner.",
                      defect_reboot},
    [FAULT_COUNT] = {.name = NULL},
};

/* ---- finding them ----------------------------------------------------- */

const struct modem_defect *modem_find_defect(const char *name)
{
    for (const struct modem_defect *defect = modem_defects; defect->name != NULL; defect++)
        if (strcmp(defect->name, name) == 0) return defect;
    return NULL;
}

bool modem_defect_shows(const struct modem_defect *defect, const char *dialect)
{
    size_t size = strlen(dialect);
    const char *at = strstr(defect->dialects, dialect);
    return at != NULL && (at[size] == ' ' || at[size] == '\0');
}

bool modem_read_flaw(const char *text, struct modem_flaw *out)
{
    char *name = memory_slice(text, strcspn(text, "@"));
    const char *number = text[strlen(name)] == '@' ? text + strlen(name) + 1 : NULL;
    const struct modem_defect *defect = modem_find_defect(name);
    char *end = NULL;
    unsigned long at = 0;
    bool lasting = false;
    free(name);
    if (number != NULL) {
        errno = 0;
        at = strtoul(number, &end, 10);
        lasting = *end == '+';
        if (number[0] < '1' || number[0] > '9' || end[lasting] != '\0' || errno != 0
            || at > UINT32_MAX)
            return false;
    }
    if (defect == NULL) return false;
    *out = (struct modem_flaw){.defect = defect, .at = (unsigned)at, .lasting = lasting};
    return true;
}

/* ---- striking --------------------------------------------------------- */

bool defect_strikes(struct defect_use *use)
{
    use->count++;
    if (use->flaw.lasting) return use->count >= use->flaw.at;
    return use->flaw.at == 0 || use->count == use->flaw.at;
}

bool modem_strikes(struct modem *modem, enum modem_fault fault)
{
    struct defect_state *state = &modem->defects;
    for (size_t i = 0; i < state->use_count; i++)
        if (state->uses[i].flaw.defect->fault == fault) return defect_strikes(&state->uses[i]);
    return false;
}

uint64_t random_below(uint64_t *state, uint64_t limit)
{
    *state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (z ^ (z >> 31)) % limit;
}

uint64_t defect_random(struct modem *modem, uint64_t limit)
{
    return random_below(&modem->defects.random, limit);
}

/* ---- a module with defects -------------------------------------------- */

void defect_begin(struct modem *modem)
{
    const struct modem_options *options = &modem->options;
    struct defect_state *state = &modem->defects;
    *state = (struct defect_state){.random = ~options->seed, .urc_random = options->urcs};
    state->uses = memory_new(options->flaw_count, sizeof *state->uses);
    state->use_count = options->flaw_count;
    for (size_t i = 0; i < options->flaw_count; i++) state->uses[i].flaw = options->flaws[i];
    modem->options.flaws = NULL; /* the caller's */
}

void defect_end(struct modem *modem)
{
    free(modem->defects.uses);
    buffer_release(&modem->defects.kept);
}

void defect_line_begins(struct modem *modem)
{
    modem->defects.mute = modem->defects.glues = false;
    modem->defects.payload_left = 0;
    modem->defects.kept.size = 0;
    modem->defects.asked = (struct asked){.at = modem->now};
    if (modem_strikes(modem, FAULT_FREEZE)) modem->defects.frozen = true;
}

void defect_line_ends(struct modem *modem)
{
    if (modem->options.urcs != 0 && modem->mode == MODE_COMMAND) urc_interrupt(modem);
}

void defect_tick(struct modem *modem)
{
    if (!modem->defects.reboots) return;
    modem->defects.reboots = modem->defects.mute = false;
    modem->pending = false;
    modem->rest[0] = '\0';
    modem->mode = MODE_COMMAND;
    modem_start(modem, true);
}
