#pragma once
// The frame that CSV offers share: five lines of head, a line of column names, then a record per price. Columns are
// found by name, since they differ between offers and versions.
// Private to pricing/import.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/import/imported_prices.hpp"
#include "pricing/import/line_reader.hpp"

namespace pricing::importing {

class CsvOffer {
 public:
  CsvOffer(const std::string& path, ProgressMeter& meter);

  // The place of a column; a missing one is a problem when it is required, and reads as empty otherwise.
  using Column = std::optional<std::size_t>;
  Column column(std::string_view name) const;
  Column required(std::string_view name, ImportProblems& problems);

  // The next record with all its cells; what is none is a problem.
  bool next(ImportProblems& problems);
  std::string_view cell(const Column& column) const { return column ? m_cells[*column] : std::string_view(); }
  std::string line() const; // "FILE: line N"

 private:
  std::string m_path;
  ByteSource m_source;
  CsvReader m_reader;
  std::vector<std::string> m_names;
  std::vector<std::string_view> m_cells;
};

} // namespace pricing::importing
