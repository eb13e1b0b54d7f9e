// What a report says about money: lines that both sides pay once, each bill, where the money goes, commitments.
#include <algorithm>
#include <fmt/format.h>

#include "model/report/report.hpp"

namespace model {

namespace {

std::string marks(const pricing::BillLine& line) {
  return std::string(line.estimated ? "~" : "") + (line.ownPrice ? "*" : "");
}

Table emptyBill() {
  return {
      {{"line", false}, {"quantity", true}, {"unit", false}, {"unit price", true}, {"amount", true}, {"source", false}},
      {}};
}

// The lines that are shared or those that are not; what they come to.
pricing::Money addLines(const pricing::Bill& bill, bool shared, Table& table) {
  pricing::Money sum;
  for (const auto& line : bill.lines) {
    if (line.shared != shared) continue;
    table.rows.push_back({line.service + ", " + line.item, pricing::displayCount(line.quantity), line.unit,
                          marks(line) + pricing::display(line.unitPrice), pricing::display(line.amount), line.source});
    sum += line.amount;
  }
  return sum;
}

void addSum(const std::string& title, pricing::Money amount, Table& table) {
  table.rows.push_back({title, "", "", "", pricing::display(amount), ""});
}

// A single platform shares nothing; of two, both have the shared lines.
pricing::Money addSharedLines(const Decision& decision, std::vector<Block>& blocks) {
  if (!decision.lambda || !decision.ec2) return {};
  auto table = emptyBill();
  const auto sum = addLines(decision.lambda->bill, true, table);
  if (table.rows.empty()) return {};
  addSum("shared lines", sum, table);
  blocks.push_back(Heading{"Paid on both sides"});
  blocks.push_back(Paragraph{"These lines are the same whichever side serves; each total below includes them."});
  blocks.push_back(std::move(table));
  return sum;
}

void addMeaningOfMarks(const Decision& decision, std::vector<Block>& blocks) {
  const auto any = [&](bool pricing::BillLine::*flag) {
    return std::ranges::any_of(present(decision), [flag](const PlatformResult* result) {
      return std::ranges::any_of(result->bill.lines, flag);
    });
  };
  if (any(&pricing::BillLine::estimated))
    blocks.push_back(Paragraph{"~ estimated: derived from a related price, see its source."});
  if (any(&pricing::BillLine::ownPrice)) blocks.push_back(Paragraph{"* your own price, discount or entry."});
}

// ---- where the money goes ----

std::string share(double part, double whole) { return pricing::displayPercent(whole > 0 ? part / whole : 0); }

void addParts(const PlatformResult& result, Table& table) {
  const auto title = platformTitle(result.platform);
  double sum = 0;
  for (const auto& part : result.moneyParts) sum += part.usd;
  for (const auto& part : result.moneyParts)
    table.rows.push_back({title, part.code, part.meaning, dollars(part.usd), share(part.usd, sum)});
  table.rows.push_back({title, "total", "the bill", dollars(sum), share(sum, sum)});
}

Bars::Bar barOf(const PlatformResult& result) {
  const double total = result.bill.total().inDollars();
  Bars::Bar bar{fmt::format("{}: {} a month", platformTitle(result.platform), dollars(total)), result.platform, {}};
  for (const auto& part : result.moneyParts)
    bar.parts.push_back({fmt::format("{} {}", part.code, share(part.usd, total)), part.usd});
  return bar;
}

// ---- commitments ----

bool isOnDemand(const CommitmentOption& option) { return option.commitment.empty(); }

// The cheapest one; nothing when on demand is.
const CommitmentOption* cheapestCommitment(const CommitmentPlan& plan) {
  const CommitmentOption* best = nullptr;
  for (const auto& option : plan.options)
    if (!isOnDemand(option) && option.savingUsd > 0 && (!best || option.monthlyUsd < best->monthlyUsd)) best = &option;
  return best;
}

std::string commitmentSentence(const PlatformResult& result) {
  const auto& plan = *result.commitments;
  const auto who = platformTitle(result.platform);
  const auto* best = cheapestCommitment(plan);
  if (!best) return fmt::format("{}: no commitment is cheaper than on demand for this usage.", who);
  const double lost = best->monthlyUsdAfterDrop - plan.onDemandUsdAfterDrop;
  return fmt::format(
      "{}: {} ({}) is the cheapest commitment and saves {} a month against on demand. If traffic fell by "
      "{}, it would still cost {} a month, {} {} than on demand then.",
      who, best->name, best->commitment, dollars(best->savingUsd), pricing::displayPercent(plan.trafficDrop),
      dollars(best->monthlyUsdAfterDrop), dollars(std::abs(lost)), lost > 0 ? "more" : "less");
}

Table commitmentTable(const std::vector<const PlatformResult*>& results) {
  const double drop = results.front()->commitments->trafficDrop;
  Table table{{{"platform", false},
               {"option", false},
               {"commitment", false},
               {"a month", true},
               {"saving", true},
               {fmt::format("a month after {} less traffic", pricing::displayPercent(drop)), true}},
              {}};
  for (const auto* result : results)
    for (const auto& option : result->commitments->options)
      table.rows.push_back({platformTitle(result->platform), option.name, option.commitment,
                            (option.estimated ? "~" : "") + dollars(option.monthlyUsd),
                            isOnDemand(option) ? "–" : dollars(option.savingUsd), dollars(option.monthlyUsdAfterDrop)});
  return table;
}

} // namespace

void addBills(const Decision& decision, std::vector<Block>& blocks) {
  const auto shared = addSharedLines(decision, blocks);
  for (const auto* result : present(decision)) {
    blocks.push_back(Heading{fmt::format("{}'s bill for a month of {} h", platformTitle(result->platform),
                                         decision.scenario.hoursPerMonth)});
    auto table = emptyBill();
    addLines(result->bill, false, table);
    // Only the two sides are held against each other; others list all their lines.
    const bool side = result->platform == Platform::Lambda || result->platform == Platform::Ec2;
    if (shared.inDollars() != 0 && side) addSum("shared lines", shared, table);
    addSum("total", result->bill.total(), table);
    blocks.push_back(std::move(table));
  }
  addMeaningOfMarks(decision, blocks);
}

void addMoneyParts(const Decision& decision, std::vector<Block>& blocks) {
  Table table{
      {{"platform", false}, {"part", false}, {"paid for", false}, {"a month", true}, {"share of the bill", true}}, {}};
  Bars bars{"Each bill by what it was paid for", {}};
  for (const auto* result : present(decision)) {
    if (result->moneyParts.empty()) continue;
    addParts(*result, table);
    bars.bars.push_back(barOf(*result));
  }
  if (table.rows.empty()) return;
  blocks.push_back(Heading{"Where the money goes"});
  blocks.push_back(std::move(bars));
  blocks.push_back(std::move(table));
}

bool isAboutCommitments(const Reason& reason) { return reason.code.starts_with("commitments_"); }

void addCommitments(const Decision& decision, std::vector<Block>& blocks) {
  std::vector<const PlatformResult*> results;
  for (const auto* result : present(decision))
    if (result->commitments && !result->commitments->options.empty()) results.push_back(result);
  if (results.empty()) return;
  blocks.push_back(Heading{"Commitments"});
  BulletList sentences;
  for (const auto* result : results) sentences.items.push_back(commitmentSentence(*result));
  for (const auto& reason : decision.reasons)
    if (isAboutCommitments(reason)) sentences.items.push_back(reason.message);
  blocks.push_back(std::move(sentences));
  blocks.push_back(commitmentTable(results));
}

} // namespace model
