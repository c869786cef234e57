#!/usr/bin/env bash
# Brings perf-report, and puts it on the PATH of the later steps.
#
# in: PERF_VERSION (`action`: the sources of this action; `path`: what is on the PATH; else a tag or commit),
#     PERF_PROGRAM (its key, which names the folder that it goes to: a runner may keep those of other versions)
set -euo pipefail
# shellcheck source=.github/action/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

repository=https://github.com/perf-track/perf-track

if [[ $PERF_VERSION == path ]]; then
    command -v perf-report >/dev/null || fail "perf-report is not on the PATH, and version is path"
    perf-report --version
    exit
fi
if [[ $PERF_VERSION =~ ^[0-9a-f]{40}$ ]]; then kind=commit; else kind=$PERF_VERSION; fi
case $kind in
    commit) from=(--git "$repository" --rev "$PERF_VERSION") ;;
    action) from=(--path "$sources/perf-report") ;;
    *) from=(--git "$repository" --tag "$PERF_VERSION") ;;
esac
home=$HOME/.cache/perf-track/${PERF_PROGRAM:?}
if [[ ! -x $home/bin/perf-report ]]; then
    # Neither the toolchain, the flags nor the configuration of the repository that is measured are for this build.
    mkdir -p "$home"
    (
        cd "$home"
        unset RUSTFLAGS CARGO_BUILD_TARGET CARGO_TARGET_DIR RUSTUP_TOOLCHAIN RUSTC_WRAPPER
        cargo install --locked --root "$home" "${from[@]}" --bin perf-report
    )
fi
printf '%s\n' "$home/bin" >>"$GITHUB_PATH"
"$home/bin/perf-report" --version
