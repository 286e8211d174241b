/* atproof record: what host and module say, as a transcript. */
#include "base/file.h"
#include "base/number.h"
#include "catalog/builtin.h"
#include "command/cli.h"
#include "record/relay.h"
#include "record/rewrite.h"
#include "script/script.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_DEFAULT_S 60
#define WAIT_MAX_S     86400

enum {
    OPTION_LISTEN = 256,
    OPTION_LINK,
    OPTION_MASK,
    OPTION_WAIT,
    OPTION_FROM,
    OPTION_EDIT,
    OPTION_DIGESTS,
    OPTION_ID
};

struct options {
    struct relay_options relay;
    const char *dialect; /* NULL: the recording's own, else auto            */
    const char *from;
    const char *id;
    bool edits;
    bool digests;
};

static const struct argp_option option_list[] = {
    {"target", 't', "T", 0,
     "The module: serialdev,/dev/ttyUSB2,115200n81, tcp,HOST,PORT, "
     "telnet(rfc2217),tcp,HOST,PORT, stdio,PROGRAM, or any gensio string",
     0},
    {"output", 'o', "FILE", 0, "Write the transcript there; with --from - is the standard output",
     0},
    {"listen", OPTION_LISTEN, "E", 0,
     "Where the host comes: pty (the default), tcp,ADDRESS,PORT, "
     "telnet(rfc2217),tcp,ADDRESS,PORT or stdio; PORT 0 is any that is free",
     0},
    {"link", OPTION_LINK, "PATH", 0, "Make PATH a link to the pseudo terminal", 0},
    {"dialect", 'd', "D", 0, "Tell lines and payload apart by the manuals of D", 0},
    {"wait", OPTION_WAIT, "SECONDS", 0,
     "Give up a module whose port vanished after so long (default 60)", 0},
    {"mask", OPTION_MASK, NULL, 0, "Replace secrets by stand-ins (see below)", 1},
    {"from", OPTION_FROM, "RECORDING", 0, "Record nothing: write this transcript anew", 2},
    {"edit", OPTION_EDIT, NULL, 0,
     "With --from: make it a case, with placeholders for what another run may answer otherwise", 2},
    {"digests", OPTION_DIGESTS, NULL, 0,
     "With --edit: hold payload to its SHA-256, not to its length alone", 2},
    {"id", OPTION_ID, "ID", 0, "With --from: the id of the case", 2},
    {0},
};

static const char help_text[] =
    "Stand between a host and a module, pass on every byte of both, and keep it with "
    "its times as a transcript (corpus/README.md). It prints where the host connects, `pty PATH` "
    "or `tcp,ipv4,127.0.0.1,40001`, and ends by SIGINT, SIGTERM or the end of its standard input "
    "(--listen stdio)."
    "\v"
    "All that came is in FILE before the next is waited for, what is not a whole line yet as "
    "provisional items that the rest replaces; of more than 4 KiB of those, once a second. "
    "A module's port that vanishes is waited for, and noted. Speed, DTR, RTS and break of an RFC "
    "2217 host, the speed of one on a pty, are passed on and noted.\n\n"
    "--mask replaces secrets by stand-ins of the same size, a digit for a digit and a letter for "
    "a letter, the same one wherever the secret comes: values that the catalogue marks as one "
    "(atproof catalog --emit markdown shows them), however they are spaced, quoted or cut; users "
    "and passwords of URLs; values of headers, of parameters of URLs, forms and JSON whose name "
    "promises one (Authorization, Cookie, *token*, *key*, *secret*, password, ...); private keys; "
    "what looks like an IMEI, an ICCID or a telephone number. What was found, and has four bytes "
    "or more, is replaced everywhere: as hexadecimal digits, UCS-2, base64, with escapes, with "
    "exchanged digits, across lines, in the title. It prints what was masked, by kind, and how "
    "many bytes of payload, uploads and streams it searched but could not read: look at those "
    "before you give the transcript away. With --mask an exchange is in FILE when the next one "
    "begins; at the end FILE is written anew.\n\n"
    "--edit captures lengths of payload and what the catalogue gives a range or leaves free; "
    "commands, codes that the manual lists and what a command said before stay. Times and comments "
    "are left out. What it writes expands to the recording, and `atproof check --against` matches "
    "it.\n";

static const char exit_text[] =
    "Exit status: 0 as expected, 2 wrong usage, unreadable input or a FILE that cannot be written, "
    "6 the line failed.";

static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key == ARGP_KEY_HELP_EXTRA) return cli_list_dialects(exit_text);
    return (char *)(uintptr_t)text;
}

/* ---- options ---------------------------------------------------------- */

static error_t take_dialect(struct options *options, const char *name)
{
    options->dialect = name;
    if (catalog_find_dialect(name) != NULL) return 0;
    return complain_of_usage("record", "unknown dialect '%s'; atproof record --help lists them",
                             name);
}

static error_t take_wait(struct options *options, const char *text)
{
    uint64_t seconds = 0;
    if (!number_read(text, strlen(text), WAIT_MAX_S, &seconds))
        return complain_of_usage("record", "--wait %s: expected seconds from 0 to %d", text,
                                 WAIT_MAX_S);
    options->relay.wait_us = (int64_t)seconds * 1000000;
    return 0;
}

static error_t check_from(const struct options *options)
{
    if (options->relay.target != NULL)
        return complain_of_usage("record", "--target with --from; expected one of them");
    if (options->digests && !options->edits)
        return complain_of_usage("record", "--digests without --edit");
    return 0;
}

static error_t check_live(const struct options *options)
{
    const struct relay_options *relay = &options->relay;
    if (relay->target == NULL)
        return complain_of_usage("record", "no module; expected --target T, or --from RECORDING");
    if (options->edits || options->digests || options->id != NULL)
        return complain_of_usage("record", "--edit, --digests and --id go with --from RECORDING");
    if (strcmp(relay->path, "-") == 0)
        return complain_of_usage("record", "-o -: a recording goes to a file; expected -o FILE");
    if (relay->link != NULL && strncmp(relay->listen, "pty", 3) != 0)
        return complain_of_usage("record", "--link with %s; a link goes to a pseudo terminal",
                                 relay->listen);
    return 0;
}

static error_t check_options(const struct options *options)
{
    if (options->relay.path == NULL)
        return complain_of_usage("record", "no file; expected -o FILE");
    return options->from != NULL ? check_from(options) : check_live(options);
}

static error_t take_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 't': options->relay.target = argument; return 0;
    case 'o': options->relay.path = argument; return 0;
    case 'd': return take_dialect(options, argument);
    case OPTION_LISTEN: options->relay.listen = argument; return 0;
    case OPTION_LINK: options->relay.link = argument; return 0;
    case OPTION_MASK: options->relay.masks = true; return 0;
    case OPTION_WAIT: return take_wait(options, argument);
    case OPTION_FROM: options->from = argument; return 0;
    case OPTION_EDIT: options->edits = true; return 0;
    case OPTION_DIGESTS: options->digests = true; return 0;
    case OPTION_ID: options->id = argument; return 0;
    case ARGP_KEY_ARG:
        return complain_of_usage("record", "unexpected '%s'; it takes options alone", argument);
    case ARGP_KEY_END: return check_options(options);
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---- written anew ----------------------------------------------------- */

static int write_out(const char *path, const struct buffer *text)
{
    bool standard = strcmp(path, "-") == 0;
    bool good = standard ? fwrite(text->bytes, 1, text->size, stdout) == text->size
                         : file_write(path, text->bytes, text->size);
    if (!good) complain("%s: cannot write: %s", path, file_error(errno));
    return good && (!standard || complain_of_lost_output()) ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

static int write_anew(const struct options *options, const struct script *script)
{
    struct transcript_error error = {0};
    struct compiled_catalog *compiled = NULL;
    struct buffer text = {0};
    const struct script_case *recording = &script->cases[0];
    struct rewrite_options how = {.dialect = options->dialect,
                                  .id = options->id,
                                  .masks = options->relay.masks,
                                  .report = stderr,
                                  .edits = options->edits,
                                  .digests = options->digests};
    if (script->case_count > 1) {
        complain("%s: holds %zu cases; expected a recording, which is one", options->from,
                 script->case_count);
        return EXIT_USAGE;
    }
    if (how.dialect == NULL) how.dialect = recording->dialect.text;
    if (how.dialect == NULL) how.dialect = CATALOG_DIALECT_DEFAULT;
    if (catalog_open_dialect(how.dialect, &compiled, stderr) != 0) return EXIT_USAGE;
    how.compiled = compiled;
    int code = rewrite(recording, &how, &text, &error) ? write_out(options->relay.path, &text)
                                                       : transcript_complain(options->from, &error);
    buffer_release(&text);
    compiled_catalog_free(compiled);
    return code;
}

static int run_from(const struct options *options)
{
    struct script script;
    struct transcript_error error;
    if (!script_read(options->from, &script, &error))
        return transcript_complain(options->from, &error);
    int code = write_anew(options, &script);
    script_release(&script);
    return code;
}

static int run_live(struct options *options)
{
    struct compiled_catalog *compiled = NULL;
    options->relay.dialect = options->dialect == NULL ? CATALOG_DIALECT_DEFAULT : options->dialect;
    if (catalog_open_dialect(options->relay.dialect, &compiled, stderr) != 0) return EXIT_USAGE;
    options->relay.compiled = compiled;
    int code = relay(&options->relay);
    compiled_catalog_free(compiled);
    return code;
}

int cmd_record(int argc, char **argv)
{
    static const struct argp argp = {option_list, take_option, NULL, help_text,
                                     NULL,        filter_help, NULL};
    struct options options = {
        .relay = {.listen = "pty", .wait_us = (int64_t)WAIT_DEFAULT_S * 1000000}};
    if (!cli_parse("record", &argp, argc, argv, &options)) return EXIT_USAGE;
    return options.from != NULL ? run_from(&options) : run_live(&options);
}
