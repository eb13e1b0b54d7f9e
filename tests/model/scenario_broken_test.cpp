// Every file under tests/broken/scenario and the exact sentences it earns.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"
#include "workloads/random.hpp"

namespace {

using tests::complaints;
using tests::Sentences;

const auto kFolder = std::filesystem::path(BREAKEVEN_SOURCE_DIR) / "tests/broken/scenario";

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

Sentences linesOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  Sentences lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

} // namespace

TEST_CASE("every broken scenario gets its exact sentences", "[scenario]") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path().filename().string());
    CHECK(complaints(contentOf(entry.path())) ==
          linesOf(std::filesystem::path(entry.path()).replace_extension(".txt")));
    ++files;
  }
  CHECK(files >= 19);
}

TEST_CASE("cutting a scenario anywhere never crashes the reader", "[scenario]") {
  const std::string whole(tests::kContractExample);
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_FALSE(complaints(whole.substr(0, length)).empty());
}

TEST_CASE("damaged scenarios are read or refused, never worse", "[scenario]") {
  const std::string whole(tests::kContractExample);
  workloads::RandomStream random(1, "damage", 0);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    auto text = whole;
    for (std::uint64_t bytes = 1 + random.below(4); bytes > 0; --bytes)
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    refused += complaints(text).empty() ? 0 : 1;
  }
  CHECK(refused > 1000); // most bytes matter
  CHECK(refused < 2000); // some are blanks or digits
}

TEST_CASE("deep nesting is refused like any other value", "[scenario]") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(complaints(R"({"lambda": {"memory": )" + deep + "}}") ==
        Sentences{R"(scenario.json: /lambda/memory: found a list, expected a memory size in whole megabytes such as )"
                  R"(512MB or 2GB, or "auto")"});
}
