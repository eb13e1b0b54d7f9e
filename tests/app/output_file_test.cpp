// A result file is there completely or not at all.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include "app/output_file.hpp"
#include "pricing/problem.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("breakeven-output-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {})); }
};

std::string content(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("a committed file replaces the old one", "[output]") {
  const Folder folder;
  const auto path = folder.path / "r.json";
  std::ofstream(path) << "old";
  app::OutputFile file(path.string());
  CHECK(content(path) == "old");
  file.commit("new");
  CHECK(content(path) == "new");
  CHECK(folder.files() == 1);
}

TEST_CASE("what was not committed leaves no trace", "[output]") {
  const Folder folder;
  const auto path = folder.path / "r.json";
  { const app::OutputFile file(path.string()); }
  CHECK(folder.files() == 0);
}

TEST_CASE("a bad place is refused before the run", "[output]") {
  const Folder folder;
  const auto sentence = [](const std::string& path) {
    try {
      const app::OutputFile file(path);
    } catch (const pricing::InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const auto missing = (folder.path / "none" / "r.json").string();
  CHECK(sentence(missing) ==
        "--out " + missing + ": found No such file or directory, expected a file that can be written");
  CHECK(sentence(folder.path.string()) ==
        "--out " + folder.path.string() + ": found a directory, expected a file that can be written");
}
