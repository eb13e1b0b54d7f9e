#include "ui/form/scenario_pages.hpp"
#include "ui/form/scenario_places.hpp"

namespace ui {

namespace {

using model::Ec2Setup;

void addEc2Scaling(FieldSet& page) {
  page.startGroup(tr("Scaling"));
  page.addText({"/ec2/min", tr("Least"), countTip("Fewest instances.")}, at(&Ec2Setup::min));
  page.addText({"/ec2/max", tr("Most"), countTip("Most instances.")}, at(&Ec2Setup::max));
  page.addText({"/ec2/initial", tr("At the start"),
                countTip("Instances in service at time 0; auto: what the mean load needs."), "auto"},
               at(&Ec2Setup::initial));
  page.addScaling({"/ec2/scaling", tr("Policy"), tr("How Auto Scaling follows the load.")});
  page.addJson({"/ec2/scheduled_actions", tr("By the clock"),
                tr("Minimum, maximum and desired capacity at fixed times of a day or week, as in the scenario file.")},
               at(&Ec2Setup::scheduledActions));
  page.addJson({"/ec2/predictive", tr("Predictive"),
                tr("null, or {\"target\": 0.5}: launches ahead of hours that were busy on other days.")},
               at(&Ec2Setup::predictive));
  page.addJson({"/ec2/warm_pool", tr("Warm pool"),
                tr("null, or {\"state\": \"stopped\", \"max_prepared\": 10}: prepared instances beside the fleet.")},
               at(&Ec2Setup::warmPool));
  page.addDistribution({"/ec2/boot", tr("Boot"), timeTip("From launch to in service; it is billed.")},
                       at(&Ec2Setup::boot));
  page.addText(
      {"/ec2/lifecycle_hook", tr("Lifecycle hook"), timeTip("Wait between boot and in service; it is billed.")},
      at(&Ec2Setup::lifecycleHook));
  page.addText(
      {"/ec2/deregistration_delay", tr("Draining"), timeTip("Longest wait for open requests before an instance ends.")},
      at(&Ec2Setup::deregistrationDelay));
  page.addText({"/ec2/availability_zones", tr("Zones"), countTip("Availability zones, kept balanced.")},
               at(&Ec2Setup::availabilityZones));
}

void addEc2Serving(FieldSet& page) {
  page.startGroup(tr("Serving requests"));
  page.addChoice<>({"/ec2/discipline", tr("CPU shared"), tr("How requests on one instance share its vCPUs.")},
                   std::vector<Choice<model::Discipline>>{
                       {tr("all at once (processor sharing)"), model::Discipline::ProcessorSharing},
                       {tr("one per worker (first come)"), model::Discipline::Fcfs}},
                   at(&Ec2Setup::discipline));
  page.addText({"/ec2/workers", tr("Workers"),
                countTip("Most requests in progress on an instance; auto: from memory and CPU."), "auto"},
               at(&Ec2Setup::workers));
  page.addText({"/ec2/queue_limit", tr("Queue"), countTip("Requests that may wait on an instance; beyond, 503.")},
               at(&Ec2Setup::queueLimit));
  page.addText({"/ec2/request_timeout", tr("Timeout"), timeTip("A request that takes longer fails with 504.")},
               at(&Ec2Setup::requestTimeout));
  page.addChoice<>({"/ec2/routing", tr("Routing"), tr("How the load balancer chooses an instance.")},
                   std::vector<Choice<model::Routing>>{{tr("round robin"), model::Routing::RoundRobin},
                                                       {tr("least outstanding"), model::Routing::LeastOutstanding},
                                                       {tr("random"), model::Routing::Random},
                                                       {tr("from a queue"), model::Routing::Queue}},
                   at(&Ec2Setup::routing));
  page.addText({"/ec2/slow_start", tr("Slow start"), timeTip("While it lasts a new target's share grows.")},
               at(&Ec2Setup::slowStart));
  page.addText({"/ec2/visibility_timeout", tr("Visibility timeout"),
                timeTip("From a queue: until a message comes back that a lost instance had.")},
               at(&Ec2Setup::visibilityTimeout));
  page.addText({"/ec2/health_check/interval", tr("Check every"), timeTip("Health checks of each instance.")},
               at(&model::HealthCheck::interval));
  page.addText({"/ec2/health_check/unhealthy", tr("Failed checks"),
                countTip("In a row, until a lost instance is noticed and replaced.")},
               at(&model::HealthCheck::unhealthy));
  page.addFlag(
      {"/ec2/health_check/by_worker", tr("A worker answers"),
       tr("Checks wait behind the requests, so that an overloaded instance fails them and is out of rotation.")},
      at(&model::HealthCheck::byWorker));
  page.addText({"/ec2/health_check/timeout", tr("Answer within"), timeTip("A check answered later has failed.")},
               at(&model::HealthCheck::timeout));
  page.addText(
      {"/ec2/health_check/healthy", tr("Passed checks"), countTip("In a row, until an instance is back in rotation.")},
      at(&model::HealthCheck::healthy));
  page.addFlag(
      {"/ec2/health_check/replace", tr("Replace"), tr("The group ends what is out of rotation and launches another.")},
      at(&model::HealthCheck::replaces));
  page.addText({"/ec2/health_check/grace", tr("Grace"), timeTip("From in service on, in which it is not replaced.")},
               at(&model::HealthCheck::grace));
  page.addChoice<>(
      {"/ec2/credit_mode", tr("CPU credits"), tr("Burstable types without credits: billed surplus, or slowed down.")},
      std::vector<Choice<std::optional<pricing::CreditMode>>>{{tr("as the type has it"), std::nullopt},
                                                              {tr("standard"), pricing::CreditMode::Standard},
                                                              {tr("unlimited"), pricing::CreditMode::Unlimited}},
      at(&Ec2Setup::creditMode));
  page.addText({"/ec2/overhead", tr("Overhead"), timeTip("Added to every response by the load balancer.")},
               at(&Ec2Setup::overhead));
  page.addText({"/ec2/speed", tr("CPU speed"),
                ratioTip("Of a vCPU, relative to Lambda on x86; auto: by processor family."), "auto"},
               at(&Ec2Setup::speed));
}

void addEc2Market(FieldSet& page) {
  using model::SpotSetup;
  page.startGroup(tr("Spot market"));
  page.addJson({"/ec2/mixed", tr("Mixed fleet"),
                tr("Base on demand, percentage above it and further types, such as {\"base_on_demand\": 1, "
                   "\"types\": [\"m7g.large\"]}; null: one type, bought as the purchase says.")},
               at(&Ec2Setup::mixed));
  page.addText({"/ec2/spot/interruptions", tr("Interruptions"),
                ratioTip("Probability that AWS takes an instance back within a month; auto: by the type's band."),
                "auto"},
               at(&SpotSetup::interruptions));
  page.addText({"/ec2/spot/notice", tr("Notice"), timeTip("From AWS's notice to the end of the instance.")},
               at(&SpotSetup::notice));
  page.addFlag({"/ec2/spot/rebalance", tr("Capacity Rebalancing"),
                tr("Replaced at the notice; otherwise when the instance is gone.")},
               at(&SpotSetup::rebalance));
  page.addText({"/ec2/spot/unavailable", tr("Without capacity"),
                ratioTip("Probability that a type has no capacity for a launch.")},
               at(&SpotSetup::unavailable));
  page.addText({"/ec2/spot/retry", tr("Asked again after"), timeTip("A launch that found no capacity.")},
               at(&SpotSetup::retry));
  page.addFlag({"/ec2/spot/fallback_on_demand", tr("Then on demand"),
                tr("A launch without spot capacity goes on demand; AWS does not do that by itself.")},
               at(&SpotSetup::fallbackOnDemand));
}

void addEc2Parts(FieldSet& page) {
  page.startGroup(tr("What else is paid for"));
  page.addChoice<>(
      {"/ec2/load_balancer", tr("Load balancer"), tr("Hours and capacity units of the balancer before the fleet.")},
      std::vector<Choice<model::LoadBalancer>>{{tr("Application Load Balancer"), model::LoadBalancer::Alb},
                                               {tr("Network Load Balancer"), model::LoadBalancer::Nlb},
                                               {tr("none"), model::LoadBalancer::None}},
      at(&Ec2Setup::loadBalancer));
  page.addText({"/ec2/ebs_gib", tr("Disk (GiB)"), countTip("EBS gp3 volume of each instance, in GiB.")},
               at(&Ec2Setup::ebsGib));
  page.addText({"/ec2/disk_per_request", tr("Disk a request"), bytesTip("Read from or written to the volume.")},
               at(&Ec2Setup::diskPerRequest));
  page.addText({"/ec2/ebs_iops", tr("Disk IOPS"), countTip("Of each volume; 3000 come with it.")},
               at(&Ec2Setup::ebsIops));
  page.addText({"/ec2/ebs_throughput", tr("Disk MiB/s"), countTip("Of each volume; 125 come with it.")},
               at(&Ec2Setup::ebsThroughput));
  page.addText({"/ec2/alarms", tr("More alarms"), countTip("CloudWatch alarms beside the two of target tracking.")},
               at(&Ec2Setup::alarms));
  page.addFlag({"/ec2/public_ipv4", tr("Public IPv4 address"), tr("One address for each instance, paid by the hour.")},
               at(&Ec2Setup::publicIpv4));
  page.addFlag(
      {"/ec2/detailed_monitoring", tr("Detailed monitoring"), tr("CloudWatch points every minute instead of five.")},
      at(&Ec2Setup::detailedMonitoring));
}

} // namespace

FieldSet* newEc2Page(const pricing::PriceCatalogue& catalogue) {
  auto* page = new FieldSet;
  page->startGroup(tr("Instances"));
  page->addSearch(
      {"/ec2/instance_type", tr("Type"), tr("Instance type; auto searches the best. Type to search."), "auto"},
      instanceTypeNames(catalogue), at(&Ec2Setup::instanceType));
  page->addChoice({"/ec2/purchase", tr("Purchase"), tr("How instance hours are paid.")}, purchaseChoices(),
                  at(&Ec2Setup::purchase));
  addEc2Market(*page);
  addEc2Scaling(*page);
  addEc2Serving(*page);
  addEc2Parts(*page);
  return page;
}

} // namespace ui
