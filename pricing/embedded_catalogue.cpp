// The default catalogue as bytes inside the program: no file to find at run time, no array literal to compile.
#include "pricing/catalogue_json.hpp"

// BREAKEVEN_CATALOGUE_FILE comes from CMake, which also rebuilds this file when the data change. The zeros are the
// padding that simdjson may read past the end.
asm(".section .rodata\n"
    ".balign 64\n"
    ".global breakevenCatalogueBegin\n"
    ".hidden breakevenCatalogueBegin\n"
    "breakevenCatalogueBegin:\n"
    ".incbin \"" BREAKEVEN_CATALOGUE_FILE "\"\n"
    ".global breakevenCatalogueEnd\n"
    ".hidden breakevenCatalogueEnd\n"
    "breakevenCatalogueEnd:\n"
    ".zero 64\n"
    ".previous\n");

extern "C" {
extern const char breakevenCatalogueBegin[];
extern const char breakevenCatalogueEnd[];
}

namespace pricing {

std::string_view embeddedCatalogueText() {
  return {breakevenCatalogueBegin, static_cast<std::size_t>(breakevenCatalogueEnd - breakevenCatalogueBegin)};
}

} // namespace pricing
