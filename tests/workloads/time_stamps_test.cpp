#include "tests/support/catch.hpp"
#include "workloads/import/time_stamps.hpp"

using namespace workloads::importing;

namespace {

std::int64_t isoNs(std::string_view text) { return parseIso(text).value().nanoseconds; }

} // namespace

TEST_CASE("Decimals become nanoseconds exactly") {
  CHECK(parseDecimal("0.1", kSecond) == 100'000'000);
  CHECK(parseDecimal("150.32", 1'000'000) == 150'320'000);
  CHECK(parseDecimal("0.07949090003967285", kSecond) == 79'490'900);
  CHECK(parseDecimal("-3", 1'000'000) == -3'000'000);
  CHECK(parseDecimal("1747082264652", 1'000'000) == 1'747'082'264'652'000'000);
  CHECK(parseDecimal("1.5e3", 1'000'000) == 1'500'000'000);
  CHECK(parseDecimal(".5", kSecond) == 500'000'000);
  CHECK(parseDecimal("7.", kSecond) == 7 * kSecond);
}

TEST_CASE("What is no finite number in range is no decimal") {
  for (const auto text :
       {"", "-", ".", "nan", "inf", "1e400", "1e", "12 ms", "0x10", "1,5", " 1", "99999999999999999999"})
    CHECK_FALSE(parseDecimal(text, kSecond));
}

TEST_CASE("ISO stamps with and without zone, in the spellings of the tools") {
  // 2026-11-24T02:50:09Z is 1,795,488,609 s after the epoch (date -u -d ... +%s).
  constexpr std::int64_t kWhen = 1'795'488'609 * kSecond;
  CHECK(isoNs("2026-11-24T02:50:09Z") == kWhen);
  CHECK(isoNs("2026-11-24 02:50:09.123456") == kWhen + 123'456'000);
  CHECK(isoNs("2026-11-24T03:50:09,5+01:00") == kWhen + 500'000'000);
  CHECK(isoNs("2026-11-23T21:50:09-0500") == kWhen);
  CHECK(isoNs("2026/11/24 02:50:09 UTC") == kWhen);
  CHECK(isoNs("2026-11-24T02:50") == kWhen - 9 * kSecond);
  CHECK(parseIso("2026-11-24T02:50:09Z")->zoned);
  CHECK_FALSE(parseIso("2026-11-24T02:50:09")->zoned);
  CHECK(parseIso("2026-02-14T22:46:53.306000+00:00 rest")->length == 32);
  for (const auto text : {"2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z",
                          "2026-11-24T24:00:00Z", "2026-11-24", "yesterday at noon, about"})
    CHECK_FALSE(parseIso(text));
}

TEST_CASE("CLF stamps carry their zone") {
  CHECK(parseClf("06/Sep/2015:05:58:05 +0900") == isoNs("2015-09-05T20:58:05Z"));
  CHECK(parseClf("01/Jul/1995:00:00:01 -0400") == isoNs("1995-07-01T04:00:01Z"));
  CHECK_FALSE(parseClf("06/Foo/2015:05:58:05 +0900"));
  CHECK_FALSE(parseClf("30:00:00:02"));
}

TEST_CASE("The first stamp in a line is found behind other digits") {
  CHECK(findWallTime("[17] id 42: 2024-08-14 19:20:27.660000 - Hello")->nanoseconds ==
        isoNs("2024-08-14T19:20:27.66Z"));
  CHECK(findWallTime("EVENTS\t1747082264652\t")->nanoseconds == 1'747'082'264'652'000'000);
  CHECK_FALSE(findWallTime("no time, 12345678901234 is too long"));
}

TEST_CASE("The size of a number tells its unit") {
  CHECK(epochUnit(1.7e9) == TimeUnit::Seconds);
  CHECK(epochUnit(1.7e12) == TimeUnit::Milliseconds);
  CHECK(epochUnit(1.7e15) == TimeUnit::Microseconds);
  CHECK(epochUnit(1.7e18) == TimeUnit::Nanoseconds);
  CHECK_FALSE(epochUnit(86'400));
  CHECK_FALSE(epochUnit(1e20));
}

TEST_CASE("Epoch milliseconds print as they are read") {
  CHECK(isoText(1'795'488'609'123) == "2026-11-24T02:50:09.123Z");
  CHECK(isoNs(isoText(1'747'082'264'652)) == 1'747'082'264'652'000'000);
}
