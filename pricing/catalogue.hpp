#pragma once
// What AWS charges, by region, each rate with its source and date. Prices are facts that age: nothing here is a
// constant in code. Source of the embedded default: pricing/data/, built from public AWS price feeds (see its header).
// Pinned by tests/pricing/catalogue_test.cpp.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/money.hpp"
#include "pricing/quantities.hpp"

namespace pricing {

enum class Architecture { X86_64, Arm64 };
std::string_view name(Architecture architecture); // "x86_64", "arm64"

// How EC2 hours are paid. SavingsPlan rates are proxies where AWS's own are not in the catalogue (design section 8).
enum class Purchase {
  OnDemand,
  Spot,
  Standard1y,
  Standard3y,
  Convertible1y,
  Convertible3y,
  Standard1yAllUpfront,
  ComputeSp1y,
  ComputeSp3y,
  Ec2Sp1y,
  Ec2Sp3y
};
std::string_view name(Purchase purchase); // "on_demand", "spot", "standard_1y", ..., "compute_sp_3y", "ec2_sp_1y"
std::optional<Purchase> purchaseNamed(std::string_view name);
std::span<const std::string_view> purchaseNames();

// One step of a volume tariff: `price` holds from `from` (inclusive, in the tariff's unit per month) to the next step.
struct Tier {
  double from = 0.0;
  UnitPrice price;
};

// A rate with its provenance. `tiers` is sorted by `from`, starts at 0, has no gap.
struct Tariff {
  std::string name; // as `prices list` and bill overrides name it: "lambda.duration.x86_64", "ec2.on_demand.c7g.large"
  std::string region; // the region it was read for; differs from the one asked when the catalogue had to fall back
  std::string unit;   // "GB-s", "request", "hour", "GB-month", ...
  std::vector<Tier> tiers;
  std::string source;     // "AWS pricing page feed (L1)": title and code
  std::string asOf;       // "2025-10-30"
  bool estimated = false; // derived or taken from another region: shown as such wherever it is printed
  UnitPrice firstPrice() const { return tiers.front().price; }
};

struct InstanceType {
  std::string name, family, size;
  int vcpus = 0;
  Memory memory;
  Architecture architecture = Architecture::X86_64;
  bool burstable = false, currentGeneration = false, bareMetal = false;
  int gpus = 0, accelerators = 0;
  std::string vendor, processor;
  std::optional<double> networkBaselineGbps, ebsBaselineGbps;
  std::optional<double> baselinePercentPerVcpu; // burstable types only
};

struct Spot {
  double savingFraction = 0.0; // of the on-demand price, 0..1
  int interruptionBand = 0;    // 0: <5 %, 1: 5-10 %, 2: 10-15 %, 3: 15-20 %, 4: >20 % a month
};

class PriceCatalogue {
 public:
  // The default catalogue, built into the program; parsed once on first use (under 30 ms), shared and immutable.
  static std::shared_ptr<const PriceCatalogue> embedded();
  // JSON text -> catalogue; all problems at once as InputError, `origin` names the file in them.
  static std::shared_ptr<const PriceCatalogue> fromJson(std::string_view text, std::string_view origin);

  const std::string& id() const;                // "aws-2026-11-23"
  const std::string& asOf() const;              // "2026-11-23"
  std::span<const std::string> regions() const; // sorted
  bool hasRegion(std::string_view region) const;
  std::span<const InstanceType> types() const; // sorted by name
  const InstanceType* findType(std::string_view name) const;

  // The rate of that name, or nothing when neither the region nor (for services whose price the catalogue knows in few
  // regions: marked estimated) us-east-1 has it.
  std::optional<Tariff> find(std::string_view region, std::string_view name) const;
  // As find, but InputError naming the place, the rate and the nearest known name.
  Tariff require(std::string_view region, std::string_view name) const;
  // USD per instance hour under a purchase option; nothing when the type is not sold so in the region.
  std::optional<Tariff> instanceHour(std::string_view region, std::string_view type, Purchase purchase) const;
  std::optional<Spot> spot(std::string_view region, std::string_view type) const;
  // Every rate of a region, sorted by name: what `prices list` prints.
  std::vector<Tariff> list(std::string_view region) const;

  // A copy in which single rates are replaced (one flat tier each); each appears with source "override".
  // InputError when a name is unknown.
  struct Override {
    std::string name;
    double usd;
  };
  std::shared_ptr<const PriceCatalogue> with(std::span<const Override> overrides) const;

  struct Data;
  explicit PriceCatalogue(std::shared_ptr<const Data> data);

 private:
  std::shared_ptr<const Data> m_data;
};

} // namespace pricing
