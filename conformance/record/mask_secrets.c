/* What is secret, by command. */
#include "record/mask.h"

#include <stddef.h>

const struct mask_secret mask_secrets[] = {
    /* who it is */
    {"+CGSN", NULL, "sn", MASK_IMEI, -1, 0},
    {"+GSN", NULL, NULL, MASK_IMEI, -1, 0},
    {"+SIMEI", NULL, NULL, MASK_IMEI, 0, 0},
    {"+EGMR", NULL, NULL, MASK_IMEI, 2, 0},
    {"+CCID", NULL, NULL, MASK_ICCID, -1, 0},
    {"+ICCID", NULL, NULL, MASK_ICCID, -1, 0},
    {"+CICCID", NULL, NULL, MASK_ICCID, -1, 0},
    {"+QCCID", NULL, NULL, MASK_ICCID, -1, 0},
    {"+CIMI", NULL, NULL, MASK_IMSI, -1, 0},
    /* telephone numbers */
    {"+CNUM", NULL, NULL, MASK_NUMBER, -1, 1},
    {"+CLIP", NULL, NULL, MASK_NUMBER, -1, 0},
    {"+CLCC", NULL, NULL, MASK_NUMBER, -1, 5},
    {"+CSCA", NULL, NULL, MASK_NUMBER, 0, 0},
    {"+CMGS", NULL, NULL, MASK_NUMBER, 0, -1},
    {"+CMGW", NULL, NULL, MASK_NUMBER, 0, -1},
    {"+CMGR", NULL, NULL, MASK_NUMBER, -1, 1},
    {"+CMGL", NULL, NULL, MASK_NUMBER, -1, 2},
    {"+CMT", NULL, NULL, MASK_NUMBER, -1, 0},
    {"+CDS", NULL, NULL, MASK_NUMBER, -1, 2},
    {"+CPBR", NULL, NULL, MASK_NUMBER, -1, 1},
    {"+CPBF", NULL, NULL, MASK_NUMBER, -1, 1},
    {"+CPBW", NULL, NULL, MASK_NUMBER, 1, -1},
    {"+CCFC", NULL, NULL, MASK_NUMBER, 2, 2},
    {"D", NULL, NULL, MASK_NUMBER, 0, -1},
    /* PINs and passwords of the SIM */
    {"+CPIN", NULL, "pin", MASK_TEXT, 0, -1},
    {"+CPIN", NULL, "newpin", MASK_TEXT, 1, -1},
    {"+CLCK", NULL, NULL, MASK_TEXT, 2, -1},
    {"+CPWD", NULL, NULL, MASK_TEXT, 1, -1},
    {"+CPWD", NULL, NULL, MASK_TEXT, 2, -1},
    /* credentials of APNs */
    {"+QICSGP", NULL, "username", MASK_TEXT, 3, 2},
    {"+QICSGP", NULL, "password", MASK_TEXT, 4, 3},
    {"+CGAUTH", NULL, NULL, MASK_TEXT, 2, 2},
    {"+CGAUTH", NULL, NULL, MASK_TEXT, 3, 3},
    {"+CSTT", NULL, NULL, MASK_TEXT, 1, 1},
    {"+CSTT", NULL, NULL, MASK_TEXT, 2, 2},
    {"$QCPDPP", NULL, NULL, MASK_TEXT, 2, 2},
    {"$QCPDPP", NULL, NULL, MASK_TEXT, 3, 3},
    /* credentials of servers, passwords of keys */
    {"+CSSLCFG", "keypwd", "keypwd", MASK_TEXT, 2, -1},
    {"+CSSLCFG", NULL, "keypwd", MASK_TEXT, -1, -1},
    {"+QHTTPCFG", "auth", NULL, MASK_TEXT, 1, 1},
    {"+QFTPCFG", "account", NULL, MASK_TEXT, 1, 1},
    {"+QFTPCFG", "account", NULL, MASK_TEXT, 2, 2},
    {"+CFTPSLOGIN", NULL, NULL, MASK_TEXT, 2, -1},
    {"+CFTPSLOGIN", NULL, NULL, MASK_TEXT, 3, -1},
    {"+CMQTTCONNECT", NULL, NULL, MASK_TEXT, 4, -1},
    {"+CMQTTCONNECT", NULL, NULL, MASK_TEXT, 5, -1},
    {"+QMTCONN", NULL, NULL, MASK_TEXT, 2, -1},
    {"+QMTCONN", NULL, NULL, MASK_TEXT, 3, -1},
    {0},
};
