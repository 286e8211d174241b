/* atproof modem: a virtual module on a pseudo terminal or the standard streams. */
#include "catalog_builtin.h"
#include "cli.h"
#include "memory.h"
#include "modem.h"
#include "transcript.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define FILE_SIZE_MAX ((size_t)4 << 20) /* bytes of a file for the store     */

struct options {
    struct modem_options modem;
    const char *link; /* to the terminal, or NULL                           */
    bool stdio;
    bool lists, lists_defects;
    struct modem_flaw *flaws;
    size_t flaw_capacity;
    char **files; /* NAME=PATH                                              */
    size_t file_count, file_capacity;
};

/* The module's end of the line. */
struct line {
    int in, out;
    int flags; /* of `out` before; -1: nothing to restore                   */
    int slave; /* of a terminal: kept open, so that a host may come and go; else -1 */
    char name[64];
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* ---- the line --------------------------------------------------------- */

static bool open_terminal(struct line *line)
{
    struct termios raw = {0};
    cfmakeraw(&raw);
    raw.c_cflag |= CS8 | CREAD | CLOCAL;
    if (openpty(&line->in, &line->slave, line->name, &raw, NULL) != 0) {
        cli_complain("no pseudo terminal: %s; is /dev/pts mounted?", strerror(errno));
        return false;
    }
    line->out = line->in;
    return fcntl(line->in, F_SETFL, O_NONBLOCK) == 0;
}

static bool make_link(const struct line *line, const char *path)
{
    char old[64] = "";
    bool stale = readlink(path, old, sizeof old - 1) > 0 && access(path, F_OK) != 0;
    if (stale) unlink(path); /* of one that was killed */
    if (symlink(line->name, path) == 0) return true;
    cli_complain("%s: not linked to %s: %s; remove it or name another with --link", path,
                 line->name, strerror(errno));
    return false;
}

static bool open_line(const struct options *options, struct line *line)
{
    *line = (struct line){.in = STDIN_FILENO, .out = STDOUT_FILENO, .flags = -1, .slave = -1};
    if (options->stdio) {
        line->flags = fcntl(line->out, F_GETFL);
        return fcntl(line->out, F_SETFL, line->flags | O_NONBLOCK) == 0;
    }
    if (!open_terminal(line)) return false;
    if (options->link != NULL && !make_link(line, options->link)) return false;
    printf("pty %s\n", options->link != NULL ? options->link : line->name);
    return cli_flush();
}

static void close_line(const struct options *options, struct line *line)
{
    if (line->flags >= 0) fcntl(line->out, F_SETFL, line->flags);
    if (line->slave < 0) return;
    if (options->link != NULL) unlink(options->link);
    close(line->slave);
    close(line->in);
}

/* ---- the loop --------------------------------------------------------- */

#define UNSENT_MAX 4096 /* bytes that the host has not taken                */

struct loop {
    struct modem *modem;
    struct line line;
    uint8_t unsent[UNSENT_MAX];
    size_t unsent_size;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What is due, as far as the host takes it. False: nobody will take it. */
static bool send_due(struct loop *loop)
{
    size_t room = UNSENT_MAX - loop->unsent_size;
    loop->unsent_size += modem_send(loop->modem, loop->unsent + loop->unsent_size, room, now_us());
    if (loop->unsent_size == 0) return true;
    ssize_t sent = write(loop->line.out, loop->unsent, loop->unsent_size);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    loop->unsent_size -= (size_t)sent;
    memmove(loop->unsent, loop->unsent + sent, loop->unsent_size);
    return true;
}

/* False: the host has ended its side. */
static bool receive(struct loop *loop)
{
    uint8_t bytes[4096];
    ssize_t size = read(loop->line.in, bytes, sizeof bytes);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    modem_receive(loop->modem, bytes, (size_t)size, now_us());
    return size > 0;
}

/* Until the host types, takes what waits, or the module has something to do. */
static bool wait_for_host(struct loop *loop, const sigset_t *signals)
{
    bool blocked = loop->unsent_size > 0;
    struct pollfd polled[3] = {
        {.fd = blocked || !modem_is_clear_to_send(loop->modem) ? -1 : loop->line.in,
         .events = POLLIN},
        {.fd = blocked ? loop->line.out : -1, .events = POLLOUT},
        {.fd = modem_descriptor(loop->modem), .events = POLLIN},
    };
    int64_t now = now_us();
    int64_t due = modem_due(loop->modem, now);
    int64_t left = due == MODEM_NEVER ? 0 : due - now;
    struct timespec limit = {.tv_sec = (time_t)(left / 1000000),
                             .tv_nsec = (long)(left % 1000000 * 1000)};
    bool waits = due == MODEM_NEVER || blocked;
    if (ppoll(polled, 3, waits ? NULL : &limit, signals) < 0) return errno == EINTR;
    if ((polled[0].revents & (POLLIN | POLLHUP)) != 0) return receive(loop);
    return true;
}

/* What is left to say when the host has ended its side; a request under way is
 * made to its end, which its own limits set. */
static void say_rest(struct loop *loop, const sigset_t *signals)
{
    loop->line.in = -1;
    while (!stopped && send_due(loop)
           && (loop->unsent_size > 0 || modem_is_working(loop->modem)
               || modem_due(loop->modem, now_us()) != MODEM_NEVER))
        if (!wait_for_host(loop, signals)) break;
}

static int serve(const struct options *options, struct modem *modem)
{
    struct loop *loop = calloc(1, sizeof *loop);
    struct sigaction action = {.sa_handler = stop};
    sigset_t blocked;
    sigset_t before;
    if (loop == NULL) abort();
    loop->modem = modem;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    bool good = open_line(options, &loop->line);
    struct line line = loop->line;
    while (good && !stopped && send_due(loop) && wait_for_host(loop, &before)) continue;
    if (good && !stopped) say_rest(loop, &before);
    close_line(options, &line);
    free(loop);
    return good ? EXIT_AS_EXPECTED : EXIT_LAB;
}

/* ---- the command ------------------------------------------------------ */

enum {
    OPTION_LINK = 256,
    OPTION_STDIO,
    OPTION_LIST,
    OPTION_BANNER,
    OPTION_SEED,
    OPTION_FILE,
    OPTION_DEFECT,
    OPTION_LIST_DEFECTS,
    OPTION_URCS
};

static const struct argp_option argp_options[] = {
    {"dialect", 'd', "NAME", 0,
     "What module to be: simcom (the default), quectel-ugxx or "
     "quectel-ec200",
     0},
    {"stdio", OPTION_STDIO, NULL, 0, "Talk on the standard streams instead of a pseudo terminal",
     0},
    {"link", OPTION_LINK, "PATH", 0, "Make PATH a link to the pseudo terminal", 0},
    {"speed", 's', "BAUD", 0, "Say no more than a line of this speed carries (default: no limit)",
     0},
    {"seed", OPTION_SEED, "N", 0,
     "Say it in random chunks with random pauses; the same for "
     "the same N",
     0},
    {"urcs", OPTION_URCS, "N", 0,
     "Say random unsolicited result codes at every place where one may stand; the same for "
     "the same N",
     0},
    {"defect", OPTION_DEFECT, "NAME[@N]", 0,
     "Have this firmware fault, or show it the N-th time alone that it could; may come again", 0},
    {"list-defects", OPTION_LIST_DEFECTS, NULL, 0,
     "List the defects: name, dialects, the clauses that are broken, what is wrong", 0},
    {"file", OPTION_FILE, "NAME=PATH", 0, "Begin with a copy of the file PATH in the store", 0},
    {"banner", OPTION_BANNER, NULL, 0, "Begin with what a module says when it is switched on", 0},
    {"list", OPTION_LIST, NULL, 0, "List the commands of the dialect and whether they are done", 0},
    {0},
};

static int read_count(const char *option, const char *text, uint64_t most, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || *out == 0 || *out > most)
        return cli_misuse("modem", "--%s %s: expected a number from 1 to %llu", option, text,
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
        return cli_misuse("modem",
                          "--dialect %s: no module; expected simcom, quectel-ugxx or quectel-ec200",
                          name);
    options->modem.dialect = dialect;
    return 0;
}

static int add_file(struct options *options, char *argument)
{
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument || equals[1] == '\0')
        return cli_misuse("modem", "--file %s: expected NAME=PATH", argument);
    options->files = memory_grow(options->files, options->file_count + 1, &options->file_capacity,
                                 sizeof *options->files);
    options->files[options->file_count++] = argument;
    return 0;
}

static int add_defect(struct options *options, const char *argument)
{
    struct modem_flaw flaw;
    if (!modem_read_flaw(argument, &flaw))
        return cli_misuse("modem",
                          "--defect %s: no such defect; expected NAME or NAME@N, N 1 the first, "
                          "of those in --list-defects",
                          argument);
    options->flaws = memory_grow(options->flaws, options->modem.flaw_count + 1,
                                 &options->flaw_capacity, sizeof *options->flaws);
    options->flaws[options->modem.flaw_count++] = flaw;
    options->modem.flaws = options->flaws;
    return 0;
}

static int check_options(const struct options *options)
{
    const char *dialect = options->modem.dialect->name;
    if (options->stdio && options->link != NULL)
        return cli_misuse("modem", "--link with --stdio; a link goes to a pseudo terminal");
    for (size_t i = 0; i < options->modem.flaw_count; i++) {
        const struct modem_defect *defect = options->flaws[i].defect;
        if (!modem_defect_shows(defect, dialect))
            return cli_misuse("modem", "--defect %s: not in %s; it shows in %s", defect->name,
                              dialect, defect->dialects);
    }
    return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd': return set_dialect(options, argument);
    case 's': return set_speed(options, argument);
    case OPTION_SEED: return read_count("seed", argument, UINT64_MAX, &options->modem.seed);
    case OPTION_LINK: options->link = argument; return 0;
    case OPTION_STDIO: options->stdio = true; return 0;
    case OPTION_FILE: return add_file(options, argument);
    case OPTION_LIST: options->lists = true; return 0;
    case OPTION_URCS: return read_count("urcs", argument, UINT64_MAX, &options->modem.urcs);
    case OPTION_DEFECT: return add_defect(options, argument);
    case OPTION_LIST_DEFECTS: options->lists_defects = true; return 0;
    case OPTION_BANNER: options->modem.banner = true; return 0;
    case ARGP_KEY_ARG:
        return cli_misuse("modem", "unexpected '%s'; it takes options alone", argument);
    case ARGP_KEY_END: return check_options(options);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    argp_options,
    parse_option,
    NULL,
    "A virtual module, for programs that have none. It says `pty PATH` and serves until SIGINT, "
    "SIGTERM or, with --stdio, the end of its input."
    "\vIt answers what the manuals have: arguments are checked, contexts, files and settings kept. "
    "In --list `-` is a command that is not done, or another vendor's.\nExit status: 0, 2 "
    "for wrong usage, 6 without a terminal.",
    NULL,
    NULL,
    NULL,
};

static void list_set(const struct modem *modem, const struct catalog_set *set)
{
    for (size_t i = 0; i < set->command_count; i++) {
        const char *name = set->commands[i].name;
        printf("%-5s %-12s AT%s\n", modem_does(modem, name) ? "done" : "-", set->name, name);
    }
}

static int list_commands(const struct catalog_model *model, const struct options *options,
                         const struct modem *modem)
{
    const struct catalog_dialect *dialect = options->modem.dialect;
    for (size_t i = 0; i < catalog_part_count(dialect); i++)
        list_set(modem, catalog_find_set(model, dialect->parts[i].set));
    return cli_flush() ? EXIT_AS_EXPECTED : EXIT_USAGE;
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
        if (begins) printf("%s%*s", column == 0 ? "" : "\n", INDENT, "");
        else putchar(' ');
        column = begins ? INDENT + size : column + 1 + size;
        printf("%.*s", (int)size, text);
        text += size + strspn(text + size, " ");
    }
    putchar('\n');
}

static int list_defects(void)
{
    for (const struct modem_defect *defect = modem_defects; defect->name != NULL; defect++) {
        char *clause = memory_format("%s%s", defect->clause,
                                     defect->anywhere ? ", or of another command" : "");
        printf("%s\n", defect->name);
        print_wrapped(defect->dialects);
        print_wrapped(clause);
        print_wrapped(defect->text);
        free(clause);
    }
    return cli_flush() ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

static bool store_file(struct modem *modem, const char *argument)
{
    struct buffer bytes = {0};
    struct transcript_error error;
    const char *path = strchr(argument, '=') + 1;
    char *name = memory_slice(argument, (size_t)(path - 1 - argument));
    bool good = transcript_read_file(path, FILE_SIZE_MAX, &bytes, &error);
    if (!good) cli_complain("%s: %s", path, error.text);
    else if (!modem_store_file(modem, name, bytes.bytes, bytes.size)) {
        cli_complain("%s: no room for it in the module's store (64 files, 4 MiB)", path);
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
    if (good) code = options->lists ? list_commands(model, options, modem) : serve(options, modem);
    modem_free(modem);
    return code;
}

int cmd_modem(int argc, char **argv)
{
    struct options options = {.modem.dialect = catalog_find_dialect("simcom")};
    struct catalog_model *model = NULL;
    int code = EXIT_USAGE;
    if (cli_options_are_good("modem", argc, argv, argp_options)
        && argp_parse(&argp, argc, argv, 0, NULL, &options) == 0)
        model = catalog_load_builtin(stderr);
    if (model != NULL) code = options.lists_defects ? list_defects() : run(&options, model);
    catalog_free(model);
    free(options.files);
    free(options.flaws);
    return code;
}
