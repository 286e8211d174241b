/* Files: links that lead elsewhere, FIFOs that would be waited for. A test that waits
 * is ended by an alarm. */
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_S 10

static char home[] = "/tmp/atproof-file-XXXXXX";

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(text, expected);
}

static mode_t type_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & S_IFMT;
}

/* A secret outside, and a folder with all sorts of things in it. */
static int make(void **state)
{
    (void)state;
    strcpy(home + strlen(home) - 6, "XXXXXX");
    if (mkdtemp(home) == NULL || chdir(home) != 0) return -1;
    mkdir("in", 0777);
    mkdir("in/deep", 0777);
    mkdir("out", 0777);
    put("secret", "secret");
    put("in/plain", "plain");
    put("in/deep/er", "deeper");
    bool good = symlink("../secret", "in/link") == 0 && symlink("plain", "in/own") == 0
                && symlink("..", "in/up") == 0 && symlink("deep", "in/inner") == 0
                && mkfifo("in/fifo", 0666) == 0;
    alarm(WAIT_S);
    return good ? 0 : -1;
}

static int clean(void **state)
{
    (void)state;
    alarm(0);
    char *command = memory_format("rm -rf '%s'", home);
    int status = chdir("/") == 0 ? system(command) : -1; /* NOLINT: a folder of its own */
    free(command);
    return status;
}

/* ---- reading ------------------------------------------------------------ */

static void assert_refused_below(const char *path, int error)
{
    errno = 0;
    assert_null(file_open_below("in", path));
    assert_int_equal(errno, error);
}

static void test_file_below_is_read(void **state)
{
    static const char *const paths[] = {"plain", "./plain", "deep/er", "deep//./er"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        FILE *file = file_open_below("in", paths[i]);
        assert_non_null(file);
        fclose(file);
    }
}

static void test_link_below_is_refused(void **state)
{
    (void)state;
    assert_refused_below("link", ELOOP);
    assert_refused_below("own", ELOOP);
    assert_refused_below("up/secret", ELOOP);
    assert_refused_below("inner/er", ELOOP);
}

static void test_path_that_leads_out_is_refused(void **state)
{
    (void)state;
    assert_refused_below("../secret", EXDEV);
    assert_refused_below("deep/../../secret", EXDEV);
    assert_refused_below("/etc/hostname", EXDEV);
    assert_refused_below("..", EXDEV);
    assert_refused_below("", EISDIR);
    assert_refused_below(".", EISDIR);
    assert_refused_below("deep", EISDIR);
    assert_refused_below("none", ENOENT);
}

static void test_fifo_and_device_are_not_waited_for(void **state)
{
    (void)state;
    assert_refused_below("fifo", EBADFD);
    assert_null(file_open("in/fifo"));
    assert_int_equal(errno, EBADFD);
    assert_null(file_open("/dev/zero"));
    assert_int_equal(errno, EBADFD);
    assert_null(file_open("in"));
    assert_int_equal(errno, EISDIR);
}

static void test_user_names_links_and_streams(void **state)
{
    int ends[2];
    char text[8] = "";
    (void)state;
    FILE *file = file_open("in/link");
    assert_non_null(file);
    fclose(file);
    file = file_open("/dev/null");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    char *path = memory_format("/dev/fd/%d", ends[0]);
    file = file_open(path);
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), 3);
    fclose(file);
    close(ends[0]);
    free(path);
    assert_null(file_open("/dev/fd/99999"));
    assert_null(file_open("/dev/fd/x"));
}

/* ---- writing ------------------------------------------------------------ */

static void test_new_file_replaces_only_files(void **state)
{
    (void)state;
    assert_true(file_write("out/new", "a", 1));
    assert_holds("out/new", "a");
    assert_true(file_write("out/new", "bc", 2));
    assert_holds("out/new", "bc");
    assert_false(file_write("in/deep", "x", 1));
    assert_int_equal(errno, EISDIR);
    assert_false(file_write("in/fifo", "x", 1));
    assert_int_equal(errno, EBADFD);
    assert_int_equal(type_of("in/fifo"), S_IFIFO);
    assert_true(file_write("/dev/null", "x", 1));
    assert_int_equal(type_of("/dev/null"), S_IFCHR);
}

static void test_planted_link_is_not_written_through(void **state)
{
    struct file_out out;
    int folder = file_open_folder("in");
    (void)state;
    assert_true(folder >= 0);
    assert_null(file_create("in/link"));
    assert_int_equal(errno, ELOOP);
    assert_null(file_append("in/link"));
    assert_int_equal(errno, ELOOP);
    assert_false(file_begin(&out, "in/link"));
    assert_null(file_create_below(folder, "link", 0666));
    assert_null(file_create_below(folder, "up/secret", 0666));
    assert_false(file_make_folder_below(folder, "up/made"));
    assert_int_equal(errno, ELOOP);
    assert_int_equal(close(folder), 0);
    assert_holds("secret", "secret");
}

/* As long as the file is not whole, and when somebody is faster. */
static void test_link_planted_meanwhile_is_replaced(void **state)
{
    struct file_out out;
    (void)state;
    assert_true(file_begin(&out, "out/report"));
    assert_int_equal(symlink("../secret", "out/report"), 0);
    fputs("report", out.stream);
    assert_true(file_end(&out, true));
    assert_holds("secret", "secret");
    assert_int_equal(type_of("out/report"), S_IFREG);
    assert_holds("out/report", "report");
}

static void test_second_name_of_a_file_keeps_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(link("secret", "out/twin"), 0);
    assert_null(file_append("out/twin"));
    assert_int_equal(errno, EMLINK);
    FILE *file = file_create("out/twin");
    assert_non_null(file);
    fputs("new", file);
    fclose(file);
    assert_holds("secret", "secret");
    assert_holds("out/twin", "new");
}

static void test_file_that_is_not_whole_leaves_the_older(void **state)
{
    struct file_out out;
    (void)state;
    assert_true(file_write("out/kept", "old", 3));
    assert_true(file_begin(&out, "out/kept"));
    fputs("half", out.stream);
    assert_false(file_end(&out, false));
    assert_holds("out/kept", "old");
    assert_int_equal(unlink("out/kept"), 0);
    assert_int_equal(rmdir("out"), 0); /* nothing else is left in it */
}

static void test_created_file_has_its_name_at_once(void **state)
{
    (void)state;
    FILE *file = file_create("out/grows");
    assert_non_null(file);
    fputs("a", file);
    fflush(file);
    assert_holds("out/grows", "a");
    fclose(file);
    file = file_append("out/grows");
    assert_non_null(file);
    fputs("b", file);
    fclose(file);
    assert_holds("out/grows", "ab");
}

static void test_mode_is_never_wider(void **state)
{
    struct stat status;
    int folder = file_open_folder("out");
    (void)state;
    put("out/key", "old");
    assert_int_equal(chmod("out/key", 0644), 0);
    FILE *file = file_create_below(folder, "key", 0600);
    assert_non_null(file);
    fclose(file);
    assert_int_equal(stat("out/key", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(chmod("out/key", 0400), 0);
    file = file_create_below(folder, "key", 0666);
    fclose(file);
    assert_int_equal(stat("out/key", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0400);
    close(folder);
}

static void test_folder_is_not_a_link(void **state)
{
    (void)state;
    assert_int_equal(symlink("in", "linked"), 0);
    assert_int_equal(file_open_folder("linked"), -1);
    assert_int_equal(errno, ELOOP);
    int folder = file_open_folder("linked/"); /* the user means it */
    assert_true(folder >= 0);
    close(folder);
    folder = file_open_folder("fresh");
    assert_true(file_make_folder_below(folder, "a/b"));
    assert_int_equal(rename("fresh", "moved"), 0);
    assert_int_equal(symlink("in", "fresh"), 0);
    FILE *file = file_create_below(folder, "a/b/c", 0666);
    assert_non_null(file);
    fclose(file);
    assert_int_equal(type_of("moved/a/b/c"), S_IFREG);
    close(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)
    const struct CMUnitTest tests[] = {
        TEST(test_file_below_is_read),
        TEST(test_link_below_is_refused),
        TEST(test_path_that_leads_out_is_refused),
        TEST(test_fifo_and_device_are_not_waited_for),
        TEST(test_user_names_links_and_streams),
        TEST(test_new_file_replaces_only_files),
        TEST(test_planted_link_is_not_written_through),
        TEST(test_link_planted_meanwhile_is_replaced),
        TEST(test_second_name_of_a_file_keeps_its_bytes),
        TEST(test_file_that_is_not_whole_leaves_the_older),
        TEST(test_created_file_has_its_name_at_once),
        TEST(test_mode_is_never_wider),
        TEST(test_folder_is_not_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
