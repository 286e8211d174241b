/* Signals that end programs which wait in a port: a descriptor wakes it, so
 * that none that comes just before the wait is missed. */
#include "port/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

volatile sig_atomic_t signals_stopped;
static int wake = -1;

static void stop(int signal_number)
{
    (void)signal_number;
    const uint64_t one = 1;
    signals_stopped = 1;
    if (write(wake, &one, sizeof one) < 0) return; /* it is awake */
}

bool signals_watch(struct port *port)
{
    struct sigaction action = {.sa_handler = stop};
    wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before;
        bool ignored =
            sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN; /* nohup */
        if (!ignored) sigaction(numbers[i], &action, NULL);
    }
    return port_watch(port, wake) == PORT_OK;
}

void signals_release(void)
{
    if (wake >= 0) close(wake);
    wake = -1;
}
