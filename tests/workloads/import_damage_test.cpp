// Damaged files: every tiny sample, and the small real ones when they are there, cut at many bytes and with bytes
// flipped. Each either imports - sorted, inside its span, as many requests as the summary says - or gives an
// InputError.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/random.hpp"

using namespace trace_test;

namespace {

std::string contentOf(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// True: imported. Anything but an InputError leaves this function and fails the test.
bool survives(const std::string& content, const workloads::TraceOptions& options) {
  const FileWith file(content);
  try {
    const auto trace = open(file.path(), options);
    const auto& summary = trace->summary();
    // Damage in a count can make it billions: those are not drawn.
    if (summary.requests > 100'000) return true;
    const auto requests = requestsOf(*trace);
    REQUIRE(requests.arrivals.size() == summary.requests);
    REQUIRE(std::is_sorted(requests.arrivals.begin(), requests.arrivals.end()));
    REQUIRE((requests.arrivals.front() >= 0 && requests.arrivals.back() < summary.span.count()));
    REQUIRE(std::all_of(requests.durations.begin(), requests.durations.end(), [](auto d) { return d >= 0; }));
    REQUIRE_FALSE(workloads::traceSummaryJson(summary).empty());
    return true;
  } catch (const pricing::InputError& error) {
    REQUIRE_FALSE(error.problems().empty());
    return false;
  }
}

std::vector<std::filesystem::path> samples() {
  std::vector<std::filesystem::path> files;
  const auto addAll = [&](const std::string& folder, std::uintmax_t largest) {
    if (!std::filesystem::exists(folder)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.file_size() <= largest) files.push_back(entry.path());
  };
  addAll(std::string(BREAKEVEN_SOURCE_DIR) + "/tests/data/traces", 1'000'000);
  addAll(std::string(BREAKEVEN_SOURCE_DIR) + "/tests/broken/traces", 1'000'000);
  addAll(sharedTrace(""), 40'000);
  std::sort(files.begin(), files.end());
  return files;
}

constexpr int kVariants = 12; // of each file and damage

} // namespace

TEST_CASE("Damaged traces import or are refused, they never crash") {
  workloads::RandomStream random(7, "damage", 0);
  std::size_t imported = 0, refused = 0;
  const auto judge = [&](const std::string& content, const workloads::TraceOptions& options) {
    ++(survives(content, options) ? imported : refused);
  };
  for (const auto& path : samples()) {
    INFO(path);
    const std::string whole = contentOf(path);
    judge(whole, {});
    if (whole.empty()) continue;
    for (int i = 0; i < kVariants; ++i) {
      judge(whole.substr(0, 1 + random.below(whole.size())), {});
      std::string flipped = whole;
      for (std::uint64_t n = 1 + random.below(20); n > 0; --n)
        flipped[random.below(whole.size())] = static_cast<char>(random.below(256));
      judge(flipped, {});
    }
    // Every reader on every file, whole and damaged.
    for (const auto& format : workloads::traceFormats()) {
      const workloads::TraceOptions options{.format = std::string(format.name)};
      judge(whole, options);
      std::string flipped = whole.substr(random.below(whole.size() / 2 + 1));
      flipped[random.below(flipped.size())] = '"';
      judge(flipped, options);
    }
  }
  CHECK(imported > 100);
  CHECK(refused > 100);
}
