#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "pricing/billing.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

BillLine line(std::string item, double quantity, std::string unit, double usd, std::string source,
              bool estimated = false) {
  return {"lambda",
          std::move(item),
          quantity,
          std::move(unit),
          UnitPrice::dollarsPerUnit(usd),
          Money::dollars(usd * quantity),
          std::move(source),
          estimated};
}

Bill smallBill() {
  return {{line("requests_free_tier", 1e6, "request", 0, "pricing page (L1), 2026-09-28"),
           line("requests", 2'000'000, "request", 0.0000002, "price feed (L1), 2025-10-30"),
           line("duration", 140'000, "GB-s", 0.0000166667, "price feed (L1), 2025-10-30"),
           line("durable_stored", 0.25, "GB-month", 0.15, "price list (L2), 2026-09-19", true)}};
}

// A field list as a spreadsheet reads one CSV row.
std::vector<std::string> fieldsOf(const std::string& row) {
  std::vector<std::string> fields(1);
  bool inside = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"' && inside && i + 1 < row.size() && row[i + 1] == '"')
      fields.back() += row[++i];
    else if (row[i] == '"')
      inside = !inside;
    else if (row[i] == ',' && !inside)
      fields.emplace_back();
    else
      fields.back() += row[i];
  }
  return fields;
}

} // namespace

TEST_CASE("a bill in the terminal: aligned, estimates marked, sources numbered", "[bill_report]") {
  CHECK(billText(smallBill()) ==
        "service  item                 quantity  unit         unit price  amount  source\n"
        "lambda   requests_free_tier  1,000,000  request              $0   $0.00  [1]\n"
        "lambda   requests            2,000,000  request      $0.0000002   $0.40  [2]\n"
        "lambda   duration              140,000  GB-s      $0.0000166667   $2.33  [2]\n"
        "lambda   durable_stored           0.25  GB-month         ~$0.15  ~$0.04  [3]\n"
        "total                                                            ~$2.77\n"
        "\n"
        "~ estimated: derived from other prices, or taken from another region; not a list price\n"
        "\n"
        "prices:\n"
        "[1] pricing page (L1), 2026-09-28\n"
        "[2] price feed (L1), 2025-10-30\n"
        "[3] price list (L2), 2026-09-19\n");
  CHECK(billText(Bill{}) == "service  item  quantity  unit  unit price  amount  source\n"
                            "total                                       $0.00\n");
}

TEST_CASE("names from a file cannot move the cursor or break the columns", "[bill_report]") {
  const Bill bill{{line("duration (\x1b[31m\xc3\xbc\n)", 1, "GB-s", 1, "s")}};
  const auto text = billText(bill);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("duration ( [31m\xc3\xbc )         1  GB-s          $1   $1.00  [1]\n") != std::string::npos);
  const Bill piped{{line("duration (a|b)", 1, "GB-s", 1, "s")}};
  CHECK(billMarkdown(piped).find("duration (a\\|b)") != std::string::npos);
}

TEST_CASE("a bill as Markdown", "[bill_report]") {
  CHECK(billMarkdown(smallBill()) ==
        "| service | item | quantity | unit | unit price | amount | source |\n"
        "| --- | --- | ---: | --- | ---: | ---: | --- |\n"
        "| lambda | requests_free_tier | 1,000,000 | request | $0 | $0.00 | [1] |\n"
        "| lambda | requests | 2,000,000 | request | $0.0000002 | $0.40 | [2] |\n"
        "| lambda | duration | 140,000 | GB-s | $0.0000166667 | $2.33 | [2] |\n"
        "| lambda | durable_stored | 0.25 | GB-month | ~$0.15 | ~$0.04 | [3] |\n"
        "| **total** |  |  |  |  | **~$2.77** |  |\n"
        "\n"
        "\\~ estimated: derived from other prices, or taken from another region; not a list price\n"
        "\n"
        "[1] pricing page (L1), 2026-09-28  \n"
        "[2] price feed (L1), 2025-10-30  \n"
        "[3] price list (L2), 2026-09-19\n");
}

TEST_CASE("a bill as CSV: quoted as RFC 4180 asks, and it adds up", "[bill_report]") {
  auto bill = smallBill();
  bill.lines.push_back(line("duration (\"odd\", name)", 1.5, "GB-s", 0.000000014, "x, y"));
  const auto csv = billCsv(bill);
  std::istringstream rows(csv);
  std::string row;
  std::getline(rows, row);
  CHECK(row == "service,item,quantity,unit,unit_price_usd,amount_usd,estimated,own_price,source");
  double sum = 0;
  std::size_t count = 0;
  while (std::getline(rows, row)) {
    const auto fields = fieldsOf(row);
    REQUIRE(fields.size() == 9);
    CHECK(fields[1] == bill.lines[count].item);
    CHECK(fields[8] == bill.lines[count].source);
    sum += std::stod(fields[5]);
    ++count;
  }
  CHECK(count == bill.lines.size());
  CHECK(sum == Approx(bill.total().inDollars()).margin(1e-9));
  const std::string last =
      "lambda,\"duration (\"\"odd\"\", name)\",1.5,GB-s,0.000000014,0.000000021,false,false,\"x, y\"\n";
  CHECK(csv.ends_with(last));
}

TEST_CASE("a bill as JSON: keys and order of the contract", "[bill_report]") {
  const auto text = billJson(smallBill());
  const auto json = nlohmann::ordered_json::parse(text);
  CHECK(json.at("total_usd").get<double>() == smallBill().total().inDollars());
  REQUIRE(json.at("lines").size() == 4);
  std::string keys;
  for (const auto& [key, unused] : json.at("lines").at(3).items()) keys += key + ' ';
  CHECK(keys == "service item quantity unit unit_price_usd amount_usd estimated own_price source ");
  CHECK(json.at("lines").at(3).at("estimated").get<bool>());
  CHECK(json.at("lines").at(2).at("amount_usd").get<double>() == 140'000 * 0.0000166667);
  CHECK(text.find("total_usd") < text.find("lines"));
  CHECK(billJson(Bill{}) == "{\n  \"total_usd\": 0.0,\n  \"lines\": []\n}\n");
}

TEST_CASE("own prices are marked, and services are summed when there are several", "[bill_report]") {
  auto bill = smallBill();
  bill.lines[1].ownPrice = true;
  bill.lines.push_back(line("hours", 10, "hour", 0.1, "12 % private discount (EDP) on feed (E1), 2026-07-20"));
  bill.lines.back().service = "ec2";
  bill.lines.back().ownPrice = true;
  const auto text = billText(bill);
  INFO(text);
  CHECK(text.find("*$0.0000002") != std::string::npos);
  CHECK(text.find("\nall lambda" + std::string(58, ' ') + "~*$2.77\n") != std::string::npos);
  CHECK(text.find("\nall ec2" + std::string(62, ' ') + "*$1.00\n") != std::string::npos);
  CHECK(text.find("\ntotal" + std::string(63, ' ') + "~*$3.77\n") != std::string::npos);
  CHECK(text.find("\n\n~ estimated: ") != std::string::npos);
  CHECK(text.find("\n* own price: a private price, a discount, an override or an entry of the user's\n\nprices:") !=
        std::string::npos);
  const auto markdown = billMarkdown(bill);
  CHECK(markdown.find("| *all ec2* |  |  |  |  | \\*$1.00 |  |\n") != std::string::npos);
  CHECK(markdown.find("\n\\* own price: ") != std::string::npos);
  const auto html = billHtml(bill);
  CHECK(html.find("<td>all ec2</td>") != std::string::npos);
  CHECK(html.find("<p>* own price: ") != std::string::npos);
  CHECK(billCsv(bill).find("ec2,hours,10,hour,0.1,1,false,true,") != std::string::npos);
  CHECK(nlohmann::json::parse(billJson(bill)).at("lines").at(4).at("own_price").get<bool>());
}

TEST_CASE("thousands of lines and tiny amounts add up to the total", "[bill_report]") {
  Bill bill;
  for (int i = 1; i <= 5000; ++i) {
    const double usd = i % 3 == 0 ? 1e-13 / i : i % 3 == 1 ? 0.0000166667 * i / 7 : 1234.5 / i;
    bill.lines.push_back(line("line", i * 0.37, "unit", usd, "s"));
  }
  std::istringstream rows(billCsv(bill));
  std::string row;
  std::getline(rows, row);
  double sum = 0;
  for (std::size_t i = 0; std::getline(rows, row); ++i) {
    const auto amount = fieldsOf(row)[5];
    CHECK(amount.find('e') == std::string::npos);
    CHECK(std::stod(amount) == bill.lines[i].amount.inDollars());
    sum += std::stod(amount);
  }
  CHECK(sum == bill.total().inDollars());
  const auto json = nlohmann::json::parse(billJson(bill));
  double lines = 0;
  for (const auto& each : json.at("lines")) lines += each.at("amount_usd").get<double>();
  CHECK(std::abs(lines - json.at("total_usd").get<double>()) <= 1e-9);
  CHECK(std::abs(sum - json.at("total_usd").get<double>()) <= 1e-9);
}
