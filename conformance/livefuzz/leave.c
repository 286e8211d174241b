/* What is not said to a module without its owner's leave: the table. */
#include "livefuzz/leave.h"

#include "run/run.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char leave_help[] =
    "What is not sent without --allow: stores-files (writes files or what outlives a restart), "
    "costs-data (opens connections, attaches, joins networks), resets (restarts, switches off), "
    "line (speed, framing and flow control of the port, DTR), pins (PINs and locks), dials (calls "
    "and messages), framing (mutes the module or changes how it says results), unknown "
    "(commands of no manual at hand). Of a virtual module all but framing is sent.";

/* A command that needs leave to be said with arguments, or alone; `?` and `=?` ask
 * and change nothing. A name that ends in `*` is any that begins so. */
static const struct leave {
    const char *name;
    const char *word;
    const char *why;
} table[] = {
    /* restarts, or switches off */
    {"+CFUN", "resets", "1,1 restarts, 0 and 4 switch the radio off"},
    {"+CPOF", "resets", "switches off"},
    {"+CPOWD", "resets", "switches off"},
    {"+QPOWD", "resets", "switches off"},
    {"+CRESET", "resets", "restarts"},
    {"+QRST", "resets", "restarts"},
    {"Z", "resets", "loads a profile"},
    {"&F", "resets", "loads the factory's profile"},
    {"&W", "stores-files", "stores a profile"},
    {"&Y", "stores-files", "chooses the profile of the next start"},
    /* the port itself */
    {"+IPR", "line", "changes the speed"},
    {"+ICF", "line", "changes bits and parity"},
    {"+IFC", "line", "changes flow control"},
    {"&K", "line", "changes flow control"},
    {"&Q", "line", "changes how the line works"},
    {"&D", "line", "lets DTR hang up"},
    {"&C", "line", "changes DCD"},
    {"&S", "line", "changes DSR"},
    {"\\Q", "line", "changes flow control"},
    {"S", "line", "S3, S4 and S5 are the characters that end and edit lines"},
    {"+CMUX", "line", "turns the port into a multiplexer"},
    {"+QCFG", "line", "configures USB and UART"},
    {"+CUSB*", "line", "changes what the USB port is"},
    {"+CSCLK", "line", "lets the port sleep"},
    {"+QSCLK", "line", "lets the port sleep"},
    /* PINs, which lock for good after some tries */
    {"+CPIN*", "pins", "a wrong PIN counts"},
    {"+CLCK", "pins", "locks"},
    {"+CPWD", "pins", "changes a password"},
    {"+CPUK", "pins", "a wrong PUK counts"},
    {"+CRSM", "pins", "writes to the SIM"},
    {"+CSIM", "pins", "talks to the SIM"},
    /* calls and messages, which cost */
    {"D", "dials", "calls"},
    {"A", "dials", "takes a call"},
    {"O", "dials", "goes back to a call or stream"},
    {"+CMGS", "dials", "sends a message"},
    {"+CMGW", "dials", "stores a message"},
    {"+CMSS", "dials", "sends a message"},
    {"+CMGC", "dials", "sends a command"},
    {"+CMGD", "dials", "deletes a message"},
    {"+CUSD", "dials", "asks the network"},
    /* connections */
    {"+COPS", "costs-data", "joins or leaves a network"},
    {"+CGATT", "costs-data", "attaches"},
    {"+CGACT", "costs-data", "activates a context"},
    {"+CGDATA", "costs-data", "opens a connection"},
    {"+QIACT", "costs-data", "activates a context"},
    {"+QIDEACT", "costs-data", "deactivates a context"},
    {"+QIOPEN", "costs-data", "opens a connection"},
    {"+QISEND", "costs-data", "sends"},
    {"+QSSLOPEN", "costs-data", "opens a connection"},
    {"+QSSLSEND", "costs-data", "sends"},
    {"+QHTTP*", "costs-data", "makes requests"},
    {"+HTTPINIT", "costs-data", "activates a context"},
    {"+HTTPACTION", "costs-data", "makes a request"},
    {"+HTTPPOSTFILE", "costs-data", "makes a request"},
    {"+CCHSTART", "costs-data", "activates a context"},
    {"+CCHOPEN", "costs-data", "opens a connection"},
    {"+CCHSEND", "costs-data", "sends"},
    {"+CIP*", "costs-data", "opens connections"},
    {"+NETOPEN", "costs-data", "activates a context"},
    /* what outlives a restart */
    {"+QF*", "stores-files", "writes files"},
    {"+FS*", "stores-files", "writes files"},
    {"+CFTRANRX", "stores-files", "writes files"},
    {"+CCERT*", "stores-files", "writes certificates"},
    {"+QSECWRITE", "stores-files", "writes certificates"},
    {"+QSECDEL", "stores-files", "deletes certificates"},
    {"+HTTPREADFILE", "stores-files", "writes files"},
    {"+CGDCONT", "stores-files", "a context is kept"},
    {"+QICSGP", "stores-files", "a context is kept"},
    {"+CCLK", "stores-files", "the clock is kept"},
    /* results are no more, or no more in words */
    {"Q", "framing", "mutes"},
    {"V", "framing", "results in digits, without line ends"},
    {"E", "framing", "echo off: commands and answers cannot be told apart"},
};

static bool is_named(const char *pattern, const char *name)
{
    size_t size = strlen(pattern);
    if (pattern[size - 1] == '*') return strncasecmp(pattern, name, size - 1) == 0;
    return strcasecmp(pattern, name) == 0;
}

static const char *word_of(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (is_named(table[i].name, name)) return table[i].word;
    return NULL;
}

/* ---- a line ----------------------------------------------------------- */

/* Not at/line.h: no command that some module might see may be missed. Every
 * semicolon counts, also one in quotes. */

/* `+NAME`, from *at on; spaces and control bytes are ignored, as a module may
 * ignore them. */
static void read_extended(const char **at, struct leave_command *out)
{
    size_t size = 0;
    for (; **at != '\0' && strchr("=?;,\"", **at) == NULL; (*at)++)
        if (isgraph((unsigned char)**at) && size + 1 < sizeof out->name) out->name[size++] = **at;
    out->name[size] = '\0';
    while (**at == ' ') (*at)++;
    const char *mark = *at;
    if (*mark == '=') mark++;
    const char *rest = mark + strspn(mark, "? ");
    out->asks = mark[0] == '?' && (*rest == '\0' || *rest == ';');
}

static void read_basic(const char **at, struct leave_command *out)
{
    bool long_name = strchr("&\\%-", **at) != NULL && (*at)[1] != '\0';
    size_t size = long_name ? 2 : 1;
    memcpy(out->name, *at, size);
    out->name[size] = '\0';
    *at += size;
    out->asks = false;
    *at += strspn(*at, "0123456789");
}

/* After an extended one, and after D, only a semicolon begins another. */
bool leave_next(const char *line, const char **at, struct leave_command *out)
{
    if (*at == NULL) *at = strncasecmp(line, "AT", 2) == 0 ? line + 2 : line;
    while (**at != '\0' && (**at == ';' || !isgraph((unsigned char)**at))) (*at)++;
    if (**at == '\0') return false;
    bool extended = strchr("+*$^#", **at) != NULL;
    if (extended) read_extended(at, out);
    else read_basic(at, out);
    bool ends = extended || (out->name[0] | 0x20) == 'd';
    if (ends) *at += strcspn(*at, ";");
    return true;
}

/* E1, Q0 and V1 are how every sequence begins. */
static bool is_harmless(const struct leave_command *found, const char *after)
{
    if (strchr("EeQqVv", found->name[0]) == NULL) return false;
    return strncasecmp(after - 2, "E1", 2) == 0 || strncasecmp(after - 2, "Q0", 2) == 0
           || strncasecmp(after - 2, "V1", 2) == 0;
}

const char *leave_needed(const char *line, const char *allowed, leave_is_known *is_known,
                         const void *user)
{
    const char *at = NULL;
    struct leave_command found;
    while (leave_next(line, &at, &found)) {
        const char *word = word_of(found.name);
        if (word == NULL && !is_known(user, found.name)) word = "unknown";
        else if (found.asks || is_harmless(&found, at)) continue;
        if (word != NULL && !run_is_listed(allowed, word)) return word;
    }
    return NULL;
}

bool leave_resets(const char *line)
{
    const char *at = NULL;
    struct leave_command found;
    while (leave_next(line, &at, &found)) {
        const char *word = word_of(found.name);
        if (word != NULL && !found.asks && strcmp(word, "resets") == 0) return true;
    }
    return false;
}
