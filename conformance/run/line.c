/* A line over a port or to a module in this process. */
#include "run/line.h"

#include "base/memory.h"
#include "base/number.h"
#include "modem/modem.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITE_LIMIT_US INT64_C(10000000)
#define FLAW_MAX       64
#define TURN_US        INT64_C(100000) /* of waiting for the network           */

/* What a virtual module is. */
struct settings {
    struct modem_options modem;
    struct modem_flaw flaws[FLAW_MAX];
};

struct line {
    struct port *port; /* NULL: virtual                                   */
    struct settings settings;
    const struct catalog_model *model; /* of a virtual module               */
    struct modem *modem;               /* NULL: a port                                    */
    char *name;
    const char *dialect;
    int64_t clock_us; /* of a virtual module                                */
    struct port_error error;
};

/* ---- a virtual module ------------------------------------------------- */

static bool fail(struct port_error *error, const char *text)
{
    error->status = PORT_BAD_ADDRESS;
    snprintf(error->text, sizeof error->text, "%s", text);
    return false;
}

static bool read_number(const char *text, uint64_t most, uint64_t *out)
{
    return number_read(text, strlen(text), most, out);
}

static bool read_setting(const char *text, struct settings *settings, struct port_error *error)
{
    struct modem_options *out = &settings->modem;
    uint64_t number = 0;
    if (strncmp(text, "defect=", 7) == 0 && out->flaw_count < FLAW_MAX
        && modem_read_flaw(text + 7, &settings->flaws[out->flaw_count])) {
        out->flaw_count++;
        return true;
    }
    if (strncmp(text, "urcs=", 5) == 0 && read_number(text + 5, UINT64_MAX, &out->urcs))
        return true;
    if (strncmp(text, "seed=", 5) == 0 && read_number(text + 5, UINT64_MAX, &out->seed))
        return true;
    if (strncmp(text, "speed=", 6) == 0 && read_number(text + 6, 100000000, &number)) {
        out->speed = (uint32_t)number;
        return true;
    }
    error->status = PORT_BAD_ADDRESS;
    snprintf(error->text, sizeof error->text,
             "'%s' of a virtual module; expected speed=BAUD, seed=N, urcs=N or "
             "defect=NAME of atproof modem --list-defects",
             text);
    return false;
}

static bool open_virtual(struct line *line, const char *text, const struct line_options *options,
                         struct port_error *error)
{
    struct modem_options *modem = &line->settings.modem;
    char *copy = memory_text(text);
    char *rest = NULL;
    char *word = strtok_r(copy, ",", &rest);
    modem->seed = options->seed;
    modem->clock_s = options->clock_s;
    modem->offline = options->offline;
    modem->dialect = word == NULL ? NULL : catalog_find_dialect(word);
    bool good = (modem->dialect != NULL && modem_is_dialect(modem->dialect))
                || fail(error, "no such virtual module; expected virtual:simcom, "
                               "virtual:quectel-ugxx or virtual:quectel-ec200");
    while (good && (word = strtok_r(NULL, ",", &rest)) != NULL)
        good = read_setting(word, &line->settings, error);
    if (good) {
        modem->flaws = line->settings.flaws;
        line->model = options->model;
        line->modem = modem_new(line->model, modem);
        line->dialect = modem->dialect->name;
    }
    free(copy);
    return good;
}

/* The time until the module or the deadline is due. It is waited for if the
 * network may have something to say, else skipped. What the machine takes for
 * itself does not count: it is no module's fault. */
static void pass_time(struct line *line, int64_t until)
{
    int64_t left = until - line->clock_us;
    if (left <= 0 || !modem_is_online(line->modem)) {
        line->clock_us += left > 0 ? left : 1;
        return;
    }
    struct pollfd polled = {.fd = modem_descriptor(line->modem), .events = POLLIN};
    int64_t turn_us = left < TURN_US ? left : TURN_US;
    int64_t begun_us = port_now_us();
    poll(&polled, 1, (int)((turn_us + 999) / 1000));
    int64_t passed_us = port_now_us() - begun_us;
    line->clock_us += passed_us < turn_us ? passed_us : turn_us;
}

static ssize_t read_virtual(struct line *line, uint8_t *bytes, size_t capacity, int64_t deadline_us)
{
    for (;;) {
        int64_t now = line_now(line);
        size_t size = modem_send(line->modem, bytes, capacity, now);
        if (size > 0 || now >= deadline_us) return (ssize_t)size;
        int64_t due = modem_due(line->modem, now);
        pass_time(line, due < deadline_us ? due : deadline_us);
    }
}

/* ---- the line --------------------------------------------------------- */

struct line *line_open(const char *target, const struct line_options *options,
                       struct port_error *error)
{
    static const char scheme[] = "virtual:";
    struct line *line = memory_new(1, sizeof *line);
    bool good = true;
    line->name = memory_text(target);
    if (strncmp(target, scheme, sizeof scheme - 1) == 0)
        good = open_virtual(line, target + sizeof scheme - 1, options, error);
    else good = (line->port = port_open(target, NULL, error)) != NULL;
    if (good) return line;
    line_close(line);
    return NULL;
}

void line_close(struct line *line)
{
    if (line == NULL) return;
    port_close(line->port);
    modem_free(line->modem);
    free(line->name);
    free(line);
}

bool line_restart(struct line *line)
{
    if (line->modem == NULL) return false;
    modem_free(line->modem);
    line->modem = modem_new(line->model, &line->settings.modem);
    return true;
}

const char *line_dialect(const struct line *line)
{
    return line->dialect;
}

const char *line_describe(const struct line *line)
{
    return line->port == NULL ? line->name : port_describe(line->port);
}

int64_t line_now(const struct line *line)
{
    return line->port == NULL ? line->clock_us : port_now_us();
}

enum port_status line_write(struct line *line, const void *bytes, size_t size)
{
    if (line->port != NULL)
        return port_write(line->port, bytes, size, port_now_us() + WRITE_LIMIT_US, NULL);
    modem_receive(line->modem, bytes, size, line_now(line));
    return PORT_OK;
}

ssize_t line_read(struct line *line, uint8_t *bytes, size_t capacity, int64_t deadline_us)
{
    if (line->port == NULL) return read_virtual(line, bytes, capacity, deadline_us);
    return port_read(line->port, bytes, capacity, deadline_us, NULL);
}

bool line_reopen(struct line *line, int64_t limit_us)
{
    return line->port == NULL || port_reopen(line->port, port_now_us() + limit_us) == PORT_OK;
}

const struct port_error *line_error(const struct line *line)
{
    return line->port == NULL ? &line->error : port_error(line->port);
}

bool line_find_rival(const struct line *line, struct port_rival *out)
{
    return line->port != NULL && port_find_rival(line->port, out);
}
