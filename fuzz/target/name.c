/* The target's name, for what is linked with several. */
extern const char fuzz_target_name[];
const char fuzz_target_name[] = FUZZ_TARGET_NAME;
