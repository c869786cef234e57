//! The machine.

use std::fs;

use crate::model::Machine;

/// Returns this machine.
pub(crate) fn machine() -> Machine {
    let machine = Machine {
        key: String::new(),
        cpu: cpu().unwrap_or_else(|| "unknown".to_owned()),
        cores: std::thread::available_parallelism()
            .map_or(0, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        probe: None,
    };
    machine.with_key()
}

/// Returns the name of this machine in its network; empty when it is not known.
pub(crate) fn host() -> String {
    let of_kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|it| std::env::var(it).ok());
    let host = of_kernel.or_else(named).unwrap_or_default();
    host.trim().to_owned()
}

fn cpu() -> Option<String> {
    if cfg!(target_os = "macos") {
        let output =
            std::process::Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]).output();
        return Some(String::from_utf8_lossy(&output.ok()?.stdout).trim().to_owned());
    }
    if cfg!(windows) {
        return std::env::var("PROCESSOR_IDENTIFIER").ok();
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

    #[test]
    fn the_model_is_found_on_both_architectures() {
        let x86 = "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Xeon @ 2.6GHz\n";
        assert_eq!(cpu_model(x86).as_deref(), Some("Xeon @ 2.6GHz"));
        let arm = "CPU implementer\t: 0x41\nCPU part\t: 0xd40\n";
        assert_eq!(cpu_model(arm).as_deref(), Some("ARM implementer 0x41 part 0xd40"));
        assert_eq!(cpu_model("nothing"), None);
    }
}
