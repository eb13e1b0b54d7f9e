#!/bin/sh
# The program as a process: what only a process shows. usage: process.sh BREAKEVEN SAMPLE_LOG
set -eu
program=$1 log=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "$1" >&2; exit 1; }

"$program" --version | grep -q '^breakeven [0-9]' || fail "--version says nothing"
"$program" --help | grep -q decide || fail "--help does not name decide"
if ldd "$program" | grep -q libQt; then fail "the command line links Qt"; fi

"$program" example web-api | "$program" simulate - --set run.horizon=10min --set run.replications=1 --format json |
  grep -q '"platforms"' || fail "a scenario on standard input is not read"

code=0; "$program" decide --trace /nowhere > "$scratch/out" 2> "$scratch/err" || code=$?
[ "$code" -eq 2 ] || fail "a missing log ends with $code, not 2"
[ ! -s "$scratch/out" ] || fail "an error went to standard output"

# Interrupted half-way: 130, and the old report stays.
echo old > "$scratch/report.json"
"$program" simulate - -o "$scratch/report.json" > "$scratch/out" 2> "$scratch/err" <<'JSON' &
{"workload": {"arrivals": {"kind": "poisson", "rate": "1000/s"}, "work": {"kind": "exponential", "mean": "100ms"}},
 "ec2": null, "run": {"horizon": "365d"}}
JSON
pid=$!
sleep 1
kill -INT "$pid"
code=0; wait "$pid" || code=$?
[ "$code" -eq 130 ] || fail "interrupted with $code, not 130"
[ "$(cat "$scratch/report.json")" = old ] || fail "an interrupted run changed its output file"
[ "$(ls "$scratch" | wc -l)" -eq 3 ] || fail "an interrupted run left something behind"

"$program" decide --trace "$log" --set run.horizon=1h --set run.replications=1 -o "$scratch/r.html" > "$scratch/out"
grep -q '<svg' "$scratch/r.html" || fail "the report has no chart"
echo "process checks passed"
