#pragma once
// Columns of a CSV file by name: case, blanks, underscores and @ do not matter, and a unit may stand at the end
// ("Duration (ms)", "duration_ms", "elapsedMs"). Pinned by tests/workloads/generic_csv_test.cpp.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "workloads/import/time_stamps.hpp"

namespace workloads::importing {

struct ColumnName {
  std::string text;             // as in the file
  std::string plain;            // "duration"
  std::optional<TimeUnit> unit; // ms
};
ColumnName columnName(std::string_view text);

class CsvHeader {
 public:
  CsvHeader() = default;
  explicit CsvHeader(const std::vector<std::string_view>& cells);
  static CsvHeader ofFirstLine(std::string_view prefix, char separator);
  std::size_t size() const { return m_names.size(); }
  const ColumnName& operator[](std::size_t i) const { return m_names[i]; }
  // The first of the names that is there.
  std::optional<std::size_t> find(std::initializer_list<std::string_view> plainNames) const;
  std::vector<std::string> texts() const;

 private:
  std::vector<ColumnName> m_names;
};

// The trimmed cell; empty when there is none.
std::string_view cellOf(const std::vector<std::string_view>& row, std::optional<std::size_t> at);

// Which of several functions the user wants: "busiest", or the (start of the) name of exactly one.
class FunctionChoice {
 public:
  void add(const std::string& key, std::string_view functionName, std::uint64_t requests);
  std::string choose(const std::string& wanted) const; // its key; InputError: none or several
 private:
  struct Function {
    std::string name;
    std::uint64_t requests = 0, order = 0;
  };
  std::unordered_map<std::string, Function> m_functions;
};

} // namespace workloads::importing
