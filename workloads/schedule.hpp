#pragma once
// Schedules in the words of Amazon EventBridge: "rate(5 minutes)" and six-field "cron(minutes hours day-of-month month
// day-of-week year)" with , - * / ? L W # and names (EventBridge user guide, "Cron and rate expressions", read from
// memory; Quartz where it is silent: 6L is the month's last Friday). Cron fires at second 0 of its minutes; a rate
// fires at time 0 and every period after it. Pinned by tests/workloads/schedule_test.cpp against a plain walk over
// minutes.
#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/problem.hpp"
#include "pricing/quantities.hpp"

namespace workloads {

using pricing::Duration;

class Schedule {
 public:
  // All that is wrong with the expression, at `where`; nothing: it is a schedule.
  static std::vector<pricing::Problem> problems(std::string_view expression, std::string_view where);
  explicit Schedule(std::string_view expression); // precondition: problems() is empty

  // The first firing at or after this instant; nothing: none within the years that an expression can name.
  std::optional<Duration> nextAtOrAfter(Duration from) const;
  std::uint64_t firingsBefore(Duration horizon) const; // in [0, horizon)
  // After this the pattern has been seen: a week, or a year where days of the month, months or years decide.
  Duration period() const;

  // Time 0: Monday, 1 January 2024, 00:00 UTC.
  static constexpr std::chrono::sys_days kDayZero = std::chrono::year(2024) / 1 / 1;

 private:
  Schedule() = default;
  // One alternative of day-of-month or day-of-week beyond plain numbers.
  struct DayRule {
    enum class Kind { LastDay, NearestWeekday, NthWeekday, LastWeekday } kind = Kind::LastDay;
    unsigned day = 0;     // of the month, or of the week (0 is Sunday)
    unsigned ordinal = 0; // of NthWeekday: 1..5
  };
  friend class ScheduleParser;

  bool firesOn(std::chrono::sys_days day) const;
  bool matches(const DayRule& rule, std::chrono::year_month_day date) const;
  std::optional<Duration> firstOfDay(Duration from) const; // since midnight
  std::int64_t firingsADay() const;

  Duration m_every{}; // of a rate; zero: cron
  std::bitset<60> m_minutes;
  std::bitset<24> m_hours;
  std::bitset<32> m_days;
  std::bitset<13> m_months;
  std::bitset<7> m_weekdays; // 0 is Sunday
  std::bitset<230> m_years;  // from 1970
  std::vector<DayRule> m_rules;
  bool m_byMonth = false; // more than days of the week and hours decide
};

} // namespace workloads
