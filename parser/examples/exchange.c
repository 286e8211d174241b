/* A driver in miniature: sends over a link of its own making, and waits for the
 * answer with its typed values. Here the module is a string. */
#include <atproof/atproof.h>
#include <atproof/dialects.h>
#include <stdio.h>
#include <string.h>

struct driver {
    struct atp_parser parser;
    uint8_t buffer[ATP_BUFFER_SIZE(512)];
    size_t body_size; /* bytes of payload so far                            */
};

static void on_event(void *user, const struct atp_event *event)
{
    struct driver *driver = user;
    uint32_t status;
    uint32_t size;

    switch (event->kind) {
    case ATP_KIND_URC: /* +HTTPACTION: <method>,<statuscode>,<datalen> */
        if (atp_read_u32(event, 1, &status) == ATP_OK && atp_read_u32(event, 2, &size) == ATP_OK)
            printf("status %lu, %lu bytes\n", (unsigned long)status, (unsigned long)size);
        break;
    case ATP_KIND_DATA: /* a span of the body, where it was received */
        driver->body_size += event->size;
        break;
    default: break;
    }
    if (event->deviations != 0) printf("%s deviates from its manual\n", atp_event_name(event));
}

/* Sends a command; here its answer comes at once. */
static void exchange(struct driver *driver, const char *command, const char *answer)
{
    struct atp_exchange exchange;
    atp_sent(&driver->parser, command, strlen(command)); /* and write it to the port */
    atp_feed(&driver->parser, answer, strlen(answer));   /* what the port gave */
    atp_exchange_read(&driver->parser, &exchange);
    printf("%s: %s", atp_command_name(&atp_catalog_simcom, exchange.command),
           atp_exchange_state_name(exchange.state));
    printf(" as variant %s\n", atp_variant_label(&atp_catalog_simcom, exchange.variant));
}

int main(void)
{
    static struct driver driver;
    atp_init(&driver.parser, &atp_catalog_simcom, driver.buffer, sizeof driver.buffer, on_event,
             &driver);
    exchange(&driver, "AT+HTTPACTION=0\r", "\r\nOK\r\n\r\n+HTTPACTION: 0,200,4\r\n");
    exchange(&driver, "AT+HTTPREAD=0,4\r",
             "\r\nOK\r\n\r\n+HTTPREAD: 4\r\nOK\r\n\r\n+HTTPREAD: 0\r\n");
    printf("%lu bytes of body\n", (unsigned long)driver.body_size);
    return 0;
}
