/* The lab of a module. */
#include "command/lab.h"

#include "base/complain.h"
#include "base/exit_code.h"
#include "base/memory.h"
#include "base/number.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SILENCE_US INT64_C(10000000) /* after which a module hangs, at most   */

volatile sig_atomic_t lab_stopped;

/* ---- options ---------------------------------------------------------- */

void lab_init(struct lab *lab, const char *command)
{
    *lab = (struct lab){.command = command,
                        .options = {.command = command,
                                    .target = "virtual:simcom",
                                    .level = -1,
                                    .repeats = 1,
                                    .play = {.limit_us = 10000000, .settle_us = -1},
                                    .recover = {.boot_us = 60000000, .stop = &lab_stopped},
                                    .stop = &lab_stopped}};
    lab->options.play.settings.items = lab->settings;
}

int lab_take_number(const struct lab *lab, const char *option, const char *text, uint64_t most,
                    uint64_t *out)
{
    if (!number_read(text, strlen(text), most, out))
        return complain_of_usage(lab->command, "--%s %s: expected a number up to %llu", option,
                                 text, (unsigned long long)most);
    return 0;
}

static int take_time(const struct lab *lab, const char *option, const char *text, int64_t unit_us,
                     int64_t *out)
{
    uint64_t value = 0;
    int error = lab_take_number(lab, option, text, 86400000, &value);
    *out = (int64_t)value * unit_us;
    return error;
}

int lab_take_words(const struct lab *lab, const char *option, const char *text, const char *known,
                   const char **out)
{
    char *copy = memory_text(text);
    char *rest = NULL;
    int error = 0;
    for (char *word = strtok_r(copy, ",", &rest); word != NULL && error == 0;
         word = strtok_r(NULL, ",", &rest))
        if (strstr(known, word) == NULL)
            error = complain_of_usage(lab->command, "--%s %s: expected some of %s", option, word,
                                      known);
    free(copy);
    *out = text;
    return error;
}

static void set_variable(struct lab *lab, const char *name, const char *text)
{
    struct script_settings *settings = &lab->options.play.settings;
    lab->settings[settings->count++] = (struct script_setting){name, text};
}

static int take_setting(struct lab *lab, char *text)
{
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return complain_of_usage(lab->command, "--set %s: no value; expected NAME=TEXT", text);
    if (lab->options.play.settings.count >= RUN_SETTING_MAX / 2)
        return complain_of_usage(lab->command, "--set %.*s: more than %d of them",
                                 (int)(equals - text), text, RUN_SETTING_MAX / 2);
    *equals = '\0';
    set_variable(lab, text, equals + 1);
    return 0;
}

static int take_dialect(struct lab *lab, const char *name)
{
    lab->options.dialect = name;
    if (catalog_find_dialect(name) != NULL) return 0;
    return complain_of_usage(lab->command, "unknown dialect '%s'; atproof %s --help lists them",
                             name, lab->command);
}

error_t lab_take_option(struct lab *lab, int key, char *text)
{
    struct run_options *options = &lab->options;
    switch (key) {
    case 't': options->target = text; return 0;
    case 'd': return take_dialect(lab, text);
    case 'o': options->out = text; return 0;
    case 'q': options->quiet = true; return 0;
    case LAB_KEY_STRICT: options->strict = true; return 0;
    case LAB_KEY_EXPECTED: lab->expected = text; return 0;
    case LAB_KEY_SERVER: lab->server = text; return 0;
    case LAB_KEY_SET: return take_setting(lab, text);
    case LAB_KEY_TIMEOUT: return take_time(lab, "timeout", text, 1000000, &options->play.limit_us);
    case LAB_KEY_SETTLE: return take_time(lab, "settle", text, 1000, &options->play.settle_us);
    case LAB_KEY_BOOT: return take_time(lab, "boot", text, 1000000, &options->recover.boot_us);
    case LAB_KEY_POWER: options->recover.power = text; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---- the server ------------------------------------------------------- */

static char *own(struct lab *lab, char *text)
{
    lab->owned =
        memory_grow(lab->owned, lab->owned_count + 1, &lab->owned_capacity, sizeof *lab->owned);
    lab->owned[lab->owned_count++] = text;
    return text;
}

/* `https-self-signed` is {https_self_signed_port}. */
static void set_port(struct lab *lab, enum server_port port, unsigned number)
{
    char *name = own(lab, memory_format("%s_port", server_port_name(port)));
    for (char *at = name; *at != '\0'; at++)
        if (*at == '-') *at = '_';
    set_variable(lab, name, own(lab, memory_format("%u", number)));
}

static bool start_server(struct lab *lab, struct server **server)
{
    /* with keys that the suites of all manuals can use */
    const struct server_options options = {.key_type = SERVER_KEY_RSA};
    char *error = NULL;
    *server = server_start(&options, &error);
    if (*server == NULL) {
        complain("%s: the server: %s", lab->command, error);
        free(error);
        return false;
    }
    set_variable(lab, "server_host", server_address(*server));
    for (int i = 0; i < SERVER_PORT_COUNT; i++)
        set_port(lab, (enum server_port)i, server_port(*server, (enum server_port)i));
    return true;
}

static bool use_server(struct lab *lab)
{
    const char *colon = strrchr(lab->server, ':');
    uint64_t first = 0;
    if (colon == NULL || colon == lab->server
        || !number_read(colon + 1, strlen(colon + 1), 65536 - SERVER_PORT_COUNT, &first)
        || first == 0) {
        complain("%s: --server %s: expected HOST:PORT or builtin", lab->command, lab->server);
        return false;
    }
    set_variable(lab, "server_host",
                 own(lab, memory_slice(lab->server, (size_t)(colon - lab->server))));
    for (int i = 0; i < SERVER_PORT_COUNT; i++)
        set_port(lab, (enum server_port)i, (unsigned)first + (unsigned)i);
    return true;
}

static bool have_server(struct lab *lab, struct server **server)
{
    struct run_options *options = &lab->options;
    if (lab->server == NULL && lab_is_virtual(lab)) lab->server = "builtin";
    options->has_server = lab->server != NULL && lab->server[0] != '\0';
    if (!options->has_server) return true;
    if (strcmp(lab->server, "builtin") == 0) return start_server(lab, server);
    return use_server(lab);
}

/* ---- the lab ---------------------------------------------------------- */

bool lab_is_virtual(const struct lab *lab)
{
    return strncmp(lab->options.target, "virtual:", 8) == 0;
}

static bool read_expected(struct lab *lab)
{
    struct transcript_error error;
    char text[512];
    if (lab->expected == NULL || excuses_read(lab->expected, &lab->options.excuses, &error))
        return true;
    transcript_error_format(&error, lab->expected, text, sizeof text);
    complain("%s", text);
    return false;
}

void lab_choose_times(struct lab *lab)
{
    struct run_options *options = &lab->options;
    if (options->play.settle_us < 0) options->play.settle_us = lab_is_virtual(lab) ? 50000 : 300000;
    options->recover.silence_us =
        options->play.limit_us < SILENCE_US ? options->play.limit_us : SILENCE_US;
}

static void stop(int signal_number)
{
    (void)signal_number;
    lab_stopped = 1;
}

static void take_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before;
        bool ignored =
            sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN; /* nohup */
        if (!ignored) sigaction(numbers[i], &action, NULL);
    }
}

int lab_work(struct lab *lab, lab_work_fn *work, void *arguments)
{
    struct server *server = NULL;
    int code = EXIT_USAGE;
    struct catalog_model *model = catalog_load_builtin(stderr);
    take_signals();
    if (model != NULL && read_expected(lab) && have_server(lab, &server))
        code = work(arguments, model);
    server_stop(server);
    catalog_free(model);
    return code;
}

void lab_release(struct lab *lab)
{
    excuses_release(&lab->options.excuses);
    for (size_t i = 0; i < lab->owned_count; i++) free(lab->owned[i]);
    free(lab->owned);
}
