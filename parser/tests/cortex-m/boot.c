/* The vectors of an emulated Cortex-M board; newlib does the rest. */
extern unsigned stack_top;
void _start(void);
void boot(void);

void boot(void)
{
    _start();
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static void (*const vectors[2])(void) = {
    (void (*)(void)) & stack_top, boot};
