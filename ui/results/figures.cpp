#include "ui/results/figures.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pricing/money.hpp"
#include "pricing/quantities.hpp"
#include "ui/qt_text.hpp"

namespace ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Figures", text); }

QString withInterval(const QString& value, const QString& halfWidth, double width) {
  return width > 0 ? QStringLiteral("%1 ± %2").arg(value, halfWidth) : value;
}

// As in the report: a half width below 0.05 % of the value would print digits nobody can use.
double shownWidth(const model::Estimate& e) { return e.halfWidth > 5e-4 * std::abs(e.value) ? e.halfWidth : 0; }

// Messages of misses begin with what was missed: "p99 612 ms > 500 ms".
bool misses(const model::PlatformResult& result, std::string_view what) {
  return std::ranges::any_of(result.missed, [what](const std::string& miss) { return miss.starts_with(what); });
}

KeyFigure latencyFigure(const model::PlatformResult& result, const char* name, const model::Estimate& ms) {
  return {QString::fromLatin1(name), millisecondsWithInterval(ms),
          tr("Response time of completed requests, with its 95 % interval."), misses(result, name)};
}

std::vector<KeyFigure> lambdaFigures(const model::PlatformResult& result) {
  const auto& all = result.environmentsMean;
  return {{tr("cold starts"), percentWithInterval(result.coldFraction), tr("Cold starts divided by started requests.")},
          {tr("environments"),
           QStringLiteral("%1 (%2)").arg(countWithInterval(all), tr("peak %1").arg(toQt(pricing::displayCount(
                                                                     static_cast<double>(result.peakEnvironments))))),
           tr("Execution environments: mean over time, and the most at once.")},
          {tr("of these busy"), countWithInterval(result.environmentsBusy),
           tr("Environments serving a request, mean over time.")}};
}

std::vector<KeyFigure> ec2Figures(const model::PlatformResult& result) {
  std::vector<KeyFigure> figures{
      {tr("CPU utilisation"), percentWithInterval(result.utilisation), tr("Of the vCPUs in service, over time.")},
      {tr("instances"),
       QStringLiteral("%1 (%2)").arg(countWithInterval(result.instancesMean), tr("peak %1").arg(result.peakInstances)),
       tr("Instances running: mean over time, and the most at once.")}};
  if (result.spot)
    figures.push_back(
        {tr("spot interruptions"),
         tr("%1 a month").arg(toQt(pricing::displayCount(result.spot->interruptionsPerMonth))),
         tr("Instances that AWS took back; %1 requests were lost to them.").arg(result.spot->lostRequests)});
  return figures;
}

std::vector<KeyFigure> managedFigures(const model::PlatformResult& result) {
  auto figures = ec2Figures(result);
  figures.push_back({tr("environments"),
                     QStringLiteral("%1 (%2)").arg(countWithInterval(result.environmentsMean),
                                                   tr("peak %1").arg(result.peakEnvironments)),
                     tr("Environments ready on the instances: mean over time, and the most at once.")});
  return figures;
}

std::vector<KeyFigure> hybridFigures(const model::PlatformResult& result) {
  auto figures = ec2Figures(result);
  figures.push_back({tr("on Lambda"), percentWithInterval(result.overflow->fraction),
                     tr("Requests that the instances handed over, divided by requests.")});
  const auto function = lambdaFigures(result);
  figures.insert(figures.end(), function.begin(), function.begin() + 2); // cold starts and environments
  return figures;
}

std::vector<KeyFigure> ownFigures(const model::PlatformResult& result) {
  switch (result.platform) {
  case model::Platform::Lambda: return lambdaFigures(result);
  case model::Platform::Ec2: return ec2Figures(result);
  case model::Platform::Hybrid: return hybridFigures(result);
  case model::Platform::ManagedInstances: break;
  }
  return managedFigures(result);
}

} // namespace

QString platformTitle(model::Platform platform) {
  switch (platform) {
  case model::Platform::Lambda: return QStringLiteral("Lambda");
  case model::Platform::Ec2: return QStringLiteral("EC2");
  case model::Platform::Hybrid: return QStringLiteral("Hybrid");
  case model::Platform::ManagedInstances: break;
  }
  return QStringLiteral("Managed Instances");
}

const model::PlatformResult* resultOf(const model::Decision& decision, model::Platform platform) {
  const auto& result = platform == model::Platform::Lambda   ? decision.lambda
                       : platform == model::Platform::Ec2    ? decision.ec2
                       : platform == model::Platform::Hybrid ? decision.hybrid
                                                             : decision.managed;
  return result ? &*result : nullptr;
}

QString dollars(double usd) { return toQt(pricing::display(pricing::Money::dollars(usd))); }

QString dollarsWithInterval(const model::Estimate& usd) {
  return withInterval(dollars(usd.value), dollars(usd.halfWidth), shownWidth(usd));
}

QString millisecondsWithInterval(const model::Estimate& ms) {
  return withInterval(toQt(pricing::displaySeconds(ms.value / 1000)),
                      toQt(pricing::displaySeconds(ms.halfWidth / 1000)), shownWidth(ms));
}

QString percentWithInterval(const model::Estimate& fraction) {
  return withInterval(toQt(pricing::displayPercent(fraction.value)),
                      toQt(fmt::format("{:.2g} %", 100 * fraction.halfWidth)), shownWidth(fraction));
}

QString countWithInterval(const model::Estimate& count) {
  return withInterval(toQt(pricing::displayCount(count.value)), toQt(fmt::format("{:.2g}", count.halfWidth)),
                      shownWidth(count));
}

std::vector<KeyFigure> keyFigures(const model::PlatformResult& result) {
  std::vector<KeyFigure> figures{{tr("a month"), dollarsWithInterval(result.monthlyCostUsd),
                                  tr("Everything on the bill of a month, with its 95 % interval.")},
                                 latencyFigure(result, "p50", result.latency.p50),
                                 latencyFigure(result, "p99", result.latency.p99),
                                 {tr("failed"), percentWithInterval(result.failedFraction),
                                  tr("Throttled %1, rejected %2, timed out %3, errored %4, expired or unfinished %5; "
                                     "divided by requests.")
                                      .arg(result.throttled)
                                      .arg(result.rejected)
                                      .arg(result.timedOut)
                                      .arg(result.errored)
                                      .arg(result.expired + result.unfinished),
                                  misses(result, "failed")}};
  const auto own = ownFigures(result);
  figures.insert(figures.end(), own.begin(), own.end());
  return figures;
}

QString runLine(const model::RunRecord& run) {
  QString more;
  if (!run.rulesDay.empty()) more += tr(", rules of %1").arg(toQt(run.rulesDay));
  if (!run.privatePrices.empty()) more += tr(", own prices from %1").arg(toQt(run.privatePrices));
  return tr("%1 replication(s) of %2, %3 requests in %4 (%5); seed %6; prices %7 of %8")
             .arg(run.replications)
             .arg(toQt(pricing::displaySeconds(run.horizonS)),
                  toQt(pricing::displayCount(static_cast<double>(run.requests))),
                  toQt(pricing::displaySeconds(run.wallS)), toQt(pricing::displayRate(run.requestsPerSecond)))
             .arg(run.seed)
             .arg(toQt(run.catalogueId), toQt(run.catalogueAsOf)) +
         more;
}

} // namespace ui
