#include "pricing/import/imported_prices.hpp"

#include <fmt/format.h>

namespace pricing::importing {

void PassedOver::add(const std::string& reason, std::string_view where) {
  const bool room = m_entries.size() < kMostReasons || m_entries.contains(reason);
  auto& entry = m_entries[room ? reason : "other reasons"];
  if (entry.count++ == 0) entry.first = where;
}

std::uint64_t PassedOver::total() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, entry] : m_entries) sum += entry.count;
  return sum;
}

void ImportProblems::add(Problem problem) {
  if (m_list.all().size() < kMostSentences)
    m_list.add(std::move(problem));
  else
    ++m_more;
}

void ImportProblems::throwIfAny() {
  if (m_more > 0) m_list.add({m_file, fmt::format("{} more problems", m_more), "a file without problems"});
  m_list.throwIfAny();
}

} // namespace pricing::importing
