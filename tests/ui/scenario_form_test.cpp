#include "ui/form/scenario_form.hpp"

#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>

#include "tests/support/catch.hpp"
#include "ui/qt_text.hpp"

namespace {

using namespace std::chrono_literals;

// Every value differs from its default.
model::Scenario unusual() {
  model::Scenario s;
  s.name = "unusual";
  s.region = "eu-west-1";
  s.workload.arrivals =
      workloads::BurstyArrivals{pricing::RequestRate::perSecond(200), pricing::RequestRate::perSecond(3), 60s, 300s};
  s.workload.work = {workloads::Lognormal{120ms, 0.8}, 0.6, 2, pricing::Memory::mebibytes(1024)};
  s.workload.memory = pricing::Memory::mebibytes(200);
  s.workload.requestSize = pricing::ByteCount::bytes(300);
  s.workload.responseSize = pricing::ByteCount::bytes(5000);
  s.workload.trigger = workloads::Trigger::Queue;
  auto& lambda = *s.lambda;
  lambda = {std::nullopt,
            pricing::Architecture::Arm64,
            "nodejs22.x",
            model::Package::Image,
            workloads::Constant{500ms},
            workloads::Exponential{600s},
            workloads::Constant{2h},
            model::Reuse::Fifo,
            2,
            50,
            500,
            700,
            20s,
            pricing::Memory::mebibytes(1024),
            model::FrontDoor::RestApi,
            3ms,
            0.9,
            true,
            3,
            workloads::MemoryCurve{{{pricing::Memory::mebibytes(128), 472ms}, {pricing::Memory::mebibytes(512), 159ms}},
                                   "tuned.json"}};
  lambda.initAhead = 0.2;
  lambda.extensions = {workloads::Constant{80ms}, 15ms};
  lambda.client = {3, 50ms, 2s, model::Jitter::Equal, 4s};
  lambda.async = {1, 1h, 2s, 1min, 30s};
  lambda.queue.batchSize = 7;
  lambda.queue.maxConcurrency = 40;
  lambda.queue.visibilityTimeout = 5min;
  lambda.queue.maxReceives = 3;
  lambda.queue.partialFailures = true;
  lambda.queue.groups = 9;
  lambda.stream.shards = 4;
  lambda.stream.factor = 2;
  lambda.stream.batchSize = 50;
  lambda.stream.window = 2s;
  lambda.stream.retries = 6;
  lambda.stream.maxAge = 1h;
  lambda.stream.bisect = true;
  lambda.stream.partialFailures = true;
  lambda.provisionedPlan = model::ProvisionedTracking{2, 30, 0.6};
  model::LambdaNeighbour neighbour;
  neighbour.name = "report";
  neighbour.workload.arrivals = workloads::PoissonArrivals{pricing::RequestRate::perSecond(3)};
  neighbour.workload.work.duration = workloads::Constant{300ms};
  lambda.neighbours = {neighbour};
  s.failures = {0.01, 0.002, 0.0001, {{1h, 10min, 5.0}}, {{2h, 3}}, {{3h, 1h}}, {{4h, 10min, 0.2}}};
  auto& ec2 = *s.ec2;
  ec2.instanceType = "m7g.large";
  ec2.discipline = model::Discipline::Fcfs;
  ec2.workers = 9;
  ec2.queueLimit = 77;
  ec2.requestTimeout = 12s;
  ec2.routing = model::Routing::LeastOutstanding;
  ec2.healthCheck = {10s, 3, false, 7s, 4, false, 90s};
  ec2.visibilityTimeout = 90s;
  ec2.diskPerRequest = pricing::ByteCount::bytes(64 * 1024);
  ec2.availabilityZones = 3;
  ec2.min = 3;
  ec2.max = 11;
  ec2.initial = 4;
  ec2.scaling = model::NoScaling{};
  ec2.scheduledActions = {168h, {{8h, 4, std::nullopt, std::nullopt}, {20h, 3, std::nullopt, 5}}};
  ec2.predictive = model::PredictiveScaling{0.4, 10min, 48h};
  ec2.lifecycleHook = 30s;
  ec2.boot = workloads::Constant{90s};
  ec2.deregistrationDelay = 100s;
  ec2.purchase = pricing::Purchase::ComputeSp1y;
  ec2.mixed = model::MixedFleet{2, 25, {"c7g.large", "r7g.large"}, model::SpotAllocation::LowestPrice};
  ec2.spot.interruptions = 0.1;
  ec2.spot.notice = 100s;
  ec2.spot.rebalance = true;
  ec2.spot.unavailable = 0.05;
  ec2.spot.retry = 90s;
  ec2.spot.fallbackOnDemand = true;
  ec2.loadBalancer = model::LoadBalancer::None;
  ec2.ebsGib = 30;
  ec2.ebsIops = 4000;
  ec2.ebsThroughput = 250;
  ec2.alarms = 5;
  ec2.publicIpv4 = ec2.detailedMonitoring = false;
  ec2.overhead = 1ms;
  ec2.speed = 1.2;
  auto& managed = *s.managed;
  managed.instanceType = "m7g.xlarge";
  managed.memory = pricing::Memory::mebibytes(8192);
  managed.memoryPerVcpu = pricing::Memory::mebibytes(4096);
  managed.concurrencyPerVcpu = 12;
  managed.cpuSaturation = 3;
  managed.min = 5;
  managed.maxVcpus = 200;
  managed.initial = 6;
  managed.scaling = {3, 0.7, 30s, 20};
  managed.boot = workloads::Constant{100s};
  managed.init = workloads::Constant{2s};
  managed.timeout = 60s;
  managed.purchase = pricing::Purchase::ComputeSp3y;
  managed.frontDoor = model::FrontDoor::HttpApi;
  managed.overhead = 2ms;
  managed.speed = 1.1;
  s.objective = {100ms, 90ms, 200ms, 250ms, 400ms, 900ms, 0.01};
  s.run = {std::chrono::hours(5), 60s, 7, 99};
  s.hoursPerMonth = 720;
  s.freeTier = true;
  s.perRequestLogKb = 0.5;
  s.trafficDrop = 0.4;
  s.source = model::SqsFifoSource{{{2, pricing::ByteCount::bytes(70'000)}, 5, 2}};
  s.prices = {"aws-2026-11-23", "2024-01-31", R"({"discounts": {"ec2": "9%"}})"};
  s.network = {2, pricing::ByteCount::bytes(100), pricing::ByteCount::bytes(50), 8, 30s, 12};
  s.costs = {95, {3, 1, 0.2, 4000}, {12, 2, 0.3, 500}};
  return s;
}

void checkEqual(const model::Scenario& a, const model::Scenario& b) {
  CHECK(a.name == b.name);
  CHECK(a.region == b.region);
  CHECK(a.workload == b.workload);
  CHECK(a.lambda == b.lambda);
  CHECK(a.ec2 == b.ec2);
  CHECK(a.managed == b.managed);
  CHECK(a.hybrid == b.hybrid);
  CHECK(a.objective == b.objective);
  CHECK(a.run == b.run);
  CHECK(a.hoursPerMonth == b.hoursPerMonth);
  CHECK(a.freeTier == b.freeTier);
  CHECK(a.perRequestLogKb == b.perRequestLogKb);
  CHECK(a.trafficDrop == b.trafficDrop);
  CHECK(a.source == b.source);
  CHECK(a.prices == b.prices);
  CHECK(a.network == b.network);
  CHECK(a.costs == b.costs);
}

void type(ui::ScenarioForm& form, const std::string& path, const QString& text) {
  auto* editor = form.editorAt(path);
  REQUIRE(editor != nullptr);
  if (auto* combo = qobject_cast<QComboBox*>(editor)) return combo->setCurrentText(text);
  auto* line = qobject_cast<QLineEdit*>(editor);
  REQUIRE(line != nullptr);
  line->setText(text);
  emit line->textEdited(text); // as typing does
}

// What does not go together with that.
model::Scenario unusualToo() {
  auto s = unusual();
  auto& ec2 = *s.ec2;
  ec2.instanceType = "t3.large";
  ec2.creditMode = pricing::CreditMode::Standard;
  ec2.routing = model::Routing::RoundRobin;
  ec2.slowStart = 45s;
  ec2.loadBalancer = model::LoadBalancer::Nlb;
  ec2.healthCheck.byWorker = ec2.healthCheck.replaces = true;
  ec2.mixed.reset();
  ec2.warmPool = model::WarmPool{model::WarmPool::State::Running, 1, 9, true, workloads::Constant{15s}};
  return s;
}

// A scenario without a problem of its own: the default has no work yet.
model::Scenario runnableScenario() { return model::readScenario(model::examples().front().json, "example"); }

} // namespace

TEST_CASE("The form gives back the scenario it was given", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  checkEqual(form.scenario(), model::Scenario{});
  for (const auto& scenario : {unusual(), unusualToo()}) {
    form.setScenario(scenario);
    for (const auto& problem : form.problems()) UNSCOPED_INFO(pricing::sentence(problem));
    CHECK(form.problems().empty());
    checkEqual(form.scenario(), scenario);
  }
}

TEST_CASE("Every built-in example passes through the form unchanged", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  for (const auto& example : model::examples()) {
    const auto scenario = model::readScenario(example.json, example.name);
    form.setScenario(scenario);
    CHECK(form.problems().empty());
    checkEqual(form.scenario(), scenario);
  }
}

TEST_CASE("SnapStart passes through the form; a restore without a field is carried", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  auto scenario = runnableScenario();
  for (const auto& restore : std::vector<std::optional<workloads::DurationDistribution>>{
           std::nullopt, workloads::Constant{700ms}, workloads::Exponential{700ms}}) {
    scenario.lambda->snapStart = model::SnapStart{restore, 0.3, 2};
    form.setScenario(scenario);
    CHECK(form.problems().empty());
    CHECK(form.scenario().lambda == scenario.lambda);
  }
  type(form, "/lambda/snap_start/versions", "5");
  CHECK(form.scenario().lambda->snapStart->versions == 5);
}

TEST_CASE("A hybrid passes through the form; unchecked there is none", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  auto scenario = runnableScenario();
  form.setScenario(scenario);
  CHECK_FALSE(form.scenario().hybrid);
  for (const model::OverflowRule& rule :
       {model::OverflowRule(model::InFlightOverflow{}), model::OverflowRule(model::InFlightOverflow{7}),
        model::OverflowRule(model::WeightedOverflow{0.3})}) {
    scenario.hybrid =
        model::HybridSetup{rule, "c7g.xlarge", 2, 5, 3, model::TargetTracking{}, pricing::Purchase::ComputeSp1y};
    form.setScenario(scenario);
    CHECK(form.problems().empty());
    CHECK(form.scenario().hybrid == scenario.hybrid);
    scenario.hybrid = model::HybridSetup{rule, {}, {}, {}, {}, {}, {}};
    form.setScenario(scenario);
    CHECK(form.problems().empty());
    CHECK(form.scenario().hybrid == scenario.hybrid);
  }
  type(form, "/hybrid/overflow/share", "25%");
  type(form, "/hybrid/min", "4");
  CHECK(form.scenario().hybrid->overflow == model::OverflowRule(model::WeightedOverflow{0.25}));
  CHECK(form.scenario().hybrid->min == 4);
}

TEST_CASE("Measured data without a field is carried through the form", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  auto scenario = unusual();
  scenario.lambda->init = workloads::Tabulated{{{100ms, 0.5}, {300ms, 1.0}}};
  form.setScenario(scenario);
  CHECK(form.scenario().lambda->init == scenario.lambda->init);
}

TEST_CASE("An edited field changes the scenario and its origin", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  form.setScenario(runnableScenario());
  QSignalSpy edited(&form, &ui::ScenarioForm::edited);
  type(form, "/lambda/memory", "2GB");
  CHECK(form.scenario().lambda->memory == pricing::Memory::mebibytes(2048));
  CHECK(form.scenario().origins.at("lambda.memory") == model::Origin::Scenario);
  type(form, "/workload/arrivals/rate", "1.5M/day");
  CHECK(std::get<workloads::PoissonArrivals>(form.scenario().workload.arrivals).rate.inPerSecond() ==
        Approx(1.5e6 / 86400));
  type(form, "/ec2/instance_type", "m7g.large");
  CHECK(form.scenario().ec2->instanceType == "m7g.large");
  CHECK(edited.size() >= 3);
  CHECK(form.problems().empty());
}

TEST_CASE("A list is kept through edits elsewhere, and a refused text changes nothing", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  auto scenario = runnableScenario();
  scenario.failures.slowdowns = {{1h, 10min, 5.0}};
  form.setScenario(scenario);
  const std::string path = "/workload/failures/slow_downstream";
  const QString shown = qobject_cast<QLineEdit*>(form.editorAt(path))->text();
  type(form, path, R"([{"at":"2h","lasts":"20min","io_factor":10}])");
  type(form, "/lambda/memory", "2GB");
  const std::vector<model::Slowdown> changed{{2h, 20min, 10.0}};
  CHECK(form.scenario().failures.slowdowns == changed);
  type(form, path, "soon");
  REQUIRE(form.problems().size() == 1);
  type(form, "/lambda/memory", "3GB");
  CHECK(form.problems().size() == 1); // still there after an edit elsewhere
  CHECK(form.scenario().failures.slowdowns == changed);
  type(form, path, shown);
  CHECK(form.problems().empty());
  CHECK(form.scenario().failures.slowdowns == scenario.failures.slowdowns);
}

TEST_CASE("A text that cannot be read is named beside its field", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  form.setScenario(runnableScenario());
  type(form, "/lambda/timeout", "15 parsecs");
  REQUIRE(form.problems().size() == 1);
  auto* editor = form.editorAt("/lambda/timeout");
  auto* field = qobject_cast<ui::Field*>(editor->parentWidget());
  REQUIRE(field != nullptr);
  CHECK(field->problem() == "Found \"15 parsecs\", expected a time such as 250ms, 1.5s, 10min or 7d");
  CHECK(editor->accessibleDescription().startsWith(field->problem()));
  CHECK(editor->toolTip().startsWith(field->problem()));
  CHECK(form.scenario().lambda->timeout == 30s); // the last that could be read
  type(form, "/lambda/timeout", "15min");
  CHECK(form.problems().empty());
  CHECK(field->problem().isEmpty());
}

TEST_CASE("A limit that is broken is named beside its field", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  form.setScenario(runnableScenario());
  type(form, "/lambda/memory", "64MB");
  REQUIRE(form.problems().size() == 1);
  CHECK_FALSE(qobject_cast<ui::Field*>(form.editorAt("/lambda/memory")->parentWidget())->problem().isEmpty());
  type(form, "/lambda/memory", "auto");
  CHECK(form.problems().empty());
  type(form, "/region", "us-eest-1");
  REQUIRE(form.problems().size() == 1);
  CHECK(form.problems().front().suggestion == "us-east-1");
}

TEST_CASE("A problem of a distribution stands at its parameter", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  form.setScenario(runnableScenario());
  auto scenario = unusual();
  form.setScenario(scenario);
  type(form, "/workload/work/cv", "much");
  REQUIRE(form.problems().size() == 1);
  CHECK(qobject_cast<ui::Field*>(form.editorAt("/workload/work/cv")->parentWidget())->problem() ==
        "Found \"much\", expected a number such as 0.5 or 50%");
}

TEST_CASE("A platform that is unchecked is left out and comes back as it was", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  form.setScenario(runnableScenario());
  form.setScenario(unusual());
  QCheckBox* compared = nullptr;
  for (auto* box : form.findChildren<QCheckBox*>())
    if (box->text() == "Compare EC2") compared = box;
  REQUIRE(compared != nullptr);
  compared->setChecked(false);
  CHECK_FALSE(form.scenario().ec2.has_value());
  compared->setChecked(true);
  CHECK(form.scenario().ec2 == unusual().ec2);
}

TEST_CASE("Every field has a name, a label and a hint with its default", "[ui][form]") {
  ui::ScenarioForm form(pricing::PriceCatalogue::embedded());
  form.setScenario(runnableScenario());
  const auto fields = form.findChildren<ui::Field*>();
  CHECK(fields.size() > 50);
  for (const auto* field : fields) {
    INFO(ui::fromQt(field->editor()->accessibleName()));
    CHECK_FALSE(field->editor()->accessibleName().isEmpty());
    CHECK_FALSE(field->editor()->toolTip().isEmpty());
  }
  CHECK(form.editorAt("/lambda/timeout")->toolTip().contains("Default: 900s"));
}
