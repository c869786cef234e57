#!/usr/bin/env bash
# Writes, renews or takes back the one comment of perf-track on a pull request.
#
# in: PERF_REPORT (a folder with comparison.json and pull-request), or else PERF_RUN and PERF_ARTIFACT (where they are);
#     PERF_HEAD (the commit that was judged), PERF_WHEN PERF_RESOLVED PERF_KEY PERF_AUTHOR
#     GH_TOKEN GITHUB_REPOSITORY GITHUB_SERVER_URL; `gh`, `unzip` and `perf-report` on the PATH
#
# Whoever opened the pull request chose every byte of the artifact. So nothing of it is run, unpacked into files or
# copied: the number is a number and has to belong to the commit that was judged, and the comment is made anew from
# the data by the perf-report of this job, which shows all text as text.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.github/action/common.sh
source "$here/../.github/action/common.sh"

# The most bytes of an artifact, and of the data in it.
largest_artifact=$((32 << 20))
largest=$((16 << 20))

case $PERF_WHEN in regression | degraded | not-fine) ;; *) fail "when is to be regression, degraded or not-fine" ;; esac
case $PERF_RESOLVED in collapse | delete) ;; *) fail "resolved is to be collapse or delete" ;; esac
if [[ ! $PERF_KEY =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]]; then fail "key is a name of letters, digits, '.', '_' and '-'"; fi
if [[ ! $PERF_HEAD =~ ^[0-9a-f]{40}$ ]]; then fail "this workflow runs after no commit of a pull request"; fi
if [[ ! $PERF_RUN =~ ^[0-9]{1,20}$ ]]; then fail "there is no run to take an artifact from"; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repository=repos/$GITHUB_REPOSITORY
marker="<!-- perf-track:$PERF_KEY -->"

# Takes a file of the report, at most so many bytes of it.
take() {
    local name=$1 most=$2 to=$work/$1
    if [[ -n $PERF_REPORT ]]; then
        head -c "$((most + 1))" -- "$PERF_REPORT/$name" >"$to"
    else
        # `head` ends a stream that goes on; then it is too long, and that is told below.
        { unzip -p "$work/artifact.zip" "$name" || true; } | { head -c "$((most + 1))"; cat >/dev/null; } >"$to"
    fi
    if [[ $(wc -c <"$to") -gt $most ]]; then
        printf '%s of the artifact is larger than %d bytes\n' "$name" "$most"
        return 1
    fi
}

# Fetches the artifact of the run, if there is one.
fetch() {
    local id name size expired found=''
    # Into a file: a failure within `<(…)` would be taken for an empty list.
    gh api "$repository/actions/runs/$PERF_RUN/artifacts?per_page=100" \
        --jq '.artifacts[] | [.id, .name, .size_in_bytes, .expired] | @tsv' >"$work/artifacts"
    while IFS=$'\t' read -r id name size expired; do
        if [[ $name == "$PERF_ARTIFACT" && $expired == false && $id =~ ^[0-9]+$ && $size =~ ^[0-9]+$ ]]; then
            found=$id
            if [[ $size -gt $largest_artifact ]]; then
                printf 'the artifact has %d bytes, more than are read\n' "$size"
                return 1
            fi
        fi
    done <"$work/artifacts"
    if [[ -z $found ]]; then return 0; fi
    gh api "$repository/actions/artifacts/$found/zip" >"$work/artifact.zip"
}

if [[ -z $PERF_REPORT ]]; then
    fetch
    if [[ ! -s $work/artifact.zip ]]; then
        printf 'the run has no artifact %s: nothing was judged, and nothing is said\n' "$PERF_ARTIFACT"
        exit 0
    fi
fi
take comparison.json "$largest"
take pull-request 20
number=$(tr -d '\n' <"$work/pull-request")
if [[ ! $number =~ ^[1-9][0-9]{0,9}$ ]]; then
    printf 'the artifact names no pull request\n'
    exit 1
fi
gh api "$repository/pulls/$number" --jq '[.head.sha, .state] | @tsv' >"$work/pull"
IFS=$'\t' read -r head state <"$work/pull"
if [[ $head != "$PERF_HEAD" ]]; then
    printf 'pull request %s is at another commit than the one that was judged: nothing is said\n' "$number"
    exit 0
fi
if [[ $state != open ]]; then
    printf 'pull request %s is closed: nothing is said\n' "$number"
    exit 0
fi

# What was found, from the data; whatever is no comparison ends the script here.
verdict='' regressions=0 degraded=0
perf-report render "$work/comparison.json" --format env >"$work/variables"
while IFS='=' read -r name value; do
    case $name in
        verdict) verdict=$value ;;
        regressions) regressions=$value ;;
        degraded) degraded=$value ;;
    esac
done <"$work/variables"
state=fine
case $verdict in inconclusive | missing) state=open ;; esac
if [[ $degraded -gt 0 ]]; then state=degraded; fi
if [[ $regressions -gt 0 ]]; then state=worse; fi

# The comment that is there: one of ours by its first line, and by who wrote it.
gh api --paginate "$repository/issues/$number/comments?per_page=100" \
    --jq '.[] | [.id, .user.login, ((.body // "") | split("\n")[0])] | @tsv' >"$work/comments"
comment='' before=''
while IFS=$'\t' read -r id author first; do
    first=${first%\\r}
    if [[ $author == "$PERF_AUTHOR" && $first == "$marker"* && $id =~ ^[0-9]+$ ]]; then
        comment=$id before=${first#"$marker <!-- "}
        before=${before%' -->'}
        break
    fi
done <"$work/comments"

case $PERF_WHEN:$state in
    *:worse | degraded:degraded | not-fine:degraded | not-fine:open) speaks=true ;;
    *) speaks=false ;;
esac
body=$work/body.md
details="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$PERF_RUN"
write_body() {
    printf '%s <!-- %s -->\n' "$marker" "$state"
    if [[ $1 == resolved ]]; then
        printf '✅ Nothing is slower any more, as of %s.\n\n<details><summary>What was found</summary>\n\n' "${PERF_HEAD:0:10}"
    fi
    perf-report render "$work/comparison.json" --format markdown --max-size 60KB
    if [[ $1 == resolved ]]; then printf '\n</details>\n'; fi
    printf '\n[The page and the data](%s) of commit %s.\n' "$details" "${PERF_HEAD:0:10}"
} >"$body"

if [[ -n $comment && $speaks == false && $state == fine && $PERF_RESOLVED == delete ]]; then
    gh api --method DELETE "$repository/issues/comments/$comment" >/dev/null
    printf 'the comment was deleted: nothing is slower any more\n'
elif [[ -n $comment && $speaks == false && $before == fine ]]; then
    printf 'the comment says already that nothing is slower\n'
elif [[ -n $comment ]]; then
    kind=found
    if [[ $state == fine ]]; then kind=resolved; fi
    write_body "$kind"
    gh api --method PATCH "$repository/issues/comments/$comment" -F "body=@$body" >/dev/null
    printf 'the comment was renewed: %s\n' "$state"
elif [[ $speaks == true ]]; then
    write_body found
    gh api --method POST "$repository/issues/$number/comments" -F "body=@$body" >/dev/null
    printf 'a comment was written: %s\n' "$state"
else
    printf 'there is nothing to say: %s\n' "$state"
fi
