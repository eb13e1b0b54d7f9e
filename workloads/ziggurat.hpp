#pragma once
// Tables of the ziggurat method (Marsaglia & Tsang 2000, "The ziggurat method for generating random variables") with
// 256 layers of equal area, computed by the compiler: no start-up order, and the same bits whatever the math library.
// Private to random.cpp; the closing of the top layer is asserted below, the laws by tests/workloads/random_test.cpp.
#include <array>
#include <cstddef>
#include <cstdint>

namespace workloads::ziggurat {

inline constexpr std::size_t kLayers = 256;
inline constexpr int kFractionBits = 52;
inline constexpr double kFractionUnit = 1.0 / 4503599627370496.0; // 2^-52

// e^x by reduction to |r| <= ln(2)/2 and its Taylor series.
constexpr double expOf(double x) {
  constexpr double kLn2High = 0.693147180369123816490, kLn2Low = 1.90821492927058770002e-10;
  const int n = static_cast<int>(x / (kLn2High + kLn2Low) + (x < 0 ? -0.5 : 0.5));
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double sum = 1;
  for (int i = 22; i >= 1; --i) sum = 1 + sum * r / i;
  for (int i = 0; i < n; ++i) sum *= 2;
  for (int i = 0; i > n; --i) sum /= 2;
  return sum;
}

// ln y, y > 0, by reduction to [1/sqrt 2, sqrt 2] and the series of artanh.
constexpr double logOf(double y) {
  constexpr double kLn2 = 0.693147180559945309417, kSqrt2 = 1.41421356237309504880;
  int n = 0;
  for (; y > kSqrt2; ++n) y /= 2;
  for (; y < 1 / kSqrt2; --n) y *= 2;
  const double z = (y - 1) / (y + 1), z2 = z * z;
  double sum = 0;
  for (int i = 41; i >= 1; i -= 2) sum = 1.0 / i + z2 * sum;
  return n * kLn2 + 2 * z * sum;
}

constexpr double sqrtOf(double y) {
  double root = y > 1 ? y : 1;
  for (int i = 0; i < 60; ++i) root = (root + y / root) / 2;
  return root;
}

// Density up to a factor, f(0) = 1, falling; and its inverse.
struct ExponentialShape {
  // Right end of the base layer and the common area, for 256 layers.
  static constexpr double kTail = 7.69711747013104972, kArea = 0.0039496598225815571993;
  static constexpr double height(double x) { return expOf(-x); }
  static constexpr double edge(double f) { return -logOf(f); }
};
struct NormalShape {
  static constexpr double kTail = 3.6541528853610088, kArea = 0.00492867323399;
  static constexpr double height(double x) { return expOf(-x * x / 2); }
  static constexpr double edge(double f) { return sqrtOf(-2 * logOf(f)); }
};

// One layer is all that the usual draw reads: 52 bits u give x = (u + 1/2) * width, inside for sure when u < inside.
struct Layer {
  double width = 0;         // right edge / 2^52
  std::uint64_t inside = 0; // 2^52 * right edge of the layer above / right edge
};

template <class Shape> struct Tables {
  std::array<double, kLayers + 1> edge{};   // right edges, falling; edge[0] belongs to the base with the tail folded in
  std::array<double, kLayers + 1> height{}; // f(edge)
  std::array<Layer, kLayers> layers{};
  double closing = 0; // height of the last layer's top as the recursion gives it; 1 when kTail and kArea are right

  constexpr Tables() {
    edge[0] = Shape::kArea / Shape::height(Shape::kTail);
    edge[1] = Shape::kTail;
    for (std::size_t i = 2; i < kLayers; ++i)
      edge[i] = Shape::edge(Shape::height(edge[i - 1]) + Shape::kArea / edge[i - 1]);
    edge[kLayers] = 0;
    for (std::size_t i = 0; i <= kLayers; ++i) height[i] = Shape::height(edge[i]);
    closing = height[kLayers - 1] + Shape::kArea / edge[kLayers - 1];
    for (std::size_t i = 0; i < kLayers; ++i)
      layers[i] = {edge[i] * kFractionUnit, static_cast<std::uint64_t>(edge[i + 1] / edge[i] / kFractionUnit)};
  }
};

inline constexpr Tables<ExponentialShape> kExponential;
inline constexpr Tables<NormalShape> kNormal;

constexpr bool closes(double top) { return top > 1 - 1e-10 && top < 1 + 1e-10; }
static_assert(closes(kExponential.closing), "the top layer of the exponential ziggurat ends at f(0) = 1");
static_assert(closes(kNormal.closing), "the top layer of the normal ziggurat ends at f(0) = 1");

} // namespace workloads::ziggurat
