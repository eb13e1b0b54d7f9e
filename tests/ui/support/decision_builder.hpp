#pragma once
// A decision filled by hand with plausible, consistent figures, so that the window is tested without a simulation.
#include <memory>

#include "model/decision.hpp"
#include "ui/run_controller.hpp"

namespace tests {

model::Decision plausibleDecision();
std::shared_ptr<const model::Decision> sharedDecision();

// An engine that answers at once with that decision (its scenario replaced by the one asked about), and with a fixed
// summary for any trace.
ui::Engine answeringEngine();

} // namespace tests
