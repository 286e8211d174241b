/* What the two halves of a session share. */
#ifndef CONFORMANCE_SESSION_INTERNAL_H
#define CONFORMANCE_SESSION_INTERNAL_H

#include "run/session.h"

/* Adds an item to the record, or to what is held while an echo is awaited. */
void session_keep(struct session *session, enum transcript_kind kind, int64_t now_us,
                  const void *bytes, size_t size);

/* Holds a command line until its echo comes, or until it is known that none will. */
void session_hold(struct session *session, int64_t now_us, const void *bytes, size_t size);

/* Decodes what is held as soon as its place is certain. */
void session_look_for_echo(struct session *session);

#endif
