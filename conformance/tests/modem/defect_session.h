/* Sessions and clauses that several trials of defects share. */
#ifndef ATPROOF_DEFECT_SESSION_H
#define ATPROOF_DEFECT_SESSION_H

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
#define BODY              GET("/bytes?length=300&seed=1", "AT+HTTPREAD=0,300")
#define CLIENT(pdp, mode) "AT+QIACT=" #pdp, "AT+QSSLOPEN=" #pdp ",0,2,%T," #mode, STEP_NETWORK
#define SESSION           "AT+CCHSET=0,1", "AT+CCHSTART", "AT+CCHOPEN=0,%T,2", STEP_NETWORK
#define CACHED                                                                                     \
    {                                                                                              \
        SESSION, "AT+CCHSEND=0,17", STEP_RAW BYTES, STEP_AWAIT "+CCHEVENT: 0, RECV EVENT",         \
            "AT+CCHRECV=0,17", "AT+CCHCLOSE=0"                                                     \
    }
#define RECEIVED                                                                                   \
    {                                                                                              \
        CLIENT(1, 0), "AT+QSSLSEND=2,17", STEP_RAW BYTES, STEP_AWAIT "+QSSLURC: \"recv\",2\r",     \
            "AT+QSSLRECV=2,100", "AT+QSSLCLOSE=2"                                                  \
    }
/* LF, XON, XOFF, NUL, bytes over 0x7F: 17 of them. */
#define BEGINNING                                                                                  \
    "a\nb\x11"                                                                                     \
    "c\nd\x13"                                                                                     \
    "e\n"
#define END   "f\xC3\xA4g\nz"
#define BYTES BEGINNING "\x7F" END
#define ECHOED                                                                                     \
    {                                                                                              \
        "AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"%U/echo\"", "AT+HTTPDATA=17,10", STEP_RAW BYTES,     \
            "AT+HTTPACTION=1", STEP_NETWORK, "AT+HTTPREAD=0,17", "AT+HTTPTERM"                     \
    }

#define UNKNOWN DEFECT_UNKNOWN
#define SIGNAL  "core/27.007 8.5"
#define FRAMING "core/V.250 5.7.1"
#define READING "simcom-http/2.2.6"

#endif
