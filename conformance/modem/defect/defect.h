/* What the hooks of the defects are called. Each gets every piece that the module
 * prints; it asks fault_strikes only where it could change the piece. */
#ifndef ATPROOF_MODEM_DEFECT_H
#define ATPROOF_MODEM_DEFECT_H

#include "modem/core/core.h"

typedef void defect_hook(struct modem *modem, struct defect_use *use, struct speech *speech);

/* of lines (defect_line.c) */
defect_hook defect_lf_only, defect_extra_cr, defect_glued, defect_trailing_blank, defect_lower_case,
    defect_numeric_final, defect_missing_final, defect_doubled_final, defect_late,
    defect_error_after_answer, defect_missing_line, defect_doubled_line, defect_line_after_final,
    defect_missing_closing, defect_prompt_lost, defect_list_lacks_last, defect_result_first,
    defect_missing_result, defect_doubled_result, defect_closed_lost, defect_recv_twice,
    defect_no_space, defect_no_colon, defect_comma_for_colon, defect_dropped_byte,
    defect_flipped_bit, defect_parity, defect_urc_in_line, defect_reboot;

/* of values (defect_value.c) */
defect_hook defect_out_of_range, defect_empty_field, defect_unquoted, defect_stray_quote,
    defect_quoted_number, defect_hexadecimal, defect_other_number, defect_urc_number,
    defect_unlisted, defect_edition, defect_missing_field, defect_extra_field, defect_swapped,
    defect_prefix, defect_separator, defect_test_range, defect_test_empty;

/* of payload (defect_payload.c) */
defect_hook defect_length_more, defect_length_less, defect_urc_after_header, defect_payload_cut,
    defect_payload_at_nul, defect_payload_crlf, defect_payload_xon, defect_payload_7_bit,
    defect_urc_in_payload;

#endif
