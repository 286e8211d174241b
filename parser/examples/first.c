/* The parser in twenty lines: prints what a module says on standard input. */
#include <atproof/atproof.h>
#include <atproof/dialects.h>
#include <stdio.h>

static void on_event(void *user, const struct atp_event *event)
{
    (void)user;
    printf("%s %s", atp_kind_name(event->kind), atp_event_name(event));
    for (unsigned i = 0; i < event->field_count; i++)
        printf(" %s=%.*s", atp_field_name(event, i) ? atp_field_name(event, i) : "?",
               (int)event->fields[i].size, (const char *)event->bytes + event->fields[i].offset);
    putchar('\n');
}

int main(void)
{
    static uint8_t buffer[ATP_BUFFER_SIZE(512)], chunk[256];
    static struct atp_parser parser;
    size_t size;

    atp_init(&parser, &atp_catalog_simcom, buffer, sizeof buffer, on_event, NULL);
    while ((size = fread(chunk, 1, sizeof chunk, stdin)) > 0) atp_feed(&parser, chunk, size);
    atp_finish(&parser);
    return 0;
}
