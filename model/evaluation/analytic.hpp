#pragma once
// Closed forms beside the simulation, wherever their assumptions hold: the second road to the simulated figures. Which
// assumptions: docs/methods.md. Pinned by tests/model/analytic_test.cpp.
#include "model/decision.hpp"

namespace model {

std::vector<AnalyticFigure> lambdaFigures(const Scenario& scenario, const PlatformResult& simulated,
                                          double ratePerSecond);
std::vector<AnalyticFigure> ec2Figures(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                       const PlatformResult& simulated, double ratePerSecond);
std::vector<AnalyticFigure> managedFigures(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                           const PlatformResult& simulated, double ratePerSecond);
std::vector<AnalyticFigure> hybridFigures(const Scenario& scenario, const pricing::PriceCatalogue& catalogue,
                                          const PlatformResult& simulated, double ratePerSecond);

} // namespace model
