/* Unsolicited result codes, alone and at every place where they may interrupt
 * an exchange; those of core interrupt the vendors' exchanges too. */
#include "base/memory.h"
#include "cases/cases_internal.h"
#include "catalog/builtin.h"

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

/* A URC and where it comes. */
struct interruption {
    const struct catalog_set *set; /* of the URC: the maker's own, or core  */
    const struct catalog_record *urc;
    char *name;
};

static void put_interrupted(struct cases_maker *maker, const struct interruption *what,
                            size_t place)
{
    const struct catalog_variant *variant = cases_find_success(maker->form);
    struct cases_twist twist = CASES_PLAIN;
    twist.optional = true;
    twist.repeats = 2;
    char *where = place == 0   ? memory_text("before the echo")
                  : place == 1 ? memory_text("after the echo")
                               : memory_format("after line %zu", place - 1);
    char *title =
        memory_format("%s %s of %s", what->urc->notation, where, maker->form->syntax.text);
    char *form = cases_form_name(maker);
    cases_begin(maker, title, "urc-%s-in-%s-%zu", what->name, form, place);
    cases_put_command(maker, &twist);
    if (place == 0) cases_put_urc(maker, what->set, what->urc);
    cases_put_echo(maker, &twist);
    if (place == 1) cases_put_urc(maker, what->set, what->urc);
    maker->line_count = 0;
    maker->urc_record = place < 2 ? NULL : what->urc;
    maker->urc_set = what->set;
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

static void interrupt_command(struct cases_maker *maker, const struct host *host,
                              const struct catalog_command *command,
                              const struct interruption *what)
{
    for (size_t f = 0; f < command->form_count; f++) {
        const struct catalog_form *form = &command->forms[f];
        const char *edition = form->edition != NULL ? form->edition : command->edition;
        const struct catalog_variant *success = cases_find_success(form);
        if (form->syntax.kind != host->kind || success == NULL
            || !catalog_is_of_edition(edition, maker->edition))
            continue;
        maker->command = command;
        maker->form = form;
        if (what->set != maker->set)
            cases_open_file(maker, form->clause != NULL ? form->clause : command->clause);
        for (size_t place = 0; place <= line_count_of(success) + 1; place++)
            put_interrupted(maker, what, place);
    }
}

static void interrupt(struct cases_maker *maker, const struct interruption *what)
{
    for (size_t h = 0; h < sizeof hosts / sizeof hosts[0]; h++) {
        const struct catalog_command *command =
            strcmp(hosts[h].set, maker->set->name) == 0
                ? catalog_find_command(maker->set, hosts[h].command)
                : NULL;
        if (command != NULL) interrupt_command(maker, &hosts[h], command, what);
    }
}

/* ---- which ------------------------------------------------------------ */

static void own_urc(struct cases_maker *maker, const struct catalog_urc *urc)
{
    struct interruption what = {maker->set, &urc->record, urc_name(&urc->record)};
    maker->command = NULL;
    cases_open_file(maker, urc->clause);
    cases_begin(maker, urc->record.notation, "urc-%s", what.name);
    cases_put_text(maker, "> AT\n< OK\n");
    cases_put_urc(maker, maker->set, &urc->record);
    interrupt(maker, &what);
    free(what.name);
}

/* A URC of core comes from modules of all vendors unless it names one. */
static bool is_of_vendor(const struct cases_maker *maker, const struct catalog_urc *urc)
{
    const struct catalog_dialect *dialect =
        catalog_dialect_of_set(maker->set->name, maker->edition);
    return catalog_is_of_vendor(urc->vendor, dialect == NULL ? NULL : dialect->vendor);
}

static void core_urc(struct cases_maker *maker, const struct catalog_set *core,
                     const struct catalog_urc *urc)
{
    struct interruption what = {core, &urc->record, urc_name(&urc->record)};
    if (is_of_vendor(maker, urc)) interrupt(maker, &what);
    free(what.name);
}

void cases_of_urcs(struct cases_maker *maker)
{
    const struct catalog_set *core = catalog_find_set(maker->model, "core");
    for (size_t u = 0; u < maker->set->urc_count; u++)
        if (catalog_is_of_edition(maker->set->urcs[u].edition, maker->edition))
            own_urc(maker, &maker->set->urcs[u]);
    for (size_t u = 0; core != NULL && core != maker->set && u < core->urc_count; u++)
        core_urc(maker, core, &core->urcs[u]);
}
