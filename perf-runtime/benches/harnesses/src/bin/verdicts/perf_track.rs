//! `perf-report bench`: by a baseline, and by the groups of one measurement.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::{Harness, JUDGED, Judged, Verdict, output_of};

/// The processes that a measurement takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Processes {
    Three,
    One,
    Quick,
}

/// perf-track, with a store of its own for each number of processes.
pub struct PerfTrack {
    pub processes: Processes,
    pub folder: PathBuf,
}

impl PerfTrack {
    fn bench(&self, target: &str) -> Command {
        let program = std::env::var_os("PERF_REPORT").unwrap_or_else(|| "perf-report".into());
        let mut command = Command::new(program);
        command.args(["bench", "--bench", target, "--quiet", "--format", "json"]);
        command.args(match self.processes {
            Processes::Three => &["--processes", "3"][..],
            Processes::One => &["--processes", "1"],
            Processes::Quick => &["--quick"],
        });
        let store = format!("{}.sqlite", self.name().replace([' ', ','], ""));
        command.env("PERF_TRACK_STORE", self.folder.join(store));
        command
    }

    fn baseline(&self) -> String {
        self.name().replace([' ', ','], "-")
    }

    fn document(command: &mut Command) -> Value {
        let (stdout, stderr) = output_of(command);
        let document: Result<Value, _> = serde_json::from_str(&stdout);
        document.unwrap_or_else(|_| panic!("no document of perf-report: {stderr}"))
    }
}

impl Harness for PerfTrack {
    fn name(&self) -> String {
        let processes = match self.processes {
            Processes::Three => "",
            Processes::One => ", one process",
            Processes::Quick => ", quick",
        };
        format!("perf-track{processes}")
    }

    fn keep(&self) {
        let mut command = self.bench("perf_track");
        Self::document(command.args(JUDGED).args(["--force", "--save", &self.baseline()]));
    }

    fn same(&self) -> Vec<Judged> {
        let mut command = self.bench("perf_track");
        let document = Self::document(command.args(JUDGED).args(["--baseline", &self.baseline()]));
        let judged = |row: &Value| Judged {
            name: row["benchmark"]["name"].as_str().unwrap_or_default().to_owned(),
            verdict: match row["change"]["verdict"].as_str() {
                Some("regression" | "degraded") => Verdict::Slower,
                Some("improved") => Verdict::Faster,
                Some("stable") => Verdict::Alike,
                _ => Verdict::Open,
            },
            estimate: row["benchmark"]["mean_ns"].as_f64().unwrap_or(f64::NAN),
        };
        document["benchmarks"].as_array().into_iter().flatten().map(judged).collect()
    }

    fn differ(&self) -> Vec<Judged> {
        let document = Self::document(&mut self.bench("pairs_perf_track"));
        let judged = |group: &Value| {
            let members = group["members"].as_array()?;
            let second = members.iter().find(|it| it["is_base"] == false)?;
            Some(Judged {
                name: group["name"].as_str()?.to_owned(),
                verdict: match second["placing"].as_str()? {
                    "slower" => Verdict::Slower,
                    "faster" => Verdict::Faster,
                    "alike" => Verdict::Alike,
                    _ => Verdict::Open,
                },
                estimate: (second["ratio"].as_f64()? - 1.0) * 100.0,
            })
        };
        document["groups"].as_array().into_iter().flatten().filter_map(judged).collect()
    }
}
