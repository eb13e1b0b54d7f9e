#pragma once
// Parameters that the questions (distribution.cpp) and the draws (duration_sampler.cpp) derive from a mean and a
// coefficient of variation, in one place so that both speak of the same law. Private to workloads.
#include <array>

#include "workloads/distribution.hpp"

namespace workloads {

// sigma of ln X; ln X has mean ln(mean) - sigma^2 / 2.
double lognormalSigma(double cv);
// shape = 1 / cv^2, scale = mean * cv^2.
double gammaShape(double cv);
// 1 / shape of the Weibull law with this cv, and mean / scale = Gamma(1 + 1 / shape).
double weibullInverseShape(double cv);
double weibullMeanOverScale(double inverseShape);

struct Knot {
  double probability, logSeconds;
};
std::array<Knot, 6> knots(const Quantiles& q);

} // namespace workloads
