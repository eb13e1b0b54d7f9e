#pragma once
// Catalogues side by side: the built-in one and the files of the user's shelf, found by id. Folders: those of
// $BREAKEVEN_CATALOGUES (several with ':' between), else $XDG_DATA_HOME/breakeven/catalogues, else
// ~/.local/share/breakeven/catalogues. Pinned by tests/pricing/catalogue_shelf_test.cpp.
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalogue.hpp"

namespace pricing {

struct ShelvedCatalogue {
  std::string id, asOf; // of a broken file: its name without .json, and empty
  std::string where;    // the file; empty: built in
  std::string problem;  // why it cannot be opened; empty: nothing is known against it
};

// The built-in one first, then by date and id. Only the start of each file is read: what is broken further down,
// opening shows.
std::vector<ShelvedCatalogue> shelvedCatalogues();

// For scripts: an array of objects.
std::string cataloguesJson(std::span<const ShelvedCatalogue> catalogues);

// By id, or a file by its path (anything with a / or .json at the end); empty: the built-in one. InputError: an unknown
// id with the nearest, an id that stands twice, or what is wrong with the file.
std::shared_ptr<const PriceCatalogue> openCatalogue(std::string_view idOrFile);

// Where an import puts its file: the first folder, whether it is there or not. Empty: no home is known.
std::string shelfFolder();

// An id is also the name of a file: letters, digits, '.', '_' and '-', no '.' in front. InputError otherwise.
void checkCatalogueId(const std::string& id);

} // namespace pricing
