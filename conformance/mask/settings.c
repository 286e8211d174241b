/* Values of `--set` that are secrets: by the variable's name, or because a case sends
 * them where the catalogue marks one. */
#include "mask/mask_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char hidden[] = "..."; /* in command lines: nobody takes it for the value */

static void note(struct mask *mask, const struct script_setting *setting, enum catalog_secret kind)
{
    mask_add(mask, kind, setting->text, strlen(setting->text));
    for (size_t i = 0; i < mask->settings.count; i++)
        if (strcmp(mask->settings.items[i], setting->name) == 0) return;
    *LIST_ADD(&mask->settings) = setting->name;
}

/* ---- by name ------------------------------------------------------------ */

static bool ends_in(const char *name, const char *end)
{
    size_t size = strlen(name);
    return size >= strlen(end) && strcmp(name + size - strlen(end), end) == 0;
}

void mask_note_settings(struct mask *mask, const struct script_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        const struct script_setting *setting = &settings->items[i];
        enum catalog_secret kind = mask_kind_of_name(setting->name, strlen(setting->name));
        bool is_address = ends_in(setting->name, "_port") || ends_in(setting->name, "_host")
                          || ends_in(setting->name, "_file") || ends_in(setting->name, "_path");
        if (kind != CATALOG_SECRET_NONE && !is_address) note(mask, setting, kind);
    }
}

/* ---- by place ----------------------------------------------------------- */

static const char *value_of(const struct script_settings *settings, const char *name)
{
    for (size_t i = settings->count; i > 0; i--)
        if (strcmp(settings->items[i - 1].name, name) == 0) return settings->items[i - 1].text;
    return "";
}

static void add_line(struct transcript_builder *out, const struct script_settings *settings,
                     const struct script_node *node)
{
    struct buffer line = {0};
    for (size_t i = 0; i < node->part_count; i++) {
        const struct script_part *part = &node->parts[i];
        if (part->kind == SCRIPT_REFERENCE)
            buffer_append_text(&line, value_of(settings, part->name));
        else if (part->kind == SCRIPT_LITERAL || part->has_example)
            buffer_append(&line, part->bytes, part->size);
    }
    buffer_append(&line, "\r", 1);
    transcript_add(out, TRANSCRIPT_SENT, 0, 0, line.bytes, line.size);
    buffer_release(&line);
}

/* Groups are at most SCRIPT_DEPTH_MAX deep. */
static void add_lines(struct transcript_builder *out, const struct script_settings *settings,
                      const struct script_node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].kind == SCRIPT_LINE && nodes[i].is_sent) add_line(out, settings, &nodes[i]);
        for (size_t k = 0; k < nodes[i].branch_count; k++)
            add_lines(out, settings, nodes[i].branches[k].nodes, nodes[i].branches[k].node_count);
    }
}

static bool has_pair(const struct mask *mask, const char *text, enum catalog_secret *kind)
{
    for (size_t i = 0; i < mask->pairs.count; i++) {
        const struct mask_pair *pair = &mask->pairs.items[i];
        if (pair->size != strlen(text) || memcmp(pair->secret, text, pair->size) != 0) continue;
        *kind = pair->kind;
        return true;
    }
    return false;
}

void mask_note_case(struct mask *mask, const struct script_settings *settings,
                    const struct script_case *case_)
{
    struct transcript_builder builder = {0};
    struct transcript sent;
    struct transcript_error error;
    if (settings->count == 0) return;
    add_lines(&builder, settings, case_->setup, case_->setup_count);
    add_lines(&builder, settings, case_->body.nodes, case_->body.node_count);
    add_lines(&builder, settings, case_->cleanup, case_->cleanup_count);
    if (!transcript_build(&builder, &sent, &error)) return;
    struct mask *found = mask_new(mask->compiled);
    mask_transcript(found, &sent, true);
    for (size_t i = 0; i < settings->count; i++) {
        enum catalog_secret kind = CATALOG_SECRET_NONE;
        if (has_pair(found, settings->items[i].text, &kind)) note(mask, &settings->items[i], kind);
    }
    mask_free(found);
    transcript_release(&sent);
}

/* ---- command lines ------------------------------------------------------ */

/* Size of the rest of a shell word: as results_command quotes it. */
static size_t word_size(const char *text, bool quoted)
{
    size_t size = 0;
    if (!quoted) return strcspn(text, " ");
    while (text[size] != '\0') {
        if (strncmp(text + size, "'\\''", 4) == 0) size += 4;
        else if (text[size] == '\'') return size;
        else size++;
    }
    return size;
}

/* `NAME=value` as a word, or after `--set=`. */
static char *hide_setting(char *command, const char *name)
{
    struct buffer out = {0};
    size_t size = strlen(name);
    bool quoted = false;
    for (const char *at = command; *at != '\0';) {
        bool begins = at > command && strchr(" '=", at[-1]) != NULL;
        if (begins && strncmp(at, name, size) == 0 && at[size] == '=') {
            buffer_append(&out, at, size + 1);
            buffer_append_text(&out, hidden);
            at += size + 1 + word_size(at + size + 1, quoted);
            continue;
        }
        quoted ^= *at == '\'';
        buffer_append(&out, at++, 1);
    }
    free(command);
    return buffer_take_text(&out);
}

char *mask_command(struct mask *mask, const char *command)
{
    char *out = memory_text(command);
    for (size_t i = 0; i < mask->settings.count; i++)
        out = hide_setting(out, mask->settings.items[i]);
    char *text = mask_text(mask, out, false);
    free(out);
    return text;
}

/* ---- transcripts -------------------------------------------------------- */

void mask_settings(struct mask *mask, struct transcript *transcript)
{
    if (mask->settings.count > 0) mask_transcript(mask, transcript, false);
}

struct transcript mask_copy(struct mask *mask, const struct transcript *transcript)
{
    struct transcript copy = *transcript;
    size_t size = 0;
    for (size_t i = 0; i < copy.item_count; i++)
        if (copy.items[i].offset + copy.items[i].size > size)
            size = copy.items[i].offset + copy.items[i].size;
    copy.bytes = memory_new(size + 1, 1);
    if (size > 0) memcpy(copy.bytes, transcript->bytes, size);
    mask_settings(mask, &copy);
    return copy;
}
