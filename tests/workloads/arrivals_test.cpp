#include "workloads/arrivals.hpp"

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/workloads/goodness_of_fit.hpp"

using namespace workloads;
using namespace workloads::testing;
using namespace std::chrono_literals;
using std::chrono::hours;

namespace {

using Times = std::vector<std::int64_t>;
constexpr auto kDay = hours(24);

RequestRate perSecond(double rate) { return RequestRate::perSecond(rate); }

Times arrivalsOf(const Arrivals& a, Duration horizon, std::uint64_t replication = 0, std::size_t batch = 4096) {
  ArrivalSampler sampler(a, RandomStream(11, "arrivals", replication), horizon);
  Times all, some(batch);
  while (const auto n = sampler.fill(some))
    all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(n));
  return all;
}

double firstArrivalSeconds(const Arrivals& a, std::uint64_t replication) {
  std::int64_t first = 0;
  REQUIRE(ArrivalSampler(a, RandomStream(11, "arrivals", replication), hours(1000)).fill({&first, 1}) == 1);
  return static_cast<double>(first) * 1e-9;
}

std::vector<double> countsPer(const Times& times, Duration cell, Duration horizon) {
  std::vector<double> counts(static_cast<std::size_t>(horizon / cell));
  for (const auto t : times)
    if (const auto i = static_cast<std::size_t>(t / cell.count()); i < counts.size()) counts[i] += 1;
  return counts;
}

// Counts over [0, horizon) in independent replications.
std::vector<double> replicatedCounts(const Arrivals& a, Duration horizon, std::uint64_t replications) {
  std::vector<double> counts;
  for (std::uint64_t r = 0; r < replications; ++r)
    counts.push_back(static_cast<double>(arrivalsOf(a, horizon, r).size()));
  return counts;
}

std::vector<double> gapsInSeconds(const Times& times) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(static_cast<double>(times[i] - times[i - 1]) * 1e-9);
  return gaps;
}

ProfileArrivals flat(double rate, double dispersion = 1) {
  ProfileArrivals a{perSecond(rate), {}, {}, 0, dispersion};
  a.hourOfDay.fill(1);
  a.dayOfWeek.fill(1);
  return a;
}

// An office: nothing at night, a peak at 10, Sundays off; weights as a user would give them, not normalised.
ProfileArrivals office(double rate) {
  auto a = flat(rate);
  a.hourOfDay = {0, 0, 0, 0, 0, 0, 1, 2, 5, 9, 10, 9, 6, 7, 8, 8, 7, 5, 3, 2, 1, 1, 0, 0};
  a.dayOfWeek = {5, 5, 5, 4, 4, 1, 0};
  return a;
}

std::vector<Arrivals> everyKind() {
  auto busy = office(2);
  busy.dispersion = 3;
  return {ConstantArrivals{perSecond(2)},
          PoissonArrivals{perSecond(2)},
          RenewalArrivals{perSecond(2), 3},
          BurstyArrivals{perSecond(20), perSecond(0.1), 10s, 100s},
          office(2),
          busy,
          BatchArrivals{perSecond(0.5), 7},
          FlashArrivals{perSecond(0.5), perSecond(4), 1h, 10min, 2h, 30min},
          CronArrivals{"cron(* * * * ? *)", 8.5}};
}

std::vector<std::string> sentences(const Arrivals& a) {
  std::vector<std::string> texts;
  for (const auto& problem : problems(a, "/a")) texts.push_back(sentence(problem));
  return texts;
}
using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("constant arrivals stand at (k + 1/2) / rate without drift", "[arrivals]") {
  const auto times = arrivalsOf(ConstantArrivals{perSecond(3)}, kDay);
  REQUIRE(times.size() == 259'200);
  for (std::int64_t k = 0; k < 259'200; ++k)
    REQUIRE(times[static_cast<std::size_t>(k)] == (2 * k + 1) * 1'000'000'000 / 6);
  // 1.5 M/day is no double; a day and 30 days still hold exactly as many.
  const ConstantArrivals daily{perSecond(1.5e6 / 86400)};
  CHECK(arrivalsOf(daily, kDay).size() == 1'500'000);
  CHECK(arrivalsOf(ConstantArrivals{perSecond(10'000.0 / 86400)}, 30 * kDay).size() == 300'000);
  CHECK(arrivalsOf(ConstantArrivals{perSecond(1.0 / 86400)}, kDay) == Times{kDay.count() * 1'000'000'000 * 1800});
}

TEST_CASE("Poisson arrivals have independent exponential gaps", "[arrivals]") {
  const double rate = 50, seconds = 4000;
  const auto times = arrivalsOf(PoissonArrivals{perSecond(rate)}, 4000s);
  const double expected = rate * seconds;
  CHECK(std::fabs(static_cast<double>(times.size()) - expected) < 4 * std::sqrt(expected));
  const auto gaps = gapsInSeconds(times);
  CHECK(kolmogorov(gaps, [=](double x) { return -std::expm1(-rate * x); }) < 2.4);
  double product = 0;
  for (std::size_t i = 1; i < gaps.size(); ++i) product += (gaps[i] * rate - 1) * (gaps[i - 1] * rate - 1);
  CHECK(std::fabs(product) < 4 * std::sqrt(static_cast<double>(gaps.size()))); // lag-1 covariance 0, variance 1
  const auto counts = countsPer(times, 1s, 4000s);
  CHECK(meanError(counts, rate) < 4);
  CHECK(varianceError(counts, rate, rate) < 4); // index of dispersion 1
}

TEST_CASE("renewal arrivals have gamma gaps and start in equilibrium", "[arrivals]") {
  for (const double cv : {0.3, 3.0}) {
    CAPTURE(cv);
    const double rate = 20, shape = 1 / (cv * cv);
    const RenewalArrivals a{perSecond(rate), cv};
    const auto gaps = gapsInSeconds(arrivalsOf(a, 5000s));
    CHECK(meanError(gaps, 1 / rate) < 4);
    CHECK(varianceError(gaps, 1 / rate, cv * cv / (rate * rate)) < 4);
    CHECK(kolmogorovAbove(1e-6, gaps, [=](double x) { return boost::math::gamma_p(shape, shape * rate * x); }) < 2.4);
    // A span of two mean gaps; an ordinary renewal process would be off by (cv^2 - 1) / 2 requests in the long run.
    CHECK(meanError(replicatedCounts(a, 100ms, 5'000), rate * 0.1) < 4);
    // The first arrival is a residual life: mean (1 + cv^2) / (2 rate).
    std::vector<double> first;
    for (std::uint64_t r = 0; r < 4000; ++r) first.push_back(firstArrivalSeconds(a, r));
    CHECK(meanError(first, (1 + cv * cv) / (2 * rate)) < 4);
  }
}

TEST_CASE("bursty arrivals have the mean and the dispersion of the Markov-modulated process", "[arrivals]") {
  const BurstyArrivals a{perSecond(40), perSecond(4), 2s, 6s};
  const double on = 0.25, mean = on * 40 + (1 - on) * 4, turn = 1 / 2.0 + 1 / 6.0;
  CHECK(meanRatePerSecond(a, 1h) == Approx(mean));
  // Var N(t) / E N(t) = 1 + 2 p q (r1 - r2)^2 / (s m) (1 - (1 - e^(-st)) / (st)), s the sum of both switching rates
  // (Fischer & Meier-Hellstern 1993); short spans also show the start in steady state.
  for (const double t : {0.5, 10.0}) {
    CAPTURE(t);
    const double dispersion =
        1 + 2 * on * (1 - on) * 36 * 36 / (turn * mean) * (1 - (1 - std::exp(-turn * t)) / (turn * t));
    const auto counts = replicatedCounts(a, pricing::fromSeconds(t), 10'000);
    CHECK(meanError(counts, mean * t) < 4);
    CHECK(varianceError(counts, mean * t, mean * t * dispersion) < 4);
  }
  const auto times = arrivalsOf(a, 20'000s);
  // Long spans: the standard error from the dispersion at infinity.
  const double expected = mean * 20'000, limit = 1 + 2 * on * (1 - on) * 36 * 36 / (turn * mean);
  CHECK(std::fabs(static_cast<double>(times.size()) - expected) < 4 * std::sqrt(expected * limit));
}

TEST_CASE("a silent state brings no request", "[arrivals]") {
  const BurstyArrivals a{perSecond(1000), perSecond(0), 1s, 9s};
  const auto counts = countsPer(arrivalsOf(a, 3600s), 100ms, 3600s);
  const auto silent = static_cast<double>(std::count(counts.begin(), counts.end(), 0.0));
  // Off for a whole cell of 0.1 s: 0.9 e^(-0.1 / 9) = 0.890; the stays make about 360 independent pairs.
  CHECK(silent / static_cast<double>(counts.size()) == Approx(0.89).margin(0.04));
}

TEST_CASE("a profile is met hour by hour", "[arrivals]") {
  const double rate = 3;
  auto a = office(rate);
  a.growthPerMonth = 0.2;
  const auto horizon = 14 * kDay;
  const auto counts = countsPer(arrivalsOf(a, horizon), 1h, horizon);
  const double hourMean = std::accumulate(a.hourOfDay.begin(), a.hourOfDay.end(), 0.0) / 24;
  const double dayMean = std::accumulate(a.dayOfWeek.begin(), a.dayOfWeek.end(), 0.0) / 7;
  std::vector<double> observed, expected;
  double total = 0, peak = 0;
  for (std::size_t h = 0; h < counts.size(); ++h) {
    const double perHour = rate * 3600 * a.hourOfDay[h % 24] / hourMean * a.dayOfWeek[h / 24 % 7] / dayMean *
                           std::pow(1.2, static_cast<double>(h) / 730);
    total += perHour;
    peak = std::max(peak, perHour / 3600);
    if (perHour == 0) {
      REQUIRE(counts[h] == 0);
      continue;
    }
    observed.push_back(counts[h]);
    expected.push_back(perHour);
  }
  REQUIRE(observed.size() == 12 * 16); // two Sundays and eight hours of each night are silent
  CHECK(std::fabs(chiSquareError(observed, expected)) < 4);
  const double drawn = std::accumulate(observed.begin(), observed.end(), 0.0);
  CHECK(std::fabs(drawn - total) < 4 * std::sqrt(total));
  CHECK(meanRatePerSecond(a, horizon) == Approx(total / (14 * 86400.0)).epsilon(1e-12));
  CHECK(peakRatePerSecond(a, horizon) == Approx(peak).epsilon(1e-12));
  // Without growth a whole week has the stated mean.
  CHECK(meanRatePerSecond(office(rate), 7 * kDay) == Approx(rate).epsilon(1e-12));
}

TEST_CASE("a change of rate is met to the nanosecond", "[arrivals]") {
  // Hour 0 silent, hour 1 busy: gaps from the boundary on are exponential, also the first.
  auto a = flat(10);
  a.hourOfDay.fill(0);
  a.hourOfDay[1] = 1; // 240/s
  std::vector<double> first;
  for (std::uint64_t r = 0; r < 5000; ++r) first.push_back(firstArrivalSeconds(a, r) - 3600);
  CHECK(*std::min_element(first.begin(), first.end()) >= 0);
  CHECK(kolmogorov(first, [](double x) { return -std::expm1(-240 * x); }) < 2.4);
  // Inside an hour the times are uniform.
  std::vector<double> place;
  for (const auto t : arrivalsOf(a, 2h)) place.push_back(static_cast<double>(t) / 3.6e12 - 1);
  CHECK(kolmogorov(place, [](double x) { return x; }) < 2.4);
}

TEST_CASE("a profile's dispersion is that of its counts per minute", "[arrivals]") {
  const double perMinute = 30, dispersion = 4;
  const auto counts = countsPer(arrivalsOf(flat(perMinute / 60, dispersion), 30 * kDay), 1min, 30 * kDay);
  CHECK(meanError(counts, perMinute) < 4);
  CHECK(varianceError(counts, perMinute, dispersion * perMinute) < 4);
  // Minutes are independent: the count of two has the same index.
  std::vector<double> pairs;
  for (std::size_t i = 0; i + 1 < counts.size(); i += 2) pairs.push_back(counts[i] + counts[i + 1]);
  CHECK(varianceError(pairs, 2 * perMinute, dispersion * 2 * perMinute) < 4);
  // Rare requests with strong bursts keep their mean.
  CHECK(meanError(countsPer(arrivalsOf(flat(0.05, 10), 60 * kDay), 1min, 60 * kDay), 3) < 4);
}

TEST_CASE("first arrivals of every kind are pinned", "[arrivals]") {
  std::vector<Times> first;
  for (const auto& a : everyKind()) {
    auto times = arrivalsOf(a, kDay);
    times.resize(2);
    first.push_back(times);
  }
  CHECK(first == std::vector<Times>{{250'000'000, 750'000'000},
                                    {684'828'832, 962'271'037},
                                    {4'994'393'714, 6'222'277'600},
                                    {5'548'844'092, 6'962'362'505},
                                    {21'600'665'861'291, 21'600'835'483'500},
                                    {21'600'613'526'351, 21'600'769'816'703},
                                    {2'739'315'330, 2'739'315'330},
                                    {2'739'315'330, 3'849'084'148},
                                    {0, 0}});
}

TEST_CASE("times are sorted, before the horizon, repeatable and the same for all batch sizes", "[arrivals]") {
  for (const auto& a : everyKind()) {
    CAPTURE(describe(a));
    const auto horizon = hours(12) + 1ns;
    const auto times = arrivalsOf(a, horizon);
    REQUIRE(times.size() > 5000);
    CHECK(std::is_sorted(times.begin(), times.end()));
    CHECK(times.front() >= 0);
    CHECK(times.back() < horizon.count());
    for (const std::size_t batch : {1u, 100u, 1023u, 1024u, 1025u, 10'000u})
      CHECK(arrivalsOf(a, horizon, 0, batch) == times);
    if (!std::holds_alternative<ConstantArrivals>(a)) CHECK(arrivalsOf(a, horizon, 1) != times);
    // A shorter horizon cuts the same times off.
    const auto morning = arrivalsOf(a, 9h);
    REQUIRE(morning.size() < times.size());
    CHECK(std::equal(morning.begin(), morning.end(), times.begin()));
    CHECK(times[morning.size()] >= Duration(9h).count());
  }
}

TEST_CASE("batches come as a Poisson process of instants with their size each", "[arrivals]") {
  const auto times = arrivalsOf(BatchArrivals{perSecond(2), 5}, kDay);
  REQUIRE(times.size() % 5 == 0);
  Times instants;
  for (std::size_t i = 0; i < times.size(); i += 5) {
    REQUIRE(times[i] == times[i + 4]);
    instants.push_back(times[i]);
  }
  CHECK(instants == arrivalsOf(PoissonArrivals{perSecond(2)}, kDay));
  // The index of dispersion of the counts is the size.
  const auto counts = replicatedCounts(BatchArrivals{perSecond(2), 5}, 100s, 400);
  CHECK(meanError(counts, 1000) < 4);
  CHECK(varianceError(counts, 1000, 5000) < 4);
  CHECK(meanRatePerSecond(BatchArrivals{perSecond(2), 5}, kDay) == 10);
}

TEST_CASE("a flash crowd is met by the integral of its rate", "[arrivals]") {
  const FlashArrivals crowd{perSecond(1), perSecond(21), 100s, 50s, 30s, 80s};
  // Expected requests before t, by hand: base t, and of the crowd a triangle, a box, and what is left of a triangle.
  const auto before = [](double t) {
    const double rise = std::clamp(t - 100, 0.0, 50.0), hold = std::clamp(t - 150, 0.0, 30.0);
    const double fall = std::clamp(t - 180, 0.0, 80.0);
    return t + 20 * rise * rise / 100 + 20 * hold + 20 * (fall - fall * fall / 160);
  };
  for (const double t : {50.0, 110.0, 150.0, 170.0, 200.0, 260.0, 400.0}) {
    INFO(t);
    const auto horizon = pricing::fromSeconds(t);
    CHECK(meanRatePerSecond(crowd, horizon) == Approx(before(t) / t));
    const auto counts = replicatedCounts(crowd, horizon, 1500);
    CHECK(meanError(counts, before(t)) < 4);
    CHECK(varianceError(counts, before(t), before(t)) < 4); // Poisson
  }
  CHECK(peakRatePerSecond(crowd, 400s) == 21);
  CHECK(peakRatePerSecond(crowd, 60s) == 1);
  CHECK(naturalSpan(crowd) == 260s);
}

TEST_CASE("time is changed exactly on a slope", "[arrivals]") {
  // On a rate that rises from 0 the integrated rate to the first request is a unit exponential.
  const FlashArrivals rising{{}, perSecond(50), 0s, 100s, 0s, 0s};
  const FlashArrivals falling{{}, perSecond(2), 0s, 0s, 0s, 4s}; // sometimes nothing comes
  std::vector<double> units;
  double none = 0;
  for (std::uint64_t r = 0; r < 4000; ++r) {
    const double t = firstArrivalSeconds(rising, r);
    units.push_back(0.25 * t * t);
    none += arrivalsOf(falling, 10s, r).empty() ? 1 : 0;
  }
  CHECK(meanError(units, 1) < 4);
  CHECK(varianceError(units, 1, 1) < 4);
  const double expected = std::exp(-4.0); // the triangle's area is 4
  CHECK(std::abs(none / 4000 - expected) < 4 * std::sqrt(expected / 4000));
}

TEST_CASE("a crowd that rises and falls in no time is a box", "[arrivals]") {
  const FlashArrivals box{perSecond(1), perSecond(100), 10s, 0s, 10s, 0s};
  const auto counts = countsPer(arrivalsOf(box, 30s), 10s, 30s);
  CHECK(std::abs(counts[1] - 1000) < 4 * std::sqrt(1000));
  CHECK(counts[0] + counts[2] < 50);
  CHECK(meanRatePerSecond(box, 30s) == Approx((10 + 1000 + 10) / 30.0));
}

TEST_CASE("a schedule brings its requests at its second", "[arrivals]") {
  CHECK(arrivalsOf(CronArrivals{"cron(30 1 * * ? *)", 3}, 2 * kDay) == Times{5'400'000'000'000, 5'400'000'000'000,
                                                                             5'400'000'000'000, 91'800'000'000'000,
                                                                             91'800'000'000'000, 91'800'000'000'000});
  CHECK(arrivalsOf(CronArrivals{"rate(1 day)"}, kDay) == Times{0});
  const CronArrivals half{"rate(1 minute)", 2.5};
  const auto counts = countsPer(arrivalsOf(half, 4 * kDay), 60s, 4 * kDay);
  for (const double count : counts) CHECK((count == 2 || count == 3));
  CHECK(meanError(counts, 2.5) < 4);
  CHECK(meanRatePerSecond(half, kDay) == Approx(2.5 / 60));
  CHECK(peakRatePerSecond(half, kDay) == Approx(2.5 / 60));
  CHECK(naturalSpan(CronArrivals{"cron(0 2 1 * ? *)"}) == hours(365 * 24));
}

TEST_CASE("nothing comes at rate 0 or before a horizon of 0", "[arrivals]") {
  for (const Arrivals& a : {Arrivals(ConstantArrivals{}), Arrivals(PoissonArrivals{}), Arrivals(RenewalArrivals{}),
                            Arrivals(BurstyArrivals{{}, {}, 1s, 1s}), Arrivals(flat(0)), Arrivals(flat(0, 5))}) {
    CAPTURE(kind(a));
    CHECK(problems(a, "").empty());
    CHECK(arrivalsOf(a, kDay).empty());
    CHECK(meanRatePerSecond(a, kDay) == 0);
  }
  for (const auto& a : everyKind()) CHECK(arrivalsOf(a, 0s).empty());
}

TEST_CASE("a nanosecond and enormous rates are no special case", "[arrivals]") {
  const auto fast = perSecond(kLargestRatePerSecond);
  for (const Arrivals& a :
       {Arrivals(ConstantArrivals{fast}), Arrivals(PoissonArrivals{fast}), Arrivals(RenewalArrivals{fast, 0.5}),
        Arrivals(BurstyArrivals{fast, fast, 1s, 1s}), Arrivals(flat(kLargestRatePerSecond))}) {
    CAPTURE(kind(a));
    for (const auto t : arrivalsOf(a, 1ns)) CHECK(t == 0);
    const auto n = static_cast<double>(arrivalsOf(a, 100us).size());
    CHECK(std::fabs(n - 100'000) <= (std::holds_alternative<ConstantArrivals>(a) ? 0 : 4 * std::sqrt(100'000.0)));
  }
  CHECK(arrivalsOf(ConstantArrivals{fast}, 3ns) == Times{0, 1, 2});
  CHECK(arrivalsOf(ConstantArrivals{perSecond(1)}, 1ns).empty());
}

TEST_CASE("horizons of centuries keep their order and their end", "[arrivals]") {
  const auto horizon = hours(24 * 365 * 200);
  for (const Arrivals& a : {Arrivals(ConstantArrivals{perSecond(1e-6)}), Arrivals(PoissonArrivals{perSecond(1e-6)}),
                            Arrivals(RenewalArrivals{perSecond(1e-6), 2})}) {
    const auto times = arrivalsOf(a, horizon);
    CHECK(std::fabs(static_cast<double>(times.size()) - 6307.2) < 4 * 2 * std::sqrt(6307.2));
    CHECK(std::is_sorted(times.begin(), times.end()));
    CHECK(times.back() < Duration(horizon).count());
  }
  CHECK(arrivalsOf(PoissonArrivals{perSecond(1e-300)}, Duration::max()).empty());
  CHECK(arrivalsOf(ConstantArrivals{perSecond(1e-300)}, Duration::max()).empty());
}

TEST_CASE("scaling multiplies every rate and keeps the rest", "[arrivals]") {
  for (const auto& a : everyKind()) {
    CAPTURE(describe(a));
    const auto more = scaled(a, 2.5);
    CHECK(meanRatePerSecond(more, 5 * kDay) == Approx(2.5 * meanRatePerSecond(a, 5 * kDay)));
    CHECK(peakRatePerSecond(more, 5 * kDay) == Approx(2.5 * peakRatePerSecond(a, 5 * kDay)));
    CHECK(scaled(a, 1) == a);
  }
  CHECK(std::get<ProfileArrivals>(scaled(flat(1, 5), 0.5)).dispersion == Approx(3)); // 1 + (5 - 1) / 2
  CHECK(std::get<TraceArrivals>(scaled(TraceArrivals{{"a.csv"}, "", "", "", "", 2}, 3)).scale == 6);
  CHECK(peakRatePerSecond(BurstyArrivals{perSecond(20), perSecond(0.1), 10s, 100s}, 1h) == 20);
}

TEST_CASE("arrivals are described in words", "[arrivals]") {
  CHECK(describe(ConstantArrivals{perSecond(3)}) == "constant, 3/s");
  CHECK(describe(PoissonArrivals{perSecond(100)}) == "Poisson, 100/s");
  CHECK(describe(RenewalArrivals{perSecond(0.9), 2}) == "renewal, 0.9/s, cv of the gaps 2");
  CHECK(describe(BurstyArrivals{perSecond(500), perSecond(5), 10s, 60s}) ==
        "bursty, 500/s for 10 s and 5/s for 60 s on average");
  CHECK(describe(flat(10)) == "profile, mean 10/s, busiest hour of the day 1 x mean");
  auto grown = office(10);
  grown.growthPerMonth = 0.05;
  grown.dispersion = 3;
  CHECK(describe(grown) == "profile, mean 10/s, busiest hour of the day 2.86 x mean, growing 5 % per month, index of "
                           "dispersion per minute 3");
  CHECK(describe(TraceArrivals{{"a.log", "b.log"}, "", "", "", "resize", 0.5}) ==
        "trace a.log, b.log, function \"resize\" (recorded x 0.5)");
  CHECK(kind(ProfileArrivals{}) == "profile");
  CHECK(describe(BatchArrivals{perSecond(3), 20}) == "Poisson batches of 20, 3/s");
  CHECK(describe(FlashArrivals{perSecond(10), perSecond(500), 1h, 60s, 600s, 600s}) ==
        "flash crowd, 10/s, from 60 min on rising to 500/s in 60 s, held 10 min, falling in 10 min");
  CHECK(describe(CronArrivals{"rate(5 minutes)", 2}) == "rate(5 minutes), 2 requests each time");
}

TEST_CASE("parameters that make no arrival process are all named", "[arrivals]") {
  for (const auto& a : everyKind()) CHECK(sentences(a).empty());
  CHECK(sentences(PoissonArrivals{perSecond(2e9)}) == Texts{"/a/rate: found 2000000000/s, expected a rate from 0 to "
                                                            "1G/s"});
  CHECK(sentences(RenewalArrivals{perSecond(-1), -2}) ==
        Texts{"/a/rate: found -1/s, expected a rate from 0 to 1G/s",
              "/a/cv: found -2, expected a coefficient of variation from 0.000001 to 1000"});
  CHECK(sentences(BurstyArrivals{perSecond(1), perSecond(std::nan("")), 0s, 1us}) ==
        Texts{"/a/rate_off: found nan/s, expected a rate from 0 to 1G/s",
              "/a/on: found 0s, expected a mean stay from 1ms to 365d",
              "/a/off: found 1us, expected a mean stay from 1ms to 365d"});
  auto bad = office(1);
  bad.hourOfDay.fill(0);
  bad.dayOfWeek[2] = -1;
  bad.growthPerMonth = -1;
  bad.dispersion = 0.5;
  CHECK(sentences(bad) ==
        Texts{"/a/hour_of_day: found zeros only, expected at least one weight above 0",
              "/a/day_of_week/2: found -1, expected a weight from 0 to 1e9",
              "/a/growth_per_month: found -1, expected a growth per month from -0.99 to 10 (0.05 is 5 %)",
              "/a/dispersion: found 0.5, expected an index of dispersion from 1 (Poisson) to 1e6"});
  CHECK(sentences(FlashArrivals{perSecond(5), perSecond(4), -1s, 0s, 4000 * kDay, 0s}) ==
        Texts{"/a/peak: found 4/s, expected at least base (5/s)", "/a/at: found -1s, expected a time from 0s to 3650d",
              "/a/hold: found 4000d, expected a time from 0s to 3650d"});
  CHECK(sentences(BatchArrivals{perSecond(1), 0}) ==
        Texts{"/a/size: found 0, expected a whole number of requests from 1 to 1000000"});
  CHECK(sentences(CronArrivals{"rate(5 minuts)", 0}) ==
        Texts{"/a/expression: found \"minuts\", expected one of minutes, hours, days, because the value is 5; did you "
              "mean \"minutes\"?",
              "/a/requests: found 0, expected a number of requests from 0.000001 to 1000000"});
  CHECK(sentences(TraceArrivals{{}, "", "", "", "", 0}) ==
        Texts{"/a/file: expected the name of a trace file", "/a/scale: found 0, expected a factor from 1e-9 to 10000"});
}
