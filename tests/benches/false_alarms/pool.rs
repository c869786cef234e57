//! Recordings of a program that checks are made of.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use perf_report::model::RunDocument;
use perf_report::project::store::{Filter, Sqlite, Store as _};
use perf_tests::Lab;

use crate::Result;
use crate::load::Load;
use crate::programs::Program;

/// How a program is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Busy loops beside it.
    pub(crate) loops: usize,
    /// More work of one function, in per cent.
    pub(crate) slower: u32,
}

/// Recordings, for each kind oldest first.
pub(crate) struct Pool(Vec<(Kind, Vec<RunDocument>)>);

impl Pool {
    /// Returns what `POOL` keeps of the program, where that is set and enough; else records it, and keeps it
    /// there.
    pub(crate) fn kept_or_recorded(
        lab: &Lab,
        program: &Program,
        kinds: &[Kind],
        runs: usize,
    ) -> Result<Self> {
        let Some(folder) = std::env::var_os("POOL").map(PathBuf::from) else {
            return Self::record(lab, program, kinds, runs);
        };
        let file = |kind: &Kind| {
            let name = program.name.replace(' ', "-");
            folder.join(format!("{name}-{}-{}.json", kind.loops, kind.slower))
        };
        let kept = kinds.iter().map(|kind| Some((*kind, kept(&file(kind), runs)?)));
        if let Some(kept) = kept.collect() {
            return Ok(Self(kept));
        }
        let pool = Self::record(lab, program, kinds, runs)?;
        std::fs::create_dir_all(&folder)?;
        for (kind, runs) in &pool.0 {
            std::fs::write(file(kind), serde_json::to_vec(runs)?)?;
        }
        Ok(pool)
    }

    /// Records the program, all kinds in turn, so that whatever the machine does comes to all of them alike.
    fn record(lab: &Lab, program: &Program, kinds: &[Kind], runs: usize) -> Result<Self> {
        let mut pool = Self(kinds.iter().map(|kind| (*kind, Vec::new())).collect());
        let began = Instant::now();
        // The first one warms up caches, and is not used.
        record(lab, program, Kind { loops: 0, slower: 0 })?;
        for round in 1..=runs {
            for (kind, runs) in &mut pool.0 {
                record(lab, program, *kind)?;
                let store = Sqlite::open(&lab.store())?;
                let newest = store.newest(&Filter::default())?.ok_or("nothing was stored")?;
                runs.push(store.load(&newest.id)?);
            }
            progress(&format!("{}: {round} of {runs}, {:.0?}", program.name, began.elapsed()));
        }
        Ok(pool)
    }

    pub(crate) fn of(&self, kind: Kind) -> &[RunDocument] {
        let found = self.0.iter().find(|(other, _)| *other == kind);
        found.map_or(&[], |(_, runs)| runs)
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.0.iter().map(|(kind, _)| *kind)
    }
}

/// The runs in `file`, if they are as many.
fn kept(file: &Path, runs: usize) -> Option<Vec<RunDocument>> {
    let kept: Vec<RunDocument> = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    (kept.len() >= runs).then_some(kept)
}

/// Records it as a user would: with the budget that recording usually has.
fn record(lab: &Lab, program: &Program, kind: Kind) -> Result<()> {
    let mut command = lab.report_command(["run", "--quiet", "--"]);
    command.arg(&program.path).args(&program.arguments).env_remove("PERF_TRACK_OVERHEAD");
    if let Some((_, variable)) = program.slowed {
        command.env(variable, kind.slower.to_string());
    }
    let load = Load::of(kind.loops)?;
    let output = command.output()?;
    drop(load);
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", program.name, String::from_utf8_lossy(&output.stderr)).into())
}

/// Says what it is doing, to somebody who watches.
#[expect(clippy::print_stderr, reason = "what it is doing")]
pub(crate) fn progress(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
    }
}
