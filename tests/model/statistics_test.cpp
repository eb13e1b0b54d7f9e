// Estimates and quantiles against hand-sorted lists, printed t tables and exact sums.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/statistics.hpp"
#include "tests/support/catch.hpp"

using namespace model;

TEST_CASE("t quantiles equal the printed table", "[statistics]") {
  // Two-sided 95 %: Abramowitz & Stegun 1964, table 26.10.
  CHECK(studentT975(1) == Approx(12.706).margin(5e-4));
  CHECK(studentT975(4) == Approx(2.776).margin(5e-4));
  CHECK(studentT975(30) == Approx(2.042).margin(5e-4));
}

TEST_CASE("the half width is t times the standard error", "[statistics]") {
  // 2, 4, 4, 4, 6: mean 4, sample variance (4+0+0+0+4)/4 = 2, standard error sqrt(2/5), t(4) = 2.776445.
  const double values[] = {2, 4, 4, 4, 6};
  const auto e = estimate(values);
  CHECK(e.value == Approx(4));
  CHECK(e.halfWidth == Approx(2.776445 * std::sqrt(2.0 / 5)).epsilon(1e-6));
  const double one[] = {7};
  CHECK(estimate(one) == Estimate{7, 0});
}

TEST_CASE("a ratio of sums weighs observations by their denominators", "[statistics]") {
  const double cold[] = {1, 3};
  const double started[] = {10, 90};
  const auto r = ratioEstimate(cold, started);
  CHECK(r.value == Approx(0.04));
  // Residuals 1 - 0.4 = 0.6 and 3 - 3.6 = -0.6: s^2 = 0.72, se = sqrt(0.72/2)/50 = 0.012, t(1) = 12.7062.
  CHECK(r.halfWidth == Approx(12.7062 * 0.012).epsilon(1e-5));
  const double none[] = {0, 0};
  CHECK(ratioEstimate(none, none) == Estimate{});
}

TEST_CASE("paired differences cancel what both sides share", "[statistics]") {
  const double a[] = {101, 205, 309};
  const double b[] = {100, 204, 308};
  CHECK(pairedDifference(a, b).value == Approx(1));
  CHECK(pairedDifference(a, b).halfWidth == Approx(0).margin(1e-12));
}

TEST_CASE("quantiles are exact up to 10,000 values", "[statistics]") {
  LatencyHistogram h;
  for (std::int64_t i = 200; i >= 1; --i) h.record(i * 1'000'000);
  CHECK(h.quantileSeconds(0.5) == Approx(0.100));
  CHECK(h.quantileSeconds(0.99) == Approx(0.198));
  CHECK(h.quantileSeconds(0.999) == Approx(0.200));
  CHECK(h.quantileSeconds(0.0) == Approx(0.001));
  CHECK(h.meanSeconds() == Approx(0.1005));
  CHECK(h.fractionAtMost(0.05) == Approx(0.25));
}

TEST_CASE("an empty histogram answers zero", "[statistics]") {
  const LatencyHistogram h;
  CHECK(h.quantileSeconds(0.99) == 0);
  CHECK(h.meanSeconds() == 0);
  CHECK(h.cumulative(10).empty());
}

TEST_CASE("beyond 10,000 values a quantile is within the stated relative error", "[statistics]") {
  // A geometric ladder over twelve decades: every quantile is known.
  LatencyHistogram h;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 50'000; ++i) values.push_back(static_cast<std::int64_t>(std::pow(10.0, 3.0 + i * 12.0 / 50'000)));
  h.record(values);
  for (const double p : {0.001, 0.1, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999}) {
    const auto exact = static_cast<double>(values[static_cast<std::size_t>(std::ceil(p * 50'000)) - 1]) * 1e-9;
    INFO("p = " << p);
    CHECK(std::fabs(h.quantileSeconds(p) / exact - 1) <= LatencyHistogram::kRelativeError);
  }
  CHECK(h.maxSeconds() == Approx(static_cast<double>(values.back()) * 1e-9));
  CHECK(h.quantileSeconds(1.0) == h.maxSeconds());
}

TEST_CASE("merging equals recording everything in one", "[statistics]") {
  const auto filled = [](std::int64_t from, std::int64_t count) {
    LatencyHistogram h;
    for (std::int64_t i = 0; i < count; ++i) h.record((from + i) * 977);
    return h;
  };
  for (const auto& [left, right] :
       {std::pair{100, 200}, {9'000, 3'000}, {20'000, 50}, {50, 20'000}, {20'000, 30'000}}) {
    auto merged = filled(1, left);
    merged.merge(filled(1 + left, right));
    const auto whole = filled(1, left + right);
    CHECK(merged.count() == whole.count());
    CHECK(merged.meanSeconds() == whole.meanSeconds());
    for (const double p : {0.01, 0.5, 0.99}) CHECK(merged.quantileSeconds(p) == whole.quantileSeconds(p));
  }
}

TEST_CASE("the cumulative curve rises to one", "[statistics]") {
  for (const int count : {7, 5'000, 40'000}) {
    LatencyHistogram h;
    for (int i = 1; i <= count; ++i) h.record(std::int64_t{i} * 1'000'000);
    const auto steps = h.cumulative(200);
    REQUIRE(!steps.empty());
    CHECK(steps.size() <= 402);
    CHECK(steps.back().cumulative == Approx(1));
    CHECK(std::is_sorted(steps.begin(), steps.end(), [](auto a, auto b) { return a.cumulative < b.cumulative; }));
    CHECK(std::is_sorted(steps.begin(), steps.end(), [](auto a, auto b) { return a.seconds < b.seconds; }));
  }
}
