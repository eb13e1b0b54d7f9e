#pragma once
// One line of a Lambda function's log. REPORT lines are read as "Name: value unit" pairs in any order, with tabs or
// blanks between them, and anything before the word REPORT (time, stream, a forwarder's prefix) is left to the caller.
// The JSON log format (platform.start, platform.report) is read too. Layouts: AWS Lambda developer guide, "Lambda log
// formats" (read 2026-11); pinned by tests/workloads/lambda_log_test.cpp.
#include <cstdint>
#include <optional>
#include <string_view>

namespace workloads::importing {

// 128 bits of a request id: its UUID, or a hash when it is masked or malformed.
struct RequestId {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const RequestId&, const RequestId&) = default;
  struct Hash {
    std::size_t operator()(const RequestId& id) const { return static_cast<std::size_t>(id.high ^ id.low); }
  };
};
RequestId requestId(std::string_view text);

struct LambdaReport {
  std::int64_t duration = -1; // ns, without init
  std::optional<std::int64_t> billedMs;
  std::optional<std::int64_t> init; // ns; of a restore from a snapshot when there was no init
  std::optional<double> memoryMb, maxMemoryUsedMb;
};

enum class LambdaLine { Other, Start, Report, MalformedReport };

struct LambdaEvent {
  LambdaLine kind = LambdaLine::Other;
  std::size_t at = 0; // where it begins in the line
  RequestId id;
  std::int64_t stamp = -1; // ns; JSON log format only: its own "time"
  LambdaReport report;
};

// The first START, REPORT, platform.start or platform.report in the line.
LambdaEvent parseLambdaLine(std::string_view line);
// "2026/02/14/[$LATEST]d4d7..." or empty.
std::string_view findLogStream(std::string_view text);

} // namespace workloads::importing
