//! criterion: by a baseline of its own. It compares no two benchmarks of one run, so the halves of a
//! pair are two runs of one name, as a change of code would be.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use harnesses::pairs::names;
use harnesses::reading::{bench, json_of};

use crate::{Harness, JUDGED, Judged, Verdict, output_of};

/// criterion, with so many seconds for a benchmark, a quarter of them to warm up.
pub struct Criterion {
    pub seconds: u32,
    pub folder: PathBuf,
}

impl Criterion {
    fn bench(&self, target: &str) -> Command {
        let mut command = bench(target);
        command.env("CRITERION_HOME", self.home()).arg("--");
        let seconds = f64::from(self.seconds);
        command.args(["--warm-up-time", &(seconds * 0.25).to_string()]);
        command.args(["--measurement-time", &(seconds * 0.75).to_string()]);
        command
    }

    fn home(&self) -> PathBuf {
        self.folder.join("verdicts-of-criterion")
    }

    fn workloads(&self) -> Command {
        let mut command = self.bench("with_criterion");
        command.arg(format!("^({})$", JUDGED.join("|")));
        command
    }
}

/// Reads what it says below each benchmark.
fn verdicts(text: &str) -> BTreeMap<&str, Verdict> {
    let mut verdicts = BTreeMap::new();
    let mut name = "";
    for line in text.lines() {
        if let Some((before, _)) = line.split_once("time:") {
            name = before.trim();
        }
        let verdict = match line.trim() {
            "Performance has regressed." => Verdict::Slower,
            "Performance has improved." => Verdict::Faster,
            "Change within noise threshold." | "No change in performance detected." => {
                Verdict::Alike
            }
            _ => continue,
        };
        verdicts.insert(name, verdict);
    }
    verdicts
}

impl Harness for Criterion {
    fn name(&self) -> String {
        format!("criterion, {} s", self.seconds)
    }

    fn keep(&self) {
        output_of(self.workloads().args(["--save-baseline", "same"]));
    }

    fn same(&self) -> Vec<Judged> {
        let (text, _) = output_of(self.workloads().args(["--baseline", "same"]));
        let verdicts = verdicts(&text);
        let judged = |name: &&str| {
            let estimates = json_of(&self.home().join(name).join("new/estimates.json"));
            Judged {
                name: (*name).to_owned(),
                verdict: verdicts.get(name).copied().unwrap_or(Verdict::Open),
                estimate: estimates["median"]["point_estimate"].as_f64().unwrap_or(f64::NAN),
            }
        };
        JUDGED.iter().map(judged).collect()
    }

    fn differ(&self) -> Vec<Judged> {
        let pairs = || self.bench("pairs_with_criterion");
        output_of(pairs().args(["--save-baseline", "before"]));
        let (text, _) = output_of(pairs().args(["--baseline", "before"]).env("MORE", "1"));
        let verdicts = verdicts(&text);
        let judged = |name: String| {
            let change = json_of(&self.home().join(&name).join("change/estimates.json"));
            let share = change["mean"]["point_estimate"].as_f64().unwrap_or(f64::NAN);
            let verdict = verdicts.get(name.as_str()).copied().unwrap_or(Verdict::Open);
            Judged { name, verdict, estimate: share * 100.0 }
        };
        names().map(judged).collect()
    }
}
