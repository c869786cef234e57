#!/usr/bin/env bash
# Measures and judges. What the judgement ends with is kept for the last step, so that the report is made whatever
# was found.
#
# in:  PERF_MODE PERF_COMMAND PERF_BUILD PERF_BASELINE PERF_BASE PERF_BASE_SHA PERF_REPEAT PERF_FAIL_ON PERF_OPTIONS
#      PERF_OUT PERF_ARTIFACT PERF_SAVE PERF_RESTORED PERF_BASELINE_FILE; it works in the current folder
# out: code, saved; in PERF_OUT comparison.json, the page, and the number of the pull request
set -euo pipefail
# shellcheck source=.github/action/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

save=${PERF_SAVE:-false}
mkdir -p "$PERF_OUT"
judgement=$PERF_OUT/comparison.json
write=(--format json --output "$judgement" --html "$PERF_OUT/$PERF_ARTIFACT.html")
split_lines "$PERF_OPTIONS"
options=("${lines[@]+"${lines[@]}"}")
fail_on=()
if [[ -n $PERF_FAIL_ON ]]; then fail_on=("--fail-on=$PERF_FAIL_ON"); fi

# Plain words are run as they are, so that reports show them; what is more is for a shell.
command=()
if [[ $PERF_COMMAND =~ ^[A-Za-z0-9_./=:,@+\ -]+$ ]]; then read -ra command <<<"$PERF_COMMAND"; fi
if [[ -z $(type -P "${command[0]:-}") ]]; then
    command=(bash -euo pipefail -c "$PERF_COMMAND")
fi

# Whoever comments on the pull request later needs its number, and is not told it for those from forks.
if [[ ${GITHUB_REF:-} =~ ^refs/pull/([0-9]+)/ ]]; then
    printf '%s\n' "${BASH_REMATCH[1]}" >"$PERF_OUT/pull-request"
fi

# Prints the commit to compare with: the one that was asked for, else what the pull request is merged into, else
# what was there before the push.
base() {
    local before=${PERF_BASE_SHA:-}
    if [[ -n ${PERF_BASE:-} ]]; then
        printf '%s' "$PERF_BASE"
        return
    fi
    if git rev-parse -q --verify 'HEAD^2^{commit}' >/dev/null && [[ $(git rev-parse HEAD) == "${GITHUB_SHA:-}" ]]; then
        git rev-parse 'HEAD^1'
    elif [[ $before =~ ^[0-9a-f]{40}$ && ! $before =~ ^0+$ ]]; then
        printf '%s' "$before"
    else
        git rev-parse 'HEAD^1'
    fi
}

# Judges the commit that is checked out by another one, both built here and run in turn. (Each step says `return`,
# since the shell does not end a function whose code is looked at.)
by_turns() {
    local commit
    commit=$(base) || return
    if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
        git fetch --quiet --no-tags --depth=1 -- origin "$commit" || return
        commit=$(git rev-parse FETCH_HEAD) || return
    fi
    perf-report ab "--a-commit=$commit" --b-commit HEAD "--build=$PERF_BUILD" \
        "${fail_on[@]+"${fail_on[@]}"}" "${write[@]}" "${options[@]+"${options[@]}"}" -- "${command[@]}"
}

# Judges runs of the commit that is checked out by a baseline that lies in a file.
by_baseline() {
    perf-report run --repeat "$PERF_REPEAT" -- "${command[@]}" || return
    recorded=true
    local by=(--baseline "$PERF_BASELINE") others=()
    if [[ -f $PERF_BASELINE_FILE ]]; then
        if [[ -n ${PERF_RESTORED:-} ]]; then printf 'the baseline is that of the cache %s\n' "$PERF_RESTORED"; fi
    else
        printf 'there is no baseline %s\n' "$PERF_BASELINE"
        others=("$(dirname "$PERF_BASELINE_FILE")"/*.json)
        # None is taken for another. Budgets need none; the branch that baselines are made from begins without one.
        if [[ -f ${others[0]} ]]; then return 4; fi
        by=()
        if [[ $save == true ]]; then fail_on=(); fi
    fi
    perf-report check "${by[@]+"${by[@]}"}" \
        "${fail_on[@]+"${fail_on[@]}"}" "${write[@]}" "${options[@]+"${options[@]}"}"
}

code=0
recorded=false
if [[ $PERF_MODE == ab ]]; then
    by_turns || code=$?
else
    by_baseline || code=$?
fi
if [[ ! -s $judgement && $code == 0 ]]; then code=4; fi

# A baseline of the branch is what it is now, worse or not: pull requests are judged by what they change.
saved=false
if [[ $save == true && $recorded == true ]]; then
    perf-report baseline save "$PERF_BASELINE" --force && saved=true
fi
output code "$code"
output saved "$saved"
