//! Series of values from a table that somebody else made: CSV with a line a value. Pure.
//!
//! Columns are found by their titles, in any order; unknown ones are passed over.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};

/// A series of values, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its values. A value that is no finite number (`NaN`, `inf`, `1e999`) keeps its place.
    pub values: Vec<f64>,
    /// The further columns of each value.
    pub points: Vec<Point>,
}

impl Series {
    /// Returns the lines of the table whose values are no finite numbers.
    pub fn unusable_lines(&self) -> Vec<u64> {
        let points = self.points.iter().zip(&self.values);
        points.filter(|(_, value)| !value.is_finite()).map(|(point, _)| point.line).collect()
    }
}

/// The origin of a value of a series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Point {
    /// Line of the table, from 1.
    pub line: u64,
    /// Its number in the column `index`, if the table has one.
    pub index: Option<u64>,
    /// Its commit.
    pub commit: Option<String>,
    /// Its time.
    pub time: Option<String>,
}

/// A mistake in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    /// Line of the mistake, from 1.
    pub line: u64,
    /// The mistake, as the end of a sentence.
    pub problem: String,
}

/// Places of the columns.
struct Columns {
    series: usize,
    value: usize,
    index: Option<usize>,
    commit: Option<usize>,
    time: Option<usize>,
}

/// Reads the series of a table, in the order of their first values.
///
/// ```
/// let series = perf_report::import::table::series("series,value\na,1\nb,2\na,1.5\n").unwrap();
/// assert_eq!((series[0].name.as_str(), series[0].values.as_slice()), ("a", [1.0, 1.5].as_slice()));
/// ```
///
/// # Errors
/// When there is no column `series` or `value`, a line has more or fewer cells than the titles, a
/// value is no number, or an index no whole number.
pub fn series(text: &str) -> Result<Vec<Series>, TableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let titles = reader.headers().map_err(|error| malformed(&error))?;
    let columns = Columns::of(titles)?;
    let mut all: Vec<Series> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(|error| malformed(&error))? {
        let line = row.position().map_or(0, csv::Position::line);
        let name = cell(&row, columns.series);
        let place = *places.entry(name.to_owned()).or_insert(all.len());
        if place == all.len() {
            all.push(Series { name: name.to_owned(), ..Series::default() });
        }
        let (value, point) = columns.read(&row, line)?;
        all[place].values.push(value);
        all[place].points.push(point);
    }
    Ok(all)
}

impl Columns {
    fn of(titles: &StringRecord) -> Result<Self, TableError> {
        let place =
            |title: &str| titles.iter().position(|it| it.trim().eq_ignore_ascii_case(title));
        let needed = |title: &str| {
            place(title).ok_or_else(|| TableError {
                line: 1,
                problem: format!("there is no column `{title}` among its titles"),
            })
        };
        Ok(Self {
            series: needed("series")?,
            value: needed("value")?,
            index: place("index"),
            commit: place("commit"),
            time: place("time"),
        })
    }

    fn read(&self, row: &StringRecord, line: u64) -> Result<(f64, Point), TableError> {
        let wrong = |column: &str, text: &str, what: &str| TableError {
            line,
            problem: format!("`{column}` is {text:?}, and no {what}"),
        };
        let text = cell(row, self.value);
        let value: f64 = text.parse().map_err(|_| wrong("value", text, "number"))?;
        let optional = |place: Option<usize>| {
            place.map(|place| cell(row, place)).filter(|text| !text.is_empty())
        };
        let index = match optional(self.index) {
            Some(text) => {
                Some(text.parse().map_err(|_| wrong("index", text, "whole number from 0"))?)
            }
            None => None,
        };
        let [commit, time] = [self.commit, self.time].map(|it| optional(it).map(str::to_owned));
        Ok((value, Point { line, index, commit, time }))
    }
}

fn cell(row: &StringRecord, place: usize) -> &str {
    row.get(place).unwrap_or_default().trim()
}

fn malformed(error: &csv::Error) -> TableError {
    let line = error.position().map_or(1, csv::Position::line);
    TableError { line, problem: format!("it is no table: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_any_order() {
        let text = "time,extra,Value,commit,series,index\nt0,x,1e3,abc,\"a, b\",7\n,,2,,c,\n";
        let found = series(text).unwrap();
        let names: Vec<_> = found.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["a, b", "c"]);
        let point =
            Point { line: 2, index: Some(7), commit: Some("abc".into()), time: Some("t0".into()) };
        assert_eq!((found[0].values[0], &found[0].points[0]), (1e3, &point));
        assert_eq!(found[1].points[0], Point { line: 3, ..Point::default() });
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let mistake = |text: &str| {
            let error = series(text).unwrap_err();
            format!("{}: {}", error.line, error.problem)
        };
        insta::assert_snapshot!([
            mistake("name,value\n"),
            mistake("series,value\na,1\na,x\n"),
            mistake("series,value,index\na,1,-3\n"),
            mistake("series,value\na\n"),
            mistake(""),
        ].join("\n"), @r#"
        1: there is no column `series` among its titles
        3: `value` is "x", and no number
        2: `index` is "-3", and no whole number from 0
        2: it is no table: CSV error: record 1 (line: 2, byte: 13): found record with 1 fields, but the previous record has 2 fields
        1: there is no column `series` among its titles
        "#);
        assert_eq!(series("series,value\n"), Ok(Vec::new()));
        let odd = series("series,value\na,NaN\na,1\nb,2\na,-inf\na,1e999\n").unwrap();
        assert_eq!((odd[0].unusable_lines(), odd[0].values.len()), (vec![2, 5, 6], 4));
        assert!(odd[1].unusable_lines().is_empty());
    }
}
