#include "ui/form/kind_texts.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ui/form/field_text.hpp"
#include "workloads/import/trace.hpp"

namespace ui {

namespace {

using pricing::Duration;
using pricing::Problem;
namespace w = workloads;

constexpr std::string_view kTimeTip = "A time with its unit: ns, us, ms, s, min, h, d or w; a bare number is seconds.";
constexpr std::string_view kRateTip = "A rate: 100/s, 30/min, 1.5M/day; a bare number is requests per second.";
constexpr std::string_view kCvTip = "Standard deviation divided by the mean; 1 for an exponential.";

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
  bool good() const { return m_good; }

 private:
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

Parameter time(std::string key, std::string label, std::string fallback, std::string tip = {}) {
  return {std::move(key), std::move(label), std::move(fallback),
          tip.empty() ? std::string(kTimeTip) : fmt::format("{} {}", tip, kTimeTip)};
}
Parameter rate(std::string key, std::string label, std::string fallback) {
  return {std::move(key), std::move(label), std::move(fallback), std::string(kRateTip)};
}
Parameter number(std::string key, std::string label, std::string fallback, std::string_view tip) {
  return {std::move(key), std::move(label), std::move(fallback), std::string(tip)};
}

std::vector<KindSpec> makeDistributionKinds() {
  const auto meanAndCv = [] {
    return std::vector{time("mean", "Mean", "100ms"), number("cv", "Variation", "1", kCvTip)};
  };
  return {{"constant", "constant", {time("value", "Value", "100ms")}},
          {"exponential", "exponential", {time("mean", "Mean", "100ms")}},
          {"lognormal", "lognormal", meanAndCv()},
          {"gamma", "gamma", meanAndCv()},
          {"weibull", "Weibull", meanAndCv()},
          {"quantiles",
           "published quantiles",
           {time("p50", "Median", "80ms"), time("p90", "p90", "200ms"), time("p95", "p95", "280ms"),
            time("p99", "p99", "500ms"), time("max", "Maximum", "2s")}},
          {"tabulated", "measured curve", {}, false},
          {"empirical", "measured values", {}, false}};
}

std::vector<std::string> formatNames() {
  std::vector<std::string> names{"detect"};
  for (const auto& format : w::traceFormats()) names.emplace_back(format.name);
  return names;
}

std::vector<KindSpec> makeArrivalKinds() {
  const std::string flatDay = fmt::format("{}", fmt::join(std::vector<int>(24, 1), " "));
  return {
      {"constant", "evenly spaced", {rate("rate", "Rate", "100/s")}},
      {"poisson", "Poisson", {rate("rate", "Rate", "100/s")}},
      {"renewal",
       "renewal (gamma gaps)",
       {rate("rate", "Rate", "100/s"),
        number("cv", "Variation of gaps", "1", "Standard deviation of the gaps divided by their mean; 1 is Poisson.")}},
      {"bursty",
       "bursty (on and off)",
       {rate("rate_on", "Rate when on", "200/s"), rate("rate_off", "Rate when off", "10/s"),
        time("on", "Mean time on", "60s"), time("off", "Mean time off", "300s")}},
      {"profile",
       "hour of day, day of week",
       {rate("mean", "Mean rate", "100/s"),
        number("hour_of_day", "Hours", flatDay, "24 weights, from midnight; only their proportions count."),
        number("day_of_week", "Days", "1 1 1 1 1 1 1", "7 weights, Monday first; only their proportions count."),
        number("growth_per_month", "Growth a month", "0", "0.05 or 5% is five per cent more every 730 hours."),
        number("dispersion", "Dispersion a minute", "1",
               "Variance divided by mean of the counts per minute; 1 is Poisson, above is burstier.")}},
      {"trace",
       "recorded trace",
       {Parameter{"file", "File", "", "A log or trace; several files that belong together are separated by ;",
                  Parameter::Input::Files},
        Parameter{"format", "Format", "detect", "How the file is written; detect looks at its first rows.",
                  Parameter::Input::Choice, formatNames()},
        number("time_column", "Time column", "", "Generic CSV: name or number of the column; empty: detected."),
        number("duration_column", "Duration column", "", "Generic CSV: name or number of the column; empty: detected."),
        number("function", "Function", "", "Keep this function only; busiest picks the one with most requests."),
        number("scale", "Scale", "1", "Thins (below 1) or multiplies (above 1) the recorded arrivals.")}},
      {"batch",
       "batches",
       {rate("rate", "Rate of batches", "1/s"),
        number("size", "Requests each", "10", "They come at the same instant.")}},
      {"flash",
       "flash crowd",
       {rate("base", "Rate before and after", "10/s"), rate("peak", "Rate of the crowd", "500/s"),
        time("at", "Begins at", "1h"), time("rise", "Rising", "1min"), time("hold", "Held", "10min"),
        time("fall", "Falling", "10min")}},
      {"cron",
       "schedule (cron)",
       {number(
            "expression", "Schedule", "cron(0 2 * * ? *)",
            "cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR) or rate(5 minutes); time 0 is a Monday, 00:00."),
        number("requests", "Requests each", "1", "Requests that each firing brings at once.")}}};
}

std::vector<KindSpec> makeScalingKinds() {
  const model::TargetTracking usual;
  return {
      {"none", "none: a fixed number", {}},
      {"target_tracking",
       "target tracking",
       {Parameter{"metric",
                  "Metric",
                  "cpu",
                  "What CloudWatch watches: mean CPU, or requests per target.",
                  Parameter::Input::Choice,
                  {"cpu", "requests_per_target"}},
        number("target", "Target", fieldText(usual.target), "CPU as a fraction or in per cent; or requests a period."),
        time("period", "Period of a point", fieldText(usual.period), "60s with detailed monitoring, else 300s."),
        time("metric_delay", "Delay of a point", fieldText(usual.metricDelay)),
        number("out_points", "Points to add", fieldText(usual.outPoints), "Points in a row above the target."),
        number("in_points", "Points to remove", fieldText(usual.inPoints), "Points in a row below the lower edge."),
        number("in_fraction", "Lower edge", fieldText(usual.inFraction), "As a share of the target."),
        time("warmup", "Instance warm-up", fieldText(usual.warmup),
             "After in service: not in the metric, and nothing is removed meanwhile.")}}};
}

std::vector<Parameter> recordParameters() {
  return {
      number("records_per_request", "Records a request", "1", "Records or messages that one request works on."),
      number("record_size", "Record size", "auto", "Bytes, such as 2KB; auto: the request's size shared among them.")};
}

std::vector<Parameter> queueParameters() {
  auto parameters = recordParameters();
  parameters.push_back(
      number("batch_size", "Receive batch", "10", "Messages of one receive and of one delete, 1 to 10."));
  parameters.push_back(number("send_batch_size", "Send batch", "1", "Messages of one send, 1 to 10."));
  return parameters;
}

std::vector<KindSpec> makeSourceKinds() {
  auto stream = recordParameters();
  stream.push_back(number("shards", "Shards", "1", "Paid by the hour, all month."));
  auto onDemand = recordParameters();
  onDemand.push_back(number("consumers", "Consumers", "1", "Each reads all data once."));
  return {{"s3",
           "S3 objects",
           {number("puts_per_request", "Writes a request", "1", "PUT, COPY, POST or LIST requests."),
            number("gets_per_request", "Reads a request", "1", "GET and all other requests.")}},
          {"sqs", "SQS queue", queueParameters()},
          {"sqs_fifo", "SQS FIFO queue", queueParameters()},
          {"kinesis", "Kinesis stream, provisioned", std::move(stream)},
          {"kinesis_on_demand", "Kinesis stream, on demand", std::move(onDemand)}};
}

constexpr std::string_view kAsGiven = "as given";

std::vector<KindSpec> makeSnapStartKinds() {
  const model::SnapStart usual;
  return {
      {"on",
       "on",
       {number("restore", "Restore", "auto", "A time such as 600ms; auto: as measured, by memory."),
        number("billed_share", "Billed share", fieldText(usual.billedShare), "Of the restore; a fraction or %."),
        number("versions", "Versions", fieldText(usual.versions), "Published, each with a snapshot in the cache.")}}};
}

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

model::TargetTracking readTargetTracking(Reader& reader) {
  model::TargetTracking tracking;
  tracking.metric = reader.nextText() == "cpu" ? model::TargetTracking::Metric::Cpu
                                               : model::TargetTracking::Metric::RequestsPerTarget;
  reader.next(tracking.target);
  reader.next(tracking.period);
  reader.next(tracking.metricDelay);
  reader.next(tracking.outPoints);
  reader.next(tracking.inPoints);
  reader.next(tracking.inFraction);
  reader.next(tracking.warmup);
  return tracking;
}

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

const KindSpec* findKind(std::span<const KindSpec> kinds, std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &KindSpec::name);
  return found == kinds.end() ? nullptr : &*found;
}

std::span<const KindSpec> distributionKinds() {
  static const auto kinds = makeDistributionKinds();
  return kinds;
}
std::span<const KindSpec> arrivalKinds() {
  static const auto kinds = makeArrivalKinds();
  return kinds;
}
std::span<const KindSpec> scalingKinds() {
  static const auto kinds = makeScalingKinds();
  return kinds;
}

std::span<const KindSpec> sourceKinds() {
  static const auto kinds = makeSourceKinds();
  return kinds;
}

KindTexts kindTexts(const w::DurationDistribution& distribution) {
  return std::visit(DistributionTexts{}, distribution);
}
KindTexts kindTexts(const w::Arrivals& arrivals) { return std::visit(ArrivalTexts{}, arrivals); }

KindTexts kindTexts(const model::Scaling& scaling) {
  const auto* tracking = std::get_if<model::TargetTracking>(&scaling);
  if (!tracking) return {"none", {}};
  return {"target_tracking",
          {tracking->metric == model::TargetTracking::Metric::Cpu ? "cpu" : "requests_per_target",
           fieldText(tracking->target), fieldText(tracking->period), fieldText(tracking->metricDelay),
           fieldText(tracking->outPoints), fieldText(tracking->inPoints), fieldText(tracking->inFraction),
           fieldText(tracking->warmup)}};
}

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

std::span<const KindSpec> snapStartKinds() {
  static const auto kinds = makeSnapStartKinds();
  return kinds;
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
