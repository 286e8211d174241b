/* What an address names, as far as its text tells. */
#include "port/port_internal.h"

#include <string.h>

/* gensio takes an unknown type for a host's name and says so of it. */
bool port_is_type(const char *address, const char *const *types)
{
    size_t size = strcspn(address, "(,");
    for (; *types != NULL; types++)
        if (strlen(*types) == size && strncmp(*types, address, size) == 0) return true;
    return false;
}

bool port_is_pty_alone(const char *address)
{
    if (strncmp(address, "pty", 3) != 0) return false;
    const char *at = address + 3;
    if (*at == '(') at += strcspn(at, ")");
    return strchr(at, ',') == NULL;
}
