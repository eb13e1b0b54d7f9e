#include "ui/results/table_models.hpp"

#include <QApplication>
#include <QBrush>
#include <QFont>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "pricing/money.hpp"
#include "pricing/quantities.hpp"
#include "ui/appearance.hpp"
#include "ui/qt_text.hpp"
#include "ui/results/figures.hpp"

namespace ui {

namespace {

using Tone = Cell::Tone;

Cell text(std::string_view value, Tone tone = Tone::Plain) { return {toQt(value), {}, {}, tone}; }
Cell money(double usd, Tone tone = Tone::Plain) { return {dollars(usd), usd, {}, tone}; }
Cell number(double value) { return {toQt(pricing::displayCount(value)), value}; }
Cell absent() { return {QStringLiteral("–"), -1.0, {}, Tone::Muted}; }

// Hundreds of candidates that nobody had to simulate: how many, and why.
struct LeftOutGroup {
  model::Platform platform;
  model::LeftOut reason;
  qsizetype count = 0;
};
std::vector<LeftOutGroup> leftOutGroups(const std::vector<model::Candidate>& candidates) {
  std::vector<LeftOutGroup> groups;
  for (const auto& candidate : candidates) {
    if (candidate.leftOut == model::LeftOut::No) continue;
    auto group = std::ranges::find_if(
        groups, [&](const auto& g) { return g.platform == candidate.platform && g.reason == candidate.leftOut; });
    if (group == groups.end()) group = groups.insert(groups.end(), {candidate.platform, candidate.leftOut});
    ++group->count;
  }
  return groups;
}

QString leftOutWords(model::LeftOut reason) {
  switch (reason) {
  case model::LeftOut::Capacity: return QObject::tr("too small for the load");
  case model::LeftOut::Objective: return QObject::tr("cannot meet the objective");
  case model::LeftOut::Cost: return QObject::tr("cannot cost as little as what was found");
  case model::LeftOut::Latency: return QObject::tr("cannot be as fast at that cost");
  case model::LeftOut::NotNeeded: return QObject::tr("less promising");
  case model::LeftOut::No: break;
  }
  return {};
}

QVariant foreground(Tone tone) {
  const QPalette palette = QApplication::palette();
  switch (tone) {
  case Tone::Good: return QBrush(goodColour(palette));
  case Tone::Bad: return QBrush(problemColour(palette));
  case Tone::Muted: return QBrush(mutedText(palette));
  case Tone::Plain:
  case Tone::Strong: break;
  }
  return {};
}

QVariant boldFont() {
  QFont font = QApplication::font();
  font.setBold(true);
  return font;
}

// How a price came about, behind it and in its tip.
Cell unitPrice(const pricing::BillLine& line) {
  QString shown = toQt(pricing::display(line.unitPrice));
  QStringList tips;
  if (line.estimated) {
    shown += QStringLiteral(" (est.)");
    tips.append(QObject::tr("This price is derived or taken from another region."));
  }
  if (line.ownPrice) {
    shown += QStringLiteral(" (own)");
    tips.append(QObject::tr("Your own price, discount or entry."));
  }
  return {shown, line.unitPrice.inDollarsPerUnit(), tips.join(u'\n')};
}

std::vector<Cell> billRow(const QString& platform, const pricing::BillLine& line) {
  return {{platform},
          text(line.service + ", " + line.item),
          number(line.quantity),
          text(line.unit),
          unitPrice(line),
          money(line.amount.inDollars()),
          {(line.estimated ? QObject::tr("estimated: ") : QString()) + toQt(line.source), {}, toQt(line.source)}};
}

// Digit by digit, because a replay may be off by one of many.
Cell exactCount(double count) { return {QLocale(QLocale::English).toString(count, 'f', 0), count}; }

std::vector<Cell> replayRow(const QString& figure, std::optional<double> recorded, double replayed) {
  std::vector<Cell> row{{figure}, {QObject::tr("not recorded"), -1.0, {}, Tone::Muted}, exactCount(replayed), absent()};
  if (!recorded) return row;
  row[ReplayTableModel::Recorded] = exactCount(*recorded);
  if (*recorded <= 0 || replayed <= 0) return row; // a share of nothing, or none by nature
  const double difference = replayed / *recorded - 1;
  row[ReplayTableModel::Difference] = {toQt(pricing::displayPercent(difference)), std::fabs(difference)};
  return row;
}

std::vector<Cell> sumRow(const QString& platform, const QString& title, double usd, Tone tone) {
  return {{platform, {}, {}, tone}, {title, {}, {}, tone}, {{}, 0.0}, {}, {{}, 0.0}, money(usd, tone), {}};
}

} // namespace

DecisionTableModel::DecisionTableModel(std::vector<Column> columns, QObject* parent)
    : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

void DecisionTableModel::setDecision(std::shared_ptr<const model::Decision> decision) {
  beginResetModel();
  m_decision = std::move(decision);
  m_rows = m_decision ? rowsOf(*m_decision) : std::vector<Row>{};
  endResetModel();
}

int DecisionTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DecisionTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant DecisionTableModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const Cell& cell = m_rows[static_cast<std::size_t>(index.row())][static_cast<std::size_t>(index.column())];
  switch (role) {
  case Qt::DisplayRole: return cell.text;
  case SortRole: return cell.sortKey.isNull() ? QVariant(cell.text) : cell.sortKey;
  case Qt::ToolTipRole: return cell.tip.isEmpty() ? QVariant() : QVariant(cell.tip);
  case Qt::ForegroundRole: return foreground(cell.tone);
  case Qt::FontRole: return cell.tone == Tone::Strong ? boldFont() : QVariant();
  case Qt::TextAlignmentRole:
    return int((m_columns[static_cast<std::size_t>(index.column())].number ? Qt::AlignRight : Qt::AlignLeft) |
               Qt::AlignVCenter);
  default: return {};
  }
}

QVariant DecisionTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const Column& column = m_columns[static_cast<std::size_t>(section)];
  switch (role) {
  case Qt::DisplayRole: return column.title;
  case Qt::ToolTipRole: return column.tip.isEmpty() ? QVariant() : QVariant(column.tip);
  case Qt::TextAlignmentRole: return int((column.number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  default: return {};
  }
}

BillTableModel::BillTableModel(QObject* parent)
    : DecisionTableModel({{tr("Platform")},
                          {tr("Line")},
                          {tr("Quantity"), tr("Of a month"), true},
                          {tr("Unit")},
                          {tr("Unit price"), tr("USD; of a tiered price the mean"), true},
                          {tr("Amount"), tr("USD a month"), true},
                          {tr("Price source")}},
                         parent) {}

// What both platforms pay the same stands first and once; each platform's sum counts it in.
std::vector<DecisionTableModel::Row> BillTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  double shared = 0;
  if (decision.lambda && decision.ec2)
    for (const auto& line : decision.lambda->bill.lines) {
      if (!line.shared) continue;
      rows.push_back(billRow(tr("both"), line));
      shared += line.amount.inDollars();
    }
  const bool once = !rows.empty();
  for (const auto platform : kPlatforms) {
    const auto* result = resultOf(decision, platform);
    if (!result) continue;
    const QString title = platformTitle(platform);
    const bool compared = platform == model::Platform::Lambda || platform == model::Platform::Ec2; // the two sides
    for (const auto& line : result->bill.lines)
      if (!once || !line.shared) rows.push_back(billRow(title, line));
    if (once && compared) rows.push_back(sumRow(title, tr("What both pay"), shared, Tone::Muted));
    rows.push_back(sumRow(title, tr("Total"), result->bill.total().inDollars(), Tone::Strong));
  }
  return rows;
}

MoneyTableModel::MoneyTableModel(QObject* parent)
    : DecisionTableModel({{tr("Platform")},
                          {tr("Paid for")},
                          {tr("Amount"), tr("USD a month"), true},
                          {tr("Share"), tr("Of the platform's bill"), true}},
                         parent) {}

std::vector<DecisionTableModel::Row> MoneyTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto platform : kPlatforms) {
    const auto* result = resultOf(decision, platform);
    if (!result) continue;
    const double total = result->bill.total().inDollars();
    for (const auto& part : result->moneyParts) {
      const double share = total > 0 ? part.usd / total : 0;
      rows.push_back({{platformTitle(platform)},
                      {toQt(part.meaning), {}, toQt(part.code)},
                      money(part.usd),
                      {toQt(pricing::displayPercent(share)), share}});
    }
  }
  return rows;
}

CommitmentTableModel::CommitmentTableModel(QObject* parent)
    : DecisionTableModel({{tr("Platform")},
                          {tr("Option")},
                          {tr("Commitment")},
                          {tr("Cost a month"), tr("USD; of the usage that can be committed to"), true},
                          {tr("Saving"), tr("Against on demand, USD a month"), true},
                          {tr("After a drop"), tr("The same commitment when traffic falls, USD a month"), true},
                          {tr("Saving then"),
                           tr("Against on demand at the lower traffic, USD a month; below zero it costs more"), true}},
                         parent) {}

std::vector<DecisionTableModel::Row> CommitmentTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto platform : kPlatforms) {
    const auto* result = resultOf(decision, platform);
    if (!result || !result->commitments) continue;
    const auto& plan = *result->commitments;
    for (const auto& option : plan.options) {
      const double then = plan.onDemandUsdAfterDrop - option.monthlyUsdAfterDrop;
      const QString title = toQt(option.name).replace(u'_', u' ') + (option.estimated ? tr(" (est.)") : QString());
      rows.push_back({{platformTitle(platform)},
                      {title, {}, option.estimated ? tr("Some rate is a proxy, not a list price.") : QString()},
                      option.commitment.empty() ? absent() : text(option.commitment),
                      money(option.monthlyUsd),
                      money(option.savingUsd, option.savingUsd > 0 ? Tone::Good : Tone::Plain),
                      money(option.monthlyUsdAfterDrop),
                      money(then, then < 0 ? Tone::Bad : Tone::Plain)});
    }
  }
  return rows;
}

CandidateTableModel::CandidateTableModel(QObject* parent)
    : DecisionTableModel({{tr("Platform")},
                          {tr("Configuration")},
                          {tr("Cost a month"), tr("USD"), true},
                          {tr("p99"), tr("Response time that 99 % of completed requests stay within"), true},
                          {tr("Failed"), tr("Divided by attempts"), true},
                          {tr("Objective")},
                          {tr("Frontier"), tr("No other candidate is both cheaper and faster")},
                          {tr("Method"), tr("Simulated, or only screened by closed forms")}},
                         parent) {}

std::vector<DecisionTableModel::Row> CandidateTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto& candidate : decision.candidates) {
    if (candidate.leftOut != model::LeftOut::No) continue;
    const Cell p99 =
        candidate.p99Ms ? Cell{toQt(pricing::displaySeconds(*candidate.p99Ms / 1000)), *candidate.p99Ms} : absent();
    const Cell failed = candidate.failedFraction
                            ? Cell{toQt(pricing::displayPercent(*candidate.failedFraction)), *candidate.failedFraction}
                            : absent();
    rows.push_back({{platformTitle(candidate.platform)},
                    text(candidate.configuration, candidate.onFrontier ? Tone::Strong : Tone::Plain),
                    money(candidate.monthlyCostUsd),
                    p99,
                    failed,
                    candidate.meetsObjective
                        ? Cell{tr("✓ met"), {}, {}, Tone::Good}
                        : Cell{tr("✗ %1").arg(toQt(candidate.why)), {}, toQt(candidate.why), Tone::Bad},
                    {candidate.onFrontier ? tr("yes") : QString()},
                    {candidate.simulated ? tr("simulated") : tr("screened")}});
  }
  for (const auto& group : leftOutGroups(decision.candidates))
    rows.push_back({{platformTitle(group.platform)},
                    {tr("%1 others").arg(group.count), {}, {}, Tone::Muted},
                    absent(),
                    absent(),
                    absent(),
                    {leftOutWords(group.reason), {}, {}, Tone::Muted},
                    {},
                    {tr("left out")}});
  return rows;
}

AssumptionTableModel::AssumptionTableModel(QObject* parent)
    : DecisionTableModel({{tr("Assumption")}, {tr("Value")}, {tr("Origin")}, {tr("Source")}}, parent) {}

std::vector<DecisionTableModel::Row> AssumptionTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto& assumption : decision.assumptions) {
    const Tone tone = assumption.origin == model::Origin::Default ? Tone::Muted : Tone::Plain;
    rows.push_back({text(assumption.path),
                    text(assumption.value),
                    text(model::name(assumption.origin), tone),
                    {toQt(assumption.source), {}, toQt(assumption.source)}});
  }
  return rows;
}

WarningTableModel::WarningTableModel(QObject* parent) : DecisionTableModel({{tr("Warning")}, {tr("Advice")}}, parent) {}

std::vector<DecisionTableModel::Row> WarningTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto& warning : decision.warnings)
    rows.push_back({{toQt(warning.message), {}, toQt(warning.code)}, text(warning.advice)});
  return rows;
}

DriverTableModel::DriverTableModel(QObject* parent)
    : DecisionTableModel(
          {{tr("Input")},
           {tr("Now")},
           {tr("Varied to")},
           {tr("EC2 − Lambda"), tr("USD a month at the varied value; above zero Lambda is cheaper"), true},
           {tr("Change"), tr("Against the base case, USD a month"), true},
           {tr("Verdict")}},
          parent) {}

std::vector<DecisionTableModel::Row> DriverTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto& driver : decision.drivers) {
    const double change = driver.savingUsd - driver.baseSavingUsd;
    rows.push_back({text(driver.path),
                    text(driver.from),
                    text(driver.to),
                    money(driver.savingUsd),
                    {dollars(change), std::fabs(change)},
                    driver.flips ? Cell{tr("flips"), {}, {}, Tone::Bad} : Cell{tr("stays"), {}, {}, Tone::Muted}});
  }
  return rows;
}

IdleLifetimeTableModel::IdleLifetimeTableModel(QObject* parent)
    : DecisionTableModel({{tr("Kept idle"), tr("How long Lambda keeps an environment without a request")},
                          {tr("Cost a month"), tr("Lambda's, USD"), true},
                          {tr("Cold starts"), tr("Divided by started requests"), true},
                          {tr("p99"), tr("Response time that 99 % of completed requests stay within"), true},
                          {tr("Objective")},
                          {tr("Cheaper side"), tr("Of Lambda and EC2")}},
                         parent) {}

std::vector<DecisionTableModel::Row> IdleLifetimeTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  if (!decision.idleSensitivity) return rows;
  const auto& cases = decision.idleSensitivity->cases;
  for (const auto& c : cases) {
    const bool moves = decision.ec2 && c.cheaper != cases.front().cheaper;
    const auto cheaper = c.cheaper ? model::Platform::Lambda : model::Platform::Ec2;
    rows.push_back({{toQt(c.idleLifetime), static_cast<int>(rows.size())},
                    money(c.monthlyUsd),
                    {toQt(pricing::displayPercent(c.coldFraction)), c.coldFraction},
                    {toQt(pricing::displaySeconds(c.p99Ms / 1000)), c.p99Ms},
                    c.meetsObjective ? Cell{tr("✓ met"), {}, {}, Tone::Good} : Cell{tr("✗ missed"), {}, {}, Tone::Bad},
                    decision.ec2 ? Cell{platformTitle(cheaper), {}, {}, moves ? Tone::Bad : Tone::Plain} : absent()});
  }
  return rows;
}

ReplayTableModel::ReplayTableModel(QObject* parent)
    : DecisionTableModel({{tr("Figure")},
                          {tr("Recorded"), tr("By the log"), true},
                          {tr("Replayed"), tr("The log's own arrivals and durations, simulated once"), true},
                          {tr("Difference"), tr("Replayed over recorded"), true}},
                         parent) {}

std::vector<DecisionTableModel::Row> ReplayTableModel::rowsOf(const model::Decision& decision) const {
  if (!decision.replay) return {};
  const auto& replay = *decision.replay;
  const auto made = static_cast<double>(replay.coldStarts); // the replay begins without environments
  std::vector<Row> rows{replayRow(tr("environments"), replay.recordedEnvironments, made)};
  if (replay.recordedWarmAtFirst) rows.push_back(replayRow(tr("of them there before"), replay.recordedWarmAtFirst, 0));
  rows.push_back(replayRow(tr("cold starts"), replay.recordedColdStarts, made));
  if (replay.recordedBilledMs)
    rows.push_back(replayRow(tr("billed ms"), replay.recordedBilledMs, static_cast<double>(replay.billedMs)));
  return rows;
}

AnalyticTableModel::AnalyticTableModel(QObject* parent)
    : DecisionTableModel({{tr("Platform")},
                          {tr("Figure")},
                          {tr("Method")},
                          {tr("Closed form"), {}, true},
                          {tr("Simulated"), tr("With its 95 % interval"), true},
                          {tr("Difference"), tr("Simulated over closed form"), true},
                          {tr("Unit")}},
                         parent) {}

std::vector<DecisionTableModel::Row> AnalyticTableModel::rowsOf(const model::Decision& decision) const {
  std::vector<Row> rows;
  for (const auto& figure : decision.analytic) {
    const double difference = figure.closedForm != 0 ? figure.simulated.value / figure.closedForm - 1 : 0;
    rows.push_back(
        {{platformTitle(figure.platform)},
         text(figure.quantity),
         text(figure.method),
         number(figure.closedForm),
         {countWithInterval(figure.simulated), figure.simulated.value},
         figure.closedForm != 0 ? Cell{toQt(pricing::displayPercent(difference)), std::fabs(difference)} : absent(),
         text(figure.unit)});
  }
  return rows;
}

} // namespace ui
