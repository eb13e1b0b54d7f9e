// The only file that compiles Catch2's runner; it takes seconds, so nothing else is in it.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
