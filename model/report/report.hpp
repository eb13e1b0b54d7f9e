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

using Block = std::variant<Heading, Paragraph, Table, BulletList, Chart>;
std::vector<Block> reportBlocks(const Decision& decision, Detail detail);

} // namespace model
