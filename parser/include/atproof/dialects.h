/* The catalogues that are built in. Each is an object file of its own: what
 * is not named is not linked. */
#ifndef ATPROOF_DIALECTS_H
#define ATPROOF_DIALECTS_H

#include <atproof/catalog.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Dialects: core and the command sets of a module family. */
extern const struct atp_catalog atp_catalog_simcom;        /* + simcom-http, simcom-cch */
extern const struct atp_catalog atp_catalog_quectel_ugxx;  /* + quectel-ssl, UGxx   */
extern const struct atp_catalog atp_catalog_quectel_ec200; /* + quectel-ssl, EC200x */
extern const struct atp_catalog atp_catalog_auto;          /* the union of all      */

/* One command set alone, with the final result codes of core. */
extern const struct atp_catalog atp_catalog_core;
extern const struct atp_catalog atp_catalog_simcom_http;
extern const struct atp_catalog atp_catalog_simcom_cch;

#ifdef __cplusplus
}
#endif
#endif
