// Every report of small decisions: it says the verdict and the bills, holds no number that is none, and is well formed
// whatever a scenario calls itself.
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/decisions.hpp"
#include "tests/support/html_outline.hpp"

namespace {

using namespace model;
using Json = nlohmann::json;
using tests::evaluated;
using tests::HtmlOutline;
using tests::shortScenario;
using tests::simulated;

const std::string kHostileName = R"(<script>&" | `x` *y*)";

const Decision& small() {
  static const auto decision = [] {
    auto scenario = shortScenario({"lambda.memory=auto", "run.horizon=600s", "objective.p99=900ms"});
    scenario.name = kHostileName;
    return evaluated(scenario);
  }();
  return *decision;
}

// Decisions of unusual shape.
std::vector<std::shared_ptr<const Decision>> unusual() {
  return {simulated(shortScenario()),
          simulated(shortScenario({"ec2=null"})),
          evaluated(shortScenario({"lambda=null"})),
          evaluated(shortScenario({"workload.response_size=7MB", "ec2=null"})), // nothing is left to look at
          simulated(shortScenario({"lambda.timeout=1s", "ec2.request_timeout=1s",
                                   R"(workload.work={"kind": "constant", "value": "3s"})"})), // nothing completes
          simulated(shortScenario({"workload.arrivals.rate=0.0001/s"}))};                     // hardly a request
}

std::vector<std::string> everyReport(const Decision& decision) {
  return {reportText(decision),     reportText(decision, Detail::Everything),
          reportMarkdown(decision), reportHtml(decision),
          reportCsv(decision),      reportJson(decision)};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Whole words only: "M/G/infinity" is a method, not a figure.
bool holdsNoNumber(const std::string& report) {
  static const std::regex kBad(R"((^|[^A-Za-z])-?(nan|inf)([^A-Za-z]|$)|not a finite)", std::regex::icase);
  return std::regex_search(report, kBad);
}

// RFC 4180: fields split at commas outside quotes, "" is a quote.
std::vector<std::vector<std::string>> csvRows(const std::string& text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto& field = rows.back().back();
    if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += '"';
      ++i;
    } else if (text[i] == '"') {
      REQUIRE((quoted || field.empty())); // a quote opens at the start of a field only
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      rows.back().emplace_back();
    } else if (!quoted && text[i] == '\n') {
      rows.push_back({""});
    } else {
      field += text[i];
    }
  }
  REQUIRE_FALSE(quoted);
  REQUIRE(rows.back() == std::vector<std::string>{""}); // the last row is ended
  rows.pop_back();
  return rows;
}

void checkEstimate(const Json& e) {
  CHECK(e.at("value").is_number());
  CHECK(e.at("half_width").is_number());
  CHECK(e.size() == 2);
}

void checkPlatform(const Json& p) {
  for (const auto* key : {"requests", "completed"}) CHECK(p.at(key).is_number_unsigned());
  for (const auto* key : {"throttled", "timed_out", "rejected"}) CHECK(p.at("failed").at(key).is_number_unsigned());
  for (const auto* key : {"mean", "p50", "p90", "p95", "p99", "p999", "max"}) checkEstimate(p.at("latency_ms").at(key));
  CHECK(p.at("usage").is_object());
  checkEstimate(p.at("monthly_cost_usd").at("total"));
  const auto& lines = p.at("monthly_cost_usd").at("lines");
  REQUIRE(lines.is_array());
  REQUIRE_FALSE(lines.empty());
  double sum = 0;
  for (const auto& line : lines) {
    for (const auto* key : {"service", "item", "unit", "source"}) CHECK(line.at(key).is_string());
    for (const auto* key : {"quantity", "unit_price_usd", "amount_usd"}) CHECK(line.at(key).is_number());
    sum += line.at("amount_usd").get<double>();
  }
  CHECK(p.at("monthly_cost_usd").at("total").at("value").get<double>() == Approx(sum));
}

std::size_t nulls(const Json& json) {
  if (json.is_null()) return 1;
  std::size_t n = 0;
  if (json.is_structured())
    for (const auto& child : json) n += nulls(child);
  return n;
}

void checkCandidate(const Json& c) {
  CHECK(c.at("platform").is_string());
  CHECK(c.at("configuration").is_string());
  CHECK(c.at("monthly_cost_usd").is_number());
  CHECK(c.at("meets_objective").is_boolean());
  CHECK(c.at("simulated").is_boolean());
  CHECK(c.at("why").is_string());
  CHECK(c.contains("failed_fraction") == c.at("simulated").get<bool>());
}

} // namespace

TEST_CASE("every report says the verdict and what each platform's bill comes to", "[report]") {
  const auto& decision = small();
  for (const auto& report : {reportText(decision), reportMarkdown(decision), reportHtml(decision)}) {
    CHECK(contains(report, headline(decision)));
    CHECK(contains(report, pricing::display(decision.lambda->bill.total())));
    CHECK(contains(report, pricing::display(decision.ec2->bill.total())));
    CHECK(contains(report, decision.run.catalogueId));
    for (const auto& reason : decision.reasons)
      if (reason.message.find_first_of("<>\"&") == std::string::npos) CHECK(contains(report, reason.message));
  }
}

TEST_CASE("no report prints what is no number", "[report]") {
  for (const auto& report : everyReport(small())) CHECK_FALSE(holdsNoNumber(report));
  for (const auto& decision : unusual())
    for (const auto& report : everyReport(*decision)) {
      CAPTURE(report.substr(0, 400));
      CHECK_FALSE(holdsNoNumber(report));
      CHECK_FALSE(report.empty());
    }
  CHECK(holdsNoNumber("cost nan USD"));
  CHECK(holdsNoNumber("M-inf 3"));
  CHECK_FALSE(holdsNoNumber("M/G/infinity, finance"));
}

TEST_CASE("a short text leaves the defaults out, and says so", "[report]") {
  const auto brief = reportText(small()), full = reportText(small(), Detail::Everything);
  CHECK(brief.size() < full.size());
  CHECK(contains(brief, " more are defaults, each with its source"));
  CHECK_FALSE(contains(full, " more are defaults"));
  for (const auto& a : small().assumptions) CHECK(contains(full, a.path));
}

// ---- HTML ----

TEST_CASE("the page is well formed and shows a hostile name as text", "[report]") {
  const auto html = reportHtml(small());
  const HtmlOutline outline(html);
  CHECK(outline.fault() == "");
  CHECK(outline.count("script") == 0);
  CHECK(outline.count("svg") == 3u + (small().lambda->moneyParts.empty() ? 0 : 1) + (small().memoryCurve ? 2 : 0));
  CHECK(outline.count("h1") == 1);
  CHECK(contains(outline.text(), kHostileName));
  CHECK_FALSE(contains(html, "<script"));
  CHECK(contains(html, "<title>Breakeven: &lt;script&gt;&amp;&quot; | `x` *y*</title>"));
  for (const auto& decision : unusual()) CHECK(HtmlOutline(reportHtml(*decision)).fault() == "");
}

TEST_CASE("the checker of pages sees faults", "[report]") {
  CHECK(HtmlOutline("<p>a</p>").fault().empty());
  for (const auto* broken : {"<p>a", "<p>a</b></p>", "<p>a & b</p>", "<p class=x>a</p>", "</p>", "<p"})
    CHECK_FALSE(HtmlOutline(broken).fault().empty());
}

TEST_CASE("the page loads nothing", "[report]") {
  const auto html = reportHtml(small());
  static const std::regex kLoads(R"((src|href|srcset|action|data)\s*=|url\(|@import|<(link|iframe|img|object|embed))",
                                 std::regex::icase);
  CHECK_FALSE(std::regex_search(html, kLoads));
}

// ---- Markdown ----

TEST_CASE("Markdown tables are rectangular and the name stays a heading", "[report]") {
  const auto markdown = reportMarkdown(small());
  std::istringstream lines(markdown);
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(line == R"(# \<script>\&" | \`x\` *y*)");
  std::size_t columns = 0;
  while (std::getline(lines, line)) {
    if (!line.starts_with("|")) {
      columns = 0;
      continue;
    }
    std::size_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
    if (columns > 0) CHECK(bars == columns);
    columns = bars;
  }
}

// ---- JSON, contract section 4 ----

TEST_CASE("the JSON has every key of the contract with its type", "[report]") {
  const auto json = Json::parse(reportJson(small()));
  CHECK(json.at("schema_version") == 1);
  CHECK(json.at("program").at("name") == "breakeven");
  CHECK(json.at("program").at("version").is_string());
  CHECK(json.at("name") == kHostileName);
  const auto& run = json.at("run");
  for (const auto* key : {"seed", "replications", "requests"}) CHECK(run.at(key).is_number_integer());
  for (const auto* key : {"horizon_s", "wall_s", "requests_per_s"}) CHECK(run.at(key).is_number());
  CHECK(run.at("catalogue").at("id").is_string());
  CHECK(run.at("catalogue").at("as_of").is_string());
  CHECK(run.at("scenario_sha256").get<std::string>().size() == 64);

  const auto& lambda = json.at("platforms").at("lambda");
  checkPlatform(lambda);
  CHECK(lambda.at("cold_starts").at("count").is_number_unsigned());
  checkEstimate(lambda.at("cold_starts").at("fraction"));
  for (const auto* key : {"mean", "busy_mean", "idle_mean", "peak"})
    CHECK(lambda.at("environments").at(key).is_number());
  const auto& ec2 = json.at("platforms").at("ec2");
  checkPlatform(ec2);
  CHECK(ec2.at("instances").at("mean").is_number());
  CHECK(ec2.at("instances").at("peak").is_number_integer());
  checkEstimate(ec2.at("utilisation"));
}

TEST_CASE("the JSON carries the decision, the candidates and the assumptions", "[report]") {
  const auto json = Json::parse(reportJson(small()));
  const auto& decision = json.at("decision");
  const std::set<std::string> verdicts{"lambda", "ec2", "hybrid", "too_close_to_call", "neither_meets_objective"};
  CHECK(verdicts.count(decision.at("verdict").get<std::string>()) == 1);
  checkEstimate(decision.at("monthly_saving_usd"));
  CHECK(decision.at("break_even").at("requests_per_month").is_number());
  CHECK(decision.at("break_even").at("requests_per_s").is_number());
  for (const auto& reason : decision.at("reasons"))
    CHECK((reason.at("code").is_string() && reason.at("message").is_string()));
  CHECK(decision.at("drivers").is_array());
  CHECK(json.at("analytic").at("lambda").is_object());
  CHECK(json.at("analytic").at("ec2").is_object());
  REQUIRE_FALSE(json.at("assumptions").empty());
  for (const auto& a : json.at("assumptions"))
    for (const auto* key : {"path", "value", "origin", "source"}) CHECK(a.at(key).is_string());
  for (const auto& w : json.at("warnings"))
    for (const auto* key : {"code", "message", "advice"}) CHECK(w.at(key).is_string());
  REQUIRE(json.at("candidates").size() > 2);
  for (const auto& c : json.at("candidates")) checkCandidate(c);
  REQUIRE_FALSE(json.at("frontier").empty());
  for (const auto& c : json.at("frontier")) checkCandidate(c);
}

TEST_CASE("what does not apply is absent from the JSON, never null", "[report]") {
  for (const auto& decision : unusual()) {
    const auto json = Json::parse(reportJson(*decision));
    CHECK(nulls(json) == 0);
    CHECK(json.at("platforms").contains("lambda") == decision->lambda.has_value());
    CHECK(json.at("platforms").contains("ec2") == decision->ec2.has_value());
    CHECK(json.at("decision").contains("break_even") == decision->breakEven.has_value());
    CHECK(json.contains("candidates") == decision->compared);
  }
}

TEST_CASE("bytes that are no UTF-8 do not stop the JSON", "[report]") {
  auto decision = small();
  decision.scenario.name = "caf\xe9";
  CHECK(Json::parse(reportJson(decision)).at("name") == "caf\xEF\xBF\xBD");
}

// ---- CSV ----

TEST_CASE("the CSV is rectangular and holds every figure and bill line", "[report]") {
  const auto& decision = small();
  const auto rows = csvRows(reportCsv(decision));
  REQUIRE(rows.size() > 30);
  CHECK(rows.front() == std::vector<std::string>{"platform", "figure", "value", "half_width", "unit"});
  std::set<std::pair<std::string, std::string>> figures;
  for (const auto& row : rows) {
    REQUIRE(row.size() == 5);
    if (&row == &rows.front()) continue;
    CHECK((row[0] == "lambda" || row[0] == "ec2" || row[0] == "managed_instances"));
    CHECK(std::isfinite(std::stod(row[2])));
    CHECK(std::stod(row[3]) >= 0);
    CHECK(figures.emplace(row[0], row[1]).second); // each once
  }
  for (const auto* result : {&*decision.lambda, &*decision.ec2})
    for (const auto& line : result->bill.lines)
      CHECK(figures.count({std::string(name(result->platform)), "bill: " + line.service + " " + line.item}) == 1);
  CHECK(figures.count({"lambda", "cold_fraction"}) == 1);
  CHECK(figures.count({"ec2", "utilisation"}) == 1);
  for (const auto& row : rows)
    if (row[0] == "ec2" && row[1] == "latency_p99") CHECK(std::stod(row[2]) == decision.ec2->latency.p99.value);
}
