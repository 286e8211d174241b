/* atproof decode: what a module said, as an event log.
 *
 * A transcript is read whole; a module's bytes go through a fixed buffer, so
 * that a log of any size, or a line that never ends, can be decoded. */
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "catalog/builtin.h"
#include "catalog/dialect.h"
#include "command/cli.h"
#include "events/eventlog.h"
#include "events/replay.h"
#include "script/script.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_SIZE_MAX    ((size_t)16 << 20)
#define READ_SIZE         ((size_t)64 << 10)
#define LINE_SIZE_DEFAULT 4096

#define UNKNOWN_DIALECT "unknown dialect '%s'; atproof decode --help lists them"
#define SECOND_CATALOG                                                                             \
    "--catalog %s: second catalogue; expected one (--dialect joins a built-in one to it)"

struct decode {
    const char *dialect; /* NULL: the transcript's, else auto              */
    const char *catalog; /* NULL: a dialect                                */
    const char *path;
    size_t chunk;     /* bytes, 0: as they come                            */
    size_t line_size; /* bytes                                             */
    bool exchanges;
    bool end_at_tail;
};

/* Everything one run owns. */
struct run {
    const struct decode *options;
    const struct atp_catalog *catalog;
    struct compiled_catalog *compiled; /* NULL: the catalogue is built in  */
    void *buffer;                      /* the parser's                     */
    struct atp_parser parser;
    struct eventlog log;
    struct replay replay;
};

/* ---- the command line ------------------------------------------------- */

enum option_key { KEY_LINE_SIZE = 256, KEY_STREAM_END, KEY_EXCHANGES };

static const struct argp_option option_list[] = {
    {"dialect", 'd', "D", 0, "What the module speaks (see below)", 0},
    {"catalog", 'c', "FILE", 0,
     "A catalogue of your own, in place of a dialect; with --dialect joined to it", 0},
    {"chunk", 'n', "N", 0, "Feed the parser N bytes at a time; the events are the same", 0},
    {"line-size", KEY_LINE_SIZE, "N", 0,
     "Bytes of the parser's line buffer, 64 to 65535 (default: 4096); a longer line is text", 0},
    {"exchanges", KEY_EXCHANGES, NULL, 0,
     "Add \"exchange\" to the event with which a command's response becomes complete or violated; "
     "one that is late ('@ expire:' of a transcript), or still open or awaiting its asynchronous "
     "result at the end of the input, has a line of its own: "
     "{\"offset\":N,\"exchange\":{...,\"state\":\"late\"}}, N being the bytes before it",
     0},
    {"stream-end", KEY_STREAM_END, "tail|never", 0,
     "Whether NO CARRIER or CLOSED inside a transparent stream ends it (tail) or is its payload "
     "(never, the default)",
     0},
    {0},
};

static const char help_text[] =
    "Print the events of a module's bytes, one JSON object a line, in stream order."
    "\v"
    "FILE holds the module's bytes as they came, or, if its name ends in '.at', a transcript of "
    "both directions; - is the standard input. The dialect is the transcript's own ('@ dialect:'), "
    "else '" CATALOG_DIALECT_DEFAULT "'.";

static const char exit_text[] =
    "Exit status: 0 decoded, 2 wrong usage, or input or output that failed.";

/* The dialects, at the end of --help. */
static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA) return (char *)(uintptr_t)text;
    return cli_list_dialects(exit_text);
}

/* `name`'s value: digits only, between the limits. */
static error_t read_number(const char *name, const char *text, size_t min, size_t max, size_t *out)
{
    uint64_t value = 0;
    if (!number_read(text, strlen(text), max, &value) || value < min) {
        return complain_of_usage("decode", "--%s %s: bad number; expected %zu to %zu", name, text,
                                 min, max);
    }
    *out = value;
    return 0;
}

static error_t read_stream_end(const char *text, struct decode *options)
{
    options->end_at_tail = strcmp(text, "tail") == 0;
    if (!options->end_at_tail && strcmp(text, "never") != 0) {
        return complain_of_usage("decode", "--stream-end %s: unknown word; expected tail or never",
                                 text);
    }
    return 0;
}

static error_t take_file(struct decode *options, const char *path)
{
    if (options->path != NULL) {
        return complain_of_usage("decode",
                                 "%s: second file; expected one (call decode once for each)", path);
    }
    options->path = path;
    return 0;
}

static error_t take_catalog(struct decode *options, const char *path)
{
    if (options->catalog != NULL) return complain_of_usage("decode", SECOND_CATALOG, path);
    options->catalog = path;
    return 0;
}

static error_t check_options(const struct decode *options)
{
    if (options->dialect != NULL && catalog_find_dialect(options->dialect) == NULL)
        return complain_of_usage("decode", UNKNOWN_DIALECT, options->dialect);
    if (options->path == NULL)
        return complain_of_usage("decode", "no file; expected FILE, or - for the standard input");
    return 0;
}

static error_t take_option(int key, char *argument, struct argp_state *state)
{
    struct decode *options = state->input;
    switch (key) {
    case 'd': options->dialect = argument; return 0;
    case 'c': return take_catalog(options, argument);
    case 'n': return read_number("chunk", argument, 1, CHUNK_SIZE_MAX, &options->chunk);
    case KEY_LINE_SIZE:
        return read_number("line-size", argument, ATP_LINE_SIZE_MIN, ATP_LINE_SIZE_MAX,
                           &options->line_size);
    case KEY_EXCHANGES: options->exchanges = true; return 0;
    case KEY_STREAM_END: return read_stream_end(argument, options);
    case ARGP_KEY_ARG: return take_file(options, argument);
    case ARGP_KEY_END: return check_options(options);
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* ---- the catalogue ---------------------------------------------------- */

static bool open_case_dialect(struct run *run, const struct script_case *case_)
{
    const struct script_value *value = &case_->dialect;
    const char *name = value->text == NULL ? CATALOG_DIALECT_DEFAULT : value->text;
    run->catalog = dialect_find_tables(name);
    if (run->catalog != NULL) return true;
    complain("%s:%zu:%zu: " UNKNOWN_DIALECT, run->options->path, value->line, value->column, name);
    return false;
}

/* The user's own file, the dialect that is asked for joined to it. */
static bool open_file(struct run *run, const struct decode *options)
{
    const struct catalog_dialect *with = NULL;
    if (options->dialect != NULL) with = catalog_find_dialect(options->dialect);
    if (catalog_open_file(options->catalog, with, &run->compiled, stderr) != 0) return false;
    run->catalog = &run->compiled->catalog;
    return true;
}

static bool open_catalog(struct run *run, const struct script_case *case_)
{
    const struct decode *options = run->options;
    if (run->compiled != NULL) return true; /* of the case before */
    if (options->catalog != NULL) return open_file(run, options);
    if (options->dialect == NULL && case_ != NULL) return open_case_dialect(run, case_);
    const char *name = options->dialect != NULL ? options->dialect : CATALOG_DIALECT_DEFAULT;
    run->catalog = dialect_find_tables(name);
    return run->catalog != NULL;
}

/* ---- the run ---------------------------------------------------------- */

/* Two readings are possible where a stream's bytes spell a result code: say
 * which one was taken. */
static void note_tail(void *user, enum atp_result result, uint64_t offset, bool ended)
{
    const struct run *run = user;
    const char *code = result == ATP_RESULT_CLOSED ? "CLOSED" : "NO CARRIER";
    complain("%s: at offset %llu the stream's last bytes spell %s; taken as %s", run->options->path,
             (unsigned long long)offset, code,
             ended ? "its end" : "its payload (--stream-end tail takes them as its end)");
}

static void note_sent(void *user)
{
    struct run *run = user;
    eventlog_sent(&run->log);
}

static void note_expired(void *user, uint64_t offset)
{
    struct run *run = user;
    eventlog_expired(&run->log, offset);
}

static bool start(struct run *run, const struct script_case *case_)
{
    const struct decode *options = run->options;
    if (!open_catalog(run, case_)) return false;
    size_t size = ATP_BUFFER_SIZE(options->line_size);
    run->buffer = memory_new(size, 1);
    eventlog_init(&run->log, stdout);
    atp_init(&run->parser, run->catalog, run->buffer, size, eventlog_event, &run->log);
    if (options->exchanges) eventlog_tell_exchanges(&run->log, &run->parser);
    run->replay = (struct replay){
        .parser = &run->parser,
        .chunking = options->chunk > 0 ? REPLAY_EVERY : REPLAY_WHOLE,
        .chunk = options->chunk,
        .end_at_tail = options->end_at_tail,
        .hooks = {.sent = note_sent, .expired = note_expired, .tail = note_tail, .user = run},
    };
    return true;
}

static bool finish(struct run *run)
{
    replay_finish(&run->replay);
    eventlog_over(&run->log, run->replay.fed);
    bool whole = eventlog_finish(&run->log);
    if (!complain_of_lost_output()) return false;
    if (!whole) complain("events were lost: %s", strerror(errno));
    return whole;
}

/* What one stream needed. */
static void end_stream(struct run *run)
{
    eventlog_release(&run->log);
    free(run->buffer);
    run->buffer = NULL;
}

static void end(struct run *run)
{
    compiled_catalog_free(run->compiled);
}

/* ---- the two inputs --------------------------------------------------- */

static bool complain_of(const struct run *run, const struct transcript_error *error)
{
    char text[512];
    transcript_error_format(error, run->options->path, text, sizeof text);
    complain("%s", text);
    return false;
}

/* The line that tells one stream of a file from the next. */
static void print_case(const struct run *run, const struct script_case *case_, size_t way)
{
    const char *slash = strrchr(run->options->path, '/');
    const char *name = slash == NULL ? run->options->path : slash + 1;
    struct buffer line = {0};
    buffer_append_text(&line, "{\"case\":");
    json_text(&line, case_->id.text != NULL ? case_->id.text : name);
    buffer_append_text(&line, ",\"way\":");
    json_unsigned(&line, way + 1);
    buffer_append_text(&line, "}\n");
    fwrite(line.bytes, 1, line.size, stdout);
    buffer_release(&line);
}

static bool decode_way(struct run *run, const struct script_case *case_, size_t way)
{
    struct transcript transcript;
    struct transcript_error error;
    if (!script_expand(case_, NULL, way, &transcript, &error)) return complain_of(run, &error);
    bool done = start(run, case_);
    if (done) {
        replay_transcript(&run->replay, &transcript);
        done = finish(run);
    }
    end_stream(run);
    transcript_release(&transcript);
    return done;
}

static bool decode_case(struct run *run, const struct script_case *case_, bool is_only)
{
    struct transcript_error error;
    size_t ways = script_way_count(case_, &error);
    if (ways == 0) return complain_of(run, &error);
    for (size_t way = 0; way < ways; way++) {
        if (!is_only || ways > 1) print_case(run, case_, way);
        if (!decode_way(run, case_, way)) return false;
    }
    return true;
}

static bool decode_script(struct run *run)
{
    struct script script;
    struct transcript_error error;
    if (!script_read(run->options->path, &script, &error)) return complain_of(run, &error);
    bool done = true;
    for (size_t i = 0; done && i < script.case_count; i++)
        done = decode_case(run, &script.cases[i], script.case_count == 1);
    script_release(&script);
    return done;
}

/* Reads until `capacity` bytes are there, the input is over, or, unless
 * `whole` is wanted, something came. Returns: bytes, or -1. */
static ssize_t read_some(int input, uint8_t *bytes, size_t capacity, bool whole)
{
    size_t size = 0;
    while (size < capacity) {
        ssize_t got = read(input, bytes + size, capacity - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        size += (size_t)got;
        if (got == 0 || !whole) break;
    }
    return (ssize_t)size;
}

/* Lines go out as soon as they are complete: the input may be a port. */
static bool pass_bytes(struct run *run, int input, uint8_t *bytes, size_t capacity)
{
    for (;;) {
        ssize_t size = read_some(input, bytes, capacity, run->options->chunk > 0);
        if (size < 0) {
            complain("%s: cannot read: %s", run->options->path, strerror(errno));
            return false;
        }
        if (size == 0) return true;
        replay_feed(&run->replay, bytes, (size_t)size);
        eventlog_drain(&run->log);
        if (fflush(stdout) != 0 || ferror(stdout)) return true; /* finish() tells */
    }
}

static bool decode_bytes(struct run *run, int input)
{
    size_t chunk = run->options->chunk;
    size_t capacity = chunk == 0 ? READ_SIZE : chunk * (READ_SIZE / chunk + 1);
    uint8_t *bytes = memory_new(capacity, 1);
    bool read_all = pass_bytes(run, input, bytes, capacity);
    bool written = finish(run);
    free(bytes);
    return read_all && written;
}

/* The file first: a wrong name is found before the catalogue is built. */
static bool decode_raw(struct run *run)
{
    const char *path = run->options->path;
    bool standard = strcmp(path, "-") == 0;
    int input = standard ? STDIN_FILENO : file_open_descriptor(path);
    if (input < 0) {
        complain("%s: cannot open: %s", path, file_error(errno));
        return false;
    }
    bool done = start(run, NULL) && decode_bytes(run, input);
    end_stream(run);
    if (!standard) close(input);
    return done;
}

int cmd_decode(int argc, char **argv)
{
    static const struct argp argp = {option_list, take_option, "FILE|-", help_text,
                                     NULL,        filter_help, NULL};
    struct decode options = {.line_size = LINE_SIZE_DEFAULT};
    struct run run = {.options = &options};
    if (!cli_parse("decode", &argp, argc, argv, &options)) return EXIT_USAGE;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe, or a file size limit, is an */
    signal(SIGXFSZ, SIG_IGN); /* error to tell, not a sudden end           */
    bool done = script_is_name(options.path) ? decode_script(&run) : decode_raw(&run);
    end(&run);
    return done ? EXIT_AS_EXPECTED : EXIT_USAGE;
}
