// How fast one core simulates Lambda, with every statistic on, beside drawing the same requests and nothing else.
// Built with -DBREAKEVEN_BENCH=ON; run as `lambda_bench [million requests [part of a case's name]]`. Processor time, best
// of five runs, so that other programs on the machine disturb little; the ratio to drawing disturbs least.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string_view>

#include "model/lambda/lambda_simulator.hpp"

namespace {

using namespace std::chrono_literals;

struct Case {
  const char* name;
  double ratePerSecond;
  double meanSeconds;
  std::function<void(model::LambdaFunction&)> change = [](model::LambdaFunction&) {};
};

workloads::Workload workload(const Case& c) {
  workloads::Workload w;
  w.arrivals = workloads::PoissonArrivals{workloads::RequestRate::perSecond(c.ratePerSecond)};
  w.work.duration = workloads::Exponential{pricing::fromSeconds(c.meanSeconds)};
  return w;
}

model::LambdaFunction function(const Case& c) {
  model::LambdaFunction f;
  f.init = workloads::Constant{500ms};
  f.idleLifetime = workloads::Constant{600s};
  f.concurrencyLimit = 100'000;
  c.change(f);
  return f;
}

// Requests dealt out; what is done with each batch is the caller's.
template <class Use> std::uint64_t deal(const Case& c, pricing::Duration horizon, Use use) {
  workloads::RequestStream stream(workload(c), 1, 0, horizon);
  std::uint64_t requests = 0;
  for (workloads::RequestBatch batch; stream.next(batch);) {
    requests += batch.size();
    use(batch);
  }
  return requests;
}

template <class Run> double bestSeconds(Run run) {
  double best = 1e300;
  for (int i = 0; i < 5; ++i) {
    const std::clock_t from = std::clock();
    run();
    best = std::min(best, static_cast<double>(std::clock() - from) / CLOCKS_PER_SEC);
  }
  return best;
}

void measure(const Case& c, double requests) {
  model::ObservationPlan plan;
  plan.horizon = pricing::fromSeconds(requests / c.ratePerSecond);
  std::uint64_t count = 0;
  std::int64_t seen = 0;
  const double drawing = bestSeconds(
      [&] { count = deal(c, plan.horizon, [&](const workloads::RequestBatch& batch) { seen += batch.cpu[0]; }); });
  model::LambdaTally tally;
  const double simulating = bestSeconds([&] {
    model::LambdaSimulator simulator(function(c), plan, 1, 0);
    deal(c, plan.horizon, [&](const workloads::RequestBatch& batch) { simulator.feed(batch); });
    tally = simulator.finish().windows.front();
  });
  const double millions = static_cast<double>(count) * 1e-6;
  std::printf("%-33s %7.2f M/s, drawing alone %7.2f M/s, ratio %4.2f; simulator alone %5.1f ns/request"
              " (%llu cold, %lld environments at most)\n",
              c.name, millions / simulating, millions / drawing, simulating / drawing,
              (simulating - drawing) / millions * 1e3, static_cast<unsigned long long>(tally.cold),
              static_cast<long long>(tally.peakEnvironments));
  if (seen < 0) std::abort();
}

} // namespace

int main(int argc, char** argv) {
  const double requests = (argc > 1 ? std::atof(argv[1]) : 20.0) * 1e6;
  using F = model::LambdaFunction;
  const auto empirical = [](F& f) { f.idleLifetime = workloads::Exponential{300s}; };
  const auto unlimited = [](F& f) { f.growth.reset(), f.concurrencyLimit = 1'000'000; };
  const auto tooLong = [](F& f) { f.timeout = 400ms; }; // 2 % of the calls are cut
  const Case cases[] = {
      {"10/s, 0.1 s (1 at once)", 10, 0.1},
      {"100/s (10 at once)", 100, 0.1},
      {"1,000/s (100 at once)", 1'000, 0.1},
      {"10,000/s (1,000 at once)", 10'000, 0.1},
      {"100,000/s (10,000 at once)", 100'000, 0.1, unlimited},
      {"1,000,000/s (100,000 at once)", 1'000'000, 0.1, unlimited},
      {"100/s, drawn idle lifetime", 100, 0.1, empirical},
      {"10,000/s, drawn idle lifetime", 10'000, 0.1, empirical},
      {"10,000/s, oldest first", 10'000, 0.1, [](F& f) { f.reuse = model::Reuse::Fifo; }},
      {"10,000/s, at random", 10'000, 0.1, [](F& f) { f.reuse = model::Reuse::Random; }},
      {"10,000/s, 900 provisioned", 10'000, 0.1, [](F& f) { f.provisioned = 900; }},
      {"100,000/s, drawn idle lifetime", 100'000, 0.1,
       [=](F& f) { unlimited(f), empirical(f); }},
      {"10,000/s, timeout 0.4 s", 10'000, 0.1, tooLong},
      {"10,000/s, 1,024 MB", 10'000, 0.1, [](F& f) { f.memory = pricing::Memory::mebibytes(1024); }},
      {"10,000/s, client tries twice", 10'000, 0.1, [](F& f) { f.source = model::ClientRetries{2}; }},
      {"10,000/s, asynchronous queue", 10'000, 0.1, [](F& f) { f.source = model::AsyncRetries{}; }},
      {"10,000/s, SQS batches of 10", 10'000, 0.1, [](F& f) { f.source = model::QueueMapping{}; }},
      {"10,000/s, Kinesis, 1,000 lanes", 10'000, 0.1,
       [](F& f) { f.source = model::StreamMapping{.shards = 100, .factor = 10}; }},
  };
  const std::string_view wanted = argc > 2 ? argv[2] : "";
  for (const Case& c : cases)
    if (std::string_view(c.name).find(wanted) != std::string_view::npos) measure(c, requests);
}
