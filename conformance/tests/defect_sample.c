#include "defect_sample.h"

#include <stddef.h>

#define ALL     "simcom quectel-ugxx quectel-ec200"
#define QUECTEL "quectel-ugxx quectel-ec200"

#define QUALITY                                                                                    \
    {                                                                                              \
        "AT+CSQ", "AT"                                                                             \
    }
#define CLOCK                                                                                      \
    {                                                                                              \
        "AT+CCLK?", "AT"                                                                           \
    }
#define TEST                                                                                       \
    {                                                                                              \
        "AT+CMEE=?", "AT"                                                                          \
    }
#define CONTEXTS                                                                                   \
    {                                                                                              \
        "AT+CGDCONT=1,\"IP\",\"a\"", "AT+CGDCONT=3,\"IPV6\",\"b\"", "AT+CGDCONT?", "AT"            \
    }
#define GET(path, read)                                                                            \
    {                                                                                              \
        "AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"%U" path "\"", "AT+HTTPACTION=0", STEP_NETWORK,      \
            read, "AT+HTTPTERM"                                                                    \
    }
#define BODY GET("/bytes?length=300&seed=1", "AT+HTTPREAD=0,300")
#define BYTES                                                                                      \
    "a\nb\x11"                                                                                     \
    "c\nd\x13"                                                                                     \
    "e\n\x11"
#define ECHOED                                                                                     \
    {                                                                                              \
        "AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"%U/echo\"", "AT+HTTPDATA=11,10", STEP_RAW BYTES,     \
            "AT+HTTPACTION=1", STEP_NETWORK, "AT+HTTPREAD=0,11", "AT+HTTPTERM"                     \
    }

#define UNKNOWN DEFECT_UNKNOWN
#define SIGNAL  "core/27.007 8.5"
#define FRAMING "core/V.250 5.7.1"
#define READING "simcom-http/2.2.6"

const struct defect_trial defect_trials[] = {
    /* ---- V.250 */
    {"lf-only", ALL, QUALITY, "bare-lf", FRAMING, NULL, NULL},
    {"extra-cr", ALL, QUALITY, "extra-cr", FRAMING, NULL, NULL},
    {"glued-lines", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"trailing-blank", ALL, QUALITY, "extra-space", FRAMING, NULL, NULL},
    {"lower-case-result", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"numeric-result", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"dropped-byte", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"flipped-bit", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"parity-bit", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"echo-kept", ALL, {"ATE0", "AT+CSQ"}, NULL, NULL, NULL, "AT+CSQ"},
    {"echo-loses-byte", ALL, QUALITY, NULL, NULL, "AT+CSQ\r", NULL},
    {"quiet-ignored", ALL, {"ATE0Q1", "AT+CMEE=0"}, UNKNOWN, NULL, NULL, "OK"},
    {"verbose-ignored", ALL, {"ATE0V0", "AT"}, UNKNOWN, NULL, "\r0\r0\r", NULL},
    {"repeat-dead",
     ALL,
     {"ATE0", "AT+CSQ", STEP_RAW "A/"},
     UNKNOWN,
     NULL,
     "+CSQ: 23,0\r\n\r\nOK\r\n\r\n+CSQ",
     NULL},
    {"reset-keeps", ALL, {"ATE0", "AT+CMEE=1", "ATZ", "AT+CMEE?"}, NULL, NULL, "+CMEE: 0", NULL},
    {"case-sensitive", ALL, {"at+csq"}, NULL, NULL, "+CSQ: ", NULL},
    {"editing-ignored", ALL, {"AT+CSX\bQ"}, UNKNOWN, NULL, "+CSQ: ", NULL},
    {"second-command-dropped", ALL, {"ATE0", "AT+CMEE=0;+CSQ"}, NULL, NULL, "+CSQ: ", NULL},
    {"long-line-executed", ALL, {"ATE0", STEP_LONG_LINE}, NULL, NULL, "ERROR", "+CSQ: "},
    /* ---- how a command ends */
    {"missing-final", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"doubled-final", ALL, QUALITY, "doubled", SIGNAL, NULL, NULL},
    {"late-result",
     "simcom",
     {"AT+HTTPINIT", STEP_MINUTES "3"},
     "late",
     "simcom-http/2.2.1",
     NULL,
     NULL},
    {"late-result",
     QUECTEL,
     {"AT+QIDEACT=1", STEP_MINUTES "3"},
     "late",
     "core/quectel-ugxx 3.1.3",
     NULL,
     NULL},
    {"error-behind-answer", ALL, QUALITY, "unexpected", SIGNAL, NULL, NULL},
    {"unknown-command-accepted", ALL, {"ATE0", "AT+NONE"}, NULL, NULL, "ERROR", NULL},
    {"accepts-illegal-value",
     ALL,
     {"AT+CFUN=9"},
     "accepted-illegal",
     "core/27.007 8.2",
     NULL,
     NULL},
    {"refuses-maximum", ALL, {"AT+CMEE=2"}, NULL, NULL, "OK", NULL},
    {"accepts-wrong-state", "simcom", {"AT+HTTPTERM"}, NULL, NULL, "ERROR", NULL},
    {"accepts-wrong-state",
     ALL,
     {"AT+CGDCONT=1,\"IP\",\"a\"", "AT+CGACT=1,1", "AT+CGDCONT=1,\"IP\",\"b\""},
     NULL,
     NULL,
     "ERROR",
     NULL},
    {"cme-though-off", ALL, {"AT+CMEE=0", "AT+CFUN=9"}, NULL, NULL, "\r\nERROR", "+CME ERROR"},
    {"cme-number-for-text",
     ALL,
     {"AT+CMEE=2", "AT+CFUN=9"},
     NULL,
     NULL,
     "+CME ERROR: bad parameters",
     NULL},
    {"cme-never", ALL, {"AT+CMEE=1", "AT+CFUN=9"}, NULL, NULL, "+CME ERROR: 50", NULL},
    /* ---- the lines of a response */
    {"missing-line", ALL, QUALITY, "missing-line", SIGNAL, NULL, NULL},
    {"doubled-line", ALL, QUALITY, "doubled", SIGNAL, NULL, NULL},
    {"line-behind-final", ALL, QUALITY, "wrong-order", SIGNAL, NULL, NULL},
    {"test-range-wrong", ALL, TEST, NULL, NULL, "(0-2)", NULL},
    {"test-empty", ALL, TEST, "missing-line", "core/27.007 9.1", NULL, NULL},
    {"list-lacks-last", ALL, CONTEXTS, NULL, NULL, "+CGDCONT: 3,", NULL},
    {"no-space", ALL, QUALITY, "no-space", FRAMING, NULL, NULL},
    {"no-colon", ALL, QUALITY, "missing-line", SIGNAL, NULL, NULL},
    {"comma-for-colon", ALL, QUALITY, "no-colon", FRAMING, NULL, NULL},
    {"wrong-prefix", ALL, QUALITY, "missing-line", SIGNAL, NULL, NULL},
    {"missing-field", ALL, QUALITY, "missing-field", SIGNAL, NULL, NULL},
    {"extra-field", ALL, QUALITY, "extra-field", SIGNAL, NULL, NULL},
    {"empty-field", ALL, QUALITY, "empty-field", SIGNAL, NULL, NULL},
    {"out-of-range", ALL, QUALITY, "out-of-range", SIGNAL, NULL, NULL},
    {"swapped-fields", ALL, QUALITY, "out-of-range", SIGNAL, NULL, NULL},
    {"hexadecimal-number", ALL, QUALITY, "malformed-field", SIGNAL, NULL, NULL},
    {"quoted-number", ALL, QUALITY, "unexpected", SIGNAL, NULL, NULL},
    {"unquoted-string", ALL, {"AT+CSCS?"}, "unquoted", "core/27.007 5.5", NULL, NULL},
    {"stray-quote", ALL, CLOCK, "stray-quote", "core/27.007 8.15", NULL, NULL},
    {"wrong-separator", ALL, QUALITY, "malformed-field", SIGNAL, NULL, NULL},
    {"stale-number",
     ALL,
     {"AT+CGDCONT=2,\"IP\",\"a\"", "AT+CGPADDR=2"},
     "other-value",
     "core/27.007 10.1.14",
     NULL,
     NULL},
    {"stale-number", "simcom", BODY, "other-value", "simcom-http/2.2.4", NULL, NULL},
    /* ---- what is kept */
    {"write-not-kept",
     ALL,
     {"AT+CCLK=\"30/01/02,03:04:05+04\"", "AT+CCLK?"},
     NULL,
     NULL,
     "+CCLK: \"30/01/02,03:04",
     NULL},
    {"context-stays-active",
     ALL,
     {"AT+CGDCONT=1,\"IP\",\"a\"", "AT+CGACT=1,1", "AT+CGACT=0,1", "AT+CGACT?"},
     NULL,
     NULL,
     "+CGACT: 1,0",
     NULL},
    {"context-stays-active",
     QUECTEL,
     {"AT+QIACT=1", "AT+QIDEACT=1", "AT+QIACT?"},
     NULL,
     NULL,
     NULL,
     "+QIACT: 1,1"},
    {"cfun-forgets-contexts",
     ALL,
     {"AT+CGDCONT=1,\"IP\",\"a\"", "AT+CFUN=4", "AT+CFUN=1", "AT+CGDCONT?"},
     NULL,
     NULL,
     "+CGDCONT: 1",
     NULL},
    /* ---- unsolicited result codes */
    {"urc-in-line", ALL, {"AT+CSQ", "AT"}, "missing-field", SIGNAL, NULL, NULL},
    {"urc-not-asked", ALL, {"AT+CREG=0", "AT+CFUN=4"}, NULL, NULL, NULL, "+CREG: "},
    {"urc-lost-when-busy", ALL, {"AT+CREG=1", "AT+CFUN=4"}, NULL, NULL, "+CREG: 0", NULL},
    {"result-before-ok", "simcom", BODY, "wrong-order", "simcom-http/2.2.4", NULL, NULL},
    {"missing-result", "simcom", BODY, "missing-line", "simcom-http/2.2.4", NULL, NULL},
    {"doubled-result", "simcom", BODY, "doubled", "simcom-http/2.2.4", NULL, NULL},
    {"closed-not-told",
     "simcom",
     {"AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"%U/bytes?length=1\"",
      "AT+HTTPPARA=\"USERDATA\",\"Connection: close\"", "AT+HTTPACTION=0", STEP_NETWORK, "AT"},
     NULL,
     NULL,
     "+HTTP_PEER_CLOSED",
     NULL},
    /* ---- payload and uploads */
    {"length-one-more", "simcom", BODY, "short-payload", READING, NULL, NULL},
    {"length-one-less", "simcom", BODY, "stray-text", READING, NULL, NULL},
    {"truncated-payload", "simcom", BODY, "short-payload", READING, NULL, NULL},
    {"payload-ends-at-nul", "simcom", BODY, "short-payload", READING, NULL, NULL},
    {"payload-lf-to-crlf", "simcom", ECHOED, NULL, NULL, BYTES, NULL},
    {"payload-loses-xon", "simcom", ECHOED, NULL, NULL, BYTES, NULL},
    {"payload-seven-bits", "simcom", BODY, NULL, NULL, "\x80", NULL},
    {"urc-in-payload", "simcom", BODY, "stray-text", READING, NULL, NULL},
    {"urc-behind-header", "simcom", BODY, "stray-text", READING, NULL, NULL},
    {"prompt-lost",
     "simcom",
     {"AT+CCERTDOWN=\"ca.pem\",3", STEP_RAW "abc"},
     "missing-line",
     "simcom-cch/F1013",
     NULL,
     NULL},
    {"prompt-lost",
     QUECTEL,
     {"AT+QFUPL=\"a\",3", STEP_RAW "abc"},
     "missing-line",
     "core/quectel-ec200 4",
     NULL,
     NULL},
    {"upload-awaits-one-more",
     "simcom",
     {"AT+CCERTDOWN=\"ca.pem\",3", STEP_RAW "abc"},
     "missing-final",
     "simcom-cch/F1013",
     NULL,
     NULL},
    {"upload-awaits-one-more",
     QUECTEL,
     {"AT+QFUPL=\"a\",3,60", STEP_RAW "abc"},
     NULL,
     NULL,
     "+QFUPL: 3,",
     NULL},
    {"upload-ends-at-ctrl-z",
     "simcom",
     {"AT+CCERTDOWN=\"ca.pem\",3", STEP_RAW "\x1A"
                                            "bc"},
     NULL,
     NULL,
     NULL,
     "bc"},
    {"upload-ends-at-ctrl-z",
     QUECTEL,
     {"AT+QFUPL=\"a\",3", STEP_RAW "\x1A"
                                   "bc"},
     NULL,
     NULL,
     "+QFUPL: 3,",
     NULL},
    {"checksum-wrong",
     QUECTEL,
     {"AT+QFUPL=\"a\",3", STEP_RAW "abc"},
     NULL,
     NULL,
     "+QFUPL: 3,262",
     NULL},
    /* ---- SIMCom's HTTP */
    {"status-zero", "simcom", GET("/close", "AT"), "out-of-range", "simcom-http/2.2.4", NULL, NULL},
    {"status-unlisted", "simcom", BODY, "unlisted-code", "simcom-http/2.2.4", NULL, NULL},
    {"datalen-wrong", "simcom", BODY, NULL, NULL, "+HTTPACTION: 0,200,300", NULL},
    {"offset-ignored", "simcom", GET("/text?length=128", "AT+HTTPREAD=64,12"), NULL, NULL,
     "000000000064", NULL},
    {"size-ignored", "simcom", GET("/bytes?length=300&seed=1", "AT+HTTPREAD=0,10"), "too-much",
     READING, NULL, NULL},
    {"missing-closing-record", "simcom", BODY, "missing-line", READING, NULL, NULL},
    {"method-ignored",
     "simcom",
     {"AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"%U/headers\"", "AT+HTTPACTION=3", STEP_NETWORK,
      "AT+HTTPREAD=0,6"},
     NULL,
     NULL,
     "DELETE",
     NULL},
    /* ---- breakdowns */
    {"freeze", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {"reboot", ALL, QUALITY, "missing-final", SIGNAL, NULL, NULL},
    {0},
};
