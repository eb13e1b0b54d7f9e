#include "model/lambda/numbered_engine.hpp"

#include "model/lambda/earliest_first.hpp"
#include "model/lambda/stretch_run.hpp"

namespace model::lambda {

namespace {

// A number that no environment has.
constexpr std::uint32_t kNobody = 0;
constexpr std::uint64_t kNoKey = UINT64_MAX;

// Whose it is stands at a place among the stretch's numbers: that of the request, or behind all requests those that
// are due.
struct NumberedFinish {
  std::uint64_t key = kNoKey; // StretchKey
  std::uint32_t place = 0;
  NumberedFinish() = default;
  NumberedFinish(std::uint64_t offsetNs, const NumberedEnd&, std::size_t due)
      : key(StretchKey::of(offsetNs, 0)), place(static_cast<std::uint32_t>(due)) {}
  explicit NumberedFinish(std::uint64_t keyOfRequest)
      : key(keyOfRequest), place(static_cast<std::uint32_t>(StretchKey::order(keyOfRequest) - 1)) {}
  std::int64_t offsetNs() const { return StretchKey::offsetNs(key); }
  bool isBefore(const NumberedFinish& other) const { return key < other.key; }
};

// The finish, inside the stretch under way, of a call that was looked at by itself.
struct LateFinish {
  std::uint64_t key = kNoKey;
  std::uint32_t number = kNobody;
  friend bool operator<(const LateFinish& a, const LateFinish& b) { return a.key < b.key; }
};

struct Idle {
  std::int64_t sinceNs = 0;
  std::uint32_t number = kNobody;
};

// Instants and spans that say whether an environment that is met may go on.
struct Life {
  std::int64_t retireNs = kNever; // what finishes later is recycled
  std::int64_t idleNs = kNever;   // lapses so long after it became idle; kNever: it is to be looked at first
  static constexpr std::int64_t kNever = INT64_MIN / 4;
};

std::int64_t choose(std::uint64_t mask, std::int64_t a, std::int64_t b) {
  const auto bits = static_cast<std::int64_t>(mask);
  return (a & bits) | (b & ~bits);
}

class NumberedEngine final : public StretchRun<NumberedEnd> {
 public:
  NumberedEngine(const LambdaFunction& function, const ObservationPlan& plan, std::uint64_t seed,
                 std::uint64_t replication, CountingGrain grain)
      : StretchRun(function, plan, seed, replication, grain, kForeverNs), m_idle(1), m_lives(1), m_environments(1) {}

 private:
  void serveStretch() override;
  void release(std::span<const NumberedEnd> ends) override {
    for (const NumberedEnd& end : ends) becomeIdle(end.finishNs, end.number);
  }
  std::int64_t idleFrom(std::int64_t ns) const override;
  void settleIdle(std::int64_t edgeNs, Int128& idleNs, std::uint64_t& ended) override;

  void prepare();
  void merge();
  bool step();
  void serveOne(std::size_t request);
  void startByItself(std::size_t request, CallStart start, std::uint32_t number);
  void keepFinishes();

  std::uint32_t takeIdle(std::int64_t ns);
  void becomeIdle(std::int64_t ns, std::uint32_t number);
  std::uint32_t create(std::int64_t ns, CallStart& start);
  void awaitInit(std::uint32_t number, bool awaits);
  void refuseOne(std::size_t request, std::uint64_t& reason) {
    m_numbers[request] = kNobody;
    refuse(request, reason);
  }
  std::int64_t lapsesNs(const Idle& idle) const { return idle.sinceNs + m_environments[idle.number].idleLifetimeNs; }
  void bookWhole(const Idle& idle, Int128& idleNs, std::uint64_t& ended) const;
  std::size_t arrivals() const { return m_stretch.arrival.size(); }
  std::uint64_t arrivalKey(std::size_t request) const {
    return StretchKey::of(static_cast<std::uint64_t>(m_stretch.arrival[request] - m_stretch.fromNs), request);
  }

  // Below all idle ones lies nobody, whose life is over whenever it is met.
  std::vector<Idle> m_idle;
  std::size_t m_height = 1;
  std::int64_t m_windowNs = 0;                                     // idle time before it is booked
  std::int64_t m_shortestIdleNs = kForeverNs, m_longestIdleNs = 0; // of all environments there have been
  std::vector<Life> m_lives;                                       // by number
  std::vector<Environment> m_environments;
  std::vector<std::uint32_t> m_freeNumbers;

  FinishCells<NumberedFinish, NumberedEnd> m_cells;
  std::span<NumberedFinish> m_finishes; // one more, with kNoKey, behind them
  std::vector<std::uint32_t> m_numbers; // of the environments of the stretch's requests, then of those that are due
  std::size_t m_next = 0, m_finish = 0; // request, finish
  EarliestFirst<LateFinish> m_late;
  struct Later {
    std::size_t request;
    NumberedEnd end;
  };
  std::vector<Later> m_later; // of calls that were looked at by themselves, ascending
  std::vector<NumberedEnd> m_kept;
};

// ---- a stretch ----

void NumberedEngine::serveStretch() {
  prepare();
  const bool oneByOne = m_askRate || someAreCut();
  while (m_next < arrivals()) {
    if (!oneByOne && m_late.empty()) merge();
    step();
  }
  while (step()) {
  }
  keepFinishes();
}

void NumberedEngine::prepare() {
  m_cells.deal(m_stretch, m_grain.perCell);
  m_finishes = m_cells.allInOrder();
  m_finishes.data()[m_finishes.size()] = {};
  const std::size_t due = m_stretch.due.size(), events = arrivals() + due;
  if (m_numbers.size() < events) m_numbers.resize(2 * events);
  for (std::size_t i = 0; i < due; ++i) m_numbers[arrivals() + i] = m_stretch.due[i].number;
  if (m_idle.size() <= m_height + events) m_idle.resize(2 * (m_height + events));
  m_next = m_finish = 0;
  m_later.clear();
}

// Arrivals and finishes in their order, up to the first that needs to be looked at. An arrival takes the topmost idle
// environment, a finish puts its own on top. Which of the two comes next is a coin toss, so both are worked out and one
// is kept; what the other one stored lies where the next stores.
void NumberedEngine::merge() {
  const std::int64_t* const arrivals = m_stretch.arrival.data();
  const NumberedFinish* const finishes = m_finishes.data();
  const Life* const lives = m_lives.data();
  std::uint32_t* const numbers = m_numbers.data();
  Idle* const idle = m_idle.data();
  const std::size_t count = m_stretch.arrival.size();
  const std::int64_t fromNs = m_stretch.fromNs, windowNs = m_windowNs;
  std::size_t next = m_next, finish = m_finish, height = m_height;
  std::size_t lowest = height;
  Int128 idleNs = 0;
  while (next < count) {
    const std::int64_t arrivalNs = arrivals[next];
    const NumberedFinish end = finishes[finish];
    const bool ends = end.key <= StretchKey::of(static_cast<std::uint64_t>(arrivalNs - fromNs), next);
    const std::uint64_t mask = std::uint64_t{0} - ends;
    const Idle top = idle[height - 1];
    const std::int64_t now = choose(mask, fromNs + end.offsetNs(), arrivalNs);
    const auto number = static_cast<std::uint32_t>(choose(mask, numbers[end.place], top.number));
    const Life life = lives[number];
    if (choose(mask, life.retireNs, top.sinceNs + life.idleNs - 1) < now) [[unlikely]]
      break;
    idle[height] = {now, number};
    numbers[next] = number;
    idleNs += choose(mask, 0, now - std::max(top.sinceNs, windowNs));
    height += 2 * std::size_t{ends} - 1;
    finish += ends;
    next += !ends;
    lowest = std::min(lowest, height);
  }
  // None came and none went: who is not idle is busy.
  m_sums.peakBusy = std::max(m_sums.peakBusy, m_busy + static_cast<std::int64_t>(m_height - lowest));
  m_busy += static_cast<std::int64_t>(m_height) - static_cast<std::int64_t>(height);
  m_servedTogether += next - m_next;
  m_next = next;
  m_finish = finish;
  m_height = height;
  m_sums.idleNs += idleNs;
}

// The next event, whatever it is; false when there is none.
bool NumberedEngine::step() {
  const NumberedFinish& expected = m_finishes.data()[m_finish];
  const std::uint64_t late = m_late.empty() ? kNoKey : m_late.top().key;
  const std::uint64_t key = std::min(expected.key, late);
  if (m_next < arrivals() && arrivalKey(m_next) < key) {
    serveOne(m_next++);
    return true;
  }
  if (key == kNoKey) return false;
  std::uint32_t number;
  if (late < expected.key) {
    number = m_late.top().number;
    m_late.pop();
  } else {
    number = m_numbers[expected.place];
    ++m_finish;
    if (number == kNobody) return true; // it did not start as expected
  }
  --m_busy;
  becomeIdle(m_stretch.fromNs + StretchKey::offsetNs(key), number);
  return true;
}

void NumberedEngine::serveOne(std::size_t request) {
  const std::int64_t now = m_stretch.arrival[request];
  if (m_askRate && !m_rate.hasTokenAt(now)) return refuseOne(request, m_sums.throttledRate);
  CallStart start;
  std::uint32_t number = takeIdle(now);
  if (number == kNobody) {
    const Growth growth = mayGrow(now);
    if (growth != Growth::Allowed)
      return refuseOne(request, growth == Growth::Rate ? m_sums.throttledGrowth : m_sums.throttledConcurrency);
    number = create(now, start);
    return startByItself(request, start, number);
  }
  if (m_environments[number].reset) {
    awaitInit(number, false);
    return startByItself(request, initAfterReset(), number);
  }
  if (m_call[m_first + request] > m_timeoutNs) return startByItself(request, start, number);
  m_numbers[request] = number;
  ++m_busy;
  notePeak();
  if (m_askRate) m_rate.take();
}

// Its finish among those expected is nobody's.
void NumberedEngine::startByItself(std::size_t request, CallStart start, std::uint32_t number) {
  m_numbers[request] = kNobody;
  const OtherCall call = startOtherwise(request, start);
  if (call.cut) awaitInit(number, true);
  if (call.finishNs < m_stretch.toNs)
    m_late.push({StretchKey::of(static_cast<std::uint64_t>(call.finishNs - m_stretch.fromNs), request + 1), number});
  else
    m_later.push_back({request, {call.finishNs, number}});
}

// What is still in flight after the stretch, in the order of the requests.
void NumberedEngine::keepFinishes() {
  const auto after = m_cells.after();
  m_kept.resize(after.size() + m_later.size() + 1);
  auto later = m_later.begin();
  std::size_t kept = 0;
  for (const std::uint32_t request : after) {
    for (; later != m_later.end() && later->request < request; ++later) m_kept[kept++] = later->end;
    m_kept[kept] = {m_stretch.arrival[request] + m_stretch.call[request], m_numbers[request]};
    kept += m_numbers[request] != kNobody;
  }
  for (; later != m_later.end(); ++later) m_kept[kept++] = later->end;
  m_slices.pushAll(kept, [this](std::size_t i) { return m_kept[i]; });
}

// ---- environments ----

// The topmost live one; those that lapsed by now are dropped on the way.
std::uint32_t NumberedEngine::takeIdle(std::int64_t ns) {
  while (m_height > 1) {
    const Idle top = m_idle[--m_height];
    if (lapsesNs(top) > ns) {
      m_sums.idleNs += ns - std::max(top.sinceNs, m_windowNs);
      return top.number;
    }
    bookWhole(top, m_sums.idleNs, m_sums.environmentsEnded);
    m_freeNumbers.push_back(top.number);
  }
  return kNobody;
}

void NumberedEngine::becomeIdle(std::int64_t ns, std::uint32_t number) {
  if (ns > m_lives[number].retireNs) {
    ++m_sums.environmentsEnded;
    m_freeNumbers.push_back(number);
    return;
  }
  if (m_height == m_idle.size()) m_idle.emplace_back();
  m_idle[m_height++] = {ns, number};
}

std::uint32_t NumberedEngine::create(std::int64_t ns, CallStart& start) {
  const Birth birth = beBorn(ns, start);
  auto number = static_cast<std::uint32_t>(m_environments.size());
  if (m_freeNumbers.empty()) {
    m_environments.emplace_back();
    m_lives.emplace_back();
  } else {
    number = m_freeNumbers.back();
    m_freeNumbers.pop_back();
  }
  m_environments[number] = birth.environment;
  m_shortestIdleNs = std::min(m_shortestIdleNs, birth.environment.idleLifetimeNs);
  m_longestIdleNs = std::max(m_longestIdleNs, birth.environment.idleLifetimeNs);
  m_lives[number] = {birth.environment.createdNs + birth.environment.maxLifetimeNs, birth.environment.idleLifetimeNs};
  return number;
}

void NumberedEngine::awaitInit(std::uint32_t number, bool awaits) {
  m_environments[number].reset = awaits;
  m_lives[number].idleNs = awaits ? Life::kNever : m_environments[number].idleLifetimeNs;
}

// ---- looking at the run ----

// Those on top are idle for less than the shortest idle lifetime, those at the bottom for more than the longest; only
// what is between has to be asked.
std::int64_t NumberedEngine::idleFrom(std::int64_t ns) const {
  const auto begin = m_idle.begin() + 1, end = m_idle.begin() + static_cast<std::ptrdiff_t>(m_height);
  const auto first = std::ranges::lower_bound(begin, end, ns - m_longestIdleNs, {}, &Idle::sinceNs);
  const auto certain = std::ranges::lower_bound(first, end, ns - m_shortestIdleNs, {}, &Idle::sinceNs);
  return (end - certain) +
         std::ranges::count_if(first, certain, [&](const Idle& idle) { return lapsesNs(idle) >= ns; });
}

void NumberedEngine::bookWhole(const Idle& idle, Int128& idleNs, std::uint64_t& ended) const {
  const std::int64_t lapses = lapsesNs(idle);
  if (lapses < m_windowNs) return; // in an earlier window
  idleNs += lapses - std::max(idle.sinceNs, m_windowNs);
  ++ended;
}

void NumberedEngine::settleIdle(std::int64_t edgeNs, Int128& idleNs, std::uint64_t& ended) {
  for (std::size_t i = 1; i < m_height; ++i) {
    if (lapsesNs(m_idle[i]) < edgeNs)
      bookWhole(m_idle[i], idleNs, ended);
    else
      idleNs += edgeNs - std::max(m_idle[i].sinceNs, m_windowNs);
  }
  m_windowNs = edgeNs;
}

} // namespace

bool canNumber(const LambdaFunction& function) {
  return !function.needsEvents() && function.reuse == Reuse::Lifo && function.provisioned == 0;
}

std::unique_ptr<AnyEngine> numberedEngine(const LambdaFunction& function, const ObservationPlan& plan,
                                          std::uint64_t seed, std::uint64_t replication, CountingGrain grain) {
  return std::make_unique<NumberedEngine>(function, plan, seed, replication, grain);
}

} // namespace model::lambda
