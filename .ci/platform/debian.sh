# Debian's newest compilers, unpacked beside those that are installed. Read by `.ci/msrv` and by `.ci/platforms`.

# Takes the compiler in folder $1, whose libraries lie beside it.
use_rust() {
    [[ -x $1/bin/rustc ]] || return 1
    local libraries=$1/lib/$(uname -m)-linux-gnu
    export PATH=$1/bin:$PATH RUSTC=$1/bin/rustc RUSTDOC=$1/bin/rustdoc
    export LD_LIBRARY_PATH=$libraries:${1%/usr}/lib/$(uname -m)-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    rustc --version >/dev/null 2>&1 && cargo --version >/dev/null 2>&1
}

# Unpacks version $1 of the compiler, the newest if that is empty, into folder $2, with the packages that follow.
fetch_rust() {
    local version folder=$2 oldest=$1 package packages=()
    [[ $(id -u) -eq 0 ]] && command -v apt-get dpkg-deb >/dev/null || return 1
    apt-cache show rustc-web >/dev/null 2>&1 || apt-get update -qq >/dev/null 2>&1 || return 1
    version=$(apt-cache madison rustc-web | awk -F'[| ]+' -v want="${oldest:+$oldest.}" 'index($3, want) == 1 { print $3 }' |
        sort -V | tail -n 1)
    [[ -n $version ]] || return 1
    shift 2
    for package in rustc-web cargo-web libstd-rust-web-dev "libstd-rust-web-$(cut -d. -f1,2 <<<"$version")" "$@"; do
        packages+=("$package=$version")
    done
    # What these load, and the machine may lack. What it has is loaded from there.
    for package in $(apt-cache depends "rustc-web=$version" "cargo-web=$version" "libstd-rust-web-$(cut -d. -f1,2 <<<"$version")=$version" |
        sed -n 's/^ *Depends: \(lib[a-z0-9.+-]*\)$/\1/p' | sort -u) libmbedtls14 libmbedcrypto7 libmbedx509-1; do
        dpkg-query -W "$package" >/dev/null 2>&1 || [[ $package == libstd-* ]] || packages+=("$package")
    done
    rm -rf "$folder.new" && mkdir -p "$folder.new/packages"
    (cd "$folder.new/packages" && apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}" >/dev/null 2>&1) || return 1
    for package in "$folder.new"/packages/*.deb; do
        dpkg-deb -x "$package" "$folder.new"
    done
    rm -rf "$folder.new/packages" "$folder" && mv "$folder.new" "$folder"
    find "$folder/usr/lib" -path '*llvm-*' -name 'libLLVM*.so*' -exec ln -sft "$folder/usr/lib/$(uname -m)-linux-gnu" {} +
}
