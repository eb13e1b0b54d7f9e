#include "pricing/catalogue_shelf.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "pricing/catalogue_json.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

using namespace pricing;
namespace fs = std::filesystem;

namespace {

// A shelf of its own for one test.
class Shelf {
 public:
  Shelf() : m_folder(fs::temp_directory_path() / ("breakeven-shelf-" + std::to_string(::getpid()))) {
    fs::create_directories(m_folder);
    ::setenv("BREAKEVEN_CATALOGUES", m_folder.c_str(), 1);
  }
  ~Shelf() {
    ::unsetenv("BREAKEVEN_CATALOGUES");
    fs::remove_all(m_folder);
  }
  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(m_folder / name) << text;
    return (m_folder / name).string();
  }
  // The embedded catalogue under another name.
  std::string putCopy(const std::string& name, const std::string& id, const std::string& asOf) const {
    auto tables = PriceCatalogue::embedded()->tables();
    tables.id = id, tables.asOf = asOf;
    return put(name, writeCatalogue(tables));
  }

 private:
  fs::path m_folder;
};

std::string sentenceOf(std::string_view idOrFile) {
  try {
    openCatalogue(idOrFile);
  } catch (const InputError& error) {
    return error.what();
  }
  return "opened";
}

} // namespace

TEST_CASE("Catalogues stand side by side, the built-in one first", "[prices]") {
  const Shelf shelf;
  const auto newer = shelf.putCopy("b.json", "aws-2026-12-01", "2026-12-01");
  const auto older = shelf.putCopy("a.json", "aws-2025-01-01", "2025-01-01");
  shelf.put("notes.txt", "not a catalogue");
  const auto all = shelvedCatalogues();
  REQUIRE(all.size() == 3);
  CHECK(all[0].id == PriceCatalogue::embedded()->id());
  CHECK(all[0].where.empty());
  CHECK(all[1].id == "aws-2025-01-01");
  CHECK(all[1].where == older);
  CHECK(all[2].asOf == "2026-12-01");
  CHECK(openCatalogue("aws-2026-12-01")->asOf() == "2026-12-01");
  CHECK(openCatalogue(newer)->id() == "aws-2026-12-01");
  CHECK(openCatalogue("") == PriceCatalogue::embedded());
  CHECK(openCatalogue(PriceCatalogue::embedded()->id()) == PriceCatalogue::embedded());
}

TEST_CASE("A broken file is listed with its sentence and does not stop the others", "[prices]") {
  const Shelf shelf;
  const auto broken = shelf.put("broken.json", "{\"id\": 7}");
  const auto whole =
      shelf.put("pretty.json", "{ \"as_of\": \"2026-02-02\",\n  \"schema_version\": 1, \"id\": \"mine\", "
                               "\"sources\": {} }");
  const auto all = shelvedCatalogues();
  REQUIRE(all.size() == 3);
  CHECK(all[1].id == "broken");
  CHECK(all[1].problem == broken + ": /id: found 7, expected a text");
  CHECK(all[2].id == "mine"); // not in our layout, so read as a whole
  CHECK(all[2].asOf == "2026-02-02");
  CHECK(all[2].problem.empty());
  CHECK(openCatalogue("mine")->asOf() == "2026-02-02");
  CHECK_THAT(sentenceOf("broken"), Catch::StartsWith(broken + ": /id: found 7, expected a text"));
}

TEST_CASE("An id twice, an unknown id and a missing file are sentences", "[prices]") {
  const Shelf shelf;
  const auto one = shelf.putCopy("one.json", "spring", "2026-03-01"),
             two = shelf.putCopy("two.json", "spring", "2026-03-02");
  CHECK(shelvedCatalogues()[1].problem == one + ": found the id \"spring\" of " + two + ", expected an id of its own");
  CHECK(sentenceOf("spring") ==
        "catalogue: found \"spring\" twice: " + one + " and " + two + ", expected each id once, or the path of a file");
  CHECK(
      sentenceOf("aws-2026-11-32") ==
      "catalogue: found \"aws-2026-11-32\", expected the path of a file or one of aws-2026-11-23, spring, spring; did "
      "you mean \"aws-2026-11-23\"?");
  CHECK(sentenceOf("/no/such.json") ==
        "/no/such.json: found No such file or directory, expected a file that can be read");
  CHECK(openCatalogue(one)->asOf() == "2026-03-01");
}

TEST_CASE("An id is also the name of a file", "[prices]") {
  CHECK_NOTHROW(checkCatalogueId("aws-2026-11-23_b.2"));
  for (const auto id : {"", ".hidden", "a/b", "a b", "\xc3\xa9"}) CHECK_THROWS_AS(checkCatalogueId(id), InputError);
}
