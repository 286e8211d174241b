#!/bin/sh
# parser/ configures, builds and installs alone; what is installed is found by
# find_package (from C++17) and by pkg-config (from C), also after it moved.
# usage: install.sh PARSER_DIR WORK_DIR
set -eu
parser=$1
work=$2
rm -rf "$work"
mkdir -p "$work/consumer"
cmake -S "$parser" -B "$work/build" -G Ninja -DBUILD_TESTING=OFF -DATP_BUILD_BENCH=OFF > "$work/log"
cmake --build "$work/build" >> "$work/log"
cmake --install "$work/build" --prefix "$work/first" >> "$work/log"
mv "$work/first" "$work/moved"

cat > "$work/consumer/main.cpp" <<'END'
#include <atproof/atproof.h>
#include <atproof/dialects.h>
#include <cstdint>
#include <cstdio>
#include <cstring>

static void on_event(void *user, const atp_event *event)
{
    std::uint32_t value = 0;
    if (event->kind == ATP_KIND_INFO && atp_read_u32(event, 0, &value) == ATP_OK)
        *static_cast<std::uint32_t *>(user) = value;
}

int main()
{
    static std::uint8_t buffer[ATP_BUFFER_SIZE(128)];
    std::uint32_t seen = 0;
    atp_parser parser;
    const char *line = "\r\n+CSQ: 23,0\r\n";
    atp_init(&parser, &atp_catalog_quectel_ec200, buffer, sizeof buffer, on_event, &seen);
    atp_feed(&parser, line, std::strlen(line));
    std::printf("%u\n", static_cast<unsigned>(seen));
    return seen == 23 ? 0 : 1;
}
END
cat > "$work/consumer/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
find_package(atproof 0.2 REQUIRED)
add_executable(consumer main.cpp)
target_compile_options(consumer PRIVATE -Wall -Wextra -Wpedantic -Werror)
target_link_libraries(consumer PRIVATE atproof::atproof)
END
cmake -S "$work/consumer" -B "$work/consumer/build" -G Ninja \
    -DCMAKE_PREFIX_PATH="$work/moved" >> "$work/log"
cmake --build "$work/consumer/build" >> "$work/log"
"$work/consumer/build/consumer" | grep -qx 23

pc=$(dirname "$(find "$work/moved" -name atproof.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs atproof)
version=$(printf '#include <atproof/atproof.h>\nATP_VERSION_STRING\n' \
    | gcc -E -P -I"$parser/include" - | tail -n 1 | tr -d '" ')
[ "$(PKG_CONFIG_PATH=$pc pkg-config --modversion atproof)" = "$version" ] || {
    echo "atproof.pc: not the version of atproof.h, $version"
    exit 1
}
# shellcheck disable=SC2086 # the flags are words
gcc -std=c11 -Wall -Wextra -Werror "$parser/examples/first.c" $flags -o "$work/first-c"
printf '\r\nOK\r\n' | "$work/first-c" | grep -qx 'result OK'
echo "found by find_package from C++17 and by pkg-config from C, after a move"
