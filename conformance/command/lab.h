/* The lab of a module, as commands that talk to one have it in their options:
 * its port, its dialect, the server that it reaches, how long it may take. */
#ifndef CONFORMANCE_LAB_H
#define CONFORMANCE_LAB_H

#include "run/run.h"
#include "server/server.h"

#include <argp.h>

struct lab {
    const char *command; /* of atproof, for complaints                      */
    struct run_options options;
    struct script_setting settings[RUN_SETTING_MAX];
    const char *server;   /* HOST:PORT, or `builtin`; NULL: by the target   */
    const char *expected; /* file of expected failures                      */
    char **owned;         /* texts of settings                              */
    size_t owned_count, owned_capacity;
};

/* ---- options ---------------------------------------------------------- */

enum lab_key {
    LAB_KEY_SERVER = 1024,
    LAB_KEY_SET,
    LAB_KEY_TIMEOUT,
    LAB_KEY_SETTLE,
    LAB_KEY_BOOT,
    LAB_KEY_POWER,
    LAB_KEY_STRICT,
    LAB_KEY_EXPECTED,
};

#define LAB_TARGET                                                                                 \
    {                                                                                              \
        "target", 't', "T", 0,                                                                     \
            "The module's port: serialdev,/dev/ttyUSB2,115200n81 or tcp,HOST,PORT or "             \
            "telnet(rfc2217),tcp,HOST,PORT or stdio,PROGRAM or virtual:DIALECT, a module in this " \
            "process (the default: virtual:simcom)",                                               \
            0                                                                                      \
    }
#define LAB_DIALECT                                                                                \
    {                                                                                              \
        "dialect", 'd', "NAME", 0, "What the module is (default: what it says of itself)", 0       \
    }
#define LAB_EXPECTED                                                                               \
    {                                                                                              \
        "expected-failures", LAB_KEY_EXPECTED, "FILE", 0,                                          \
            "Lines DATE ID REASON: known to fail till DATE", 0                                     \
    }
#define LAB_STRICT                                                                                 \
    {                                                                                              \
        "strict", LAB_KEY_STRICT, NULL, 0, "Findings of level should fail, too", 0                 \
    }
#define LAB_SET                                                                                    \
    {                                                                                              \
        "set", LAB_KEY_SET, "NAME=TEXT", 0,                                                        \
            "The value of a variable of cases; a secret by its name (apn_password) or its place "  \
            "is "                                                                                  \
            "kept and printed nowhere",                                                            \
            0                                                                                      \
    }
#define LAB_TIMEOUT                                                                                \
    {                                                                                              \
        "timeout", LAB_KEY_TIMEOUT, "S", 0,                                                        \
            "For an answer without a limit in the manual (default: 10)", 0                         \
    }
#define LAB_SETTLE                                                                                 \
    {                                                                                              \
        "settle", LAB_KEY_SETTLE, "MS", 0,                                                         \
            "Silence after which nothing optional comes (default: 300; virtual: 50)", 0            \
    }
#define LAB_BOOT                                                                                   \
    {                                                                                              \
        "boot", LAB_KEY_BOOT, "S", 0, "How long the module may take to start (default: 60)", 0     \
    }
#define LAB_POWER                                                                                  \
    {                                                                                              \
        "power", LAB_KEY_POWER, "COMMAND", 0, "Switches a module that hangs off and on", 0         \
    }
#define LAB_QUIET(text)                                                                            \
    {                                                                                              \
        "quiet", 'q', NULL, 0, text, 0                                                             \
    }

/* What a lab is where no option says otherwise. */
void lab_init(struct lab *lab, const char *command);

/* Takes one of the options above, `out` too.
 * Returns: as a parser of argp. */
error_t lab_take_option(struct lab *lab, int key, char *text);

/* A number up to `most`; of seconds or milliseconds as microseconds. Returns: as above. */
int lab_take_number(const struct lab *lab, const char *option, const char *text, uint64_t most,
                    uint64_t *out);

/* Words with commas, all of them of `known`. */
int lab_take_words(const struct lab *lab, const char *option, const char *text, const char *known,
                   const char **out);

/* ---- the lab ---------------------------------------------------------- */

/* Whether the target is a module of this process. */
bool lab_is_virtual(const struct lab *lab);

/* What depends on the target. */
void lab_choose_times(struct lab *lab);

/* SIGINT and SIGTERM set it; the second one ends the program. */
extern volatile sig_atomic_t lab_stopped;

/* What a command does in its lab, with the catalogue. Returns: an exit code. */
typedef int lab_work_fn(void *arguments, struct catalog_model *model);

/* Does it once catalogue, expected failures and server are there; releases them.
 * Returns: what `work` returned, or EXIT_USAGE with a complaint made. */
int lab_work(struct lab *lab, lab_work_fn *work, void *arguments);

void lab_release(struct lab *lab);

#endif
