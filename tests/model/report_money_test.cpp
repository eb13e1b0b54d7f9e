// What a report says about money, from bills of whole dollars made by hand: lines paid on both sides stand once and
// every column adds up; where the money goes; what committing would cost.
#include <nlohmann/json.hpp>

#include "model/report/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/support/html_outline.hpp"

namespace {

using namespace model;
using Json = nlohmann::json;

pricing::BillLine line(const char* service, const char* item, double usd, bool shared = false) {
  pricing::BillLine l;
  l.service = service;
  l.item = item;
  l.quantity = usd;
  l.unit = "thing";
  l.unitPrice = pricing::UnitPrice::dollarsPerUnit(1);
  l.amount = pricing::Money::dollars(usd);
  l.source = "a test";
  l.shared = shared;
  return l;
}

PlatformResult platform(Platform which, std::vector<pricing::BillLine> lines) {
  PlatformResult r;
  r.platform = which;
  r.configuration = which == Platform::Lambda ? "1769 MB x86_64" : "c7g.large x 2 to 20";
  r.bill.lines = std::move(lines);
  r.monthlyCostUsd.value = r.bill.total().inDollars();
  return r;
}

// Lambda 60 + 40 + 10 shared = 110; EC2 150 + 40 shared + 10 = 200 with a price of the user's own.
Decision handMade() {
  Decision d;
  d.scenario = tests::shortScenario();
  d.lambda = platform(Platform::Lambda, {line("lambda", "duration", 60), line("sqs", "requests", 40, true),
                                         line("data_transfer", "internet_out", 10, true)});
  d.ec2 = platform(Platform::Ec2, {line("ec2", "instance_hours", 150), line("sqs", "requests", 40, true),
                                   line("data_transfer", "internet_out", 10, true)});
  d.ec2->bill.lines.front().ownPrice = true;
  d.lambda->moneyParts = {{
                              "cpu",
                              "computing",
                              55,
                          },
                          {"other", "everything around compute", 50},
                          {"init", "starting", 5}};
  d.ec2->moneyParts = {{"busy", "computing", 90}, {"headroom", "free at the target", 110}};
  d.verdict = Verdict::Lambda;
  d.run.catalogueId = "aws-test";
  d.run.catalogueAsOf = "2026-01-01";
  return d;
}

Decision withCommitments() {
  auto d = handMade();
  d.lambda->commitments =
      CommitmentPlan{{{"on_demand", "", 60, 0, 42, false}, {"compute_sp_3y", "$0.1/h", 70, -10, 60, true}}, 0.3, 42};
  d.ec2->commitments = CommitmentPlan{{{"on_demand", "", 150, 0, 105, false},
                                       {"ec2_sp_3y", "$0.12/h", 90, 60, 88, false},
                                       {"standard_1y", "2 x c7g.large", 100, 50, 100, false}},
                                      0.3,
                                      105};
  d.reasons.push_back({"commitments_agree", "If both sides committed, nothing would change."});
  d.reasons.push_back({"cost_gap", "Lambda is cheaper."});
  return d;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// The first table behind a heading.
Table tableBelow(const Decision& decision, const std::string& heading) {
  bool below = false;
  for (const auto& block : reportBlocks(decision, Detail::Everything)) {
    if (const auto* title = std::get_if<Heading>(&block)) below = title->text.starts_with(heading);
    if (const auto* table = std::get_if<Table>(&block); below && table) return *table;
  }
  FAIL("no table below " << heading);
  return {};
}

double dollarsIn(const std::string& cell) { return std::stod(cell.substr(cell.find('$') + 1)); }

// Sum of the rows above the last, and the last.
std::pair<double, double> sumAndTotal(const Table& table, std::size_t column) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < table.rows.size(); ++i) sum += dollarsIn(table.rows[i][column]);
  return {sum, dollarsIn(table.rows.back()[column])};
}

} // namespace

TEST_CASE("lines paid on both sides stand once, and every column adds up", "[report]") {
  const auto d = handMade();
  const auto shared = tableBelow(d, "Paid on both sides");
  REQUIRE(shared.rows.size() == 3);
  CHECK(sumAndTotal(shared, 4) == std::pair{50.0, 50.0});
  const auto lambda = tableBelow(d, "Lambda's bill"), ec2 = tableBelow(d, "EC2's bill");
  CHECK(sumAndTotal(lambda, 4) == std::pair{110.0, 110.0});
  CHECK(sumAndTotal(ec2, 4) == std::pair{200.0, 200.0});
  CHECK(lambda.rows[1].front() == "shared lines");
  for (const auto& report : {reportText(d), reportMarkdown(d), reportHtml(d)}) {
    CHECK(count(report, "sqs, requests") == 1);
    CHECK(count(report, "shared lines") == 3);
  }
}

TEST_CASE("without shared lines or without a second platform there is no such block", "[report]") {
  auto alone = handMade();
  alone.ec2.reset();
  for (auto& l : alone.lambda->bill.lines) l.shared = false;
  CHECK_FALSE(contains(reportText(alone), "Paid on both sides"));
  CHECK_FALSE(contains(reportText(alone), "shared lines"));
  CHECK(sumAndTotal(tableBelow(alone, "Lambda's bill"), 4) == std::pair{110.0, 110.0});
}

TEST_CASE("the JSON marks shared lines and own prices and keeps every line", "[report]") {
  const auto platforms = Json::parse(reportJson(handMade())).at("platforms");
  const auto& lines = platforms.at("ec2").at("monthly_cost_usd").at("lines");
  REQUIRE(lines.size() == 3);
  CHECK_FALSE(lines[0].contains("shared"));
  CHECK(lines[0].at("own_price") == true);
  CHECK(lines[1].at("shared") == true);
  CHECK_FALSE(lines[1].contains("own_price"));
}

TEST_CASE("an own price has a mark and the mark an explanation", "[report]") {
  CHECK(contains(reportText(handMade()), "*$1"));
  CHECK(contains(reportText(handMade()), "* your own price, discount or entry."));
  auto list = handMade();
  list.ec2->bill.lines.front().ownPrice = false;
  CHECK_FALSE(contains(reportText(list), "* your own price"));
}

// ---- where the money goes ----

TEST_CASE("the parts of each bill stand with their shares", "[report]") {
  const auto d = handMade();
  const auto table = tableBelow(d, "Where the money goes");
  REQUIRE(table.rows.size() == 3 + 1 + 2 + 1);
  CHECK(table.rows[0] == std::vector<std::string>{"Lambda", "cpu", "computing", "$55.00", "50 %"});
  CHECK(table.rows[3] == std::vector<std::string>{"Lambda", "total", "the bill", "$110.00", "100 %"});
  CHECK(table.rows[5] == std::vector<std::string>{"EC2", "headroom", "free at the target", "$110.00", "55 %"});
  CHECK(table.rows[6] == std::vector<std::string>{"EC2", "total", "the bill", "$200.00", "100 %"});
  for (const auto& report : {reportText(d), reportMarkdown(d), reportHtml(d)})
    CHECK(contains(report, "Where the money goes"));
  auto nothing = d;
  nothing.lambda->moneyParts.clear();
  nothing.ec2->moneyParts.clear();
  CHECK_FALSE(contains(reportHtml(nothing), "Where the money goes"));
}

TEST_CASE("the page draws a bar for each platform to one scale", "[report]") {
  const auto html = reportHtml(handMade());
  const tests::HtmlOutline outline(html);
  CHECK(outline.fault() == "");
  CHECK(contains(html, "aria-label=\"Each bill by what it was paid for\""));
  CHECK(count(html, "class=\"p lambda\"") == 2 * 3); // in the bar and in its legend
  CHECK(count(html, "class=\"p ec2\"") == 2 * 2);
  CHECK(contains(html, "x=\"0.0\" y=\"51.0\" width=\"236.5\"")); // 55 of 200 dollars, of 860
  CHECK(contains(html, "width=\"473.0\""));                      // 110 of 200
}

TEST_CASE("JSON and CSV carry the parts", "[report]") {
  const auto d = handMade();
  const auto parts = Json::parse(reportJson(d)).at("platforms").at("lambda").at("money_parts");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0] == Json({{"code", "cpu"}, {"meaning", "computing"}, {"usd", 55.0}, {"share", 0.5}}));
  CHECK(contains(reportCsv(d), "ec2,money: headroom,110,0,USD\n"));
  auto nothing = d;
  nothing.lambda->moneyParts.clear();
  CHECK_FALSE(Json::parse(reportJson(nothing)).at("platforms").at("lambda").contains("money_parts"));
}

// ---- commitments ----

TEST_CASE("each side's cheapest commitment and what a drop would cost are said in a sentence", "[report]") {
  const auto d = withCommitments();
  for (const auto& report : {reportText(d), reportMarkdown(d), reportHtml(d)}) {
    CHECK(contains(report, "Lambda: no commitment is cheaper than on demand for this usage."));
    CHECK(contains(report, "EC2: ec2_sp_3y ($0.12/h) is the cheapest commitment and saves $60.00 a month against on "
                           "demand. If traffic fell by 30 %, it would still cost $88.00 a month, $17.00 less than on "
                           "demand then."));
    CHECK(count(report, "If both sides committed, nothing would change.") == 1); // not among the reasons as well
  }
  auto exposed = d;
  exposed.ec2->commitments->options[1].monthlyUsdAfterDrop = 110;
  CHECK(contains(reportText(exposed), "it would still cost $110.00 a month, $5.00 more than on demand then."));
}

TEST_CASE("the options stand in a table, proxies marked", "[report]") {
  const auto table = tableBelow(withCommitments(), "Commitments");
  CHECK(table.columns.back().title == "a month after 30 % less traffic");
  REQUIRE(table.rows.size() == 5);
  CHECK(table.rows[1] == std::vector<std::string>{"Lambda", "compute_sp_3y", "$0.1/h", "~$70.00", "-$10.00", "$60.00"});
  CHECK(table.rows[2] == std::vector<std::string>{"EC2", "on_demand", "", "$150.00", "–", "$105.00"});
  CHECK_FALSE(contains(reportText(handMade()), "Commitments"));
}

TEST_CASE("JSON and CSV carry the commitments", "[report]") {
  const auto d = withCommitments();
  const auto plan = Json::parse(reportJson(d)).at("platforms").at("ec2").at("commitments");
  CHECK(plan.at("traffic_drop") == 0.3);
  CHECK(plan.at("on_demand_usd_after_drop") == 105);
  REQUIRE(plan.at("options").size() == 3);
  CHECK(plan.at("options")[1] == Json({{"name", "ec2_sp_3y"},
                                       {"commitment", "$0.12/h"},
                                       {"monthly_usd", 90.0},
                                       {"saving_usd", 60.0},
                                       {"monthly_usd_after_drop", 88.0}}));
  CHECK(contains(reportCsv(d), "ec2,commitment: standard_1y,100,0,USD\n"));
  CHECK(contains(reportCsv(d), "lambda,commitment after drop: compute_sp_3y,60,0,USD\n"));
}

// ---- the run ----

TEST_CASE("the run record says which rules and whose prices billed", "[report]") {
  auto d = handMade();
  CHECK(contains(reportText(d), "prices aws-test as of 2026-01-01, scenario"));
  CHECK(Json::parse(reportJson(d)).at("run").at("catalogue").size() == 2);
  d.run.rulesDay = "2025-07-01";
  d.run.privatePrices = "edp.json";
  CHECK(contains(reportText(d),
                 "prices aws-test as of 2026-01-01, rules of 2025-07-01, own prices from edp.json, scenario"));
  const auto catalogue = Json::parse(reportJson(d)).at("run").at("catalogue");
  CHECK(catalogue.at("rules_of") == "2025-07-01");
  CHECK(catalogue.at("own_prices") == "edp.json");
}

TEST_CASE("payback stands in the JSON beside the saving", "[report]") {
  auto d = handMade();
  CHECK_FALSE(Json::parse(reportJson(d)).at("decision").contains("payback"));
  d.payback = Payback{6000, 7.5};
  CHECK(Json::parse(reportJson(d)).at("decision").at("payback") == Json({{"migration_usd", 6000.0}, {"months", 7.5}}));
  d.payback->months.reset();
  CHECK_FALSE(Json::parse(reportJson(d)).at("decision").at("payback").contains("months"));
}
