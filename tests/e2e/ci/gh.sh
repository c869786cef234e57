#!/usr/bin/env bash
# Stands in for GitHub's program: answers from files in GH_STATE, and notes what it was asked for.
set -euo pipefail
printf '%s\n' "${*//$'\n'/ }" >>"$GH_STATE/log"
body() {
    for argument; do
        case $argument in body=@*) cat "${argument#body=@}" ;; esac
    done
}
case "$*" in
    *--method*) if [[ -e $GH_STATE/forbidden ]]; then
        echo 'gh: Resource not accessible by integration (HTTP 403)' >&2
        exit 1
    fi ;;
esac
case "$*" in
    *"/artifacts?per_page=100"*) cat "$GH_STATE/artifacts" ;;
    *"/zip"*) cat "$GH_STATE/artifact.zip" ;;
    *"/pulls/"*) cat "$GH_STATE/pull" ;;
    *"--paginate"*"/comments?per_page=100"*) if [[ -e $GH_STATE/unreadable ]]; then exit 1; fi; cat "$GH_STATE/comments" ;;
    *"--method POST"*) body "$@" >"$GH_STATE/posted" ;;
    *"--method PATCH"*) body "$@" >"$GH_STATE/patched" ;;
    *"--method DELETE"*) touch "$GH_STATE/deleted" ;;
    *)
        echo "no such call: $*" >&2
        exit 1
        ;;
esac
