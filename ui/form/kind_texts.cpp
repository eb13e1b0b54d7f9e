#include "ui/form/kind_texts.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ui/form/field_text.hpp"

namespace ui {

namespace {

using pricing::Duration;
using pricing::Problem;
namespace w = workloads;

// Walks the texts of one value in the order of its kind's parameters.
class Reader {
 public:
  Reader(const KindTexts& texts, const KindSpec& spec, std::string_view where, std::vector<Problem>& problems)
      : m_texts(texts), m_spec(spec), m_where(where), m_problems(problems) {}

  template <class T> void next(T& value) {
    const std::string text = m_index < m_texts.values.size() ? m_texts.values[m_index] : std::string();
    if (const auto refusal = readField(text, value)) refuse(text, *refusal);
    ++m_index;
  }
  template <class T> void next(std::optional<T>& value, std::string_view nothing) {
    const std::string text = m_index < m_texts.values.size() ? m_texts.values[m_index] : std::string();
    if (const auto refusal = readField(text, value, nothing)) refuse(text, *refusal);
    ++m_index;
  }
  std::string nextText() {
    std::string text;
    next(text);
    return text;
  }
  template <std::size_t N> void nextList(std::array<double, N>& values) {
    const std::string text = nextText();
    std::vector<double> read;
    std::size_t from = 0;
    while ((from = text.find_first_not_of(" ,;\t\n", from)) != std::string::npos) {
      const auto to = std::min(text.find_first_of(" ,;\t\n", from), text.size());
      double value = 0;
      if (readField(std::string_view(text).substr(from, to - from), value)) break;
      read.push_back(value);
      from = to;
    }
    if (read.size() != N || from != std::string::npos) {
      --m_index;
      refuse(text, fmt::format("{} numbers separated by blanks", N));
      ++m_index;
      return;
    }
    std::copy(read.begin(), read.end(), values.begin());
  }
  // "0..0.1 10, 0.1.. 30": bounds, either of which may be missing, and the change.
  void nextSteps(std::vector<model::StepAdjustment>& steps) {
    const std::string text = nextText();
    steps.clear();
    for (std::size_t from = 0; from < text.size();) {
      const auto to = std::min(text.find(',', from), text.size());
      model::StepAdjustment step;
      if (!readStep(withoutBlanks(std::string_view(text).substr(from, to - from)), step)) {
        --m_index;
        refuse(text, "steps such as 0..0.1 10, 0.1.. 30");
        ++m_index;
        return;
      }
      steps.push_back(step);
      from = to + 1;
    }
  }
  bool good() const { return m_good; }

 private:
  static bool readStep(std::string_view text, model::StepAdjustment& step) {
    const auto dots = text.find(".."), blank = text.find(' ', dots);
    if (dots == std::string_view::npos || blank == std::string_view::npos) return false;
    return !readField(text.substr(0, dots), step.from, "") &&
           !readField(text.substr(dots + 2, blank - dots - 2), step.to, "") &&
           !readField(text.substr(blank + 1), step.change);
  }
  void refuse(const std::string& text, std::string expected) {
    m_good = false;
    const auto& key = m_spec.parameters.at(m_index).key;
    m_problems.push_back({fmt::format("{}/{}", m_where, key),
                          text.empty() ? "nothing" : pricing::quoted(text),
                          std::move(expected),
                          {}});
  }
  const KindTexts& m_texts;
  const KindSpec& m_spec;
  std::string_view m_where;
  std::vector<Problem>& m_problems;
  std::size_t m_index = 0;
  bool m_good = true;
};

constexpr std::string_view kAsGiven = "as given";

std::string text(Duration value) { return fieldText(value); }

struct DistributionTexts {
  KindTexts operator()(const w::Constant& d) const { return {"constant", {text(d.value)}}; }
  KindTexts operator()(const w::Exponential& d) const { return {"exponential", {text(d.mean)}}; }
  KindTexts operator()(const w::Lognormal& d) const { return {"lognormal", {text(d.mean), fieldText(d.cv)}}; }
  KindTexts operator()(const w::Gamma& d) const { return {"gamma", {text(d.mean), fieldText(d.cv)}}; }
  KindTexts operator()(const w::Weibull& d) const { return {"weibull", {text(d.mean), fieldText(d.cv)}}; }
  KindTexts operator()(const w::Quantiles& d) const {
    return {"quantiles", {text(d.p50), text(d.p90), text(d.p95), text(d.p99), text(d.max)}};
  }
  KindTexts operator()(const w::Tabulated&) const { return {"tabulated", {}}; }
  KindTexts operator()(const w::Empirical&) const { return {"empirical", {}}; }
};

struct SourceTexts {
  static std::vector<std::string> record(const model::RecordSource& s) {
    return {fieldText(s.recordsPerRequest), fieldText(s.recordSize, "auto")};
  }
  static std::vector<std::string> with(std::vector<std::string> values, std::initializer_list<std::int64_t> more) {
    for (const auto value : more) values.push_back(fieldText(value));
    return values;
  }
  KindTexts operator()(const model::S3Source& s) const {
    return {"s3", {fieldText(s.putsPerRequest), fieldText(s.getsPerRequest)}};
  }
  KindTexts operator()(const model::SqsSource& s) const {
    return {"sqs", with(record(s), {s.batchSize, s.sendBatchSize})};
  }
  KindTexts operator()(const model::SqsFifoSource& s) const {
    return {"sqs_fifo", with(record(s), {s.batchSize, s.sendBatchSize})};
  }
  KindTexts operator()(const model::KinesisSource& s) const { return {"kinesis", with(record(s), {s.shards})}; }
  KindTexts operator()(const model::KinesisOnDemandSource& s) const {
    return {"kinesis_on_demand", with(record(s), {s.consumers})};
  }
};

template <class Weights> std::string list(const Weights& weights) { return fmt::format("{}", fmt::join(weights, " ")); }

struct ArrivalTexts {
  KindTexts operator()(const w::ConstantArrivals& a) const { return {"constant", {fieldText(a.rate)}}; }
  KindTexts operator()(const w::PoissonArrivals& a) const { return {"poisson", {fieldText(a.rate)}}; }
  KindTexts operator()(const w::RenewalArrivals& a) const { return {"renewal", {fieldText(a.rate), fieldText(a.cv)}}; }
  KindTexts operator()(const w::BurstyArrivals& a) const {
    return {"bursty", {fieldText(a.rateOn), fieldText(a.rateOff), fieldText(a.on), fieldText(a.off)}};
  }
  KindTexts operator()(const w::ProfileArrivals& a) const {
    return {"profile",
            {fieldText(a.mean), list(a.hourOfDay), list(a.dayOfWeek), fieldText(a.growthPerMonth),
             fieldText(a.dispersion)}};
  }
  KindTexts operator()(const w::BatchArrivals& a) const { return {"batch", {fieldText(a.rate), fieldText(a.size)}}; }
  KindTexts operator()(const w::FlashArrivals& a) const {
    return {"flash", {fieldText(a.base), fieldText(a.peak), text(a.at), text(a.rise), text(a.hold), text(a.fall)}};
  }
  KindTexts operator()(const w::CronArrivals& a) const { return {"cron", {a.expression, fieldText(a.requests)}}; }
  KindTexts operator()(const w::TraceArrivals& a) const {
    return {"trace",
            {joinFiles(a.files), a.format.empty() ? "detect" : a.format, a.timeColumn, a.durationColumn, a.function,
             fieldText(a.scale)}};
  }
};

// A distribution of mean and cv; the three kinds differ in their name only.
template <class Kind> w::DurationDistribution readMeanAndCv(Reader& reader) {
  Kind kind;
  reader.next(kind.mean);
  reader.next(kind.cv);
  return kind;
}

w::Quantiles readQuantiles(Reader& reader) {
  w::Quantiles quantiles;
  for (auto* value : {&quantiles.p50, &quantiles.p90, &quantiles.p95, &quantiles.p99, &quantiles.max})
    reader.next(*value);
  return quantiles;
}

w::BurstyArrivals readBursty(Reader& reader) {
  w::BurstyArrivals bursty;
  reader.next(bursty.rateOn);
  reader.next(bursty.rateOff);
  reader.next(bursty.on);
  reader.next(bursty.off);
  return bursty;
}

w::ProfileArrivals readProfile(Reader& reader) {
  w::ProfileArrivals profile{};
  reader.next(profile.mean);
  reader.nextList(profile.hourOfDay);
  reader.nextList(profile.dayOfWeek);
  reader.next(profile.growthPerMonth);
  reader.next(profile.dispersion);
  return profile;
}

w::FlashArrivals readFlash(Reader& reader) {
  w::FlashArrivals flash;
  reader.next(flash.base);
  reader.next(flash.peak);
  for (auto* span : {&flash.at, &flash.rise, &flash.hold, &flash.fall}) reader.next(*span);
  return flash;
}

w::CronArrivals readCron(Reader& reader) {
  w::CronArrivals cron{reader.nextText()};
  reader.next(cron.requests);
  return cron;
}

w::TraceArrivals readTrace(Reader& reader) {
  w::TraceArrivals trace;
  trace.files = splitFiles(reader.nextText());
  trace.format = reader.nextText();
  if (trace.format == "detect") trace.format.clear();
  trace.timeColumn = reader.nextText();
  trace.durationColumn = reader.nextText();
  trace.function = reader.nextText();
  reader.next(trace.scale);
  return trace;
}

constexpr std::array<std::string_view, 3> kMetrics{"cpu", "requests_per_target", "backlog_per_instance"};
constexpr std::array<std::string_view, 3> kAdjustments{"change_in_capacity", "percent_change_in_capacity",
                                                       "exact_capacity"};
template <class Enum> std::string nameOf(const std::array<std::string_view, 3>& names, Enum value) {
  return std::string(names[static_cast<std::size_t>(value)]);
}
// A choice offers nothing else.
template <class Enum> void nextChoice(Reader& reader, const std::array<std::string_view, 3>& names, Enum& value) {
  const auto match = std::ranges::find(names, reader.nextText());
  if (match != names.end()) value = static_cast<Enum>(match - names.begin());
}

template <class Policy> void readPoints(Reader& reader, Policy& policy) {
  reader.next(policy.period);
  reader.next(policy.metricDelay);
  reader.next(policy.outPoints);
  reader.next(policy.inPoints);
}

model::TargetTracking readTargetTracking(Reader& reader) {
  model::TargetTracking tracking;
  nextChoice(reader, kMetrics, tracking.metric);
  reader.next(tracking.target);
  readPoints(reader, tracking);
  reader.next(tracking.inFraction);
  reader.next(tracking.warmup);
  return tracking;
}

template <class Policy> Policy readAlarms(Reader& reader) {
  Policy policy;
  nextChoice(reader, kMetrics, policy.metric);
  reader.next(policy.outThreshold);
  reader.next(policy.inThreshold);
  readPoints(reader, policy);
  nextChoice(reader, kAdjustments, policy.adjustment);
  reader.next(policy.minAdjustmentMagnitude);
  return policy;
}

model::StepScaling readStep(Reader& reader) {
  auto policy = readAlarms<model::StepScaling>(reader);
  reader.nextSteps(policy.out);
  reader.nextSteps(policy.in);
  reader.next(policy.warmup);
  return policy;
}

model::SimpleScaling readSimple(Reader& reader) {
  auto policy = readAlarms<model::SimpleScaling>(reader);
  reader.next(policy.outChange);
  reader.next(policy.inChange);
  reader.next(policy.cooldown);
  return policy;
}

struct ScalingTexts {
  using Texts = std::vector<std::string>;
  KindTexts operator()(const model::NoScaling&) const { return {"none", {}}; }
  KindTexts operator()(const model::TargetTracking& p) const {
    Texts texts{nameOf(kMetrics, p.metric), fieldText(p.target)};
    addPoints(texts, p);
    texts.insert(texts.end(), {fieldText(p.inFraction), fieldText(p.warmup)});
    return {"target_tracking", texts};
  }
  KindTexts operator()(const model::StepScaling& p) const {
    auto texts = alarms(p);
    texts.insert(texts.end(), {stepsText(p.out), stepsText(p.in), fieldText(p.warmup)});
    return {"step", texts};
  }
  KindTexts operator()(const model::SimpleScaling& p) const {
    auto texts = alarms(p);
    texts.insert(texts.end(), {fieldText(p.outChange), fieldText(p.inChange), fieldText(p.cooldown)});
    return {"simple", texts};
  }

 private:
  template <class Policy> static void addPoints(Texts& texts, const Policy& p) {
    texts.insert(texts.end(),
                 {fieldText(p.period), fieldText(p.metricDelay), fieldText(p.outPoints), fieldText(p.inPoints)});
  }
  template <class Policy> static Texts alarms(const Policy& p) {
    Texts texts{nameOf(kMetrics, p.metric), fieldText(p.outThreshold), fieldText(p.inThreshold)};
    addPoints(texts, p);
    texts.insert(texts.end(), {nameOf(kAdjustments, p.adjustment), fieldText(p.minAdjustmentMagnitude)});
    return texts;
  }
  // "0..0.1 10, 0.1.. 30"
  static std::string stepsText(const std::vector<model::StepAdjustment>& steps) {
    Texts texts;
    for (const auto& step : steps)
      texts.push_back(
          fmt::format("{}..{} {}", fieldText(step.from, ""), fieldText(step.to, ""), fieldText(step.change)));
    return fmt::format("{}", fmt::join(texts, ", "));
  }
};

// Records, then the whole numbers of the kind in the order of its parameters.
template <class Kind, class... Members> model::RequestSource readRecords(Reader& reader, Members... members) {
  Kind kind;
  reader.next(kind.recordsPerRequest);
  reader.next(kind.recordSize, "auto");
  (reader.next(kind.*members), ...);
  return kind;
}

template <class Value, class Read>
std::optional<Value> readKind(std::span<const KindSpec> kinds, const KindTexts& texts, std::string_view where,
                              std::vector<Problem>& problems, const Read& read) {
  const KindSpec* spec = findKind(kinds, texts.kind);
  if (!spec || !spec->offered) {
    problems.push_back({fmt::format("{}/kind", where), pricing::quoted(texts.kind), "one of the kinds listed", {}});
    return std::nullopt;
  }
  Reader reader(texts, *spec, where, problems);
  Value value = read(reader);
  return reader.good() ? std::optional(std::move(value)) : std::nullopt;
}

} // namespace

KindTexts kindTexts(const w::DurationDistribution& distribution) {
  return std::visit(DistributionTexts{}, distribution);
}
KindTexts kindTexts(const w::Arrivals& arrivals) { return std::visit(ArrivalTexts{}, arrivals); }

KindTexts kindTexts(const model::Scaling& scaling) { return std::visit(ScalingTexts{}, scaling); }

std::optional<w::DurationDistribution> readDistribution(const KindTexts& texts, std::string_view where,
                                                        std::vector<Problem>& problems) {
  const auto read = [&texts](Reader& reader) -> w::DurationDistribution {
    const auto& kind = texts.kind;
    if (kind == "lognormal") return readMeanAndCv<w::Lognormal>(reader);
    if (kind == "gamma") return readMeanAndCv<w::Gamma>(reader);
    if (kind == "weibull") return readMeanAndCv<w::Weibull>(reader);
    if (kind == "quantiles") return readQuantiles(reader);
    Duration span{};
    reader.next(span);
    if (kind == "exponential") return w::Exponential{span};
    return w::Constant{span};
  };
  return readKind<w::DurationDistribution>(distributionKinds(), texts, where, problems, read);
}

std::optional<w::Arrivals> readArrivals(const KindTexts& texts, std::string_view where,
                                        std::vector<Problem>& problems) {
  const auto read = [&texts](Reader& reader) -> w::Arrivals {
    const auto& kind = texts.kind;
    if (kind == "bursty") return readBursty(reader);
    if (kind == "profile") return readProfile(reader);
    if (kind == "flash") return readFlash(reader);
    if (kind == "cron") return readCron(reader);
    if (kind == "trace") return readTrace(reader);
    pricing::RequestRate rate;
    reader.next(rate);
    if (kind == "constant") return w::ConstantArrivals{rate};
    if (kind == "poisson") return w::PoissonArrivals{rate};
    w::BatchArrivals batch{rate, 1};
    if (kind == "batch") {
      reader.next(batch.size);
      return batch;
    }
    w::RenewalArrivals renewal{rate, 1};
    reader.next(renewal.cv);
    return renewal;
  };
  return readKind<w::Arrivals>(arrivalKinds(), texts, where, problems, read);
}

std::optional<model::Scaling> readScaling(const KindTexts& texts, std::string_view where,
                                          std::vector<Problem>& problems) {
  const auto read = [&texts](Reader& reader) -> model::Scaling {
    if (texts.kind == "target_tracking") return readTargetTracking(reader);
    if (texts.kind == "step") return readStep(reader);
    if (texts.kind == "simple") return readSimple(reader);
    return model::NoScaling{};
  };
  return readKind<model::Scaling>(scalingKinds(), texts, where, problems, read);
}

KindTexts kindTexts(const model::RequestSource& source) { return std::visit(SourceTexts{}, source); }

std::optional<model::RequestSource> readSource(const KindTexts& texts, std::string_view where,
                                               std::vector<Problem>& problems) {
  namespace m = model;
  const auto read = [&texts](Reader& reader) -> m::RequestSource {
    const auto& kind = texts.kind;
    if (kind == "sqs") return readRecords<m::SqsSource>(reader, &m::SqsSource::batchSize, &m::SqsSource::sendBatchSize);
    if (kind == "sqs_fifo")
      return readRecords<m::SqsFifoSource>(reader, &m::SqsFifoSource::batchSize, &m::SqsFifoSource::sendBatchSize);
    if (kind == "kinesis") return readRecords<m::KinesisSource>(reader, &m::KinesisSource::shards);
    if (kind == "kinesis_on_demand")
      return readRecords<m::KinesisOnDemandSource>(reader, &m::KinesisOnDemandSource::consumers);
    m::S3Source objects;
    reader.next(objects.putsPerRequest);
    reader.next(objects.getsPerRequest);
    return objects;
  };
  return readKind<m::RequestSource>(sourceKinds(), texts, where, problems, read);
}

KindTexts kindTexts(const model::OverflowRule& rule) {
  if (const auto* weighted = std::get_if<model::WeightedOverflow>(&rule))
    return {"weight", {fieldText(weighted->share)}};
  return {"in_flight", {fieldText(std::get<model::InFlightOverflow>(rule).limit, "auto")}};
}

std::optional<model::OverflowRule> readOverflow(const KindTexts& texts, std::string_view where,
                                                std::vector<Problem>& problems) {
  const auto read = [&texts](Reader& reader) -> model::OverflowRule {
    model::WeightedOverflow weighted;
    model::InFlightOverflow inFlight;
    if (texts.kind == "weight") {
      reader.next(weighted.share);
      return weighted;
    }
    reader.next(inFlight.limit, "auto");
    return inFlight;
  };
  return readKind<model::OverflowRule>(overflowKinds(), texts, where, problems, read);
}

KindTexts kindTexts(const model::SnapStart& snapStart) {
  std::string restore = "auto";
  if (snapStart.restore) {
    const auto* constant = std::get_if<w::Constant>(&*snapStart.restore);
    restore = constant ? fieldText(constant->value) : std::string(kAsGiven);
  }
  return {"on", {restore, fieldText(snapStart.billedShare), fieldText(snapStart.versions)}};
}

std::optional<model::SnapStart> readSnapStart(const KindTexts& texts,
                                              const std::optional<w::DurationDistribution>& given,
                                              std::string_view where, std::vector<Problem>& problems) {
  const bool asGiven = !texts.values.empty() && texts.values.front() == kAsGiven;
  const auto read = [&](Reader& reader) {
    model::SnapStart snapStart;
    std::optional<Duration> restore;
    if (asGiven)
      reader.nextText();
    else
      reader.next(restore, "auto");
    if (restore) snapStart.restore = w::Constant{*restore};
    if (asGiven) snapStart.restore = given;
    reader.next(snapStart.billedShare);
    reader.next(snapStart.versions);
    return snapStart;
  };
  return readKind<model::SnapStart>(snapStartKinds(), texts, where, problems, read);
}

std::string joinFiles(std::span<const std::string> files) { return fmt::format("{}", fmt::join(files, " ; ")); }

std::vector<std::string> splitFiles(std::string_view text) {
  std::vector<std::string> files;
  while (!text.empty()) {
    const auto end = std::min(text.find(" ; "), text.size());
    if (const auto file = withoutBlanks(text.substr(0, end)); !file.empty()) files.emplace_back(file);
    text.remove_prefix(std::min(text.size(), end + 3));
  }
  return files;
}

} // namespace ui
