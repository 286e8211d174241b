# Sets ATP_VERSION to the version that the public header states, so that it is
# written in one place.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../include/atproof/atproof.h lines
  REGEX "^#define ATP_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+$")
list(TRANSFORM lines REPLACE ".* ([0-9]+)$" "\\1" OUTPUT_VARIABLE numbers)
list(LENGTH numbers count)
if(NOT count EQUAL 3)
  message(FATAL_ERROR "atproof.h: ATP_VERSION_MAJOR, _MINOR and _PATCH expected, ${count} found")
endif()
list(JOIN numbers "." ATP_VERSION)
