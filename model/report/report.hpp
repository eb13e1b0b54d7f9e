#pragma once
// What a report says, once: headings, sentences, tables and charts in reading order. Text, Markdown and HTML are three
// ways to print it, so that none of them can say something else. Private to model; the doors are in decision.hpp.
#include <string>
#include <variant>
#include <vector>

#include "model/decision.hpp"

namespace model {

struct Heading {
  std::string text;
};
struct Paragraph {
  std::string text;
};
struct Table {
  struct Column {
    std::string title;
    bool number = false;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};
struct BulletList {
  std::vector<std::string> items;
};

// A line chart; axes carry their units in the title.
struct ChartSeries {
  std::string name;
  Platform platform = Platform::Lambda; // chooses the colour
  bool dashed = false, stepped = false;
  std::vector<std::pair<double, double>> points;
};
struct ChartMark {
  std::string text;
  double x = 0;
};
struct Chart {
  std::string title, xTitle, yTitle;
  bool logX = false, logY = false, yIsFraction = false;
  std::vector<ChartSeries> series;
  std::vector<ChartMark> marks; // vertical lines
};

// Bars that are made of parts, to one scale.
struct Bars {
  struct Part {
    std::string text; // "cpu 61 %"
    double value = 0;
  };
  struct Bar {
    std::string title;
    Platform platform = Platform::Lambda; // chooses the colour
    std::vector<Part> parts;
  };
  std::string title;
  std::vector<Bar> bars;
};

using Block = std::variant<Heading, Paragraph, Table, BulletList, Chart, Bars>;
std::vector<Block> reportBlocks(const Decision& decision, Detail detail);

// The parts about money: what both sides pay, each bill, where the money goes, commitments (report_money.cpp).
void addBills(const Decision& decision, std::vector<Block>& blocks);
void addMoneyParts(const Decision& decision, std::vector<Block>& blocks);
void addCommitments(const Decision& decision, std::vector<Block>& blocks);

// Cost and latency over the function's memory, and why it has the one it has (report_memory.cpp).
void addMemoryChoice(const Decision& decision, Detail detail, std::vector<Block>& blocks);
// What happened between the source and the function, and to the account's other functions (report_deliveries.cpp).
void addDeliveries(const Decision& decision, std::vector<Block>& blocks);
// A recorded run beside its replay (report_replay.cpp).
void addReplay(const Decision& decision, std::vector<Block>& blocks);

// Reasons of these codes stand with the commitments, the others in "Why".
bool isAboutCommitments(const Reason& reason);

std::string dollars(double usd);
std::string dollars(const Estimate& e); // "$12.34 ± $0.50"; the interval only where it prints a digit
std::string p99Text(const StressEffect::Figures& figures); // "unknown ..." where nothing completed
std::string platformTitle(Platform platform);              // "Lambda", "EC2", "Managed Instances", "Hybrid"
std::vector<const PlatformResult*> present(const Decision& decision);

} // namespace model
