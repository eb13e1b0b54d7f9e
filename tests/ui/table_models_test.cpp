#include "ui/results/table_models.hpp"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"
#include "ui/results/data_table.hpp"
#include "ui/results/figures.hpp"

namespace {

QString text(const QAbstractItemModel& model, int row, int column) {
  return model.index(row, column).data().toString();
}
QVariant sortKey(const QAbstractItemModel& model, int row, int column) {
  return model.index(row, column).data(ui::SortRole);
}

} // namespace

TEMPLATE_TEST_CASE("A table model keeps the rules of item models", "[ui][tables]", ui::BillTableModel,
                   ui::CandidateTableModel, ui::AssumptionTableModel, ui::WarningTableModel, ui::DriverTableModel,
                   ui::AnalyticTableModel, ui::MoneyTableModel, ui::CommitmentTableModel, ui::IdleLifetimeTableModel,
                   ui::ReplayTableModel) {
  TestType model;
  QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  CHECK(model.rowCount() == 0);
  model.setDecision(tests::sharedDecision());
  CHECK(model.rowCount() > 0);
  for (int row = 0; row < model.rowCount(); ++row)
    for (int column = 0; column < model.columnCount(); ++column) {
      CHECK(model.index(row, column).data(Qt::DisplayRole).isValid());
      CHECK(model.index(row, column).data(ui::SortRole).isValid());
    }
  model.setDecision(std::make_shared<const model::Decision>());
  CHECK(model.rowCount() == 0);
  model.setDecision(nullptr);
  CHECK(model.rowCount() == 0);
}

TEST_CASE("The bill lists every platform with its total and marks estimated prices", "[ui][tables]") {
  using Bill = ui::BillTableModel;
  Bill model;
  const auto decision = tests::sharedDecision();
  model.setDecision(decision);
  REQUIRE(model.rowCount() == 2 + 1 + 5 + 1 + 3 + 1);
  CHECK(text(model, 0, Bill::Platform) == "Lambda");
  CHECK(text(model, 0, Bill::Quantity) == "263 M");
  CHECK(text(model, 0, Bill::UnitPrice) == "$0.0000002");
  CHECK(text(model, 0, Bill::Amount) == "$52.56");
  CHECK(sortKey(model, 0, Bill::Amount).toDouble() == Approx(52.56));
  CHECK(text(model, 2, Bill::Line) == "Total");
  CHECK(sortKey(model, 2, Bill::Amount).toDouble() == Approx(decision->lambda->bill.total().inDollars()));
  CHECK(text(model, 7, Bill::UnitPrice) == "$0.005 (est.)");
  CHECK(text(model, 7, Bill::Source).startsWith("estimated: "));
  CHECK_FALSE(text(model, 6, Bill::UnitPrice).contains("est"));
  CHECK(text(model, 9, Bill::Platform) == "Managed Instances");
  CHECK(text(model, 11, Bill::Line) == "lambda_managed_instances, management_fee (m8g.large)");
  CHECK(text(model, 11, Bill::Amount) == "$108.12");
  CHECK(text(model, 12, Bill::Line) == "Total");
  CHECK(text(model, 12, Bill::Amount) == "$881.45");
}

TEST_CASE("What both platforms pay stands once and counts for each", "[ui][tables]") {
  using Bill = ui::BillTableModel;
  auto decision = std::make_shared<model::Decision>(tests::plausibleDecision());
  auto line = decision->lambda->bill.lines.front();
  line.service = "data_transfer";
  line.shared = line.ownPrice = true;
  for (auto* platform : {&*decision->lambda, &*decision->ec2}) platform->bill.lines.push_back(line);
  Bill model;
  model.setDecision(decision);
  REQUIRE(model.rowCount() == 1 + 2 + 2 + 5 + 2 + 3 + 1);
  CHECK(text(model, 0, Bill::Platform) == "both");
  CHECK(text(model, 0, Bill::UnitPrice).endsWith(" (own)"));
  CHECK(text(model, 3, Bill::Line) == "What both pay");
  double lambda = 0;
  for (int row = 1; row <= 3; ++row) lambda += sortKey(model, row, Bill::Amount).toDouble();
  CHECK(lambda == Approx(decision->lambda->bill.total().inDollars()));
  CHECK(sortKey(model, 4, Bill::Amount).toDouble() == Approx(lambda));
  // The third lane is no side of the comparison: its total stands for itself.
  CHECK(text(model, 14, Bill::Platform) == "Managed Instances");
  CHECK(text(model, 15, Bill::Line) == "Total");
}

TEST_CASE("Parts of the money show their share, commitments what a drop does to them", "[ui][tables]") {
  using Money = ui::MoneyTableModel;
  Money money;
  money.setDecision(tests::sharedDecision());
  REQUIRE(money.rowCount() == 10);
  CHECK(text(money, 1, Money::Part) == "waiting on i/o");
  CHECK(text(money, 1, Money::Amount) == "$195.00");
  CHECK(sortKey(money, 1, Money::Share).toDouble() == Approx(195 / 847.56).epsilon(1e-3));
  CHECK(text(money, 3, Money::Platform) == "EC2");
  CHECK(text(money, 8, Money::Platform) == "Managed Instances");
  CHECK(text(money, 8, Money::Part) == "management fee on the instances");
  CHECK(text(money, 8, Money::Amount) == "$108.12");
  CHECK(text(money, 8, Money::Share) == "12.3 %");

  using Commitments = ui::CommitmentTableModel;
  Commitments commitments;
  commitments.setDecision(tests::sharedDecision());
  REQUIRE(commitments.rowCount() == 2);
  CHECK(text(commitments, 0, Commitments::Commitment) == QStringLiteral("–"));
  CHECK(text(commitments, 1, Commitments::Option) == "compute sp 1y (est.)");
  CHECK(text(commitments, 1, Commitments::Saving) == "$75.00");
  CHECK(text(commitments, 1, Commitments::SavingAfterDrop) == "-$103.50");
}

TEST_CASE("Candidates show what is known of them and sort by raw numbers", "[ui][tables]") {
  using Candidates = ui::CandidateTableModel;
  Candidates model;
  model.setDecision(tests::sharedDecision());
  REQUIRE(model.rowCount() == 4);
  CHECK(text(model, 0, Candidates::P99) == "480 ms");
  CHECK(sortKey(model, 0, Candidates::P99).toDouble() == 480);
  CHECK(text(model, 2, Candidates::Objective) == QStringLiteral("✗ p99 577 ms > 500 ms"));
  CHECK(text(model, 3, Candidates::P99) == QStringLiteral("–"));
  CHECK(text(model, 3, Candidates::Method) == "screened");

  ui::DataTable table(new Candidates, Candidates::Objective, "Candidates", ui::DataTable::Filter::Shown);
  table.model()->setDecision(tests::sharedDecision());
  table.view()->sortByColumn(Candidates::Cost, Qt::AscendingOrder);
  CHECK(table.view()->model()->index(0, Candidates::Cost).data().toString() == "$611.50");
  CHECK(table.view()->model()->index(3, Candidates::Cost).data().toString() == "$6,900.00");
  table.setFilter("c7g");
  CHECK(table.view()->model()->rowCount() == 1);
}

TEST_CASE("Selected rows are copied with their header", "[ui][tables]") {
  ui::DataTable table(new ui::AssumptionTableModel, ui::AssumptionTableModel::Source, "Assumptions",
                      ui::DataTable::Filter::Shown);
  table.model()->setDecision(tests::sharedDecision());
  table.view()->selectRow(1);
  table.copySelection();
  CHECK(QApplication::clipboard()->text() ==
        "Assumption\tValue\tOrigin\tSource\nlambda.idle_lifetime\t600s\tdefault\tprobes of 2025\n");
}

TEST_CASE("Drivers say what changes and whether the verdict flips", "[ui][tables]") {
  using Drivers = ui::DriverTableModel;
  Drivers model;
  model.setDecision(tests::sharedDecision());
  CHECK(text(model, 0, Drivers::Saving) == "$120.00");
  CHECK(text(model, 0, Drivers::Change) == "$284.00");
  CHECK(text(model, 0, Drivers::Verdict) == "flips");
  CHECK(sortKey(model, 1, Drivers::Change).toDouble() == Approx(256));
}

TEST_CASE("The idle lifetime's cases stand side by side, the assumption first", "[ui][tables]") {
  using Idle = ui::IdleLifetimeTableModel;
  Idle model;
  auto decision = tests::plausibleDecision();
  model.setDecision(std::make_shared<const model::Decision>(decision));
  REQUIRE(model.rowCount() == 3);
  CHECK(text(model, 0, Idle::Kept) == "as assumed");
  CHECK(text(model, 1, Idle::Kept) == "5 min");
  CHECK(text(model, 1, Idle::Cost) == "$861.20");
  CHECK(text(model, 1, Idle::Cold) == "0.21 %");
  CHECK(text(model, 1, Idle::P99) == "512 ms");
  CHECK(text(model, 1, Idle::Objective) == QStringLiteral("✗ missed"));
  CHECK(text(model, 2, Idle::Objective) == QStringLiteral("✓ met"));
  CHECK(text(model, 2, Idle::Cheaper) == "EC2");
  CHECK(sortKey(model, 1, Idle::Kept).toInt() < sortKey(model, 2, Idle::Kept).toInt()); // by time, not by letters
  CHECK_FALSE(model.index(2, Idle::Cheaper).data(Qt::ForegroundRole).isValid());
  decision.idleSensitivity->cases[2].cheaper = true;
  model.setDecision(std::make_shared<const model::Decision>(decision));
  CHECK(text(model, 2, Idle::Cheaper) == "Lambda");
  CHECK(model.index(2, Idle::Cheaper).data(Qt::ForegroundRole).isValid()); // the cheaper side changes
  decision.ec2.reset();
  model.setDecision(std::make_shared<const model::Decision>(decision));
  CHECK(text(model, 2, Idle::Cheaper) == QStringLiteral("–"));
}

TEST_CASE("A replay stands beside what was recorded, to the last digit", "[ui][tables]") {
  using Replay = ui::ReplayTableModel;
  Replay model;
  auto decision = tests::plausibleDecision();
  model.setDecision(std::make_shared<const model::Decision>(decision));
  REQUIRE(model.rowCount() == 4);
  CHECK(text(model, 0, Replay::Figure) == "environments");
  CHECK(text(model, 0, Replay::Recorded) == "1,200");
  CHECK(text(model, 0, Replay::Replayed) == "1,212");
  CHECK(text(model, 0, Replay::Difference) == "1 %");
  CHECK(text(model, 1, Replay::Figure) == "of them there before");
  CHECK(text(model, 1, Replay::Replayed) == "0");
  CHECK(text(model, 1, Replay::Difference) == QStringLiteral("–"));
  CHECK(text(model, 2, Replay::Recorded) == "1,187");
  CHECK(text(model, 3, Replay::Recorded) == "5,412,300");
  CHECK(text(model, 3, Replay::Difference) == "0 %");
  CHECK(sortKey(model, 3, Replay::Recorded).toDouble() == 5'412'300);
  decision.replay->recordedColdStarts.reset();
  decision.replay->recordedWarmAtFirst.reset();
  decision.replay->recordedBilledMs.reset();
  model.setDecision(std::make_shared<const model::Decision>(decision));
  REQUIRE(model.rowCount() == 2);
  CHECK(text(model, 1, Replay::Recorded) == "not recorded");
  CHECK(text(model, 1, Replay::Replayed) == "1,212");
  CHECK(text(model, 1, Replay::Difference) == QStringLiteral("–"));
}

TEST_CASE("Key figures say their interval and what is missed", "[ui][figures]") {
  const auto decision = tests::plausibleDecision();
  const auto lambda = ui::keyFigures(*decision.lambda);
  CHECK(lambda.at(0).value == QStringLiteral("$847.56 ± $3.10"));
  CHECK(lambda.at(3).caption == "failed");
  CHECK_FALSE(lambda.at(2).missed);
  const auto ec2 = ui::keyFigures(*decision.ec2);
  CHECK(ec2.at(2).caption == "p99");
  CHECK(ec2.at(2).missed);
  CHECK(ec2.at(4).value == QStringLiteral("47 % ± 1 %"));
  const auto managed = ui::keyFigures(*decision.managed);
  CHECK(managed.at(0).value == QStringLiteral("$881.45 ± $2.50"));
  CHECK(managed.at(3).value == QStringLiteral("0.0165 % ± 0.001 %"));
  CHECK(managed.at(5).value == QStringLiteral("11 ± 0.1 (peak 15)"));
  CHECK(managed.at(6).caption == "environments");
  CHECK(managed.at(6).value == QStringLiteral("22 ± 0.2 (peak 30)"));
  CHECK(ui::countWithInterval({3, 0}) == "3"); // one observation has no interval
  CHECK(ui::runLine(decision.run) ==
        "5 replication(s) of 7 d, 302 M requests in 3.1 s (19 M/s); seed 1; prices aws-2026-11-23 of 2026-11-23");
}
