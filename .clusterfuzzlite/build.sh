#!/bin/bash -eu
# The same as OSS-Fuzz runs.
exec bash -eu "$SRC/atproof/fuzz/oss-fuzz/build.sh"
