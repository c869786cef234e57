//! The functions of several runs by name: a column a function, a row a run.

use std::collections::HashMap;

use super::RunDocument;

/// The places of the functions of several runs in columns, one for each name.
///
/// Runs of one command have mostly the same functions in the same order. So a function is looked for first in the
/// column behind that of the one before it, and only then by its name.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    /// The name of each column, in the order in which the names were found.
    pub(crate) names: Vec<&'a str>,
    /// The column of each function of each run.
    pub(crate) rows: Vec<Vec<usize>>,
    by_name: HashMap<&'a str, usize>,
}

impl<'a> Columns<'a> {
    /// Finds the columns of the functions of these runs.
    pub(crate) fn of(runs: &'a [RunDocument]) -> Self {
        let mut columns = Self { names: Vec::new(), rows: Vec::new(), by_name: HashMap::new() };
        columns.rows.reserve(runs.len());
        for run in runs {
            let mut next = 0;
            let mut row = Vec::with_capacity(run.functions.len());
            for function in &run.functions {
                let column = columns.column_near(next, &function.name);
                next = column + 1;
                row.push(column);
            }
            columns.rows.push(row);
        }
        columns
    }

    /// Returns the column of a name; `None` where no run has a function of it.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Returns the column of a name, which is mostly `near`, and a new one where there is none.
    fn column_near(&mut self, near: usize, name: &'a str) -> usize {
        if self.names.get(near) == Some(&name) {
            return near;
        }
        *self.by_name.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Function, samples};

    proptest! {
        #[test]
        fn every_function_is_in_the_column_of_its_name(
            runs in prop::collection::vec(prop::collection::vec("[a-d]", 0..6), 0..6),
        ) {
            let function = |name: &String| Function { name: name.clone(), ..Function::default() };
            let run = |names: &Vec<String>| RunDocument {
                functions: names.iter().map(function).collect(),
                ..samples::empty()
            };
            let documents: Vec<RunDocument> = runs.iter().map(run).collect();
            let columns = Columns::of(&documents);
            let read: Vec<Vec<String>> = columns
                .rows
                .iter()
                .map(|row| row.iter().map(|at| columns.names[*at].to_owned()).collect())
                .collect();
            prop_assert_eq!(read, runs);
            for (at, name) in columns.names.iter().enumerate() {
                prop_assert_eq!(columns.column(name), Some(at));
            }
            prop_assert_eq!(columns.column("e"), None);
        }
    }
}
