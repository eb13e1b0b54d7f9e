#pragma once
// What a usage file may say: one table for the help of `breakeven bill`, its examples and docs/bill.md. A test holds it
// to the keys that the reader knows and prices every example (tests/pricing/usage_schema_test.cpp).
#include <span>
#include <string>
#include <string_view>

namespace pricing {

struct UsageKey {
  std::string_view key;
  std::string_view value;    // what stands there, with its unit: "count", "time (s)", "zip | image"
  std::string_view fallback; // when it is left out; "required" where something must stand
  std::string_view meaning;
};

struct UsageSection {
  std::string_view path;  // "lambda", "lambda/provisioned"; empty: the file itself
  std::string_view shape; // "list", "object"
  std::string_view title;
  std::span<const UsageKey> keys;
  std::string_view example; // a whole usage file; empty inside other sections
};

// The file itself, then every section, those inside others right behind them.
std::span<const UsageSection> usageSchema();

std::string usageSchemaText();     // for a terminal, examples included
std::string usageSchemaMarkdown(); // the tables of docs/bill.md
// A whole usage file for one service; InputError with the nearest name.
std::string usageExample(std::string_view service);

} // namespace pricing
