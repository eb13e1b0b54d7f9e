#pragma once
// The account's other functions, as far as they take concurrency: each draws its own requests, tries each once and has
// environments of its own under the shared or its reserved ceiling.
#include <memory>
#include <optional>
#include <vector>

#include "model/lambda/function_environments.hpp"

namespace model::lambda {

class Neighbours {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  // Neighbour k draws from the streams of its own seed. `shared` outlives this.
  Neighbours(const LambdaFunction& function, Ceiling& shared, const ObservationPlan& plan, std::uint64_t seed,
             std::uint64_t replication);

  std::uint32_t count() const { return static_cast<std::uint32_t>(m_functions.size()); }
  std::int64_t nextArrivalNs(std::uint32_t k); // kNever: none is left
  // Takes that request; the call it began, when it was not refused.
  std::optional<std::uint32_t> serve(std::uint32_t k);
  const Call& call(std::uint32_t k, std::uint32_t slot) { return m_functions[k].environments->call(slot); }
  void end(std::uint32_t k, std::uint32_t slot) { m_functions[k].environments->end(slot); }
  std::vector<Outcomes> outcomes() const;

 private:
  struct Function {
    LambdaFunction function;
    std::unique_ptr<Ceiling> reserved; // nothing: the shared one
    std::unique_ptr<FunctionEnvironments> environments;
    std::unique_ptr<workloads::RequestStream> stream;
    workloads::RequestBatch batch{};
    std::size_t next = 0;
    Outcomes outcomes{};
  };
  Ceiling m_apart; // of those without a reservation, when the main function has one
  std::vector<Function> m_functions;
};

} // namespace model::lambda
