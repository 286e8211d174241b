/* Unsolicited result codes, alone and at every place where they may interrupt
 * an exchange of their set. */
#include "cases_internal.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct host {
    const char *command; /* whose exchange is interrupted                   */
    enum atp_form_kind kind;
    const char *set; /* of the set, by the beginning of its name            */
};

static const struct host hosts[] = {
    {"+HTTPREAD", ATP_FORM_WRITE, "simcom-http"},
    {"+HTTPACTION", ATP_FORM_WRITE, "simcom-http"},
    {"+CCHRECV", ATP_FORM_WRITE, "simcom-cch"},
    {"+CCHOPEN", ATP_FORM_WRITE, "simcom-cch"},
    {"+QSSLSTATE", ATP_FORM_EXECUTE, "quectel-ssl"},
    {"+QSSLRECV", ATP_FORM_WRITE, "quectel-ssl"},
    {"+CGDCONT", ATP_FORM_READ, "core"},
};

static char *urc_name(const struct catalog_record *record)
{
    char *text = memory_text(record->notation);
    cases_lower(text, '-');
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == '-') text[--size] = '\0';
    size_t first = strspn(text, "-");
    memmove(text, text + first, size - first + 1);
    return text;
}

static void put_interrupted(struct cases_maker *maker, const struct catalog_record *urc,
                            const char *name, size_t place)
{
    const struct catalog_variant *variant = cases_find_success(maker->form);
    struct cases_twist twist = CASES_PLAIN;
    twist.optional = true;
    twist.repeats = 2;
    char *where = place == 0   ? memory_text("before the echo")
                  : place == 1 ? memory_text("behind the echo")
                               : memory_format("behind line %zu", place - 1);
    char *title = memory_format("%s %s of %s", urc->notation, where, maker->form->syntax.text);
    char *form = cases_form_name(maker);
    cases_begin(maker, title, "urc-%s-in-%s-%zu", name, form, place);
    cases_put_command(maker, &twist);
    if (place == 0) cases_put_record(maker, urc, &twist, false);
    cases_put_echo(maker, &twist);
    if (place == 1) cases_put_record(maker, urc, &twist, false);
    maker->line_count = 0;
    maker->urc_record = place < 2 ? NULL : urc;
    maker->urc_place = place - 1;
    cases_put_response(maker, variant, &twist);
    maker->urc_record = NULL;
    free(form);
    free(title);
    free(where);
}

static size_t line_count_of(const struct catalog_variant *variant)
{
    size_t count = 0;
    for (size_t i = 0; i < variant->element_count; i++)
        count += variant->elements[i].repeated ? 2 : 1;
    return count;
}

static void interrupt(struct cases_maker *maker, const struct host *host,
                      const struct catalog_record *urc, const char *name)
{
    for (size_t c = 0; c < maker->set->command_count; c++) {
        const struct catalog_command *command = &maker->set->commands[c];
        if (strcmp(command->name, host->command) != 0) continue;
        for (size_t f = 0; f < command->form_count; f++) {
            const struct catalog_form *form = &command->forms[f];
            const char *edition = form->edition != NULL ? form->edition : command->edition;
            if (form->syntax.kind != host->kind || !catalog_is_of_edition(edition, maker->edition)
                || cases_find_success(form) == NULL)
                continue;
            maker->command = command;
            maker->form = form;
            for (size_t place = 0; place <= line_count_of(cases_find_success(form)) + 1; place++)
                put_interrupted(maker, urc, name, place);
        }
    }
}

void cases_of_urcs(struct cases_maker *maker)
{
    for (size_t u = 0; u < maker->set->urc_count; u++) {
        const struct catalog_urc *urc = &maker->set->urcs[u];
        struct cases_twist plain = CASES_PLAIN;
        if (!catalog_is_of_edition(urc->edition, maker->edition)) continue;
        maker->command = NULL;
        cases_open_file(maker, urc->clause);
        char *name = urc_name(&urc->record);
        cases_begin(maker, urc->record.notation, "urc-%s", name);
        cases_put_text(maker, "> AT\n< OK\n");
        cases_put_record(maker, &urc->record, &plain, false);
        for (size_t h = 0; h < sizeof hosts / sizeof hosts[0]; h++)
            if (strcmp(hosts[h].set, maker->set->name) == 0)
                interrupt(maker, &hosts[h], &urc->record, name);
        free(name);
    }
}
