#!/bin/sh
# What `cmake --install` puts in place runs from there. usage: install.sh BUILD_DIR
set -eu
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cmake --install "$1" --prefix "$stage" > /dev/null
"$stage/bin/breakeven" example | grep -q web-api
for file in share/breakeven/data/aws-2026-11-23.json share/man/man1/breakeven.1 \
            share/bash-completion/completions/breakeven share/zsh/site-functions/_breakeven \
            share/fish/vendor_completions.d/breakeven.fish; do
  [ -s "$stage/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
echo "installed files are in place"
