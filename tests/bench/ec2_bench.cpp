// Requests per second of the EC2 simulator on one core, every statistic on, and what drawing the same requests costs: the
// better of five runs each.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "model/ec2/ec2_simulator.hpp"

namespace {

// Processor time of this one-threaded program, so that a busy machine distorts less.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Case {
  const char* name;
  model::Discipline discipline;
  model::Routing routing;
  std::int64_t instances;
  double utilisation;
};

workloads::Workload poisson(double ratePerSecond) {
  workloads::Workload workload;
  workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(ratePerSecond)};
  workload.work.duration = workloads::Exponential{std::chrono::milliseconds(100)};
  return workload;
}

template <class Run> double bestSeconds(const Run& run) {
  double best = 1e300;
  for (int i = 0; i < 5; ++i) {
    const double since = now();
    run();
    best = std::min(best, now() - since);
  }
  return best;
}

void draw(const workloads::Workload& workload, model::Duration horizon) {
  workloads::RequestStream stream(workload, 1, 0, horizon);
  workloads::RequestBatch batch;
  std::int64_t sum = 0;
  while (stream.next(batch)) sum += batch.arrival.back();
  std::fprintf(stderr, "%s", sum == -1 ? " " : ""); // keeps the draws alive
}

void measure(const Case& c, double requests) {
  model::Ec2Fleet fleet;
  fleet.discipline = c.discipline;
  fleet.routing = c.routing;
  fleet.workers = c.discipline == model::Discipline::Fcfs ? 2 : 16;
  fleet.initial = fleet.min = fleet.max = c.instances;
  const double rate = c.utilisation * fleet.vcpus * static_cast<double>(c.instances) / 0.1;
  model::ObservationPlan plan;
  plan.horizon = pricing::fromSeconds(requests / rate);
  const auto workload = poisson(rate);
  const double drawn = bestSeconds([&] { draw(workload, plan.horizon); });
  model::Ec2Run run;
  const double took = bestSeconds([&] {
    model::Ec2Simulator simulator(fleet, plan, 1, 0);
    workloads::RequestStream stream(workload, 1, 0, plan.horizon);
    workloads::RequestBatch batch;
    while (stream.next(batch)) simulator.feed(batch);
    run = simulator.finish();
  });
  const auto n = static_cast<double>(run.windows[0].outcomes.attempts);
  std::printf("%-34s rho %.2f  %6.2f M/s  with drawing %6.2f M/s  drawing alone %6.2f M/s  ratio %.2f  mean %.4f s\n",
              c.name, c.utilisation, n / (took - drawn) * 1e-6, n / took * 1e-6, n / drawn * 1e-6, took / drawn,
              run.windows[0].outcomes.latency.meanSeconds());
}

} // namespace

// ec2_bench [REQUESTS], default 20 million a case.
int main(int argc, char** argv) {
  const double requests = argc > 1 ? std::atof(argv[1]) : 2e7;
  constexpr auto kFcfs = model::Discipline::Fcfs;
  constexpr auto kSharing = model::Discipline::ProcessorSharing;
  for (const double rho : {0.5, 0.8}) {
    measure({"fcfs, round robin, 10 instances", kFcfs, model::Routing::RoundRobin, 10, rho}, requests);
    measure({"ps, round robin, 10 instances", kSharing, model::Routing::RoundRobin, 10, rho}, requests);
    measure({"ps, random, 10 instances", kSharing, model::Routing::Random, 10, rho}, requests);
    measure({"ps, least outstanding, 10 instances", kSharing, model::Routing::LeastOutstanding, 10, rho}, requests);
    measure({"fcfs, least outstanding, 100", kFcfs, model::Routing::LeastOutstanding, 100, rho}, requests);
    measure({"ps, least outstanding, 100", kSharing, model::Routing::LeastOutstanding, 100, rho}, requests);
  }
}
