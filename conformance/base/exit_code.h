/* Exit codes of the program, fixed: scripts rely on them. */
#ifndef BASE_EXIT_CODE_H
#define BASE_EXIT_CODE_H

enum exit_code {
    EXIT_AS_EXPECTED = 0,
    EXIT_NONCONFORMANCE = 1,
    EXIT_USAGE = 2,           /* wrong usage, or unreadable input */
    EXIT_UNEXPECTED_PASS = 3, /* an expected failure passed */
    EXIT_SKIPPED = 4,         /* no module */
    EXIT_NOTHING_SELECTED = 5,
    EXIT_LAB = 6,   /* the line or the lab failed */
    EXIT_MODULE = 7 /* the module crashed, hung or rebooted */
};

#endif
