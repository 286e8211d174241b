#!/bin/bash -eu
# Builds every fuzz target as OSS-Fuzz and ClusterFuzzLite want it: with $CC, $CXX,
# $CFLAGS, $CXXFLAGS and $LIB_FUZZING_ENGINE, in $WORK, into $OUT:
#
#   fuzz_TARGET, fuzz_TARGET_seed_corpus.zip, fuzz_TARGET.dict, fuzz_TARGET.options
#   lib/    the shared libraries that they need: the runners have none of them
#
# $SANITIZER is in the flags already; with `memory` those targets are built that
# need no library that is not instrumented (fuzz/CMakeLists.txt says which).
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$WORK/atproof

# The seeds are made by programs that no sanitizer slows down.
env -u CFLAGS -u CXXFLAGS cmake -S "$source" -B "$WORK/seeds" -DBUILD_TESTING=OFF \
    -DATP_BUILD_BENCH=OFF -DATP_FUZZ_ENGINE=none
cmake --build "$WORK/seeds" --target fuzz-seeds -j"$(nproc)"

cmake -S "$source" -B "$build" \
    -DCMAKE_BUILD_TYPE=None -DBUILD_TESTING=OFF -DATP_BUILD_BENCH=OFF \
    -DATP_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" \
    -DCMAKE_BUILD_RPATH='$ORIGIN/lib' \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags
cmake --build "$build" --target fuzz-targets -j"$(nproc)"

mkdir -p "$OUT/lib"
while read -r target; do
    cp "$build/fuzz/fuzz_$target" "$OUT/"
    dict=$source/fuzz/$target.dict
    [ -f "$dict" ] || dict=$source/fuzz/at.dict
    cp "$dict" "$OUT/fuzz_$target.dict"
    (cd "$WORK/seeds/fuzz/seeds/$target" && python3 -m zipfile -c "$OUT/fuzz_${target}_seed_corpus.zip" ./*)
    printf '[libfuzzer]\nmax_len = 4096\ntimeout = 25\ndict = fuzz_%s.dict\n' "$target" \
        > "$OUT/fuzz_$target.options"
    ldd "$build/fuzz/fuzz_$target" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' \
        | grep -Ev '/lib(c|m|dl|rt|pthread|resolv)\.so' | xargs -r cp -Lft "$OUT/lib" || true
done < "$build/fuzz/targets.txt"
