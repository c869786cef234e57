//! zenbench: by a baseline in its mode that confirms, and by the groups of one exploring run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use harnesses::reading::bench;
use serde_json::Value;

use crate::{Harness, JUDGED, Judged, Verdict, output_of};

/// zenbench, as it comes or with this number of rounds.
pub struct Zenbench {
    pub rounds: Option<u32>,
    pub folder: PathBuf,
}

impl Zenbench {
    /// Its queue of measurements is a new one each time: one that ended badly closes the old one.
    fn bench(&self, target: &str) -> Command {
        let queue = self.folder.join("queue-of-zenbench");
        let _ = std::fs::remove_dir_all(&queue);
        let _ = std::fs::create_dir_all(&queue);
        let mut command = bench(target);
        command.env("ZENBENCH_COORDINATION_DIR", queue);
        command
    }

    fn confirm(&self) -> Command {
        let mut command = self.bench("with_zenbench");
        command.args(["--", "--mode=confirm", "--workload-id=same", "--timeout=600"]);
        command.env("WORKLOADS", JUDGED.join(","));
        command
    }
}

/// Reads the lines of its comparison: `group::name: +0.1% [-0.2%, +0.4%] equivalent (…)`.
fn verdicts(text: &str) -> BTreeMap<String, Verdict> {
    let verdict = |line: &str| {
        let (name, rest) = line.trim().split_once(": ")?;
        let word = rest.split_once("] ")?.1.split_whitespace().next()?;
        let verdict = match word {
            "regression" => Verdict::Slower,
            "improvement" => Verdict::Faster,
            "equivalent" | "non_inferior" => Verdict::Alike,
            _ => Verdict::Open,
        };
        let name = name.rsplit("::").next().unwrap_or(name);
        Some((name.to_owned(), verdict))
    };
    text.lines().filter_map(verdict).collect()
}

fn document(text: &str) -> Value {
    let begin = text.find('{').unwrap_or(text.len());
    serde_json::from_str(&text[begin..]).unwrap_or_default()
}

impl Harness for Zenbench {
    fn name(&self) -> String {
        let rounds = self.rounds.map(|rounds| format!(", {rounds} rounds"));
        format!("zenbench{}", rounds.unwrap_or_default())
    }

    fn keep(&self) {
        let (_, said) = output_of(self.confirm().arg("--save-baseline=same"));
        if let Some(line) = said.lines().find(|line| line.contains("cannot promote")) {
            eprintln!("{line}");
        }
    }

    fn same(&self) -> Vec<Judged> {
        let mut command = self.confirm();
        command.args(["--baseline=same", "--format=json"]);
        let (text, said) = output_of(&mut command);
        let (document, verdicts) = (document(&text), verdicts(&said));
        let judged = |it: &Value| {
            let name = it["name"].as_str().unwrap_or_default().to_owned();
            let verdict = verdicts.get(&name).copied().unwrap_or(Verdict::Open);
            let estimate = it["summary"]["mean"].as_f64().unwrap_or(f64::NAN);
            Judged { name, verdict, estimate }
        };
        let of_groups = document["comparisons"].as_array().into_iter().flatten();
        let in_groups = of_groups.flat_map(|it| it["benchmarks"].as_array().into_iter().flatten());
        let alone = document["standalones"].as_array().into_iter().flatten();
        in_groups.chain(alone).map(judged).collect()
    }

    fn differ(&self) -> Vec<Judged> {
        let mut command = self.bench("pairs_with_zenbench");
        if let Some(rounds) = self.rounds {
            command.env("ROUNDS", rounds.to_string());
        }
        let (text, _) = output_of(command.args(["--", "--format=json"]));
        let document = document(&text);
        let judged = |group: &Value| {
            let analysis = &group["analyses"][0][2];
            let estimate = analysis["pct_change"].as_f64()?;
            let verdict = match analysis["significant"].as_bool()? {
                true if estimate > 0.0 => Verdict::Slower,
                true => Verdict::Faster,
                false => Verdict::Alike,
            };
            Some(Judged { name: group["group_name"].as_str()?.to_owned(), verdict, estimate })
        };
        document["comparisons"].as_array().into_iter().flatten().filter_map(judged).collect()
    }
}
