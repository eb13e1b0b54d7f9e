#include "pricing/commitments_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "pricing/json_reader.hpp"

namespace pricing {

namespace {

constexpr std::array<std::string_view, 2> kArchitectures{"x86_64", "arm64"};
constexpr std::array<std::string_view, 5> kReserved{"standard_1y", "standard_3y", "convertible_1y", "convertible_3y",
                                                    "standard_1y_all_upfront"};
constexpr std::array<std::string_view, 4> kPlans{"compute_sp_1y", "compute_sp_3y", "ec2_sp_1y", "ec2_sp_3y"};
constexpr std::int64_t kMostHours = 8784;
// By the hour, so that whole units stay far below 2^63.
constexpr double kMostRequests = 1e10, kMost = 1e6, kMostUnits = 1e16;
constexpr Duration kHour = std::chrono::hours(1);

// One figure for every hour, or a list of them that is repeated to the end.
std::vector<double> readByHour(JsonObject& object, std::string_view key, std::size_t hours, double otherwise,
                               double most = kMost) {
  const auto expected = fmt::format("a number, 0 to {:.0f}, or a list of them by clock hour", most);
  const NumberRange range{0, most, expected};
  const auto value = object.find(key);
  if (!value) return std::vector<double>(hours, otherwise);
  if (!value->raw().is_array()) return std::vector<double>(hours, value->count(range).value_or(0));
  const auto list = value->array();
  if (list.empty() || list.size() > hours) {
    value->refuse(fmt::format("1 to {} figures, one for each hour", hours));
    return std::vector<double>(hours, 0);
  }
  std::vector<double> given;
  for (const auto& each : list) given.push_back(each.count(range).value_or(0));
  std::vector<double> byHour;
  for (std::size_t hour = 0; hour < hours; ++hour) byHour.push_back(given[hour % given.size()]);
  return byHour;
}

std::vector<std::int64_t> wholeUnits(const std::vector<double>& byHour, double unitsEach) {
  std::vector<std::int64_t> units;
  for (const double quantity : byHour) units.push_back(std::llround(quantity * unitsEach));
  return units;
}

Architecture readArchitecture(JsonObject& object) {
  auto architecture = Architecture::X86_64;
  object.readOneOf("architecture", architecture, kArchitectures);
  return architecture;
}

std::string readType(JsonObject& object) {
  const auto value = object.require("instance_type", "an instance type such as c7g.large");
  return value ? value->text("an instance type such as c7g.large").value_or("") : "";
}

struct Span {
  Duration from{}, to{};
};

// A run that starts and ends inside the hours of the usage; without "duration" to their end.
Span readSpan(JsonObject& object, std::size_t hours) {
  const Duration end = kHour * static_cast<std::int64_t>(hours);
  Span span{{}, end};
  object.read("start", span.from);
  if (span.from > end) {
    object.find("start")->refuse(fmt::format("a time up to {}, the hours of this usage", toText(end)));
    span.from = {};
  }
  if (const auto value = object.find("duration"))
    if (const auto duration = value->duration()) {
      if (*duration > end - span.from)
        value->refuse(fmt::format("a time up to {}, what is left of the hours of this usage", toText(end - span.from)));
      else
        span.to = span.from + *duration;
    }
  return span;
}

std::vector<double> shareOfHours(const Span& span, std::size_t hours) {
  std::vector<double> shares;
  for (std::size_t hour = 0; hour < hours; ++hour) {
    const Duration begin = kHour * static_cast<std::int64_t>(hour);
    const auto inside = std::min(span.to, begin + kHour) - std::max(span.from, begin);
    shares.push_back(std::max(0.0, inSeconds(inside) / kSecondsPerHour));
  }
  return shares;
}

// Instances at the same time, from start to end; or instance hours by clock hour.
HourlyUse readInstances(JsonObject& object, std::size_t hours) {
  HourlyUse use{UseKind::Instance, readType(object), Architecture::X86_64, {}, object.value().pointer()};
  auto byHour = readByHour(object, "count", hours, 1);
  const auto shares = shareOfHours(readSpan(object, hours), hours);
  for (std::size_t hour = 0; hour < hours; ++hour) byHour[hour] *= shares[hour];
  use.hours = wholeUnits(byHour, unitsPerPriced(use.kind));
  return use;
}

class SectionReader {
 public:
  SectionReader(std::size_t hours, CommittedUsage& out) : m_hours(hours), m_out(out) {}

  void read(JsonObject& section) {
    each(section, "ec2", [&](JsonObject& object) { add(readInstances(object, m_hours), m_out.usage); });
    each(section, "lambda", [&](JsonObject& object) { readFunction(object); });
    each(section, "fargate", [&](JsonObject& object) { readTasks(object); });
    std::vector<HourlyUse> capacity;
    each(section, "capacity_reservations",
         [&](JsonObject& object) { capacity.push_back(readInstances(object, m_hours)); });
    addIdleCapacity(capacity, m_out.usage);
    each(section, "reservations", [&](JsonObject& object) { readReservation(object); });
    each(section, "savings_plans", [&](JsonObject& object) { readPlan(object); });
  }

 private:
  template <class Read> static void each(JsonObject& section, std::string_view key, Read readEntry) {
    const auto list = section.find(key);
    if (!list) return;
    for (const auto& element : list->array()) {
      auto object = element.object(key);
      if (!object) continue;
      readEntry(*object);
      object->finish();
    }
  }

  void addUse(const JsonObject& object, UseKind kind, Architecture architecture, const std::vector<double>& byHour,
              double unitsEach) {
    const double most = byHour.empty() ? 0 : *std::ranges::max_element(byHour);
    if (most * unitsEach > kMostUnits)
      return object.value().refuse(
          fmt::format("a usage of up to {:.3g} GB-s an hour", kMostUnits / unitsPerPriced(kind)));
    if (most == 0) return;
    add({kind, "", architecture, wholeUnits(byHour, unitsEach), object.value().pointer()}, m_out.usage);
  }

  // Requests of each hour and the billed time of one of them.
  std::vector<double> readRequests(JsonObject& object, std::int64_t& milliseconds) const {
    auto requests = readByHour(object, "requests", m_hours, 0, kMostRequests);
    const bool any = std::ranges::any_of(requests, [](double count) { return count > 0; });
    const auto value =
        any ? object.require("duration", "the billed time of one request, such as 120ms") : object.find("duration");
    const auto duration = value ? value->duration() : std::nullopt;
    if (duration && *duration > std::chrono::minutes(15))
      value->refuse("a time up to 900s, the longest a function may run");
    else
      milliseconds = duration ? ceilMilliseconds(*duration) : 0;
    return requests;
  }

  void readFunction(JsonObject& object) {
    const auto architecture = readArchitecture(object);
    object.require("memory", "the function's memory, such as 1536MB");
    Memory memory;
    object.read("memory", memory);
    if (memory > Memory::mebibytes(10'240)) object.find("memory")->refuse("128 to 10240 MB");
    const auto mebibytes = static_cast<double>(std::min<std::int64_t>(memory.inMebibytes(), 10'240));
    std::int64_t milliseconds = 0;
    auto requests = readRequests(object, milliseconds);
    addUse(object, UseKind::LambdaDuration, architecture, requests, mebibytes * static_cast<double>(milliseconds));
    if (const auto value = object.find("provisioned"))
      if (auto section = value->object("provisioned")) {
        const auto provisioned = readProvisioned(*section, architecture, mebibytes);
        std::ranges::transform(requests, provisioned, requests.begin(), std::plus<>());
        section->finish();
      }
    addUse(object, UseKind::LambdaRequests, architecture, requests, 1);
  }

  std::vector<double> readProvisioned(JsonObject& section, Architecture architecture, double mebibytes) {
    constexpr double kMillisecondsPerHour = 3.6e6;
    section.require("count", "the number of environments kept ready");
    const auto count = readByHour(section, "count", m_hours, 0);
    addUse(section, UseKind::LambdaProvisionedConcurrency, architecture, count, mebibytes * kMillisecondsPerHour);
    std::int64_t milliseconds = 0;
    auto requests = readRequests(section, milliseconds);
    addUse(section, UseKind::LambdaProvisionedDuration, architecture, requests,
           mebibytes * static_cast<double>(milliseconds));
    return requests;
  }

  void readTasks(JsonObject& object) {
    const auto architecture = readArchitecture(object);
    const auto vcpus = readByHour(object, "vcpus", m_hours, 0), gigabytes = readByHour(object, "gb", m_hours, 0);
    addUse(object, UseKind::FargateVcpu, architecture, vcpus, unitsPerPriced(UseKind::FargateVcpu));
    addUse(object, UseKind::FargateMemory, architecture, gigabytes, unitsPerPriced(UseKind::FargateMemory));
  }

  void readReservation(JsonObject& object) {
    Reservation reservation;
    reservation.instanceType = readType(object);
    if (const auto count = object.find("count")) reservation.count = count->integer(1, 1'000'000).value_or(1);
    if (const auto value = object.require("purchase", fmt::format("one of {}", fmt::join(kReserved, ", "))))
      if (const auto index = value->oneOf(kReserved)) reservation.purchase = *purchaseNamed(kReserved[*index]);
    object.read("size_flexible", reservation.sizeFlexible);
    m_out.commitments.reservations.push_back(std::move(reservation));
  }

  void readPlan(JsonObject& object) {
    SavingsPlan plan;
    if (const auto value = object.require("purchase", fmt::format("one of {}", fmt::join(kPlans, ", "))))
      if (const auto index = value->oneOf(kPlans)) plan.purchase = *purchaseNamed(kPlans[*index]);
    object.require("usd_per_hour", "the commitment in USD an hour, such as 0.412");
    object.read("usd_per_hour", plan.usdPerHour, {0, kMost, "a commitment in USD an hour, 0 to 1000000"});
    const auto family = object.find("family");
    if (family && isComputePlan(plan.purchase))
      family->refuse("no family, because a Compute Savings Plan covers every one");
    if (isEc2Plan(plan.purchase))
      if (const auto value = object.require("family", "the instance family the plan is for, such as m5"))
        plan.family = value->text("an instance family such as m5").value_or("");
    m_out.commitments.plans.push_back(std::move(plan));
  }

  std::size_t m_hours;
  CommittedUsage& m_out;
};

} // namespace

std::optional<CommittedUsage> readCommitments(JsonObject& root, double hoursPerMonth) {
  const auto value = root.find("commitments");
  auto section = value ? value->object("commitments") : std::nullopt;
  if (!section) return std::nullopt;
  CommittedUsage out;
  auto hours = static_cast<std::int64_t>(std::llround(hoursPerMonth));
  if (const auto given = section->find("hours")) hours = given->integer(1, kMostHours).value_or(hours);
  out.usage.weights.assign(static_cast<std::size_t>(hours), 1.0);
  SectionReader(static_cast<std::size_t>(hours), out).read(*section);
  section->finish();
  return out;
}

} // namespace pricing
