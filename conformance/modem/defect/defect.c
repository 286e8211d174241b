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
    {"lf-only", ALL, "core/V.250 5.7.1", false, "Lines end in LF alone.", defect_lf_only},
    {"extra-cr", ALL, "core/V.250 5.7.1", false, "Lines end in CR CR LF.", defect_extra_cr},
    {"glued-lines", ALL, "core/27.007 8.5", true,
     "The line end between an information line and what follows is lost.", defect_glued},
    {"trailing-blank", ALL, "core/V.250 5.7.1", false, "A blank stands behind result codes.",
     defect_trailing_blank},
    {"lower-case-result", ALL, "core/27.007 8.5", true, "Result codes come in small letters.",
     defect_lower_case},
    {"numeric-result", ALL, "core/27.007 8.5", true, "Result codes come as digits though V is 1.",
     defect_numeric_final},
    {"dropped-byte", ALL, "core/27.007 8.5", true,
     "A byte of each line, at a random place, is lost on the way.", defect_dropped_byte},
    {"flipped-bit", ALL, "core/27.007 8.5", true,
     "A bit of each line, at a random place, is inverted on the way.", defect_flipped_bit},
    {"parity-bit", ALL, "core/27.007 8.5", true, "Lines come with even parity in their eighth bit.",
     defect_parity},
    {"echo-kept", ALL, "core/V.250 6.2.4", false, "ATE0 says OK and the echo stays on.", NULL},
    {"echo-loses-byte", ALL, "core/V.250 5.2.3", false, "The echo lacks the first byte behind AT.",
     NULL},
    {"quiet-ignored", ALL, "core/V.250 6.2.5", false, "ATQ1 does not suppress result codes.", NULL},
    {"verbose-ignored", ALL, "core/V.250 6.2.6", false, "ATV0 leaves result codes in words.", NULL},
    {"repeat-dead", ALL, "core/V.250 5.2.4", false, "A/ does nothing.", NULL},
    {"reset-keeps", ALL, "core/V.250 6.1.1", false, "ATZ says OK and resets nothing.", NULL},
    {"case-sensitive", ALL, "core/V.250 5.2.1", false, "Commands in small letters are refused.",
     NULL},
    {"editing-ignored", ALL, "core/V.250 5.2.2", false,
     "A backspace in a command line does not take the last character away.", NULL},
    {"second-command-dropped", ALL, "core/V.250 5.2.1", false,
     "Of several commands in a line the first alone is done.", NULL},
    {"long-line-executed", ALL, "core/V.250 5.2.1", false,
     "An over-long command line is executed as far as it fits.", NULL},
    /* ---- how a command ends */
    {"missing-final", ALL, "core/27.007 8.5", true, "No final result code comes.",
     defect_missing_final},
    {"doubled-final", ALL, "core/27.007 8.5", true, "The final result code comes twice.",
     defect_doubled_final},
    {"late-result", ALL, "simcom-http/2.2.1, core/quectel-ugxx 3.1.3, quectel-ssl-ec200/2.2.1",
     true, "The final result code comes a second behind the maximum response time.", defect_late},
    {"error-behind-answer", ALL, "core/27.007 8.5", true,
     "ERROR follows the information lines of a command that succeeded.",
     defect_error_behind_answer},
    {"unknown-command-accepted", ALL, "core/V.250 5.7.1", false,
     "A command that the module does not know answers OK.", NULL},
    {"accepts-illegal-value", ALL, "core/27.007 8.2", true,
     "A command with an illegal argument answers OK.", NULL},
    {"refuses-maximum", ALL, "core/27.007 9.1", true,
     "The greatest legal value of an argument is refused.", NULL},
    {"accepts-wrong-state", ALL, "simcom-http/2.2.2, core/27.007 10.1.1", true,
     "A command that the state forbids answers OK.", NULL},
    {"cme-though-off", ALL, "core/27.007 9.1", false, "+CME ERROR comes though CMEE is 0.", NULL},
    {"cme-number-for-text", ALL, "core/27.007 9.1", false,
     "+CME ERROR has a number though CMEE is 2.", NULL},
    {"cme-never", ALL, "core/27.007 9.1", false, "ERROR comes whatever CMEE says.", NULL},
    /* ---- the lines of a response */
    {"missing-line", ALL, "core/27.007 8.5", true, "The information line is left out.",
     defect_missing_line},
    {"doubled-line", ALL, "core/27.007 8.5", true, "The information line comes twice.",
     defect_doubled_line},
    {"line-behind-final", ALL, "core/27.007 8.5", true,
     "The information line comes behind the final result code.", defect_line_behind_final},
    {"test-range-wrong", ALL, "core/27.007 9.1", true,
     "The range in a test response is one too long.", defect_test_range},
    {"test-empty", ALL, "core/27.007 9.1", true, "A test command answers OK and nothing else.",
     defect_test_empty},
    {"list-lacks-last", ALL, "core/27.007 10.1.1", true, "A list forgets its last entry.",
     defect_list_lacks_last},
    {"no-space", ALL, "core/V.250 5.7.1", false, "No blank stands behind the colon.",
     defect_no_space},
    {"no-colon", ALL, "core/27.007 8.5", true, "The colon behind the prefix is missing.",
     defect_no_colon},
    {"comma-for-colon", ALL, "core/V.250 5.7.1", false,
     "A comma stands for the colon behind the prefix.", defect_comma_for_colon},
    {"wrong-prefix", ALL, "core/27.007 8.5", true, "The prefix of a line lacks a letter.",
     defect_prefix},
    {"missing-field", ALL, "core/27.007 8.5", true, "The last field of a line is missing.",
     defect_missing_field},
    {"extra-field", ALL, "core/27.007 8.5", true, "A line has one field more.", defect_extra_field},
    {"empty-field", ALL, "core/27.007 8.5", true, "A required number of a line is empty.",
     defect_empty_field},
    {"out-of-range", ALL, "core/27.007 8.5", true,
     "The first number of a line that has a range is one above it.", defect_out_of_range},
    {"swapped-fields", ALL, "core/27.007 8.5", true, "Two fields of a line changed places.",
     defect_swapped},
    {"hexadecimal-number", ALL, "core/27.007 8.5", true, "Numbers of a line come in hexadecimal.",
     defect_hexadecimal},
    {"quoted-number", ALL, "core/27.007 8.5", true, "Numbers of a line stand in quotes.",
     defect_quoted_number},
    {"unquoted-string", ALL, "core/27.007 8.15", true, "Strings of a line stand without quotes.",
     defect_unquoted},
    {"stray-quote", ALL, "core/27.007 8.15", true,
     "A string of a line has a second quote at its end.", defect_stray_quote},
    {"wrong-separator", ALL, "core/27.007 8.5", true, "Semicolons separate the fields of a line.",
     defect_separator},
    {"stale-number", ALL, "core/27.007 10.1.14, simcom-http/2.2.4", true,
     "A response bears the session or context of another command.", defect_other_number},
    {"wrong-edition", QUECTEL, "quectel-ssl-ugxx/2.2.6, quectel-ssl-ec200/2.2.6", true,
     "Keywords and enumerations are those of the other edition.", defect_edition},
    /* ---- what is kept */
    {"write-not-kept", ALL, "core/27.007 8.15", true, "A setting says OK and is not kept.", NULL},
    {"context-stays-active", ALL, "core/27.007 10.1.10, core/quectel-ugxx 3.1.3", false,
     "A context that was deactivated is still active.", NULL},
    {"cfun-forgets-contexts", ALL, "core/27.007 8.2", false,
     "Radio off and on forgets the PDP contexts that were defined.", NULL},
    /* ---- unsolicited result codes */
    {"urc-in-line", ALL, "core/27.007 8.5", true,
     "An unsolicited result code comes in the middle of a line.", defect_urc_in_line},
    {"urc-not-asked", ALL, "core/27.007 7.2", false, "Registration is told though n is 0.", NULL},
    {"urc-lost-when-busy", ALL, "core/27.007 7.2", true,
     "An unsolicited result code that waits for a command's end is lost.", NULL},
    {"result-before-ok", "simcom quectel-ugxx quectel-ec200",
     "simcom-http/2.2.4, quectel-ssl-ugxx/2.2.2, quectel-ssl-ec200/2.2.2", true,
     "The asynchronous result comes before the OK.", defect_result_first},
    {"missing-result", ALL, "simcom-http/2.2.4, quectel-ssl-ugxx/2.2.2, quectel-ssl-ec200/2.2.2",
     true, "The asynchronous result never comes.", defect_missing_result},
    {"doubled-result", ALL, "simcom-http/2.2.4, quectel-ssl-ugxx/2.2.2, quectel-ssl-ec200/2.2.2",
     true, "The asynchronous result comes twice.", defect_doubled_result},
    {"closed-not-told", ALL,
     "simcom-http/4.3, simcom-cch/A7600-SSL 4.1.2, quectel-ssl-ugxx/2.3.2, quectel-ssl-ec200/2.3.2",
     false, "It is not told that the peer closed the connection.", defect_closed_lost},
    {"data-told-twice", ALL, "simcom-cch/F1011, quectel-ssl-ugxx/2.3.1, quectel-ssl-ec200/2.3.1",
     false, "Data that wait are told twice.", defect_recv_twice},
    {"urc-other-connection", ALL,
     "simcom-cch/F1011, quectel-ssl-ugxx/2.3.1, quectel-ssl-ec200/2.3.1", true,
     "An unsolicited result code bears the number of another connection.", defect_urc_number},
    {"escape-swallowed", ALL, "simcom-cch/F1010, quectel-ssl-ugxx/1.3, quectel-ssl-ec200/1.4",
     false, "Transparent access is not left on +++ between its guard times.", NULL},
    {"close-not-done", ALL, "simcom-cch/F1004, quectel-ssl-ugxx/2.2.5, quectel-ssl-ec200/2.2.5",
     false, "Closing says OK and the connection stays.", NULL},
    /* ---- payload and uploads */
    {"length-one-more", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "The length of payload is announced one too great.", defect_length_more},
    {"length-one-less", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "The length of payload is announced one too small.", defect_length_less},
    {"truncated-payload", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "Half of the payload comes, then nothing until the next command.", defect_payload_cut},
    {"payload-ends-at-nul", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "A block of payload ends before its first NUL.", defect_payload_at_nul},
    {"payload-lf-to-crlf", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "LF within payload becomes CR LF.", defect_payload_crlf},
    {"payload-loses-xon", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "Flow control swallows the bytes 0x11 and 0x13 of payload.", defect_payload_xon},
    {"payload-seven-bits", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "Payload loses the eighth bit of each byte.", defect_payload_7_bit},
    {"urc-in-payload", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "An unsolicited result code comes amid payload.", defect_urc_in_payload},
    {"urc-behind-header", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", true,
     "An unsolicited result code comes between a length and its payload.",
     defect_urc_behind_header},
    {"prompt-lost", ALL, "simcom-http/2.2.7, simcom-cch/F1013, core/quectel-ec200 4", true,
     "The prompt for an upload does not come.", defect_prompt_lost},
    {"upload-awaits-one-more", ALL, "simcom-http/2.2.7, simcom-cch/F1013, core/quectel-ec200 4",
     true, "An upload awaits one byte more than announced.", NULL},
    {"upload-ends-at-ctrl-z", ALL, "simcom-http/2.2.7, simcom-cch/F1013, core/quectel-ec200 4",
     true, "A counted upload ends at the byte 0x1A.", NULL},
    {"upload-loses-last", ALL, "simcom-http/2.2.7, core/quectel-ec200 4", true,
     "The last byte of an upload is lost.", NULL},
    {"checksum-wrong", QUECTEL, "core/quectel-ec200 4", false,
     "The checksum of an uploaded file is the sum of its bytes.", NULL},
    /* ---- SIMCom's HTTP */
    {"status-zero", "simcom", "simcom-http/2.2.4", false,
     "HTTPACTION tells 0 as the status of a request that failed.", NULL},
    {"status-unlisted", "simcom", "simcom-http/2.2.4, simcom-http/4.1", false,
     "A status code is one that the manual's table does not list.", defect_unlisted},
    {"datalen-wrong", "simcom", "simcom-http/2.2.4", false,
     "The length of a result counts the header with the body.", NULL},
    {"offset-ignored", "simcom", "simcom-http/2.2.6", false,
     "HTTPREAD begins at 0 whatever its offset says.", NULL},
    {"size-ignored", ALL,
     "simcom-http/2.2.6, simcom-cch/F1006, quectel-ssl-ugxx/2.2.4, quectel-ssl-ec200/2.2.4", false,
     "All that is stored is read whatever size is asked for.", NULL},
    {"missing-closing-record", "simcom", "simcom-http/2.2.6, simcom-cch/F1006", false,
     "The record that closes the blocks of payload does not come.", defect_missing_closing},
    {"method-ignored", "simcom", "simcom-http/2.2.4", false,
     "HTTPACTION makes a GET request whatever its method says.", NULL},
    /* ---- breakdowns */
    {"freeze", ALL, "core/27.007 8.5", true,
     "A command line is taken, and nothing is said from then on.", NULL},
    {"reboot", ALL, "core/27.007 8.5", true,
     "The module starts anew within a response and says its banner.", defect_reboot},
    {0},
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

bool modem_strikes(struct modem *modem, const char *name)
{
    struct defect_state *state = &modem->defects;
    for (size_t i = 0; i < state->use_count; i++)
        if (strcmp(state->uses[i].flaw.defect->name, name) == 0)
            return defect_strikes(&state->uses[i]);
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
    if (modem_strikes(modem, "freeze")) modem->defects.frozen = true;
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
