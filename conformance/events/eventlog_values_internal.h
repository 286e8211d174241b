/* The fields of one line as JSON. */
#ifndef CONFORMANCE_EVENTLOG_VALUES_INTERNAL_H
#define CONFORMANCE_EVENTLOG_VALUES_INTERNAL_H

#include "base/buffer.h"

#include <atproof/atproof.h>

/* Each begins with a comma, or writes nothing. */
void eventlog_write_tag(struct buffer *out, const struct atp_event *event);
void eventlog_write_values(struct buffer *out, const struct atp_event *event);
void eventlog_write_extra(struct buffer *out, const struct atp_event *event);

#endif
