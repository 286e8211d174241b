/* Power-up and restart. */
#include "modem/core/core.h"

void modem_reset_settings(struct modem *modem)
{
    modem->settings =
        (struct modem_settings){.echo = true, .verbose = true, .progress = 4, .dtr = 2};
}

static void say_banner(struct modem *modem)
{
    if (modem->vendor == NULL) return;
    for (const char *const *line = modem->vendor->banner; *line != NULL; line++)
        modem_say(modem, *line);
}

void module_start(struct modem *modem, bool banner)
{
    modem_reset_settings(modem);
    modem->prefix = 0;
    modem->urcs.size = 0;
    for (size_t i = 0; i < modem->part_count; i++)
        if (modem->parts[i]->start != NULL) modem->parts[i]->start(modem);
    modem_set_stream(modem, NULL);
    if (banner) say_banner(modem);
}
