#!/bin/sh
# Written by `perf-report init --hook`, to be changed and committed. Tests once, and stops git where a suite
# misses a target of perf.toml or something became slower than the baseline `main`: exit code 3 of `perf-report
# suite` or `check`. It lets everything else through, and says why: tests that fail, no baseline, and tests that
# take longer than this.
# `git push --no-verify` (or `git commit --no-verify`) goes without it.
seconds=30
# The command, which must be the one that the baseline is of: runs of others are not compared with it.
set -- @command@

say() {
    echo "perf-report hook: $*" >&2
}

# Ends a process, and first all that it has started: cargo would leave its tests behind.
end() {
    for child in $(ps -A -o pid= -o ppid= 2>/dev/null | awk -v of="$1" '$2 == of { print $1 }'); do
        end "$child"
    done
    kill -TERM "$1" 2>/dev/null
}

if ! command -v perf-report >/dev/null 2>&1; then
    say 'perf-report is not in PATH: nothing was judged'
    exit 0
fi
cd "$(dirname "$0")/.." || exit 0

# Git names its repository to hooks; tests that make one of their own must not find this one.
unset $(git rev-parse --local-env-vars 2>/dev/null)

perf-report suite --quick --quiet -- "$@" </dev/null >/dev/null 2>&1 &
run=$!
trap 'end "$run"; exit 130' HUP INT TERM

waited=0
while kill -0 "$run" 2>/dev/null; do
    if [ "$waited" -ge "$seconds" ]; then
        end "$run"
        say "\`$*\` takes more than $seconds s: nothing was judged"
        exit 0
    fi
    sleep 1
    waited=$((waited + 1))
done
wait "$run"
code=$?
if [ "$code" -eq 3 ]; then
    perf-report suite --report-only >&2
    say 'a suite misses a target of perf.toml; change that, or go on with --no-verify'
    exit 1
fi
if [ "$code" -ne 0 ]; then
    say "\`$*\` ended with $code: nothing was judged"
    exit 0
fi

perf-report check >&2
code=$?
case $code in
    0) exit 0 ;;
    3)
        say 'slower than the baseline; accept it as it says above, or go on with --no-verify'
        exit 1
        ;;
    *)
        say "\`perf-report check\` ended with $code: nothing stops you"
        exit 0
        ;;
esac
