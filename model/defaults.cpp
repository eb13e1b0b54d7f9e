#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "model/built_in_texts.hpp"
#include "model/scenario.hpp"

namespace model {

namespace {

using pricing::Architecture;
using workloads::Tabulated;

// ---- init: the measured table ----

// Probabilities of the columns min, p10, p50, p90, p99, max.
constexpr std::array<double, 6> kProbability{0, 0.1, 0.5, 0.9, 0.99, 1};
using Milliseconds = std::array<double, kProbability.size()>;

struct InitRow {
  std::string_view runtime, package, architecture;
  double memoryMb = 0;
  Milliseconds quantiles{};
};

std::string_view nextField(std::string_view& line) {
  const auto comma = line.find(',');
  const auto field = line.substr(0, comma);
  line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  return field;
}

double nextNumber(std::string_view& line) {
  const auto field = nextField(line);
  double value = 0;
  std::from_chars(field.data(), field.data() + field.size(), value);
  return value;
}

std::vector<InitRow> parseInitTable(std::string_view csv) {
  std::vector<InitRow> rows;
  bool header = true;
  while (!csv.empty()) {
    auto line = csv.substr(0, csv.find('\n'));
    csv.remove_prefix(std::min(csv.size(), line.size() + 1));
    if (line.empty() || line.front() == '#' || std::exchange(header, false)) continue;
    InitRow row{nextField(line), nextField(line), nextField(line), nextNumber(line), {}};
    for (auto& quantile : row.quantiles) quantile = nextNumber(line);
    rows.push_back(row);
  }
  return rows;
}

const std::vector<InitRow>& initTable() {
  static const auto table = parseInitTable(built_in::kLambdaInitCsv);
  return table;
}

// Rows of one function at rising memory; the table has them in this order.
std::span<const InitRow> rowsOf(std::string_view runtime, Architecture architecture, Package package) {
  const auto packageName = package == Package::Zip ? "zip" : "image";
  const auto matches = [&](const InitRow& row) {
    return row.runtime == runtime && row.package == packageName && row.architecture == pricing::name(architecture);
  };
  const auto& table = initTable();
  const auto first = std::ranges::find_if(table, matches);
  return {first, std::find_if_not(first, table.end(), matches)};
}

// Each quantile linear in the logarithm of memory between the measured sizes, constant beyond them.
Milliseconds interpolated(std::span<const InitRow> rows, double memoryMb) {
  const auto upper = std::ranges::find_if(rows, [&](const InitRow& row) { return row.memoryMb >= memoryMb; });
  if (upper == rows.begin()) return rows.front().quantiles;
  if (upper == rows.end()) return rows.back().quantiles;
  const auto& low = *(upper - 1);
  const double weight = std::log(memoryMb / low.memoryMb) / std::log(upper->memoryMb / low.memoryMb);
  Milliseconds between{};
  for (std::size_t i = 0; i < between.size(); ++i)
    between[i] = low.quantiles[i] + weight * (upper->quantiles[i] - low.quantiles[i]);
  return between;
}

std::string_view titleOf(Package package) { return package == Package::Zip ? "zip" : "image"; }

// ", only as zip on x86_64, zip on arm64": what of a runtime was measured; empty: nothing.
std::string measuredOf(std::string_view runtime) {
  std::vector<std::string> found;
  for (const auto& row : initTable()) {
    if (row.runtime != runtime) continue;
    auto name = fmt::format("{} on {}", row.package, row.architecture);
    if (std::ranges::find(found, name) == found.end()) found.push_back(std::move(name));
  }
  return found.empty() ? "" : fmt::format(", only as {}", fmt::join(found, ", "));
}

// ---- restore: measured ----

// 670 restores of a small function in Java and Kotlin, 11 and 12 May 2025, 112 to 167 at each memory size; the columns
// are those of the init table.
constexpr std::string_view kRestoreSource =
    "meex28/aws-lambda-performance-master-thesis, May 2025: 670 restores of small Java and Kotlin functions; larger "
    "snapshots and other runtimes differ";
const std::array<InitRow, 5> kRestores{InitRow{"", "", "", 128, {336.2, 574.5, 906.9, 1089.8, 1230.2, 1559.1}},
                                       InitRow{"", "", "", 256, {326.2, 454.6, 560.3, 622.0, 677.1, 798.5}},
                                       InitRow{"", "", "", 512, {297.2, 413.6, 546.0, 622.3, 766.2, 794.8}},
                                       InitRow{"", "", "", 1024, {286.9, 465.9, 560.3, 619.2, 706.7, 743.1}},
                                       InitRow{"", "", "", 2048, {357.6, 531.7, 637.6, 720.6, 879.2, 915.3}}};

Tabulated tabulated(const Milliseconds& quantiles) {
  Tabulated table;
  for (std::size_t i = 0; i < quantiles.size(); ++i)
    table.points.push_back({pricing::fromSeconds(quantiles[i] * 1e-3), kProbability[i]});
  return table;
}

// "python3.12" of the family "python": 3.12 -> {3, 12}; a family alone is {0, 0}.
bool isAtLeast(std::string_view runtime, std::string_view family, int major, int minor) {
  if (!runtime.starts_with(family)) return false;
  const char* const end = runtime.data() + runtime.size();
  int first = 0, second = 0;
  const auto dot = std::from_chars(runtime.data() + family.size(), end, first);
  auto stop = dot.ptr;
  if (dot.ec == std::errc{} && stop != end && *stop == '.') stop = std::from_chars(stop + 1, end, second).ptr;
  return stop == end && std::pair(first, second) >= std::pair(major, minor);
}

// ---- workers ----

// An instance keeps this much for the system and the agent: 1 GB as in AWS's own Lambda and EC2 calculator
// (aws-samples/ sample-aws-lambda-managed-instances, 19 Mar 2026), but never more than half of a small instance.
double usableMebibytes(const pricing::InstanceType& type) {
  const auto total = static_cast<double>(type.memory.inMebibytes());
  return total - std::min(1024.0, total / 2);
}

// vCPUs that one request in flight keeps busy on an otherwise idle instance, 0 (only waits) to min(threads, vcpus).
double vcpusPerRequest(const workloads::Work& work, double vcpus) {
  const double cpu = work.cpuFraction * workloads::lambdaVcpuShare(work.measuredAt, work.threads);
  const double duration = 1 - work.cpuFraction + cpu / std::min(work.threads, vcpus);
  return duration > 0 ? cpu / duration : 0;
}

} // namespace

std::span<const std::string_view> knownRuntimes() {
  static const auto names = [] {
    std::vector<std::string_view> runtimes;
    for (const auto& row : initTable())
      if (runtimes.empty() || runtimes.back() != row.runtime) runtimes.push_back(row.runtime);
    return runtimes;
  }();
  return names;
}

DefaultInit defaultInit(std::string_view runtime, Architecture architecture, Package package, pricing::Memory memory) {
  const auto rows = rowsOf(runtime, architecture, package);
  if (rows.empty())
    return {{fmt::format("{} was not measured as {} on {}{}: init counts as 0 s until lambda.init says more", runtime,
                         titleOf(package), pricing::name(architecture), measuredOf(runtime))},
            workloads::Constant{}};
  return {
      {fmt::format("maxday/lambda-perf, Jul-Aug 2026, Apache-2.0: {} {} {}, hello-world function; own code adds to it",
                   runtime, titleOf(package), pricing::name(architecture))},
      tabulated(interpolated(rows, static_cast<double>(memory.inMebibytes())))};
}

DefaultInit defaultRestore(pricing::Memory memory) {
  return {{std::string(kRestoreSource)}, tabulated(interpolated(kRestores, static_cast<double>(memory.inMebibytes())))};
}

bool isJavaRuntime(std::string_view runtime) { return runtime.starts_with("java"); }

bool hasSnapStart(std::string_view runtime) {
  return isAtLeast(runtime, "java", 11, 0) || isAtLeast(runtime, "python", 3, 12) || isAtLeast(runtime, "dotnet", 8, 0);
}

// Share of environments found cold after being idle that long, 100 probes a point. The probes at 60 to 180 s found 0, 2
// and 0 of 100 cold, which is no trend; the curve starts at 180 s.
DefaultInit defaultIdleLifetime() {
  using std::chrono::seconds;
  Tabulated table{{{seconds(180), 0},
                   {seconds(240), 0.01},
                   {seconds(270), 0.03},
                   {seconds(300), 0.08},
                   {seconds(315), 0.43},
                   {seconds(330), 0.68},
                   {seconds(345), 0.94},
                   {seconds(360), 1}}};
  return {
      {"keep-alive probes of 2025, ubc-cirrus-lab/demystifying-serverless-costs (MIT); other years found 5 to 60 min"},
      std::move(table)};
}

// No public measurement that we could check gives one factor for all code, so a vCPU is a vCPU until somebody measures.
// On x86 instances it is one hyperthread, on Graviton a core (EC2 user guide, CPU options), so the truth is rarely 1.
DefaultSpeed defaultLambdaSpeed(Architecture architecture) {
  if (architecture == Architecture::X86_64) return {{"by definition: the unit of speed is a Lambda x86 vCPU"}, 1.0};
  return {{"convention: one arm64 vCPU does the work of one x86 vCPU; measure your code and set it"}, 1.0};
}

DefaultSpeed defaultEc2Speed(const pricing::InstanceType& type) {
  const auto vcpu = type.architecture == Architecture::Arm64 ? "a core" : "a hyperthread";
  return {{fmt::format("convention: one vCPU of {} ({}) does the work of one Lambda vCPU; measure your code and set it",
                       type.family, vcpu)},
          1.0};
}

// fcfs: a worker holds a core, so as many as cores / threads. ps: a pool large enough that CPU runs out before workers
// do (8 times the requests that saturate it, 16 at least, 1,000 per vCPU at most). Memory bounds both.
std::int64_t defaultWorkers(const pricing::InstanceType& type, const workloads::Workload& workload,
                            Discipline discipline) {
  const double vcpus = type.vcpus;
  const double inMemory =
      std::floor(usableMebibytes(type) / std::max(1.0, static_cast<double>(workload.memory.inMebibytes())));
  double wanted = std::floor(vcpus / workload.work.threads);
  if (discipline == Discipline::ProcessorSharing) {
    const double perRequest = vcpusPerRequest(workload.work, vcpus);
    wanted = std::max(16.0, std::ceil(std::min(1000 * vcpus, 8 * vcpus / std::max(perRequest, 1e-9))));
  }
  return static_cast<std::int64_t>(std::max(1.0, std::min(wanted, inMemory)));
}

} // namespace model
