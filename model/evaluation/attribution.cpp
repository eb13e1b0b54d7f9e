#include "model/evaluation/attribution.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace model {

namespace {

using pricing::BillLine;

// Up to the name of what is billed apart: "duration (resize)" is a "duration".
std::string_view plainItem(const BillLine& line) { return std::string_view(line.item).substr(0, line.item.find(" (")); }

bool isLine(const BillLine& line, std::string_view service, std::string_view item) {
  return line.service == service && plainItem(line) == item;
}

struct Label {
  std::string_view code, meaning;
};
struct Share {
  Label label;
  double weight = 0; // >= 0
};

class MoneyLedger {
 public:
  void add(const Label& label, double usd) {
    const auto known =
        std::find_if(m_parts.begin(), m_parts.end(), [&](const auto& p) { return p.code == label.code; });
    if (known != m_parts.end())
      known->usd += usd;
    else
      m_parts.push_back({std::string(label.code), std::string(label.meaning), usd});
  }

  // In proportion to the weights. The last share that has one takes what is left, so that nothing is lost to rounding.
  void divide(double usd, std::span<const Share> shares) {
    double whole = 0;
    for (const auto& share : shares) whole += share.weight;
    while (shares.size() > 1 && shares.back().weight == 0) shares = shares.first(shares.size() - 1);
    double left = usd;
    for (const auto& share : shares.first(shares.size() - 1)) {
      const double part = usd * (share.weight / whole);
      add(share.label, part);
      left -= part;
    }
    add(shares.back().label, left);
  }

  std::vector<MoneyPart> sorted() && {
    std::erase_if(m_parts, [](const MoneyPart& part) { return part.usd == 0; });
    std::stable_sort(m_parts.begin(), m_parts.end(), [](const auto& a, const auto& b) { return a.usd > b.usd; });
    return std::move(m_parts);
  }

 private:
  std::vector<MoneyPart> m_parts;
};

// What stands around the computing: one part for each service a reader would ask about.
struct Surrounding {
  std::string_view service, item; // item empty: every item of the service that no earlier row names
  Label label;
};
constexpr std::array kSurroundings{
    Surrounding{"lambda", "requests", {"requests", "price of each request"}},
    Surrounding{"lambda", "snapstart_cache", {"snap_start", "SnapStart's cache and restores"}},
    Surrounding{"lambda", "snapstart_restore", {"snap_start", "SnapStart's cache and restores"}},
    Surrounding{"lambda", "ephemeral_storage", {"ephemeral_storage", "temporary storage above 512 MB"}},
    Surrounding{"lambda_managed_instances", "requests", {"requests", "price of each request"}},
    Surrounding{"lambda_managed_instances", "management_fee", {"fee", "management fee on the instances"}},
    Surrounding{"alb", "", {"load_balancer", "load balancer hours and capacity units"}},
    Surrounding{"nlb", "", {"load_balancer", "load balancer hours and capacity units"}},
    Surrounding{"api_gateway", "", {"front_door", "API Gateway requests"}},
    Surrounding{"data_transfer", "internet_out", {"egress", "responses to the internet"}},
    Surrounding{"data_transfer", "cross_zone", {"cross_zone", "bytes between availability zones"}},
    Surrounding{"cloudwatch", "logs_ingest", {"logs", "log lines"}},
    Surrounding{"cloudwatch", "", {"monitoring", "metrics and alarms"}},
    Surrounding{"ec2", "surplus_credits", {"surplus_credits", "CPU credits beyond those earned"}},
    Surrounding{"ebs", "", {"ebs", "disk volumes"}},
    Surrounding{"vpc", "public_ipv4", {"public_ipv4", "public IPv4 addresses"}},
    Surrounding{"nat_gateway", "", {"nat_gateway", "NAT gateway hours and bytes"}},
    Surrounding{"kinesis", "", {"kinesis", "Kinesis streams"}},
};

std::string spaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

void addSurrounding(const BillLine& line, MoneyLedger& ledger) {
  const double usd = line.amount.inDollars();
  for (const auto& row : kSurroundings)
    if (row.service == line.service && (row.item.empty() || row.item == plainItem(line)))
      return ledger.add(row.label, usd);
  // A line nobody has named yet is a part by itself.
  const std::string item(plainItem(line));
  const std::string code = line.service + "_" + item, meaning = line.service + ", " + spaced(item, '_', ' ');
  ledger.add({spaced(code, ' ', '_'), meaning}, usd);
}

constexpr Label kCpu{"cpu", "computing"}, kIoWait{"io_wait", "waiting on i/o"};
constexpr Label kRoundUp{"round_up", "rounding up to the billed step"};
constexpr Label kInit{"init", "starting environments"};
constexpr Label kExtensions{"extensions", "extensions after the response"};

double asDouble(Int128 n) { return static_cast<double>(n); }
double instanceHours(Int128 ns) { return asDouble(ns) * 1e-9 / pricing::kSecondsPerHour; }

std::array<Share, 5> billedTime(std::int64_t billedMs, Int128 cpuNs, Int128 ioNs, Int128 initNs, Int128 extensionNs) {
  const Int128 roundUp = static_cast<Int128>(billedMs) * 1'000'000 - cpuNs - ioNs - initNs - extensionNs;
  return {Share{kCpu, asDouble(cpuNs)}, Share{kIoWait, asDouble(ioNs)}, Share{kInit, asDouble(initNs)},
          Share{kExtensions, asDouble(extensionNs)}, Share{kRoundUp, asDouble(roundUp)}};
}

std::array<Share, 2> readyTime(const Scenario& scenario, const LambdaTally& tally, const Metered& metered) {
  const auto& setup = *scenario.lambda;
  const bool fixed = std::holds_alternative<std::monostate>(setup.provisionedPlan);
  const double readyNs = fixed ? static_cast<double>(setup.provisionedConcurrency) * metered.observedSeconds * 1e9
                               : asDouble(tally.provisionedAllocatedNs);
  const double busyNs = std::min(readyNs, asDouble(tally.provisionedBusyNs));
  return {Share{{"busy_provisioned", "provisioned environments while they serve"}, busyNs},
          Share{{"idle_provisioned", "provisioned environments kept ready"}, readyNs - busyNs}};
}

// A warm pool is billed while it runs; spot time is free where AWS ends it in its first hour.
Int128 poolNs(const Ec2Tally& tally) { return tally.warmPoolRunningNs + tally.warmPoolTopUpNs; }
Int128 billedNs(const Ec2Tally& tally) {
  return tally.instanceNs + tally.minimumTopUpNs + poolNs(tally) - tally.spotTotal().freeNs;
}

std::array<Share, 11> instanceTime(const Ec2Tally& tally, double usedHours, double paidHours) {
  const InServiceTime& time = tally.inService;
  // Hours that were paid and not used, in the tally's own unit.
  const double tallyNs = asDouble(billedNs(tally));
  const double unusedHours = std::max(0.0, paidHours - usedHours * (1 + 1e-12));
  const double unused = usedHours > 0 ? unusedHours / usedHours * tallyNs : unusedHours;
  return {Share{{"busy", "vCPUs at work"}, asDouble(time.busyNs)},
          Share{{"headroom", "free capacity kept above the load"}, asDouble(time.headroomNs)},
          Share{{"zone_floor", "an instance in every zone"}, asDouble(time.zoneFloorNs)},
          Share{{"forecast", "kept by the forecast of predictive scaling"}, asDouble(time.forecastNs)},
          Share{{"warm_pool", "warm pool instances while they run"}, asDouble(poolNs(tally))},
          Share{{"scale_in_lag", "not yet scaled in"}, asDouble(time.scaleInLagNs)},
          Share{{"boot", "booting"}, asDouble(tally.instanceNs - tally.inServiceNs)},
          Share{{"draining", "waiting for the last requests"}, asDouble(time.drainingNs)},
          Share{{"minimum", "60 s minimum of each start"}, asDouble(tally.minimumTopUpNs)},
          Share{{"unused_commitment", "committed hours without an instance"}, unused},
          Share{{"idle_night", "fleet that is kept while the load needs less"}, asDouble(time.idleNightNs)}};
}

// What the instances' vCPU time went to. The system's share is what an instance has beyond its environments.
std::array<Share, 5> managedTime(const ManagedFleet& fleet, const ManagedTally& tally) {
  const double usable = static_cast<double>(fleet.environmentsPerInstance) * fleet.environmentVcpus / fleet.vcpus;
  const double busy = asDouble(tally.cpuBusyNs) / fleet.vcpus, inService = asDouble(tally.inServiceNs);
  return {Share{{"busy", "vCPUs at work"}, busy},
          Share{{"system", "kept of each instance for the system, or too small for an environment"},
                (1 - usable) * inService},
          Share{{"boot", "booting"}, asDouble(tally.instanceNs - tally.inServiceNs)},
          Share{{"minimum", "60 s minimum of each start"}, asDouble(tally.minimumTopUpNs)},
          Share{{"headroom", "kept ready for growth and in three zones"}, std::max(0.0, usable * inService - busy)}};
}

} // namespace

std::vector<MoneyPart> moneyParts(const ManagedFleet& fleet, const ManagedTally& tally, const pricing::Bill& bill) {
  const auto time = managedTime(fleet, tally);
  MoneyLedger ledger;
  for (const auto& line : bill.lines) {
    if (isLine(line, "lambda_managed_instances", "instance_hours"))
      ledger.divide(line.amount.inDollars(), time);
    else
      addSurrounding(line, ledger);
  }
  return std::move(ledger).sorted();
}

namespace {

// Lines of a bill, each to what divides it; false: none of its own.
class LambdaShares {
 public:
  LambdaShares(const Scenario& scenario, const LambdaTally& tally, const Metered& metered)
      : m_onDemand(billedTime(tally.billedMs, tally.cpuNs, tally.ioNs, tally.billedInitNs, tally.extensionNs)),
        m_provisioned(billedTime(tally.provisionedBilledMs, tally.provisionedCpuNs, tally.provisionedIoNs,
                                 tally.provisionedInitNs, tally.provisionedExtensionNs)),
        m_ready(readyTime(scenario, tally, metered)) {}
  bool divide(const BillLine& line, MoneyLedger& ledger) const {
    const double usd = line.amount.inDollars();
    if (isLine(line, "lambda", "duration"))
      ledger.divide(usd, m_onDemand);
    else if (isLine(line, "lambda", "provisioned_duration"))
      ledger.divide(usd, m_provisioned);
    else if (isLine(line, "lambda", "provisioned_concurrency"))
      ledger.divide(usd, m_ready);
    else
      return false;
    return true;
  }

 private:
  std::array<Share, 5> m_onDemand, m_provisioned;
  std::array<Share, 2> m_ready;
};

class InstanceShares {
 public:
  InstanceShares(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered, const pricing::Bill& bill) {
    double paidHours = 0;
    for (const auto& line : bill.lines)
      if (isLine(line, "ec2", "instance_hours")) paidHours += line.quantity;
    const double usedHours = instanceHours(billedNs(tally)) * monthFactor(scenario, metered);
    m_time = instanceTime(tally, usedHours, paidHours);
  }
  bool divide(const BillLine& line, MoneyLedger& ledger) const {
    if (!isLine(line, "ec2", "instance_hours")) return false;
    ledger.divide(line.amount.inDollars(), m_time);
    return true;
  }

 private:
  std::array<Share, 11> m_time;
};

std::vector<MoneyPart> divided(const pricing::Bill& bill, auto&&... shares) {
  MoneyLedger ledger;
  for (const auto& line : bill.lines)
    if (!(shares.divide(line, ledger) || ...)) addSurrounding(line, ledger);
  return std::move(ledger).sorted();
}

} // namespace

std::vector<MoneyPart> moneyParts(const Scenario& scenario, const LambdaTally& tally, const Metered& metered,
                                  const pricing::Bill& bill) {
  return divided(bill, LambdaShares(scenario, tally, metered));
}

std::vector<MoneyPart> moneyParts(const Scenario& scenario, const Ec2Tally& tally, const Metered& metered,
                                  const pricing::Bill& bill) {
  return divided(bill, InstanceShares(scenario, tally, metered, bill));
}

std::vector<MoneyPart> moneyParts(const Scenario& scenario, const HybridTally& tally, const Metered& metered,
                                  const pricing::Bill& bill) {
  return divided(bill, LambdaShares(scenario, tally.overflow, metered),
                 InstanceShares(scenario, tally.base, metered, bill));
}

} // namespace model
