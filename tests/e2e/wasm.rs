//! WebAssembly: what a module recorded in its memory, and what a program with WASI wrote when it ended.
//! Node runs both.
//!
//! The compiler is the one here if it has the library of the system, or the one whose `bin` lies in the
//! folder `PLATFORM_TOOLCHAIN`, which may have the library as source. Then it may lack the linker and the C
//! library, too: the former is rustup's, the latter is in the folder `WASI_LIBC`, or where Debian has it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use perf_tests::consumers::consumer;
use perf_tests::{Finished, Lab, lab, skipped};

const MODULES: &str = "wasm32-unknown-unknown";
const WASI: &str = "wasm32-wasip1";

/// Folder with the C library for WASI, from Debian's package `wasi-libc`.
const DEBIAN_LIBC: &str = "/usr/lib/wasm32-wasi";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("wasm")
}

/// Returns cargo and rustc, with the libraries that they load.
fn tool(name: &str) -> Command {
    let Some(root) = set("PLATFORM_TOOLCHAIN") else { return Command::new(name) };
    let mut command = Command::new(root.join("bin").join(name));
    let libraries = format!("lib/{}-linux-gnu", std::env::consts::ARCH);
    let above = root.parent().unwrap_or(&root).join(&libraries);
    let all = std::env::join_paths([root.join(&libraries), above]).expect("no colon in a path");
    command.env("LD_LIBRARY_PATH", all).env("RUSTC", root.join("bin/rustc"));
    command
}

fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Returns a path that rustc prints.
fn printed(mut rustc: Command, what: &[&str]) -> Option<PathBuf> {
    let output = rustc.arg("--print").args(what).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().into())
}

/// Returns whether the compiler has the library of `target` compiled, or can compile it; `None` if neither.
fn has_library(target: &str) -> Option<bool> {
    let compiled = printed(tool("rustc"), &["target-libdir", "--target", target])?;
    let is_of_std = |name: &str| name.starts_with("libstd-");
    let mut entries = fs::read_dir(&compiled).into_iter().flatten().flatten();
    if entries.any(|entry| entry.file_name().to_str().is_some_and(is_of_std)) {
        return Some(true);
    }
    let root = printed(tool("rustc"), &["sysroot"])?;
    let source = root.join("lib/rustlib/src/rust/library/Cargo.lock");
    (set("PLATFORM_TOOLCHAIN").is_some() && source.exists()).then_some(false)
}

/// Returns rustup's linker for WebAssembly.
fn linker() -> Option<PathBuf> {
    let root = printed(Command::new("rustc"), &["sysroot"])?;
    let all = fs::read_dir(root.join("lib/rustlib")).ok()?.flatten();
    all.map(|entry| entry.path().join("bin/rust-lld")).find(|linker| linker.is_file())
}

/// Builds what cargo is told for `target`; `None`, and a line that says so, where that cannot be done here.
fn build(target: &str, what: [&str; 2]) -> Option<PathBuf> {
    let Some(has_library) = has_library(target) else {
        skipped(&format!(
            "no compiler here has the library of {target}: rustup target add {target}"
        ));
        return None;
    };
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
    let mut cargo = tool("cargo");
    cargo.current_dir(folder()).env("CARGO_TARGET_DIR", &out);
    cargo.args(["build", "--locked", "--target", target]).args(what);
    if !has_library {
        let Some(linker) = linker() else {
            skipped("there is no linker for WebAssembly: rust-lld comes with rustup's compiler");
            return None;
        };
        let name = target.replace('-', "_").to_uppercase();
        cargo.args(["-Zbuild-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
        cargo.env(format!("CARGO_TARGET_{name}_LINKER"), linker);
        if target == WASI {
            let libc = set("WASI_LIBC").unwrap_or_else(|| DEBIAN_LIBC.into());
            let begin = libc.join("crt1-command.o");
            if !begin.is_file() {
                skipped("there is no C library for WASI: apt-get install wasi-libc");
                return None;
            }
            let [libc, begin] = [libc.display(), begin.display()];
            let flags = format!("-L native={libc} -C link-self-contained=no -C link-arg={begin}");
            cargo.env(format!("CARGO_TARGET_{name}_RUSTFLAGS"), flags);
        }
    }
    let output = cargo.output().expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let below = if what[0] == "--example" { "debug/examples" } else { "debug" };
    Some(out.join(target).join(below).join(what[1]).with_extension("wasm"))
}

/// Runs a script of the folder in the lab.
fn node(
    lab: &Lab,
    script: &str,
    arguments: &[&Path],
    variables: &[(&str, &str)],
) -> Option<Finished> {
    let mut command = lab.command(consumer("node")?.get_program());
    command.arg("--no-warnings").arg(folder().join(script)).args(arguments);
    command.envs(variables.iter().copied());
    Some(Finished::from(command.output().expect("node can be run")))
}

#[test]
fn a_module_hands_out_what_it_recorded() {
    let Some(module) = build(MODULES, ["--example", "counted"]) else { return };
    for clock in ["clock", ""] {
        let lab = lab!();
        let file = lab.folder().join("out.ptseg");
        let arguments = [&module, &file, Path::new(clock)];
        let Some(ran) = node(&lab, "module.mjs", &arguments, &[]) else { return };
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let is_used = if clock.is_empty() { "" } else { "the clock is used: 1\n" };
        let told = format!(
            "{is_used}functions before any call: 3\na late clock is used: 0\ncalls: 1100\nis healthy: true\n\
             figures begin anew: 1\ncalls then: 0\ncalls of another turn: 6\n"
        );
        assert_eq!(ran.stdout, told);
        let collected = lab.report(["collect", "out.ptseg"]);
        assert_eq!(collected.code, Some(0), "{}", collected.stderr);
        assert!(file.exists(), "a file that was named stays");
        let is_told = collected.complaint().contains("1 process had no clock");
        assert_eq!(is_told, clock.is_empty(), "{}", collected.stderr);
        let run = lab.latest();
        assert_eq!((run.calls("leaf"), run.calls("branch")), (1000, 100));
        assert_eq!(run.function("branch").number("total_ns") > 0, !clock.is_empty());
        let again = lab.report(["collect", "out.ptseg"]);
        assert!(again.complaint().contains("already stored as run"), "{}", again.stderr);
    }
}

#[test]
fn a_program_with_wasi_writes_its_segment_when_it_ends() {
    let Some(program) = build(WASI, ["--bin", "command"]) else { return };
    for (end, code, inside) in [("return", 0, "/segments"), ("exit", 7, "/segments/made")] {
        let lab = lab!();
        let folder = lab.new_folder("segments");
        let arguments = [&program, &folder, Path::new("100"), Path::new(end)];
        let Some(ran) = node(&lab, "wasi.mjs", &arguments, &[("PERF_TRACK_DIR", inside)]) else {
            return;
        };
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(code), "Recording true\n"),
            "{}",
            ran.stderr
        );
        let place = folder.join(inside.trim_start_matches("/segments").trim_start_matches('/'));
        let collected = lab.report(["collect", "--dir", &place.to_string_lossy()]);
        assert_eq!(collected.code, Some(0), "{}", collected.stderr);
        let run = lab.latest();
        assert_eq!((run.calls("leaf"), run.calls("branch")), (1000, 100));
        assert!(run.function("branch").number("total_ns") > 0);
    }
}

#[test]
fn a_program_with_wasi_and_no_folder_records_in_memory() {
    let Some(program) = build(WASI, ["--bin", "command"]) else { return };
    let lab = lab!();
    let folder = lab.new_folder("segments");
    let arguments = [&program, &folder, Path::new("1"), Path::new("return")];
    for variables in [&[][..], &[("PERF_TRACK_DIR", "/elsewhere")]] {
        let Some(ran) = node(&lab, "wasi.mjs", &arguments, variables) else { return };
        let has_place = !variables.is_empty();
        assert_eq!((ran.code, ran.stdout), (Some(0), format!("Recording {has_place}\n")));
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0);
    }
}
