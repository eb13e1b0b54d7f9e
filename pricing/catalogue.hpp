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
//
// Names are "service.dimension", as `prices list` and bill overrides write them:
//   lambda.requests.<arch>  .duration.<arch>  .provisioned_concurrency.<arch>  .provisioned_duration.<arch>
//         .ephemeral_storage.<arch>  .streaming.<arch>  .tenant_isolation.<arch>      <arch>: x86_64, arm64
//         .snapstart_cache  .snapstart_restore  .event_poller.kafka  .event_poller.sqs  .edge_requests  .edge_duration
//         .durable_operations  .durable_written  .durable_stored  .function_url_requests
//         .managed_instances_requests  .managed_instances_fee (fraction of on demand)
//         .duration_compute_sp_1y.<arch>  _3y, _all_upfront; .provisioned_{concurrency,duration}_compute_sp.x86_64
//         .microvms_vcpu.arm64  .microvms_memory.arm64
//   ec2.<purchase>.<type>                  <purchase> as purchaseNames(): "ec2.on_demand.c7g.large"
//   ec2.surplus_credit.<type>              burstable types in unlimited mode, per vCPU-hour
//   ec2.detailed_monitoring_7_metrics
//   alb, nlb, clb, ebs, vpc, nat_gateway, data_transfer, apigateway, cloudwatch, s3, sqs, sns, eventbridge,
//   kinesis_data_streams                   "alb.lcu", "ebs.gp3_storage", "vpc.public_ipv4_in_use", "sqs.fifo_request"
//   fargate.vcpu.<arch>  fargate.memory.<arch>, each also _compute_sp_1y, _3y before the architecture:   billed, but
//   priced by the user only: the catalogue has no price of them
// Where a source meters in blocks, the block stands in the unit: apigateway.http_request per "request of 512 KB".
struct Tariff {
  std::string name;
  // The region it was read for: differs from the one asked when the catalogue had to fall back; "global" when the
  // source states one price for every region.
  std::string region;
  std::string unit; // "GB-s", "request", "hour", "GB-month", ...
  std::vector<Tier> tiers;
  std::string source;     // title and code, joined by "; " where several agree: "AWS pricing page feed for Lambda (L1)"
  std::string asOf;       // "2025-10-30"; as coarse as the source: "2026-04", "undated"
  bool estimated = false; // derived or taken from another region: shown as such wherever it is printed
  bool own = false;       // the user's own price, or the catalogue's less his discount
  UnitPrice firstPrice() const { return tiers.front().price; }
};

// CPU credits of a burstable type (EC2 user guide, "Key concepts for burstable performance instances").
struct CpuCredits {
  double baselinePercentPerVcpu = 0.0;
  double earnedPerHour = 0.0; // by the whole instance
  double maxAccrued = 0.0;
  UnitPrice surplus; // Linux, per vCPU-hour above the baseline in unlimited mode
  bool unlimitedByDefault = false, launchCredits = false;
  double keptDaysAfterStop = 0.0;
  std::string source, asOf;
};

struct InstanceType {
  std::string name, family, size;
  int vcpus = 0;
  Memory memory;
  Architecture architecture = Architecture::X86_64;
  bool burstable = false, currentGeneration = true, bareMetal = false;
  bool flex = false; // full CPU performance 95 % of the time only
  int gpus = 0, accelerators = 0;
  int threadsPerCore = 0; // 0: unknown
  std::string vendor, processor, gpu;
  std::optional<double> networkGbps, networkBaselineGbps, ebsGbps, ebsBaselineGbps; // burst ("up to") and sustained
  std::optional<double> baselinePercentPerVcpu;                                     // as in credits
  std::optional<CpuCredits> credits; // burstable types whose credits are known
  std::string source, asOf;
};

struct Spot {
  double savingFraction = 0.0; // median, of the on-demand price, 0..1
  int interruptionBand = 0;    // 0: <5 %, 1: 5-10 %, 2: 10-15 %, 3: 15-20 %, 4: >20 % a month
};

// A quantity of AWS's price rules that is no price: what is free, minimums, what one LCU holds.
struct Rule {
  std::string name; // "lambda.free_requests", "alb.lcu.new_connections"
  double value = 0.0;
  std::string unit;      // "requests a month"
  std::string effective; // first day it holds; empty: always
  std::string source, asOf;
};

struct PriceSource {
  std::string code, title, date, where; // "L1", ...; `where` may be empty
};

struct PrivatePrices;
struct CatalogueTables; // pricing/catalogue_tables.hpp

class PriceCatalogue {
 public:
  // The default catalogue, built into the program; parsed once on first use (under 30 ms), shared and immutable.
  static std::shared_ptr<const PriceCatalogue> embedded();
  // JSON text -> catalogue; all problems at once as InputError, `origin` names the file in them.
  static std::shared_ptr<const PriceCatalogue> fromJson(std::string_view text, std::string_view origin);

  static std::shared_ptr<const PriceCatalogue> of(CatalogueTables tables);
  // What was read, without overrides: importers build the next catalogue from it.
  const CatalogueTables& tables() const;

  const std::string& id() const;                // "aws-2026-11-23"
  const std::string& asOf() const;              // "2026-11-23"
  std::span<const std::string> regions() const; // sorted
  bool hasRegion(std::string_view region) const;
  std::span<const InstanceType> types() const; // sorted by name
  const InstanceType* findType(std::string_view name) const;

  // The rate of that name: of the region, else the global one, else that of us-east-1, marked estimated. EC2 prices and
  // what Lambda compute is made of (requests, duration, provisioned, ephemeral storage) never come from elsewhere.
  std::optional<Tariff> find(std::string_view region, std::string_view name) const;
  // As find, but InputError naming the place, the rate and the nearest known name.
  Tariff require(std::string_view region, std::string_view name) const;
  // USD per instance hour under a purchase option; nothing when the type is not sold so in the region.
  // Marked estimated: spot (on demand less the median saving), Savings Plans where only a proxy is known (compute_sp:
  // convertible, ec2_sp: standard, both without upfront), and reserved rates of types younger than the reserved data,
  // which take the discount of their predecessor family (m8i: m7i), else the median of their kind.
  std::optional<Tariff> instanceHour(std::string_view region, std::string_view type, Purchase purchase) const;
  std::optional<Spot> spot(std::string_view region, std::string_view type) const;
  // Every rate that find() knows in a region, sorted by name: what `prices list` prints.
  std::vector<Tariff> list(std::string_view region) const;

  // Sorted by name, then by first day: a rule that changed stands once per version.
  std::span<const Rule> rules() const;
  // The version in force on `isoDay` ("2023-10-01"; empty: the latest); nothing where no version holds yet.
  const Rule* findRule(std::string_view name, std::string_view isoDay = {}) const;
  std::optional<double> rule(std::string_view name, std::string_view isoDay = {}) const;
  // Free each month and account, both architectures together, on demand only; 0 where the catalogue states none.
  double freeLambdaRequests() const;
  double freeLambdaGbSeconds() const;
  std::span<const PriceSource> sources() const;

  // Whether with() may replace it, and if not, which name was meant.
  bool knowsRate(std::string_view name) const;
  bool isPriced(std::string_view name) const; // false: billed, but the price is the user's to state (fargate)
  std::optional<std::string> nearestRate(std::string_view name) const;
  // A service as on a bill, or the beginning of rate names up to a dot.
  bool knowsDiscountScope(std::string_view scope) const;

  // A copy with the user's own prices in every region (pricing/private_prices.hpp). Each name stands for itself: rates
  // derived from a replaced one stay. The later of two wins. InputError, all problems at once, for unknown names,
  // prices negative or not finite, tiers that do not rise from 0, discounts outside 0 to 1.
  std::shared_ptr<const PriceCatalogue> with(const PrivatePrices& prices) const;
  struct Override {
    std::string name;
    double usd;
  };
  std::shared_ptr<const PriceCatalogue> with(std::span<const Override> overrides) const; // flat rates, no name
  // The same without discounts; replaced rates stay.
  std::shared_ptr<const PriceCatalogue> withoutDiscounts() const;

  struct Data;
  explicit PriceCatalogue(std::shared_ptr<const Data> data);

 private:
  std::shared_ptr<const Data> m_data;
};

// Rates with all their tiers, as `prices list --format json` prints them: an array of objects.
std::string tariffsJson(std::span<const Tariff> tariffs);

} // namespace pricing
