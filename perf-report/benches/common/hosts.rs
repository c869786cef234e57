//! The machine and the toolchain of runs that are made up.

use perf_report::model::{Machine, Toolchain};

/// Makes a server of the kind that has this key.
pub(crate) fn machine(key: &str) -> Machine {
    Machine {
        key: key.to_owned(),
        cpu: "AMD EPYC 7B13".to_owned(),
        cores: 8,
        os: "linux".to_owned(),
        arch: "x86_64".to_owned(),
        probe: None,
    }
}

/// Makes the toolchain of an optimised build.
pub(crate) fn toolchain() -> Toolchain {
    Toolchain {
        rustc: "rustc 1.95.0".to_owned(),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        profile: "release".to_owned(),
        opt_level: "3".to_owned(),
        runtime: "0.1.0".to_owned(),
        ..Toolchain::default()
    }
}
