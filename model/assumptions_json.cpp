// The assumption list: every leaf of the effective scenario with its origin and, for what nobody set, its source.
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/managed/managed_setup.hpp"

namespace model {

namespace {

using nlohmann::ordered_json;

struct Source {
  std::string_view path, text;
};
// The longest path that a leaf begins with decides. Pages of AWS are copies of Sep-Oct 2026 unless dated otherwise.
constexpr std::array kSources{
    Source{"schema_version", "version of the scenario file"},
    Source{"name", "label only"},
    Source{"region", "convention: the region of AWS's own price examples"},
    Source{"prices.catalogue", "convention: the newest catalogue of this program"},
    Source{"prices.date", "convention: the rules that hold today"},
    Source{"prices.private", "convention: list prices"},
    Source{"workload.arrivals", "convention: a placeholder until arrivals are given"},
    Source{"workload.work", "convention: a placeholder until work is given"},
    Source{"workload.work.cpu_fraction", "convention: all of the work is CPU, the worst case for small functions"},
    Source{"workload.work.threads", "convention: a request uses one thread"},
    Source{"workload.work.measured_at.memory", "AWS Lambda developer guide, Lambda quotas: 1,769 MB is one vCPU"},
    Source{"workload.memory", "convention: the smallest Lambda memory size"},
    Source{"workload.request_size", "convention: a small API request"},
    Source{"workload.response_size", "convention: a small API response"},
    Source{"workload.trigger", "convention: synchronous requests over HTTP"},
    Source{"workload.log_size", "convention: nothing is logged"},
    Source{"workload.source", "convention: nothing that is billed by use brings the requests"},
    Source{"workload.source.puts_per_request", "convention: an object is stored for each request"},
    Source{"workload.source.gets_per_request", "convention: each request fetches its object"},
    Source{"workload.source.records_per_request", "convention: a request works on one record"},
    Source{"workload.source.record_size", "rule of this tool: request_size shared by the records"},
    Source{"workload.source.batch_size", "AWS Lambda developer guide, SQS parameters: 10 by default"},
    Source{"workload.source.send_batch_size", "convention: the producer sends each message by itself"},
    Source{"workload.source.shards", "convention: one shard"},
    Source{"workload.source.consumers", "convention: one consumer reads the stream"},
    Source{"workload.failures", "convention: nothing fails by itself"},
    Source{"network.nat_gateways", "convention: none; public addresses or VPC endpoints serve"},
    Source{"network.nat_bytes_per_request", "convention: nothing goes through a NAT gateway"},
    Source{"network.cross_zone_bytes_per_request", "convention: no request is answered across zones at a charge"},
    Source{"network.requests_per_connection", "convention: no keep-alive, the dearest reading for a load balancer"},
    Source{"network.connection_idle", "convention: a connection ends with its last response"},
    Source{"network.listener_rules", "convention: within the free rules"},
    Source{"lambda", "convention: Lambda is considered"},
    Source{"lambda.memory", "AWS Lambda developer guide, Lambda quotas: 1,769 MB is one vCPU"},
    Source{"lambda.architecture", "convention: x86_64, which runs everything"},
    Source{"lambda.runtime", "convention: a current managed runtime"},
    Source{"lambda.package", "convention: zip, the quicker start"},
    Source{"lambda.max_lifetime",
           "AWS Lambda developer guide, execution environment: recycled every few hours; 2 to 8 h "
           "seen, median 6.2 h in Wang et al. (USENIX ATC 2018)"},
    Source{"lambda.init_ahead", "convention: none; AWS Lambda developer guide, execution environment, says that it "
                                "happens, not how often"},
    Source{"lambda.extensions", "convention: no extensions"},
    Source{"lambda.snap_start", "convention: off, as AWS has it by default"},
    Source{"lambda.snap_start.billed_share", "670 restores of Java and Kotlin, May 2025: 18 % of their time was billed "
                                             "(meex28/aws-lambda-performance-master-thesis)"},
    Source{"lambda.snap_start.versions", "convention: one published version"},
    Source{"lambda.reuse", "convention: most recently used first, the fewest cold starts; AWS documents no order"},
    Source{"lambda.provisioned_concurrency", "AWS Lambda developer guide, provisioned concurrency: none by default"},
    Source{"lambda.reserved_concurrency", "AWS Lambda developer guide, reserved concurrency: none by default"},
    Source{"lambda.account_concurrency", "AWS Lambda developer guide, Lambda quotas: 1,000 by default"},
    Source{"lambda.growth_per_10s", "AWS Lambda developer guide, scaling behavior: 1,000 per function since Nov 2023"},
    Source{"lambda.timeout", "AWS Lambda developer guide, Lambda quotas: the longest, 900 s"},
    Source{"lambda.ephemeral_storage", "AWS Lambda developer guide, Lambda quotas: 512 MB by default"},
    Source{"lambda.provisioned_plan", "convention: the same number all the time"},
    Source{"lambda.provisioned_plan.min", "convention: one stays"},
    Source{"lambda.provisioned_plan.max", "convention: a hundred"},
    Source{"lambda.provisioned_plan.period", "convention: a day"},
    Source{"lambda.provisioned_plan.target",
           "AWS Lambda developer guide, provisioned concurrency: its example of 70 %"},
    Source{"lambda.provisioned_plan.out_points", "AWS Lambda developer guide, provisioned concurrency: 3 points"},
    Source{"lambda.provisioned_plan.in_points", "alarms of target tracking as public lab notes show them: 15 points"},
    Source{"lambda.provisioned_plan.in_fraction",
           "AWS Lambda developer guide, provisioned concurrency: 63 % for a target of 70 %"},
    Source{"lambda.neighbours", "convention: the account has no other function"},
    Source{"lambda.client", "convention: the client does not try again"},
    Source{"lambda.client.backoff", "convention: 100 ms, doubled each time"},
    Source{"lambda.client.longest_backoff", "convention: 20 s"},
    Source{"lambda.client.jitter", "convention: all of the backoff is drawn"},
    Source{"lambda.client.patience", "convention: the client waits for the answer"},
    Source{"lambda.async", "AWS Lambda developer guide, error handling for asynchronous invocation"},
    Source{"lambda.queue", "AWS Lambda developer guide, SQS parameters and scaling"},
    Source{"lambda.queue.groups", "convention: a standard queue"},
    Source{"lambda.queue.partial_failures", "AWS Lambda developer guide, SQS: off unless the function reports them"},
    Source{"lambda.queue.visibility_timeout", "AWS Lambda developer guide, SQS: 6 x function timeout + window"},
    Source{"lambda.stream", "AWS Lambda developer guide, Kinesis parameters"},
    Source{"lambda.stream.shards", "convention: one shard"},
    Source{"lambda.front_door", "convention: a function URL, the door that costs nothing"},
    Source{"lambda.vpc", "convention: outside a VPC, where no NAT gateway is needed"},
    Source{"lambda.alarms", "convention: no alarms"},
    Source{"lambda.power_tuning", "convention: no measured curve, the law of cpu and waiting holds (docs/lambda.md)"},
    Source{"lambda.overhead", "convention: the front door adds no latency"},
    Source{"ec2", "convention: EC2 is considered"},
    Source{"ec2.instance_type", "searched"},
    Source{"ec2.discipline", "convention: a server that works on all its requests at once"},
    Source{"ec2.workers", "rule of this tool: from the memory and the vCPUs of the instance (docs/scenario.md)"},
    Source{"ec2.queue_limit", "convention: a listen backlog of 1,000"},
    Source{"ec2.request_timeout", "convention: 30 s; a load balancer's idle timeout is 60 s by default"},
    Source{"ec2.routing", "Elastic Load Balancing user guide, target groups: round robin by default"},
    Source{"ec2.slow_start", "Elastic Load Balancing user guide, target group attributes: off by default"},
    Source{"ec2.health_check.interval", "Elastic Load Balancing user guide, health checks: every 30 s by default"},
    Source{"ec2.health_check.unhealthy", "Elastic Load Balancing user guide, health checks: 2 in a row by default"},
    Source{"ec2.health_check.by_worker", "convention: the answer needs no worker that requests wait for"},
    Source{"ec2.health_check.timeout", "Elastic Load Balancing user guide, health checks: 5 s by default"},
    Source{"ec2.health_check.healthy", "Elastic Load Balancing user guide, health checks: 5 in a row by default"},
    Source{"ec2.health_check.replace", "convention: the group looks at the machine, not at the balancer's checks"},
    Source{"ec2.health_check.grace", "EC2 Auto Scaling user guide, health check grace period: 300 s in the console"},
    Source{"ec2.visibility_timeout", "convention: half a minute; set what your queue has"},
    Source{"ec2.availability_zones", "Elastic Load Balancing user guide: an Application Load Balancer needs two zones"},
    Source{"ec2.min", "convention: one instance in each of two zones"},
    Source{"ec2.max", "convention: ten times the minimum"},
    Source{"ec2.initial", "rule of this tool: what the mean load needs at the target (docs/scenario.md)"},
    Source{"ec2.scaling", "convention: target tracking on CPU, the policy AWS recommends first"},
    Source{"ec2.scaling.target", "convention: 50 % CPU, as in the examples of the EC2 Auto Scaling user guide"},
    Source{"ec2.scaling.period", "EC2 Auto Scaling user guide, target tracking: 1 min with detailed monitoring"},
    Source{"ec2.scaling.metric_delay", "convention: a metric is seen one period late"},
    Source{"ec2.scaling.out_points", "alarms of target tracking as five public lab notes show them: 3 points"},
    Source{"ec2.scaling.in_points", "alarms of target tracking as five public lab notes show them: 15 points"},
    Source{"ec2.scaling.in_fraction",
           "alarms of target tracking as five public lab notes show them: 0.7 of the target"},
    Source{"ec2.scaling.warmup", "EC2 Auto Scaling user guide, default instance warmup: start from 300 s"},
    Source{"ec2.scaling.adjustment", "convention: whole instances"},
    Source{"ec2.scaling.min_adjustment_magnitude",
           "EC2 Auto Scaling user guide, step and simple scaling: off by default"},
    Source{"ec2.scaling.out", "convention: one instance more, however far above"},
    Source{"ec2.scaling.in", "convention: one instance less, however far below"},
    Source{"ec2.scaling.out_change", "convention: one instance more"},
    Source{"ec2.scaling.in_change", "convention: one instance less"},
    Source{"ec2.scaling.cooldown", "EC2 Auto Scaling user guide, scaling cooldowns: 300 s by default"},
    Source{"ec2.scheduled_actions", "convention: nothing happens by the clock"},
    Source{"ec2.predictive", "convention: no forecast"},
    Source{"ec2.predictive.target", "convention: 50 % CPU, as with target tracking"},
    Source{"ec2.predictive.buffer", "EC2 Auto Scaling user guide, predictive scaling: launches at the hour"},
    Source{"ec2.predictive.history", "EC2 Auto Scaling user guide, predictive scaling: at least 24 h"},
    Source{"ec2.warm_pool", "convention: no warm pool"},
    Source{"ec2.warm_pool.state", "EC2 Auto Scaling user guide, warm pools: stopped by default"},
    Source{"ec2.warm_pool.min", "EC2 Auto Scaling user guide, warm pools: none by default"},
    Source{"ec2.warm_pool.max_prepared",
           "EC2 Auto Scaling user guide, warm pools: the maximum of the group by default"},
    Source{"ec2.warm_pool.reuse_on_scale_in", "EC2 Auto Scaling user guide, warm pools: off by default"},
    Source{"ec2.warm_pool.boot", "Percival, ec2-boot-bench, Aug 2021: 29 s to SSH; the rest was prepared"},
    Source{"ec2.boot", "ADMIN magazine 65/2021: one to two minutes; Percival, ec2-boot-bench, Aug 2021: 29 s to SSH"},
    Source{"ec2.lifecycle_hook", "convention: nothing waits between boot and in service"},
    Source{"ec2.deregistration_delay", "Elastic Load Balancing user guide, target group attributes: 300 s by default"},
    Source{"ec2.purchase", "convention: on demand, no commitment"},
    Source{"ec2.mixed", "convention: one type, bought as ec2.purchase says"},
    Source{"ec2.mixed.base_on_demand", "EC2 Auto Scaling user guide, mixed instances groups: 0 by default"},
    Source{"ec2.mixed.on_demand_percent_above_base", "convention: on the spot market but for the base"},
    Source{"ec2.mixed.types", "convention: no type beside ec2.instance_type"},
    Source{"ec2.mixed.allocation", "convention: over all types in turn"},
    Source{"ec2.spot.interruptions", "AWS Spot Advisor feed, 28 Jun 2025: middle of the type's band (docs/ec2.md)"},
    Source{"ec2.spot.notice", "EC2 user guide, Spot Instance interruption notices: two minutes"},
    Source{"ec2.spot.rebalance", "convention: no Capacity Rebalancing"},
    Source{"ec2.spot.unavailable", "convention: spot capacity is always found"},
    Source{"ec2.spot.retry", "convention: asked again each minute"},
    Source{"ec2.spot.fallback_on_demand", "convention: no; EC2 Auto Scaling does not do it by itself"},
    Source{"ec2.load_balancer", "convention: an Application Load Balancer in front"},
    Source{"ec2.credit_mode", "EC2 user guide, burstable instances, Apr 2026: T2 standard, T3, T3a and T4g unlimited"},
    Source{"ec2.disk_per_request", "convention: requests do not touch the volume"},
    Source{"ec2.ebs_gib", "convention: the root volume of an Amazon Linux image"},
    Source{"ec2.ebs_iops", "AWS EBS price feed, Jul 2024: 3,000 IOPS come with a gp3 volume"},
    Source{"ec2.ebs_throughput", "AWS EBS price feed, Jul 2024: 125 MiB/s come with a gp3 volume"},
    Source{"ec2.alarms", "convention: none beside the two of a scaling policy"},
    Source{"ec2.public_ipv4", "convention: each instance has a public address"},
    Source{"ec2.detailed_monitoring", "EC2 Auto Scaling user guide: without it metrics come every 5 min"},
    Source{"ec2.overhead", "convention: the load balancer adds no latency"},
    Source{"ec2.speed", "convention: one vCPU does the work of one Lambda vCPU; measure your code and set it"},
    Source{"managed_instances", "convention: Lambda Managed Instances are considered"},
    Source{"managed_instances.instance_type", "searched"},
    Source{"managed_instances.memory", "rule of this tool: the smallest that holds four requests (docs/managed.md)"},
    Source{"managed_instances.memory_per_vcpu", "rule of this tool: 2, 4 or 8 GB as the instance type has it"},
    Source{"managed_instances.concurrency_per_vcpu",
           "aws-samples/sample-aws-lambda-managed-instances, Mar 2026: by runtime; no more than fit into memory"},
    Source{"managed_instances.cpu_saturation",
           "convention: slots are the limit; AWS names CPU throttles and publishes no threshold"},
    Source{"managed_instances.min", "AWS Lambda developer guide, Managed Instances scaling: 3 by default"},
    Source{"managed_instances.max_vcpus", "AWS Lambda developer guide, Managed Instances scaling: 400 by default"},
    Source{"managed_instances.initial", "rule of this tool: what the mean load asks for (docs/managed.md)"},
    Source{"managed_instances.headroom",
           "AWS Lambda developer guide, Managed Instances scaling: traffic may double within 5 min"},
    Source{"managed_instances.packing", "aws-samples/sample-aws-lambda-managed-instances, Mar 2026: packed to 80 %"},
    Source{"managed_instances.period", "convention: one-minute points; AWS publishes none"},
    Source{"managed_instances.in_points", "convention: fifteen points, as target tracking; AWS publishes none"},
    Source{"managed_instances.boot",
           "convention: as ec2.boot; AWS Lambda developer guide: several minutes for a first version"},
    Source{"managed_instances.timeout", "AWS Lambda developer guide, Lambda quotas: the longest, 900 s"},
    Source{"managed_instances.purchase", "convention: on demand, no commitment"},
    Source{"managed_instances.front_door", "convention: a function URL, the door that costs nothing"},
    Source{"managed_instances.overhead", "convention: router and front door add no latency"},
    Source{"managed_instances.speed",
           "convention: one vCPU does the work of one Lambda vCPU; measure your code and set it"},
    Source{"hybrid", "convention: a fleet and a function together are looked at where the scenario asks for it"},
    Source{"hybrid.overflow", "rule of this tool: searched (docs/hybrid.md)"},
    Source{"hybrid.instance_type", "rule of this tool: the base is of ec2.instance_type"},
    Source{"hybrid.min", "rule of this tool: searched (docs/hybrid.md)"},
    Source{"hybrid.max", "rule of this tool: as many as min, a fixed base"},
    Source{"hybrid.initial", "rule of this tool: as many as min"},
    Source{"hybrid.scaling", "rule of this tool: a base that scales does so by ec2.scaling"},
    Source{"hybrid.purchase", "rule of this tool: the base is paid as ec2.purchase says"},
    Source{"objective", "convention: no objective"},
    Source{"objective.max_failed", "convention: one request in a thousand may fail"},
    Source{"costs", "convention: not counted"},
    Source{"costs.lambda.non_production_share", "convention: a copy has a tenth of production's traffic"},
    Source{"costs.ec2.non_production_share", "convention: a copy has a tenth of production's traffic"},
    Source{"run.horizon", "convention: a week; a trace: its span, repeated up to one day when shorter"},
    Source{"run.warmup", "convention: none"},
    Source{"run.replications", "convention: five, for 95 % intervals"},
    Source{"run.seed", "convention: 1"},
    Source{"assumptions.hours_per_month", "convention of AWS's pricing pages: 730 h, a twelfth of a year"},
    Source{"assumptions.free_tier", "convention: prices without the free tier"},
    Source{"assumptions.traffic_drop", "convention: three requests in ten stay away"},
};

bool beginsWith(std::string_view path, std::string_view part) {
  return path.starts_with(part) && (path.size() == part.size() || path[part.size()] == '.');
}

std::string_view tableSource(std::string_view path) {
  const Source* best = nullptr;
  for (const auto& source : kSources)
    if (beginsWith(path, source.path) && (!best || source.path.size() > best->path.size())) best = &source;
  return best ? best->text : std::string_view();
}

// What a word stands for: figures that come out of tables by architecture, runtime and the like.
struct Looked {
  std::string value, source;
};
std::optional<Looked> lookedUp(const Scenario& scenario, std::string_view path) {
  if (path == "managed_instances.init") {
    const auto found = defaultManagedInit(scenario, pricing::Architecture::Arm64);
    return Looked{workloads::describe(found.distribution), found.source};
  }
  if (!scenario.lambda) return std::nullopt;
  const auto& lambda = *scenario.lambda;
  const auto architecture = lambda.architecture.value_or(pricing::Architecture::X86_64);
  if (path == "lambda.init") {
    const auto memory = lambda.memory.value_or(pricing::Memory::mebibytes(1769));
    const auto found = defaultInit(lambda.runtime, architecture, lambda.package, memory);
    return Looked{workloads::describe(found.distribution), found.source};
  }
  if (path == "lambda.idle_lifetime") {
    const auto found = defaultIdleLifetime();
    return Looked{workloads::describe(found.distribution), found.source};
  }
  if (path == "lambda.snap_start.restore") {
    const auto found = defaultRestore(lambda.memory.value_or(pricing::Memory::mebibytes(1769)));
    return Looked{workloads::describe(found.distribution), found.source};
  }
  if (path == "lambda.speed") {
    const auto found = defaultLambdaSpeed(architecture);
    return Looked{fmt::format("{}", found.speed), found.source};
  }
  return std::nullopt;
}

// How well the law that splits cpu and waiting fits the measured curve.
std::string fitText(const Scenario& scenario) {
  const auto& curve = scenario.lambda ? scenario.lambda->powerTuning : std::nullopt;
  const auto fit = curve ? workloads::fitCpu(*curve, scenario.workload.work.threads) : std::nullopt;
  return fit ? "fit of lambda.power_tuning: " + workloads::describe(*fit) : std::string();
}

// The nearest path above that somebody noted: a whole object may have come from a trace or from the command line.
Origin originOf(const Scenario& scenario, std::string path) {
  for (;;) {
    if (const auto noted = scenario.origins.find(path); noted != scenario.origins.end()) return noted->second;
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return Origin::Default;
    path.resize(dot);
  }
}

Assumption assumption(const Scenario& scenario, std::string path, const ordered_json& leaf) {
  Assumption line;
  line.value = leaf.is_string() ? leaf.get<std::string>() : leaf.dump();
  line.origin = originOf(scenario, path);
  if (line.origin == Origin::Default) line.source = tableSource(path);
  if (line.origin == Origin::PowerTuning) line.source = fitText(scenario);
  if (line.value == "auto") {
    if (const auto found = lookedUp(scenario, path)) {
      line.value = fmt::format("auto ({})", found->value);
      line.source = found->source;
    } else {
      line.source = tableSource(path);
    }
  }
  line.path = std::move(path);
  return line;
}

void addLeaves(std::vector<Assumption>& lines, const Scenario& scenario, const std::string& path,
               const ordered_json& value) {
  if (!value.is_object()) return lines.push_back(assumption(scenario, path, value));
  for (const auto& [key, member] : value.items())
    addLeaves(lines, scenario, path.empty() ? key : path + "." + key, member);
}

} // namespace

std::vector<Assumption> assumptions(const Scenario& scenario) {
  std::vector<Assumption> lines;
  addLeaves(lines, scenario, "", ordered_json::parse(writeScenario(scenario)));
  return lines;
}

} // namespace model
