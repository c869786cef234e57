//! What was measured, a column an engine.

use std::collections::BTreeMap;
use std::fmt;

use crate::Result;
use crate::made::Fleet;

/// The figures of all engines, in the order in which they were measured.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    engines: Vec<&'static str>,
    rows: Vec<String>,
    cells: BTreeMap<(String, &'static str), String>,
}

impl Table {
    pub(crate) fn of(fleet: &Fleet) -> Result<Self> {
        let size = fleet.size;
        let document = serde_json::to_string(&fleet.run(0))?.len();
        let title = format!(
            "{} runs of {} functions, {} series, 30 days; a document is {} KiB of JSON",
            size.runs,
            size.functions,
            size.series,
            document / 1024
        );
        Ok(Self { title, engines: Vec::new(), rows: Vec::new(), cells: BTreeMap::new() })
    }

    /// Begins the column of an engine.
    pub(crate) fn begin(&mut self, engine: &'static str) {
        self.engines.push(engine);
    }

    /// Notes a figure of the engine of the last column.
    pub(crate) fn note(&mut self, row: &str, figure: String) {
        let Some(engine) = self.engines.last() else { return };
        eprintln!("    {row}: {figure}");
        if !self.rows.iter().any(|known| known == row) {
            self.rows.push(row.to_owned());
        }
        self.cells.insert((row.to_owned(), engine), figure);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.title)?;
        write!(f, "{:<64}", "times in milliseconds: the median, and the best")?;
        for engine in &self.engines {
            write!(f, " {engine:>22}")?;
        }
        for row in &self.rows {
            write!(f, "\n{row:<64}")?;
            for engine in &self.engines {
                let cell = self.cells.get(&(row.clone(), engine)).map_or("-", String::as_str);
                write!(f, " {cell:>22}")?;
            }
        }
        Ok(())
    }
}
