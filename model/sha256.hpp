#pragma once
// SHA-256 (FIPS 180-4), for the fingerprint of a scenario in every result: no security rests on it, so a library of
// megabytes would buy nothing. Pinned by the vectors of FIPS 180-4 in tests/model/scenario_json_test.cpp.
#include <string>
#include <string_view>

namespace model {

std::string sha256Hex(std::string_view bytes); // 64 lower-case hex digits

} // namespace model
