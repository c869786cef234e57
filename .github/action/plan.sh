#!/usr/bin/env bash
# Checks the inputs, and decides what the later steps do: the keys of the caches, and whether a baseline is saved.
#
# in:  PERF_MODE PERF_COMMAND PERF_BASELINE PERF_REPEAT PERF_ARTIFACT PERF_VERSION PERF_DIRECTORY
#      DEFAULT_BRANCH, and of the runner GITHUB_EVENT_NAME GITHUB_REF GITHUB_SHA RUNNER_OS RUNNER_ARCH
# out: out, program-key, baseline-file, baseline-key, baseline-of-machine, baseline-of-any, save
set -euo pipefail
# shellcheck source=.github/action/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

case $PERF_MODE in
    ab | baseline | cache) ;;
    *) fail "mode is to be ab, baseline or cache" ;;
esac
if [[ -z ${PERF_COMMAND//[[:space:]]/} ]]; then fail "command is empty: name what is to be measured, such as cargo test"; fi
if [[ ! $PERF_BASELINE =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]]; then fail "baseline is a name of letters, digits, '.', '_' and '-'"; fi
if [[ ! $PERF_REPEAT =~ ^[1-9][0-9]{0,3}$ ]]; then fail "repeat is a number of runs"; fi
if [[ ! $PERF_ARTIFACT =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]]; then fail "artifact is a name of letters, digits, '.', '_' and '-'"; fi
if [[ ! $PERF_VERSION =~ ^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$ ]]; then fail "version is action, path, or a tag or commit"; fi
if [[ ! -d $PERF_DIRECTORY ]]; then fail "working-directory is no folder: check the repository out first"; fi

# The program: that of the action is told by its sources, so that a new version of the action is built anew.
program_key() {
    printf 'perf-track-program-%s-%s-%s-' "$RUNNER_OS" "$RUNNER_ARCH" "${ImageOS:-own}"
    if [[ $PERF_VERSION != action ]]; then
        digest <<<"$PERF_VERSION"
        return
    fi
    cd "$sources"
    find Cargo.toml Cargo.lock perf-macros perf-runtime perf-report \( -name 'Cargo.*' -o -path '*/src/*' \) -type f -print0 |
        LC_ALL=C sort -z | xargs -0 cat | digest
}

# The processor: times of another one say nothing about a change.
processor() {
    { grep -m1 'model name' /proc/cpuinfo || sysctl -n machdep.cpu.brand_string || uname -m; } 2>/dev/null
    getconf _NPROCESSORS_ONLN 2>/dev/null || true
}

# Keys are written once and never change, so they end in the commit. What is looked for are beginnings of them,
# so those end where a part ends; else `main` would find what belongs to `main-2`.
any=perf-track-baseline-$RUNNER_OS-$RUNNER_ARCH-$(digest <<<"$PERF_BASELINE $PERF_COMMAND $PERF_DIRECTORY")-
of_machine=$any$(processor | digest)-

save=false
case $GITHUB_EVENT_NAME in
    push | schedule | workflow_dispatch)
        if [[ $PERF_MODE == cache && $GITHUB_REF == "refs/heads/$DEFAULT_BRANCH" ]]; then save=true; fi
        ;;
esac

output out "${RUNNER_TEMP:?}/perf-track-$PERF_ARTIFACT"
output program-key "$(program_key)"
output baseline-file "$PERF_DIRECTORY/.perf/baselines/$PERF_BASELINE.json"
output baseline-key "$of_machine$GITHUB_SHA"
output baseline-of-machine "$of_machine"
output baseline-of-any "$any"
output save "$save"
