//! The recordings of the processes of suites: which functions a process called, and what it told of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use perf_runtime::segment;
use perf_runtime::snapshot::{Merger, Snapshot};
use rayon::prelude::*;

use super::row::Row;
use crate::model::{CustomMetric, convert};

/// The recordings by the row, in the order of all rows, that they belong to.
#[derive(Debug, Default)]
pub(super) struct Traced(BTreeMap<usize, Vec<Snapshot>>);

impl Traced {
    /// Reads `segments`, and finds the process of each among `rows`, or the one that started it.
    pub(super) fn read(segments: &[PathBuf], rows: &[Row]) -> Self {
        let snapshots: Vec<Snapshot> =
            segments.par_iter().filter_map(|path| segment::read(path).ok()).collect();
        let mut traced = Self::default();
        let owners = Owners::of(rows, &snapshots);
        for snapshot in snapshots {
            let owner = snapshot.processes.first().and_then(|process| owners.find(process));
            if let Some(at) = owner {
                traced.0.entry(at).or_default().push(snapshot);
            }
        }
        traced
    }

    /// Returns the functions that were called in the processes of a row.
    pub(super) fn functions(&self, row: usize) -> BTreeSet<String> {
        let snapshots = self.0.get(&row).into_iter().flatten();
        snapshots.flat_map(convert::called).collect()
    }

    /// Returns what the processes of several rows told of themselves, put together.
    pub(super) fn metrics(&self, rows: &[usize]) -> Vec<CustomMetric> {
        let mut merger = Merger::default();
        for snapshot in rows.iter().filter_map(|row| self.0.get(row)).flatten() {
            merger.add(snapshot);
        }
        convert::metrics(&merger.finish())
    }
}

/// The rows of processes.
struct Owners<'a> {
    /// The rows of a process id: one that has ended may be given again.
    rows: BTreeMap<u32, Vec<(usize, &'a Row)>>,
    /// The parents of the processes that recorded.
    parents: BTreeMap<u32, u32>,
}

impl<'a> Owners<'a> {
    fn of(rows: &'a [Row], snapshots: &[Snapshot]) -> Self {
        let mut by_pid: BTreeMap<u32, Vec<(usize, &Row)>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.pid != 0) {
            by_pid.entry(row.pid).or_default().push((at, row));
        }
        let processes = snapshots.iter().filter_map(|snapshot| snapshot.processes.first());
        Self { rows: by_pid, parents: processes.map(|it| (it.pid, it.parent_pid)).collect() }
    }

    /// Finds the row of a process, of its parent, or farther up as far as processes recorded.
    fn find(&self, process: &perf_runtime::snapshot::Process) -> Option<usize> {
        /// The most steps upwards: process ids that were given twice could lead in a circle.
        const STEPS: usize = 64;
        let (mut pid, mut next) = (process.pid, Some(process.parent_pid));
        for _ in 0..STEPS {
            let of_pid = self.rows.get(&pid).into_iter().flatten();
            let mut at_that_time = of_pid.filter(|(_, row)| covers(row, process.started_unix_ns));
            if let Some((at, _)) = at_that_time.next() {
                return Some(*at);
            }
            pid = next?;
            next = self.parents.get(&pid).copied();
        }
        None
    }
}

/// Returns whether a process was there at that time.
fn covers(row: &Row, unix_ns: u64) -> bool {
    /// Clocks of two processes are read one after the other.
    const TOLERANCE_NS: u64 = 50_000_000;
    let end =
        row.end.as_ref().map_or(u64::MAX, |end| row.started_unix_ns.saturating_add(end.wall_ns));
    (row.started_unix_ns.saturating_sub(TOLERANCE_NS)..=end.saturating_add(TOLERANCE_NS))
        .contains(&unix_ns)
}

#[cfg(test)]
mod tests {
    use perf_runtime::snapshot::Process;

    use super::*;
    use crate::record::suite::row::End;

    fn process(pid: u32, parent_pid: u32, started_unix_ns: u64) -> Process {
        Process { pid, parent_pid, started_unix_ns, ..Process::default() }
    }

    #[test]
    fn a_process_belongs_to_the_row_that_started_it_at_that_time() {
        const SECOND: u64 = 1_000_000_000;
        let row = |pid, at| Row {
            pid,
            started_unix_ns: at * SECOND,
            end: Some(End { wall_ns: SECOND, ..End::default() }),
            ..Row::default()
        };
        let rows = [row(5, 10), row(6, 10), row(5, 20)];
        let child = Snapshot { processes: vec![process(7, 6, 10 * SECOND)], ..Snapshot::default() };
        let owners = Owners::of(&rows, std::slice::from_ref(&child));
        assert_eq!(owners.find(&process(5, 1, 10 * SECOND + 5)), Some(0));
        assert_eq!(owners.find(&process(5, 1, 20 * SECOND + 5)), Some(2));
        assert_eq!(owners.find(&child.processes[0]), Some(1), "by its parent");
        assert_eq!(owners.find(&process(8, 7, 10 * SECOND + 9)), Some(1), "by the parent of that");
        assert_eq!(owners.find(&process(5, 1, 15 * SECOND)), None);
        assert_eq!(owners.find(&process(9, 9, 10 * SECOND)), None);
    }
}
