// The house is kept by tests: includes point left, libraries stay where they belong, the core links no Qt.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <link.h>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 5> kFolders{"pricing", "workloads", "model", "ui", "app"};

struct Include {
  std::string file, target; // as written between the quotes or brackets
  bool system = false;
};

std::vector<Include> includesUnder(std::string_view folder) {
  std::vector<Include> found;
  const fs::path root(BREAKEVEN_SOURCE_DIR);
  if (!fs::exists(root / folder)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const auto extension = entry.path().extension();
    if (extension != ".hpp" && extension != ".cpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include ")) continue;
      const char closing = line[9] == '<' ? '>' : '"';
      found.push_back(
          {fs::relative(entry.path(), root).string(), line.substr(10, line.find(closing, 10) - 10), closing == '>'});
    }
  }
  return found;
}

std::size_t rankOf(std::string_view path) {
  const auto folder = path.substr(0, path.find('/'));
  return static_cast<std::size_t>(std::find(kFolders.begin(), kFolders.end(), folder) - kFolders.begin());
}

// Files that include a header whose name starts with `prefix`, but for those allowed.
std::vector<std::string> including(std::string_view prefix, auto&& allowed) {
  std::vector<std::string> offenders;
  for (const auto folder : kFolders)
    for (const auto& include : includesUnder(folder))
      if (include.target.starts_with(prefix) && !allowed(include.file))
        offenders.push_back(include.file + " includes " + include.target);
  return offenders;
}

} // namespace

TEST_CASE("an include points left, never right", "[architecture]") {
  std::size_t seen = 0;
  for (const auto folder : kFolders)
    for (const auto& include : includesUnder(folder)) {
      if (include.system) continue;
      ++seen;
      INFO(include.file << " includes " << include.target);
      const auto target = rankOf(include.target);
      REQUIRE(target < kFolders.size()); // paths are written from the root
      CHECK(target <= rankOf(include.file));
      // The command line skips ui; only the window's main may show it.
      if (include.file.starts_with("app/") && include.file != "app/gui_main.cpp")
        CHECK(!include.target.starts_with("ui/"));
    }
  CHECK(seen > 50);
}

TEST_CASE("Qt stays in ui and the window's main, Qt Charts in one file", "[architecture]") {
  CHECK(including("Q", [](const std::string& file) {
          return file.starts_with("ui/") || file == "app/gui_main.cpp";
        }).empty());
  const auto inChartPanel = [](const std::string& file) { return file.starts_with("ui/charts/chart_panel."); };
  for (const auto header :
       {"QChart", "QtCharts", "QLineSeries", "QValueAxis", "QLogValueAxis", "QLegend", "QScatterSeries"})
    CHECK(including(header, inChartPanel).empty());
}

TEST_CASE("libraries stay private to the files made for them", "[architecture]") {
  const auto isSource = [](const std::string& file) { return file.ends_with(".cpp"); };
  CHECK(including("Eigen", isSource).empty());
  CHECK(including("simdjson", [&](const std::string& file) {
          return isSource(file) || file == "pricing/json_cursor.hpp";
        }).empty());
  CHECK(including("boost", isSource).empty());
  CHECK(including("CLI", isSource).empty());
  CHECK(including("zlib", isSource).empty());
  CHECK(including("nlohmann", [](const std::string& file) {
          return file.ends_with("_json.cpp") || file.starts_with("pricing/json_reader.");
        }).empty());
}

TEST_CASE("this very program, the whole core, runs without Qt", "[architecture]") {
  std::vector<std::string> libraries;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        static_cast<std::vector<std::string>*>(out)->emplace_back(info->dlpi_name);
        return 0;
      },
      &libraries);
  CHECK(libraries.size() > 2);
  for (const auto& library : libraries) CHECK(library.find("libQt") == std::string::npos);
}
