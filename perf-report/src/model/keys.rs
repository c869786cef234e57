//! The keys by which runs are found whose times may be compared: one of the machine, and those of the build.
//! Pure.
//!
//! A stored run never changes, so what an older perf-report wrote is read as what it means now: its key `m2`
//! was of the machine and of the build at once, and of the latter knew what is true of perf-runtime alone.

use std::borrow::Cow;

use super::{Machine, Run, RunDocument, Toolchain};

impl Machine {
    /// Returns the machine with its key: `m3-` and eight hexadecimal digits, made of processor, cores, system
    /// and architecture.
    ///
    /// Nothing in it changes from run to run: neither the speed of the machine, nor who else ran there. The
    /// digit after `m` is raised when the ingredients change.
    #[must_use]
    pub fn with_key(self) -> Self {
        Self { key: self.own_key(), ..self }
    }

    fn own_key(&self) -> String {
        let cores = self.cores.to_string();
        digest("m3", &[&self.cpu, &cores, &self.os, &self.arch])
    }

    /// Returns the key that was given until `m3`: a digest of the build, too.
    fn key_with_build(&self, toolchain: &Toolchain, counts_allocations: bool) -> String {
        let cores = self.cores.to_string();
        let ingredients = [
            &self.cpu,
            &cores,
            &self.os,
            &self.arch,
            &toolchain.target,
            &toolchain.profile,
            &toolchain.opt_level,
            allocations(counts_allocations),
        ];
        digest("m2", &ingredients)
    }
}

impl Run {
    /// Returns the key of the machine, also of a run whose stored one is older. A key that somebody gave is
    /// what it is.
    pub fn machine_key(&self) -> Cow<'_, str> {
        let machine = &self.machine;
        let is_of_it = |counts| machine.key == machine.key_with_build(&self.toolchain, counts);
        if machine.key.starts_with("m2-") && (is_of_it(false) || is_of_it(true)) {
            Cow::Owned(machine.own_key())
        } else {
            Cow::Borrowed(&machine.key)
        }
    }
}

impl RunDocument {
    /// Returns whether allocations were counted.
    pub fn counts_allocations(&self) -> bool {
        self.functions.iter().any(|function| function.self_allocs.is_some())
    }

    /// Returns the keys of its build.
    pub fn build_keys(&self) -> BuildKeys {
        let quick = if self.is_quick() { " quick" } else { "" };
        let measured = format!("{}{quick}", allocations(self.counts_allocations()));
        BuildKeys::measured(&self.run.toolchain, &measured)
    }
}

/// The keys of a build, and of how it was measured. Times are comparable between builds for the same target, in the
/// same profile and at the same level, where allocations are counted in both or in neither, and benchmarks had a tenth
/// of the time in both or in neither.
///
/// The versions of the compiler and of the recorder are left out, since a program made slower by one of them
/// is something to find out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildKeys {
    /// The key with the level of the crates that hold tracked functions; `None` when that is not known.
    pub crates: Option<String>,
    /// The key with the level of perf-runtime, which counts where the other is missing on one side.
    pub recorder: String,
}

impl BuildKeys {
    /// Returns the keys of this build.
    pub fn of(toolchain: &Toolchain, counts_allocations: bool) -> Self {
        Self::measured(toolchain, allocations(counts_allocations))
    }

    fn measured(toolchain: &Toolchain, how: &str) -> Self {
        let Toolchain { target, profile, opt_level, debug_assertions, .. } = toolchain;
        let crates = [target, profile, opt_level, debug_assertions, how];
        let recorder = [target, profile, toolchain.recorder_level(), how];
        Self {
            crates: toolchain.knows_crates().then(|| digest("b1", &crates)),
            recorder: digest("r1", &recorder),
        }
    }

    /// Returns whether the times of both builds may be compared.
    pub fn match_those(&self, other: &Self) -> bool {
        match (&self.crates, &other.crates) {
            (Some(own), Some(others)) => own == others,
            _ => self.recorder == other.recorder,
        }
    }
}

fn allocations(are_counted: bool) -> &'static str {
    if are_counted { "alloc" } else { "" }
}

fn digest(name: &str, ingredients: &[&str]) -> String {
    let hash = fnv1a(ingredients.join("\0").as_bytes());
    format!("{name}-{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// Returns the Fowler–Noll–Vo hash, which, unlike the standard library's, stays the same for ever.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Benchmark, CrateBuild, Function, Harness, Probe, samples};

    fn machine() -> Machine {
        Machine { cpu: "A".to_owned(), cores: 2, ..Machine::default() }
    }

    fn built(profile: &str, recorder: &str, crates: Option<&str>) -> Toolchain {
        let level = crates.unwrap_or(recorder).to_owned();
        let build =
            |level: &str| CrateBuild { opt_level: level.to_owned(), ..CrateBuild::default() };
        Toolchain {
            profile: profile.to_owned(),
            recorder_opt_level: if level == recorder { String::new() } else { recorder.to_owned() },
            opt_level: level,
            crates: crates.map(build).into_iter().collect(),
            ..Toolchain::default()
        }
    }

    #[test]
    fn the_key_of_a_machine_is_of_nothing_else() {
        let key = |machine: Machine| machine.with_key().key;
        let loaded = Machine { probe: Some(Probe::default()), ..machine() };
        assert_eq!(key(machine()), key(loaded));
        assert_ne!(key(machine()), key(Machine { cores: 4, ..machine() }));
        assert_eq!(key(Machine::default()), "m3-3bf0d8da", "the same for ever");
    }

    #[test]
    fn a_run_of_yesterday_is_of_the_machine_of_today() {
        let toolchain = built("debug", "3", None);
        for counts in [false, true] {
            let key = machine().key_with_build(&toolchain, counts);
            let machine = Machine { key, ..machine() };
            let run = Run { machine, toolchain: toolchain.clone(), ..Run::default() };
            assert_eq!(run.machine_key(), self::machine().with_key().key);
        }
        let release = Machine::default().key_with_build(&built("release", "", None), false);
        assert_eq!(release, "m2-683d7fdc", "as it was written then");
    }

    #[test]
    fn a_key_that_is_of_other_facts_stays() {
        for key in ["", "m2-0000000b", "m1-683d7fdc", "runner-7"] {
            let machine = Machine { key: key.to_owned(), ..machine() };
            assert_eq!(Run { machine, ..Run::default() }.machine_key(), key);
        }
    }

    #[test]
    fn a_quick_look_has_a_key_of_its_own() {
        let run = |quick| {
            let harness = Some(Harness { quick, ..Harness::default() });
            let benchmark = Some(Box::new(Benchmark { harness, ..Benchmark::default() }));
            let functions = vec![Function { benchmark, ..Function::default() }];
            RunDocument { functions, ..samples::empty() }
        };
        let plain = BuildKeys::of(&samples::empty().run.toolchain, false);
        assert_eq!(run(false).build_keys(), plain, "as those of runs without benchmarks");
        assert!(!run(true).build_keys().match_those(&plain));
        assert!(run(true).build_keys().match_those(&run(true).build_keys()));
    }

    #[test]
    fn builds_match_by_what_both_of_them_know() {
        let keys = |toolchain: &Toolchain| BuildKeys::of(toolchain, false);
        let [old, fast] = ["0", "3"].map(|level| keys(&built("debug", level, None)));
        let [dev, tuned] = [("0", "0"), ("3", "0")]
            .map(|(recorder, crates)| keys(&built("debug", recorder, Some(crates))));
        let optimised = keys(&built("debug", "3", Some("3")));
        assert!(dev.match_those(&tuned) && !dev.match_those(&optimised));
        assert!(old.match_those(&dev) && !old.match_those(&tuned) && fast.match_those(&tuned));
        assert!(!dev.match_those(&keys(&built("release", "0", Some("0")))));
        assert!(!dev.match_those(&BuildKeys::of(&built("debug", "0", Some("0")), true)));
    }
}
