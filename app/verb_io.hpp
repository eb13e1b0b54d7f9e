#pragma once
// What verbs share: input files read whole, results in every format that was asked for, one line of progress. Private
// to app.
#include <chrono>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.hpp"
#include "app/output_file.hpp"
#include "model/decision.hpp"
#include "pricing/import/byte_source.hpp"

namespace app {

inline constexpr int kDone = 0, kBadInput = 2, kUnmet = 3, kInternal = 1, kInterrupted = 130; // contract section 2

// The reports go there anyway; as an output it says so.
bool isStandardOutput(const std::string& path);

struct Input {
  std::string text, origin, directory = ".";
};
Input readInput(const std::string& path, Console& console); // "-": standard input
void refuseLog(const Input& input);                         // what is no scenario, with the way to give a log

// Results in every format asked for: the files opened before the run, then standard output.
class Outputs {
 public:
  Outputs(const Options& options, Console& console) : m_options(options), m_console(console) {
    for (const auto& path : options.outputs)
      if (!isStandardOutput(path)) m_files.emplace_back(path);
  }

  // `forConsole` may differ from `render(Format::Text)` by colour only.
  void write(auto&& render, auto&& forConsole) {
    for (auto& file : m_files) file.commit(render(formatOf(m_options, file.path())));
    const auto format = m_options.format.value_or(Format::Text);
    m_console.out << (format == Format::Text ? forConsole() : render(format)) << std::flush;
    if (m_options.quiet) return;
    for (const auto& file : m_files) m_console.err << "written: " << file.path() << "\n";
  }
  void write(auto&& render) {
    write(render, [&] { return render(Format::Text); });
  }

 private:
  const Options& m_options;
  Console& m_console;
  std::vector<OutputFile> m_files;
};

// One line on a terminal, rewritten in place.
class ProgressLine {
 public:
  explicit ProgressLine(Console& console, bool on)
      : m_console(console), m_on(on), m_start(std::chrono::steady_clock::now()) {}
  ~ProgressLine() { clear(); }

  void show(const model::Progress& progress);
  void clear();
  // Of an import, under the name of its stage.
  pricing::importing::ImportProgress importing(std::string_view stage, std::stop_token stop);

 private:
  Console& m_console;
  bool m_on;
  std::chrono::steady_clock::time_point m_start;
};

} // namespace app
