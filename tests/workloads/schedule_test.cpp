// Schedules against the calendar: named days by hand, and a plain walk over all minutes of a year.
#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "workloads/arrivals.hpp"
#include "workloads/schedule.hpp"

namespace {

using namespace std::chrono;
using workloads::Duration;
using workloads::Schedule;

std::vector<std::string> firings(std::string_view expression, std::size_t count, Duration from = {}) {
  const Schedule schedule(expression);
  std::vector<std::string> out;
  for (auto next = schedule.nextAtOrAfter(from); next && out.size() < count;
       next = schedule.nextAtOrAfter(*next + Duration(1))) {
    const auto day = floor<days>(*next);
    const year_month_day date(Schedule::kDayZero + day);
    const auto minute = duration_cast<minutes>(*next - day).count();
    out.push_back(fmt::format("{}-{:02}-{:02} {:02}:{:02}", static_cast<int>(date.year()),
                              static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), minute / 60,
                              minute % 60));
    CHECK(*next % minutes(1) == Duration{});
  }
  return out;
}
using Times = std::vector<std::string>;

std::vector<std::string> complaints(std::string_view expression) {
  std::vector<std::string> out;
  for (const auto& problem : Schedule::problems(expression, "here")) out.push_back(sentence(problem));
  return out;
}

} // namespace

TEST_CASE("time 0 is a Monday, the first of a month and a year", "[schedule]") {
  CHECK(weekday(Schedule::kDayZero) == Monday);
  CHECK(firings("cron(0 0 1 1 ? *)", 2) == Times{"2024-01-01 00:00", "2025-01-01 00:00"});
  CHECK(firings("cron(0 0 ? * MON *)", 2) == Times{"2024-01-01 00:00", "2024-01-08 00:00"});
}

TEST_CASE("each wildcard means what the user guide says", "[schedule]") {
  CHECK(firings("cron(15 10 * * ? *)", 2) == Times{"2024-01-01 10:15", "2024-01-02 10:15"});
  CHECK(firings("cron(0/15 8-9 ? * MON-FRI *)", 9).back() == "2024-01-02 08:00");
  CHECK(firings("cron(0 18 ? * 2,FRI *)", 3) == Times{"2024-01-01 18:00", "2024-01-05 18:00", "2024-01-08 18:00"});
  CHECK(firings("cron(5/20 */12 * * ? *)", 4) ==
        Times{"2024-01-01 00:05", "2024-01-01 00:25", "2024-01-01 00:45", "2024-01-01 12:05"});
  CHECK(firings("cron(10-30/10 0 * * ? *)", 3) == Times{"2024-01-01 00:10", "2024-01-01 00:20", "2024-01-01 00:30"});
  CHECK(firings("cron(0 0 L * ? *)", 3) == Times{"2024-01-31 00:00", "2024-02-29 00:00", "2024-03-31 00:00"});
  CHECK(firings("cron(0 0 ? * L *)", 1) == Times{"2024-01-06 00:00"}); // the week's last day: Saturday
  CHECK(firings("cron(0 0 ? * 6L *)", 2) == Times{"2024-01-26 00:00", "2024-02-23 00:00"});  // last Friday
  CHECK(firings("cron(0 0 ? * 3#2 *)", 2) == Times{"2024-01-09 00:00", "2024-02-13 00:00"}); // second Tuesday
  CHECK(firings("cron(0 0 ? * thu#5 *)", 2) ==
        Times{"2024-02-29 00:00", "2024-05-30 00:00"}); // only where there is one
  // 3 February 2024 is a Saturday, 3 March a Sunday, 3 January a Wednesday.
  CHECK(firings("cron(0 0 3W * ? *)", 3) == Times{"2024-01-03 00:00", "2024-02-02 00:00", "2024-03-04 00:00"});
  // Never across the edge of the month: 1 June 2024 is a Saturday, 31 March a Sunday.
  CHECK(firings("cron(0 0 1W 6 ? *)", 1) == Times{"2024-06-03 00:00"});
  CHECK(firings("cron(0 0 31W 3 ? *)", 1) == Times{"2024-03-29 00:00"});
  CHECK(firings("cron(0 12 29 FEB ? 2025-2032)", 5) == Times{"2028-02-29 12:00", "2032-02-29 12:00"});
}

TEST_CASE("a rate fires at time 0 and every period", "[schedule]") {
  CHECK(firings("rate(1 hour)", 2) == Times{"2024-01-01 00:00", "2024-01-01 01:00"});
  CHECK(firings(" rate(7 days) ", 2) == Times{"2024-01-01 00:00", "2024-01-08 00:00"});
  CHECK(Schedule("rate(5 minutes)").firingsBefore(hours(1)) == 12);
  CHECK(Schedule("rate(5 minutes)").firingsBefore(hours(1) + Duration(1)) == 13);
}

TEST_CASE("counting and walking minute by minute agree", "[schedule]") {
  for (const auto* expression : {"cron(0/7 3,9-11 ? * TUE-THU *)", "cron(59 23 L * ? *)", "cron(30 6 15W 2-5 ? *)",
                                 "cron(0 * ? 3/4 6L *)", "cron(* * 29 2 ? *)", "rate(11 hours)"}) {
    INFO(expression);
    const Schedule schedule(expression);
    std::uint64_t walked = 0;
    const auto horizon = hours(24 * 500) + minutes(37);
    for (Duration at{}; at < horizon; at += minutes(1)) walked += schedule.nextAtOrAfter(at) == at ? 1 : 0;
    CHECK(walked > 0);
    CHECK(schedule.firingsBefore(horizon) == walked);
  }
}

TEST_CASE("a schedule shows all of itself in a week or in a year", "[schedule]") {
  CHECK(Schedule("cron(0 2 * * ? *)").period() == hours(7 * 24));
  CHECK(Schedule("cron(0 2 ? * SUN *)").period() == hours(7 * 24));
  CHECK(Schedule("cron(0 2 1 * ? *)").period() == hours(365 * 24));
  CHECK(Schedule("cron(0 2 ? * 2#1 *)").period() == hours(365 * 24));
  CHECK(Schedule("rate(5 minutes)").period() == hours(7 * 24));
  CHECK(Schedule("rate(30 days)").period() == hours(365 * 24));
}

TEST_CASE("every wrong expression has its sentence and the nearest name", "[schedule]") {
  using Sentences = std::vector<std::string>;
  CHECK(complaints("cron(0 2 * * ? *)").empty());
  CHECK(complaints("corn(0 2 * * ? *)") ==
        Sentences{"here: found \"corn(0 2 * * ? *)\", expected cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) "
                  "or rate(VALUE UNIT); did you mean \"cron\"?"});
  CHECK(complaints("cron(0 2 * * *)") ==
        Sentences{"here: found \"0 2 * * *\", expected six fields: minutes, hours, day-of-month, month, day-of-week, "
                  "year (there are 5)"});
  CHECK(
      complaints("cron(0 2 * * * *)") ==
      Sentences{"here: found \"0 2 * * * *\", expected ? in exactly one of day-of-month and day-of-week, the two that "
                "exclude each other"});
  CHECK(
      complaints("cron(60 2 ? FBE MON *)") ==
      Sentences{"here: found \"60\", expected minutes from 0 to 59, lists, ascending ranges and steps of them, *",
                "here: found \"FBE\", expected month from 1 to 12 or JAN to DEC, lists, ascending ranges and steps of "
                "them, *; did you mean \"FEB\"?"});
  CHECK(complaints("rate(5 minute)") ==
        Sentences{"here: found \"minute\", expected one of minutes, hours, days, because the value is 5; did you mean "
                  "\"minutes\"?"});
  CHECK(complaints("rate(0 days)") ==
        Sentences{"here: found \"0 days\", expected a rate such as 5 minutes, 1 hour or 7 days"});
  CHECK(complaints("cron(0 0 31 2 ? *)") ==
        Sentences{"here: found \"0 0 31 2 ? *\", expected a schedule that fires after time 0, Monday, 1 January 2024"});
  CHECK(complaints("cron(0 0 * * ? 2023)").size() == 1);
  for (const auto* wrong :
       {"", "cron", "cron()", "cron(0 2 * * ? *", "cron(0 9-3 * * ? *)", "cron(0 2 * * 3#6 *)", "cron(0 2 * * 8L *)",
        "cron(0 2 32W * ? *)", "cron(0 2 ? * MON,, *)", "cron(0/0 2 * * ? *)", "cron(-1 2 * * ? *)", "rate(5)",
        "rate(x minutes)", "rate(99999999999 days)", "cron(0 2 W * ? *)", ")(", "cron(? 2 * * ? *)"}) {
    INFO(wrong);
    CHECK_FALSE(complaints(wrong).empty());
  }
}
