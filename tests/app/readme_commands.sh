#!/bin/sh
# Every command of README.md's sh blocks runs and ends with 0, in a scratch copy of docs/, so that the README stays true.
# usage: readme_commands.sh SOURCE_DIR BREAKEVEN
set -eu
source=$1 program=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$source/docs" "$scratch/docs"
cd "$scratch"
PATH=$(dirname "$program"):$PATH
sed -n '/^```sh$/,/^```$/{/^```/!p}' "$source/README.md" > commands
count=0
while IFS= read -r command; do
  [ -n "$command" ] || continue
  count=$((count + 1))
  sh -c "$command" < /dev/null > out 2> err || { echo "README command failed: $command" >&2; cat err >&2; exit 1; }
done < commands
[ "$count" -ge 5 ] || { echo "only $count commands found in README.md" >&2; exit 1; }
echo "$count README commands ran"
