#pragma once
// Synthetic EC2 offers in the shape of AWS's files, of any size: some forty attributes a product, one key a line, Windows,
// SQL Server, Dedicated and capacity-reservation variants that an import must pass over, terms on demand and reserved.
// Every number is a function of the product's place, so the generator knows what an import must find.
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <vector>

#include "pricing/catalogue.hpp"

namespace price_lists {

struct Expected {
  std::string region, type;
  pricing::Purchase purchase;
  double usd;
};

class Ec2Offer {
 public:
  // As many products as make about `bytes` of JSON, but at least one round of variants.
  Ec2Offer(std::uint64_t bytes, std::vector<std::string> regions, std::vector<std::string> types)
      : m_regions(std::move(regions)), m_types(std::move(types)) {
    fmt::memory_buffer sample;
    for (std::uint64_t i = 0; i < kVariants; ++i) product(sample, i), onDemand(sample, i), reserved(sample, i);
    const auto most = m_regions.size() * m_types.size();
    m_rounds = std::clamp<std::uint64_t>(bytes / sample.size(), 1, most);
    m_extra = bytes > m_rounds * sample.size() ? (bytes - m_rounds * sample.size()) / 900 : 0;
  }

  std::uint64_t products() const { return m_rounds * kVariants + m_extra; }
  std::uint64_t kept() const { return m_rounds; }

  std::vector<Expected> expected() const {
    using enum pricing::Purchase;
    std::vector<Expected> all;
    for (std::uint64_t i = 0; i < m_rounds * kVariants; i += kVariants) {
      const auto add = [&](pricing::Purchase purchase, double usd) { all.push_back({region(i), type(i), purchase, usd}); };
      add(OnDemand, std::stod(price(i, 0)));
      add(Standard1y, std::stod(price(i, 1)));
      add(Standard3y, std::stod(price(i, 2)));
      add(Convertible1y, std::stod(price(i, 3)));
      add(Convertible3y, std::stod(price(i, 4)));
      add(Standard1yAllUpfront, static_cast<double>(upfront(i, 5)) / 8760 + 0);
    }
    return all;
  }

  void writeJson(const std::string& path) const {
    std::ofstream out(path, std::ios::binary);
    fmt::memory_buffer text;
    text_(text, "{{\n  \"formatVersion\" : \"v1.0\",\n  \"disclaimer\" : \"Synthetic: no price of AWS\",\n"
                "  \"offerCode\" : \"AmazonEC2\",\n  \"version\" : \"20260102030405\",\n"
                "  \"publicationDate\" : \"2026-01-02T03:04:05Z\",\n  \"products\" : {{");
    eachProduct(out, text, [&](std::uint64_t i) { product(text, i); });
    text_(text, "\n  }},\n  \"terms\" : {{\n    \"OnDemand\" : {{");
    eachProduct(out, text, [&](std::uint64_t i) { onDemand(text, i); });
    text_(text, "\n    }},\n    \"Reserved\" : {{");
    m_firstReserved = true;
    eachProduct(out, text, [&](std::uint64_t i) { reserved(text, i); });
    text_(text, "\n    }}\n  }},\n  \"attributesList\" : {{ }}\n}}\n");
    flush(out, text, 0);
  }

  void writeCsv(const std::string& path) const {
    std::ofstream out(path, std::ios::binary);
    fmt::memory_buffer text;
    text_(text, "\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"Synthetic, no price of AWS\"\n"
                "\"Publication Date\",\"2026-01-02T03:04:05Z\"\n\"Version\",\"20260102030405\"\n"
                "\"OfferCode\",\"AmazonEC2\"\n\"SKU\",\"OfferTermCode\",\"RateCode\",\"TermType\",\"PriceDescription\","
                "\"EffectiveDate\",\"StartingRange\",\"EndingRange\",\"Unit\",\"PricePerUnit\",\"Currency\",\"RelatedTo\","
                "\"LeaseContractLength\",\"PurchaseOption\",\"OfferingClass\",\"Product Family\",\"serviceCode\","
                "\"Location\",\"Location Type\",\"Instance Type\",\"Current Generation\",\"Instance Family\",\"vCPU\","
                "\"Physical Processor\",\"Clock Speed\",\"Memory\",\"Storage\",\"Network Performance\",\"Tenancy\","
                "\"Operating System\",\"License Model\",\"usageType\",\"operation\",\"CapacityStatus\",\"MarketOption\","
                "\"Pre Installed S/W\",\"Processor Features\",\"Region Code\",\"serviceName\"\n");
    eachProduct(out, text, [&](std::uint64_t i) { records(text, i); });
    flush(out, text, 0);
  }

 private:
  static constexpr std::uint64_t kVariants = 16;
  struct Term {
    std::string_view code, lease, offeringClass, option;
  };
  static constexpr Term kTerms[] = {{"4NA7Y494T4", "1yr", "standard", "No Upfront"},
                                    {"BPH4J8HBKS", "3yr", "standard", "No Upfront"},
                                    {"7NE97W5U4E", "1yr", "convertible", "No Upfront"},
                                    {"Z2E3P23VKM", "3yr", "convertible", "No Upfront"},
                                    {"6QCMYABX3D", "1yr", "standard", "All Upfront"},
                                    {"38NPMPTW36", "3yr", "standard", "Partial Upfront"},
                                    {"MZU6U2429S", "3yr", "convertible", "All Upfront"}};

  template <class... Args> static void text_(fmt::memory_buffer& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  }
  static void flush(std::ofstream& out, fmt::memory_buffer& text, std::size_t above) {
    if (text.size() <= above) return;
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    text.clear();
  }
  void eachProduct(std::ofstream& out, fmt::memory_buffer& text, auto&& write) const {
    for (std::uint64_t i = 0; i < products(); ++i) {
      write(i);
      flush(out, text, 1 << 20);
    }
  }

  // Of a round of variants the first is ours; beyond the rounds come volumes and the like.
  bool isExtra(std::uint64_t i) const { return i >= m_rounds * kVariants && m_rounds > 0; }
  static std::uint64_t variant(std::uint64_t i) { return i % kVariants; }
  const std::string& region(std::uint64_t i) const { return m_regions[(i / kVariants) % m_regions.size()]; }
  const std::string& type(std::uint64_t i) const {
    return m_types[(i / kVariants / m_regions.size()) % m_types.size()];
  }
  static std::string sku(std::uint64_t i) { return fmt::format("{:016X}", (i + 1) * 0x9E3779B97F4A7C15ULL); }
  static std::uint64_t mixed(std::uint64_t i, std::uint64_t which) {
    std::uint64_t x = (i * 8 + which + 1) * 0xBF58476D1CE4E5B9ULL;
    x ^= x >> 31U;
    return x * 0x94D049BB133111EBULL >> 20U;
  }
  static std::string price(std::uint64_t i, std::uint64_t which) {
    return fmt::format("{}.{:05}00000", mixed(i, which) % 7, 1 + mixed(i, which) / 7 % 99'999);
  }
  static std::uint64_t upfront(std::uint64_t i, std::uint64_t which) { return 100 + mixed(i, which) % 90'000; }
  static std::string_view system(std::uint64_t i) {
    constexpr std::string_view kSystems[] = {"Linux", "Windows", "RHEL", "SUSE"};
    return kSystems[variant(i) % 4];
  }
  static std::string_view tenancy(std::uint64_t i) { return variant(i) / 4 % 2 == 0 ? "Shared" : "Dedicated"; }
  static std::string_view capacity(std::uint64_t i) {
    return variant(i) < 8 ? "Used" : variant(i) < 12 ? "UnusedCapacityReservation" : "AllocatedCapacityReservation";
  }
  static std::string_view software(std::uint64_t i) { return variant(i) % 4 == 1 && variant(i) > 4 ? "SQL \\\"Std\\\" {x}" : "NA"; }
  static bool isReserved(std::uint64_t i) { return variant(i) < 8; }

  void product(fmt::memory_buffer& out, std::uint64_t i) const {
    text_(out, "{}\n    \"{}\" : {{\n      \"sku\" : \"{}\",\n", i == 0 ? "" : ",", sku(i), sku(i));
    if (isExtra(i)) {
      text_(out,
            "      \"productFamily\" : \"Storage\",\n      \"attributes\" : {{\n        \"servicecode\" : "
            "\"AmazonEC2\",\n        \"location\" : \"{}\",\n        \"usagetype\" : \"EBS:VolumeUsage.gp3\"\n      }}\n    }}",
            region(i));
      return;
    }
    text_(out, "      \"productFamily\" : \"Compute Instance\",\n      \"attributes\" : {{\n");
    const auto attribute = [&](std::string_view key, std::string_view value) {
      text_(out, "        \"{}\" : \"{}\",\n", key, value);
    };
    attribute("servicecode", "AmazonEC2");
    attribute("location", "somewhere in " + region(i));
    attribute("locationType", "AWS Region");
    attribute("instanceType", type(i));
    attribute("currentGeneration", "Yes");
    attribute("instanceFamily", "General purpose");
    attribute("vcpu", "2");
    attribute("physicalProcessor", "Intel Xeon Platinum 8175");
    attribute("clockSpeed", "3.1 GHz");
    attribute("memory", "8 GiB");
    attribute("storage", "EBS only");
    attribute("networkPerformance", "Up to 10 Gigabit");
    attribute("processorArchitecture", "64-bit");
    attribute("tenancy", tenancy(i));
    attribute("operatingSystem", system(i));
    attribute("licenseModel", "No License required");
    attribute("usagetype", fmt::format("{}:{}", capacity(i) == "Used" ? "BoxUsage" : "Reservation", type(i)));
    attribute("operation", "RunInstances");
    attribute("availabilityzone", "NA");
    attribute("capacitystatus", capacity(i));
    for (const auto key : {"classicnetworkingsupport", "enhancedNetworkingSupported", "intelAvxAvailable",
                           "intelAvx2Available", "intelTurboAvailable", "vpcnetworkingsupport"})
      attribute(key, "true");
    attribute("dedicatedEbsThroughput", "Up to 2120 Mbps");
    attribute("ecu", "10");
    attribute("gpuMemory", "NA");
    attribute("marketoption", "OnDemand");
    attribute("normalizationSizeFactor", "4");
    attribute("preInstalledSw", software(i));
    attribute("processorFeatures", "Intel AVX; Intel AVX2; Intel AVX512; Intel Turbo");
    attribute("regionCode", region(i));
    text_(out, "        \"servicename\" : \"Amazon Elastic Compute Cloud\"\n      }}\n    }}");
  }

  void dimension(fmt::memory_buffer& out, const std::string& term, bool fee, const std::string& usd) const {
    const auto code = fmt::format("{}.{}", term, fee ? "2TG2D8R56U" : "6YS6EN2CT7");
    text_(out, "            \"{}\" : {{\n              \"rateCode\" : \"{}\",\n", code, code);
    text_(out, "              \"description\" : \"{}\",\n{}              \"unit\" : \"{}\",\n", fee ? "Upfront Fee" : "an hour",
          fee ? "" : "              \"beginRange\" : \"0\",\n              \"endRange\" : \"Inf\",\n", fee ? "Quantity" : "Hrs");
    text_(out,
          "              \"appliesTo\" : [ ],\n              \"pricePerUnit\" : {{\n                \"USD\" : \"{}\"\n"
          "              }}\n            }}",
          usd);
  }

  void term(fmt::memory_buffer& out, std::uint64_t i, std::string_view code, std::string_view attributes,
            const std::vector<std::pair<bool, std::string>>& prices) const {
    const auto id = fmt::format("{}.{}", sku(i), code);
    text_(out,
          "        \"{}\" : {{\n          \"offerTermCode\" : \"{}\",\n          \"sku\" : \"{}\",\n"
          "          \"effectiveDate\" : \"2026-01-01T00:00:00Z\",\n          \"priceDimensions\" : {{\n",
          id, code, sku(i));
    for (std::size_t p = 0; p < prices.size(); ++p) {
      dimension(out, id, prices[p].first, prices[p].second);
      text_(out, "{}\n", p + 1 < prices.size() ? "," : "");
    }
    text_(out, "          }},\n          \"termAttributes\" : {{{}}}\n        }}", attributes);
  }

  void onDemand(fmt::memory_buffer& out, std::uint64_t i) const {
    text_(out, "{}\n      \"{}\" : {{\n", i == 0 ? "" : ",", sku(i));
    term(out, i, "JRTCKXETXF", " ", {{false, price(i, 0)}});
    text_(out, "\n      }}");
  }

  static std::vector<std::pair<bool, std::string>> pricesOf(std::uint64_t i, std::uint64_t which) {
    if (kTerms[which].option == "No Upfront") return {{false, price(i, which + 1)}};
    const bool all = kTerms[which].option == "All Upfront";
    return {{true, std::to_string(upfront(i, which + 1))}, {false, all ? "0.0000000000" : price(i, which + 1)}};
  }

  void reserved(fmt::memory_buffer& out, std::uint64_t i) const {
    if (!isReserved(i) || isExtra(i)) return;
    text_(out, "{}\n      \"{}\" : {{\n", m_firstReserved ? "" : ",", sku(i));
    m_firstReserved = false;
    for (std::uint64_t t = 0; t < std::size(kTerms); ++t) {
      const auto& each = kTerms[t];
      term(out, i, each.code,
           fmt::format("\n            \"LeaseContractLength\" : \"{}\",\n            \"OfferingClass\" : \"{}\",\n"
                       "            \"PurchaseOption\" : \"{}\"\n          ",
                       each.lease, each.offeringClass, each.option),
           pricesOf(i, t));
      text_(out, "{}\n", t + 1 < std::size(kTerms) ? "," : "");
    }
    text_(out, "      }}");
  }

  void record(fmt::memory_buffer& out, std::uint64_t i, std::string_view code, std::string_view termType, const Term& term,
              bool fee, const std::string& usd) const {
    const bool extra = isExtra(i);
    text_(out, "\"{0}\",\"{1}\",\"{0}.{1}.{2}\",\"{3}\",\"a price, of one \"\"hour\"\"\",\"2026-01-01\",{4},\"{5}\",\"{6}\",\"USD\",,",
          sku(i), code, fee ? "2TG2D8R56U" : "6YS6EN2CT7", termType, fee ? "," : "\"0\",\"Inf\"", fee ? "Quantity" : "Hrs", usd);
    text_(out, "\"{}\",\"{}\",\"{}\",\"{}\",\"AmazonEC2\",\"somewhere\",\"AWS Region\",\"{}\",\"Yes\",\"General purpose\",\"2\",",
          term.lease, term.option, term.offeringClass, extra ? "Storage" : "Compute Instance", type(i));
    text_(out, "\"Intel Xeon\",\"3.1 GHz\",\"8 GiB\",\"EBS only\",\"Up to 10 Gigabit\",\"{}\",\"{}\",\"No License required\",",
          tenancy(i), system(i));
    text_(out, "\"{}:{}\",\"RunInstances\",\"{}\",\"OnDemand\",\"{}\",\"Intel AVX; Intel AVX2\",\"{}\",\"Amazon Elastic Compute Cloud\"\n",
          capacity(i) == "Used" ? "BoxUsage" : "Reservation", type(i), capacity(i), software(i) == "NA" ? "NA" : "SQL Std",
          region(i));
  }

  void records(fmt::memory_buffer& out, std::uint64_t i) const {
    record(out, i, "JRTCKXETXF", "OnDemand", {}, false, price(i, 0));
    if (!isReserved(i) || isExtra(i)) return;
    for (std::uint64_t t = 0; t < std::size(kTerms); ++t)
      for (const auto& [fee, usd] : pricesOf(i, t)) record(out, i, kTerms[t].code, "Reserved", kTerms[t], fee, usd);
  }

  std::vector<std::string> m_regions, m_types;
  std::uint64_t m_rounds = 0, m_extra = 0;
  mutable bool m_firstReserved = true;
};

} // namespace price_lists
