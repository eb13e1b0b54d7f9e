#include "ui/results/money_bars.hpp"

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"

namespace {

struct Bar {
  QStringList texts; // of its segments, from the left
  int end = 0;
};

Bar barAt(const ui::MoneyBars& bars, int number) {
  Bar bar;
  for (int x = 0; x < bars.width(); ++x) {
    const QString text = bars.textAt({x, bars.height() * (2 * number + 1) / 6});
    if (text.isEmpty()) continue;
    if (bar.texts.isEmpty() || bar.texts.last() != text) bar.texts.append(text);
    bar.end = x;
  }
  return bar;
}

} // namespace

TEST_CASE("The bars share one dollar scale and say what is under the pointer", "[ui][money]") {
  const auto decision = tests::plausibleDecision();
  ui::MoneyBars bars;
  bars.show(decision);
  bars.resize(1000, bars.sizeHint().height());
  const Bar lambda = barAt(bars, 0), ec2 = barAt(bars, 1), managed = barAt(bars, 2);
  REQUIRE(lambda.texts.size() == 3);
  CHECK(lambda.texts[0] == "CPU: $600.00 (70.8 % of Lambda)");
  CHECK(lambda.texts[2] == "requests: $52.56 (6.2 % of Lambda)");
  REQUIRE(managed.texts.size() == 4);
  CHECK(managed.texts[2] == "management fee on the instances: $108.12 (12.3 % of Managed Instances)");
  CHECK(lambda.end > ec2.end); // the dearer bill is the longer bar
  CHECK(managed.end > lambda.end);
  CHECK(bars.accessibleDescription().contains("Lambda: CPU $600.00, waiting on i/o $195.00, requests $52.56"));
  CHECK(bars.accessibleDescription().contains("Managed Instances: vCPUs at work $288.31, free capacity"));
  CHECK_FALSE(bars.grab().isNull());
}

TEST_CASE("Where Managed Instances cost less their bar is the shorter one", "[ui][money]") {
  ui::MoneyBars bars;
  bars.show(tests::cheaperManagedDecision());
  bars.resize(1000, bars.sizeHint().height());
  CHECK(barAt(bars, 2).end < barAt(bars, 0).end);
  CHECK(barAt(bars, 2).texts.at(0) == "vCPUs at work: $209.68 (32 % of Managed Instances)");
}

TEST_CASE("Without parts there is no bar", "[ui][money]") {
  ui::MoneyBars bars;
  bars.show(model::Decision{});
  CHECK(bars.isHidden());
  CHECK(bars.textAt({10, 10}).isEmpty());
}
