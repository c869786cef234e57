#!/usr/bin/env bash
# Draws the pictures of the README and the guide: real commands, run here and now, as a terminal and a browser
# show them.
#
#   docs/images/make.sh          all of them
#   docs/images/make.sh page     the page and the live view alone
#
# The table needs nothing but cargo, the page and the live view what `.ci/consumers` installs. Nothing is kept of the runs. Where
# other programs disturb a run, the report says so; then it is made again, ten times at most.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cargo build --quiet -p perf-report
cargo build --quiet --release -p perf-examples --bin slowed
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

# A page with something to see: one function is a third slower than in the baseline.
page() {
    local consumers=${PERF_TRACK_CONSUMERS:-${XDG_CACHE_HOME:-$HOME/.cache}/perf-track-consumers}
    local project=$scratch/project
    mkdir "$project" && touch "$project/perf.toml"
    # Whose machine this is belongs in no picture.
    cp "$programs/release/slowed" "$project/"
    (
        cd "$project"
        export PERF_TRACK_COLOR=never
        "$report" run --quiet --repeat 5 -- ./slowed 400 >/dev/null
        "$report" baseline save main
        for _ in {1..9}; do "$report" run --quiet -- ./slowed 400 >/dev/null; done
        SLOW_TOKENIZE=33 "$report" run --quiet --repeat 5 -- ./slowed 400 >/dev/null
        "$report" html --output "$scratch/page.html"
    )
    NODE_PATH=$consumers/node_modules CHROMIUM=$(command -v chromium) \
        node tests/consumers/page/shots.mjs "file://$scratch/page.html" docs/images
}

# The live view of a program that parses the sources of this repository over and over.
live() {
    local tmux=(tmux -L "pictures-$$" -f /dev/null)
    cp "$programs/release/code_stats" "$scratch/"
    "${tmux[@]}" new-session -d -x 108 -y 24 -c "$PWD" \
        "PATH='$scratch:$PATH' '$report' top --color always -- sh -c 'while :; do code_stats; done'"
    sleep 8
    "${tmux[@]}" capture-pane -e -p >"$scratch/live"
    "${tmux[@]}" send-keys C-c
    sleep 1
    "${tmux[@]}" kill-server 2>/dev/null || true
    cat "$scratch/live"
}

page
live >"$scratch/top"
"$programs/debug/examples/terminal_svg" \
    'perf-report top: functions of a running program, with calls a second, self time and percentiles' \
    <"$scratch/top" >docs/images/top.svg
[[ ${1:-} == page ]] && exit

for attempt in {1..10}; do
    show >"$scratch/show"
    grep -q 'noisy\|uneasy\|unsteady\|was busy' "$scratch/show" || break
    echo "other programs disturbed run $attempt" >&2
    sleep 5
done
"$programs/debug/examples/terminal_svg" \
    'perf-report show: a table of functions with calls, errors and times' \
    <"$scratch/show" >docs/images/show.svg
