//! The allocations of functions, as tables of every medium show them. Pure.

use crate::model::{Function, RunDocument};
use crate::text::units;

/// A column about memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// Allocations.
    Allocs,
    /// Bytes of the allocations.
    Allocated,
    /// Bytes that were not freed.
    Growth,
    /// Bytes of one call at most.
    Peak,
}

/// Returns the columns that have values: none where nothing was counted.
pub(crate) fn columns(run: &RunDocument) -> Vec<Column> {
    let any = |has: fn(&Function) -> bool| run.functions.iter().any(has);
    let allocates = any(|f| f.allocs > Some(0));
    let grows = any(|f| f.grown_bytes.is_some_and(|bytes| bytes != 0));
    let mut columns = Vec::new();
    columns.extend(allocates.then_some([Column::Allocs, Column::Allocated]).into_iter().flatten());
    columns.extend(grows.then_some(Column::Growth));
    columns.extend(allocates.then_some(Column::Peak));
    columns
}

impl Column {
    /// Returns the title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Allocs => "allocs",
            Self::Allocated => "allocated",
            Self::Growth => "growth",
            Self::Peak => "peak",
        }
    }

    /// Returns the value for a function; `None` where nothing was counted, or nothing happened.
    pub(crate) fn value(self, function: &Function) -> Option<String> {
        let positive = |value: Option<u64>| value.filter(|&value| value > 0);
        match self {
            Self::Allocs => positive(function.allocs).map(units::count),
            Self::Allocated => positive(function.alloc_bytes).map(units::bytes),
            Self::Growth => function.grown_bytes.filter(|&bytes| bytes != 0).map(units::growth),
            Self::Peak => positive(function.peak_bytes).map(units::bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn columns_are_there_for_what_was_counted() {
        let titles = |run: &RunDocument| columns(run).into_iter().map(Column::title).collect();
        let none: Vec<&str> = titles(&samples::typical());
        assert_eq!(none, [""; 0]);
        let mut run = samples::typical();
        let parse = samples::named(&mut run, "code_stats::parse::parse_file");
        (parse.allocs, parse.alloc_bytes, parse.peak_bytes) = (Some(3), Some(2048), Some(512));
        parse.grown_bytes = Some(0);
        let some: Vec<&str> = titles(&run);
        assert_eq!(some, ["allocs", "allocated", "peak"]);
        samples::named(&mut run, "code_stats::main").grown_bytes = Some(-1536);
        let all: Vec<&str> = titles(&run);
        assert_eq!(all, ["allocs", "allocated", "growth", "peak"]);
        let values = |name: &str, run: &mut RunDocument| {
            let function = samples::named(run, name).clone();
            columns(run).into_iter().map(move |it| it.value(&function)).collect::<Vec<_>>()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            values("code_stats::parse::parse_file", &mut run),
            [text("3"), text("2.00 KiB"), None, text("512 B")]
        );
        assert_eq!(values("code_stats::main", &mut run), [None, None, text("-1.50 KiB"), None]);
    }
}
