#pragma once
// Figures of a decision as text for people: one place, so that cards, tables and tests say the same.
#include <QString>
#include <array>
#include <vector>

#include "model/decision.hpp"

namespace ui {

QString platformTitle(model::Platform platform);              // "Lambda", "EC2", "Managed Instances", "Hybrid"
// All platforms in the order in which results show them, and what was found out about one; null: it was left out.
inline constexpr std::array kPlatforms{model::Platform::Lambda, model::Platform::Ec2,
                                       model::Platform::ManagedInstances, model::Platform::Hybrid};
const model::PlatformResult* resultOf(const model::Decision& decision, model::Platform platform);
QString dollars(double usd);                                  // "$1,234.57", "-$3.20"
QString dollarsWithInterval(const model::Estimate& usd);      // "$12.30 ± $0.10"
QString millisecondsWithInterval(const model::Estimate& ms);  // "612 ms ± 4 ms"
QString percentWithInterval(const model::Estimate& fraction); // "0.134 % ± 0.01 %"
QString countWithInterval(const model::Estimate& count);      // "7.68 ± 0.02"

struct KeyFigure {
  QString caption, value, tip;
  bool missed = false; // fails the objective
};
// The handful of figures that describe a platform, cost first. "± " is a 95 % interval.
std::vector<KeyFigure> keyFigures(const model::PlatformResult& result);

// "5 replications of 7 d, 60.5 M requests, 2.1 s; seed 1; prices of 2026-11-23"
QString runLine(const model::RunRecord& run);

} // namespace ui
