#!/usr/bin/env bash
# Draws the picture of the README: a real command, run here and now, as a terminal shows it.
#
#   docs/images/make.sh
#
# It needs nothing but cargo, and nothing is kept of the run. Where other programs disturb it, the
# report says so; then it is made again, ten times at most.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cargo build --quiet -p perf-report
cargo build --quiet -p perf-tests --example terminal_svg
cargo build --quiet --release -p perf-examples --bin code_stats
programs=${CARGO_TARGET_DIR:-$PWD/target}
report=$programs/debug/perf-report
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PERF_TRACK_STORE=$scratch/store.sqlite PERF_TRACK_COLOR=always COLUMNS=108

# Where time went in a program that parses the sources of this repository on all cores.
show() {
    "$report" run --quiet -- cargo run --quiet --release -p perf-examples --bin code_stats >"$scratch/out"
    printf '\e[2m$\e[0m \e[1mperf-report show\e[0m\n\n'
    "$report" show
}

for attempt in {1..10}; do
    show >"$scratch/show"
    grep -q 'noisy\|uneasy\|unsteady\|was busy' "$scratch/show" || break
    echo "other programs disturbed run $attempt" >&2
    sleep 5
done
"$programs/debug/examples/terminal_svg" \
    'perf-report show: a table of functions with calls, errors and times' \
    <"$scratch/show" >docs/images/show.svg
