// Power Tuning results: own small ones always, every public sample against its decoding when the samples are there.
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/workloads/trace_support.hpp"
#include "workloads/import/power_tuning.hpp"
#include "workloads/random.hpp"

namespace {

using pricing::Memory;
using test_files::FileWith;
using workloads::MemoryCurve;
using workloads::parsePowerTuning;
using workloads::readPowerTuning;

std::string own(const std::string& name) {
  return std::string(BREAKEVEN_SOURCE_DIR) + "/tests/data/power_tuning/" + name;
}

Memory mb(std::int64_t mib) { return Memory::mebibytes(mib); }

std::vector<std::string> complaintsAbout(std::string_view text) {
  std::vector<std::string> sentences;
  try {
    parsePowerTuning(text, "tuned");
  } catch (const pricing::InputError& error) {
    for (const auto& problem : error.problems()) sentences.push_back(sentence(problem));
  }
  return sentences;
}
using Sentences = std::vector<std::string>;

// A fragment of these bytes, written by hand: the other road to what the reader decodes.
std::string base64(const std::vector<unsigned char>& bytes) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = bytes[i] << 16u;
    if (i + 1 < bytes.size()) group |= bytes[i + 1] << 8u;
    if (i + 2 < bytes.size()) group |= bytes[i + 2];
    for (unsigned k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kLetters[group >> (18 - 6 * k) & 63u];
  }
  return out;
}
std::string sizes(const std::vector<unsigned>& values) {
  std::vector<unsigned char> bytes;
  for (const auto v : values)
    bytes.insert(bytes.end(), {static_cast<unsigned char>(v), static_cast<unsigned char>(v >> 8u)});
  return base64(bytes);
}
std::string floats(const std::vector<float>& values) {
  std::vector<unsigned char> bytes;
  for (const auto v : values) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    for (unsigned k = 0; k < 4; ++k) bytes.push_back(static_cast<unsigned char>(bits >> 8 * k));
  }
  return base64(bytes);
}
std::string address(const std::string& a, const std::string& b, const std::string& c) {
  return "https://lambda-power-tuning.show/#" + a + ";" + b + ";" + c;
}

} // namespace

TEST_CASE("the address inside a result holds the whole curve", "[power_tuning]") {
  const auto tuned = readPowerTuning(own("visualization.json"));
  CHECK(tuned.curve.points == std::vector<MemoryCurve::Point>{{mb(128), std::chrono::milliseconds(1000)},
                                                              {mb(256), std::chrono::milliseconds(500)},
                                                              {mb(512), std::chrono::milliseconds(260)},
                                                              {mb(1024), std::chrono::milliseconds(150)}});
  REQUIRE(tuned.meanCostUsd.size() == 4);
  CHECK(tuned.meanCostUsd[3] == Approx(2.5e-6));
  CHECK(tuned.curve.source == own("visualization.json"));
}

TEST_CASE("statistics are taken before the address, in any order, sizes also as text", "[power_tuning]") {
  const auto tuned = readPowerTuning(own("statistics.json"));
  REQUIRE(tuned.curve.points.size() == 4);
  CHECK(tuned.curve.points[1] == MemoryCurve::Point{mb(256), std::chrono::milliseconds(500)});
  CHECK(tuned.curve.points[2].meanDuration == std::chrono::microseconds(260'250));
  CHECK(tuned.meanCostUsd == std::vector<double>{2.1e-6, 2.1e-6, 2.2e-6, 2.5e-6});
}

TEST_CASE("an address alone is a result: in a file, unpadded, descending, escaped, quoted", "[power_tuning]") {
  const auto fromFile = readPowerTuning(own("address.txt"));
  CHECK(fromFile.curve.points == std::vector<MemoryCurve::Point>{{mb(128), std::chrono::milliseconds(1000)},
                                                                 {mb(1024), std::chrono::milliseconds(150)}});
  CHECK(fromFile.meanCostUsd[0] == Approx(2.1e-6));
  const auto plain = readPowerTuning("https://lambda-power-tuning.show/#AASAAA==;AAAWQwAAekQ=;rMUnNrrtDDY=");
  CHECK(plain.curve.points == fromFile.curve.points);
  CHECK(plain.curve.source == "a Power Tuning visualization");
  const auto escaped = parsePowerTuning("https://x/#AASAAA%3D%3D%3BAAAWQwAAekQ%3d;rMUnNrrtDDY%3D", "t");
  CHECK(escaped.curve.points == fromFile.curve.points);
  CHECK(parsePowerTuning("\"https://x/#AASAAA;AAAWQwAAekQ;rMUnNrrtDDY\"\n", "t").curve.points == fromFile.curve.points);
}

TEST_CASE("a curve written by hand", "[power_tuning]") {
  const auto tuned = parsePowerTuning(R"({"points": [{"memory": "1GB", "duration": "150ms"},
                                          {"memory": 128, "duration": "1s"}], "source": "load test"})",
                                      "t");
  CHECK(tuned.curve.points == std::vector<MemoryCurve::Point>{{mb(128), std::chrono::milliseconds(1000)},
                                                              {mb(1024), std::chrono::milliseconds(150)}});
  CHECK(tuned.curve.source == "load test");
  CHECK(tuned.meanCostUsd.empty());
}

TEST_CASE("every unusable result gets its sentences, all at once", "[power_tuning]") {
  const auto ok = floats({100, 50}), costs = floats({1e-6f, 1e-6f});
  const auto whole = "expected the whole address, in which each of the ";
  CHECK(complaintsAbout(address("gAAAAQAC*A", ok, costs)) ==
        Sentences{std::string("tuned: found memory sizes that are no base64: \"gAAAAQAC*A\", ") + whole +
                  "memory sizes takes 2 bytes"});
  CHECK(complaintsAbout(address(sizes({128, 256}), ok.substr(0, 9), costs.substr(0, 8))) ==
        Sentences{std::string("tuned: found durations that are no base64: \"") + ok.substr(0, 9) + "\", " + whole +
                      "durations takes 4 bytes",
                  std::string("tuned: found 6 bytes of costs, ") + whole + "costs takes 4 bytes"});
  CHECK(complaintsAbout(address(sizes({128, 256, 512}), ok, costs)) ==
        Sentences{"tuned: found 3 memory sizes, 2 durations and 2 costs, expected a duration and a cost for each "
                  "memory size"});
  CHECK(complaintsAbout(address(sizes({128, 256}), ok, "")) ==
        Sentences{"tuned: found no costs, expected a duration and a cost for each memory size"});
  CHECK(complaintsAbout(address(sizes({128}), floats({1}), floats({1}))) ==
        Sentences{"tuned: found 1 memory size, expected 2 to 10113, because one size is no curve and Lambda has no "
                  "more"});
  CHECK(complaintsAbout(address("", "", "")).front().starts_with("tuned: found 0 memory sizes, "));
  CHECK(complaintsAbout(address(sizes({128, 128, 256}), floats({3, 2, 1}), floats({1, 1, 1}))) ==
        Sentences{"tuned, size 2: found 128MB again, expected each memory size once"});
  const float nan = std::nanf("");
  CHECK(complaintsAbout(
            address(sizes({64, 20'000, 512, 768}), floats({nan, 0, -1, HUGE_VALF}), floats({1, nan, 1, -1}))) ==
        Sentences{"tuned, size 1: found 64 MB, expected a memory size from 128 to 10240 MB",
                  "tuned, size 1: found nan ms, expected a mean duration above 0 ms, at most 900000 ms",
                  "tuned, size 2: found 20000 MB, expected a memory size from 128 to 10240 MB",
                  "tuned, size 2: found 0 ms, expected a mean duration above 0 ms, at most 900000 ms",
                  "tuned, size 2: found nan USD, expected a cost of 0 USD or more",
                  "tuned, size 3: found -1 ms, expected a mean duration above 0 ms, at most 900000 ms",
                  "tuned, size 4: found inf ms, expected a mean duration above 0 ms, at most 900000 ms",
                  "tuned, size 4: found -1 USD, expected a cost of 0 USD or more"});
  CHECK(complaintsAbout("GET / HTTP/1.1") ==
        Sentences{"tuned: found \"GET / HTTP/1.1\", expected the address of a Power Tuning visualization, ending in "
                  "#SIZES;DURATIONS;COSTS"});
  CHECK(complaintsAbout("").size() == 1);
}

TEST_CASE("JSON that holds no curve is refused at its place", "[power_tuning]") {
  CHECK(complaintsAbout(R"({"power": 512, "cost": 1e-6, "duration": 260})") ==
        Sentences{"tuned: found an object, expected a result of AWS Lambda Power Tuning with "
                  "stateMachine.visualization or stats, or {\"points\": [{\"memory\": \"128MB\", \"duration\": "
                  "\"472ms\"}, ...]}"});
  CHECK(complaintsAbout(R"({"stats": [{"value": 128, "averageDuration": "fast"}, {"averageDuration": 3}, 7]})") ==
        Sentences{"tuned: /stats/0/averageDuration: found \"fast\", expected a mean duration in ms",
                  "tuned: /stats/1/value: found nothing, expected a memory size in MB",
                  "tuned: /stats/2: found 7, expected an object"});
  CHECK(complaintsAbout(R"({"points": [{"memory": "128MB", "duration": "1s", "cost": 1}, {"memory": "256MB"}]})") ==
        Sentences{"tuned: /points/0/cost: found an unknown key \"cost\", expected one of the keys of a point (memory, "
                  "duration)",
                  "tuned: /points/1/duration: found nothing, expected a time such as 250ms"});
  CHECK(complaintsAbout(
            R"({"points": [{"memory": "128MB", "duration": "0s"}, {"memory": "256MB", "duration": "1s"}]})") ==
        Sentences{"tuned: /points, size 1: found 0 ms, expected a mean duration above 0 ms, at most 900000 ms"});
  CHECK(complaintsAbout("{\"stateMachine\": {\"visualization\": 3}}").size() == 1);
  CHECK(complaintsAbout("[]").size() == 1);
  CHECK(complaintsAbout("{\"results\": []}").size() == 1);
  CHECK(complaintsAbout("{\"stats\": [").size() == 1);
}

TEST_CASE("a million points are refused in one sentence, and quickly", "[power_tuning]") {
  std::vector<unsigned> memory(1'000'000);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = 128 + static_cast<unsigned>(i % 10'000);
  const std::vector<float> ones(memory.size(), 1.0f);
  CHECK(complaintsAbout(address(sizes(memory), floats(ones), floats(ones))) ==
        Sentences{"tuned: found 1000000 memory sizes, expected 2 to 10113, because one size is no curve and Lambda has "
                  "no more"});
}

TEST_CASE("damaged results are read or refused, never worse", "[power_tuning]") {
  std::ifstream file(own("visualization.json"));
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t length = 0; length + 3 < whole.size(); ++length)
    CHECK_FALSE(complaintsAbout(whole.substr(0, length)).empty());
  workloads::RandomStream random(1, "damage", 0);
  for (int i = 0; i < 3000; ++i) {
    auto text = whole;
    for (auto bytes = 1 + random.below(3); bytes > 0; --bytes)
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    try {
      const auto curve = parsePowerTuning(text, "t").curve;
      CHECK(workloads::problems(curve, "").empty());
    } catch (const pricing::InputError&) {
    }
  }
}

TEST_CASE("every public sample gives its decoding", "[power_tuning]") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(BREAKEVEN_SHARED_DIR) / "traces/power_tuning";
  if (!fs::exists(folder)) {
    WARN("no shared traces: skipped");
    return;
  }
  struct Row {
    std::int64_t memory;
    double ms, usd;
  };
  std::map<std::string, std::vector<Row>> expected; // by file
  std::ifstream table(folder / "decoded_expected.csv");
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream cells(line);
    std::string function, sample, run, memory, ms, usd;
    for (auto* cell : {&function, &sample, &run, &memory, &ms, &usd}) std::getline(cells, *cell, ',');
    expected[function + "_" + sample + "_run" + run].push_back({std::stoll(memory), std::stod(ms), std::stod(usd)});
  }
  std::size_t files = 0, sizesSeen = 0;
  for (const auto& [name, rows] : expected) {
    const auto file = folder / (name + ".json");
    INFO(file.string());
    REQUIRE(fs::exists(file));
    const auto tuned = readPowerTuning(file.string());
    REQUIRE(tuned.curve.points.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(tuned.curve.points[i].memory == mb(rows[i].memory));
      CHECK(pricing::inMilliseconds(tuned.curve.points[i].meanDuration) == Approx(rows[i].ms).margin(6e-5));
      CHECK(tuned.meanCostUsd[i] == Approx(rows[i].usd).epsilon(1e-4));
    }
    ++files;
    sizesSeen += rows.size();
  }
  CHECK(files == 33);
  CHECK(sizesSeen == 411);
  const auto url = readPowerTuning((folder / "visualization_url_example.txt").string());
  CHECK(url.curve.points.size() == 6);
  CHECK(url.curve.smallest() == mb(128));
}
