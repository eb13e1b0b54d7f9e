#include "pricing/usage_schema.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sstream>

#include "pricing/billing.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

using Keys = std::set<std::string, std::less<>>;

const UsageSection& section(std::string_view path) {
  const auto found = std::ranges::find(usageSchema(), path, &UsageSection::path);
  REQUIRE(found != usageSchema().end());
  return *found;
}

Keys statedKeys(const UsageSection& of) {
  Keys keys;
  for (const auto& key : of.keys) keys.emplace(key.key);
  return keys;
}

// {"ec2": [{"cpu": [{"zzzzzzzz": 1}]}]} for "ec2/cpu"
std::string withUnknownKey(std::string_view path) {
  std::string inner = R"({"zzzzzzzz": 1})";
  while (!path.empty()) {
    const auto slash = path.rfind('/');
    const bool list = section(path).shape == "list";
    const auto key = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    inner = fmt::format(R"({{"{}": {}{}{}}})", key, list ? "[" : "", inner, list ? "]" : "");
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return inner;
}

// The reader's own list, as its sentence about the unknown key gives it: "... (instance_type, count, hours)".
Keys readKeys(std::string_view path) {
  try {
    readUsage(withUnknownKey(path), "usage.json");
  } catch (const InputError& error) {
    for (const auto& problem : error.problems()) {
      if (problem.found != "an unknown key \"zzzzzzzz\"") continue;
      const auto open = problem.expected.rfind('('), close = problem.expected.rfind(')');
      REQUIRE(close != std::string::npos);
      Keys keys;
      std::string rest = problem.expected.substr(open + 1, close - open - 1) + ", ";
      for (std::size_t comma; (comma = rest.find(", ")) != std::string::npos; rest.erase(0, comma + 2))
        keys.insert(rest.substr(0, comma));
      return keys;
    }
  }
  return {};
}

} // namespace

TEST_CASE("the help names the keys that the reader knows, no more, no less", "[usage_schema]") {
  for (const auto& each : usageSchema()) {
    INFO("section \"" << each.path << "\"");
    if (each.path != "accounts") {
      CHECK(statedKeys(each) == readKeys(each.path));
      continue;
    }
    // an account: its name and every service
    auto services = readKeys(each.path);
    CHECK(services.erase("name") == 1);
    for (const auto& service : services) CHECK_FALSE(section(service).shape.empty());
  }
}

TEST_CASE("every service of a usage file has an example, and each is priced", "[usage_schema]") {
  const auto today = PriceCatalogue::embedded();
  for (const auto& key : section("").keys)
    if (key.value == "list" || key.value == "object")
      if (key.key != "prices" && key.key != "discounts") CHECK_FALSE(section(key.key).example.empty());
  std::size_t examples = 0;
  for (const auto& each : usageSchema()) {
    if (each.example.empty()) continue;
    ++examples;
    INFO(each.example);
    const auto file = readUsage(usageExample(each.path), "example", today.get());
    const auto bill = price(file.usage, *today->with(file.prices));
    CHECK(bill.total().inDollars() > 0);
    if (each.path != "accounts") CHECK(each.example.find(fmt::format("\"{}\":", each.path)) != std::string_view::npos);
  }
  CHECK(examples >= 20);
  CHECK_THROWS_WITH(usageExample("kinesiss"), Catch::Contains("did you mean \"kinesis\"?"));
}

TEST_CASE("the schema as text and as Markdown names every key", "[usage_schema]") {
  const auto text = usageSchemaText(), markdown = usageSchemaMarkdown();
  for (const auto& each : usageSchema())
    for (const auto& key : each.keys) {
      CHECK(text.find(fmt::format("\n  {} ", key.key)) != std::string::npos);
      CHECK(markdown.find(fmt::format("\n| `{}` | ", key.key)) != std::string::npos);
    }
  CHECK(markdown.find("x86_64 \\| arm64") != std::string::npos);
}

TEST_CASE("docs/bill.md shows the schema as it is", "[usage_schema]") {
  std::ifstream file(BREAKEVEN_SOURCE_DIR "/docs/bill.md");
  std::ostringstream text;
  text << file.rdbuf();
  CHECK(text.str().ends_with(usageSchemaMarkdown()));
}
