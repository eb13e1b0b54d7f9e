#include "workloads/import/power_tuning.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <numeric>

#include "pricing/import/byte_source.hpp"

namespace workloads {

namespace importing {

namespace {

using pricing::Memory;
using pricing::ProblemList;

// One point for each memory size that Lambda offers.
constexpr std::size_t kMostPoints = 10'240 - 128 + 1;
constexpr double kMostMilliseconds = 900'000; // AWS Lambda developer guide, Lambda quotas: the longest timeout

constexpr std::array<std::string_view, 3> kParts{"memory sizes", "durations", "costs"};

// "%3D" -> "="; an address that went through a form comes so.
std::string percentDecoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += escaped ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (escaped) i += 2;
  }
  return out;
}

// RFC 4648 sections 4 and 5; -1: no such letter.
int base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

// Padding may be there or not.
std::optional<std::vector<std::uint8_t>> base64Decoded(std::string_view text) {
  const auto last = text.find_last_not_of('=');
  const auto letters = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (letters.size() % 4 == 1 || text.size() - letters.size() > 2) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : letters) {
    const int value = base64Value(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((held += 6) < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> held & 0xff));
  }
  return bytes;
}

double uint16At(const std::uint8_t* bytes) { return static_cast<double>(bytes[0] | bytes[1] << 8); }
double float32At(const std::uint8_t* bytes) {
  std::uint32_t bits = 0;
  for (int i = 3; i >= 0; --i) bits = bits << 8 | bytes[i];
  return static_cast<double>(std::bit_cast<float>(bits));
}

// One array of the fragment; `part` as in kParts.
std::optional<std::vector<double>> numbersOf(std::string_view base64, std::size_t part, const std::string& where,
                                             ProblemList& problems) {
  const std::size_t width = part == 0 ? 2 : 4;
  const auto bytes = base64Decoded(base64);
  if (!bytes || bytes->size() % width != 0) {
    problems.add({where,
                  bytes ? fmt::format("{} bytes of {}", bytes->size(), kParts[part])
                        : fmt::format("{} that are no base64: {}", kParts[part], pricing::quoted(base64)),
                  fmt::format("the whole address, in which each of the {} takes {} bytes", kParts[part], width)});
    return std::nullopt;
  }
  std::vector<double> numbers;
  for (std::size_t i = 0; i < bytes->size(); i += width)
    numbers.push_back(width == 2 ? uint16At(bytes->data() + i) : float32At(bytes->data() + i));
  return numbers;
}

std::vector<std::string> partsOf(const std::string& fragment) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= fragment.size();) {
    const auto end = std::min(fragment.find(';', begin), fragment.size());
    parts.push_back(fragment.substr(begin, end - begin));
    begin = end + 1;
  }
  while (parts.size() > kParts.size() && parts.back().empty()) parts.pop_back();
  return parts;
}

void checkValues(const MeasuredSizes& m, const std::string& where, ProblemList& problems) {
  const auto refuse = [&](std::size_t i, std::string found, std::string expected) {
    problems.add({fmt::format("{}, size {}", where, i + 1), std::move(found), std::move(expected)});
  };
  for (std::size_t i = 0; i < m.memoryMb.size(); ++i) {
    if (!(m.memoryMb[i] >= 128 && m.memoryMb[i] <= 10'240))
      refuse(i, fmt::format("{} MB", m.memoryMb[i]), "a memory size from 128 to 10240 MB");
    if (!(m.milliseconds[i] >= 1e-6 && // a nanosecond
          m.milliseconds[i] <= kMostMilliseconds))
      refuse(i, fmt::format("{} ms", m.milliseconds[i]), "a mean duration above 0 ms, at most 900000 ms");
    if (!m.usd.empty() && !(m.usd[i] >= 0 && std::isfinite(m.usd[i])))
      refuse(i, fmt::format("{} USD", m.usd[i]), "a cost of 0 USD or more");
  }
}

} // namespace

std::optional<PowerTuning> checkedCurve(const MeasuredSizes& m, const std::string& where, ProblemList& problems) {
  const std::size_t n = m.memoryMb.size();
  if (m.milliseconds.size() != n || (!m.usd.empty() && m.usd.size() != n)) {
    problems.add({where,
                  fmt::format("{} memory sizes, {} durations and {} costs", n, m.milliseconds.size(), m.usd.size()),
                  "a duration and a cost for each memory size"});
    return std::nullopt;
  }
  if (n < 2 || n > kMostPoints) {
    problems.add({where, fmt::format("{} memory size{}", n, n == 1 ? "" : "s"),
                  fmt::format("2 to {}, because one size is no curve and Lambda has no more", kMostPoints)});
    return std::nullopt;
  }
  const auto before = problems.all().size();
  checkValues(m, where, problems);
  if (problems.all().size() != before) return std::nullopt;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return m.memoryMb[i]; });
  PowerTuning result;
  for (const auto i : order) {
    const auto memory = Memory::mebibytes(std::llround(m.memoryMb[i]));
    if (!result.curve.points.empty() && result.curve.points.back().memory == memory)
      problems.add(
          {fmt::format("{}, size {}", where, i + 1), pricing::toText(memory) + " again", "each memory size once"});
    result.curve.points.push_back({memory, pricing::fromSeconds(m.milliseconds[i] / 1e3)});
    if (!m.usd.empty()) result.meanCostUsd.push_back(m.usd[i]);
  }
  return problems.all().size() == before ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<PowerTuning> visualizedCurve(std::string_view address, const std::string& where, ProblemList& problems) {
  const auto hash = address.find('#');
  const auto parts =
      hash == std::string_view::npos ? std::vector<std::string>{} : partsOf(percentDecoded(address.substr(hash + 1)));
  if (parts.size() != kParts.size()) {
    problems.add({where, pricing::quoted(address),
                  "the address of a Power Tuning visualization, ending in #SIZES;DURATIONS;COSTS"});
    return std::nullopt;
  }
  std::array<std::optional<std::vector<double>>, kParts.size()> numbers;
  for (std::size_t i = 0; i < parts.size(); ++i) numbers[i] = numbersOf(parts[i], i, where, problems);
  if (!numbers[0] || !numbers[1] || !numbers[2]) return std::nullopt;
  if (numbers[2]->empty() && !numbers[0]->empty()) { // an empty list means "none stated" to checkedCurve
    problems.add({where, "no costs", "a duration and a cost for each memory size"});
    return std::nullopt;
  }
  return checkedCurve({*numbers[0], *numbers[1], *numbers[2]}, where, problems);
}

} // namespace importing

bool isAddress(std::string_view text) { return text.starts_with("https://") || text.starts_with("http://"); }

PowerTuning readPowerTuning(const std::string& fileOrAddress) {
  constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
  if (isAddress(fileOrAddress)) {
    auto result = parsePowerTuning(fileOrAddress, "visualization address");
    result.curve.source = "a Power Tuning visualization";
    return result;
  }
  auto result = parsePowerTuning(pricing::importing::wholeText(fileOrAddress, kMostBytes), fileOrAddress);
  if (result.curve.source.empty()) result.curve.source = fileOrAddress;
  return result;
}

} // namespace workloads
