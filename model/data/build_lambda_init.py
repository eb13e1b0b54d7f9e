#!/usr/bin/env python3
"""Builds lambda_init.csv from the pooled quantiles of maxday/lambda-perf.

usage: build_lambda_init.py cold_start_init_by_runtime_memory_arch.csv > lambda_init.csv

Keeps the runtimes that a scenario can name, under the name it uses, and the five columns the model needs, in
milliseconds. Language names without an AWS identifier ("go", "rust") are custom runtimes on provided.al2023 (Swift:
provided.al2); "provided.al2023" and "provided.al2" themselves stand for a Go binary, the most common one.
"""
import csv
import sys

RUNTIMES = {
    "python39": "python3.9", "python310": "python3.10", "python311": "python3.11", "python312": "python3.12",
    "python313": "python3.13", "python314": "python3.14",
    "nodejs20x": "nodejs20.x", "nodejs22x": "nodejs22.x", "nodejs24x": "nodejs24.x",
    "java8_al2": "java8.al2", "java11": "java11", "java17": "java17", "java21": "java21", "java25": "java25",
    "dotnet8": "dotnet8", "dotnet10": "dotnet10", "ruby32": "ruby3.2", "ruby33": "ruby3.3", "ruby34": "ruby3.4",
    "go_on_provided_al2": "provided.al2", "go_on_provided_al2023": ("provided.al2023", "go"),
    "rust_on_provided_al2023": "rust", "cpp11_on_provided_al2023": "cpp", "swift62_on_provided_al2": "swift",
    "bun": "bun", "llrt_on_provided_al2023": "llrt", "shell_on_provided_al2023": "shell",
    "dotnet8_aot_on_provided_al2023": "dotnet8-aot", "dotnet10_aot_on_provided_al2023": "dotnet10-aot",
    "graalvm_java21_on_provided_al2023": "graalvm-java21", "graalvm_java23_on_provided_al2023": "graalvm-java23",
}
QUANTILES = ("init_ms_min", "init_ms_p10", "init_ms_p50", "init_ms_p90", "init_ms_p99", "init_ms_max")

HEADER = """\
# Init duration of hello-world Lambda functions, milliseconds, about 300 samples a row.
# Source: maxday/lambda-perf (Maxime David), https://github.com/maxday/lambda-perf, commit 6070b7947b5d,
# data/2026-07-23.json to data/2026-08-22.json pooled (30 files), Apache-2.0. Changed: pooled, reduced to quantiles.
# Built by build_lambda_init.py.
runtime,package,architecture,memory_mb,min,p10,p50,p90,p99,max"""


def names(key):
    name = RUNTIMES.get(key, ())
    return name if isinstance(name, tuple) else (name,)


def main(path):
    rows = []
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            for name in names(row["runtime_key"]):
                figures = [row[column] for column in QUANTILES]
                rows.append((name, row["package"], row["arch"], int(row["memory_mb"]), *figures))
    order = [n for key in RUNTIMES for n in names(key)]
    # zip before image, x86_64 before arm64: the defaults of a scenario first.
    rows.sort(key=lambda r: (order.index(r[0]), r[1] != "zip", r[2] != "x86_64", r[3]))
    print(HEADER)
    for row in rows:
        print(",".join(str(value) for value in row))


if __name__ == "__main__":
    main(sys.argv[1])
