#include "pricing/import/price_regions.hpp"

#include <algorithm>
#include <array>

namespace pricing::importing {

namespace {

struct Place {
  std::string_view location, region;
};

// Names of the price lists; Europe's places by their short form.
constexpr std::array kPlaces{
    Place{"Africa (Cape Town)", "af-south-1"},
    Place{"Asia Pacific (Hong Kong)", "ap-east-1"},
    Place{"Asia Pacific (Taipei)", "ap-east-2"},
    Place{"Asia Pacific (Tokyo)", "ap-northeast-1"},
    Place{"Asia Pacific (Seoul)", "ap-northeast-2"},
    Place{"Asia Pacific (Osaka)", "ap-northeast-3"},
    Place{"Asia Pacific (Osaka-Local)", "ap-northeast-3"},
    Place{"Asia Pacific (Mumbai)", "ap-south-1"},
    Place{"Asia Pacific (Hyderabad)", "ap-south-2"},
    Place{"Asia Pacific (Singapore)", "ap-southeast-1"},
    Place{"Asia Pacific (Sydney)", "ap-southeast-2"},
    Place{"Asia Pacific (Jakarta)", "ap-southeast-3"},
    Place{"Asia Pacific (Melbourne)", "ap-southeast-4"},
    Place{"Asia Pacific (Malaysia)", "ap-southeast-5"},
    Place{"Asia Pacific (New Zealand)", "ap-southeast-6"},
    Place{"Asia Pacific (Thailand)", "ap-southeast-7"},
    Place{"Canada (Central)", "ca-central-1"},
    Place{"Canada West (Calgary)", "ca-west-1"},
    Place{"EU (Frankfurt)", "eu-central-1"},
    Place{"EU (Zurich)", "eu-central-2"},
    Place{"EU (Stockholm)", "eu-north-1"},
    Place{"EU (Milan)", "eu-south-1"},
    Place{"EU (Spain)", "eu-south-2"},
    Place{"EU (Ireland)", "eu-west-1"},
    Place{"EU (London)", "eu-west-2"},
    Place{"EU (Paris)", "eu-west-3"},
    Place{"Israel (Tel Aviv)", "il-central-1"},
    Place{"Middle East (UAE)", "me-central-1"},
    Place{"Middle East (Bahrain)", "me-south-1"},
    Place{"Mexico (Central)", "mx-central-1"},
    Place{"South America (Sao Paulo)", "sa-east-1"},
    Place{"US East (N. Virginia)", "us-east-1"},
    Place{"US East (Ohio)", "us-east-2"},
    Place{"AWS GovCloud (US-East)", "us-gov-east-1"},
    Place{"AWS GovCloud (US-West)", "us-gov-west-1"},
    Place{"AWS GovCloud (US)", "us-gov-west-1"},
    Place{"US West (N. California)", "us-west-1"},
    Place{"US West (Oregon)", "us-west-2"},
};

bool isSamePlace(std::string_view known, std::string_view given) {
  constexpr std::string_view kShort = "EU", kLong = "Europe";
  if (known.starts_with(kShort) && given.starts_with(kLong))
    return known.substr(kShort.size()) == given.substr(kLong.size());
  return known == given;
}

} // namespace

std::optional<std::string_view> regionAt(std::string_view location) {
  const auto place =
      std::ranges::find_if(kPlaces, [&](const Place& each) { return isSamePlace(each.location, location); });
  if (place == kPlaces.end()) return std::nullopt;
  return place->region;
}

} // namespace pricing::importing
