/* Faults of what a command does with its arguments and its state. */
#include "modem/core/core.h"

#include <string.h>

#define NOTHING (-7) /* beside enum modem_result: OK, and nothing is done   */

void command_fault_ask(struct modem *modem, const struct modem_call *call)
{
    modem->defects.asked = (struct asked){
        .set = call->set, .command = call->command, .form = call->form, .at = modem->now};
}

static void note_numbers(struct modem *modem, const struct modem_call *call)
{
    struct asked *asked = &modem->defects.asked;
    for (size_t i = 0; i < call->argument_count && asked->number_count < ASKED_MAX; i++) {
        const struct modem_argument *argument = &call->arguments[i];
        if (!argument->given || !argument->is_number) continue;
        asked->names[asked->number_count] = argument->field->text;
        asked->numbers[asked->number_count++] = argument->number;
    }
}

/* Whether an argument is the greatest that its range has. */
static bool has_maximum(const struct modem *modem, const struct modem_call *call)
{
    for (size_t i = 0; i < call->argument_count; i++) {
        const struct modem_argument *argument = &call->arguments[i];
        if (!argument->given || !argument->is_number) continue;
        const struct catalog_param *param =
            dialect_param(modem, call->set, call->command, argument->field);
        if (param != NULL && param->range_count > 0
            && argument->number == param->ranges[param->range_count - 1].max)
            return true;
    }
    return false;
}

/* Whether a variant of the form is OK and nothing else. */
static bool may_be_ok(const struct modem_call *call)
{
    for (size_t v = 0; v < call->form->variant_count; v++) {
        const struct catalog_variant *variant = &call->form->variants[v];
        if (variant->element_count == 1 && variant->elements[0].name != NULL
            && strcmp(variant->elements[0].name, "OK") == 0)
            return true;
    }
    return false;
}

static bool is_closing(const struct modem_call *call)
{
    size_t size = strlen(call->command->name);
    return size > 5 && strcmp(call->command->name + size - 5, "CLOSE") == 0;
}

static int check(struct modem *modem, const struct modem_call *call, int result)
{
    bool refused = result != MODEM_OK;
    if (refused) return modem_strikes(modem, FAULT_ACCEPTS_ILLEGAL_VALUE) ? NOTHING : result;
    note_numbers(modem, call);
    if (has_maximum(modem, call) && modem_strikes(modem, FAULT_REFUSES_MAXIMUM))
        return CME_BAD_PARAMETERS;
    return result;
}

int command_fault_run(struct modem *modem, const struct modem_call *call, modem_handler *handler,
                      int result)
{
    if (modem->defects.use_count == 0) return result == MODEM_OK ? handler(modem, call) : result;
    result = check(modem, call, result);
    if (result != MODEM_OK) return result == NOTHING ? MODEM_OK : result;
    bool sets = modem_is(call, ATP_FORM_WRITE) && may_be_ok(call);
    if (sets && modem_strikes(modem, FAULT_WRITE_NOT_KEPT)) return MODEM_OK;
    if (sets && is_closing(call) && modem_strikes(modem, FAULT_CLOSE_NOT_DONE)) return MODEM_OK;
    result = handler(modem, call);
    bool refused = result > 0 || result == MODEM_ERROR;
    if (refused && may_be_ok(call) && modem_strikes(modem, FAULT_ACCEPTS_WRONG_STATE))
        return MODEM_OK;
    return result;
}
