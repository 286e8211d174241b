/* Finding defects by name. */
#include "base/memory.h"
#include "base/number.h"
#include "modem/defect/list.h"

#include <stdlib.h>
#include <string.h>

const struct modem_defect *modem_find_defect(const char *name)
{
    for (const struct modem_defect *defect = modem_defects; defect->name != NULL; defect++)
        if (strcmp(defect->name, name) == 0) return defect;
    return NULL;
}

bool modem_defect_shows(const struct modem_defect *defect, const char *dialect)
{
    size_t size = strlen(dialect);
    const char *at = strstr(defect->dialects, dialect);
    return at != NULL && (at[size] == ' ' || at[size] == '\0');
}

bool modem_read_flaw(const char *text, struct modem_flaw *out)
{
    char *name = memory_slice(text, strcspn(text, "@"));
    const char *number = text[strlen(name)] == '@' ? text + strlen(name) + 1 : NULL;
    const struct modem_defect *defect = modem_find_defect(name);
    uint64_t at = 0;
    bool lasting = false;
    free(name);
    if (number != NULL) {
        size_t size = strlen(number);
        lasting = size > 0 && number[size - 1] == '+';
        if (!number_read(number, size - lasting, UINT32_MAX, &at) || at == 0) return false;
    }
    if (defect == NULL) return false;
    *out = (struct modem_flaw){.defect = defect, .at = (unsigned)at, .lasting = lasting};
    return true;
}
