#include "pricing/quantities.hpp"

#include <clocale>
#include <limits>
#include <locale>
#include <random>
#include <vector>

#include "pricing/money.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;

namespace {

// Mixing units does not compile, not even by way of a plain number.
template <class A, class B> constexpr bool kAdds = requires(A a, B b) { a + b; };
template <class A, class B> constexpr bool kCompares = requires(A a, B b) { a < b; };
template <class A, class B> constexpr bool kMultiplies = requires(A a, B b) { a* b; };
static_assert(!kAdds<Memory, ByteCount> && !kAdds<Memory, Duration> && !kAdds<Memory, int>);
static_assert(!kAdds<RequestRate, Duration> && !kAdds<RequestRate, double> && !kAdds<Duration, double>);
static_assert(!kCompares<Memory, ByteCount> && !kCompares<Memory, int> && !kCompares<Duration, int>);
static_assert(!kCompares<RequestRate, double> && kCompares<Memory, Memory> && kAdds<Duration, Duration>);
static_assert(!kAdds<Money, UnitPrice> && !kAdds<Money, double> && !kAdds<UnitPrice, UnitPrice>);
static_assert(!kMultiplies<Money, Money> && !kMultiplies<UnitPrice, Money> && kMultiplies<UnitPrice, double>);
static_assert(!std::is_convertible_v<double, Money> && !std::is_convertible_v<double, RequestRate>);
static_assert(!std::is_convertible_v<int, Memory> && !std::is_convertible_v<std::int64_t, ByteCount>);
static_assert(!std::is_convertible_v<double, Duration> && !std::is_convertible_v<Money, double>);

template <class T> T parsed(const Parsed<T>& result) {
  INFO((std::holds_alternative<Malformed>(result) ? std::get<Malformed>(result).expected : ""));
  REQUIRE(std::holds_alternative<T>(result));
  return std::get<T>(result);
}
template <class T> bool isMalformed(const Parsed<T>& result) { return std::holds_alternative<Malformed>(result); }
// Those of the texts that the parser takes for quantities.
template <class T>
std::vector<std::string> accepted(Parsed<T> (*parse)(std::string_view), std::initializer_list<const char*> texts) {
  std::vector<std::string> taken;
  for (const auto* text : texts)
    if (!isMalformed(parse(text))) taken.emplace_back(text);
  return taken;
}

std::int64_t nanoseconds(std::string_view text) { return parsed(parseDuration(text)).count(); }
std::int64_t mebibytes(std::string_view text) { return parsed(parseMemory(text)).inMebibytes(); }
std::int64_t bytes(std::string_view text) { return parsed(parseByteCount(text)).inBytes(); }
double perSecond(std::string_view text) { return parsed(parseRequestRate(text)).inPerSecond(); }

// Values of every magnitude: uniform in the number of bits.
template <class F> void forManyCounts(F check) {
  std::mt19937_64 bits(20261124); // fully specified by the standard, unlike its distributions
  for (int i = 0; i < 20'000; ++i) check(static_cast<std::int64_t>(bits() >> 1 >> (bits() % 63)));
  for (const auto count :
       {std::int64_t{0}, std::int64_t{1}, (std::int64_t{1} << 53) + 1, std::numeric_limits<std::int64_t>::max()})
    check(count);
}

// A C++ locale that writes 1.234,5, as German does; the C locale with it where it is installed.
class GermanNumbers {
 public:
  GermanNumbers() : m_before(std::locale::global(std::locale(std::locale::classic(), new Punctuation))) {
    if (const char* before = std::setlocale(LC_ALL, nullptr)) m_cBefore = before;
    std::setlocale(LC_ALL, "de_DE.UTF-8");
  }
  ~GermanNumbers() {
    std::locale::global(m_before);
    std::setlocale(LC_ALL, m_cBefore.c_str());
  }

 private:
  struct Punctuation : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  std::locale m_before;
  std::string m_cBefore = "C";
};

} // namespace

TEST_CASE("Times are read with their units", "[quantities]") {
  CHECK(nanoseconds("250ms") == 250'000'000);
  CHECK(nanoseconds("1.5s") == 1'500'000'000);
  CHECK(nanoseconds("600") == 600'000'000'000);
  CHECK(nanoseconds(" 10 min ") == 600'000'000'000);
  CHECK(nanoseconds("2h") == 7'200'000'000'000);
  CHECK(nanoseconds("7d") == nanoseconds("1w"));
  CHECK(nanoseconds("3us") == nanoseconds("3µs"));
  CHECK(nanoseconds("0s") == 0);
  CHECK(nanoseconds("1e3ms") == 1'000'000'000);
  CHECK(nanoseconds("0.1s") == 100'000'000);
  CHECK(nanoseconds("0.4ns") == 0);
  CHECK(nanoseconds("0.5ns") == 1);
  CHECK(nanoseconds("9223372036.854775807s") == std::numeric_limits<std::int64_t>::max());
  CHECK(accepted(parseDuration, {"",        " ",          "ms",
                                 "-1s",     "-0.0",       "nan",
                                 "inf",     "infinity",   "1e400",
                                 "1e-400x", "12 parsecs", "1m",
                                 "1MS",     "1,5s",       "1 000ms",
                                 "1.2.3s",  "0x10s",      "+1s",
                                 "none",    "1s1s",       "9223372036.854775808s",
                                 "1e300d",  "1e10s",      "99999999999999999999999ns"})
            .empty());
  CHECK(std::get<Malformed>(parseDuration("soon")).expected == "a time such as 250ms, 1.5s, 10min or 7d");
}

TEST_CASE("Memory and bytes count in steps of 1,024", "[quantities]") {
  CHECK(mebibytes("1769MB") == 1769);
  CHECK(mebibytes("2GB") == 2048);
  CHECK(mebibytes("0.5 GiB") == 512);
  CHECK(mebibytes("128") == 128);
  CHECK(mebibytes("1.5e3MB") == 1500);
  CHECK(accepted(parseMemory, {"1.5MB", "0.3GB", "128KB", "1TB", "mb", "-1MB", "NaN", "9007199254740992GB", "512M"})
            .empty());
  CHECK(std::get<Malformed>(parseMemory("big")).expected == "a memory size in whole megabytes such as 512MB or 2GB");
  CHECK(bytes("20KB") == 20'480);
  CHECK(bytes("20kB") == bytes("20KiB"));
  CHECK(bytes("1.5MB") == 1'572'864);
  CHECK(bytes("1TB") == std::int64_t{1} << 40);
  CHECK(bytes("100") == 100);
  CHECK(bytes("0.3KB") == 307); // 307.2
  CHECK(bytes("9007199254740993B") == 9'007'199'254'740'993);
  CHECK(accepted(parseByteCount, {"1PB", "8388608TB", "-1B", "KB", "1 K"}).empty());
  CHECK(std::get<Malformed>(parseByteCount("x")).expected == "a number of bytes such as 20KB or 1.5MB");
  CHECK(Memory::mebibytes(1536).inGibibytes() == 1.5);
  CHECK(ByteCount::bytes(1 << 29).inGibibytes() == 0.5);
}

TEST_CASE("Rates are read per any period", "[quantities]") {
  CHECK(perSecond("100/s") == 100);
  CHECK(perSecond("0.9") == 0.9);
  CHECK(perSecond("30/min") == 0.5);
  CHECK(perSecond("1.5M/day") == Approx(1.5e6 / 86400).epsilon(1e-15));
  CHECK(perSecond("5k / hour") == Approx(5000.0 / 3600).epsilon(1e-15));
  CHECK(perSecond("730K/month") == Approx(1000.0 / 3600).epsilon(1e-15)); // a month is 730 h
  CHECK(perSecond("1G/w") == Approx(1e9 / 604800).epsilon(1e-15));
  CHECK(perSecond("2k") == 2000);
  CHECK(accepted(parseRequestRate,
                 {"", "/s", "100/", "100/fortnight", "1m/s", "-1/s", "nan/s", "1e308G/s", "1/s/s", "100 per s"})
            .empty());
  CHECK(std::get<Malformed>(parseRequestRate("x")).expected == "a rate such as 100/s, 30/min or 1.5M/day");
}

TEST_CASE("What is printed reads back to the same value", "[quantities]") {
  forManyCounts([](std::int64_t count) {
    const Duration duration(count);
    const auto memory = Memory::mebibytes(count >> 20);
    const auto size = ByteCount::bytes(count);
    const auto rate = RequestRate::perSecond(static_cast<double>(count) * 1e-9);
    const bool same = std::get<Duration>(parseDuration(toText(duration))) == duration &&
                      std::get<Memory>(parseMemory(toText(memory))) == memory &&
                      std::get<ByteCount>(parseByteCount(toText(size))) == size &&
                      std::get<RequestRate>(parseRequestRate(toText(rate))) == rate;
    if (!same) FAIL_CHECK(count << " " << toText(duration) << " " << toText(memory) << " " << toText(size));
  });
}

TEST_CASE("Text for files is exact and short", "[quantities]") {
  using namespace std::chrono_literals;
  CHECK(toText(Duration(250ms)) == "250ms");
  CHECK(toText(Duration(1500ms)) == "1.5s");
  CHECK(toText(Duration(600s)) == "600s");
  CHECK(toText(Duration(168h)) == "7d");
  CHECK(toText(Duration(1500us)) == "1.5ms");
  CHECK(toText(Duration(2500ns)) == "2.5us");
  CHECK(toText(Duration(7ns)) == "7ns");
  CHECK(toText(Duration(0)) == "0s");
  CHECK(toText(Duration(-1500ms)) == "-1.5s");
  CHECK(toText(Duration::min()) == "-9223372036854775808ns");
  CHECK(toText(Duration(1'000'000'001)) == "1.000000001s");
  CHECK(toText(Memory::mebibytes(1769)) == "1769MB");
  CHECK(toText(Memory::mebibytes(2048)) == "2GB");
  CHECK(toText(Memory()) == "0MB");
  CHECK(toText(ByteCount::bytes(20'480)) == "20KB");
  CHECK(toText(ByteCount::bytes(std::int64_t{3} << 40)) == "3TB");
  CHECK(toText(ByteCount::bytes(20'481)) == "20481B");
  CHECK(toText(RequestRate::perSecond(0.9)) == "0.9/s");
}

// Design section 4: billed ms = ceil(init + duration). In doubles 0.1 + 0.2 > 0.3, which would bill 301 ms.
TEST_CASE("Billed time is rounded up to whole milliseconds", "[quantities]") {
  CHECK(ceilMilliseconds(fromSeconds(0.1) + fromSeconds(0.2)) == 300);
  CHECK(ceilMilliseconds(Duration(0)) == 0);
  CHECK(ceilMilliseconds(Duration(1)) == 1);
  CHECK(ceilMilliseconds(Duration(1'000'000)) == 1);
  CHECK(ceilMilliseconds(Duration(1'000'001)) == 2);
  CHECK(ceilMilliseconds(Duration(std::numeric_limits<std::int64_t>::max())) == 9'223'372'036'855);
  CHECK(fromSeconds(1.991) == Duration(1'991'000'000));
  CHECK(inSeconds(Duration(250'000'000)) == Approx(0.25).epsilon(1e-15));
  CHECK(inMilliseconds(Duration(1'500'000)) == Approx(1.5).epsilon(1e-15));
}

TEST_CASE("Times for people have three digits and a fitting unit", "[quantities]") {
  for (const auto& [seconds, text] :
       std::initializer_list<std::pair<double, const char*>>{{0, "0 s"},
                                                             {0.00123, "1.23 ms"},
                                                             {4.567, "4.57 s"},
                                                             {0.9996, "1 s"},
                                                             {0.0125, "12.5 ms"},
                                                             {90, "90 s"},
                                                             {119, "119 s"},
                                                             {119.95, "2 min"},
                                                             {5400, "90 min"},
                                                             {7200, "2 h"},
                                                             {86400, "24 h"},
                                                             {604800, "7 d"},
                                                             {1.5e-6, "1.5 µs"},
                                                             {2e-9, "2 ns"},
                                                             {1e-12, "0.001 ns"},
                                                             {-1.5, "-1.5 s"},
                                                             {9.996, "10 s"},
                                                             {99.96, "100 s"},
                                                             {std::numeric_limits<double>::infinity(), "not finite"}})
    CHECK(displaySeconds(seconds) == text);
}

TEST_CASE("Counts for people are full below a million", "[quantities]") {
  for (const auto& [count, text] : std::initializer_list<std::pair<double, const char*>>{{0, "0"},
                                                                                         {-0.0, "0"},
                                                                                         {7, "7"},
                                                                                         {0.123, "0.123"},
                                                                                         {0.0123, "0.0123"},
                                                                                         {7.666, "7.67"},
                                                                                         {99.96, "100"},
                                                                                         {999.4, "999"},
                                                                                         {999.6, "1,000"},
                                                                                         {1234, "1,234"},
                                                                                         {-123456, "-123,456"},
                                                                                         {-123, "-123"},
                                                                                         {999'999, "999,999"},
                                                                                         {999'999.6, "1 M"},
                                                                                         {1.234e6, "1.23 M"},
                                                                                         {9.999e8, "1 G"},
                                                                                         {2.628e9, "2.63 G"},
                                                                                         {9.999e11, "1e+12"},
                                                                                         {1e-5, "1e-05"},
                                                                                         {std::nan(""), "not finite"}})
    CHECK(displayCount(count) == text);
}

TEST_CASE("Rates and percentages for people", "[quantities]") {
  CHECK(displayRate(100) == "100/s");
  CHECK(displayRate(0.05) == "180/h");
  CHECK(displayRate(0.0001) == "8.64/day");
  CHECK(displayRate(0) == "0/s");
  CHECK(displayPercent(0.00134) == "0.134 %");
  CHECK(displayPercent(0.5) == "50 %");
  CHECK(displayPercent(1) == "100 %");
  CHECK(displayPercent(0.12345) == "12.3 %");
  CHECK(displayPercent(-0.05) == "-5 %");
  CHECK(displayPercent(0.0000066) == "0.00066 %");
  CHECK(displayPercent(1.5e-8) == "1.5e-06 %");
  CHECK(displayPercent(0) == "0 %");
  CHECK(displayPercent(std::nan("")) == "not finite");
}

TEST_CASE("Numbers are read and written alike under every locale", "[quantities]") {
  const GermanNumbers german;
  CHECK(nanoseconds("1.5s") == 1'500'000'000);
  CHECK(isMalformed(parseDuration("1,5s")));
  CHECK(toText(Duration(1'500'000'000)) == "1.5s");
  CHECK(toText(RequestRate::perSecond(0.9)) == "0.9/s");
  CHECK(displaySeconds(0.00123) == "1.23 ms");
  CHECK(displayCount(1234) == "1,234");
  CHECK(display(Money::dollars(1234.565)) == "$1,234.57");
  CHECK(display(UnitPrice::dollarsPerUnit(0.0000166667)) == "$0.0000166667");
}
