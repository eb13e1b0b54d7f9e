// A measured curve in a scenario: read, written, what the simulators get from it, what it warns of.
#include <fmt/format.h>

#include "model/evaluation/capacity.hpp"
#include "model/evaluation/memory_choice.hpp"
#include "model/evaluation/search.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/support/file_with.hpp"

namespace {

using namespace model;
using pricing::Memory;
using std::chrono::milliseconds;
using tests::Sentences;
using tests::Settings;
using workloads::MemoryCurve;

Memory mb(std::int64_t mib) { return Memory::mebibytes(mib); }

// 40 ms of waiting and 60 ms of one vCPU, as the law has it.
const std::string kLawful = R"(lambda.power_tuning={"points": [{"memory": "128MB", "duration": "869.21875ms"},
  {"memory": "512MB", "duration": "247.3046875ms"}, {"memory": "1769MB", "duration": "100ms"}]})";
// Nothing that a law of CPU and waiting describes.
const std::string kWild = R"(lambda.power_tuning={"points": [{"memory": "256MB", "duration": "100ms"},
  {"memory": "512MB", "duration": "350ms"}, {"memory": "1024MB", "duration": "90ms"}]})";

// Nobody states how much of the work is CPU.
Scenario unsplit(Settings settings) {
  auto scenario = tests::shortScenario(settings);
  scenario.origins.erase("workload.work.cpu_fraction");
  return scenario;
}

std::int64_t lastsNs(const Scenario& scenario, std::int64_t measuredNs) {
  const auto& work = scenario.workload.work;
  const double share = workloads::lambdaVcpuShare(work.measuredAt, work.threads);
  const auto cpu = std::llround(static_cast<double>(measuredNs) * work.cpuFraction * share);
  const auto io = measuredNs - std::llround(static_cast<double>(measuredNs) * work.cpuFraction);
  return lambdaDurationNs(lambdaFunction(scenario), cpu, io);
}

std::vector<std::string> codesOf(const Decision& decision) {
  std::vector<std::string> codes;
  for (const auto& warning : powerTuningWarnings(decision)) codes.push_back(warning.code);
  return codes;
}

} // namespace

// ---- the scenario field ----

TEST_CASE("a curve stands in the scenario, in a file beside it or in an address", "[power_tuning]") {
  const std::vector<MemoryCurve::Point> points{{mb(128), milliseconds(1000)}, {mb(1024), milliseconds(150)}};
  const auto curveOf = [](const std::string& value, const std::string& directory = ".") {
    const auto text = fmt::format(R"({{"lambda": {{"power_tuning": {}}}}})", value);
    return readScenario(text, "s", {}, directory).lambda->powerTuning;
  };
  CHECK_FALSE(curveOf("null"));
  CHECK(curveOf(R"({"points": [{"memory": "128MB", "duration": "1s"}, {"memory": "1GB", "duration": "150ms"}]})")
            ->points == points);
  const auto file = curveOf("\"address.txt\"", std::string(BREAKEVEN_SOURCE_DIR) + "/tests/data/power_tuning");
  CHECK(file->points == points);
  CHECK(file->source == std::string(BREAKEVEN_SOURCE_DIR) + "/tests/data/power_tuning/address.txt");
  CHECK(curveOf(R"("https://lambda-power-tuning.show/#AASAAA;AAAWQwAAekQ;rMUnNrrtDDY")")->points == points);
  CHECK(curveOf(R"({"results": {"power": "128", "stateMachine": {"visualization":
        "https://lambda-power-tuning.show/#AASAAA;AAAWQwAAekQ;rMUnNrrtDDY"}}})")
            ->points == points);
}

TEST_CASE("a scenario holds the points, not the file", "[power_tuning]") {
  std::string written, hash;
  {
    const test_files::FileWith file("https://x/#AASAAA;AAAWQwAAekQ;rMUnNrrtDDY", "tuned.txt");
    const auto scenario = tests::shortScenario({"lambda.power_tuning=" + file.path()});
    CHECK(scenario.origins.at("lambda.power_tuning") == Origin::CommandLine);
    written = writeScenario(scenario);
    hash = scenarioSha256(scenario);
    CHECK(readScenario(written, "written") == scenario);
  }
  const auto again = readScenario(written, "written"); // the file is gone
  CHECK(scenarioSha256(again) == hash);
  CHECK(again.lambda->powerTuning->points.size() == 2);
  auto changed = again;
  changed.lambda->powerTuning->points[0].meanDuration += std::chrono::nanoseconds(1);
  CHECK(scenarioSha256(changed) != hash);
}

TEST_CASE("an unusable curve is refused at its place, with everything else", "[power_tuning]") {
  CHECK(
      tests::complaints(R"({"lambda": {"power_tuning": {"points": [{"memory": "128MB", "duration": "fast"}]},
                              "memroy": 1}})") ==
      Sentences{"scenario.json: /lambda/power_tuning/points/0/duration: found \"fast\", expected a time such as 250ms, "
                "1.5s, 10min or 7d",
                "scenario.json: /lambda/memroy: found an unknown key \"memroy\", expected one of the keys of lambda; "
                "did you mean \"memory\"?"});
  CHECK(
      tests::complaints(R"({"lambda": {"power_tuning": 7}})") ==
      Sentences{"scenario.json: /lambda/power_tuning: found 7, expected a Power Tuning result: a file, an address, an "
                "object or null"});
  const auto missing = tests::complaints(R"({"lambda": {"power_tuning": "/no/such/file.json"}})");
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].find("/no/such/file.json") != std::string::npos);
  // What a window or a program put together is held against the same rules.
  auto scenario = tests::shortScenario();
  scenario.lambda->powerTuning = MemoryCurve{{{mb(512), milliseconds(1)}}};
  CHECK(tests::sentencesOf(problems(scenario, tests::catalogue(), "form")) ==
        Sentences{
            "form: /lambda/power_tuning/points: found a list of 1, expected durations at two memory sizes or more"});
}

// ---- what the simulators get ----

TEST_CASE("work lasts as long as the curve says, whatever is CPU in it", "[power_tuning]") {
  for (const double cpuFraction : {0.0, 0.3, 0.9, 1.0})
    for (const int memory : {128, 300, 512, 1769, 3008}) {
      INFO(cpuFraction << " at " << memory);
      const auto scenario =
          tests::shortScenario({kWild, fmt::format("workload.work.cpu_fraction={}", cpuFraction),
                                "workload.work.measured_at.memory=512MB", fmt::format("lambda.memory={}MB", memory)});
      const double ratio = scenario.lambda->powerTuning->secondsAt(mb(memory)) / 0.35;
      CHECK(std::abs(static_cast<double>(lastsNs(scenario, 350'000'000)) - 350e6 * ratio) <= 1);
      CHECK(lambdaStretch(lambdaFunction(scenario), scenario.workload.work) == Approx(ratio));
    }
}

TEST_CASE("a curve of the law changes nothing", "[power_tuning]") {
  for (const int memory : {128, 512, 1769}) {
    const Settings settings{"workload.work.cpu_fraction=0.6", fmt::format("lambda.memory={}MB", memory)};
    auto withCurve = settings;
    withCurve.push_back(kLawful);
    const auto function = lambdaFunction(tests::shortScenario(withCurve));
    CHECK(function.perIo == 1);
    CHECK(function.speed == Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("waiting stays as stated while the curve leaves room for it", "[power_tuning]") {
  const Settings settings{kWild, "workload.work.cpu_fraction=0.5", "workload.work.measured_at.memory=256MB"};
  auto scenario = tests::shortScenario(settings);
  scenario.lambda->memory = mb(512); // 3.5 times as long: half of the 100 ms still waits
  CHECK(lambdaWaitingNs(lambdaFunction(scenario), 50'000'000) == 50'000'000);
  scenario.workload.work.measuredAt = mb(512);
  scenario.lambda->memory = mb(1024); // 90 of 350 ms: less than the 175 ms that wait
  CHECK(lambdaWaitingNs(lambdaFunction(scenario), 175'000'000) == 90'000'000);
  CHECK(lastsNs(scenario, 350'000'000) == 90'000'000);
}

TEST_CASE("the speed of the processor divides what computes", "[power_tuning]") {
  auto scenario = tests::shortScenario({kWild, "workload.work.cpu_fraction=0.5", "lambda.speed=2",
                                        "workload.work.measured_at.memory=512MB", "lambda.memory=512MB"});
  CHECK(lastsNs(scenario, 350'000'000) == 175'000'000 + 87'500'000);
}

TEST_CASE("only memories inside the curve are searched, the measured ones among them", "[power_tuning]") {
  const auto tried = [](const Settings& settings) {
    std::vector<std::int64_t> sizes;
    for (const auto memory : memoriesToTry(tests::shortScenario(settings))) sizes.push_back(memory.inMebibytes());
    return sizes;
  };
  const std::string odd = R"(lambda.power_tuning={"points": [{"memory": "200MB", "duration": "3s"},
    {"memory": "700MB", "duration": "1s"}, {"memory": "1600MB", "duration": "1s"}]})";
  CHECK(tried({odd}) == std::vector<std::int64_t>{200, 256, 512, 700, 768, 1024, 1536, 1600});
  CHECK(tried({odd, "workload.memory=1000MB"}) == std::vector<std::int64_t>{1024, 1536, 1600});
  CHECK(tried({odd, "workload.memory=2GB", "lambda.memory=auto"}) == std::vector<std::int64_t>{2048});
  CHECK(tried({}).size() == 14);
}

// ---- what an evaluation makes of it ----

TEST_CASE("the curve tells how much of the work is CPU when nobody does", "[power_tuning]") {
  const auto decision = tests::simulated(unsplit({kLawful, "lambda.memory=512MB"}));
  CHECK(decision->scenario.workload.work.cpuFraction == 0.6);
  CHECK(decision->warnings.empty());
  const auto line = std::ranges::find(decision->assumptions, "workload.work.cpu_fraction", &Assumption::path);
  REQUIRE(line != decision->assumptions.end());
  CHECK(line->value == "0.6");
  CHECK(name(line->origin) == "power tuning");
  CHECK(line->source ==
        "fit of lambda.power_tuning: waiting 40 ms + cpu 60 ms of one vCPU, within 0.0 % of 3 sizes (rms)");
  // Mean 100 ms at 1,769 MB, so 247.3 ms here.
  CHECK(decision->lambda->latency.mean.value == Approx(247.3).epsilon(0.05));
  CHECK(tests::simulated(tests::shortScenario({kLawful}))->scenario.workload.work.cpuFraction == 1.0);
}

TEST_CASE("a curve that cannot carry the answer is warned of", "[power_tuning]") {
  Decision decision;
  const auto codes = [&](Settings settings, bool split) {
    decision.scenario = split ? tests::shortScenario(settings) : unsplit(settings);
    if (!split) decision.scenario.origins["workload.work.cpu_fraction"] = Origin::PowerTuning;
    return codesOf(decision);
  };
  const Settings inside{kLawful, "workload.work.cpu_fraction=0.6"};
  CHECK(codes(inside, true).empty());
  CHECK(codes({kLawful, "lambda.memory=2GB", "workload.work.cpu_fraction=0.6"}, true) ==
        std::vector<std::string>{"memory_outside_curve"});
  CHECK(powerTuningWarnings(decision)[0].message ==
        "The function's memory of 2GB lies outside the measured 128MB to 1769MB; the duration of the nearest size is "
        "taken.");
  CHECK(codes({kLawful}, true) == std::vector<std::string>{"cpu_fraction_contradicted"});
  CHECK(codes({kWild, "lambda.memory=512MB", "workload.work.measured_at.memory=512MB"}, false) ==
        std::vector<std::string>{"poor_cpu_fit"});
  CHECK(codes({kWild, "lambda.memory=512MB"}, false) ==
        std::vector<std::string>{"memory_outside_curve", "poor_cpu_fit"});
  // 1,769 MB is where the measured sizes end.
  decision.candidates.resize(4);
  CHECK(codes(inside, true) == std::vector<std::string>{"memory_at_curve_end"});
  CHECK(powerTuningWarnings(decision)[0].advice == "A larger size may be better: run Power Tuning with one.");
}

// ---- the choice of memory ----

namespace {

// "128 chosen cheapest" for each marked size.
std::vector<std::string> marksOf(const MemoryChoice& choice) {
  std::vector<std::string> marks;
  for (const auto& p : choice.points) {
    std::string text;
    for (const auto& [is, word] :
         {std::pair{p.chosen, " chosen"}, {p.cheapest, " cheapest"}, {p.fastest, " fastest"}, {p.knee, " knee"}})
      if (is) text += word;
    if (!text.empty()) marks.push_back(std::to_string(p.memory.inMebibytes()) + text);
  }
  return marks;
}

MemoryChoice choiceOf(std::size_t chosen, std::vector<bool> meets = {true, true, true, true}) {
  MemoryChoice choice;
  struct Row {
    int memory;
    double usd, ms;
  };
  // Cheapest at 256; the time falls steeply, then hardly.
  std::size_t i = 0;
  for (const auto& [memory, usd, ms] :
       {Row{128, 11, 2000}, Row{256, 10, 800}, Row{512, 10.15, 400}, Row{1024, 15, 360}}) {
    MemoryPoint point;
    point.memory = mb(memory);
    point.monthlyCostUsd = usd;
    point.meanMs = ms;
    point.meetsObjective = meets[i];
    point.chosen = i++ == chosen;
    choice.points.push_back(point);
  }
  return choice;
}

std::string whyOf(MemoryChoice choice, bool searched = true) {
  explain(choice, searched);
  return choice.why;
}

} // namespace

TEST_CASE("the marks stand where hand-made figures put them", "[memory_choice]") {
  auto choice = choiceOf(2);
  explain(choice, true);
  CHECK(marksOf(choice) == Sentences{"256 cheapest", "512 chosen knee", "1024 fastest"});
  choice = choiceOf(2, {true, false, true, false}); // only of those that meet the objective
  explain(choice, true);
  CHECK(marksOf(choice) == Sentences{"512 chosen cheapest fastest knee"});
  choice = choiceOf(0, {false, false, false, false});
  explain(choice, true);
  CHECK(marksOf(choice) == Sentences{"128 chosen", "256 cheapest", "512 knee", "1024 fastest"});
  // More memory that makes nothing faster is not the fastest.
  choice = choiceOf(2);
  choice.points[3].meanMs = 399.8;
  explain(choice, true);
  CHECK(marksOf(choice) == Sentences{"256 cheapest", "512 chosen fastest knee"});
}

TEST_CASE("one sentence says why this memory", "[memory_choice]") {
  CHECK(whyOf(choiceOf(2)) ==
        "512 MB costs within 2 % of the cheapest, 256 MB, and answers sooner; 1,024 MB would be 10 % faster for $4.85 "
        "more a month; 256 MB would save $0.15 a month and be 100 % slower.");
  CHECK(whyOf(choiceOf(1)) == "256 MB is the cheapest size; 1,024 MB would be 55 % faster for $5.00 more a month.");
  CHECK(whyOf(choiceOf(1, {false, true, true, true})) ==
        "256 MB is the cheapest that meets the objective; 1,024 MB would be 55 % faster for $5.00 more a month.");
  CHECK(whyOf(choiceOf(0, {false, false, false, false})) ==
        "128 MB comes nearest to the objective, which no size meets; 1,024 MB would be 82 % faster for $4.00 more a "
        "month; 256 MB would save $1.00 a month and be 60 % faster.");
  CHECK(whyOf(choiceOf(3), false) == "1,024 MB was given; 256 MB would save $5.00 a month and be 122 % slower.");
}

TEST_CASE("a straight line has no knee", "[memory_choice]") {
  auto choice = choiceOf(2);
  for (auto& point : choice.points) point.meanMs = 1e6 / static_cast<double>(point.memory.inMebibytes());
  explain(choice, true);
  for (const auto& point : choice.points) CHECK_FALSE(point.knee);
}

TEST_CASE("the curve's figures are those of simulating each size by itself", "[memory_choice]") {
  const auto decision =
      tests::simulated(tests::shortScenario({"workload.work.cpu_fraction=0.6", "lambda.memory=512MB", "ec2=null"}));
  REQUIRE(decision->memoryCurve);
  const auto& choice = *decision->memoryCurve;
  CHECK(choice.points.size() == 14);
  CHECK(choice.why.starts_with("512 MB was given"));
  for (const auto& point : choice.points) {
    INFO(point.memory.inMebibytes());
    if (point.memory != mb(128) && point.memory != mb(512) && point.memory != mb(3008)) continue;
    const auto alone = tests::simulated(
        tests::shortScenario({"workload.work.cpu_fraction=0.6", "lambda.memory=" + pricing::toText(point.memory),
                              "ec2=null", fmt::format("run.horizon={}s", choice.horizonS), "run.replications=1"}));
    CHECK(point.monthlyCostUsd == alone->lambda->monthlyCostUsd.value);
    CHECK(point.meanMs == alone->lambda->latency.mean.value);
    CHECK(point.p99Ms == alone->lambda->latency.p99.value);
    CHECK(point.coldFraction == alone->lambda->coldFraction.value);
    CHECK(point.chosen == (point.memory == mb(512)));
  }
}

TEST_CASE("every report tells the choice of memory", "[memory_choice]") {
  const auto decision = tests::evaluated(tests::shortScenario({"lambda.memory=auto", "ec2=null"}));
  REQUIRE(decision->memoryCurve);
  const auto& why = decision->memoryCurve->why;
  CHECK(reportText(*decision).find(why) != std::string::npos);
  CHECK(reportMarkdown(*decision).find("## Memory of the function\n\n" + why) != std::string::npos);
  const auto html = reportHtml(*decision);
  CHECK(html.find("Lambda&#39;s cost over memory") + html.find("Lambda's cost over memory") != 2 * std::string::npos);
  CHECK(reportJson(*decision).find("\"memory_curve\": {") != std::string::npos);
  CHECK(reportCsv(*decision).find("lambda,memory 1769 MB: monthly_cost,") != std::string::npos);
  // A terminal gets fewer rows than a page.
  CHECK(reportText(*decision).size() < reportText(*decision, Detail::Everything).size());
}

TEST_CASE("where requests are too many, only the sizes beside the chosen are shown", "[memory_choice]") {
  auto scenario = tests::shortScenario({"ec2=null", "lambda.memory=1024MB", "run.horizon=7d", "run.replications=1",
                                        R"(workload.arrivals={"kind": "profile", "mean": "20/s"})"});
  const auto outcome = memoryCurve(scenario, false, tests::catalogue(), tests::threads(2), {});
  const auto& choice = std::get<std::optional<MemoryChoice>>(outcome);
  REQUIRE(choice); // 1.7 million requests a day: three sizes
  std::vector<std::int64_t> sizes;
  for (const auto& point : choice->points) sizes.push_back(point.memory.inMebibytes());
  CHECK(sizes == std::vector<std::int64_t>{768, 1024, 1536});
  scenario.workload.arrivals = workloads::scaled(scenario.workload.arrivals, 20);
  scenario.run.horizon = std::chrono::hours(25);
  CHECK_FALSE(
      std::get<std::optional<MemoryChoice>>(memoryCurve(scenario, false, tests::catalogue(), tests::threads(2), {})));
}
