// The usage file of `breakeven bill`: contract section 4, word for word, plus "name" and "edge" of a function,
// "consumers" of a stream, "nat_gateway", "cross_zone" and "detailed_monitoring", which the contract leaves open.
// Sentences are pinned by tests/pricing/usage_json_test.cpp and tests/broken/usage/.
#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <memory>

#include "pricing/billing.hpp"
#include "pricing/commitments_json.hpp"
#include "pricing/json_reader.hpp"

namespace pricing {

namespace {

constexpr std::array<std::string_view, 2> kArchitectures{"x86_64", "arm64"};
constexpr std::array<std::string_view, 2> kPollerSources{"kafka", "sqs"};
constexpr std::array<std::string_view, 2> kTargets{"ec2", "lambda"};
constexpr std::array<std::string_view, 2> kApiKinds{"http", "rest"};
constexpr std::array<std::string_view, 2> kStreamModes{"provisioned", "on_demand"};

// What the month as a whole sets for its entries.
struct Month {
  double hours = 730;
  bool hundredMilliseconds = false; // Lambda's billing step before 1 Dec 2020 (AWS News blog of that day)
};

std::optional<std::chrono::year_month_day> dayIn(std::string_view text) {
  const auto digits = [&](std::size_t at, std::size_t count) {
    int number = 0;
    for (const char c : text.substr(at, count)) {
      if (c < '0' || c > '9') return -1;
      number = number * 10 + (c - '0');
    }
    return number;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

void readDate(JsonObject& object, std::string& date) {
  const auto value = object.find("date");
  if (!value) return;
  if (value->raw().is_string() && dayIn(value->raw().get_ref<const std::string&>()))
    date = value->raw().get<std::string>();
  else
    value->refuse("a day such as 2026-11-01");
}

// Duration of one invocation -> what `requests` of them are billed. No function runs longer than 15 minutes.
double readBilledMilliseconds(JsonObject& object, double requests, const Month& month) {
  const auto value = requests > 0 ? object.require("duration", "the billed time of one request, such as 120ms")
                                  : object.find("duration");
  const auto duration = value ? value->duration() : std::nullopt;
  if (!duration) return 0;
  if (*duration > std::chrono::minutes(15)) {
    value->refuse("a time up to 900s, the longest a function may run");
    return 0;
  }
  constexpr std::int64_t kStep = 100;
  const std::int64_t milliseconds = ceilMilliseconds(*duration);
  return requests *
         static_cast<double>(month.hundredMilliseconds ? (milliseconds + kStep - 1) / kStep * kStep : milliseconds);
}

// An object under `key`, if there is one, read by `read` and checked for unknown keys.
template <class Read> bool readSection(JsonObject& parent, std::string_view key, Read read) {
  const auto value = parent.find(key);
  if (!value) return false;
  auto section = value->object(key);
  if (!section) return false;
  read(*section);
  section->finish();
  return true;
}

void readFunctionOptions(JsonObject& object, LambdaUsage& function, const Month& month) {
  readSection(object, "snap_start", [&](JsonObject& section) {
    auto& snapStart = function.snapStart.emplace();
    snapStart.hours = month.hours;
    section.readCount("versions", snapStart.versions);
    section.read("hours", snapStart.hours);
    section.readCount("restores", snapStart.restores);
  });
  readSection(object, "streaming", [&](JsonObject& section) {
    auto& streaming = function.streaming.emplace();
    section.readCount("responses", streaming.responses);
    section.read("size", streaming.size);
  });
  readSection(object, "pollers", [&](JsonObject& section) {
    auto& pollers = function.pollers.emplace();
    section.require("source", "one of kafka, sqs");
    section.readOneOf("source", pollers.source, kPollerSources);
    section.read("unit_hours", pollers.unitHours);
  });
  readSection(object, "tenant_isolation",
              [&](JsonObject& section) { section.readCount("environments", function.tenantEnvironments); });
  readSection(object, "durable", [&](JsonObject& section) {
    auto& durable = function.durable.emplace();
    section.readCount("operations", durable.operations);
    section.read("written_gb", durable.writtenGb);
    section.read("stored_gb_months", durable.storedGbMonths);
  });
}

// The memory decides about every GB-s, so a default would be a guess; only usage without GB-s may leave it out.
void readFunctionMemory(JsonObject& object, LambdaUsage& function) {
  const bool needed =
      function.requests > 0 || function.provisioned || function.snapStart || function.tenantEnvironments > 0;
  if (needed) object.require("memory", "the function's memory, such as 1536MB");
  object.read("memory", function.memory);
}

void readEntry(JsonObject& object, LambdaUsage& function, const Month& month) {
  object.read("name", function.label);
  object.readCount("requests", function.requests);
  function.billedMilliseconds = readBilledMilliseconds(object, function.requests, month);
  readSection(object, "provisioned", [&](JsonObject& section) {
    auto& provisioned = function.provisioned.emplace();
    provisioned.hours = month.hours;
    section.require("count", "the number of environments kept ready");
    section.readCount("count", provisioned.count);
    section.read("hours", provisioned.hours);
    section.readCount("requests", provisioned.requests);
    provisioned.billedMilliseconds = readBilledMilliseconds(section, provisioned.requests, month);
  });
  object.readOneOf("architecture", function.architecture, kArchitectures);
  object.read("ephemeral_storage", function.ephemeralStorage);
  object.read("edge", function.edge);
  readFunctionOptions(object, function, month);
  readFunctionMemory(object, function);
}

void readInstanceType(JsonObject& object, std::string& type) {
  if (const auto value = object.require("instance_type", "an instance type such as c7g.large"))
    type = value->text("an instance type such as c7g.large").value_or("");
}

void readPurchase(JsonObject& object, Purchase& purchase) {
  const auto value = object.find("purchase");
  if (!value) return;
  if (const auto index = value->oneOf(purchaseNames())) purchase = *purchaseNamed(purchaseNames()[*index]);
}

// Hours of each of `count` things, a month each unless said; in total.
double readTotalHours(JsonObject& object, const Month& month) {
  double count = 1, hours = month.hours;
  object.readCount("count", count);
  object.read("hours", hours);
  return count * hours;
}

void readEntry(JsonObject& object, ManagedInstancesUsage& instances, const Month& month) {
  readInstanceType(object, instances.instanceType);
  instances.hours = readTotalHours(object, month);
  object.readCount("requests", instances.requests);
  readPurchase(object, instances.purchase);
}

void readEntry(JsonObject& object, Ec2Usage& instances, const Month& month) {
  readInstanceType(object, instances.instanceType);
  instances.hours = readTotalHours(object, month);
  readPurchase(object, instances.purchase);
  object.read("surplus_vcpu_hours", instances.surplusVcpuHours);
}

// Rates hold for every hour, so the hours share one LCU figure.
void readEntry(JsonObject& object, AlbUsage& alb, const Month& month) {
  alb.hours = month.hours;
  object.read("hours", alb.hours);
  AlbHour hour;
  ByteCount bytes;
  object.readCount("new_connections_per_s", hour.newConnectionsPerSecond);
  object.readCount("active_connections", hour.activeConnections);
  object.read("bytes_per_hour", bytes);
  object.readCount("requests_per_s", hour.requestsPerSecond);
  if (const auto rules = object.find("rules")) hour.rules = static_cast<int>(rules->integer(0, 100'000).value_or(0));
  object.readOneOf("targets", hour.targets, kTargets);
  hour.gibibytes = bytes.inGibibytes();
  alb.lcuHours = alb.hours * lcuOfHour(hour);
}

void readEntry(JsonObject& object, ApiGatewayUsage& api, const Month&) {
  object.require("kind", "one of http, rest");
  object.readOneOf("kind", api.kind, kApiKinds);
  object.readCount("requests", api.requests);
}

void readEntry(JsonObject& object, KinesisUsage& stream, const Month& month) {
  stream.hours = month.hours;
  object.require("mode", "one of provisioned, on_demand");
  object.readOneOf("mode", stream.mode, kStreamModes);
  object.read("hours", stream.hours);
  object.readCount("shards", stream.shards);
  object.readCount("records_per_s", stream.recordsPerSecond);
  object.read("record_size", stream.recordSize);
  object.readCount("consumers", stream.consumers);
}

void readEntry(JsonObject& object, EbsUsage& volumes, const Month& month) {
  double count = 1;
  volumes.hours = month.hours;
  object.readCount("count", count);
  object.read("gib", volumes.gib);
  object.read("hours", volumes.hours);
  volumes.gib *= count;
}

void readEntry(JsonObject& object, PublicIpv4Usage& addresses, const Month& month) {
  addresses.hours = readTotalHours(object, month);
}

void readEntry(JsonObject& object, NatUsage& gateways, const Month& month) {
  gateways.hours = readTotalHours(object, month);
  object.read("gb", gateways.gb);
}

template <class Entry>
void readEntries(JsonObject& root, std::string_view key, std::vector<Entry>& entries, const Month& month) {
  const auto list = root.find(key);
  if (!list) return;
  for (const auto& element : list->array()) {
    auto& entry = entries.emplace_back(); // also for a wrong one: later pointers count on its index
    auto object = element.object(key);
    if (!object) continue;
    readEntry(*object, entry, month);
    object->finish();
  }
}

void readOverrides(JsonObject& root, std::vector<PriceCatalogue::Override>& overrides) {
  const auto prices = root.find("prices");
  const auto object = prices ? prices->object() : std::nullopt;
  if (!object) return;
  for (const auto& [name, price] : prices->raw().items()) {
    const JsonValue value(price, pointerTo(prices->pointer(), name), prices->source());
    if (const auto usd = value.number({.expected = "a price in USD, 0 or more"})) overrides.push_back({name, *usd});
  }
}

Month readMonth(JsonObject& root, MonthlyUsage& usage) {
  if (const auto version = root.find("schema_version")) version->integer(1, 1);
  root.read("region", usage.region, "an AWS region such as us-east-1");
  readDate(root, usage.date);
  root.read("free_tier", usage.freeTier);
  root.read("hours_per_month", usage.hoursPerMonth, {.min = 1, .max = 744, .expected = "a number of hours, 1 to 744"});
  // ISO days compare as text.
  return {usage.hoursPerMonth, !usage.date.empty() && usage.date < "2020-12-01"};
}

UsageFile readFile(JsonObject& root) {
  UsageFile file;
  auto& usage = file.usage;
  const Month month = readMonth(root, usage);
  readOverrides(root, file.overrides);
  readEntries(root, "lambda", usage.lambda, month);
  readEntries(root, "lambda_managed_instances", usage.managedInstances, month);
  readEntries(root, "ec2", usage.ec2, month);
  usage.committed = readCommitments(root, month.hours);
  readEntries(root, "alb", usage.alb, month);
  readEntries(root, "api_gateway", usage.apiGateway, month);
  readEntries(root, "kinesis", usage.kinesis, month);
  readEntries(root, "ebs", usage.ebs, month);
  readEntries(root, "public_ipv4", usage.publicIpv4, month);
  readEntries(root, "nat_gateway", usage.nat, month);
  readSection(root, "egress", [&](JsonObject& section) { section.read("gb", usage.egressGb); });
  readSection(root, "cross_zone", [&](JsonObject& section) { section.read("gb", usage.crossZoneGb); });
  readSection(root, "logs", [&](JsonObject& section) { section.read("gb", usage.logsGb); });
  readSection(root, "detailed_monitoring",
              [&](JsonObject& section) { section.readCount("instances", usage.detailedMonitoringInstances); });
  root.finish();
  return file;
}

// Whether the reader refused this place or something around it, so that its default must not be judged.
bool isRefused(const std::string& where, const ProblemList& problems) {
  return std::ranges::any_of(problems.all(), [&](const Problem& known) {
    return where == known.where || where.starts_with(known.where + '/');
  });
}

// One by one, so that a wrong name costs neither its place nor the other prices.
std::shared_ptr<const PriceCatalogue> withKnown(const std::vector<PriceCatalogue::Override>& overrides,
                                                const PriceCatalogue& catalogue, std::string_view origin,
                                                ProblemList& problems) {
  auto prices = catalogue.with({});
  for (const auto& each : overrides) {
    try {
      prices = prices->with({&each, 1});
    } catch (const InputError& error) {
      auto problem = error.problems().front();
      problem.where = fmt::format("{}: {}", origin, pointerTo("/prices", each.name));
      problems.add(std::move(problem));
    }
  }
  return prices;
}

// What pricing the usage would refuse.
void addPricingProblems(const UsageFile& file, std::string_view origin, const PriceCatalogue& catalogue,
                        ProblemList& problems) {
  try {
    price(file.usage, *withKnown(file.overrides, catalogue, origin, problems), origin);
  } catch (const InputError& error) {
    for (const auto& problem : error.problems())
      if (!isRefused(problem.where, problems)) problems.add(problem);
  }
}

} // namespace

UsageFile readUsage(std::string_view json, std::string_view origin, const PriceCatalogue* catalogue) {
  ProblemList problems;
  const JsonSource source{std::string(origin), problems};
  const auto value = parseJson(json, source);
  UsageFile file;
  if (auto root = JsonValue(value, "", source).object("a usage file")) {
    file = readFile(*root);
    if (catalogue) addPricingProblems(file, origin, *catalogue, problems);
  }
  problems.throwIfAny();
  return file;
}

} // namespace pricing
