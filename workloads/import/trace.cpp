#include "workloads/import/trace.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "pricing/problem.hpp"
#include "workloads/import/format_reader.hpp"

namespace workloads {

using importing::FormatReader;
using pricing::InputError;
using pricing::Problem;

namespace {

// A new format is one line here and one file with these two functions. Of equal scores the first wins.
constexpr std::array<FormatReader, 6> kReaders = {{
    {{"lambda_report", "AWS Lambda REPORT lines"}, importing::recogniseLambdaLog, importing::readLambdaLog},
    {{"lambda_calls", "AWS Lambda calls as their client saw them"},
     importing::recogniseLambdaCalls,
     importing::readLambdaCalls},
    {{"azure_2019", "Azure Functions 2019 counts per minute"},
     importing::recogniseAzureCounts,
     importing::readAzureCounts},
    {{"azure_2021", "Azure Functions 2021 invocations"},
     importing::recogniseAzureInvocations,
     importing::readAzureInvocations},
    {{"access_log", "Common or Combined access log"}, importing::recogniseAccessLog, importing::readAccessLog},
    {{"csv", "table with times"}, importing::recogniseGenericCsv, importing::readGenericCsv},
}};

constexpr auto kFormats = [] {
  std::array<TraceFormat, kReaders.size()> formats{};
  for (std::size_t i = 0; i < formats.size(); ++i) formats[i] = kReaders[i].format;
  return formats;
}();

std::string formatNames() {
  std::string names;
  for (const auto& format : kFormats)
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", format.name, format.title);
  return names;
}

const FormatReader& readerNamed(const std::string& name) {
  for (const auto& reader : kReaders)
    if (reader.format.name == name) return reader;
  std::vector<std::string_view> names;
  for (const auto& format : kFormats) names.push_back(format.name);
  throw InputError(Problem{"workload.arrivals.format", pricing::quoted(name),
                           fmt::format("one of {}", fmt::join(names, ", ")), pricing::nearestName(name, names)});
}

const FormatReader* bestReader(const std::string& path) {
  const std::string prefix = importing::firstBytes(path, importing::kRecognisedBytes);
  const FormatReader* best = nullptr;
  int bestScore = 0;
  for (const auto& reader : kReaders)
    if (const int score = reader.recognise(prefix); score > bestScore) best = &reader, bestScore = score;
  return best;
}

// Every file must be of one format; all that are not are told at once.
const FormatReader& detect(std::span<const std::string> files) {
  pricing::ProblemList problems;
  const FormatReader* found = nullptr;
  for (const auto& path : files) {
    const FormatReader* best = bestReader(path);
    if (best == nullptr)
      problems.add({path, "no known format",
                    fmt::format("one of {}; --set workload.arrivals.format=NAME names it", formatNames())});
    else if (found == nullptr)
      found = best;
    else if (best != found)
      problems.add({path, best->format.name.data(), fmt::format("{} as in {}", found->format.name, files.front())});
  }
  problems.throwIfAny();
  return *found;
}

} // namespace

std::span<const TraceFormat> traceFormats() { return kFormats; }

std::shared_ptr<const Trace> openTrace(std::span<const std::string> files, const TraceOptions& options,
                                       const ImportProgress& progress) {
  if (files.empty()) throw InputError(Problem{"trace", {}, "the name of a file"});
  importing::ProgressMeter meter(progress, importing::totalSizeOf(files, {"trace", "requests"}));
  // Only a table has a column to name for its times.
  const std::string format = options.format.empty() && !options.timeColumn.empty() ? "csv" : options.format;
  const FormatReader& reader = format.empty() ? detect(files) : readerNamed(format);
  return reader.read({files, options, reader.format, meter});
}

} // namespace workloads
