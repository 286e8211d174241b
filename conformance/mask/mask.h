/* Secrets out of traffic: each is replaced by a stand-in of the same size and, byte by
 * byte, of the same class (a digit for a digit), the same one wherever it comes, so
 * that what is masked decodes as it did.
 *
 *     struct mask *mask = mask_new(model);
 *     mask_add(mask, CATALOG_SECRET_PASSWORD, text, size);    known beforehand
 *     mask_transcript(mask, &transcript, true);               finds and replaces
 *     mask_report(mask, stderr);
 *
 * What is found: values at the places that the catalogue marks (`secret`, `secrets`),
 * however they are spaced, quoted or cut into pieces; values of headers, of parameters
 * of URLs, forms and JSON with the name of a secret; users and passwords of URLs;
 * private keys; numbers that look like an IMEI, an ICCID or a telephone's.
 *
 * What was found is looked for again in all bytes of the traffic: as it is, in another
 * case, as hexadecimal digits, UCS-2, base64, percent or C escapes, with the digits of
 * each pair exchanged, parted by separators, or by lines that came in between. */
#ifndef CONFORMANCE_MASK_H
#define CONFORMANCE_MASK_H

#include "catalog/compile/compile.h"
#include "script/script.h"

#include <stdio.h>

#define MASK_KNOWN_MIN 4 /* bytes of a secret that is looked for where nothing marks it */

struct mask;

/* `compiled`: divides the traffic and marks its places, borrowed; NULL: nothing is
 * found, only what is added is replaced. */
struct mask *mask_new(const struct compiled_catalog *compiled);
void mask_free(struct mask *mask); /* NULL is fine */

/* A secret to be replaced wherever it comes. */
void mask_add(struct mask *mask, enum catalog_secret kind, const void *bytes, size_t size);

/* Replaces secrets in the transcript's bytes; their number and the items stay.
 * `finds`: looks for new ones first. Without it what stands at a marked place is
 * replaced only if it was added. */
void mask_transcript(struct mask *mask, struct transcript *transcript, bool finds);

/* The text without secrets that are known; `finds`: nor those that it shows by
 * itself. Owns: the caller. NULL stays NULL. */
char *mask_text(struct mask *mask, const char *text, bool finds);

/* The counts of the report begin anew; what is known stays. */
void mask_restart(struct mask *mask);

/* ---- values of --set --------------------------------------------------- */

/* Adds settings that are secrets by their name (`apn_password`), and those that the
 * case sends where a secret is marked. Borrows: the settings. */
void mask_note_settings(struct mask *mask, const struct script_settings *settings);
void mask_note_case(struct mask *mask, const struct script_settings *settings,
                    const struct script_case *case_);

/* A command line as a shell takes it, without their values: `--set apn_password=...`.
 * Owns: the caller. */
char *mask_command(struct mask *mask, const char *command);

/* Replaces those values in a transcript; without any it is not looked at. */
void mask_settings(struct mask *mask, struct transcript *transcript);

/* The same in a copy. Owns: the caller, `bytes`; the items are borrowed. */
struct transcript mask_copy(struct mask *mask, const struct transcript *transcript);

/* ---- words --------------------------------------------------------------- */

/* The kind of secret that a name promises (`apn_password`, `X-Api-Key`), else NONE. */
enum catalog_secret mask_kind_of_name(const char *name, size_t size);

/* Prints what was replaced, by kind, and what stays: two lines or three. */
void mask_report(const struct mask *mask, FILE *out);

#endif
