#pragma once
// A decision filled by hand with plausible, consistent figures, so that the window is tested without a simulation.
#include <memory>

#include "model/decision.hpp"
#include "ui/run_controller.hpp"

namespace tests {

// All three lanes: Lambda is recommended because EC2 misses the objective, and Managed Instances are dearer. With the
// idle lifetime varied and a recorded run replayed.
model::Decision plausibleDecision();
model::Decision cheaperManagedDecision(); // the same, but Managed Instances would cost $192.17 a month less than Lambda
model::Decision hybridDecision();         // the same, with a hybrid that is the verdict
std::shared_ptr<const model::Decision> sharedDecision();

// An engine that answers at once with that decision (its scenario replaced by the one asked about, Managed Instances
// only where that has them), and with a fixed
// summary for any trace.
ui::Engine answeringEngine();

} // namespace tests
