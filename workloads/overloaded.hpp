#pragma once
// One lambda per alternative of a std::variant.

namespace workloads {

template <class... F> struct Overloaded : F... { using F::operator()...; };
template <class... F> Overloaded(F...) -> Overloaded<F...>; // clang 14 does not find it by itself

} // namespace workloads
