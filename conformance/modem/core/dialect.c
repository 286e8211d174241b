/* What of the catalogue is the dialect's. */
#include "modem/core/core.h"

#include <string.h>
#include <strings.h>

/* The part of the dialect that a set is. */
static const struct catalog_part *part_of(const struct modem *modem, const struct catalog_set *set)
{
    const struct catalog_dialect *dialect = modem->options.dialect;
    for (size_t i = 0; i < catalog_part_count(dialect); i++)
        if (strcmp(dialect->parts[i].set, set->name) == 0) return &dialect->parts[i];
    return NULL;
}

const char *modem_edition(const struct modem *modem, const struct catalog_set *set)
{
    const struct catalog_part *part = part_of(modem, set);
    return part == NULL ? NULL : part->edition;
}

bool dialect_has_set(const struct modem *modem, const struct catalog_set *set)
{
    const struct catalog_part *part = part_of(modem, set);
    return part != NULL && !part->results_only;
}

bool dialect_has_vendor(const struct modem *modem, const char *vendor)
{
    return catalog_is_of_vendor(vendor, modem->options.dialect->vendor);
}

const struct catalog_param *dialect_param(const struct modem *modem, const struct catalog_set *set,
                                          const struct catalog_command *command,
                                          const struct catalog_field *field)
{
    if (set == NULL || field->kind != CATALOG_FIELD_PARAM) return NULL;
    return catalog_find_param(set, command, modem_edition(modem, set), field->text);
}

static bool find_in(const struct modem *modem, const struct catalog_set *set, const char *name,
                    struct modem_call *call)
{
    if (!dialect_has_set(modem, set)) return false;
    const char *edition = modem_edition(modem, set);
    bool core = strcmp(set->name, "core") == 0;
    for (size_t i = 0; i < set->command_count; i++) {
        const struct catalog_command *command = &set->commands[i];
        if (strcasecmp(command->name, name) != 0
            || (core && !dialect_has_vendor(modem, command->vendor))
            || !catalog_is_of_edition(command->edition, edition))
            continue;
        call->set = set;
        call->command = command;
        return true;
    }
    return false;
}

bool dialect_find_command(const struct modem *modem, const char *name, struct modem_call *call)
{
    for (size_t i = 0; i < modem->model->set_count; i++)
        if (find_in(modem, modem->model->sets[i], name, call)) return true;
    return false;
}

static bool has_key(const struct catalog_form *form, const char *text)
{
    const char *key = form->syntax.key;
    if (key == NULL) return true;
    size_t size = strlen(key);
    return text[0] == '"' && strncasecmp(text + 1, key, size) == 0 && text[size + 1] == '"';
}

/* The form of that kind; of those with a keyword, the one whose keyword comes,
 * before one that has none. */
bool dialect_find_form(const struct modem *modem, struct modem_call *call, enum atp_form_kind kind,
                       const char *text)
{
    const char *edition = modem_edition(modem, call->set);
    call->form = NULL;
    for (size_t i = 0; i < call->command->form_count; i++) {
        const struct catalog_form *form = &call->command->forms[i];
        const char *own = form->edition != NULL ? form->edition : call->command->edition;
        if (form->syntax.kind != kind || !catalog_is_of_edition(own, edition)
            || !has_key(form, text))
            continue;
        bool fits_better =
            call->form == NULL || (call->form->syntax.key == NULL && form->syntax.key != NULL);
        if (fits_better) call->form = form;
    }
    return call->form != NULL;
}
