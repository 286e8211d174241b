/* atproof modem: a virtual module on a pseudo terminal, a TCP port or the
 * standard streams. */
#include "base/memory.h"
#include "base/number.h"
#include "base/print.h"
#include "catalog/builtin.h"
#include "command/cli.h"
#include "modem/modem.h"
#include "port/serve.h"
#include "record/play_back.h"
#include "script/transcript.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)4 << 20) /* bytes of a file for the store     */

struct options {
    struct modem_options modem;
    const char *listen; /* see port_listen                                  */
    const char *link;   /* to the terminal, or NULL                         */
    const char *replay; /* a recording to be played back, or NULL           */
    bool fast;
    bool lists, lists_defects;
    struct modem_flaw *flaws;
    size_t flaw_capacity;
    char **files; /* NAME=PATH                                              */
    size_t file_count, file_capacity;
};

/* ---- the virtual module as one that is served -------------------------- */

static void receive(void *self, const uint8_t *bytes, size_t size, int64_t now)
{
    modem_receive(self, bytes, size, now);
}

static size_t send(void *self, uint8_t *bytes, size_t capacity, int64_t now)
{
    return modem_send(self, bytes, capacity, now);
}

static int64_t due(void *self, int64_t now)
{
    return modem_due(self, now);
}

static void set_dtr(void *self, bool on, int64_t now)
{
    modem_set_dtr(self, on, now);
}

static bool is_clear_to_send(void *self)
{
    return modem_is_clear_to_send(self);
}

static bool owes(void *self)
{
    return modem_owes(self);
}

static int serve_modem(const struct options *options, struct modem *modem)
{
    const struct serve_module module = {.self = modem,
                                        .receive = receive,
                                        .send = send,
                                        .due = due,
                                        .set_dtr = set_dtr,
                                        .is_clear_to_send = is_clear_to_send,
                                        .owes = owes,
                                        .descriptor = modem_descriptor(modem)};
    return serve(&module, options->listen, options->link);
}

/* ---- the command ------------------------------------------------------ */

enum {
    OPTION_LINK = 256,
    OPTION_LISTEN,
    OPTION_STDIO,
    OPTION_LIST,
    OPTION_BANNER,
    OPTION_OFFLINE,
    OPTION_SEED,
    OPTION_FILE,
    OPTION_DEFECT,
    OPTION_LIST_DEFECTS,
    OPTION_URCS,
    OPTION_REPLAY,
    OPTION_FAST
};

static const struct argp_option argp_options[] = {
    {"dialect", 'd', "NAME", 0,
     "What module to be: simcom (the default), quectel-ugxx or "
     "quectel-ec200",
     0},
    {"listen", OPTION_LISTEN, "E", 0,
     "Where hosts find it: pty (the default), tcp,ADDRESS,PORT, "
     "telnet(rfc2217),tcp,ADDRESS,PORT or stdio; without ADDRESS for this machine alone, "
     "PORT 0 is any that is free",
     0},
    {"stdio", OPTION_STDIO, NULL, 0, "The same as --listen stdio", 0},
    {"link", OPTION_LINK, "PATH", 0,
     "Make PATH a link to the pseudo terminal; one that a live module has is refused", 0},
    {"speed", 's', "BAUD", 0, "Send no more than a line of this speed carries (default: no limit)",
     0},
    {"seed", OPTION_SEED, "N", 0,
     "Send in random chunks with random pauses; the same for "
     "the same N",
     0},
    {"urcs", OPTION_URCS, "N", 0,
     "Send random unsolicited result codes at every place where one may stand; the same for "
     "the same N",
     0},
    {"defect", OPTION_DEFECT, "NAME[@N]", 0,
     "Have this firmware fault, or show it the N-th time alone that it could; may come again", 0},
    {"list-defects", OPTION_LIST_DEFECTS, NULL, 0,
     "List the defects: name, dialects, the clauses that are broken, what is wrong", 0},
    {"file", OPTION_FILE, "NAME=PATH", 0, "Begin with a copy of the file PATH in the store", 0},
    {"banner", OPTION_BANNER, NULL, 0, "Begin with what a module prints when it is switched on", 0},
    {"offline", OPTION_OFFLINE, NULL, 0,
     "Open no connection: every request fails at once, as if no name had an address", 0},
    {"replay", OPTION_REPLAY, "RECORDING", 0,
     "Be the module of this transcript instead: what the host sends is found in it, in order, "
     "later "
     "or earlier, and answered as it was, after the same time; what is not in it gets ERROR",
     0},
    {"fast", OPTION_FAST, NULL, 0, "With --replay: without the recorded times", 0},
    {"list", OPTION_LIST, NULL, 0, "List the commands of the dialect and whether they are done", 0},
    {0},
};

static int read_count(const char *option, const char *text, uint64_t most, uint64_t *out)
{
    if (!number_read(text, strlen(text), most, out) || *out == 0)
        return complain_of_usage("modem", "--%s %s: expected a number from 1 to %llu", option, text,
                                 (unsigned long long)most);
    return 0;
}

static int set_speed(struct options *options, const char *text)
{
    uint64_t speed = 0;
    int error = read_count("speed", text, 100000000, &speed);
    options->modem.speed = (uint32_t)speed;
    return error;
}

static int set_dialect(struct options *options, const char *name)
{
    const struct catalog_dialect *dialect = catalog_find_dialect(name);
    if (!modem_is_dialect(dialect))
        return complain_of_usage(
            "modem", "--dialect %s: no module; expected simcom, quectel-ugxx or quectel-ec200",
            name);
    options->modem.dialect = dialect;
    return 0;
}

static int add_file(struct options *options, char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument || equals[1] == '\0')
        return complain_of_usage("modem", "--file %s: expected NAME=PATH", argument);
    options->files = memory_grow(options->files, options->file_count + 1, &options->file_capacity,
                                 sizeof *options->files);
    options->files[options->file_count++] = argument;
    return 0;
}

static int add_defect(struct options *options, const char *argument)
{
    struct modem_flaw flaw;
    if (!modem_read_flaw(argument, &flaw))
        return complain_of_usage(
            "modem",
            "--defect %s: no such defect; expected NAME, NAME@N or NAME@N+, N 1 "
            "the first, of those in --list-defects",
            argument);
    options->flaws = memory_grow(options->flaws, options->modem.flaw_count + 1,
                                 &options->flaw_capacity, sizeof *options->flaws);
    options->flaws[options->modem.flaw_count++] = flaw;
    options->modem.flaws = options->flaws;
    return 0;
}

static int check_replay(const struct options *options)
{
    const struct modem_options *modem = &options->modem;
    if (options->fast && options->replay == NULL)
        return complain_of_usage("modem", "--fast without --replay");
    bool is_other = options->file_count > 0 || modem->seed != 0 || modem->banner || modem->offline
                    || modem->urcs != 0 || modem->flaw_count > 0;
    if (options->replay != NULL && is_other)
        return complain_of_usage("modem",
                                 "--file, --seed, --urcs, --defect, --offline and --banner are "
                                 "not for --replay RECORDING");
    return 0;
}

static int check_options(const struct options *options)
{
    const char *dialect = options->modem.dialect->name;
    if (options->link != NULL && strncmp(options->listen, "pty", 3) != 0)
        return complain_of_usage("modem", "--link with %s; a link goes to a pseudo terminal",
                                 options->listen);
    for (size_t i = 0; i < options->modem.flaw_count; i++) {
        const struct modem_defect *defect = options->flaws[i].defect;
        if (!modem_defect_shows(defect, dialect))
            return complain_of_usage("modem", "--defect %s: not in %s; it shows in %s",
                                     defect->name, dialect, defect->dialects);
    }
    return check_replay(options);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd': return set_dialect(options, argument);
    case 's': return set_speed(options, argument);
    case OPTION_SEED: return read_count("seed", argument, UINT64_MAX, &options->modem.seed);
    case OPTION_LINK: options->link = argument; return 0;
    case OPTION_LISTEN: options->listen = argument; return 0;
    case OPTION_STDIO: options->listen = "stdio"; return 0;
    case OPTION_FILE: return add_file(options, argument);
    case OPTION_REPLAY: options->replay = argument; return 0;
    case OPTION_FAST: options->fast = true; return 0;
    case OPTION_LIST: options->lists = true; return 0;
    case OPTION_URCS: return read_count("urcs", argument, UINT64_MAX, &options->modem.urcs);
    case OPTION_DEFECT: return add_defect(options, argument);
    case OPTION_LIST_DEFECTS: options->lists_defects = true; return 0;
    case OPTION_BANNER: options->modem.banner = true; return 0;
    case OPTION_OFFLINE: options->modem.offline = true; return 0;
    case ARGP_KEY_ARG:
        return complain_of_usage("modem", "unexpected '%s'; it takes options alone", argument);
    case ARGP_KEY_END: return check_options(options);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    argp_options,
    parse_option,
    NULL,
    "Emulates a module, to test host software without hardware. Prints where it is, `pty PATH` or "
    "`tcp,ipv4,127.0.0.1,40001`, and serves one host after another until SIGINT, SIGTERM or, with "
    "--stdio, the end of its input."
    "\vIt answers what the manuals have: arguments are checked, contexts, files and settings kept. "
    "In --list `-` is a command that is not done, or another vendor's.\nExit status: 0, 2 "
    "for wrong usage, 6 where it cannot listen.",
    NULL,
    NULL,
    NULL,
};

static void list_set(const struct modem *modem, const struct catalog_set *set)
{
    for (size_t i = 0; i < set->command_count; i++) {
        const char *name = set->commands[i].name;
        print(stdout, "%-5s %-12s AT%s\n", modem_does(modem, name) ? "done" : "-", set->name, name);
    }
}

static int list_commands(const struct catalog_model *model, const struct options *options,
                         const struct modem *modem)
{
    const struct catalog_dialect *dialect = options->modem.dialect;
    for (size_t i = 0; i < catalog_part_count(dialect); i++)
        list_set(modem, catalog_find_set(model, dialect->parts[i].set));
    return complain_of_lost_output() ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

#define WIDTH  80
#define INDENT 4

/* Words between margins. */
static void print_wrapped(const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        bool begins = column == 0 || column + 1 + size > WIDTH;
        if (begins && column > 0) putchar('\n');
        print(stdout, "%*s", begins ? INDENT : 1, "");
        column = begins ? INDENT + size : column + 1 + size;
        print(stdout, "%.*s", (int)size, text);
        text += size + strspn(text + size, " ");
    }
    putchar('\n');
}

static int list_defects(void)
{
    for (const struct modem_defect *defect = modem_defects; defect->name != NULL; defect++) {
        char *clause = memory_format("%s%s", defect->clause,
                                     defect->anywhere ? ", or of another command" : "");
        print(stdout, "%s\n", defect->name);
        print_wrapped(defect->dialects);
        print_wrapped(clause);
        print_wrapped(defect->text);
        free(clause);
    }
    return complain_of_lost_output() ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

static bool store_file(struct modem *modem, const char *argument)
{
    struct buffer bytes = {0};
    struct transcript_error error;
    const char *path = strchr(argument, '=') + 1;
    char *name = memory_slice(argument, (size_t)(path - 1 - argument));
    bool good = transcript_read_file(path, FILE_SIZE_MAX, &bytes, &error);
    if (!good) complain("%s: %s", path, error.text);
    else if (!modem_store_file(modem, name, bytes.bytes, bytes.size)) {
        complain("%s: no room for it in the module's store (64 files, 4 MiB)", path);
        good = false;
    }
    buffer_release(&bytes);
    free(name);
    return good;
}

static int run(const struct options *options, const struct catalog_model *model)
{
    struct modem *modem = modem_new(model, &options->modem);
    bool good = true;
    for (size_t i = 0; good && i < options->file_count; i++)
        good = store_file(modem, options->files[i]);
    int code = EXIT_USAGE;
    if (good)
        code = options->lists ? list_commands(model, options, modem) : serve_modem(options, modem);
    modem_free(modem);
    return code;
}

static int run_modem(const struct options *options)
{
    struct catalog_model *model = catalog_load_builtin(stderr);
    int code = model != NULL ? run(options, model) : EXIT_USAGE;
    catalog_free(model);
    return code;
}

static int dispatch(const struct options *options)
{
    if (options->lists_defects) return list_defects();
    if (options->replay == NULL || options->lists) return run_modem(options);
    return play_back(&(struct play_back){.path = options->replay,
                                         .fast = options->fast,
                                         .speed = options->modem.speed,
                                         .listen = options->listen,
                                         .link = options->link});
}

int cmd_modem(int argc, char **argv)
{
    struct options options = {.modem.dialect = catalog_find_dialect("simcom"), .listen = "pty"};
    int code = EXIT_USAGE;
    if (cli_parse("modem", &argp, argc, argv, &options)) code = dispatch(&options);
    free(options.files);
    free(options.flaws);
    return code;
}
