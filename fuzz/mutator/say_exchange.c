/* Whole exchanges: a command of a form, a response of one of its variants. */
#include "edit.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

/* What an exchange is made with. */
struct speaker {
    struct session *session;
    struct random *random;
    const struct atp_catalog *catalog;
    const struct atp_form *form;
    uint32_t upload; /* bytes that the command announces                    */
};

/* ---- the command ------------------------------------------------------ */

static void say_argument(struct said *said, const struct speaker *speaker, unsigned index)
{
    char text[16];
    struct random *random = speaker->random;
    if (index + 1 == speaker->form->upload) {
        said_put(said, text, (size_t)snprintf(text, sizeof text, "%u", (unsigned)speaker->upload));
    } else if (index == 0 && speaker->form->key != 0) {
        bool quoted = !random_one_in(random, 4);
        if (quoted) said_text(said, "\"");
        said_text(said, speaker->catalog->text + speaker->form->key);
        if (quoted) said_text(said, "\"");
    } else if (random_one_in(random, 3)) {
        said_text(said, "\"a\"");
    } else if (random_one_in(random, 8)) {
        say_boundary(said, random);
    } else {
        said_put(said, random_one_in(random, 2) ? "0" : "1", 1);
    }
}

static void say_arguments(struct said *said, const struct speaker *speaker)
{
    unsigned count = 1 + random_index(speaker->random, 4);
    if (count < speaker->form->upload) count = speaker->form->upload;
    said_text(said, "=");
    for (unsigned i = 0; i < count; i++) {
        if (i > 0) said_text(said, ",");
        say_argument(said, speaker, i);
    }
}

static void say_command(struct said *said, const struct speaker *speaker,
                        const struct atp_command *command)
{
    const struct atp_name *name = &speaker->catalog->names[command->name];
    said_text(said, random_one_in(speaker->random, 16) ? "at" : "AT");
    said_put(said, speaker->catalog->text + name->text, name->size);
    if (speaker->form->kind == ATP_FORM_READ) said_text(said, "?");
    if (speaker->form->kind == ATP_FORM_TEST) said_text(said, "=?");
    if (speaker->form->kind == ATP_FORM_WRITE) say_arguments(said, speaker);
}

/* ---- the response ----------------------------------------------------- */

static void receive(const struct speaker *speaker, const struct said *said)
{
    edit_add(speaker->session, SESSION_RECEIVED, said->bytes, said->size);
}

/* A line with its line ends. */
static void receive_line(const struct speaker *speaker, const struct said *line)
{
    struct said said = {0};
    if (!random_one_in(speaker->random, 4)) said_text(&said, "\r\n");
    said_put(&said, line->bytes, line->size);
    if (!random_one_in(speaker->random, 24)) said_text(&said, "\r\n");
    receive(speaker, &said);
}

/* What the host owes after a prompt, and perhaps its echo. */
static void upload(const struct speaker *speaker)
{
    struct said said = {0};
    struct random *random = speaker->random;
    if (random_one_in(random, 2)) said_text(&said, "data");
    say_payload(&said, random, speaker->upload);
    if (said.size > speaker->upload && speaker->form->upload > 0) said.size = speaker->upload;
    if (speaker->form->upload == 0) said_text(&said, random_one_in(random, 8) ? "\x1B" : "\x1A");
    edit_add(speaker->session, SESSION_SENT, said.bytes, said.size);
    if (random_one_in(random, 3)) receive(speaker, &said);
}

static void prompt(const struct speaker *speaker, const struct said *line)
{
    static const char *const spellings[] = {"> ", ">", "\r\n> ", "\r\n>"};
    struct said said = {0};
    if (line->size > 0 && line->bytes[0] == '>') {
        said_text(&said, spellings[random_index(speaker->random, 4)]);
        receive(speaker, &said);
    } else {
        receive_line(speaker, line);
    }
    upload(speaker);
}

/* A transparent stream, and its end. */
static void stream(const struct speaker *speaker)
{
    struct said said = {0};
    struct random *random = speaker->random;
    say_payload(&said, random, random_index(random, 40));
    receive(speaker, &said);
    said.size = 0;
    if (random_one_in(random, 2)) {
        edit_add(speaker->session, SESSION_SENT, "+++", 3);
        say_payload(&said, random, random_index(random, 12));
        said_text(&said, random_one_in(random, 3) ? "\r\nNO CARRIER\r\n" : "\r\nOK\r\n");
        receive(speaker, &said);
    } else {
        edit_add(speaker->session, SESSION_STREAM_END, NULL, 0);
    }
}

static void payload(const struct speaker *speaker, uint32_t count)
{
    struct said said = {0};
    struct random *random = speaker->random;
    uint32_t size = count;
    if (random_one_in(random, 8)) size += random_index(random, 5);
    if (random_one_in(random, 8) && size > 0) size -= 1 + random_index(random, size);
    say_payload(&said, random, size);
    if (!random_one_in(random, 4)) said_text(&said, "\r\n");
    receive(speaker, &said);
    if (size < count) edit_add(speaker->session, SESSION_EXPIRE, NULL, 0);
}

static void say_element(const struct speaker *speaker, unsigned element)
{
    const struct atp_catalog *catalog = speaker->catalog;
    const struct atp_record *record = &catalog->records[element & ATP_ELEMENT_RECORD];
    uint32_t count = random_index(speaker->random, random_one_in(speaker->random, 4) ? 64 : 8);
    bool uploads = (speaker->form->flags & ATP_FORM_UPLOAD) != 0;
    struct said line = {0};

    say_record(&line, speaker->random, catalog, record, count);
    if (record->role == ATP_ROLE_PROMPT) {
        prompt(speaker, &line);
        return;
    }
    receive_line(speaker, &line);
    if (record->payload > 0 && count > 0) payload(speaker, count);
    if (record->result == ATP_RESULT_CONNECT) {
        if (uploads) upload(speaker);
        else stream(speaker);
    }
}

static void interrupt(const struct speaker *speaker)
{
    struct said line = {0};
    if (!random_one_in(speaker->random, 5)) return;
    say_urc(&line, speaker->random, speaker->catalog);
    receive_line(speaker, &line);
}

static void say_elements(const struct speaker *speaker)
{
    struct random *random = speaker->random;
    const struct atp_catalog *catalog = speaker->catalog;
    const struct atp_variant *variant =
        &catalog->variants[speaker->form->variant
                           + random_index(random, speaker->form->variant_count)];
    for (unsigned i = 0; i < variant->element_count; i++) {
        unsigned element = catalog->elements[variant->element + i];
        unsigned times = 1;
        if ((element & ATP_ELEMENT_OPTIONAL) != 0) times = random_index(random, 2);
        if ((element & ATP_ELEMENT_REPEATED) != 0 && times > 0) times += random_index(random, 3);
        if (random_one_in(random, 16)) times = 0;
        interrupt(speaker);
        for (; times > 0; times--) say_element(speaker, element);
    }
    interrupt(speaker);
}

/* ---- the whole -------------------------------------------------------- */

static uint32_t pick_upload(struct random *random, const struct atp_form *form)
{
    return (form->flags & ATP_FORM_UPLOAD) != 0 ? 1 + random_index(random, 24) : 0;
}

void say_response(struct session *session, struct random *random, const struct atp_catalog *catalog,
                  const struct atp_form *form)
{
    struct speaker speaker = {session, random, catalog, form, pick_upload(random, form)};
    if (form->variant_count > 0) say_elements(&speaker);
}

void say_exchange(struct session *session, struct random *random, const struct atp_catalog *catalog,
                  const struct atp_command *command)
{
    const struct atp_form *form =
        &catalog->forms[command->form + random_index(random, command->form_count)];
    struct speaker speaker = {session, random, catalog, form, pick_upload(random, form)};
    struct said said = {0};
    if (command->form_count == 0) return;
    say_command(&said, &speaker, command);
    said_text(&said, "\r");
    edit_add(session, SESSION_SENT, said.bytes, said.size);
    if (random_one_in(random, 2)) {
        if (random_one_in(random, 4)) said_text(&said, "\r\n");
        receive(&speaker, &said);
    }
    if (form->variant_count > 0) say_elements(&speaker);
}

/* The command whose name is the longest that the text begins with. */
static const struct atp_command *find_command(const struct atp_catalog *catalog,
                                              const uint8_t *text, size_t size, size_t *name_size)
{
    const struct atp_command *found = NULL;
    *name_size = 0;
    for (unsigned i = 0; i < catalog->command_count; i++) {
        const struct atp_name *name = &catalog->names[catalog->commands[i].name];
        if (name->size > size || name->size <= *name_size
            || memcmp(catalog->text + name->text, text, name->size) != 0)
            continue;
        found = &catalog->commands[i];
        *name_size = name->size;
    }
    return found;
}

static unsigned kind_of(const uint8_t *rest, size_t size)
{
    if (size > 0 && rest[0] == '?') return ATP_FORM_READ;
    if (size == 0 || rest[0] != '=') return ATP_FORM_EXECUTE;
    return size > 1 && rest[1] == '?' ? ATP_FORM_TEST : ATP_FORM_WRITE;
}

const struct atp_form *say_find_form(const struct atp_catalog *catalog, const uint8_t *bytes,
                                     size_t size)
{
    size_t n;
    if (size < 3 || (bytes[0] | 0x20) != 'a' || (bytes[1] | 0x20) != 't') return NULL;
    const struct atp_command *command = find_command(catalog, bytes + 2, size - 2, &n);
    if (command == NULL) return NULL;
    unsigned kind = kind_of(bytes + 2 + n, size - 2 - n);
    for (unsigned i = 0; i < command->form_count; i++)
        if (catalog->forms[command->form + i].kind == kind)
            return &catalog->forms[command->form + i];
    return NULL;
}
