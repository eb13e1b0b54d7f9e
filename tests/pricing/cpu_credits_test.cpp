#include "pricing/cpu_credits.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

CreditPlan planOf(std::string_view type, CreditMode mode = CreditMode::Unlimited) {
  return *creditPlan(*PriceCatalogue::embedded()->findType(type), mode);
}

// The second road: the same rules in steps of half a second.
struct SteppedAccount {
  CreditPlan plan;
  double balance = 0, surplus = 0, charged = 0, throttled = 0;

  void run(double hours, double utilisation) {
    constexpr double kStep = 1.0 / 7200;
    const auto steps = static_cast<long>(std::lround(hours / kStep));
    for (long i = 0; i < steps; ++i) step(kStep, utilisation);
  }
  void step(double hours, double utilisation) {
    double spend = utilisation * plan.vcpus * 60 * hours, earn = plan.earnedPerHour * hours;
    if (plan.mode == CreditMode::Standard && spend > balance + earn) {
      throttled += (spend - balance - earn) / 60;
      spend = balance + earn;
    }
    const double paidBack = std::min(surplus, earn);
    surplus -= paidBack;
    balance += earn - paidBack - spend;
    if (balance < 0) {
      surplus -= balance;
      balance = 0;
    }
    if (surplus > plan.maxAccrued) {
      charged += surplus - plan.maxAccrued;
      surplus = plan.maxAccrued;
    }
    balance = std::min(balance, plan.maxAccrued);
  }
};

} // namespace

TEST_CASE("a t3.nano earns 6 credits an hour, 144 a day", "[cpu_credits]") {
  // EC2 user guide, key concepts of burstable instances, Apr 2026: 3.6 credits in an hour at 2 %
  const auto plan = planOf("t3.nano");
  CHECK(plan.earnedPerHour == 6);
  CHECK(plan.maxAccrued == 144);
  CpuCreditAccount account(plan);
  account.run(1, 0.02);
  CHECK(account.balance() == Approx(3.6));
}

TEST_CASE("T3 unlimited over seven periods: the guide's example", "[cpu_credits]") {
  // EC2 user guide, unlimited mode examples, Apr 2026. It rounds 122.4 to 122 before it goes on: 304 credits charged.
  CpuCreditAccount account(planOf("t3.nano"));
  account.run(24, 0);
  CHECK(account.balance() == Approx(144));
  account.run(12, 0.025);
  CHECK(account.balance() == Approx(144));
  account.run(24, 0.07);
  CHECK(account.balance() == Approx(86.4));
  account.run(12, 0.025);
  CHECK(account.balance() == Approx(122.4));
  account.run(5, 1);
  CHECK(account.balance() == 0);
  CHECK(account.surplus() == Approx(144));
  CHECK(account.tally().charged == Approx(303.6));
  account.run(13, 0.05);
  CHECK(account.surplus() == Approx(144));
  account.run(24, 0);
  CHECK(account.surplus() == Approx(0).margin(1e-9));
  CHECK(account.tally().charged == Approx(303.6));
  account.settle();
  CHECK(account.tally().charged == Approx(303.6)); // nothing was owed any more
}

TEST_CASE("what is owed at the end is charged", "[cpu_credits]") {
  CpuCreditAccount account(planOf("t3.nano"), 20);
  account.run(1, 1); // 114 net of 20
  CHECK(account.tally().charged == 0);
  CHECK(account.surplus() == Approx(94));
  account.settle();
  CHECK(account.tally().charged == Approx(94));
  CHECK(account.tally().chargedVcpuHours() == Approx(94.0 / 60));
  CHECK(account.surplus() == 0);
}

TEST_CASE("standard mode runs at the baseline once the balance is empty", "[cpu_credits]") {
  CpuCreditAccount account(planOf("t2.micro", CreditMode::Standard), 30); // 6 an hour, one vCPU
  CHECK(account.attainable(0.5) == 0.5);
  account.run(2, 0.5); // 24 net an hour: empty after 1.25 h
  CHECK(account.balance() == 0);
  CHECK(account.attainable(0.5) == Approx(0.1));
  CHECK(account.tally().throttledVcpuHours == Approx(0.75 * 0.4));
  CHECK(account.tally().charged == 0);
  account.run(1, 0);
  CHECK(account.balance() == Approx(6));
}

TEST_CASE("launch credits above the cap are spent first and earn nothing", "[cpu_credits]") {
  const auto plan = planOf("t2.nano", CreditMode::Standard); // 3 an hour, cap 72
  CpuCreditAccount account(plan, 80);
  account.run(1, 0);
  CHECK(account.balance() == 80);
  account.run(1, 0.2); // 12 spent: 8 down to the cap in 40 min, then 9 an hour
  CHECK(account.balance() == Approx(72 - 3));
}

TEST_CASE("the exact account agrees with small steps", "[cpu_credits]") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> hours(0.5, 30), share(0, 1);
  for (const auto mode : {CreditMode::Unlimited, CreditMode::Standard})
    for (int run = 0; run < 20; ++run) {
      const auto plan = planOf(run % 2 ? "t3.small" : "t2.nano", mode);
      CpuCreditAccount exact(plan);
      SteppedAccount stepped{plan};
      for (int period = 0; period < 6; ++period) {
        const double length = std::round(hours(random) * 2) / 2, utilisation = std::pow(share(random), 3);
        exact.run(length, utilisation);
        stepped.run(length, utilisation);
      }
      CHECK(exact.balance() == Approx(stepped.balance).margin(0.05));
      CHECK(exact.surplus() == Approx(stepped.surplus).margin(0.05));
      CHECK(exact.tally().charged == Approx(stepped.charged).margin(0.1));
      CHECK(exact.tally().throttledVcpuHours == Approx(stepped.throttled).margin(0.01));
    }
}

TEST_CASE("only burstable types have credits; the mode is the type's own unless said", "[cpu_credits]") {
  const auto& catalogue = *PriceCatalogue::embedded();
  CHECK_FALSE(creditPlan(*catalogue.findType("m5.large")));
  CHECK(creditPlan(*catalogue.findType("t3.micro"))->mode == CreditMode::Unlimited);
  CHECK(creditPlan(*catalogue.findType("t2.micro"))->mode == CreditMode::Standard);
}
