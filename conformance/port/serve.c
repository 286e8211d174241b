/* Serves a module on a port.
 *
 * While no host is there, what the module says is lost, as on any serial line;
 * but before the first one came it is kept, so that a banner is seen. */
#include "port/serve.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/memory.h"
#include "base/print.h"
#include "port/port.h"
#include "port/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNSENT_MAX 4096  /* bytes that the host has not taken                */
#define LEFT_MAX   16384 /* bytes of a host that has left which are still taken */

#define LAST_WRITE_US INT64_C(50000) /* the port cannot be waited for any more */

struct service {
    const struct serve_module *module;
    struct port *port;
    size_t unsent_size;
    size_t left_size; /* bytes taken of a host since it left                */
    bool input_over;  /* nothing more will come                              */
    bool output_over;
    bool has_dtr; /* a host has raised it; until then it counts as on       */
    bool dtr;
    unsigned dtr_drop_count;
    uint8_t unsent[UNSENT_MAX];
};

/* ---- the line --------------------------------------------------------- */

static void set_dtr(struct service *service, bool on)
{
    if (on != service->dtr) service->module->set_dtr(service->module->self, on, port_now_us());
    service->dtr = on;
}

/* Without a line that has DTR it is on. A host that leaves drops it as well. A drop that was over
 * before it was looked at is told all the same. */
static void tell_dtr(struct service *service)
{
    struct port_line line;
    if (service->module->set_dtr == NULL) return;
    port_line(service->port, &line);
    if (line.dtr_drop_count != service->dtr_drop_count) set_dtr(service, false);
    service->dtr_drop_count = line.dtr_drop_count;
    service->has_dtr |= line.dtr;
    if (service->has_dtr) set_dtr(service, line.dtr && port_is_connected(service->port));
}

/* A module that does not take more makes the host wait, and so does a host that
 * does not read. */
static bool can_receive(const struct service *service)
{
    const struct serve_module *module = service->module;
    bool is_clear = module->is_clear_to_send == NULL || module->is_clear_to_send(module->self);
    return !service->input_over && service->unsent_size == 0 && is_clear;
}

static void receive(struct service *service)
{
    uint8_t bytes[4096];
    if (!can_receive(service)) return;
    ssize_t size = port_read(service->port, bytes, sizeof bytes, 0, NULL);
    if (size < 0) service->input_over = true;
    if (size > 0 && port_has_left(service->port)) service->left_size += (size_t)size;
    if (size > 0)
        service->module->receive(service->module->self, bytes, (size_t)size, port_now_us());
}

/* What is due, as far as the host takes it. */
static void send_due(struct service *service)
{
    bool is_there = port_is_connected(service->port) || service->input_over;
    if (!is_there && port_host_count(service->port) == 0) return;
    size_t written = 0;
    size_t room = UNSENT_MAX - service->unsent_size;
    service->unsent_size += service->module->send(
        service->module->self, service->unsent + service->unsent_size, room, port_now_us());
    if (service->unsent_size == 0) return;
    if (is_there) {
        int64_t deadline = service->input_over ? port_now_us() + LAST_WRITE_US : 0;
        enum port_status status =
            port_write(service->port, service->unsent, service->unsent_size, deadline, &written);
        service->output_over = status == PORT_VANISHED && service->input_over;
        if (status == PORT_VANISHED) written = service->unsent_size;
    } else {
        written = service->unsent_size;
    }
    service->unsent_size -= written;
    memmove(service->unsent, service->unsent + written, service->unsent_size);
}

/* What a host sent is taken also when it has left, up to a bound; no other host waits for
 * more, nor for a module that takes no more of it. */
static void let_go(struct service *service)
{
    if (!port_has_left(service->port)) service->left_size = 0;
    else if (!can_receive(service) || service->left_size > LEFT_MAX) port_dismiss(service->port);
}

/* Whether anything is to come that the host asked for. */
static bool owes(const struct service *service, int64_t due)
{
    const struct serve_module *module = service->module;
    return module->owes == NULL ? due != PORT_NO_DEADLINE : module->owes(module->self);
}

/* Returns: false, there is nothing left to do. */
static bool wait_for_news(struct service *service)
{
    int64_t due = service->module->due(service->module->self, port_now_us());
    if (can_receive(service) && port_has_bytes(service->port)) return true;
    bool is_kept = port_host_count(service->port) == 0;
    bool is_blocked = service->unsent_size > 0;
    if (is_blocked && service->input_over) return true;
    if (is_blocked) port_await_room(service->port);
    else if (service->input_over && !owes(service, due)) return false;
    port_await(service->port, is_blocked || is_kept ? PORT_NO_DEADLINE : due);
    return true;
}

static void run(struct service *service)
{
    do {
        receive(service);
        tell_dtr(service);
        send_due(service);
        let_go(service);
    } while (!signals_stopped && !service->output_over && wait_for_news(service)
             && !signals_stopped);
}

/* ---- the whole -------------------------------------------------------- */

bool serve_announce(const struct port *port, const char *address, const char *link)
{
    const char *name = port_describe(port);
    if (strcmp(address, "stdio") == 0) return true;
    if (port_is_public(port))
        complain("warning: %s: other machines may reach it; 127.0.0.1 is for this one alone", name);
    print(stdout, "%s%s\n", name[0] == '/' ? "pty " : "", link != NULL ? link : name);
    return complain_of_lost_output();
}

static int fail(const char *text)
{
    complain("%s", text);
    return EXIT_LAB;
}

int serve(const struct serve_module *module, const char *address, const char *link)
{
    struct port_error error;
    struct port *port = port_listen(address, &(struct port_options){.link = link}, &error);
    if (port == NULL) return fail(error.text);
    struct service *service = memory_new(1, sizeof *service);
    service->module = module;
    service->port = port;
    service->dtr = true;
    bool good = signals_watch(port)
                && (module->descriptor < 0 || port_watch(port, module->descriptor) == PORT_OK);
    int code = good ? EXIT_AS_EXPECTED : fail(port_error(port)->text);
    if (good && serve_announce(port, address, link)) run(service);
    port_close(port);
    signals_release();
    free(service);
    return code;
}
