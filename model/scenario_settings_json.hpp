#pragma once
// "path=value" settings of the command line, merged into a scenario document before it is read, and the memory of what
// came from where. Private to model/scenario_json.cpp.
#include <map>
#include <span>
#include <string>

#include "model/scenario.hpp"
#include "pricing/json_reader.hpp"

namespace model {

// Which JSON pointers did not come from the file; each holds for everything below it, the nearest one decides.
class Provenance {
 public:
  void mark(const std::string& pointer, Origin origin) { m_marks[pointer] = origin; }
  Origin of(std::string pointer) const;

 private:
  std::map<std::string, Origin> m_marks;
};

// "/lambda/memory" -> "lambda.memory", as settings and assumptions name it.
std::string dotted(std::string_view pointer);

// Changes `document` in place. A value that is JSON is taken as JSON, everything else as a text; later settings win.
// Where the file has nothing, the default is changed, so that "ec2.scaling.target=0.4" needs no scaling in the file.
// A setting of a kind leaves behind the keys that only the old kind knows: they are dropped when they came from a
// default or a built-in example (`builtIn`), and left for the reader to refuse when the user wrote them.
Provenance applySettings(nlohmann::json& document, std::span<const std::string> settings, bool builtIn,
                         pricing::ProblemList& problems);

} // namespace model
