#!/usr/bin/env bash
# Says what was found: in the log, in the summary of the job, as annotations at the lines of the change, and as outputs.
#
# in:  PERF_OUT PERF_CODE PERF_MODE PERF_ARTIFACT_URL PERF_RESTORED
# out: verdict, regressions, judged, report
set -euo pipefail
# shellcheck source=.github/action/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

judgement=$PERF_OUT/comparison.json
summary=${GITHUB_STEP_SUMMARY:-/dev/null}
verdict=missing regressions=0 judged=0 baseline_commit='' baseline_age_days=''

if [[ -s $judgement ]]; then
    while IFS='=' read -r name value; do
        case $name in
            verdict) verdict=$value ;;
            regressions) regressions=$value ;;
            judged) judged=$value ;;
            baseline_commit) baseline_commit=$value ;;
            baseline_age_days) baseline_age_days=$value ;;
        esac
    done < <(perf-report render "$judgement" --format env)
    perf-report render "$judgement" --format markdown --max-size 60KB >>"$summary"
    if [[ $PERF_MODE != ab && -n $baseline_commit ]]; then
        # shellcheck disable=SC2016  # The backquotes are those of Markdown.
        printf '\nThe baseline is of commit `%s`, %s days before this run%s.\n' "${baseline_commit:0:10}" \
            "${baseline_age_days:-?}" "${PERF_RESTORED:+, from the cache}" >>"$summary"
    fi
    if [[ ${PERF_ARTIFACT_URL:-} =~ ^https://[A-Za-z0-9./_-]+$ ]]; then
        printf '\n[The page](%s) has all functions, the flame graph and the history.\n' "$PERF_ARTIFACT_URL" >>"$summary"
    fi
    perf-report render "$judgement"
    perf-report render "$judgement" --format github
else
    # The code of the shell: it is a number.
    printf '### ❌ perf-track judged nothing\n\nThe command or the check ended with %d; the log of the step says why.\n' \
        "${PERF_CODE:-1}" >>"$summary"
    annotate error "perf-track judged nothing: the command or the check ended with ${PERF_CODE:-1}"
fi

output verdict "$verdict"
output regressions "$regressions"
output judged "$judged"
output report "$PERF_OUT"
