// What a scenario says about the size of its fleet: every sentence a reader of a wrong one gets, and what it becomes.
#include <fmt/format.h>

#include "tests/model/scenario_complaints.hpp"
#include "tests/support/catch.hpp"

using model::AdjustmentType;
using model::Ec2Fleet;
using model::ScalingMetric;
using model::StepScaling;
using tests::Sentences;
using tests::Settings;

namespace {

Sentences complaintsWith(const Settings& settings) {
  return tests::complaints(std::string(tests::kContractExample), settings);
}

Ec2Fleet fleet(const Settings& settings) {
  const auto scenario = model::readScenario(tests::kContractExample, "scenario.json", settings);
  return model::ec2Fleet(scenario, *pricing::PriceCatalogue::embedded());
}

std::string step(std::string_view fields) {
  return fmt::format(R"(ec2.scaling={{"kind": "step", "out_threshold": 0.6, "in_threshold": 0.3{}}})", fields);
}

// The place and the sentence behind it; what was not written itself is found where the file would have it.
Sentences set(std::string_view path, std::string_view sentence) {
  return {fmt::format("--set {}: {}", path, sentence)};
}
Sentences in(std::string_view pointer, std::string_view sentence) {
  return {fmt::format("scenario.json: {}: {}", pointer, sentence)};
}

} // namespace

TEST_CASE("Steps follow each other from the threshold away", "[scenario][scaling]") {
  CHECK(complaintsWith({step("")}).empty());
  CHECK(complaintsWith({step(R"(, "out": [{"from": 0, "to": 0.1, "change": 1}, {"from": 0.1, "change": 3}],
                                  "in": [{"to": -0.1, "change": -2}, {"from": -0.1, "to": 0, "change": -1}])")})
            .empty());
  CHECK(complaintsWith({step(R"(, "out": [{"from": 0, "to": 0.1, "change": 1}, {"from": 0.2, "change": 3}])")}) ==
        set("ec2.scaling.out.1.from", "found 0.2, expected 0.1, where the step before ends"));
  CHECK(complaintsWith({step(R"(, "out": [{"from": 0, "change": 1}, {"from": 0.2, "change": 3}])")}) ==
        in("/ec2/scaling/out/0/to",
           R"(found null, expected a number; without an upper end is only the last step of "out")"));
  CHECK(complaintsWith({step(R"(, "in": [{"to": -0.1, "change": -2}, {"to": 0, "change": -1}])")}) ==
        in("/ec2/scaling/in/1/from",
           R"(found null, expected a number; without a lower end is only the first step of "in")"));
  CHECK(complaintsWith({step(R"(, "out": [{"from": 0.2, "to": 0.1, "change": 1}])")}) ==
        set("ec2.scaling.out.0.to", "found 0.1, expected more than from (0.2)"));
  CHECK(complaintsWith({step(R"(, "out": [{"from": -0.1, "change": 1}])")}) ==
        set("ec2.scaling.out.0.from", "found -0.1, expected 0 or more, counted from out_threshold upwards"));
  CHECK(complaintsWith({step(R"(, "in": [{"to": 0.1, "change": -1}])")}) ==
        set("ec2.scaling.in.0.to", "found 0.1, expected 0 or less, counted from in_threshold downwards"));
}

TEST_CASE("Adjustments add when scaling out and remove when scaling in", "[scenario][scaling]") {
  CHECK(complaintsWith({step(R"(, "out": [{"from": 0, "change": -1}])")}) ==
        set("ec2.scaling.out.0.change", "found -1, expected a number of instances from 0 to 10000"));
  CHECK(complaintsWith({step(R"(, "in": [{"to": 0, "change": -1.5}])")}) ==
        set("ec2.scaling.in.0.change", "found -1.5, expected a whole number of instances"));
  CHECK(complaintsWith({step(R"(, "adjustment": "percent_change_in_capacity", "in": [{"to": 0, "change": -101}])")}) ==
        set("ec2.scaling.in.0.change", "found -101, expected per cent from -100 to 0"));
  const std::string simple = R"(ec2.scaling={"kind": "simple", "out_threshold": 0.6, "in_threshold": 0.3)";
  CHECK(complaintsWith({simple + "}"}).empty());
  CHECK(complaintsWith({simple + R"(, "in_change": 2})"}) ==
        set("ec2.scaling.in_change", "found 2, expected a number of instances from -10000 to 0"));
  CHECK(complaintsWith({simple + R"(, "cooldown": "25h"})"}) ==
        set("ec2.scaling.cooldown", "found 90000s, expected a time from 0s to 1d"));
  CHECK(complaintsWith({simple + R"(, "adjustment": "exact_capacity", "out_change": 8, "in_change": 2})"}).empty());
}

TEST_CASE("The thresholds of an alarm pair do not cross", "[scenario][scaling]") {
  CHECK(complaintsWith({R"(ec2.scaling={"kind": "step", "out_threshold": 0.3, "in_threshold": 0.6})"}) ==
        set("ec2.scaling.in_threshold", "found 0.6, expected at most out_threshold (0.3)"));
  CHECK(complaintsWith({R"(ec2.scaling={"kind": "step", "out_threshold": 1.2, "in_threshold": 0.3})"}) ==
        set("ec2.scaling.out_threshold", "found 1.2, expected a CPU utilisation from 0.01 to 1"));
  CHECK(complaintsWith({"ec2.scaling.metric=backlog_per_instance"}) ==
        set("ec2.scaling.metric", R"(found "backlog_per_instance", expected cpu or requests_per_target, because no )"
                                  "queue feeds this fleet (ec2.routing)"));
  CHECK(complaintsWith({"ec2.scaling.metric=backlog_per_instance", "ec2.scaling.target=100", "ec2.routing=queue",
                        "ec2.load_balancer=none"})
            .empty());
}

TEST_CASE("Scheduled actions come in order and keep the minimum below the maximum", "[scenario][scaling]") {
  const auto actions = [](std::string_view list) { return fmt::format("ec2.scheduled_actions.actions=[{}]", list); };
  CHECK(complaintsWith({actions(R"({"at": "8h", "min": 4}, {"at": "18h", "min": 0, "desired": 2})")}).empty());
  CHECK(complaintsWith({"ec2.scheduled_actions.period=12h"}) ==
        set("ec2.scheduled_actions.period", "found 43200s, expected 24h or 168h"));
  CHECK(complaintsWith({actions(R"({"at": "8h", "min": 4}, {"at": "8h", "min": 2})")}) ==
        set("ec2.scheduled_actions.actions.1.at",
            "found 28800s, expected a time after the action before and within the period"));
  CHECK(complaintsWith({actions(R"({"at": "8h"})")}) ==
        in("/ec2/scheduled_actions/actions/0", "found no change, expected at least one of min, max and desired"));
  CHECK(complaintsWith({actions(R"({"at": "8h", "min": 21})")}) ==
        in("/ec2/scheduled_actions/actions/0",
           "found min 21 and max 20, expected a minimum that is not above the maximum"));
  // Only the second morning meets the evening's maximum.
  CHECK(complaintsWith({actions(R"({"at": "8h", "min": 4}, {"at": "18h", "min": 1, "max": 3})")}) ==
        in("/ec2/scheduled_actions/actions/0",
           "found min 4 and max 3, expected a minimum that is not above the maximum"));
  CHECK(complaintsWith({actions(R"({"at": "8h", "desired": 21})")}) ==
        set("ec2.scheduled_actions.actions.0.desired",
            "found 21, expected a whole number from 2 to 20, the minimum and maximum in force"));
}

TEST_CASE("Forecasts, warm pools and hooks stay within AWS's limits", "[scenario][scaling]") {
  CHECK(complaintsWith({"ec2.predictive.target=0.6"}).empty());
  CHECK(complaintsWith({"ec2.predictive.history=23h"}) ==
        set("ec2.predictive.history", "found 82800s, expected a time from 1d to 14d"));
  CHECK(complaintsWith({"ec2.predictive.buffer=61min"}) ==
        set("ec2.predictive.buffer", "found 3660s, expected a time from 0s to 3600s"));
  CHECK(complaintsWith({"ec2.warm_pool.min=-1"}) ==
        set("ec2.warm_pool.min", "found -1, expected a whole number from 0 to 10000"));
  CHECK(complaintsWith({"ec2.warm_pool.state=stopped", "ec2.purchase=spot"}) ==
        set("ec2.purchase", R"(found "spot", expected on_demand or a commitment, because a warm pool has no Spot )"
                            "instances"));
  CHECK(
      complaintsWith({"ec2.warm_pool.state=stopped", "ec2.mixed.base_on_demand=1"}) ==
      in("/ec2/warm_pool",
         "found a warm pool beside ec2.mixed, expected one of the two, because a warm pool is of one type on demand"));
  CHECK(complaintsWith({"ec2.warm_pool.state=hibernated", "ec2.ebs_gib=0"}) ==
        set("ec2.warm_pool.state",
            R"(found "hibernated", expected stopped or running, because there is no volume (ec2.ebs_gib))"));
  CHECK(complaintsWith({"ec2.lifecycle_hook=49h"}) ==
        set("ec2.lifecycle_hook", "found 176400s, expected a time from 0s to 2d"));
  CHECK(complaintsWith({"ec2.warm_pool.boot=-1s"}).size() == 1);
}

TEST_CASE("A scenario's scaling becomes the fleet's", "[scenario][scaling]") {
  const auto stepped = fleet({step(R"(, "adjustment": "percent_change_in_capacity", "min_adjustment_magnitude": 2,
                                      "out": [{"from": 0, "to": 0.1, "change": 10}, {"from": 0.1, "change": 30}])"),
                              "ec2.lifecycle_hook=2min", "ec2.warm_pool.max_prepared=8", "ec2.predictive.buffer=5min",
                              R"(ec2.scheduled_actions.actions=[{"at": "9h", "min": 4}])"});
  const auto& policy = std::get<StepScaling>(stepped.scaling);
  CHECK(policy.adjustment == AdjustmentType::PercentChangeInCapacity);
  CHECK(policy.minAdjustmentMagnitude == 2);
  CHECK(policy.out == std::vector<model::StepAdjustment>{{0.0, 0.1, 10}, {0.1, std::nullopt, 30}});
  CHECK(policy.in == std::vector<model::StepAdjustment>{{std::nullopt, 0.0, -1}});
  CHECK(stepped.lifecycleHook == std::chrono::minutes(2));
  CHECK(stepped.warmPool->maxPrepared == 8);
  CHECK(stepped.predictive->buffer == std::chrono::minutes(5));
  CHECK(stepped.scheduled.actions.at(0).min == 4);
  CHECK(!isFixedFleet(stepped));
  CHECK(isFixedFleet(fleet({R"(ec2.scaling={"kind": "none"})"})));
  CHECK(!isFixedFleet(fleet({R"(ec2.scaling={"kind": "none"})", "ec2.predictive.target=0.5"})));
}

// EC2 user guide: basic monitoring has CPU every five minutes; the balancer's counts stay at one minute.
TEST_CASE("Without detailed monitoring CPU comes every five minutes", "[scenario][scaling]") {
  const auto period = [](const Settings& settings) { return model::metricPlan(fleet(settings).scaling).period; };
  using std::chrono::minutes;
  CHECK(period({}) == minutes(1));
  CHECK(period({"ec2.detailed_monitoring=false"}) == minutes(5));
  CHECK(period({"ec2.detailed_monitoring=false", "ec2.scaling.period=10min"}) == minutes(10));
  CHECK(period({"ec2.detailed_monitoring=false", step("")}) == minutes(5));
  CHECK(period({"ec2.detailed_monitoring=false", "ec2.scaling.metric=requests_per_target"}) == minutes(1));
}

TEST_CASE("A fleet starts with what the mean load needs below its policy's threshold", "[scenario][scaling]") {
  CHECK(fleet({"ec2.initial=auto"}).initial == 10);          // 10 vCPUs of load at 0.5 on two each
  CHECK(fleet({"ec2.initial=auto", step("")}).initial == 9); // at 0.6: 8.33
  CHECK(fleet({"ec2.initial=auto", R"(ec2.scaling={"kind": "simple", "metric": "requests_per_target",
                                       "out_threshold": 1000, "in_threshold": 100})"})
            .initial == 10);
}
