# Sourced by the scripts of the action: the words of GitHub Actions, with values that nobody trusts.
# Everything comes in by the environment and goes out by files and standard output, so that each script
# can be run by hand.
# shellcheck shell=bash

# Sets an output of the step. The delimiter is random, so that no value can end it and set another one.
output() {
    local name=$1 value=$2 delimiter
    delimiter=perf-track-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s<<%s\n%s\n%s\n' "$name" "$delimiter" "$value" "$delimiter" >>"$GITHUB_OUTPUT"
}

# Writes an annotation: `annotate error 'what is wrong'`. What could be a command of its own is escaped.
annotate() {
    local text=$2
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '::%s title=perf-track::%s\n' "$1" "$text"
}

# Ends the script for a mistake in its inputs.
fail() {
    annotate error "$1"
    exit 2
}

# Reads text and prints a hash of it that can stand in a key.
digest() {
    if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c1-16
}

# Splits an input of a line an argument into the array `lines`.
split_lines() {
    local line
    lines=()
    while IFS= read -r line; do
        if [[ -n ${line//[[:space:]]/} ]]; then lines+=("$line"); fi
    done <<<"$1"
}
