#include "ui/charts/chart_data.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"

namespace {

std::vector<std::string> labels(const std::vector<ui::Tick>& ticks) {
  std::vector<std::string> texts;
  for (const auto& tick : ticks) texts.push_back(tick.label);
  return texts;
}
using Texts = std::vector<std::string>;
Texts names(const ui::Chart& chart) {
  Texts texts;
  for (const auto& series : chart.series) texts.push_back(series.name);
  return texts;
}

} // namespace

TEST_CASE("Ticks are round numbers with their unit", "[ui][chart_data]") {
  using ui::Axis;
  using ui::Quantity;
  using ui::Scale;
  CHECK(labels(ui::ticks(Axis{"", Quantity::Count, Scale::Linear, 0, 21}, 5)) == Texts{"0", "5", "10", "15", "20"});
  CHECK(labels(ui::ticks(Axis{"", Quantity::Dollars, Scale::Logarithmic, 0.5, 200}, 3)) == Texts{"$1", "$10", "$100"});
  CHECK(labels(ui::ticks(Axis{"", Quantity::Seconds, Scale::Logarithmic, 0.02, 1}, 8)) ==
        Texts{"20 ms", "50 ms", "100 ms", "200 ms", "500 ms", "1 s"});
  CHECK(labels(ui::ticks(Axis{"", Quantity::TimeOfRun, Scale::Linear, 0, 604800}, 8)) ==
        Texts{"0 d", "1 d", "2 d", "3 d", "4 d", "5 d", "6 d", "7 d"});
  CHECK(labels(ui::ticks(Axis{"", Quantity::TimeOfRun, Scale::Linear, 0, 3600}, 7)) ==
        Texts{"0 min", "10 min", "20 min", "30 min", "40 min", "50 min", "60 min"});
  CHECK(labels(ui::ticks(Axis{"", Quantity::Fraction, Scale::Nines, 0, 0.9999}, 9)) ==
        Texts{"0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"});
}

TEST_CASE("A logarithmic axis of many decades has no more ticks than fit", "[ui][chart_data]") {
  const ui::Axis axis{"", ui::Quantity::RequestsPerSecond, ui::Scale::Logarithmic, 1e-6, 1e6};
  const auto ticks = ui::ticks(axis, 5);
  CHECK(ticks.size() <= 5);
  CHECK(ticks.size() >= 3);
}

TEST_CASE("A place on an axis and its value are each other's inverse", "[ui][chart_data]") {
  for (const auto& axis : {ui::Axis{"", ui::Quantity::Count, ui::Scale::Linear, 0, 50},
                           ui::Axis{"", ui::Quantity::Count, ui::Scale::Logarithmic, 0.01, 50},
                           ui::Axis{"", ui::Quantity::Fraction, ui::Scale::Nines, 0, 0.9999}})
    for (const double value : {0.02, 0.5, 0.99})
      CHECK(ui::valueAtPosition(axis, ui::position(axis, value)) == Approx(value).epsilon(1e-12));
}

TEST_CASE("Thinning keeps the ends and every extreme", "[ui][chart_data]") {
  std::vector<ui::Point> points;
  for (int i = 0; i < 100'000; ++i) points.push_back({double(i), std::sin(i * 0.01)});
  points[54'321].y = 9;
  points[77'777].y = -9;
  const auto thin = ui::thinned(points, 1000);
  CHECK(thin.size() <= 1000);
  CHECK(thin.size() > 500);
  CHECK(thin.front() == points.front());
  CHECK(thin.back() == points.back());
  CHECK(std::ranges::count(thin, ui::Point{54'321, 9}) == 1);
  CHECK(std::ranges::count(thin, ui::Point{77'777, -9}) == 1);
  CHECK(std::ranges::is_sorted(thin, {}, &ui::Point::x));
  CHECK(ui::thinned({{0, 1}, {1, 2}}, 4).size() == 2);
}

TEST_CASE("The cost chart shows both platforms, the break-even and the present rate", "[ui][chart_data]") {
  const auto chart = ui::costChart(tests::plausibleDecision());
  REQUIRE(chart.series.size() == 2);
  CHECK(chart.series[0].name == "Lambda");
  CHECK(chart.series[1].name == "EC2");
  CHECK(chart.x.scale == ui::Scale::Logarithmic);
  CHECK(chart.x.from <= 1);
  CHECK(chart.x.to >= 10'000);
  REQUIRE(chart.markers.size() == 2);
  CHECK(chart.markers[0].text == "break-even 43.4/s");
  CHECK(chart.markers[1].text == "you are here 100/s");
  CHECK(ui::valueAt(chart, chart.series[0], 100) == Approx(847.5));
  CHECK(ui::readout(chart, 100) == Texts{"100/s", "Lambda: $847.50", "EC2: $730"});
  CHECK(chart.summary.find("Break-even at 43.4/s; Lambda is cheaper below.") != std::string::npos);
}

TEST_CASE("A platform that is left out is left out of the charts", "[ui][chart_data]") {
  auto decision = tests::plausibleDecision();
  decision.ec2.reset();
  decision.breakEven.reset();
  for (auto& point : decision.costCurve) point.ec2Usd.reset();
  CHECK(ui::costChart(decision).series.size() == 1);
  CHECK(ui::latencyChart(decision).series.size() == 2);
  decision.managed.reset();
  CHECK(ui::latencyChart(decision).series.size() == 1);
  CHECK(ui::managedTimelineChart(decision).summary == "Managed Instances was not simulated over time.");
  CHECK(ui::ec2TimelineChart(decision).series.empty());
  CHECK(ui::ec2ScalingChart(decision).series.empty());
  CHECK(ui::ec2TimelineChart(decision).summary == "EC2 was not simulated over time.");
  decision.lambda.reset();
  decision.costCurve.clear();
  CHECK(ui::costChart(decision).series.empty());
  CHECK(ui::latencyChart(decision).series.empty());
}

TEST_CASE("The latency chart is a cumulative distribution with the objective on it", "[ui][chart_data]") {
  const auto decision = tests::plausibleDecision();
  const auto chart = ui::latencyChart(decision);
  REQUIRE(chart.series.size() == 3);
  CHECK(names(chart) ==
        Texts{"Lambda (1769 MB x86_64)", "EC2 (c7g.large x 2..20)", "Managed Instances (m8g.large, at least 3)"});
  CHECK(chart.summary.find("Managed Instances: median 104 ms, 99 % within 338 ms.") != std::string::npos);
  for (const auto& series : chart.series) {
    CHECK(std::ranges::is_sorted(series.points, {}, &ui::Point::x));
    CHECK(std::ranges::is_sorted(series.points, {}, &ui::Point::y));
  }
  // Lambda's sample is 60 ms plus an exponential of mean 45 ms: half of it is below 60 + 45 ln 2 = 91.2 ms.
  CHECK(*ui::valueAt(chart, chart.series[0], 0.0912) == Approx(0.5).margin(0.01));
  REQUIRE(chart.markers.size() == 1);
  CHECK(chart.markers[0].text == "p99 objective 500 ms");
  CHECK(chart.markers[0].x == Approx(0.5));
  CHECK(chart.markers[0].y == Approx(0.99));
}

TEST_CASE("The memory chart has cost on the left, latency on the right and the marks of the choice",
          "[ui][chart_data]") {
  auto decision = tests::plausibleDecision();
  CHECK(ui::memoryChart(decision).series.empty());
  model::MemoryChoice choice;
  choice.why = "512 MB is the cheapest size.";
  for (const auto& [memory, usd, ms] : {std::tuple{256, 12.0, 800.0}, {512, 10.0, 400.0}, {1769, 20.0, 200.0}}) {
    model::MemoryPoint point;
    point.memory = pricing::Memory::mebibytes(memory);
    point.monthlyCostUsd = usd;
    point.meanMs = ms;
    point.p99Ms = 3 * ms;
    choice.points.push_back(point);
  }
  choice.points[1].chosen = choice.points[1].cheapest = choice.points[2].fastest = true;
  decision.memoryCurve = choice;
  const auto chart = ui::memoryChart(decision);
  REQUIRE(chart.series.size() == 3);
  REQUIRE(chart.right.has_value());
  CHECK_FALSE(chart.series[0].onRight);
  CHECK(chart.series[2].onRight);
  CHECK(ui::valueAt(chart, chart.series[0], 512) == Approx(10));
  CHECK(ui::valueAt(chart, chart.series[2], 256) == Approx(2.4));
  CHECK(chart.x.scale == ui::Scale::Logarithmic);
  CHECK(chart.right->to >= 2.4);
  CHECK(chart.summary == choice.why);
  REQUIRE(chart.markers.size() == 2);
  CHECK(chart.markers[0].text == "chosen, cheapest 512 MB");
  CHECK(chart.markers[0].ink == ui::Ink::Here);
  CHECK(chart.markers[1].text == "fastest 1,769 MB");
}

TEST_CASE("A hybrid's timeline has its instances and the requests on both", "[ui][chart_data]") {
  const auto decision = tests::hybridDecision();
  const auto chart = ui::hybridTimelineChart(decision);
  CHECK(names(chart) ==
        Texts{"requests in flight (right)", "instances launched", "in service", "requests on Lambda (right)"});
  CHECK(chart.series[1].ink == ui::Ink::Hybrid);
  CHECK(chart.series[3].onRight);
  CHECK(chart.right->to >= 20);
  CHECK(chart.summary ==
        "Hybrid over the simulated time: on average 4 instances, at most 4. 4.5 % of the requests went to Lambda.");
  CHECK(ui::latencyChart(decision).series.size() == 4);
  // At other rates it would be another hybrid: one point beside the two curves.
  const auto cost = ui::costChart(decision);
  CHECK(cost.series.size() == 2);
  CHECK(cost.markers.back().ink == ui::Ink::Hybrid);
  CHECK(cost.markers.back().x == 100);
  CHECK(cost.markers.back().y == decision.hybrid->monthlyCostUsd.value);
  CHECK(ui::hybridTimelineChart(tests::plausibleDecision()).series.empty());
}

TEST_CASE("The timelines carry capacity and load", "[ui][chart_data]") {
  const auto decision = tests::plausibleDecision();
  const auto lambda = ui::lambdaTimelineChart(decision);
  REQUIRE(lambda.series.size() == 2);
  CHECK(lambda.series[0].points.size() == decision.lambda->timeline.size());
  CHECK(lambda.y.to > 31);
  CHECK_FALSE(lambda.right.has_value());
  const auto ec2 = ui::ec2TimelineChart(decision);
  REQUIRE(ec2.series.size() == 3);
  REQUIRE(ec2.right.has_value());
  CHECK(ec2.series[0].onRight);
  CHECK(ec2.series[1].steps);
  // A step holds until the next point: between hours 5 and 6 the instances are those of hour 5.
  CHECK(ui::valueAt(ec2, ec2.series[1], 5.5 * 3600) == decision.ec2->timeline[5].capacity);
  CHECK_FALSE(ui::valueAt(ec2, ec2.series[1], 1e9).has_value());
  const auto scaling = ui::ec2ScalingChart(decision);
  CHECK(names(scaling) == Texts{"CPU", "asked for more", "asked for less", "desired (right)", "booting (right)"});
  CHECK(scaling.y.quantity == ui::Quantity::Fraction);
  CHECK(ui::valueAt(scaling, scaling.series[1], 6.5 * 3600) == 0.4); // rings in the hours of the peak only
  CHECK(ui::valueAt(scaling, scaling.series[1], 18.5 * 3600) == 0);
  CHECK(ui::valueAt(scaling, scaling.series[3], 5.5 * 3600) == decision.ec2->timeline[5].desired);
  CHECK(scaling.summary.starts_with("Scaling of the EC2 fleet: the alarm to scale out rang "));
  const auto managed = ui::managedTimelineChart(decision);
  CHECK(managed.title == "Managed Instances: instances, environments and requests in flight");
  CHECK(names(managed) == Texts{"requests in flight (right)", "instances", "environments ready"});
  CHECK(managed.series[1].ink == ui::Ink::Managed);
  CHECK(managed.summary == "Managed Instances over the simulated time: on average 11 instances, at most 15.");
}

TEST_CASE("A chart's numbers can be taken to a spreadsheet", "[ui][chart_data]") {
  ui::Chart chart;
  chart.x.title = "rate";
  chart.y.title = "USD";
  chart.series = {{"Lambda", ui::Ink::Lambda, {{1, 2.5}, {2, 5}}}};
  CHECK(ui::toCsv(chart) == "series,\"rate\",\"USD\"\n\"Lambda\",1,2.5\n\"Lambda\",2,5\n");
}
