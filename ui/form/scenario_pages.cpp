#include "ui/form/scenario_pages.hpp"

#include "pricing/catalogue_shelf.hpp"
#include "ui/form/scenario_places.hpp"

namespace ui {

QStringList instanceTypeNames(const pricing::PriceCatalogue& catalogue) {
  QStringList names{QStringLiteral("auto")};
  for (const auto& type : catalogue.types()) names.append(toQt(type.name));
  return names;
}

std::vector<Choice<pricing::Purchase>> purchaseChoices() {
  std::vector<Choice<pricing::Purchase>> choices;
  for (const auto name : pricing::purchaseNames())
    if (const auto purchase = pricing::purchaseNamed(name))
      choices.push_back({toQt(name).replace(u'_', u' '), *purchase});
  return choices;
}

namespace {

using model::HybridSetup;
using model::LambdaSetup;
using model::ManagedScaling;
using model::ManagedSetup;
using model::Objective;
using model::RunPlan;
using model::Scenario;
using workloads::Work;
using workloads::Workload;

QStringList regionNames(const pricing::PriceCatalogue& catalogue) {
  QStringList names;
  for (const auto& region : catalogue.regions()) names.append(toQt(region));
  return names;
}

std::vector<Choice<model::FrontDoor>> frontDoorChoices() {
  using model::FrontDoor;
  return {{tr("function URL"), FrontDoor::FunctionUrl},
          {tr("HTTP API"), FrontDoor::HttpApi},
          {tr("REST API"), FrontDoor::RestApi},
          {tr("Application Load Balancer"), FrontDoor::Alb},
          {tr("none"), FrontDoor::None}};
}

void addManagedScaling(FieldSet& page) {
  page.startGroup(tr("Scaling"));
  page.addText({"/managed_instances/min", tr("Least"), countTip("Fewest environments, on up to three instances.")},
               at(&ManagedSetup::min));
  page.addText({"/managed_instances/max_vcpus", tr("Most vCPUs"), countTip("Of all instances together.")},
               at(&ManagedSetup::maxVcpus));
  page.addText({"/managed_instances/initial", tr("At the start"),
                countTip("Environments ready at time 0; auto: what the mean load asks for."), "auto"},
               at(&ManagedSetup::initial));
  page.addText({"/managed_instances/headroom", tr("Headroom"),
                ratioTip("Factor by which the load may grow before environments are full.")},
               at(&ManagedScaling::headroom));
  page.addText({"/managed_instances/packing", tr("Packing"),
                ratioTip("Share of its vCPUs or slots at which an environment counts as full.")},
               at(&ManagedScaling::packing));
  page.addText({"/managed_instances/period", tr("Period"), timeTip("How often the load is looked at.")},
               at(&ManagedScaling::period));
  page.addText(
      {"/managed_instances/in_points", tr("Patience"), countTip("Periods that all need less before an instance goes.")},
      at(&ManagedScaling::inPoints));
  page.addDistribution({"/managed_instances/boot", tr("Boot"), timeTip("From launch to in service; it is billed.")},
                       at(&ManagedSetup::boot));
  page.addDistribution(
      {"/managed_instances/init", tr("Init"), timeTip("Start of an environment on an instance."), "by runtime"},
      at(&ManagedSetup::init));
}

void addManagedEnvironments(FieldSet& page) {
  page.startGroup(tr("Environments"));
  page.addText({"/managed_instances/memory", tr("Memory"),
                memoryTip("Of an environment; auto: the smallest that holds four requests."), "auto"},
               at(&ManagedSetup::memory));
  page.addText({"/managed_instances/memory_per_vcpu", tr("Per vCPU"),
                memoryTip("2GB, 4GB or 8GB; auto: as the instance type has it."), "auto"},
               at(&ManagedSetup::memoryPerVcpu));
  page.addText({"/managed_instances/concurrency_per_vcpu", tr("At once per vCPU"),
                countTip("Requests, 64 at most; auto: by runtime, as far as memory reaches."), "auto"},
               at(&ManagedSetup::concurrencyPerVcpu));
  page.addText({"/managed_instances/cpu_saturation", tr("CPU limit"),
                ratioTip("An environment refuses while so many vCPUs are wanted for each it has."), "none"},
               at(&ManagedSetup::cpuSaturation));
  page.addText({"/managed_instances/timeout", tr("Timeout"),
                timeTip("The caller waits no longer; the handler runs on and keeps its slot.")},
               at(&ManagedSetup::timeout));
  page.addText({"/managed_instances/overhead", tr("Overhead"), timeTip("Added to every response.")},
               at(&ManagedSetup::overhead));
  page.addText({"/managed_instances/speed", tr("CPU speed"),
                ratioTip("Of a vCPU, relative to Lambda on x86; auto: by processor family."), "auto"},
               at(&ManagedSetup::speed));
}

void addLambdaLimits(FieldSet& page) {
  page.startGroup(tr("Limits"));
  page.addText({"/lambda/timeout", tr("Timeout"), timeTip("A longer call fails and is billed to here; at most 900s.")},
               at(&LambdaSetup::timeout));
  page.addText({"/lambda/reserved_concurrency", tr("Reserved"),
                countTip("Concurrency reserved for this function; none: the account's is shared."), "none"},
               at(&LambdaSetup::reservedConcurrency));
  page.addText({"/lambda/account_concurrency", tr("Account limit"), countTip("Concurrent executions of the account.")},
               at(&LambdaSetup::accountConcurrency));
  page.addText(
      {"/lambda/growth_per_10s", tr("Growth in 10 s"), countTip("New environments a function may get in 10 s.")},
      at(&LambdaSetup::growthPer10s));
}

void addLambdaEnvironments(FieldSet& page) {
  page.startGroup(tr("Environments"));
  page.addDistribution({"/lambda/init", tr("Init"), timeTip("Start of a new environment."), "by runtime and package"},
                       at(&LambdaSetup::init));
  page.addDistribution({"/lambda/idle_lifetime", tr("Idle lifetime"), timeTip("How long an idle environment is kept."),
                        "as measured by probes"},
                       at(&LambdaSetup::idleLifetime));
  page.addDistribution({"/lambda/max_lifetime", tr("Longest life"),
                        timeTip("An older environment is retired when it becomes idle."), "none"},
                       at(&LambdaSetup::maxLifetime));
  page.addText({"/lambda/init_ahead", tr("Ready ahead"),
                ratioTip("Share of new environments whose init is over before their request comes.")},
               at(&LambdaSetup::initAhead));
  page.addDistribution(
      {"/lambda/extensions/init", tr("Extensions: init"), timeTip("What extensions add to init.")},
      [](auto& s) -> auto& { return s.lambda->extensions.init; });
  page.addText(
      {"/lambda/extensions/after", tr("Extensions: after"),
       timeTip("After each response the environment stays busy that long and is billed.")},
      [](auto& s) -> auto& { return s.lambda->extensions.after; });
  page.addSnapStart({"/lambda/snap_start", tr("SnapStart"),
                     tr("New environments are restored from a snapshot: Java 11, Python 3.12, .NET 8 and later."),
                     "off"});
  page.addChoice<>({"/lambda/reuse", tr("Reuse"), tr("Which idle environment serves the next request.")},
                   std::vector<Choice<model::Reuse>>{{tr("most recently used"), model::Reuse::Lifo},
                                                     {tr("least recently used"), model::Reuse::Fifo},
                                                     {tr("any"), model::Reuse::Random}},
                   at(&LambdaSetup::reuse));
  page.addText(
      {"/lambda/provisioned_concurrency", tr("Provisioned"), countTip("Environments kept ready and paid for.")},
      at(&LambdaSetup::provisionedConcurrency));
}

} // namespace

FieldSet* newWorkloadPage(const pricing::PriceCatalogue& catalogue) {
  using workloads::Trigger;
  auto* page = new FieldSet;
  page->startGroup(tr("Scenario"));
  page->addText({"/name", tr("Name"), tr("Stands over reports.")}, at(&Scenario::name));
  page->addSearch({"/region", tr("Region"), tr("AWS region whose prices hold. Type to search.")},
                  regionNames(catalogue), at(&Scenario::region));
  page->startGroup(tr("Requests"));
  page->addArrivals({"/workload/arrivals", tr("Arrivals"), tr("When requests come.")});
  page->addChoice<>(
      {"/workload/trigger", tr("Trigger"), tr("Who calls: it decides what happens to a refused request.")},
      std::vector<Choice<Trigger>>{{tr("HTTP request"), Trigger::Http},
                                   {tr("asynchronous event"), Trigger::Async},
                                   {tr("queue (SQS)"), Trigger::Queue},
                                   {tr("stream (Kinesis)"), Trigger::Stream},
                                   {tr("schedule"), Trigger::Schedule}},
      at(&Workload::trigger));
  page->addSource({"/workload/source", tr("Source"),
                   tr("What requests come out of and is billed by use, on both sides."), "nothing that is billed"});
  page->addText({"/workload/request_size", tr("Request size"), bytesTip("Mean payload of a request.")},
                at(&Workload::requestSize));
  page->addText({"/workload/response_size", tr("Response size"), bytesTip("Mean payload of a response.")},
                at(&Workload::responseSize));
  page->addText(
      {"/workload/log_size", tr("Log (KB)"), ratioTip("KB a request writes to CloudWatch Logs, on both platforms.")},
      at(&Scenario::perRequestLogKb));
  page->startGroup(tr("Work of one request"));
  page->addDistribution({"/workload/work", tr("Duration"), timeTip("As measured on Lambda at the memory below."),
                         "the trace's own durations"},
                        at(&Work::duration));
  page->addText(
      {"/workload/work/measured_at/memory", tr("Measured at"), memoryTip("Lambda memory of that measurement.")},
      at(&Work::measuredAt));
  page->addText({"/workload/work/cpu_fraction", tr("CPU share"),
                 ratioTip("Part of the duration that computes; the rest waits and no CPU shortens it.")},
                at(&Work::cpuFraction));
  page->addText({"/workload/work/threads", tr("Threads"), ratioTip("vCPUs that one request can use.")},
                at(&Work::threads));
  page->addText({"/workload/memory", tr("Memory"), memoryTip("Resident while a request runs.")}, at(&Workload::memory));
  return page;
}

FieldSet* newLambdaPage() {
  using pricing::Architecture;
  using Arch = std::optional<Architecture>;
  auto* page = new FieldSet;
  page->startGroup(tr("Function"));
  page->addText({"/lambda/memory", tr("Memory"), memoryTip("128MB to 10240MB; auto searches the best."), "auto"},
                at(&LambdaSetup::memory));
  page->addChoice<>({"/lambda/architecture", tr("Architecture"), tr("Processor; auto tries both.")},
                    std::vector<Choice<Arch>>{{tr("x86_64 (Intel, AMD)"), Arch(Architecture::X86_64)},
                                              {tr("arm64 (Graviton)"), Arch(Architecture::Arm64)},
                                              {tr("auto"), Arch()}},
                    at(&LambdaSetup::architecture));
  QStringList runtimes;
  for (const auto runtime : model::knownRuntimes()) runtimes.append(toQt(runtime));
  page->addSearch({"/lambda/runtime", tr("Runtime"), tr("Decides how long an init takes.")}, runtimes,
                  at(&LambdaSetup::runtime));
  page->addChoice<>({"/lambda/package", tr("Package"), tr("How the code is deployed; decides how long an init takes.")},
                    std::vector<Choice<model::Package>>{{tr("zip archive"), model::Package::Zip},
                                                        {tr("container image"), model::Package::Image}},
                    at(&LambdaSetup::package));
  page->addChoice<>({"/lambda/front_door", tr("Front door"), tr("What stands before the function and is paid for.")},
                    frontDoorChoices(), at(&LambdaSetup::frontDoor));
  page->addText({"/lambda/ephemeral_storage", tr("Storage /tmp"), memoryTip("512MB are free, up to 10240MB.")},
                at(&LambdaSetup::ephemeralStorage));
  page->addText({"/lambda/overhead", tr("Overhead"), timeTip("Added to every response by the front door, not billed.")},
                at(&LambdaSetup::overhead));
  page->addText(
      {"/lambda/speed", tr("CPU speed"), ratioTip("Of a vCPU, relative to x86; auto: by architecture."), "auto"},
      at(&LambdaSetup::speed));
  page->addText({"/lambda/power_tuning", tr("Power Tuning"),
                 tr("Measured time over memory, instead of the law of CPU and waiting: a result file, the address of a "
                    "visualization, or sizes with their times such as 128MB 472ms, 512MB 159ms."),
                 "none"},
                at(&LambdaSetup::powerTuning));
  page->addFlag({"/lambda/vpc", tr("In a VPC"), tr("Pays the network's NAT gateways and traffic between zones too.")},
                at(&LambdaSetup::vpc));
  page->addText({"/lambda/alarms", tr("Alarms"), countTip("CloudWatch alarms.")}, at(&LambdaSetup::alarms));
  addLambdaEnvironments(*page);
  addLambdaLimits(*page);
  return page;
}

FieldSet* newManagedPage(const pricing::PriceCatalogue& catalogue) {
  auto* page = new FieldSet;
  page->startGroup(tr("Instances"));
  page->addSearch({"/managed_instances/instance_type", tr("Type"),
                   tr("Instance type; auto searches the best. Type to search."), "auto"},
                  instanceTypeNames(catalogue), at(&ManagedSetup::instanceType));
  page->addChoice({"/managed_instances/purchase", tr("Purchase"),
                   tr("How instance hours are paid; the fee is on the on-demand price.")},
                  purchaseChoices(), at(&ManagedSetup::purchase));
  page->addChoice(
      {"/managed_instances/front_door", tr("Front door"), tr("What stands before the function and is paid for.")},
      frontDoorChoices(), at(&ManagedSetup::frontDoor));
  addManagedEnvironments(*page);
  addManagedScaling(*page);
  return page;
}

FieldSet* newHybridPage(const pricing::PriceCatalogue& catalogue) {
  using Purchase = std::optional<pricing::Purchase>;
  auto* page = new FieldSet;
  page->startGroup(tr("To Lambda goes"));
  page->addOverflow({"/hybrid/overflow", tr("Overflow"), tr("Which requests the instances do not take.")});
  page->startGroup(tr("Base on EC2"));
  auto names = instanceTypeNames(catalogue);
  names.front() = tr("as EC2");
  page->addSearch({"/hybrid/instance_type", tr("Type"), tr("Instance type of the base. Type to search."), "as EC2"},
                  names, at(&HybridSetup::instanceType));
  page->addText({"/hybrid/min", tr("Least"), countTip("Instances of the base, or fewest; auto searches."), "auto"},
                at(&HybridSetup::min));
  page->addText({"/hybrid/max", tr("Most"), countTip("Most instances; as least: the base is fixed."), "as least"},
                at(&HybridSetup::max));
  page->addText({"/hybrid/initial", tr("At the start"), countTip("Instances in service at time 0."), "as least"},
                at(&HybridSetup::initial));
  page->addJson({"/hybrid/scaling", tr("Policy"),
                 tr("How a base between least and most scales, as ec2.scaling of a scenario file; null: as EC2.")},
                at(&HybridSetup::scaling));
  std::vector<Choice<Purchase>> purchases{{tr("as EC2"), Purchase()}};
  for (const auto& choice : purchaseChoices()) purchases.push_back({choice.title, Purchase(choice.value)});
  page->addChoice({"/hybrid/purchase", tr("Purchase"), tr("How the base's hours are paid.")}, purchases,
                  at(&HybridSetup::purchase));
  return page;
}

FieldSet* newObjectivePage() {
  auto* page = new FieldSet;
  page->startGroup(tr("A platform must"));
  const auto limit = [&](const char* key, const char* label, auto access) {
    page->addText(
        {std::string("/objective/") + key, tr(label), timeTip("Limit on response time; none: not asked for."), "none"},
        access);
  };
  limit("mean", "Mean below", at(&Objective::mean));
  limit("p50", "p50 below", at(&Objective::p50));
  limit("p90", "p90 below", at(&Objective::p90));
  limit("p95", "p95 below", at(&Objective::p95));
  limit("p99", "p99 below", at(&Objective::p99));
  limit("p999", "p99.9 below", at(&Objective::p999));
  page->addText({"/objective/max_failed", tr("Failed at most"), ratioTip("Failed requests divided by attempts.")},
                at(&Objective::maxFailed));
  return page;
}

FieldSet* newRunPage() {
  auto* page = new FieldSet;
  page->startGroup(tr("Simulation"));
  page->addText(
      {"/run/horizon", tr("Horizon"), timeTip("Simulated time; auto: a week, or the span of the trace."), "auto"},
      at(&RunPlan::horizon));
  page->addText({"/run/warmup", tr("Warm-up"), timeTip("Cut off at the start, before anything is counted.")},
                at(&RunPlan::warmup));
  page->addText(
      {"/run/replications", tr("Replications"), countTip("Independent repetitions; they make the error bars.")},
      at(&RunPlan::replications));
  page->addText({"/run/seed", tr("Seed"), countTip("Same seed, same figures.")}, at(&RunPlan::seed));
  return page;
}

namespace {

void addPrices(FieldSet& page) {
  page.startGroup(tr("Prices"));
  QStringList catalogues{QStringLiteral("built in")};
  for (const auto& shelved : pricing::shelvedCatalogues()) catalogues.append(toQt(shelved.id));
  page.addSearch({"/prices/catalogue", tr("Catalogue"), tr("Its id, or a file."), "built in"}, catalogues,
                 at(&model::PriceChoice::catalogue));
  page.addText({"/prices/date", tr("Rules of"), tr("A day such as 2025-07-01 whose rules bill."), "today"},
               at(&model::PriceChoice::date));
  page.addText({"/prices/private", tr("Own prices"), tr("A file of discounts and rates of your own."), "list prices"},
               at(&model::PriceChoice::privatePrices));
  page.addText({"/assumptions/hours_per_month", tr("Hours a month"), ratioTip("730 is what AWS calculators use.")},
               at(&Scenario::hoursPerMonth));
  page.addFlag({"/assumptions/free_tier", tr("Free tier applies"), tr("What AWS gives each account free every month.")},
               at(&Scenario::freeTier));
  page.addText({"/assumptions/traffic_drop", tr("Traffic drop"),
                ratioTip("Commitments are also priced after traffic fell by this share.")},
               at(&Scenario::trafficDrop));
}

void addNetwork(FieldSet& page) {
  using model::Network;
  page.startGroup(tr("Network"));
  page.addText({"/network/nat_gateways", tr("NAT gateways"), countTip("Paid all month.")}, at(&Network::natGateways));
  page.addText({"/network/nat_bytes_per_request", tr("Through NAT"), bytesTip("Bytes a request sends through them.")},
               at(&Network::natBytesPerRequest));
  page.addText({"/network/cross_zone_bytes_per_request", tr("Between zones"),
                bytesTip("Bytes a request moves between availability zones; AWS bills both directions.")},
               at(&Network::crossZoneBytesPerRequest));
  page.addText({"/network/requests_per_connection", tr("Per connection"),
                ratioTip("Requests that a connection carries; 1: none is kept alive.")},
               at(&Network::requestsPerConnection));
  page.addText({"/network/connection_idle", tr("Kept open"), timeTip("How long a connection stays after a response.")},
               at(&Network::connectionIdle));
  page.addText({"/network/listener_rules", tr("Listener rules"), countTip("Rules a request is held against.")},
               at(&Network::listenerRules));
}

void addOwnCosts(FieldSet& page, const QString& title, const std::string& path,
                 model::PlatformCosts model::OwnCosts::*platform) {
  using model::PlatformCosts;
  page.startGroup(title);
  page.addText({path + "/engineering_hours", tr("Engineering"), ratioTip("Hours of work a month.")},
               at(&PlatformCosts::engineeringHours, platform));
  page.addText({path + "/non_production_copies", tr("Copies"), countTip("Staging, test: beside production.")},
               at(&PlatformCosts::nonProductionCopies, platform));
  page.addText({path + "/non_production_share", tr("Their traffic"), ratioTip("Of each, as a share of production's.")},
               at(&PlatformCosts::nonProductionShare, platform));
  page.addText({path + "/migration", tr("Moving there"), ratioTip("USD, once.")},
               at(&PlatformCosts::migrationUsd, platform));
}

} // namespace

FieldSet* newPricesPage() {
  auto* page = new FieldSet;
  addPrices(*page);
  addNetwork(*page);
  page->startGroup(tr("People"));
  page->addText(
      {"/costs/engineering_rate", tr("Hourly rate"), ratioTip("USD an hour of engineering work.")},
      [](auto& s) -> auto& { return s.costs.engineeringRateUsd; });
  addOwnCosts(*page, tr("Running it on Lambda"), "/costs/lambda", &model::OwnCosts::lambda);
  addOwnCosts(*page, tr("Running it on EC2"), "/costs/ec2", &model::OwnCosts::ec2);
  return page;
}

} // namespace ui
