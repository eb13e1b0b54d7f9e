// The command line: options, signals, streams, exit code. Everything else is in commands.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <unistd.h>

#include "app/commands.hpp"

namespace {

// The first Ctrl-C asks the run to stop (exit code 130, nothing half-written); the second ends the process at once.
// Signals are blocked in every thread and taken here, so no code runs in a signal handler.
class Interrupts {
 public:
  explicit Interrupts(std::stop_source& source) {
    sigemptyset(&m_signals);
    sigaddset(&m_signals, SIGINT);
    sigaddset(&m_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    std::thread([signals = m_signals, &source] {
      int signal = 0;
      sigwait(&signals, &signal);
      source.request_stop();
      sigwait(&signals, &signal);
      _exit(130);
    }).detach();
  }

 private:
  sigset_t m_signals{};
};

bool useColour(app::Colour colour) {
  if (colour != app::Colour::Auto) return colour == app::Colour::Always;
  const char* refused = std::getenv("NO_COLOR"); // https://no-color.org: present and not empty
  return (refused == nullptr || *refused == '\0') && isatty(STDOUT_FILENO) != 0;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is a failed write, not a silent death
  const auto parsed = app::parseOptions(std::vector<std::string>(argv + 1, argv + argc));
  if (parsed.exit) {
    (parsed.exit->code == 0 ? std::cout : std::cerr) << parsed.exit->text;
    return parsed.exit->code;
  }
  static std::stop_source source; // outlives the waiting thread
  const Interrupts interrupts(source);
  app::Console console{std::cin, std::cout, std::cerr, isatty(STDERR_FILENO) != 0, useColour(parsed.options.colour)};
  const int code = app::runGuarded(parsed.options, console, source.get_token());
  _exit(code); // everything is flushed; the waiting thread must not meet destroyed statics
}
