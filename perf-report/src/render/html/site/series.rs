//! Runs in series: those of one command, or of one tool's results, on one kind of machine.

use std::collections::HashMap;

use crate::model::{self, RunRow};

/// A series of runs, the newest first.
#[derive(Debug)]
pub(super) struct Series<'a> {
    pub(super) runs: Vec<&'a RunRow>,
}

impl<'a> Series<'a> {
    /// Returns the newest run.
    pub(super) fn newest(&self) -> Option<&'a RunRow> {
        self.runs.first().copied()
    }

    /// Returns the wall times, oldest first, of at most so many of the newest runs; failed ones are none.
    pub(super) fn times(&self, most: usize) -> Vec<u64> {
        let ended_well = |run: &&&RunRow| run.signal.is_none() && run.exit_code.unwrap_or(0) == 0;
        let runs = self.runs.iter().filter(ended_well).take(most);
        let mut times: Vec<u64> = runs.filter_map(|run| run.wall_ns).collect();
        times.reverse();
        times
    }
}

/// Puts runs, the newest first, into series, that of the newest run first.
pub(super) fn series(runs: &[RunRow]) -> Vec<Series<'_>> {
    let mut places: HashMap<model::Series, usize> = HashMap::new();
    let mut all: Vec<Series<'_>> = Vec::new();
    for run in runs {
        let key = model::series(&run.command, run.source.as_deref(), &run.machine_key);
        let place = *places.entry(key).or_insert_with(|| {
            all.push(Series { runs: Vec::new() });
            all.len() - 1
        });
        if let Some(series) = all.get_mut(place) {
            series.runs.push(run);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_of_one_command_and_machine() {
        let run = |command: &str, machine: &str, wall_ns: u64, exit_code: i32| RunRow {
            command: command.to_owned(),
            machine_key: machine.to_owned(),
            wall_ns: Some(wall_ns),
            exit_code: Some(exit_code),
            ..RunRow::default()
        };
        let runs = [
            run("cargo bench -- sort", "m", 5, 0),
            run("cargo test", "m", 4, 0),
            run("cargo bench", "m", 3, 0),
            run("cargo bench", "n", 2, 0),
            run("cargo bench", "m", 1, 101),
            run("cargo bench", "m", 0, 0),
        ];
        let series = series(&runs);
        assert_eq!(series.iter().map(|it| it.runs.len()).collect::<Vec<_>>(), [4, 1, 1]);
        assert_eq!(series[0].times(9), [0, 3, 5]);
        assert_eq!(series[0].times(2), [3, 5]);
    }
}
