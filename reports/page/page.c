/* A page's frame, and text in it. */
#include "page/page.h"

#include "base/arena.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* reports/page/, embedded.S */
extern const char page_css_begin[], page_css_end[];
extern const char page_js_begin[], page_js_end[];

/* ---- text ------------------------------------------------------------- */

void page_shown(FILE *out, const char *shown, size_t size)
{
    const char *end = shown + size;
    while (shown < end) {
        size_t plain = strcspn(shown, "&<>\"'");
        if (plain > (size_t)(end - shown)) plain = (size_t)(end - shown);
        fwrite(shown, 1, plain, out);
        shown += plain;
        if (shown == end) return;
        switch (*shown++) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        default: fputs("&#39;", out);
        }
    }
}

void page_text(FILE *out, const char *bytes)
{
    if (bytes == NULL) return;
    char *shown = text_shown(bytes);
    page_shown(out, shown, strlen(shown));
    free(shown);
}

/* Puts the value of the directive behind `%`. Returns: its size. */
static size_t put_value(FILE *out, const char *directive, va_list *values)
{
    if (strncmp(directive, "s", 1) == 0) {
        page_text(out, va_arg(*values, const char *));
        return 1;
    }
    if (strncmp(directive, "zu", 2) == 0) return fprintf(out, "%zu", va_arg(*values, size_t)), 2;
    if (strncmp(directive, "u", 1) == 0) return fprintf(out, "%u", va_arg(*values, unsigned)), 1;
    if (strncmp(directive, "d", 1) == 0) return fprintf(out, "%d", va_arg(*values, int)), 1;
    if (strncmp(directive, "lu", 2) == 0)
        return fprintf(out, "%lu", va_arg(*values, unsigned long)), 2;
    if (strncmp(directive, "llu", 3) == 0)
        return fprintf(out, "%llu", va_arg(*values, unsigned long long)), 3;
    if (directive[0] == '.' && directive[1] != '\0' && directive[2] == 'f')
        return fprintf(out, "%.*f", directive[1] - '0', va_arg(*values, double)), 3;
    if (*directive != '%') abort(); /* the format is ours */
    fputc('%', out);
    return 1;
}

void page_put(FILE *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        fwrite(format, 1, plain, out);
        format += plain;
        if (*format == '%') format += 1 + put_value(out, format + 1, &values);
    }
    va_end(values);
}

void page_number(FILE *out, size_t number)
{
    char *text = text_grouped(number);
    fputs(text, out);
    free(text);
}

void page_count(FILE *out, size_t count, const char *what)
{
    page_number(out, count);
    page_put(out, " %s%s", what, count == 1 ? "" : "s");
}

void page_duration(FILE *out, double seconds)
{
    double ms = seconds * 1e3;
    if (ms < 0.005) fputs("0 ms", out);
    else if (ms < 9.995) fprintf(out, "%.2f ms", ms);
    else if (ms < 999.5) fprintf(out, "%.0f ms", ms);
    else if (seconds < 99.95) fprintf(out, "%.2f s", seconds);
    else fprintf(out, "%.0f s", seconds);
}

/* ---- blocks ----------------------------------------------------------- */

static bool is_word(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z')
           || (byte >= 'a' && byte <= 'z') || (unsigned char)byte >= 0x80;
}

/* Whether a word goes on at both sides of `at`. */
static bool splits(const char *text, size_t at)
{
    return at > 0 && is_word(text[at - 1]) && is_word(text[at]);
}

/* Whole words that both begin with, and then end with. */
static void common(const char *left, const char *right, size_t *head, size_t *tail)
{
    size_t left_size = strlen(left);
    size_t right_size = strlen(right);
    size_t least = left_size < right_size ? left_size : right_size;
    *head = *tail = 0;
    while (*head < least && left[*head] == right[*head]) ++*head;
    while (*head > 0 && (splits(left, *head) || splits(right, *head))) --*head;
    while (*tail < least - *head && left[left_size - *tail - 1] == right[right_size - *tail - 1])
        ++*tail;
    while (*tail > 0 && (splits(left, left_size - *tail) || splits(right, right_size - *tail)))
        --*tail;
}

/* Nothing is marked where nothing is common: all of it would be. */
static void put_side(FILE *out, const char *head_text, const char *shown, size_t head, size_t tail)
{
    size_t size = strlen(shown);
    bool marks = head + tail > 0 && head + tail < size;
    page_put(out, "<div><dt>%s</dt><dd><code>", head_text);
    page_shown(out, shown, marks ? head : size);
    if (marks) {
        fputs("<mark>", out);
        page_shown(out, shown + head, size - head - tail);
        fputs("</mark>", out);
        page_shown(out, shown + size - tail, tail);
    }
    fputs("</code></dd></div>", out);
}

void page_sides(FILE *out, const struct page_sides *sides)
{
    if (sides->left == NULL && sides->right == NULL) return;
    char *left = text_shown(sides->left == NULL ? "" : sides->left);
    char *right = text_shown(sides->right == NULL ? "" : sides->right);
    size_t head = 0;
    size_t tail = 0;
    common(left, right, &head, &tail);
    fputs("<dl class=\"sides\">", out);
    put_side(out, sides->left_head, left, head, tail);
    put_side(out, sides->right_head, right, head, tail);
    fputs("</dl>\n", out);
    free(left);
    free(right);
}

void page_badge(FILE *out, const char *class, const char *shown)
{
    page_put(out, "<b class=\"badge %s\">%s</b>", class, shown);
}

void page_command(FILE *out, const char *command)
{
    page_put(out, "<pre class=\"cmd\"><code>%s</code></pre>\n", command);
}

void page_scroll_begin(FILE *out, const char *label)
{
    page_put(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n",
             label);
}

void page_scroll_end(FILE *out)
{
    fputs("</div>\n", out);
}

/* ---- the frame -------------------------------------------------------- */

/* As a policy names what it lets in. */
static void put_digest(FILE *out, const char *begin, const char *end)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char text[EVP_MAX_MD_SIZE * 2];
    unsigned size = 0;
    if (EVP_Digest(begin, (size_t)(end - begin), digest, &size, EVP_sha256(), NULL) != 1)
        arena_must(NULL);
    EVP_EncodeBlock(text, digest, (int)size);
    fprintf(out, "'sha256-%s'", (const char *)text);
}

void page_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "base-uri 'none'; form-action 'none'; img-src data:; style-src ",
          out);
    put_digest(out, page_css_begin, page_css_end);
    fputs("; script-src ", out);
    put_digest(out, page_js_begin, page_js_end);
    fputs("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>",
          out);
    page_text(out, title);
    fputs("</title>\n<style>", out);
    fwrite(page_css_begin, 1, (size_t)(page_css_end - page_css_begin), out);
    fputs("</style>\n</head>\n<body>\n", out);
}

void page_end(FILE *out)
{
    fputs("<script>", out);
    fwrite(page_js_begin, 1, (size_t)(page_js_end - page_js_begin), out);
    fputs("</script>\n</body>\n</html>\n", out);
}
