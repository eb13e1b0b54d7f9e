#include "ui/results/money_bars.hpp"

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"

TEST_CASE("The bars share one dollar scale and say what is under the pointer", "[ui][money]") {
  const auto decision = tests::plausibleDecision();
  ui::MoneyBars bars;
  bars.show(decision);
  bars.resize(1000, bars.sizeHint().height());
  QStringList lambda;
  int ec2End = 0, lambdaEnd = 0;
  for (int x = 0; x < bars.width(); ++x) {
    const QString upper = bars.textAt({x, bars.height() / 4}), lower = bars.textAt({x, bars.height() * 3 / 4});
    if (!upper.isEmpty() && (lambda.isEmpty() || lambda.last() != upper)) lambda.append(upper);
    if (!upper.isEmpty()) lambdaEnd = x;
    if (!lower.isEmpty()) ec2End = x;
  }
  REQUIRE(lambda.size() == 3);
  CHECK(lambda[0] == "CPU: $600.00 (70.8 % of Lambda)");
  CHECK(lambda[2] == "requests: $52.56 (6.2 % of Lambda)");
  CHECK(lambdaEnd > ec2End); // the dearer bill is the longer bar
  CHECK(bars.accessibleDescription().contains("Lambda: CPU $600.00, waiting on i/o $195.00, requests $52.56"));
  CHECK_FALSE(bars.grab().isNull());
}

TEST_CASE("Without parts there is no bar", "[ui][money]") {
  ui::MoneyBars bars;
  bars.show(model::Decision{});
  CHECK(bars.isHidden());
  CHECK(bars.textAt({10, 10}).isEmpty());
}
