// A trace's summary for a terminal, and its requests as our own CSV.
#include <array>
#include <fmt/format.h>
#include <iterator>

#include "workloads/import/time_stamps.hpp"
#include "workloads/import/trace.hpp"

namespace workloads {

namespace {

std::string milliseconds(double ms) { return pricing::displaySeconds(ms / 1e3); }

class Text {
 public:
  template <class... Args> void line(std::string_view label, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(m_text), "{:<14}", label);
    fmt::format_to(std::back_inserter(m_text), format, std::forward<Args>(args)...);
    m_text += '\n';
  }
  std::string take() { return std::move(m_text); }

 private:
  std::string m_text;
};

void describeDurations(const TraceSummary& s, Text& text) {
  if (!s.durations) return text.line("durations", "none recorded; give workload.work");
  const auto& d = *s.durations;
  text.line("durations", "mean {}, p50 {}, p90 {}, p95 {}, p99 {}, max {}", milliseconds(d.meanMs),
            milliseconds(d.p50Ms), milliseconds(d.p90Ms), milliseconds(d.p95Ms), milliseconds(d.p99Ms),
            milliseconds(d.maxMs));
}

void describeLambda(const TraceSummary& s, Text& text) {
  if (s.memoryMb)
    text.line("memory", "{:.0f} MB{}", *s.memoryMb,
              s.maxMemoryUsedMb ? fmt::format(", at most {:.0f} MB used", *s.maxMemoryUsedMb) : "");
  if (s.coldStarts)
    text.line("cold starts", "{}{}{}", *s.coldStarts,
              s.meanInitMs ? fmt::format(", mean init {}", milliseconds(*s.meanInitMs)) : "",
              s.environments ? fmt::format("; {} environments", *s.environments) : "");
  if (s.environmentsWarmAtFirst && *s.environmentsWarmAtFirst > 0)
    text.line("", "{} of the environments first seen warm: they were there before", *s.environmentsWarmAtFirst);
  if (s.oldestEnvironment)
    text.line("", "seen for {} at most{}", pricing::displaySeconds(pricing::inSeconds(*s.oldestEnvironment)),
              s.longestIdle ? fmt::format(", used again after {} at most",
                                          pricing::displaySeconds(pricing::inSeconds(*s.longestIdle)))
                            : "");
  if (s.billedMs) text.line("billed", "{:.0f} ms", *s.billedMs);
}

} // namespace

std::string traceSummaryText(const TraceSummary& s) {
  Text text;
  text.line("format", "{} ({})", s.formatTitle, s.format);
  for (const auto& file : s.files) text.line("file", "{}", file);
  text.line("requests", "{} of {} rows", s.requests, s.rows);
  for (const auto& row : s.skipped)
    text.line("skipped", "{}: {} (first in line {})", row.reason, row.count, row.firstLine);
  if (s.firstEpochMs && s.lastEpochMs)
    text.line("time", "{} to {}", importing::isoText(*s.firstEpochMs), importing::isoText(*s.lastEpochMs));
  text.line("length", "{}", pricing::displaySeconds(pricing::inSeconds(s.span)));
  text.line("rate", "mean {}, peak {} over {}", pricing::displayRate(s.meanRatePerSecond),
            pricing::displayRate(s.peakRatePerSecond), pricing::displaySeconds(pricing::inSeconds(s.peakInterval)));
  describeDurations(s, text);
  describeLambda(s, text);
  if (s.functions > 1) text.line("functions", "{}", s.functions);
  for (const auto& note : s.notes) text.line("note", "{}", note);
  return text.take();
}

void writeTraceCsv(const Trace& trace, std::uint64_t seed, const std::function<void(std::string_view)>& write,
                   const std::stop_token& stop) {
  const bool durations = trace.hasDurations();
  write(durations ? "arrival_s,duration_ms\n" : "arrival_s\n");
  std::array<std::int64_t, 4096> arrival{}, duration{};
  const auto cursor = trace.cursor(seed, 0);
  fmt::memory_buffer text;
  while (const std::size_t n = cursor->fill(arrival, duration)) {
    if (stop.stop_requested()) throw ImportCancelled{};
    text.clear();
    for (std::size_t i = 0; i < n; ++i) {
      fmt::format_to(fmt::appender(text), "{}.{:09}", arrival[i] / importing::kSecond, arrival[i] % importing::kSecond);
      if (durations) fmt::format_to(fmt::appender(text), ",{}.{:06}", duration[i] / 1'000'000, duration[i] % 1'000'000);
      text.push_back('\n');
    }
    write({text.data(), text.size()});
  }
}

} // namespace workloads
