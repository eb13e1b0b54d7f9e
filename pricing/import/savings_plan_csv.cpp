// Compute and EC2 Instance Savings Plans: a record is the rate of one plan for one usage. The plans of the catalogue
// are those without upfront, for 1 and 3 years; of Lambda also the duration paid all upfront for 1 year.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>

#include "pricing/import/csv_offer.hpp"
#include "pricing/import/offer_formats.hpp"
#include "pricing/import/price_regions.hpp"

namespace pricing::importing {

namespace {

struct Usage {
  std::string_view type; // behind the region's prefix
  std::string_view rate, architecture;
};
constexpr std::array kLambdaUsage{
    Usage{"Lambda-GB-Second", "duration", "x86_64"},
    Usage{"Lambda-GB-Second-ARM", "duration", "arm64"},
    Usage{"Lambda-Provisioned-Concurrency", "provisioned_concurrency", "x86_64"},
    Usage{"Lambda-Provisioned-Concurrency-ARM", "provisioned_concurrency", "arm64"},
    Usage{"Lambda-Provisioned-GB-Second", "provisioned_duration", "x86_64"},
    Usage{"Lambda-Provisioned-GB-Second-ARM", "provisioned_duration", "arm64"},
};

bool endsWithUsage(std::string_view text, std::string_view usage) {
  return text == usage || (text.ends_with(usage) && text[text.size() - usage.size() - 1] == '-');
}

class SavingsPlanReader {
 public:
  SavingsPlanReader(const OfferFile& file, ProgressMeter& meter)
      : m_path(file.path), m_types(file.types), m_offer(file.path, meter), m_problems(file.path) {
    m_result.source = {"version " + file.head.version, "AWS Price List " + file.head.offerCode,
                       file.head.publicationDate.substr(0, 10), "pricing.us-east-1.amazonaws.com"};
    m_result.asOf = m_result.source.date;
    for (std::size_t i = 0; i < kColumns.size(); ++i) m_columns[i] = m_offer.required(kColumns[i], m_problems);
    m_problems.throwIfAny();
  }

  ImportedPrices read() {
    while (m_offer.next(m_problems)) readRecord();
    m_problems.throwIfAny();
    for (auto& [key, usd] : m_rates)
      m_result.rates.push_back({key.second, key.first, "GB-s", {{0, UnitPrice::dollarsPerUnit(usd)}}});
    for (auto& [key, usd] : m_hours)
      m_result.hours.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), usd});
    return std::move(m_result);
  }

 private:
  enum Cell { Rate, Currency, Service, UsageType, Operation, Option, Years, YearsUnit, Family, Region, Type };
  static constexpr std::array<std::string_view, 11> kColumns{"DiscountedRate",        "Currency",
                                                             "DiscountedServiceCode", "DiscountedUsageType",
                                                             "DiscountedOperation",   "PurchaseOption",
                                                             "LeaseContractLength",   "LeaseContractLengthUnit",
                                                             "Product Family",        "DiscountedRegionCode",
                                                             "DiscountedInstanceType"};
  std::string_view cell(Cell which) const { return m_offer.cell(m_columns[which]); }
  void pass(const std::string& reason) { m_result.passedOver.add(reason, m_offer.line()); }

  void readRecord() {
    if (cell(Currency) != "USD") return pass("a price in another currency than US dollars");
    if (cell(Service) == "AWSLambda") return readLambda();
    if (cell(Service) == "AmazonEC2") return readInstance();
    pass(fmt::format("service {}", quoted(cell(Service))));
  }

  std::optional<double> rate() {
    const auto text = cell(Rate);
    double usd = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), usd);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && std::isfinite(usd) && usd >= 0) return usd;
    m_problems.add({m_offer.line(), quoted(text), "a rate in USD, 0 or more"});
    return std::nullopt;
  }

  // 1 or 3; 0: another term.
  int years() const {
    if (!cell(YearsUnit).starts_with("year")) return 0;
    return cell(Years) == "1" ? 1 : cell(Years) == "3" ? 3 : 0;
  }

  std::optional<Purchase> purchase() const {
    if (cell(Option) != "No Upfront" || years() == 0) return std::nullopt;
    if (cell(Family) == "ComputeSavingsPlans") return years() == 1 ? Purchase::ComputeSp1y : Purchase::ComputeSp3y;
    if (cell(Family) == "EC2InstanceSavingsPlans") return years() == 1 ? Purchase::Ec2Sp1y : Purchase::Ec2Sp3y;
    return std::nullopt;
  }

  void readInstance() {
    if (cell(UsageType).find("BoxUsage") == std::string_view::npos) return pass("a usage type other than BoxUsage");
    // RunInstances alone is Linux; a code behind it names another system or installed software.
    if (cell(Operation) != "RunInstances") return pass("an operating system other than Linux");
    const auto which = purchase();
    if (!which) return pass(fmt::format("{} {} {} {}", cell(Family), cell(Years), cell(YearsUnit), cell(Option)));
    if (!std::ranges::binary_search(m_types, cell(Type), {}, &InstanceType::name))
      return pass(fmt::format("a type that the catalogue does not know, {}", quoted(cell(Type))));
    const auto usd = rate();
    if (!usd) return;
    const auto key = std::tuple(std::string(cell(Region)), std::string(cell(Type)), *which);
    const auto [place, isNew] = m_hours.emplace(key, *usd);
    if (!isNew && place->second != *usd)
      m_problems.add(
          {m_offer.line(),
           fmt::format("{} behind {} for {} {} in {}", *usd, place->second, cell(Type), name(*which), cell(Region)),
           "one rate"});
  }

  // How the catalogue names the plan's rate of a usage; empty: not kept.
  std::string suffix(const Usage& usage) const {
    if (usage.rate != "duration") return years() == 1 && cell(Option) == "No Upfront" ? "compute_sp" : "";
    if (cell(Option) == "All Upfront") return years() == 1 ? "compute_sp_all_upfront" : "";
    if (cell(Option) != "No Upfront" || years() == 0) return "";
    return fmt::format("compute_sp_{}y", years());
  }

  void readLambda() {
    const auto usage = std::ranges::find_if(
        kLambdaUsage, [&](const Usage& each) { return endsWithUsage(cell(UsageType), each.type); });
    if (usage == kLambdaUsage.end()) return pass(fmt::format("Lambda usage {}", quoted(cell(UsageType))));
    const auto plan = suffix(*usage);
    if (plan.empty()) return pass(fmt::format("Lambda for {} {} {}", cell(Years), cell(YearsUnit), cell(Option)));
    const auto usd = rate();
    if (!usd) return;
    const auto name = fmt::format("lambda.{}_{}.{}", usage->rate, plan, usage->architecture);
    const auto [place, isNew] = m_rates.emplace(std::pair(std::string(cell(Region)), name), *usd);
    if (isNew || place->second == *usd) return;
    // A plan has a rate for each volume tier of on demand and no bounds; the first tier is the dearest.
    pass("Lambda duration behind the first volume tier");
    place->second = std::max(place->second, *usd);
  }

  std::string m_path;
  const std::vector<InstanceType>& m_types;
  CsvOffer m_offer;
  ImportProblems m_problems;
  std::array<CsvOffer::Column, kColumns.size()> m_columns;
  std::map<std::tuple<std::string, std::string, Purchase>, double> m_hours;
  std::map<std::pair<std::string, std::string>, double> m_rates;
  ImportedPrices m_result;
};

} // namespace

ImportedPrices readSavingsPlanCsv(const OfferFile& file, ProgressMeter& meter) {
  return SavingsPlanReader(file, meter).read();
}

} // namespace pricing::importing
