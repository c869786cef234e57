//! The machine, and the key of runs that are comparable by time.

use std::fs;

use crate::model::{Machine, Toolchain};

/// Returns this machine. The key is still empty: it depends on the build of the recorded programs.
pub(crate) fn machine() -> Machine {
    Machine {
        key: String::new(),
        cpu: cpu().unwrap_or_else(|| "unknown".to_owned()),
        cores: std::thread::available_parallelism()
            .map_or(0, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        probe: None,
    }
}

/// Returns the key of comparable runs: `m2-` and eight hexadecimal digits.
///
/// Runs are comparable by time when processor, cores, system, target and optimisation are the same,
/// and allocations were counted in both or in neither; the key is made of these. Nothing in it
/// changes from run to run: neither the speed of the machine, nor who else ran there. The versions
/// of the compiler and of the recorder are left out, since a program made slower by one of them is
/// something to find out.
///
/// The digit after `m` is raised when the ingredients change. `m1` was without allocations.
pub(crate) fn comparability_key(
    machine: &Machine,
    toolchain: &Toolchain,
    counts_allocations: bool,
) -> String {
    let features = if counts_allocations { "alloc" } else { "" };
    let ingredients = [
        machine.cpu.as_str(),
        &machine.cores.to_string(),
        &machine.os,
        &machine.arch,
        &toolchain.target,
        &toolchain.profile,
        &toolchain.opt_level,
        features,
    ];
    let hash = fnv1a(ingredients.join("\0").as_bytes());
    format!("m2-{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// Returns the Fowler–Noll–Vo hash, which, unlike the standard library's, stays the same for ever.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn cpu() -> Option<String> {
    if cfg!(target_os = "macos") {
        let output =
            std::process::Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]).output();
        return Some(String::from_utf8_lossy(&output.ok()?.stdout).trim().to_owned());
    }
    cpu_model(&fs::read_to_string("/proc/cpuinfo").ok()?)
}

/// Finds the model in the text of `/proc/cpuinfo`: its name, or on ARM the numbers that stand for
/// it.
fn cpu_model(cpuinfo: &str) -> Option<String> {
    let field = |name: &str| {
        cpuinfo.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    field("model name").or_else(|| {
        let (implementer, part) = (field("CPU implementer")?, field("CPU part")?);
        Some(format!("ARM implementer {implementer} part {part}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Probe;

    fn key(machine: &Machine, profile: &str, rustc: &str) -> String {
        let toolchain = Toolchain {
            profile: profile.to_owned(),
            rustc: rustc.to_owned(),
            ..Toolchain::default()
        };
        comparability_key(machine, &toolchain, false)
    }

    #[test]
    fn the_key_changes_with_what_changes_times_only() {
        let one = Machine { cpu: "A".to_owned(), cores: 2, ..Machine::default() };
        let other = Machine { cores: 4, ..one.clone() };
        assert_eq!(key(&one, "release", "1.95"), key(&one, "release", "1.96"));
        assert_ne!(key(&one, "release", ""), key(&one, "debug", ""));
        assert_ne!(key(&one, "release", ""), key(&other, "release", ""));
    }

    #[test]
    fn counting_allocations_makes_another_key_and_what_is_volatile_does_not() {
        let machine = Machine { cpu: "A".to_owned(), cores: 2, ..Machine::default() };
        let loaded = Machine { probe: Some(Probe::default()), ..machine.clone() };
        let key = |machine, counts| comparability_key(machine, &Toolchain::default(), counts);
        assert_ne!(key(&machine, true), key(&machine, false));
        assert_eq!(key(&machine, true), key(&loaded, true));
    }

    #[test]
    fn the_key_is_the_same_for_ever() {
        assert_eq!(key(&Machine::default(), "release", ""), "m2-683d7fdc");
    }

    #[test]
    fn the_model_is_found_on_both_architectures() {
        let x86 = "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Xeon @ 2.6GHz\n";
        assert_eq!(cpu_model(x86).as_deref(), Some("Xeon @ 2.6GHz"));
        let arm = "CPU implementer\t: 0x41\nCPU part\t: 0xd40\n";
        assert_eq!(cpu_model(arm).as_deref(), Some("ARM implementer 0x41 part 0xd40"));
        assert_eq!(cpu_model("nothing"), None);
    }
}
