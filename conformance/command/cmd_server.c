/* atproof server: the peer that modules talk to. */
#include "base/buffer.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/print.h"
#include "command/cli.h"
#include "server/server.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct server_options server;
    const char **names;
    size_t name_capacity;
    struct buffer greeting;
    const char *directory; /* of --certificates */
};

/* ---- texts ------------------------------------------------------------------ */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    if (!at) return -1;
    return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* The byte that the escape at *at, after its backslash, stands for; -1: none.
 * Writes: *at, after it. */
static int read_escape(const char **at)
{
    static const char letters[] = "rnt0\\", bytes[] = "\r\n\t\0\\";
    char c = *(*at)++;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) return bytes[letter - letters];
    int high = c == 'x' ? hex_digit((*at)[0]) : -1;
    int low = high >= 0 ? hex_digit((*at)[1]) : -1;
    if (low < 0) return -1;
    *at += 2;
    return high * 16 + low;
}

static error_t set_greeting(struct options *options, const char *text)
{
    const char *at = text;
    buffer_release(&options->greeting);
    while (*at) {
        int value = (unsigned char)*at++;
        if (value == '\\') value = read_escape(&at);
        if (value < 0)
            return complain_of_usage(
                "server",
                "--greeting '%s': unknown escape; expected \\r \\n \\t \\0 \\\\ "
                "or \\xHH",
                text);
        uint8_t byte = (uint8_t)value;
        buffer_append(&options->greeting, &byte, 1);
    }
    return 0;
}

/* ---- options ----------------------------------------------------------------- */

enum {
    OPTION_CERTIFICATES = 0x100,
    OPTION_NAME,
    OPTION_KEY,
    OPTION_TLS_MIN,
    OPTION_TLS_MAX,
    OPTION_CIPHERS,
    OPTION_CIPHERSUITES,
    OPTION_CLIENT,
    OPTION_GREETING,
    OPTION_NO_ECHO,
    OPTION_IDLE
};

static const struct argp_option argp_options[] = {
    {"address", 'a', "ADDRESS", 0,
     "Listen there (default: 127.0.0.1, which this machine alone can reach)", 0},
    {"port", 'p', "[NAME=]N", 0,
     "The port of NAME (http, https, ...); without NAME, of http, and those of the others follow "
     "it (default: 0, any free one)",
     0},
    {"certificates", OPTION_CERTIFICATES, "DIR", 0,
     "Write the CA, the certificates and the client's key there, as PEM", 0},
    {"name", OPTION_NAME, "NAME", 0,
     "A host name or address that the certificates also hold for; may be given again", 0},
    {"key", OPTION_KEY, "TYPE", 0, "Keys of all certificates: ec (P-256, default) or rsa (2048)",
     0},
    {"tls-min", OPTION_TLS_MIN, "V", 0, "Lowest version of TLS: 1.0, 1.1, 1.2 (default) or 1.3", 0},
    {"tls-max", OPTION_TLS_MAX, "V", 0, "Highest version of TLS (default: 1.3)", 0},
    {"ciphers", OPTION_CIPHERS, "LIST", 0,
     "Ciphers of the tls ports up to TLS 1.2, as 'openssl ciphers' has them", 0},
    {"ciphersuites", OPTION_CIPHERSUITES, "LIST", 0, "Ciphersuites of the tls ports for TLS 1.3",
     0},
    {"client-certificate", OPTION_CLIENT, "HOW", 0,
     "On the tls ports: request or require one of our CA (default: neither)", 0},
    {"greeting", OPTION_GREETING, "TEXT", 0,
     "The tcp and tls ports send TEXT first; \\r \\n \\t \\0 \\\\ \\xHH stand for bytes", 0},
    {"idle", OPTION_IDLE, "S", 0, "Close a connection that is silent for S seconds (default: 120)",
     0},
    {"no-echo", OPTION_NO_ECHO, NULL, 0, "The tcp and tls ports send nothing back", 0},
    {0},
};

static int find_word(const char *const *words, size_t count, const char *text, size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == size && memcmp(words[i], text, size) == 0) return (int)i;
    return -1;
}

/* Sets *value to the index of `text` in the words; they are listed if it is none. */
static error_t set_word(const char *option, const char *const *words, size_t count,
                        const char *text, int *value)
{
    int index = find_word(words, count, text, strlen(text));
    if (index >= 0) {
        *value = index;
        return 0;
    }
    char *list = NULL;
    for (size_t i = 0; i < count; i++) list = memory_list(list, words[i]);
    complain_of_usage("server", "--%s %s: expected one of %s", option, text, list);
    free(list);
    return EINVAL;
}

static error_t set_version(const char *option, const char *text, enum server_tls_version *version)
{
    static const char *const words[] = {"1.0", "1.1", "1.2", "1.3"};
    int index = 0;
    error_t failed = set_word(option, words, 4, text, &index);
    if (!failed) *version = (enum server_tls_version)(SERVER_TLS_1_0 + index);
    return failed;
}

static error_t set_client_check(struct options *options, const char *text)
{
    static const char *const words[] = {"ignore", "request", "require"};
    int index = 0;
    error_t failed = set_word("client-certificate", words, 3, text, &index);
    options->server.client_check = (enum server_client_check)index;
    return failed;
}

static error_t set_key_type(struct options *options, const char *text)
{
    static const char *const words[] = {"ec", "rsa"};
    int index = 0;
    error_t failed = set_word("key", words, 2, text, &index);
    options->server.key_type = (enum server_key_type)index;
    return failed;
}

static int find_port(const char *name, size_t size)
{
    const char *names[SERVER_PORT_COUNT];
    for (int i = 0; i < SERVER_PORT_COUNT; i++) names[i] = server_port_name((enum server_port)i);
    return find_word(names, SERVER_PORT_COUNT, name, size);
}

static error_t set_port(struct options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    const char *digits = equals ? equals + 1 : text;
    int first = equals ? find_port(text, (size_t)(equals - text)) : SERVER_HTTP;
    uint64_t number = 0;
    bool is_number = number_read(digits, strlen(digits), UINT16_MAX, &number);
    int last = equals || number == 0 ? first : SERVER_PORT_COUNT - 1;
    if (first < 0)
        return complain_of_usage(
            "server",
            "--port %s: no such name; expected http, https, tcp, tls or one of "
            "these with -expired or -self-signed",
            text);
    if (!is_number || number + (uint64_t)(last - first) > UINT16_MAX)
        return complain_of_usage("server", "--port %s: expected a number up to %d", text,
                                 UINT16_MAX - (last - first));
    for (int i = first; i <= last; i++)
        options->server.ports[i] = (uint16_t)((int)number + i - first);
    return 0;
}

static error_t add_name(struct options *options, const char *name)
{
    struct server_options *server = &options->server;
    options->names = memory_grow(options->names, server->name_count + 1, &options->name_capacity,
                                 sizeof *options->names);
    options->names[server->name_count++] = name;
    server->names = options->names;
    return 0;
}

static error_t set_idle(struct options *options, const char *text)
{
    char *end = NULL;
    errno = 0;
    long seconds = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || seconds < 1 || seconds > SERVER_IDLE_MAX_S)
        return complain_of_usage("server", "--idle %s: expected a number from 1 to %d", text,
                                 SERVER_IDLE_MAX_S);
    options->server.idle_s = (unsigned)seconds;
    return 0;
}

static error_t parse_tls_option(int key, char *argument, struct options *options)
{
    struct server_options *server = &options->server;
    switch (key) {
    case OPTION_KEY: return set_key_type(options, argument);
    case OPTION_TLS_MIN: return set_version("tls-min", argument, &server->tls_min);
    case OPTION_TLS_MAX: return set_version("tls-max", argument, &server->tls_max);
    case OPTION_CIPHERS: server->ciphers = argument; return 0;
    case OPTION_CIPHERSUITES: server->ciphersuites = argument; return 0;
    case OPTION_CLIENT: return set_client_check(options, argument);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'a': options->server.address = argument; return 0;
    case 'p': return set_port(options, argument);
    case OPTION_CERTIFICATES: options->directory = argument; return 0;
    case OPTION_NAME: return add_name(options, argument);
    case OPTION_GREETING: return set_greeting(options, argument);
    case OPTION_IDLE: return set_idle(options, argument);
    case OPTION_NO_ECHO: options->server.is_silent = true; return 0;
    case ARGP_KEY_ARG:
        return complain_of_usage("server", "unexpected '%s'; expected options only", argument);
    default: return parse_tls_option(key, argument, options);
    }
}

/* The paths, at the end of --help. */
static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA) return (char *)(uintptr_t)text;
    char *paths = server_describe_paths();
    char *help = memory_format(
        "Paths of HTTP and HTTPS, for GET, HEAD, POST, PUT and DELETE; N is\n"
        "1024 and S is 0 where they are not given:\n%s\n"
        "The tcp and tls ports send each byte back. A received line that is a command\n"
        "is echoed, then obeyed: 'send N [SEED]' (N bytes of /bytes?seed=SEED follow),\n"
        "'close' (the port closes the connection).\n\n"
        "Exit status: 0, or 2 for wrong usage or a port that cannot be had.",
        paths);
    free(paths);
    return help;
}

static const struct argp argp = {
    argp_options,
    parse_option,
    NULL,
    "The HTTP, HTTPS, TCP and TLS peer that modules talk to in tests."
    "\vPrints a line a port, as 'http 127.0.0.1:8080', and serves until SIGINT or SIGTERM. The "
    "ports with -expired and -self-signed have such a certificate. Certificates are made anew at "
    "each start, and hold for localhost, 127.0.0.1, the address and the names given.",
    NULL,
    filter_help,
    NULL,
};

/* ---- serving ------------------------------------------------------------------ */

static int complain_of_server(char *error)
{
    complain("server: %s", error);
    free(error);
    return EXIT_USAGE;
}

static bool print_ports(const struct server *server)
{
    for (int i = 0; i < SERVER_PORT_COUNT; i++)
        print(stdout, "%s %s:%u\n", server_port_name((enum server_port)i), server_address(server),
              server_port(server, (enum server_port)i));
    return complain_of_lost_output();
}

static bool announce(const struct server *server)
{
    const char *address = server_address(server);
    if (strncmp(address, "127.", 4) != 0 && strcmp(address, "[::1]") != 0)
        complain("warning: server: %s: other machines may reach it; 127.0.0.1 is for this one "
                 "alone",
                 address);
    return print_ports(server);
}

static int serve(const struct options *options)
{
    sigset_t ends;
    int seen = 0;
    char *error = NULL;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* from here on, they wait for sigwait */
    struct server *server = server_start(&options->server, &error);
    if (!server) return complain_of_server(error);
    int code = EXIT_AS_EXPECTED;
    if (options->directory && !server_write_certificates(server, options->directory, &error))
        code = complain_of_server(error);
    else if (!announce(server)) code = EXIT_USAGE;
    else sigwait(&ends, &seen);
    server_stop(server);
    return code;
}

int cmd_server(int argc, char **argv)
{
    struct options options = {0};
    bool is_good = cli_parse("server", &argp, argc, argv, &options);
    options.server.greeting = options.greeting.bytes;
    options.server.greeting_size = options.greeting.size;
    int code = is_good ? serve(&options) : EXIT_USAGE;
    buffer_release(&options.greeting);
    free(options.names);
    return code;
}
