#include "model/queueing.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include <Eigen/SparseCore>
#include <Eigen/SparseLU>

namespace model {
namespace {

// Smallest t with complement(t) <= 1 - p, for a decreasing complement; bisection to the last bits.
template <class Complement> double quantile(double p, double scale, Complement complement) {
  double low = 0, high = scale;
  while (complement(high) > 1 - p) high *= 2;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    (complement(middle) > 1 - p ? low : high) = middle;
  }
  return high;
}

// P(wait + service > t) in M/M/c: the wait is 0, or with probability C exponential with rate d = c*mu - lambda.
// Of both together (d e^(-mu t) - mu e^(-d t)) / (d - mu), its limit (1 + mu t) e^(-mu t) where the rates meet. Written
// so that no power is positive: near saturation t is a thousand service times.
double mmcResponseBeyond(double waits, double drain, double mu, double t) {
  const double served = std::exp(-mu * t);
  const double slow = std::min(drain, mu), fast = std::max(drain, mu), gap = fast - slow;
  const double both =
      gap < 1e-9 * mu ? (1 + mu * t) * served : std::exp(-slow * t) * (1 - slow * std::expm1(-gap * t) / gap);
  return (1 - waits) * served + waits * both;
}

QueueFigures waitingFigures(double rho, double waits, double meanWaitS, double rate, double serviceS) {
  QueueFigures f;
  f.utilisation = rho;
  f.probabilityWait = waits;
  f.meanWaitS = meanWaitS;
  f.meanResponseS = meanWaitS + serviceS;
  f.meanWaiting = rate * meanWaitS;
  return f;
}

// P(an arrival waits) in E_n/M/1 with n stages: the root below 1 of sigma = A(sigma) with
// A = (1 + (1 - sigma) / (n rho))^-n. A - sigma is convex and falls to its first root, so that Newton's steps from 0
// approach it from below.
double erlangM1Waits(double stages, double rho) {
  double sigma = 0;
  for (double next = sigma;; sigma = next) {
    const double rest = (1 - sigma) / (stages * rho);
    const double arrives = std::exp(-stages * std::log1p(rest));
    next = sigma + (arrives - sigma) / (1 - arrives / (rho * (1 + rest)));
    if (!(next > sigma)) return sigma;
  }
}

} // namespace

double erlangB(std::int64_t servers, double offeredLoad) {
  double blocking = 1.0;
  for (std::int64_t k = 1; k <= servers; ++k)
    blocking = offeredLoad * blocking / (static_cast<double>(k) + offeredLoad * blocking);
  return blocking;
}

// B(k) = r B(k - 1) / (1 + r B(k - 1)) with r = a / min(k, c): the full state among the first k of a birth-death chain.
double sharingLoss(double cores, std::int64_t places, double offeredLoad) {
  double full = 1;
  for (std::int64_t k = 1; k <= places; ++k) {
    const double step = offeredLoad / std::min(static_cast<double>(k), cores) * full;
    full = step / (1 + step);
  }
  return full;
}

double erlangC(std::int64_t servers, double offeredLoad) {
  if (offeredLoad >= static_cast<double>(servers)) return 1.0;
  const double b = erlangB(servers, offeredLoad);
  return b / (1 - offeredLoad / static_cast<double>(servers) * (1 - b));
}

std::optional<QueueFigures> mmc(std::int64_t servers, double rate, double serviceS) {
  const double load = rate * serviceS, count = static_cast<double>(servers);
  if (load >= count) return std::nullopt;
  const double waits = erlangC(servers, load);
  QueueFigures f = waitingFigures(load / count, waits, waits * serviceS / (count - load), rate, serviceS);
  if (serviceS <= 0) return f;
  const auto beyond = [&](double t) { return mmcResponseBeyond(waits, count / serviceS - rate, 1 / serviceS, t); };
  f.p95ResponseS = quantile(0.95, f.meanResponseS, beyond);
  f.p99ResponseS = quantile(0.99, f.meanResponseS, beyond);
  return f;
}

double mmcWaitWithin(std::int64_t servers, double rate, double serviceS, double t) {
  const double load = rate * serviceS, count = static_cast<double>(servers);
  if (load >= count || t < 0) return 0;
  if (serviceS <= 0) return 1;
  return 1 - erlangC(servers, load) * std::exp(-(count - load) * t / serviceS);
}

std::optional<QueueFigures> mg1(double rate, double serviceS, double squaredCv) {
  const double rho = rate * serviceS;
  if (rho >= 1) return std::nullopt;
  return waitingFigures(rho, rho, rho * serviceS * (1 + squaredCv) / (2 * (1 - rho)), rate, serviceS);
}

// P(T > t) = e^(-mu (1 - sigma) t), and an arrival waits with probability sigma, then as long as a response lasts.
std::optional<QueueFigures> erlangM1(std::int64_t stages, double rate, double serviceS) {
  const double rho = rate * serviceS;
  if (rho >= 1) return std::nullopt;
  const double waits = rho > 0 ? erlangM1Waits(static_cast<double>(stages), rho) : 0;
  QueueFigures f = waitingFigures(rho, waits, waits * serviceS / (1 - waits), rate, serviceS);
  f.p95ResponseS = f.meanResponseS * std::log(20.0);
  f.p99ResponseS = f.meanResponseS * std::log(100.0);
  return f;
}

std::optional<QueueFigures> mgcAllenCunneen(std::int64_t servers, double rate, double serviceS, double arrivalScv,
                                            double serviceScv) {
  const auto exponential = mmc(servers, rate, serviceS);
  if (!exponential) return std::nullopt;
  return waitingFigures(exponential->utilisation, exponential->probabilityWait,
                        (arrivalScv + serviceScv) / 2 * exponential->meanWaitS, rate, serviceS);
}

std::optional<QueueFigures> mg1ProcessorSharing(double rate, double serviceS) {
  const double rho = rate * serviceS;
  if (rho >= 1) return std::nullopt;
  return waitingFigures(rho, rho, serviceS * rho / (1 - rho), rate, serviceS);
}

// Requests in service are a birth-death process with births `rate` and deaths min(n, c) / serviceS, where c cores'
// worth of requests run unhindered. Below k = floor(c) it is Erlang's, above it geometric with ratio rho:
// L = (a (1 - B) + B (k T + rho / (1 - rho)^2)) / (1 + B T), B = Erlang B(k, a), T = rho / (1 - rho).
std::optional<QueueFigures> mgcProcessorSharing(double cores, double rate, double coreSecondsPerRequest,
                                                double serviceS) {
  const double rho = rate * coreSecondsPerRequest / cores;
  if (!(rho < 1)) return std::nullopt;
  if (coreSecondsPerRequest <= 0) return waitingFigures(0, 0, 0, rate, serviceS);
  const double load = rate * serviceS;
  const double unhindered = std::floor(cores * serviceS / coreSecondsPerRequest * (1 + 1e-12));
  const double b = erlangB(static_cast<std::int64_t>(unhindered), load);
  const double tail = rho / (1 - rho);
  const double inService = (load * (1 - b) + b * (unhindered * tail + rho / ((1 - rho) * (1 - rho)))) / (1 + b * tail);
  const double responseS = rate > 0 ? inService / rate : serviceS;
  return waitingFigures(rho, b / (1 - rho) / (1 + b * tail), std::max(responseS - serviceS, 0.0), rate, serviceS);
}

double busyEnvironmentsMean(double rate, double serviceS) { return rate * serviceS; }

// Weights relative to the mode, outward until they vanish: no factorial, no underflow for large means.
std::int64_t poissonQuantile(double mean, double p) {
  const auto mode = static_cast<std::int64_t>(mean);
  std::vector<double> below, above; // at mode, mode-1, ... and at mode+1, mode+2, ...
  for (double w = 1, n = static_cast<double>(mode); w > 1e-18 && n >= 0; w *= n / mean, n -= 1) below.push_back(w);
  for (double n = static_cast<double>(mode) + 1, w = mean / n; w > 1e-18; n += 1, w *= mean / n) above.push_back(w);
  double total = 0;
  for (double w : below) total += w;
  for (double w : above) total += w;
  double reached = 0;
  for (std::size_t i = below.size(); i-- > 0;)
    if ((reached += below[i]) >= p * total) return mode - static_cast<std::int64_t>(i);
  for (std::size_t i = 0; i < above.size(); ++i)
    if ((reached += above[i]) >= p * total) return mode + 1 + static_cast<std::int64_t>(i);
  return mode + static_cast<std::int64_t>(above.size());
}

// ---- the pool of environments ----

namespace {

using Complex = std::complex<double>;

// Busy environments without limit are a birth-death process with Poisson(load) in steady state, cut off at the limit
// (M/M/c/c). pi[n] for n = 0..highest, relative to the mode against underflow.
std::vector<double> busyDistribution(double load, std::int64_t limit, std::int64_t highest) {
  std::vector<double> pi(static_cast<std::size_t>(highest) + 1, 0.0);
  const std::int64_t mode = std::min({static_cast<std::int64_t>(load), limit, highest});
  pi[static_cast<std::size_t>(mode)] = 1;
  for (auto n = static_cast<std::size_t>(mode); n > 0; --n) pi[n - 1] = pi[n] * static_cast<double>(n) / load;
  for (auto n = static_cast<std::size_t>(mode); n + 1 < pi.size() && static_cast<std::int64_t>(n) < limit; ++n)
    pi[n + 1] = pi[n] * load / static_cast<double>(n + 1);
  double total = 0;
  for (double w : pi) total += w;
  for (double& w : pi) w /= total;
  return pi;
}

// One point of the contour on which a Laplace transform is inverted: f(t) = sum of Re(weight * F(z)). The hyperbola of
// Weideman & Trefethen (2007), as printed in Trefethen, Weideman & Schmelzer (2006), eq. 3.2-3.3: error 3.2^-N for
// transforms whose singularities are real and <= 0, which those of a reversible chain are.
struct ContourPoint {
  Complex z, weight;
};

std::vector<ContourPoint> contour(double t) {
  constexpr int kPoints = 28;
  std::vector<ContourPoint> points;
  for (int k = 1; k < kPoints; k += 2) { // the conjugate half is in the factor 2
    const double theta = std::numbers::pi * k / kPoints;
    const Complex angle(1.1721, -0.3443 * theta);
    const Complex z = 2.246 * kPoints * (1.0 - std::sin(angle));
    const Complex slope = 2.246 * kPoints * Complex(0, 0.3443) * std::cos(angle);
    const Complex weight = Complex(0, -2.0 / kPoints) * std::exp(z) * slope;
    points.push_back({z / t, weight / t});
  }
  return points;
}

// What the highest level k of B over a span says, for every k = 1..K.
struct LevelCrossings {
  std::vector<double> staysBelow;   // [k-1]: P(B < k throughout the span), B in steady state at its start
  std::vector<double> climbsInSpan; // [k-1]: P(from k-1, B does not reach k within the span)
};

// First passage of the birth-death process from below to k, transformed: with h_i the transform of the time from i to
// i+1 and s_i that of the survival of that time, forward in i:
//   h_i = rate / (z + rate + i mu (1 - h_(i-1))),   s_i = (1 + i mu s_(i-1)) h_i / rate.
LevelCrossings levelCrossings(const std::vector<double>& pi, double rate, double mu, double spanS) {
  LevelCrossings out;
  const std::size_t levels = pi.size() - 1;
  out.staysBelow.assign(levels, 0.0);
  out.climbsInSpan.assign(levels, 0.0);
  for (const ContourPoint& point : contour(spanS)) {
    Complex passage = 0, survival = 0; // h, s of the level below
    Complex below = 0;                 // sum over i < k of pi_i * transform of P_i(B < k so far)
    Complex reaching = 0;              // sum over i < k of pi_i * transform of the time from i to k
    for (std::size_t i = 0; i < levels; ++i) {
      const double deaths = static_cast<double>(i) * mu;
      const Complex next = rate / (point.z + rate + deaths * (1.0 - passage));
      survival = (1.0 + deaths * survival) * next / rate;
      passage = next;
      below += survival * (pi[i] + reaching);
      reaching = (reaching + pi[i]) * passage;
      out.staysBelow[i] += (point.weight * below).real();
      out.climbsInSpan[i] += (point.weight * survival).real();
    }
  }
  return out;
}

// Constant idle lifetime and newest-first reuse: an environment is there at t exactly when that many were busy at once
// within the last idle lifetime, so the pool is the maximum of B over a sliding window, and a cold start is an arrival
// that sets a new maximum. (A busy one does not expire; the oldest of the idle was busy together with all others, since
// no environment is made while one is idle.) By time reversal of B both follow from first passages.
std::optional<PoolFigures> slidingMaximum(const PoolQuestion& q, double serviceS) {
  const double load = q.rate * serviceS;
  const std::int64_t highest = std::min(q.limit, poissonQuantile(load, 1 - 1e-15) + 12);
  if (highest > q.maxStates) return std::nullopt;
  const std::vector<double> pi = busyDistribution(load, q.limit, highest);
  const double blocked = highest == q.limit ? pi.back() : 0.0;
  PoolFigures f;
  f.busyMean = load * (1 - blocked);
  f.rejectedFraction = blocked;
  if (q.idleLifetimeS <= 0) { // every start is cold
    f.environmentsMean = f.busyMean;
    f.coldFraction = 1;
    return f;
  }
  const LevelCrossings crossings = levelCrossings(pi, q.rate, 1 / serviceS, q.idleLifetimeS);
  double cold = 0;
  for (std::size_t k = 1; k < pi.size(); ++k) {
    f.environmentsMean += std::clamp(1 - crossings.staysBelow[k - 1], 0.0, 1.0);
    cold += pi[k - 1] * std::clamp(crossings.climbsInSpan[k - 1], 0.0, 1.0);
  }
  f.coldFraction = cold / (1 - blocked);
  f.idleMean = f.environmentsMean - f.busyMean;
  return f;
}

// States (busy, environments), 0 <= busy <= environments <= highest, level by level.
struct PoolStates {
  std::int64_t highest = 0;
  std::int64_t count() const { return (highest + 1) * (highest + 2) / 2; }
  std::int64_t index(std::int64_t busy, std::int64_t environments) const {
    return environments * (environments + 1) / 2 + busy;
  }
};

// Balance equations with the last one replaced by "probabilities add up to 1".
Eigen::SparseMatrix<double> balance(const PoolQuestion& q, double mu, const PoolStates& states) {
  std::vector<Eigen::Triplet<double>> entries;
  const std::int64_t last = states.count() - 1;
  const auto flow = [&](std::int64_t from, std::int64_t to, double rate) {
    if (rate <= 0) return;
    if (to != last) entries.emplace_back(static_cast<int>(to), static_cast<int>(from), rate);
    if (from != last) entries.emplace_back(static_cast<int>(from), static_cast<int>(from), -rate);
  };
  for (std::int64_t n = 0; n <= states.highest; ++n)
    for (std::int64_t b = 0; b <= n; ++b) {
      const std::int64_t here = states.index(b, n);
      if (b < n) flow(here, states.index(b + 1, n), q.rate);
      if (b == n && n < states.highest) flow(here, states.index(b + 1, n + 1), q.rate);
      if (b > 0) flow(here, states.index(b - 1, n), static_cast<double>(b) * mu);
      if (b < n) flow(here, states.index(b, n - 1), static_cast<double>(n - b) / q.idleLifetimeS);
      entries.emplace_back(static_cast<int>(last), static_cast<int>(here), 1.0);
    }
  Eigen::SparseMatrix<double> matrix(static_cast<int>(states.count()), static_cast<int>(states.count()));
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

struct SolvedChain {
  PoolFigures figures;
  double atTop = 0; // probability of `highest` environments
};

SolvedChain solveChain(const PoolQuestion& q, double serviceS, const PoolStates& states) {
  Eigen::SparseLU<Eigen::SparseMatrix<double>> solver(balance(q, 1 / serviceS, states));
  Eigen::VectorXd right = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(states.count()));
  right[right.size() - 1] = 1;
  const Eigen::VectorXd p = solver.solve(right);
  SolvedChain out;
  double full = 0;
  for (std::int64_t n = 0; n <= states.highest; ++n)
    for (std::int64_t b = 0; b <= n; ++b) {
      const double probability = p[static_cast<Eigen::Index>(states.index(b, n))];
      out.figures.environmentsMean += static_cast<double>(n) * probability;
      out.figures.busyMean += static_cast<double>(b) * probability;
      if (b == n) full += probability;
      if (n == states.highest) out.atTop += probability;
    }
  const double rejected = states.highest == q.limit ? p[right.size() - 1] : 0.0;
  out.figures.rejectedFraction = rejected;
  out.figures.coldFraction = (full - rejected) / (1 - rejected);
  out.figures.idleMean = out.figures.environmentsMean - out.figures.busyMean;
  return out;
}

// Exponential idle lifetime drawn anew at each idle instant: any reuse order gives the same counts. The top is raised
// until it is never seen, or is the limit.
std::optional<PoolFigures> exponentialExpiry(const PoolQuestion& q, double serviceS) {
  const double load = q.rate * serviceS;
  PoolStates states{std::min(q.limit, poissonQuantile(load, 1 - 1e-9) + 4)};
  while (states.count() <= q.maxStates) {
    const SolvedChain solved = solveChain(q, serviceS, states);
    if (states.highest == q.limit || solved.atTop < 1e-10) return solved.figures;
    states.highest = std::min(q.limit, states.highest + states.highest / 8 + 2);
  }
  return std::nullopt;
}

} // namespace

std::optional<PoolFigures> environmentPool(const PoolQuestion& q) {
  if (q.rate <= 0 || q.limit <= 0) {
    PoolFigures none;
    none.rejectedFraction = q.rate > 0 ? 1 : 0;
    return none;
  }
  // Init lengthens cold requests only: as a longer mean service, found by repeating until the cold fraction stays put.
  double coldFraction = 0;
  std::optional<PoolFigures> figures;
  for (int i = 0; i < 50; ++i) {
    const double serviceS = std::max(q.serviceS + coldFraction * q.initS, 1e-12);
    const bool constant = q.idleIsConstant || q.idleLifetimeS <= 0;
    figures = constant ? slidingMaximum(q, serviceS) : exponentialExpiry(q, serviceS);
    if (!figures || q.initS <= 0 || std::abs(figures->coldFraction - coldFraction) < 1e-9) break;
    coldFraction = figures->coldFraction;
  }
  return figures;
}

} // namespace model
