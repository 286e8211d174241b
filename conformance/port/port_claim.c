/* A serial device for one program alone. Three means, as each has a gap:
 * - flock is what other tools of today take, and ends with its process; who
 *   does not ask for it does not notice;
 * - TIOCEXCL makes later openings fail, but not root's, and not earlier ones.
 *   On a pty it would outlive us, as the slave's state lasts with the master;
 * - /proc names whoever has the device open, of the same user at least. The
 *   program that made a pty may hold the slave as well: it has the master
 *   (5:2), whose fdinfo says `tty-index: N`. */
#include "port/port_internal.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PTS_MAJOR_FIRST 136u
#define PTS_MAJOR_LAST  143u

char *port_device(const char *address)
{
    static const char type[] = "serialdev";
    if (strncmp(address, type, sizeof type - 1) != 0) return NULL;
    const char *at = address + sizeof type - 1;
    if (*at == '(') at += strcspn(at, ")") + (strchr(at, ')') != NULL);
    if (*at != ',') return NULL;
    return memory_slice(at + 1, strcspn(at + 1, ","));
}

/* ---- /proc ------------------------------------------------------------ */

static bool is_pts(dev_t device)
{
    return major(device) >= PTS_MAJOR_FIRST && major(device) <= PTS_MAJOR_LAST;
}

static bool is_master_of(const char *process, const char *fd, dev_t slave)
{
    char path[128];
    char line[128];
    unsigned index = 0;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%.20s/fdinfo/%.20s", process, fd);
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    while (!found && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "tty-index:", 10) == 0) {
            index = (unsigned)strtoul(line + 10, NULL, 10);
            found = index == (major(slave) - PTS_MAJOR_FIRST) * 256 + minor(slave);
        }
    fclose(file);
    return found;
}

enum holding { HOLDS_NOTHING, HOLDS_DEVICE, HOLDS_MASTER };

static enum holding holding_of(const char *process, const char *fd, dev_t device)
{
    char path[128];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%.20s/fd/%.20s", process, fd);
    if (stat(path, &status) != 0 || !S_ISCHR(status.st_mode)) return HOLDS_NOTHING;
    if (status.st_rdev == device) return HOLDS_DEVICE;
    bool is_ptmx = status.st_rdev == makedev(5, 2);
    return is_ptmx && is_pts(device) && is_master_of(process, fd, device) ? HOLDS_MASTER
                                                                          : HOLDS_NOTHING;
}

static bool is_rival(const char *process, dev_t device)
{
    char path[64];
    bool holds = false;
    bool is_maker = false;
    snprintf(path, sizeof path, "/proc/%.20s/fd", process);
    DIR *folder = opendir(path);
    if (folder == NULL) return false;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        enum holding holding = holding_of(process, entry->d_name, device);
        holds |= holding == HOLDS_DEVICE;
        is_maker |= holding == HOLDS_MASTER;
    }
    closedir(folder);
    return holds && !is_maker;
}

static void name_rival(const char *process, struct port_rival *out)
{
    char path[64];
    out->pid = (pid_t)strtol(process, NULL, 10);
    snprintf(out->name, sizeof out->name, "unknown");
    snprintf(path, sizeof path, "/proc/%.20s/comm", process);
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    if (fgets(out->name, sizeof out->name, file) != NULL)
        out->name[strcspn(out->name, "\n")] = '\0';
    fclose(file);
}

bool port_find_rival(const struct port *port, struct port_rival *out)
{
    struct stat status;
    char own[16];
    bool found = false;
    if (port->device == NULL || stat(port->device, &status) != 0 || !S_ISCHR(status.st_mode))
        return false;
    snprintf(own, sizeof own, "%d", (int)getpid());
    DIR *folder = opendir("/proc");
    if (folder == NULL) return false;
    for (struct dirent *entry = readdir(folder); entry != NULL && !found; entry = readdir(folder)) {
        const char *name = entry->d_name;
        bool is_other = name[0] >= '1' && name[0] <= '9' && strcmp(name, own) != 0;
        found = is_other && is_rival(name, status.st_rdev);
        if (found) name_rival(name, out);
    }
    closedir(folder);
    return found;
}

/* ---- locks ------------------------------------------------------------ */

/* Returns: -1 if there is none. */
static int device_fd(const struct port *port)
{
    char text[32] = "";
    gensiods size = sizeof text;
    if (gensio_control(port->io, GENSIO_CONTROL_DEPTH_FIRST, GENSIO_CONTROL_GET,
                       GENSIO_CONTROL_REMOTE_ID, text, &size)
        != 0)
        return -1;
    return (int)strtol(text, NULL, 10);
}

static bool is_pts_fd(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && is_pts(status.st_rdev);
}

enum port_status port_claim(struct port *port)
{
    struct port_rival rival;
    int fd = device_fd(port);
    int is_exclusive = 0;
    if (port->share || fd < 0) return PORT_OK;
    bool is_held = port_find_rival(port, &rival);
    bool is_locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ioctl(fd, TIOCGEXCL, &is_exclusive);
    if (is_held)
        return port_fail(port, PORT_BUSY,
                         "%s: busy: process %d (%s) has it open too and would take bytes from us: "
                         "end it",
                         port->device, (int)rival.pid, rival.name);
    if (is_locked || is_exclusive != 0)
        return port_fail(port, PORT_BUSY, "%s: busy: another program has locked it: end it",
                         port->device);
    if (!is_pts_fd(fd)) ioctl(fd, TIOCEXCL);
    port->is_claimed = true;
    return PORT_OK;
}

void port_unclaim(struct port *port)
{
    if (!port->is_claimed) return;
    port->is_claimed = false;
    if (port->gone != 0) return; /* with the device; gensio may not be asked for it any more */
    int fd = device_fd(port);
    if (fd >= 0 && !is_pts_fd(fd)) ioctl(fd, TIOCNXCL);
}
