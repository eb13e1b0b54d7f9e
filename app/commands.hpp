#pragma once
// The verbs, as functions of parsed options and two streams. Results go to `out`, everything else to `err`; the return
// value is the exit code of contract section 2. InputError and std::exception leave through the caller.
#include <iosfwd>
#include <stop_token>

#include "app/report_options.hpp"

namespace app {

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool progress = false; // err is a terminal
  bool colour = false;
};

int run(const Options& options, Console& console, std::stop_token stop);

// run() with every failure as a sentence on `err` and its exit code: 2 bad input, 1 internal failure.
int runGuarded(const Options& options, Console& console, std::stop_token stop);

} // namespace app
