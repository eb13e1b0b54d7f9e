#include "workloads/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "workloads/distribution.hpp"
#include "workloads/import/trace.hpp"
#include "workloads/overloaded.hpp"
#include "workloads/profile_rate.hpp"
#include "workloads/schedule.hpp"

namespace workloads {

namespace {

using pricing::displayRate;
using pricing::inSeconds;
using pricing::Problem;

double onShare(const BurstyArrivals& a) {
  const double on = inSeconds(a.on), off = inSeconds(a.off);
  return on + off > 0 ? on / (on + off) : 0;
}

// Whole hours and the part of the last one.
template <class Visit> void eachHour(Duration horizon, Visit visit) {
  constexpr Duration kHour = std::chrono::hours(1);
  std::int64_t hour = 0;
  for (Duration begin{}; begin < horizon; begin += kHour) visit(hour++, inSeconds(std::min(kHour, horizon - begin)));
}

double meanRate(const ProfileArrivals& a, Duration horizon) {
  const ProfileRate rate(a);
  double requests = 0;
  eachHour(horizon, [&](std::int64_t hour, double seconds) { requests += rate.perSecond(hour) * seconds; });
  return horizon > Duration{} ? requests / inSeconds(horizon) : 0;
}

double peakRate(const ProfileArrivals& a, Duration horizon) {
  const ProfileRate rate(a);
  double peak = 0;
  eachHour(horizon, [&](std::int64_t hour, double) { peak = std::max(peak, rate.perSecond(hour)); });
  return peak;
}

// Requests of the crowd above the base, up to the horizon.
double crowdRequests(const FlashArrivals& a, Duration horizon) {
  struct Leg {
    Duration length;
    double from, to;
  };
  const double extra = a.peak.inPerSecond() - a.base.inPerSecond();
  double requests = 0, left = inSeconds(horizon - a.at);
  for (const auto& leg : {Leg{a.rise, 0, extra}, Leg{a.hold, extra, extra}, Leg{a.fall, extra, 0}}) {
    const double length = inSeconds(leg.length), seen = std::clamp(left, 0.0, length);
    if (length > 0) requests += seen * (leg.from + 0.5 * (leg.to - leg.from) * seen / length);
    left -= length;
  }
  return requests;
}

double meanRate(const FlashArrivals& a, Duration horizon) {
  return horizon > Duration{} ? a.base.inPerSecond() + crowdRequests(a, horizon) / inSeconds(horizon) : 0;
}

double meanRate(const CronArrivals& a, Duration horizon) {
  if (horizon <= Duration{}) return 0;
  return a.requests * static_cast<double>(Schedule(a.expression).firingsBefore(horizon)) / inSeconds(horizon);
}

// Collects what is wrong with one arrival process at one place.
class Judge {
 public:
  explicit Judge(std::string_view where) : m_where(where) {}

  void rate(std::string_view key, RequestRate rate) {
    if (!(rate.inPerSecond() >= 0 && rate.inPerSecond() <= kLargestRatePerSecond))
      add(key, pricing::toText(rate), "a rate from 0 to 1G/s");
  }
  void within(std::string_view key, double value, double low, double high, std::string_view expected) {
    if (!(value >= low && value <= high)) add(key, fmt::format("{}", value), std::string(expected));
  }
  void stay(std::string_view key, Duration stay) {
    if (stay < std::chrono::milliseconds(1) || stay > std::chrono::hours(24 * 365))
      add(key, pricing::toText(stay), "a mean stay from 1ms to 365d");
  }
  void span(std::string_view key, Duration span) {
    if (span < Duration{} || span > std::chrono::hours(24 * 3650))
      add(key, pricing::toText(span), "a time from 0s to 3650d");
  }
  void schedule(std::string_view key, std::string_view expression) {
    for (auto& problem : Schedule::problems(expression, fmt::format("{}/{}", m_where, key)))
      m_problems.push_back(std::move(problem));
  }
  void weights(std::string_view key, std::span<const double> weights) {
    for (std::size_t i = 0; i < weights.size(); ++i)
      within(fmt::format("{}/{}", key, i), weights[i], 0, 1e9, "a weight from 0 to 1e9");
    if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0; }))
      add(key, "zeros only", "at least one weight above 0");
  }
  void add(std::string_view key, std::string found, std::string expected) {
    m_problems.push_back({fmt::format("{}/{}", m_where, key), std::move(found), std::move(expected)});
  }
  std::vector<Problem> take() { return std::move(m_problems); }

 private:
  std::string m_where;
  std::vector<Problem> m_problems;
};

void judge(Judge& j, const ConstantArrivals& a) { j.rate("rate", a.rate); }
void judge(Judge& j, const PoissonArrivals& a) { j.rate("rate", a.rate); }

void judge(Judge& j, const RenewalArrivals& a) {
  j.rate("rate", a.rate);
  j.within("cv", a.cv, kSmallestCv, kLargestCv, "a coefficient of variation from 0.000001 to 1000");
}

void judge(Judge& j, const BurstyArrivals& a) {
  j.rate("rate_on", a.rateOn);
  j.rate("rate_off", a.rateOff);
  j.stay("on", a.on);
  j.stay("off", a.off);
}

void judge(Judge& j, const ProfileArrivals& a) {
  j.rate("mean", a.mean);
  j.weights("hour_of_day", a.hourOfDay);
  j.weights("day_of_week", a.dayOfWeek);
  j.within("growth_per_month", a.growthPerMonth, -0.99, 10, "a growth per month from -0.99 to 10 (0.05 is 5 %)");
  j.within("dispersion", a.dispersion, 1, 1e6, "an index of dispersion from 1 (Poisson) to 1e6");
}

void judge(Judge& j, const TraceArrivals& a) {
  if (a.files.empty() && !a.trace) j.add("file", "", "the name of a trace file");
  j.within("scale", a.scale, 1e-9, kLargestTraceScale, "a factor from 1e-9 to 10000");
}

std::string describe(const ProfileArrivals& a) {
  const auto highest = *std::max_element(a.hourOfDay.begin(), a.hourOfDay.end());
  const double sum = std::accumulate(a.hourOfDay.begin(), a.hourOfDay.end(), 0.0);
  std::string text = fmt::format("profile, mean {}, busiest hour of the day {:.3g} x mean",
                                 displayRate(a.mean.inPerSecond()), sum > 0 ? highest * 24 / sum : 0.0);
  if (a.growthPerMonth != 0) text += fmt::format(", growing {} per month", pricing::displayPercent(a.growthPerMonth));
  if (a.dispersion != 1) text += fmt::format(", index of dispersion per minute {}", a.dispersion);
  return text;
}

void judge(Judge& j, const BatchArrivals& a) {
  j.rate("rate", a.rate);
  j.within("size", static_cast<double>(a.size), 1, 1e6, "a whole number of requests from 1 to 1000000");
}

void judge(Judge& j, const FlashArrivals& a) {
  j.rate("base", a.base);
  j.rate("peak", a.peak);
  if (a.peak < a.base) j.add("peak", pricing::toText(a.peak), "at least base (" + pricing::toText(a.base) + ")");
  j.span("at", a.at);
  j.span("rise", a.rise);
  j.span("hold", a.hold);
  j.span("fall", a.fall);
}

void judge(Judge& j, const CronArrivals& a) {
  j.schedule("expression", a.expression);
  j.within("requests", a.requests, 1e-6, 1e6, "a number of requests from 0.000001 to 1000000");
}

std::string describe(const FlashArrivals& a) {
  const auto span = [](Duration d) { return pricing::displaySeconds(inSeconds(d)); };
  return fmt::format("flash crowd, {}, from {} on rising to {} in {}, held {}, falling in {}",
                     displayRate(a.base.inPerSecond()), span(a.at), displayRate(a.peak.inPerSecond()), span(a.rise),
                     span(a.hold), span(a.fall));
}

std::string describe(const CronArrivals& a) {
  return a.requests == 1 ? a.expression : fmt::format("{}, {} requests each time", a.expression, a.requests);
}

std::string describe(const TraceArrivals& a) {
  std::string text = "trace";
  for (const auto& file : a.files) text += (&file == &a.files.front() ? " " : ", ") + file;
  if (!a.function.empty()) text += fmt::format(", function {}", pricing::quoted(a.function));
  if (a.trace) text += ", " + displayRate(a.trace->summary().meanRatePerSecond * a.scale);
  if (a.scale != 1) text += fmt::format(" (recorded x {})", a.scale);
  return text;
}

RequestRate times(RequestRate rate, double factor) { return RequestRate::perSecond(rate.inPerSecond() * factor); }

} // namespace

std::string_view kind(const Arrivals& a) {
  static constexpr std::array<std::string_view, std::variant_size_v<Arrivals>> kKinds{
      "constant", "poisson", "renewal", "bursty", "profile", "trace", "batch", "flash", "cron"};
  return kKinds[a.index()];
}

double meanRatePerSecond(const Arrivals& a, Duration horizon) {
  return std::visit(
      Overloaded{[](const BurstyArrivals& x) {
                   const double on = onShare(x);
                   return on * x.rateOn.inPerSecond() + (1 - on) * x.rateOff.inPerSecond();
                 },
                 [](const TraceArrivals& x) { return x.trace ? x.trace->summary().meanRatePerSecond * x.scale : 0.0; },
                 [](const BatchArrivals& x) { return x.rate.inPerSecond() * static_cast<double>(x.size); },
                 [&](const ProfileArrivals& x) { return meanRate(x, horizon); },
                 [&](const FlashArrivals& x) { return meanRate(x, horizon); },
                 [&](const CronArrivals& x) { return meanRate(x, horizon); },
                 [](const auto& x) { return x.rate.inPerSecond(); }},
      a);
}

double peakRatePerSecond(const Arrivals& a, Duration horizon) {
  return std::visit(
      Overloaded{[](const BurstyArrivals& x) { return std::max(x.rateOn, x.rateOff).inPerSecond(); },
                 [&](const ProfileArrivals& x) { return peakRate(x, horizon); },
                 [](const TraceArrivals& x) { return x.trace ? x.trace->summary().peakRatePerSecond * x.scale : 0.0; },
                 [](const BatchArrivals& x) { return x.rate.inPerSecond() * static_cast<double>(x.size); },
                 [&](const FlashArrivals& x) { return (horizon > x.at ? x.peak : x.base).inPerSecond(); },
                 [](const CronArrivals& x) { return x.requests / 60; },
                 [](const auto& x) { return x.rate.inPerSecond(); }},
      a);
}

Duration naturalSpan(const Arrivals& a) {
  return std::visit(Overloaded{[](const ProfileArrivals&) -> Duration { return std::chrono::hours(24); },
                               [](const FlashArrivals& x) { return x.at + x.rise + x.hold + x.fall; },
                               [](const CronArrivals& x) { return Schedule(x.expression).period(); },
                               [](const auto&) { return Duration{}; }},
                    a);
}

std::string describe(const Arrivals& a) {
  const auto shown = [](RequestRate rate) { return displayRate(rate.inPerSecond()); };
  const auto span = [](Duration d) { return pricing::displaySeconds(inSeconds(d)); };
  return std::visit(
      Overloaded{
          [&](const ConstantArrivals& x) { return "constant, " + shown(x.rate); },
          [&](const PoissonArrivals& x) { return "Poisson, " + shown(x.rate); },
          [&](const RenewalArrivals& x) { return fmt::format("renewal, {}, cv of the gaps {}", shown(x.rate), x.cv); },
          [&](const BurstyArrivals& x) {
            return fmt::format("bursty, {} for {} and {} for {} on average", shown(x.rateOn), span(x.on),
                               shown(x.rateOff), span(x.off));
          },
          [&](const BatchArrivals& x) { return fmt::format("Poisson batches of {}, {}", x.size, shown(x.rate)); },
          [](const auto& x) { return describe(x); }},
      a);
}

std::vector<Problem> problems(const Arrivals& a, std::string_view where) {
  Judge j(where);
  std::visit([&j](const auto& x) { judge(j, x); }, a);
  return j.take();
}

Arrivals scaled(const Arrivals& a, double factor) {
  Arrivals result = a;
  std::visit(Overloaded{[=](BurstyArrivals& x) {
                          x.rateOn = times(x.rateOn, factor);
                          x.rateOff = times(x.rateOff, factor);
                        },
                        [=](ProfileArrivals& x) {
                          x.mean = times(x.mean, factor);
                          x.dispersion = 1 + factor * (x.dispersion - 1);
                        },
                        [=](FlashArrivals& x) {
                          x.base = times(x.base, factor);
                          x.peak = times(x.peak, factor);
                        },
                        [=](CronArrivals& x) { x.requests *= factor; }, [=](TraceArrivals& x) { x.scale *= factor; },
                        [=](auto& x) { x.rate = times(x.rate, factor); }},
             result);
  return result;
}

} // namespace workloads
