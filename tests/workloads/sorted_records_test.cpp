#include "tests/support/catch.hpp"
#include "workloads/import/duration_statistics.hpp"
#include "workloads/import/sorted_records.hpp"
#include "workloads/random.hpp"

#include <algorithm>
#include <cmath>

using namespace workloads::importing;

namespace {

std::vector<Record> sorted(const std::vector<Record>& records, std::size_t limit, bool* spilled = nullptr) {
  SortedRecords store(limit);
  for (const auto& record : records) store.add(record);
  store.finish();
  if (spilled != nullptr) *spilled = store.spilled();
  CHECK(store.size() == records.size());
  std::vector<Record> out;
  Record record;
  for (auto reader = store.reader(); reader.next(record);) out.push_back(record);
  return out;
}

} // namespace

TEST_CASE("Spilled and in-memory records are identical, equal keys in the order of adding") {
  workloads::RandomStream random(1, "test", 0);
  std::vector<Record> records(20'000);
  for (std::size_t i = 0; i < records.size(); ++i)
    records[i] = {static_cast<std::int64_t>(random.below(500)), static_cast<std::int64_t>(i)};
  auto expected = records;
  std::stable_sort(expected.begin(), expected.end(), [](const Record& a, const Record& b) { return a.key < b.key; });
  bool spilled = true;
  CHECK(sorted(records, kRecordsInMemory, &spilled) == expected);
  CHECK_FALSE(spilled);
  for (const std::size_t limit : {7U, 1'000U, 19'999U}) {
    CHECK(sorted(records, limit, &spilled) == expected);
    CHECK(spilled);
  }
  CHECK(sorted({}, 10).empty());
}

TEST_CASE("Two readers of a spilled store do not disturb each other") {
  SortedRecords store(10);
  for (std::int64_t i = 0; i < 30'000; ++i) store.add({30'000 - i, i});
  store.finish();
  auto first = store.reader(), second = store.reader();
  Record a, b;
  for (int i = 0; i < 9'000; ++i) first.next(a);
  second.next(b);
  CHECK(a.key == 9'000);
  CHECK(b.key == 1);
}

TEST_CASE("Durations: exact up to 100,000 values, within 0.5 % above") {
  for (const std::size_t count : {std::size_t{1'000}, DurationStatistics::kExact + 50'000}) {
    workloads::RandomStream random(2, "test", 0);
    DurationStatistics statistics;
    std::vector<std::int64_t> values(count);
    double sum = 0;
    for (auto& value : values) {
      value = static_cast<std::int64_t>(1e8 * std::exp(random.normal()));
      sum += static_cast<double>(value) * 1e-6;
      statistics.add(value);
    }
    std::sort(values.begin(), values.end());
    const auto summary = statistics.summary();
    const double tolerance = count <= DurationStatistics::kExact ? 1e-12 : 0.005;
    const auto at = [&](double p) { // nearest rank
      return static_cast<double>(values[static_cast<std::size_t>(std::ceil(p * static_cast<double>(count))) - 1]) *
             1e-6;
    };
    CHECK(summary.meanMs == Approx(sum / static_cast<double>(count)).epsilon(1e-12));
    CHECK(summary.p50Ms == Approx(at(0.5)).epsilon(tolerance));
    CHECK(summary.p90Ms == Approx(at(0.9)).epsilon(tolerance));
    CHECK(summary.p95Ms == Approx(at(0.95)).epsilon(tolerance));
    CHECK(summary.p99Ms == Approx(at(0.99)).epsilon(tolerance));
    CHECK(summary.maxMs == static_cast<double>(values.back()) * 1e-6);
  }
}

TEST_CASE("The histogram's relative error holds over all octaves") {
  for (std::int64_t value = 1; value < std::int64_t{1} << 62; value += value / 2 + 1) {
    DurationStatistics statistics;
    statistics.add(value, 200'000);
    statistics.add(std::int64_t{1} << 62, 1);
    CHECK(statistics.summary().p50Ms == Approx(static_cast<double>(value) * 1e-6).epsilon(0.002));
  }
}
