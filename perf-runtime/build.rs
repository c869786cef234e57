//! Passes on how this crate, and so the program that links it, is built.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=PERF_TRACK_RUSTC={}", rustc_version());
    for (name, from) in [("TARGET", "TARGET"), ("PROFILE", "PROFILE"), ("OPT_LEVEL", "OPT_LEVEL")] {
        let value = std::env::var(from).unwrap_or_default();
        println!("cargo::rustc-env=PERF_TRACK_{name}={value}");
    }
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
