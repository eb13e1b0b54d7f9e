#include <algorithm>
#include <array>
#include <cmath>

#include "workloads/distribution.hpp"
#include "workloads/distribution_shape.hpp"
#include "workloads/widest.hpp"

namespace workloads {

namespace {

constexpr std::size_t kChunk = 512;
constexpr auto kMostNs = static_cast<double>(DurationSampler::kLongestDraw.count());
static_assert(kMostNs < widest::k2To52);

double inNanoseconds(Duration d) { return static_cast<double>(d.count()); }

// Nearest nanosecond, never above the longest draw; ns >= 0.
inline std::int64_t rounded(double ns) { return static_cast<std::int64_t>(std::min(ns, kMostNs) + 0.5); }

// The same of many. What is most is no constant here: the compiler would work its result out and branch to it.
BREAKEVEN_WIDEST void roundAll(const double* ns, std::size_t count, double most, std::int64_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = widest::cutOff((ns[i] < most ? ns[i] : most) + 0.5);
}

// e^(start + slope x), in place.
BREAKEVEN_WIDEST void raiseAll(double start, double slope, std::size_t count, double* x) {
  for (std::size_t i = 0; i < count; ++i) x[i] = widest::exponential(start + slope * x[i]);
}

struct AlwaysLaw {
  std::int64_t value;
  void fill(RandomStream&, std::span<std::int64_t> out) const { std::fill(out.begin(), out.end(), value); }
};

// Standard variates by the chunk, turned into nanoseconds while they are in the first cache.
template <class Draw, class Transform>
void fillChunks(std::span<std::int64_t> out, const Draw& draw, const Transform& transform) {
  std::array<double, kChunk> buffer;
  while (!out.empty()) {
    const auto chunk = out.first(std::min(kChunk, out.size()));
    const auto standard = std::span(buffer).first(chunk.size());
    draw(standard);
    transform(standard);
    roundAll(standard.data(), chunk.size(), kMostNs, chunk.data());
    out = out.subspan(chunk.size());
  }
}

void fillUniform(RandomStream& random, std::span<double> chunk) {
  for (double& u : chunk) u = random.uniform();
}

auto each(auto transform) {
  return [transform](std::span<double> chunk) { std::ranges::transform(chunk, chunk.begin(), transform); };
}

struct ExponentialLaw {
  double mean;
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    fillChunks(
        out, [&](auto chunk) { random.fillExponential(chunk); }, each([m = mean](double x) { return x * m; }));
  }
};

struct LognormalLaw {
  double mu, sigma;
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    fillChunks(
        out, [&](auto chunk) { random.fillNormal(chunk); },
        [this](auto chunk) { raiseAll(mu, sigma, chunk.size(), chunk.data()); });
  }
};

struct GammaLaw {
  double shape, scale;
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    for (auto& value : out) value = rounded(random.gamma(shape) * scale);
  }
};

// X = scale * E^(1/shape), E exponential.
struct WeibullLaw {
  double inverseShape, scale;
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    fillChunks(
        out, [&](auto chunk) { random.fillExponential(chunk); },
        each([this](double x) { return scale * std::pow(x, inverseShape); }));
  }
};

// Inversion of the five pieces of the log quantile function.
struct QuantilesLaw {
  struct Piece {
    double end, start, logStart, slope;
  };
  std::array<Piece, 5> pieces;

  explicit QuantilesLaw(const Quantiles& q) {
    const auto k = knots(q);
    for (std::size_t i = 0; i < pieces.size(); ++i)
      pieces[i] = {k[i + 1].probability, k[i].probability, k[i].logSeconds + std::log(1e9),
                   (k[i + 1].logSeconds - k[i].logSeconds) / (k[i + 1].probability - k[i].probability)};
  }
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    fillChunks(
        out, [&](auto chunk) { fillUniform(random, chunk); },
        [this](auto chunk) {
          std::ranges::transform(chunk, chunk.begin(), [this](double u) { return logOf(u); });
          raiseAll(0, 1, chunk.size(), chunk.data());
        });
  }
  // Counted instead of searched: which of the five it is, no predictor learns.
  double logOf(double u) const {
    const auto& piece = pieces[std::size_t{u > pieces[0].end} + std::size_t{u > pieces[1].end} +
                               std::size_t{u > pieces[2].end} + std::size_t{u > pieces[3].end}];
    return piece.logStart + (u - piece.start) * piece.slope;
  }
};

// Inversion with a guide table (Chen & Asau 1974): the search starts at most a few points before its end.
struct TabulatedLaw {
  std::vector<Tabulated::Point> points;
  std::vector<std::uint32_t> guide; // guide[j]: first point whose probability reaches j / size

  explicit TabulatedLaw(const Tabulated& t) : points(t.points), guide(std::max<std::size_t>(256, t.points.size())) {
    std::uint32_t point = 0;
    for (std::size_t j = 0; j < guide.size(); ++j) {
      const double share = static_cast<double>(j) / static_cast<double>(guide.size());
      while (points[point].probability < share) ++point;
      guide[j] = point;
    }
  }
  double quantile(double u) const {
    std::size_t i = guide[static_cast<std::size_t>(u * static_cast<double>(guide.size()))];
    while (points[i].probability < u) ++i;
    const auto& above = points[i];
    if (i == 0) return inNanoseconds(above.duration);
    const auto& below = points[i - 1];
    const double share = (u - below.probability) / (above.probability - below.probability);
    return inNanoseconds(below.duration) + share * inNanoseconds(above.duration - below.duration);
  }
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    fillChunks(
        out, [&](auto chunk) { fillUniform(random, chunk); }, each([this](double u) { return quantile(u); }));
  }
};

struct EmpiricalLaw {
  std::shared_ptr<const std::vector<Duration>> values;
  void fill(RandomStream& random, std::span<std::int64_t> out) const {
    for (auto& value : out) value = (*values)[random.below(values->size())].count();
  }
};

using AnyLaw = std::variant<AlwaysLaw, ExponentialLaw, LognormalLaw, GammaLaw, WeibullLaw, QuantilesLaw, TabulatedLaw,
                            EmpiricalLaw>;

AnyLaw lawOf(const Constant& d) { return AlwaysLaw{d.value.count()}; }
AnyLaw lawOf(const Exponential& d) { return ExponentialLaw{inNanoseconds(d.mean)}; }
AnyLaw lawOf(const Lognormal& d) {
  const double sigma = lognormalSigma(d.cv);
  return LognormalLaw{std::log(inNanoseconds(d.mean)) - sigma * sigma / 2, sigma};
}
AnyLaw lawOf(const Gamma& d) {
  const double shape = gammaShape(d.cv);
  return GammaLaw{shape, inNanoseconds(d.mean) / shape};
}
AnyLaw lawOf(const Weibull& d) {
  const double inverse = weibullInverseShape(d.cv);
  return WeibullLaw{inverse, inNanoseconds(d.mean) / weibullMeanOverScale(inverse)};
}
AnyLaw lawOf(const Quantiles& d) { return QuantilesLaw(d); }
AnyLaw lawOf(const Tabulated& d) { return TabulatedLaw(d); }
AnyLaw lawOf(const Empirical& d) { return EmpiricalLaw{d.values}; }

} // namespace

struct DurationSampler::Law {
  AnyLaw any;
};

DurationSampler::DurationSampler(const DurationDistribution& distribution, RandomStream random)
    : m_law(std::make_shared<Law>(std::visit([](const auto& d) { return Law{lawOf(d)}; }, distribution))),
      m_random(random) {}

void DurationSampler::fill(std::span<std::int64_t> nanoseconds) {
  std::visit([&](const auto& law) { law.fill(m_random, nanoseconds); }, m_law->any);
}

std::int64_t DurationSampler::next() {
  std::int64_t value = 0;
  fill({&value, 1});
  return value;
}

} // namespace workloads
