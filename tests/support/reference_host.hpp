#pragma once
// One instance of the plain event loop and the requests in it: remaining work, looked at anew each time. And one that
// waits in the warm pool.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "model/statistics.hpp"

namespace reference {

using model::Int128;

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// Condemned: asked back by AWS before it came into service.
enum class State { Booting, Condemned, Serving, Draining, Gone };

struct Job {
  std::int64_t arrival, left, cores, lasts; // left: of the work, in 2^-10 ns
  double cpu = 0, io = 0;                   // what it is made of, ns
  std::size_t kind = 0;                     // that works on it
};

struct Host {
  State state;
  std::int64_t number, zone, launched, inService, warm, runsSince;
  std::int64_t ended = kNever, deadline = kNever;
  bool returns = false;     // to the warm pool, once drained
  std::int64_t drained = 0; // in which order
  std::vector<Job> running{};
  std::deque<Job> waiting{};
  std::int64_t since = 0; // last change of `running`
  Int128 busyInPeriod = 0;
  std::int64_t receivedInPeriod = 0;
  std::size_t kind = 0;
  bool spot = false, old = false; // old: past its first hour from the start
  std::int64_t notice = kNever, taken = kNever;
  bool held = false, replace = false, interrupted = false;
  Int128 credits = 0; // standard mode, 2^-32 vCPU x ns
  bool slow = false;  // has none, and wants more than it earns
  std::int64_t missed = kNever, slowUntil = 0, linkFree = 0;
  double turns = 0;
  bool fails = false; // its health checks
  int against = 0;    // results in a row
  bool asked = false; // a check waits in the line
  bool late = false;  // it was answered, but not at once
  std::int64_t beforeCheck = 0;
  bool takesOver = false;
  std::deque<std::int64_t> sending{}; // when responses leave that wait for the link
  bool dead() const { return missed != kNever; }

  bool isAlive() const { return state != State::Gone; }
  bool leaves() const { return state == State::Draining || state == State::Condemned; }
  std::int64_t wanted() const {
    std::int64_t sum = 0;
    for (const auto& job : running) sum += job.cores;
    return sum;
  }
  std::size_t firstOut() const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < running.size(); ++i)
      if (running[i].left < running[best].left) best = i;
    return best;
  }
  // When the first of the running ones is done. `cores` are the instance's, shared when they are not enough.
  std::int64_t finish(std::int64_t cores, bool sharing) const {
    Int128 work = std::max<std::int64_t>(0, running[firstOut()].left), perNs = 1024;
    if (sharing && wanted() > cores) {
      work *= wanted();
      perNs *= cores;
    }
    return since + static_cast<std::int64_t>((work + perNs - 1) / perNs);
  }
  void progress(std::int64_t now, std::int64_t cores, bool sharing) {
    Int128 done = static_cast<Int128>(now - since) * 1024;
    if (sharing && wanted() > cores) done = done * cores / wanted();
    for (auto& job : running) job.left -= static_cast<std::int64_t>(done);
    since = now;
  }
};

struct Prepared { // in the warm pool
  std::int64_t number, zone, ready, runsSince;
  bool runs; // and is billed: still prepared, or kept running
};

// The oldest ready one of the zone with the fewest in the group; the pool's size when none is ready.
inline std::size_t firstReady(const std::vector<Prepared>& pool, std::int64_t now, const std::vector<int>& inGroup) {
  const auto before = [&](const Prepared& a, const Prepared& b) {
    const int inA = inGroup[static_cast<std::size_t>(a.zone)], inB = inGroup[static_cast<std::size_t>(b.zone)];
    return inA != inB ? inA < inB : a.zone != b.zone ? a.zone < b.zone : a.number < b.number;
  };
  std::size_t chosen = pool.size();
  for (std::size_t i = 0; i < pool.size(); ++i)
    if (pool[i].ready <= now && (chosen == pool.size() || before(pool[i], pool[chosen]))) chosen = i;
  return chosen;
}

} // namespace reference
