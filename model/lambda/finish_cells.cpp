#include "model/lambda/finish_cells.hpp"

#include "workloads/widest.hpp"

namespace model::lambda {

namespace {

BREAKEVEN_WIDEST void deal(const std::int64_t* arrival, const std::int64_t* call, std::size_t count,
                           std::int64_t fromNs, std::uint64_t lengthNs, int shift, std::uint32_t nowhere,
                           std::uint32_t* cells, std::uint64_t* keys) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto offset = static_cast<std::uint64_t>(arrival[i] - fromNs + call[i]);
    keys[i] = StretchKey::of(offset, i + 1);
    const auto cell = static_cast<std::uint32_t>(offset >> shift);
    cells[i] = offset < lengthNs ? cell : nowhere;
  }
}

} // namespace

void dealCalls(std::span<const std::int64_t> arrival, std::span<const std::int64_t> call, std::int64_t fromNs,
               std::int64_t lengthNs, int shift, std::uint32_t nowhere, std::uint32_t* cells, std::uint64_t* keys) {
  deal(arrival.data(), call.data(), call.size(), fromNs, static_cast<std::uint64_t>(lengthNs), shift, nowhere, cells,
       keys);
}

} // namespace model::lambda
