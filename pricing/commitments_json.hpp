#pragma once
// The "commitments" of a usage file: docs/commitments.md says which keys. Private to usage_json.cpp. Pinned by
// tests/pricing/commitments_test.cpp and tests/broken/usage/.
#include <optional>

#include "pricing/commitments.hpp"

namespace pricing {

class JsonObject;

// Nothing when the file has none. What is wrong is noted with its place.
std::optional<CommittedUsage> readCommitments(JsonObject& root, double hoursPerMonth);

} // namespace pricing
