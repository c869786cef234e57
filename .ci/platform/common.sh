# What the files of systems share: a compiler that has the library of a system, and results of which `.ci/platforms`
# makes its table. Read by it before a system's file, in a shell of its own. Works with the bash 3.2 of macOS.

target=${CARGO_TARGET_DIR:-$PWD/target}/platforms
cache=${XDG_CACHE_HOME:-$HOME/.cache}/perf-track-platforms
mkdir -p "$cache"
source .ci/platform/debian.sh
# Set by `toolchain`: the system, and where its library has to be built, how.
triple=
build_library=

# Ends a system that cannot be tried here.
skip() {
    echo "skipped, since $1"
    result system "not here: $1"
    exit 77
}

# Ends a system unless program $1 is here, of Debian's package $2.
needs() {
    command -v "$1" >/dev/null || skip "there is no $1${2:+ (apt-get install $2)}"
}

# Notes result $2 of stage $1.
result() {
    printf '%s\t%s\n' "$1" "$2" >>"$results"
    printf '    %s: %s\n' "$1" "$2"
}

# Notes why stages are not run, which follow the reason $1.
not_run() {
    local stage reason=$1
    shift
    for stage in "$@"; do
        ! asked "$stage" || result "$stage" "not run: $reason"
    done
}

# Says whether stage $1 is asked for.
asked() {
    [[ ",$stages," == *",$1,"* ]]
}

# Says whether the compiler has the library of target $1, or can build it.
has_library() {
    local libraries root
    libraries=$(rustc --print target-libdir --target "$1" 2>/dev/null) && [[ -n $(ls "$libraries"/libstd-* 2>/dev/null) ]] && return
    # Only a compiler that its distributor built can be trusted to build it without the nightly channel.
    root=$(rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library
    [[ -e $root/Cargo.lock && -z ${no_building:-} ]] && build_library=-Zbuild-std
}

# Takes a compiler for target $1: the one here, rustup's, the one whose `bin` lies in the folder PLATFORM_TOOLCHAIN, or
# Debian's newest, which is unpacked and not installed.
toolchain() {
    triple=$1
    if [[ -n ${PLATFORM_TOOLCHAIN:-} ]]; then
        use_rust "$PLATFORM_TOOLCHAIN" || skip "no compiler lies in $PLATFORM_TOOLCHAIN"
        has_library "$triple" || skip "$PLATFORM_TOOLCHAIN has no library of $triple, nor its source"
    elif no_building=1 has_library "$triple"; then
        :
    elif command -v rustup >/dev/null && rustup target add "$triple" >/dev/null 2>&1; then
        :
    elif [[ -x $cache/rust/usr/bin/rustc ]] || fetch_rust '' "$cache/rust" rust-web-src; then
        use_rust "$cache/rust/usr" || skip 'the compiler of Debian does not start'
        has_library "$triple" || skip "no compiler here has the library of $triple"
    else
        skip "no compiler here has the library of $triple (rustup target add $triple)"
    fi
    [[ -z $build_library ]] || export RUSTC_BOOTSTRAP=1
    rustc --version
}

# Cargo's command $1 for the system, with the rest of its arguments. What is built for one stays apart from the rest;
# for this machine, where `toolchain` has taken none, it lies where everyone's builds do.
for_system() {
    local command=$1
    shift
    if [[ -z $triple ]]; then
        cargo "$command" --locked "$@"
        return
    fi
    # shellcheck disable=SC2086 # none or one word
    nice -n "${PLATFORM_NICE:-5}" cargo "$command" --locked --target "$triple" --target-dir "$target" $build_library "$@"
}

# Checks that what `cargo check` is told compiles, as stage `compiles` or $AS; a note may follow the result.
compiles() {
    local stage=${AS:-compiles}
    asked "$stage" || return 0
    if for_system check "$@" >"$logs/$stage" 2>&1; then
        result "$stage" "yes${NOTE:+, $NOTE}"
    else
        grep -m 5 -A 4 '^error' "$logs/$stage"
        result "$stage" "NO: $(grep -c '^error' "$logs/$stage") errors ($logs/$stage)"
    fi
}

# Runs tests as stage $1: arguments of cargo, then `--` and those of the tests. Counts all results, and those that
# this system's file leaves out.
tests() {
    local stage=$1 code=0 passed failed left_out text
    shift
    asked "$stage" || return 0
    for_system test --no-fail-fast "$@" >"$logs/$stage" 2>&1 || code=$?
    passed=$(sum passed "$logs/$stage") failed=$(sum failed "$logs/$stage") left_out=$(sum 'filtered out' "$logs/$stage")
    # A program of tests that died says nothing of them.
    if [[ $code -ne 0 && $failed -eq 0 ]]; then
        grep -m 3 -A 4 '^error' "$logs/$stage"
        result "$stage" "BROKEN after $passed passed ($logs/$stage)"
        return
    fi
    sed -n 's/^test \(.*\) \.\.\. FAILED$/        \1/p' "$logs/$stage"
    text="$passed of $((passed + failed))"
    [[ $failed -eq 0 ]] || text="$text, $failed FAILED"
    [[ $left_out -eq 0 ]] || text="$text, $left_out left out"
    result "$stage" "$text"
}

# Sums up what the results of tests in file $2 say of $1.
sum() {
    sed -n "s/^test result: .*[ ;]\([0-9][0-9]*\) $1.*/\1/p" "$2" | awk '{ all += $1 } END { print all + 0 }'
}

# Puts programs in the place of a C compiler for the system, which write empty files: what checks Rust alone needs no
# more of the C that dependencies bring along (SQLite, zstd, ring), and no library of the system is here to compile that.
stand_in_compiler() {
    local folder=$target/stand-in name=${triple//-/_}
    mkdir -p "$folder"
    cat >"$folder/cc" <<'SH'
#!/bin/sh
# Writes an empty file where an object was to go.
while [ $# -gt 0 ]; do
    case $1 in
    -o) : >"$2" ;;
    -o?*) : >"${1#-o}" ;;
    esac
    shift
done
SH
    cat >"$folder/ar" <<'SH'
#!/bin/sh
# Makes the archive that is named first, without anything in it.
for word in "$@"; do
    case $word in
    *.a) [ -e "$word" ] || printf '!<arch>\n' >"$word" ;;
    esac
done
SH
    chmod +x "$folder/cc" "$folder/ar"
    export "CC_$name=$folder/cc" "AR_$name=$folder/ar"
}

# The stages of a system that is compiled for alone, without linking. Its targets follow.
compiles_alone() {
    local alone
    for alone in "$@"; do
        (
            toolchain "$alone"
            NOTE=$alone compiles -p perf-runtime --all-features
            stand_in_compiler
            NOTE="perf-report for $alone, its C left out" compiles -p perf-report
        )
    done
    not_run 'needs the system' runtime attribute report e2e
}

# The four stages of a system on which everything runs; $1 stands before what tests are told, such as `--skip NAME`.
everything() {
    compiles -p perf-runtime -p perf-report
    tests runtime -p perf-runtime --tests -- "${left_out_runtime[@]+"${left_out_runtime[@]}"}"
    tests attribute -p perf-tests --test attribute --test corpus
    tests report -p perf-report --lib -- "${left_out_report[@]+"${left_out_report[@]}"}"
    tests e2e -p perf-tests --test e2e -- "${left_out_e2e[@]+"${left_out_e2e[@]}"}"
}
