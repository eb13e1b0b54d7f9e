#pragma once
// How settings of a scenario are held against their limits: every problem at once, each at the place of its setting.
// Private to model/scenario*.cpp.
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.hpp"

namespace model {

using pricing::Problem;

inline std::string shown(std::int64_t value) { return fmt::format("{}", value); }
inline std::string shown(int value) { return fmt::format("{}", value); }
inline std::string shown(double value) { return fmt::format("{}", value); }
template <class Quantity> std::string shown(Quantity value) { return pricing::toText(value); }

// Collects problems; each place is a pointer behind the name of the file, or the setting that put the value there.
class Review {
 public:
  Review(const Scenario& scenario, std::string_view origin) : m_scenario(scenario), m_origin(origin) {}

  void add(const std::string& pointer, std::string found, std::string expected,
           std::optional<std::string> nearest = std::nullopt) {
    m_problems.push_back({place(pointer), std::move(found), std::move(expected), std::move(nearest)});
  }
  // "... expected `noun` from LOW to HIGH".
  template <class T> bool within(const std::string& pointer, T value, T low, T high, std::string_view noun) {
    if (value >= low && value <= high) return true; // false for NaN
    add(pointer, shown(value), fmt::format("{} from {} to {}", noun, shown(low), shown(high)));
    return false;
  }
  void adopt(const std::vector<Problem>& problems) {
    for (const auto& problem : problems)
      m_problems.push_back({place(problem.where), problem.found, problem.expected, problem.suggestion});
  }
  std::vector<Problem> take() { return std::move(m_problems); }

 private:
  std::string place(const std::string& pointer) const {
    std::string path = pointer.substr(1);
    std::ranges::replace(path, '/', '.');
    const auto origin = m_scenario.origins.find(path);
    if (origin != m_scenario.origins.end() && origin->second == Origin::CommandLine) return "--set " + path;
    return fmt::format("{}: {}", m_origin, pointer);
  }

  const Scenario& m_scenario;
  std::string_view m_origin;
  std::vector<Problem> m_problems;
};

// Ways of events to the function, what fails, provisioned concurrency over time, other functions of the account
// (scenario_events.cpp).
void reviewFailures(Review& review, const Failures& failures);
void reviewEvents(Review& review, const Scenario& scenario);
// The fleet (scenario.cpp) and, held against it, a hybrid's base (hybrid_setup.cpp).
void reviewEc2(Review& review, const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
// The type of that name when it is one that the region sells at that option and that holds a request.
const pricing::InstanceType* reviewType(Review& review, const std::string& pointer, const std::string& typeName,
                                        pricing::Purchase purchase, const Scenario& scenario,
                                        const pricing::PriceCatalogue& catalogue);
// Mixed fleets and the spot market (fleet_purchase.cpp).
void reviewFleetPurchase(Review& review, const Scenario& scenario, const pricing::PriceCatalogue& catalogue);
// How many instances there are, and how they come and go (scenario_scaling.cpp).
void reviewFleet(Review& review, const Ec2Setup& ec2);

} // namespace model
