/* All cases that follow from the catalogue: made, and written as files. */
#include "cases/cases.h"

#include "base/file.h"
#include "base/memory.h"
#include "cases/cases_internal.h"
#include "catalog/builtin.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the whole -------------------------------------------------------- */

static void make_commands(struct cases_maker *maker)
{
    for (size_t c = 0; c < maker->set->command_count; c++) {
        maker->command = &maker->set->commands[c];
        for (size_t f = 0; f < maker->command->form_count; f++) {
            const struct catalog_form *form = &maker->command->forms[f];
            const char *edition = form->edition != NULL ? form->edition : maker->command->edition;
            if (!catalog_is_of_edition(edition, maker->edition)) continue;
            maker->form = form;
            cases_open_file(maker, form->clause != NULL ? form->clause : maker->command->clause);
            cases_of_form(maker);
        }
    }
    cases_of_urcs(maker);
}

static void make_edition(const struct catalog_model *model, const struct catalog_set *set,
                         const char *edition, struct cases *out, size_t *capacity)
{
    const struct catalog_dialect *dialect = catalog_dialect_of_set(set->name, edition);
    struct cases_maker maker = {
        .model = model, .set = set, .edition = edition, .out = out, .file_capacity = *capacity};
    maker.dialect = dialect == NULL ? set->name : dialect->name;
    maker.folder =
        edition == NULL ? memory_text(set->name) : memory_format("%s-%s", set->name, edition);
    make_commands(&maker);
    *capacity = maker.file_capacity;
    for (size_t i = 0; i < maker.ids.count; i++) free(maker.ids.items[i]);
    free(maker.ids.items);
    free(maker.folder);
}

void cases_generate(const struct catalog_model *model, struct cases *out)
{
    size_t capacity = 0;
    *out = (struct cases){0};
    for (size_t s = 0; s < model->set_count; s++) {
        const struct catalog_set *set = model->sets[s];
        for (size_t e = 0; e < set->edition_count; e++)
            make_edition(model, set, set->editions[e].name, out, &capacity);
        if (set->edition_count == 0) make_edition(model, set, NULL, out, &capacity);
    }
}

void cases_release(struct cases *cases)
{
    for (size_t i = 0; i < cases->file_count; i++) {
        free(cases->files[i].path);
        buffer_release(&cases->files[i].text);
    }
    free(cases->files);
    *cases = (struct cases){0};
}

/* ---- writing ---------------------------------------------------------- */

static bool write_file(const struct cases_file *file, int folder)
{
    const char *slash = strrchr(file->path, '/');
    char *below = memory_slice(file->path, slash == NULL ? 0 : (size_t)(slash - file->path));
    FILE *out =
        file_make_folder_below(folder, below) ? file_create_below(folder, file->path, 0666) : NULL;
    bool good = out != NULL && fwrite(file->text.bytes, 1, file->text.size, out) == file->text.size;
    if (out != NULL && fclose(out) != 0) good = false;
    free(below);
    return good;
}

/* nftw hands its callback no user data. */
static const struct cases *kept;
static size_t directory_size;

static int remove_stale(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    size_t size = strlen(path);
    if (type != FTW_F || strstr(path, "/generated/") == NULL || size < 3
        || strcmp(path + size - 3, ".at") != 0)
        return 0;
    for (size_t i = 0; i < kept->file_count; i++)
        if (strcmp(kept->files[i].path, path + directory_size + 1) == 0) return 0;
    return unlink(path);
}

bool cases_write(const struct cases *cases, const char *directory)
{
    int folder = file_open_folder(directory);
    bool good = folder >= 0;
    for (size_t i = 0; good && i < cases->file_count; i++)
        good = write_file(&cases->files[i], folder);
    if (folder >= 0) close(folder);
    kept = cases;
    directory_size = strlen(directory);
    return good && nftw(directory, remove_stale, 16, FTW_PHYS) == 0;
}
