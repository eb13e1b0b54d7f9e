#include "app/verb_io.hpp"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <istream>
#include <sys/stat.h>

#include "pricing/problem.hpp"
#include "pricing/quantities.hpp"

namespace app {

namespace {

// A scenario or usage file is small; a log given in its place must not be swallowed whole.
constexpr std::streamsize kLargestInput = 64 << 20;

std::string readAll(std::istream& in, const std::string& where) {
  std::string text;
  std::array<char, 1 << 16> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (static_cast<std::streamsize>(text.size()) > kLargestInput)
      throw pricing::InputError({where, "more than 64 MB", "a JSON file; a log is given with --trace"});
  }
  if (in.bad()) throw pricing::InputError({where, "a file that cannot be read", "a file that can be read"});
  return text;
}

} // namespace

bool isStandardOutput(const std::string& path) { return path == "-" || path == "/dev/stdout"; }

Input readInput(const std::string& path, Console& console) {
  if (path == "-") return {readAll(console.in, "standard input"), "standard input", "."};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw pricing::InputError({path, "no such file", "a file that can be read, or - for standard input"});
  if (S_ISDIR(status.st_mode)) throw pricing::InputError({path, "a directory", "a JSON file"});
  std::ifstream file(path, std::ios::binary);
  if (!file) throw pricing::InputError({path, "a file that cannot be opened", "a file that can be read"});
  const auto slash = path.rfind('/');
  return {readAll(file, path), path, slash == std::string::npos ? "." : path.substr(0, slash)};
}

void refuseLog(const Input& input) {
  const auto first = input.text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string::npos)
    throw pricing::InputError(
        {input.origin, "an empty file", "a scenario in JSON (breakeven example web-api prints one)"});
  if (input.text[first] == '{') return;
  throw pricing::InputError(
      {input.origin, pricing::quoted(std::string_view(input.text).substr(first, 24)),
       "a scenario in JSON, which starts with {; a log of requests is given as --trace " + input.origin});
}

void ProgressLine::show(const model::Progress& progress) {
  if (!m_on) return;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - m_start;
  auto line = fmt::format("{:>3.0f} %  {}", 100 * progress.done, progress.stage);
  if (progress.requestsPerSecond > 0)
    line += fmt::format("  {} requests/s", pricing::displayCount(progress.requestsPerSecond));
  if (progress.done > 0.02 && spent.count() > 1)
    line +=
        fmt::format("  about {} left", pricing::displaySeconds(spent.count() * (1 - progress.done) / progress.done));
  m_console.err << "\r\x1b[K" << line << std::flush;
}

void ProgressLine::clear() {
  if (m_on) m_console.err << "\r\x1b[K" << std::flush;
}

pricing::importing::ImportProgress ProgressLine::importing(std::string_view stage, std::stop_token stop) {
  const auto report = [this, stage](std::uint64_t done, std::uint64_t total) {
    show({stage, total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0, 0});
  };
  return {report, std::move(stop)};
}

} // namespace app
