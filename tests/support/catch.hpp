#pragma once
// The one include of Catch2 for tests: a move to version 3 changes this line only.
#include <catch2/catch.hpp>
