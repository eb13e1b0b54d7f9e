#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>

#include "app/benchmark.hpp"
#include "model/decision.hpp"
#include "model/ec2/ec2_simulator.hpp"
#include "model/lambda/lambda_simulator.hpp"
#include "workloads/import/trace.hpp"

namespace app {

namespace {

using namespace std::chrono_literals;
using model::Discipline;
using model::LambdaFunction;
using model::Routing;

constexpr double kServiceS = 0.1;
constexpr std::chrono::milliseconds kService{100};

// ---- requests dealt out ----

struct Load {
  workloads::Workload workload;
  model::Duration horizon{};
  std::uint64_t seed = 1, replication = 0;
};

workloads::Workload poisson(double ratePerSecond) {
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{workloads::RequestRate::perSecond(ratePerSecond)};
  workload.work.duration = workloads::Exponential{kService};
  return workload;
}

Load loadOf(workloads::Workload workload, double requests) {
  const double rate = workloads::meanRatePerSecond(workload.arrivals, 24h);
  return {std::move(workload), pricing::fromSeconds(requests / rate)};
}

template <class Use> std::uint64_t deal(const Load& load, Use use) {
  workloads::RequestStream stream(load.workload, load.seed, load.replication, load.horizon);
  std::uint64_t count = 0;
  for (workloads::RequestBatch batch; stream.next(batch);) {
    count += batch.size();
    use(batch);
  }
  return count;
}

// What is drawn is looked at, so that it is drawn.
std::uint64_t draw(const Load& load) {
  std::int64_t seen = 0;
  const auto count = deal(load, [&](const workloads::RequestBatch& batch) { seen |= batch.cpu[0] | batch.arrival[0]; });
  return seen < 0 ? 0 : count;
}

template <class Simulator> std::function<std::uint64_t()> simulating(const Load& load, auto what, int timelinePoints) {
  model::ObservationPlan plan;
  plan.horizon = load.horizon;
  plan.timelinePoints = timelinePoints;
  return [load, plan, what] {
    Simulator simulator(what, plan, 1, 0);
    const auto count = deal(load, [&](const workloads::RequestBatch& batch) { simulator.feed(batch); });
    return simulator.finish().windows.empty() ? 0 : count;
  };
}

constexpr int kTimelinePoints = 600; // as in a report

template <class Simulator> BenchmarkCase simulation(std::string group, std::string name, const Load& load, auto what) {
  return {std::move(group), std::move(name), "requests", simulating<Simulator>(load, what, kTimelinePoints),
          [load] { return draw(load); }};
}

// ---- Lambda ----

LambdaFunction function() {
  LambdaFunction f;
  f.init = workloads::Constant{500ms};
  f.idleLifetime = workloads::Constant{600s};
  f.concurrencyLimit = 1'000'000;
  f.growth.reset();
  return f;
}

void addLambda(double requests, std::vector<BenchmarkCase>& cases) {
  const auto add = [&](std::string name, const Load& load, auto change) {
    auto f = function();
    change(f);
    cases.push_back(simulation<model::LambdaSimulator>("lambda", std::move(name), load, f));
  };
  const auto as = [](LambdaFunction&) {};
  for (const int atOnce : {1, 10, 100, 1'000, 10'000, 100'000}) {
    // A fleet of environments that has to be made first would be most of a short run.
    const double most = std::max(requests, 400.0 * atOnce);
    add(fmt::format("{} at once", atOnce), loadOf(poisson(atOnce / kServiceS), most), as);
  }
  const auto busy = loadOf(poisson(10'000), requests);
  const auto recycled = [](LambdaFunction& f) {
    f.idleLifetime = workloads::Lognormal{300s, 0.07};
    f.maxLifetime = workloads::Lognormal{5h, 0.3};
  };
  for (const int atOnce : {10, 1'000})
    add(fmt::format("{} at once, drawn lives", atOnce), loadOf(poisson(atOnce / kServiceS), requests), recycled);
  add("1000 at once, oldest first", busy, [](LambdaFunction& f) { f.reuse = model::Reuse::Fifo; });
  add("1000 at once, at random", busy, [](LambdaFunction& f) { f.reuse = model::Reuse::Random; });
  add("1000 at once, 900 provisioned", busy, [](LambdaFunction& f) { f.provisioned = 900; });
  const auto followed = loadOf(poisson(10'000), requests / 4);
  const auto source = [&](std::string name, const model::EventSource& from) {
    add("1000 at once, " + std::move(name), followed, [&](LambdaFunction& f) { f.source = from; });
  };
  model::ClientRetries retries;
  retries.attempts = 2;
  model::StreamMapping stream;
  stream.shards = 100;
  stream.factor = 10;
  source("client tries twice", retries);
  source("asynchronous queue", model::AsyncRetries{});
  source("SQS batches", model::QueueMapping{});
  source("Kinesis, 1000 lanes", stream);
}

// ---- EC2 ----

void addEc2(double requests, std::vector<BenchmarkCase>& cases) {
  constexpr double kUtilisation = 0.8;
  // The ticks of a time series cut a run of few requests into pieces that no long one has.
  constexpr double kPerInstance = 1e4;
  const auto add = [&](Discipline discipline, Routing routing, const char* name, std::int64_t instances) {
    model::Ec2Fleet fleet;
    fleet.discipline = discipline;
    fleet.routing = routing;
    fleet.workers = discipline == Discipline::Fcfs ? 2 : 16;
    fleet.initial = fleet.min = fleet.max = instances;
    const double rate = kUtilisation * fleet.vcpus * static_cast<double>(instances) / kServiceS;
    cases.push_back(simulation<model::Ec2Simulator>(
        "ec2", fmt::format("{}, {}, {}", discipline == Discipline::Fcfs ? "fcfs" : "ps", name, instances),
        loadOf(poisson(rate), std::max(requests, kPerInstance * static_cast<double>(instances))), fleet));
  };
  for (const auto discipline : {Discipline::Fcfs, Discipline::ProcessorSharing})
    for (const std::int64_t instances : {1, 10, 100, 1'000}) {
      add(discipline, Routing::RoundRobin, "round robin", instances);
      add(discipline, Routing::Random, "random", instances);
      add(discipline, Routing::LeastOutstanding, "least outstanding", instances);
      add(discipline, Routing::Queue, "from a queue", instances);
    }
}

// ---- arrivals and work ----

void addArrivals(double requests, std::vector<BenchmarkCase>& cases) {
  using workloads::RequestRate;
  const auto rate = RequestRate::perSecond(1'000);
  const auto add = [&](const workloads::Arrivals& arrivals) {
    auto workload = poisson(1);
    workload.arrivals = arrivals;
    const std::string name(workloads::kind(arrivals));
    cases.push_back(simulation<model::LambdaSimulator>("arrivals", name, loadOf(workload, requests), function()));
  };
  workloads::ProfileArrivals profile{rate, {}, {}, 0, 1};
  for (std::size_t h = 0; h < profile.hourOfDay.size(); ++h) profile.hourOfDay[h] = h < 8 ? 0.25 : 1.5;
  profile.dayOfWeek.fill(1);
  add(workloads::ConstantArrivals{rate});
  add(workloads::PoissonArrivals{rate});
  add(workloads::RenewalArrivals{rate, 2});
  add(workloads::BurstyArrivals{RequestRate::perSecond(3'000), RequestRate::perSecond(500), 10s, 40s});
  add(profile);
  add(workloads::FlashArrivals{RequestRate::perSecond(500), RequestRate::perSecond(5'000), 60s, 30s, 120s, 60s});
  add(workloads::BatchArrivals{RequestRate::perSecond(20), 50});
}

void addWork(double requests, std::vector<BenchmarkCase>& cases) {
  const auto add = [&](const char* name, const workloads::DurationDistribution& work) {
    auto workload = poisson(1'000);
    workload.work.duration = work;
    cases.push_back(simulation<model::LambdaSimulator>("work", name, loadOf(workload, requests), function()));
  };
  add("constant", workloads::Constant{kService});
  add("exponential", workloads::Exponential{kService});
  add("lognormal", workloads::Lognormal{kService, 1.5});
  add("gamma", workloads::Gamma{kService, 0.7});
  add("weibull", workloads::Weibull{kService, 1.5});
  add("quantiles", workloads::Quantiles{80ms, 160ms, 220ms, 400ms, 900ms});
  add("tabulated", workloads::Tabulated{{{20ms, 0.0}, {80ms, 0.5}, {200ms, 0.9}, {900ms, 1.0}}});
  std::vector<workloads::Duration> values;
  for (int i = 1; i <= 1'000; ++i) values.push_back(std::chrono::microseconds(200 * i));
  add("empirical", workloads::Empirical{std::make_shared<const std::vector<workloads::Duration>>(std::move(values))});
}

// ---- logs ----

// A file that is there as long as somebody may read it.
class TemporaryFile {
 public:
  TemporaryFile(std::string_view name, std::string_view text)
      : m_path((std::filesystem::temp_directory_path() /
                fmt::format("breakeven-bench-{}-{}", name, reinterpret_cast<std::uintptr_t>(this)))
                   .string()) {
    std::ofstream(m_path, std::ios::binary) << text;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(m_path, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return m_path; }

 private:
  std::string m_path;
};

template <class Line> std::string linesOf(double count, const Line& line) {
  std::string text;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) text += line(i) + '\n';
  return text;
}

std::uint64_t readThrough(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 1 << 16> block;
  std::uint64_t bytes = 0, lines = 0;
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    bytes += static_cast<std::uint64_t>(in.gcount());
    lines += static_cast<std::uint64_t>(std::count(block.data(), block.data() + in.gcount(), '\n'));
  }
  return lines > 0 ? bytes : 0;
}

void addImport(const char* name, const std::string& text, std::vector<BenchmarkCase>& cases) {
  const auto file = std::make_shared<const TemporaryFile>(name, text);
  const auto run = [file, bytes = text.size()]() -> std::uint64_t {
    const std::vector<std::string> files{file->path()};
    return workloads::openTrace(files, {})->summary().requests > 0 ? bytes : 0;
  };
  cases.push_back({"import", name, "bytes", run, [file] { return readThrough(file->path()); }});
}

void addAzure(double lines, std::vector<BenchmarkCase>& cases) {
  addImport("azure_2021",
            "app,func,end_timestamp,duration\n" + linesOf(lines,
                                                          [](std::int64_t i) {
                                                            return fmt::format("a{},f{},{}.{:03},0.{:03}", i % 40,
                                                                               i % 400, i / 1'000, i % 1'000, i % 900);
                                                          }),
            cases);
  constexpr std::int64_t kMinutes = 1'440;
  std::string header = "HashOwner,HashApp,HashFunction,Trigger";
  for (std::int64_t minute = 1; minute <= kMinutes; ++minute) header += fmt::format(",{}", minute);
  addImport("azure_2019",
            header + '\n' +
                linesOf(std::max(lines / kMinutes, 1.0),
                        [](std::int64_t i) {
                          std::string row = fmt::format("o{},a{},f{},http", i % 7, i % 40, i);
                          for (std::int64_t minute = 0; minute < kMinutes; ++minute)
                            row += fmt::format(",{}", (i + minute) % 60);
                          return row;
                        }),
            cases);
}

void addImports(double requests, std::vector<BenchmarkCase>& cases) {
  const auto clock = [](std::int64_t i) {
    return fmt::format("{:02}:{:02}:{:02}", i / 360'000 % 24, i / 6'000 % 60, i / 100 % 60);
  };
  const double lines = std::min(requests, 8.6e6) / 10;
  addImport("nginx_log",
            linesOf(lines,
                    [&](std::int64_t i) {
                      return fmt::format(
                          "192.0.2.{} - - [24/Nov/2026:{} +0000] \"GET /a/{} HTTP/1.1\" 200 5{} \"-\" \"curl\" 0.{:03}",
                          i % 250, clock(i), i % 997, i % 10'000, i % 900 + 1);
                    }),
            cases);
  addImport("combined_log",
            linesOf(lines,
                    [&](std::int64_t i) {
                      return fmt::format(
                          "192.0.2.{} - - [24/Nov/2026:{} +0000] \"GET /a/{} HTTP/1.1\" 200 5{} \"-\" \"curl\"",
                          i % 250, clock(i), i % 997, i % 10'000);
                    }),
            cases);
  addImport("lambda_report",
            linesOf(lines,
                    [&](std::int64_t i) {
                      return fmt::format(
                          "2026-11-24T{}.{:02}0Z REPORT RequestId: 00000000-0000-0000-0000-{:012}\tDuration: {}.{} ms\t"
                          "Billed Duration: {} ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB",
                          clock(i), i % 100, i, i % 900 + 1, i % 100, i % 900 + 2);
                    }),
            cases);
  addImport(
      "csv",
      "arrival_s,duration_ms\n" +
          linesOf(lines,
                  [](std::int64_t i) { return fmt::format("{}.{:02},{}.{}", i / 100, i % 100, i % 900 + 1, i % 10); }),
      cases);
  addImport("lambda_calls",
            "is_cold,exist_id,aws_duration,aws_billed_duration,aws_max_mem,client_start_time\n" +
                linesOf(lines,
                        [](std::int64_t i) {
                          return fmt::format("{},e{},{}.{},{},90,{}.{:02}", i < 60 ? "True" : "False", i % 60,
                                             i % 900 + 1, i % 100, i % 900 + 2, i / 100, i % 100);
                        }),
            cases);
  addAzure(lines, cases);
}

void addReplay(double requests, std::vector<BenchmarkCase>& cases) {
  const double lines = std::min(requests, 2e6);
  const TemporaryFile file("replay", "arrival_s,duration_ms\n" + linesOf(lines, [](std::int64_t i) {
                                       return fmt::format("{}.{:03},{}", i / 1'000, i % 1'000, i % 199 + 1);
                                     }));
  const std::vector<std::string> files{file.path()};
  workloads::Workload workload;
  workloads::TraceArrivals arrivals;
  arrivals.files = files;
  arrivals.trace = workloads::openTrace(files, {});
  workload.arrivals = arrivals;
  workload.work.duration.reset();
  const Load load{workload, arrivals.trace->summary().span};
  cases.push_back(simulation<model::LambdaSimulator>("arrivals", "trace", load, function()));
}

// ---- the whole ----

// A day of the built-in web API; what its replications draw is the limit, however often each request is simulated.
void addDecision(std::vector<BenchmarkCase>& cases) {
  const std::vector<std::string> settings{"run.horizon=6h"};
  const auto scenario = model::readScenario(model::examples().front().json, "example", settings);
  const auto decide = [scenario]() -> std::uint64_t {
    const auto outcome = model::evaluate(scenario, *pricing::PriceCatalogue::embedded(), {});
    return std::get<std::shared_ptr<const model::Decision>>(outcome)->run.requests;
  };
  const auto drawAll = [scenario]() -> std::uint64_t {
    std::uint64_t count = 0;
    for (int i = 0; i < scenario.run.replications; ++i)
      count += draw({scenario.workload, 6h, scenario.run.seed, static_cast<std::uint64_t>(i)});
    return count;
  };
  cases.push_back({"decide", std::string(model::examples().front().name), "requests", decide, drawAll});
}

} // namespace

std::span<const std::string_view> benchmarkGroups() {
  static constexpr std::array<std::string_view, 7> groups{"lambda", "ec2",    "arrivals", "work",
                                                          "import", "decide", kRunGroup};
  return groups;
}

std::vector<BenchmarkCase> timelineCases(double requests) {
  const auto load = loadOf(poisson(1'000), requests);
  model::Ec2Fleet fleet;
  fleet.workers = 2;
  fleet.initial = fleet.min = fleet.max = 60;
  const auto platform = [&load]<class Simulator>(std::type_identity<Simulator>, const char* name, const auto& what) {
    return BenchmarkCase{"run", name, "requests", simulating<Simulator>(load, what, kTimelinePoints),
                         simulating<Simulator>(load, what, 0)};
  };
  return {platform(std::type_identity<model::LambdaSimulator>(), "Lambda", function()),
          platform(std::type_identity<model::Ec2Simulator>(), "EC2", fleet)};
}

std::vector<BenchmarkCase> benchmarkCases(std::string_view group, double requests) {
  std::vector<BenchmarkCase> cases;
  const auto wanted = [group](std::string_view name) { return group.empty() || group == name; };
  if (wanted("lambda")) addLambda(requests, cases);
  if (wanted("ec2")) addEc2(requests, cases);
  if (wanted("arrivals")) addArrivals(requests, cases);
  if (wanted("arrivals")) addReplay(requests, cases);
  if (wanted("work")) addWork(requests, cases);
  if (wanted("import")) addImports(requests, cases);
  if (wanted("decide")) addDecision(cases);
  return cases;
}

} // namespace app
