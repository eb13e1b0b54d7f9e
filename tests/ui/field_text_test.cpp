#include "ui/form/field_text.hpp"

#include "tests/support/catch.hpp"
#include "ui/form/kind_texts.hpp"

TEST_CASE("What a field shows is read back as the same value", "[ui][field_text]") {
  const auto roundTrips = [](auto value) {
    decltype(value) read{};
    const auto refusal = ui::readField(ui::fieldText(value), read);
    CHECK_FALSE(refusal.has_value());
    CHECK(read == value);
  };
  roundTrips(pricing::Duration(std::chrono::milliseconds(1991)));
  roundTrips(pricing::Duration(1));
  roundTrips(pricing::Memory::mebibytes(1769));
  roundTrips(pricing::ByteCount::bytes(20 * 1024 + 1));
  roundTrips(pricing::RequestRate::perSecond(1.5e6 / 86400));
  roundTrips(0.1 + 0.2);
  roundTrips(std::int64_t{1'000});
  roundTrips(std::uint64_t{0xffff'ffff'ffff'ffff});
  roundTrips(5);
}

TEST_CASE("A field says what it would have taken", "[ui][field_text]") {
  double number = 7;
  CHECK(ui::readField("50 %", number) == std::nullopt);
  CHECK(number == 0.5);
  CHECK(ui::readField("half", number) == "a number such as 0.5 or 50%");
  CHECK(ui::readField("nan", number) == "a number such as 0.5 or 50%");
  CHECK(ui::readField("1e400", number) == "a number such as 0.5 or 50%");
  CHECK(number == 0.5); // a refused text changes nothing
  int count = 3;
  CHECK(ui::readField("2.5", count) == "a whole number from 0 to 2147483647");
  CHECK(ui::readField("-1", count) == "a whole number from 0 to 2147483647");
  pricing::Duration time{};
  CHECK(ui::readField("250x", time) == "a time such as 250ms, 1.5s, 10min or 7d");
}

TEST_CASE("A word or an empty field stands for what is not set", "[ui][field_text]") {
  std::optional<pricing::Memory> memory = pricing::Memory::mebibytes(128);
  CHECK(ui::fieldText(memory, "auto") == "128MB");
  CHECK(ui::readField(" auto ", memory, "auto") == std::nullopt);
  CHECK_FALSE(memory.has_value());
  CHECK(ui::fieldText(memory, "auto") == "auto");
  CHECK(ui::readField("12XB", memory, "auto") == "a memory size in whole megabytes such as 512MB or 2GB, or auto");
  CHECK(ui::readField("", memory, "auto") == std::nullopt);
}

TEST_CASE("Every kind of distribution, arrivals and scaling is read back as it was", "[ui][kind_texts]") {
  using namespace std::chrono_literals;
  namespace w = workloads;
  std::vector<pricing::Problem> problems;
  for (const auto& distribution :
       {w::DurationDistribution(w::Constant{253ms}), w::DurationDistribution(w::Exponential{1991ms}),
        w::DurationDistribution(w::Lognormal{100ms, 0.7}), w::DurationDistribution(w::Gamma{100ms, 1.3}),
        w::DurationDistribution(w::Weibull{5s, 2.5}),
        w::DurationDistribution(w::Quantiles{80ms, 200ms, 280ms, 500ms, 2s})})
    CHECK(ui::readDistribution(ui::kindTexts(distribution), "/x", problems) == distribution);

  const auto rate = [](double perSecond) { return pricing::RequestRate::perSecond(perSecond); };
  w::ProfileArrivals profile{rate(17.3), {}, {}, 0.05, 4};
  profile.hourOfDay.fill(1.25);
  profile.dayOfWeek.fill(0.1);
  for (const auto& arrivals :
       {w::Arrivals(w::ConstantArrivals{rate(2)}), w::Arrivals(w::PoissonArrivals{rate(0.9)}),
        w::Arrivals(w::RenewalArrivals{rate(3), 0.5}), w::Arrivals(w::BurstyArrivals{rate(200), rate(1), 60s, 300s}),
        w::Arrivals(profile), w::Arrivals(w::TraceArrivals{{"/a b.csv", "c;d.gz"}, "csv", "t", "3", "busiest", 0.5}),
        w::Arrivals(w::BatchArrivals{rate(2), 7}), w::Arrivals(w::FlashArrivals{rate(2), rate(9), 1h, 60s, 600s, 30s}),
        w::Arrivals(w::CronArrivals{"cron(0 2 ? * MON-FRI *)", 2.5})})
    CHECK(ui::readArrivals(ui::kindTexts(arrivals), "/x", problems) == arrivals);

  model::TargetTracking tracking;
  tracking.metric = model::TargetTracking::Metric::RequestsPerTarget;
  tracking.target = 900;
  model::StepScaling step;
  step.adjustment = model::AdjustmentType::PercentChangeInCapacity;
  step.out = {{0.0, 0.1, 10}, {0.1, std::nullopt, 30}};
  step.in = {{std::nullopt, -0.1, -30}, {-0.1, 0.0, -10}};
  model::SimpleScaling simple;
  simple.metric = model::ScalingMetric::BacklogPerInstance;
  simple.outChange = 4;
  simple.cooldown = 90s;
  for (const auto& scaling :
       {model::Scaling(model::NoScaling{}), model::Scaling(tracking), model::Scaling(step), model::Scaling(simple)})
    CHECK(ui::readScaling(ui::kindTexts(scaling), "/x", problems) == scaling);
  CHECK(problems.empty());
  auto texts = ui::kindTexts(model::Scaling(step));
  CHECK(texts.values.at(9) == "0..0.1 10, 0.1.. 30");
  texts.values.at(9) = "0.1 10";
  CHECK_FALSE(ui::readScaling(texts, "/x", problems).has_value());
  REQUIRE(problems.size() == 1);
  CHECK(pricing::sentence(problems[0]) == "/x/out: found \"0.1 10\", expected steps such as 0..0.1 10, 0.1.. 30");
}

TEST_CASE("Each parameter that cannot be read is named", "[ui][kind_texts]") {
  std::vector<pricing::Problem> problems;
  CHECK_FALSE(ui::readDistribution({"lognormal", {"fast", ""}}, "/workload/work", problems).has_value());
  REQUIRE(problems.size() == 2);
  CHECK(pricing::sentence(problems[0]) ==
        "/workload/work/mean: found \"fast\", expected a time such as 250ms, 1.5s, 10min or 7d");
  CHECK(pricing::sentence(problems[1]) == "/workload/work/cv: found nothing, expected a number such as 0.5 or 50%");
  problems.clear();
  CHECK_FALSE(ui::readArrivals({"profile", {"1/s", "1 2 3", "1 1 1 1 1 1 1", "0", "1"}}, "/a", problems).has_value());
  REQUIRE(problems.size() == 1);
  CHECK(pricing::sentence(problems[0]) == "/a/hour_of_day: found \"1 2 3\", expected 24 numbers separated by blanks");
}
