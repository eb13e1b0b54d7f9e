// The cases of `breakeven bench` under Google Benchmark, for its repetitions, filters and comparisons:
// benchmarks [--requests=N] [--benchmark_filter=lambda] [--benchmark_repetitions=5] ...
// `whole` simulates or reads, `limit` draws the same requests or reads the same bytes and does nothing else.
#include <benchmark/benchmark.h>
#include <string>
#include <string_view>

#include "app/benchmark.hpp"

namespace {

void time(const std::string& name, const std::function<std::uint64_t()>& what) {
  benchmark::RegisterBenchmark(name.c_str(), [what](benchmark::State& state) {
    std::uint64_t count = 0;
    for (auto _ : state) count += what();
    state.SetItemsProcessed(static_cast<std::int64_t>(count));
  })->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int argc, char** argv) {
  double requests = 2e6;
  constexpr std::string_view kRequests = "--requests=";
  if (argc > 1 && std::string_view(argv[1]).starts_with(kRequests)) {
    requests = std::stod(argv[1] + kRequests.size());
    argv[1] = argv[0];
    ++argv;
    --argc;
  }
  benchmark::Initialize(&argc, argv);
  for (const auto& each : app::benchmarkCases("", requests)) {
    time(each.group + "/" + each.name + "/limit", each.limit);
    time(each.group + "/" + each.name + "/whole", each.run);
  }
  benchmark::RunSpecifiedBenchmarks();
}
