/* The speed that the host of our pty has set on its slave. The kernel's own
 * struct has it as a number; its header and termios.h exclude each other. */
#include "port/port_speed.h"

#include <asm/termbits.h>
#include <sys/ioctl.h>

unsigned port_speed(int fd)
{
    struct termios2 settings;
    return ioctl(fd, TCGETS2, &settings) == 0 ? settings.c_ospeed : 0;
}
