#pragma once
// The verbs of `breakeven prices`: list, show, import, diff (contract section 2). Pinned by
// tests/app/prices_commands_test.cpp.
#include <stop_token>

#include "app/commands.hpp"

namespace app {

int pricesVerb(const Options& options, Console& console, const std::stop_token& stop);

} // namespace app
