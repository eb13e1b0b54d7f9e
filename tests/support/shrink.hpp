#pragma once
// What is left of a random scenario that fails once everything that may go without mending it is gone: a handful of
// requests that somebody can follow by hand.
#include <algorithm>
#include <cstddef>

namespace support {

// `s.requests` is a vector; `fails(s)` says whether the scenario still fails. Leaves out halves, quarters, ... single
// requests while it does.
template <class Scenario, class Fails> Scenario shrunk(Scenario s, const Fails& fails) {
  for (std::size_t part = std::max<std::size_t>(s.requests.size() / 2, 1); part > 0; part /= 2)
    for (std::size_t from = 0; from < s.requests.size();) {
      Scenario without = s;
      const auto first = without.requests.begin() + static_cast<std::ptrdiff_t>(from);
      without.requests.erase(first, first + static_cast<std::ptrdiff_t>(std::min(part, s.requests.size() - from)));
      if (!without.requests.empty() && fails(without))
        s = without;
      else
        from += part;
    }
  return s;
}

} // namespace support
