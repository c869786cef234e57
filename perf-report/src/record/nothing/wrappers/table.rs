//! Programs that start others, and their effects on the started program. One line each.

use super::Effect::{self, Environment, Files, Itself, Machine, User};

/// The condition of an effect.
#[derive(Debug, Clone, Copy)]
enum When {
    /// No condition.
    Ever,
    /// An option that begins like one of these; an option of one letter counts also among others
    /// behind one dash.
    With(&'static [&'static str]),
}

/// The rule for a wrapper.
#[derive(Debug)]
pub(super) struct Rule {
    names: &'static [&'static str],
    /// The words of which its first argument has to be one, if there are any: `docker run`.
    verbs: &'static [&'static str],
    effects: &'static [(Effect, When)],
    /// Options followed by a word of their own.
    values: &'static [&'static str],
    /// An option followed by a text for a shell.
    script: &'static str,
    /// Number of words before the command that are no options.
    before: usize,
    /// True if options may have several words of their own, so the beginning of the command is not
    /// known.
    is_loose: bool,
}

const RULE: Rule = Rule {
    names: &[],
    verbs: &[],
    effects: &[],
    values: &[],
    script: "",
    before: 0,
    is_loose: false,
};

const RULES: &[Rule] = &[
    Rule {
        names: &["env"],
        effects: &[(
            Environment,
            When::With(&[
                "-i",
                "-",
                "--ignore-environment",
                "-u PERF_TRACK_DIR",
                "-uPERF_TRACK_DIR",
                "--unset PERF_TRACK_DIR",
                "--unset=PERF_TRACK_DIR",
            ]),
        )],
        values: &["-u", "--unset", "-C", "--chdir", "-a", "--argv0"],
        script: "-S",
        ..RULE
    },
    Rule {
        names: &["setpriv"],
        effects: &[
            (User, When::With(&["--reuid", "--ruid", "--euid"])),
            (Environment, When::With(&["--reset-env"])),
        ],
        values: &[
            "--reuid",
            "--ruid",
            "--euid",
            "--regid",
            "--rgid",
            "--egid",
            "--groups",
            "--inh-caps",
            "--ambient-caps",
            "--bounding-set",
            "--securebits",
            "--pdeathsig",
            "--selinux-label",
            "--apparmor-profile",
            "--landlock-access",
            "--landlock-rule",
            "--seccomp-filter",
        ],
        ..RULE
    },
    Rule {
        names: &["sudo", "doas", "pkexec"],
        effects: &[(User, When::Ever)],
        values: &[
            "-u", "--user", "-g", "--group", "-C", "-D", "--chdir", "-h", "-p", "-r", "-t", "-T",
            "-U", "-R",
        ],
        ..RULE
    },
    Rule {
        names: &["su", "runuser"],
        effects: &[(User, When::Ever)],
        values: &["-u", "--user", "-g", "-G", "--group", "-s", "--shell", "-w"],
        script: "-c",
        ..RULE
    },
    Rule {
        names: &["gosu", "su-exec", "setuidgid", "s6-setuidgid", "sudo-rs"],
        effects: &[(User, When::Ever)],
        before: 1,
        ..RULE
    },
    Rule {
        names: &["chpst", "start-stop-daemon", "capsh", "daemonize", "uwsgi"],
        effects: &[(User, When::With(&["-u", "-c", "--chuid", "--user", "--uid"]))],
        ..RULE
    },
    Rule {
        names: &["chroot", "proot", "schroot", "fakechroot", "pivot_root", "arch-chroot"],
        effects: &[(Files, When::Ever), (User, When::With(&["--userspec"]))],
        before: 1,
        ..RULE
    },
    Rule {
        names: &["unshare"],
        effects: &[
            (Files, When::With(&["-m", "--mount", "-R", "--root"])),
            (User, When::With(&["-S", "--setuid", "-U", "--user"])),
        ],
        values: &[
            "-R",
            "--root",
            "-w",
            "--wd",
            "-S",
            "--setuid",
            "-G",
            "--setgid",
            "--propagation",
        ],
        ..RULE
    },
    Rule {
        names: &["nsenter"],
        effects: &[(Files, When::Ever)],
        values: &["-t", "--target", "-S", "--setuid", "-G", "--setgid"],
        ..RULE
    },
    Rule {
        names: &["bwrap", "firejail", "minijail0", "nsjail", "landrun"],
        effects: &[(Files, When::Ever), (Environment, When::With(&["--clearenv"]))],
        is_loose: true,
        ..RULE
    },
    Rule {
        names: &["flatpak", "snap", "toolbox", "distrobox", "apptainer", "singularity", "nix"],
        verbs: &["run", "enter", "exec", "shell", "develop"],
        effects: &[(Files, When::Ever)],
        ..RULE
    },
    Rule {
        names: &["systemd-nspawn", "nix-shell", "guix", "steam-run", "distrobox-enter"],
        effects: &[(Files, When::Ever)],
        ..RULE
    },
    Rule {
        names: &[
            "docker",
            "podman",
            "nerdctl",
            "lxc",
            "incus",
            "kubectl",
            "oc",
            "ctr",
            "crictl",
            "machinectl",
        ],
        verbs: &["run", "exec", "compose", "start", "create", "shell", "container"],
        effects: &[(Machine, When::Ever)],
        ..RULE
    },
    Rule {
        names: &["docker-compose", "podman-compose", "cross", "act", "lxc-attach", "lxc-execute"],
        effects: &[(Machine, When::Ever)],
        ..RULE
    },
    Rule {
        names: &["systemd-run", "at", "batch", "run0", "srun", "sbatch", "qsub", "launchctl"],
        effects: &[(Machine, When::Ever)],
        ..RULE
    },
    Rule {
        names: &["ssh", "mosh", "rsh", "vagrant", "adb"],
        effects: &[(Machine, When::Ever)],
        values: &["-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D"],
        before: 1,
        ..RULE
    },
    Rule {
        names: &["bazel", "bazelisk", "buck2", "pants", "tox"],
        verbs: &["run", "test", "coverage"],
        effects: &[(Environment, When::Ever)],
        ..RULE
    },
    Rule {
        names: &["perf-report", "cargo-perf-report"],
        verbs: &["run", "ab", "collect"],
        effects: &[(Itself, When::Ever)],
        ..RULE
    },
];

/// Programs that start others as they are.
const HARMLESS: [&str; 30] = [
    "nice",
    "ionice",
    "timeout",
    "time",
    "stdbuf",
    "taskset",
    "nohup",
    "strace",
    "ltrace",
    "gdb",
    "lldb",
    "rr",
    "valgrind",
    "perf",
    "chrt",
    "xargs",
    "setsid",
    "numactl",
    "prlimit",
    "hyperfine",
    "watch",
    "script",
    "parallel",
    "setarch",
    "catchsegv",
    "unbuffer",
    "xvfb-run",
    "make",
    "ls",
    "echo",
];

/// Returns whether a program is known to start others as they are, or none.
pub(super) fn is_harmless(name: &str) -> bool {
    HARMLESS.contains(&name)
}

/// The words of a wrapper, taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts<'w> {
    pub(super) options: Vec<String>,
    pub(super) script: Option<String>,
    /// The command that it starts.
    pub(super) command: &'w [String],
}

/// Returns the rule for the program `name` with `first` as its first argument, if there is one.
pub(super) fn rule(name: &str, first: Option<&str>) -> Option<&'static Rule> {
    let rule = RULES.iter().find(|rule| rule.names.contains(&name))?;
    let is_verb = rule.verbs.is_empty() || first.is_some_and(|it| rule.verbs.contains(&it));
    is_verb.then_some(rule)
}

impl Rule {
    /// Returns its name, with the argument that makes it a wrapper.
    pub(super) fn called(&self, name: &str, rest: &[String]) -> String {
        match rest.first().filter(|_| !self.verbs.is_empty()) {
            Some(verb) => format!("{name} {verb}"),
            None => name.to_owned(),
        }
    }

    /// Takes the arguments apart.
    pub(super) fn split<'w>(&self, rest: &'w [String]) -> Parts<'w> {
        let (mut parts, mut at, mut before) = (Parts::default(), 0, self.before);
        before += usize::from(!self.verbs.is_empty());
        while let Some(word) = rest.get(at) {
            at += 1;
            if word == "--" {
                break;
            }
            if !self.script.is_empty() && word == self.script {
                parts.script = rest.get(at).cloned();
                at += 1;
            } else if word.starts_with('-') {
                let mut option = word.clone();
                if self.values.contains(&word.as_str()) {
                    option = format!("{option} {}", rest.get(at).map_or("", String::as_str));
                    at += 1;
                }
                parts.options.push(option);
            } else if before > 0 {
                before -= 1;
            } else if !self.is_loose && !self.has_script(&rest[at..]) {
                at -= 1;
                break;
            }
        }
        parts.command = rest.get(at..).unwrap_or_default();
        parts
    }

    /// Returns whether the text for a shell is yet to come: `su USER -c TEXT`.
    fn has_script(&self, rest: &[String]) -> bool {
        self.script == "-c" && rest.iter().any(|word| word == self.script)
    }

    /// Returns the effects of these options, each with its option.
    pub(super) fn effects<'o>(&self, options: &'o [String]) -> Vec<(Effect, &'o str)> {
        let option = |wanted: &'static [&'static str]| {
            options.iter().map(String::as_str).find(|option| wanted.iter().any(|it| is(option, it)))
        };
        let found = self.effects.iter().filter_map(|&(effect, when)| match when {
            When::Ever => Some((effect, "")),
            When::With(wanted) => Some((effect, option(wanted)?)),
        });
        let mut found: Vec<_> = found.collect();
        // With other files, it matters no more whose it is.
        if found.iter().any(|(effect, _)| *effect == Files) {
            found.retain(|(effect, _)| *effect != User);
        }
        found
    }
}

impl Parts<'_> {
    /// Returns whether the variable is set again for the command.
    pub(super) fn passes_on(&self) -> bool {
        let before = self.command.iter().take_while(|word| word.contains('='));
        { before }.any(|word| word.starts_with("PERF_TRACK_DIR="))
    }
}

/// Returns whether `option` is `wanted`, or that with a value, or has its letter among others.
fn is(option: &str, wanted: &str) -> bool {
    if let Some(value) = option.strip_prefix(wanted) {
        return value.is_empty() || wanted.len() > 2 && value.starts_with(['=', ' ']);
    }
    let (Some(letters), Some(letter)) = (option.strip_prefix('-'), wanted.strip_prefix('-')) else {
        return false;
    };
    letter.len() == 1
        && letter != "-"
        && letters.chars().all(|c| c.is_ascii_alphabetic())
        && letters.contains(letter)
}
