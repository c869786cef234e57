//! Baselines as they are written to files: a tenth of their JSON, and still a line a function for whoever reviews it.
//! A line begins with figures for people; then come digits, and a check by which a line that was changed is told.
//!
//! Nothing is rounded. What is written is read again at once, and a baseline that does not come back as it was is
//! written as plain JSON; so nothing depends on the digits knowing every shape of a run.

mod digits;
mod functions;
mod numbers;
mod series;
mod values;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::digits::{Reader, Writer};
use self::functions::{Before, Item};
use super::read::DocumentError;
use super::{
    BASELINE_SCHEMA, Baseline, CustomMetric, Function, ProcessSummary, RUN_SCHEMA, RUN_VERSION,
    Recording, Run, RunDocument, Suite, TreeNode,
};
use crate::text::sanitize;

/// The version of [`BASELINE_SCHEMA`] that files have.
pub(super) const VERSION: u32 = 2;

/// The sections of lines, in the order in which they stand in a file and in [`Head::orders`].
const SECTIONS: [&str; 4] = ["runs", "metrics", "suites", "functions"];

/// A file as it is read.
#[derive(Deserialize)]
struct File {
    runs: Vec<Value>,
    #[serde(default)]
    metrics: Vec<Value>,
    #[serde(default)]
    suites: Vec<Value>,
    #[serde(default)]
    functions: Vec<Value>,
    check: String,
}

/// The parts of a run that are no lists of their own.
#[derive(Serialize, Deserialize)]
struct Head {
    run: Run,
    process: ProcessSummary,
    recording: Recording,
    /// The places of its metrics, suites and functions, as digits, where they are not sorted by name.
    #[serde(default, skip_serializing_if = "Orders::is_default")]
    orders: Orders,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Orders(String, String, String);

impl Orders {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Baseline {
    /// Returns the text of its file, which [`from_json`](Self::from_json) reads. The same baseline is always the same
    /// text.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_text(&self) -> serde_json::Result<String> {
        let plain = serde_json::to_string(self)?;
        let packed = write(self).filter(|text| {
            let read = Self::from_json(text).ok();
            read.and_then(|read| serde_json::to_string(&read).ok()).as_ref() == Some(&plain)
        });
        match packed {
            Some(text) => Ok(text),
            None => Ok(sanitize::json(serde_json::to_string_pretty(self)? + "\n")),
        }
    }
}

/// Writes a baseline; `None` where it has something that has no place in the lines.
fn write(baseline: &Baseline) -> Option<String> {
    let runs = &baseline.runs;
    let newest = runs.last()?;
    let known = |run: &RunDocument| run.schema == RUN_SCHEMA && run.version == RUN_VERSION;
    let are_samples = runs.iter().rev().skip(1).all(|run| run.tree.is_empty());
    if !runs.iter().all(known) || !are_samples {
        return None;
    }
    let metrics = Merged::of(runs, |run| &run.metrics, |it| &it.name);
    let suites = Merged::of(runs, |run| &run.suites, |it| &it.name);
    let functions = Merged::of(runs, |run| &run.functions, |it| &it.name);
    let order = |at: usize| Orders(metrics.order(at), suites.order(at), functions.order(at));
    let lines = [
        heads(runs, order)?,
        metrics.lines()?,
        suites.lines()?,
        function_lines(&functions, &newest.tree)?,
    ];
    Some(text_of(lines))
}

/// Puts lines into the text of a file.
fn text_of(sections: [Vec<Vec<Value>>; 4]) -> String {
    let mut checks = String::new();
    let functions = sections[3].len();
    let mut text = format!("{{\n\"schema\": \"{BASELINE_SCHEMA}\",\n\"version\": {VERSION},\n");
    for (name, lines) in SECTIONS.iter().zip(sections) {
        let mut separator = "\n";
        let _ = write!(text, "\"{name}\": [");
        for mut line in lines {
            let check = digits::check(&Value::Array(line.clone()).to_string());
            checks += &check;
            line.push(json!(check));
            text += separator;
            text += &Value::Array(line).to_string();
            separator = ",\n";
        }
        text += if separator == "\n" { "],\n" } else { "\n],\n" };
    }
    let _ = write!(text, "\"check\": \"{}\"\n}}\n", check_of_all(functions, &checks));
    // Whoever reviews it sees every character of it.
    sanitize::json(text)
}

fn check_of_all(functions: usize, checks: &str) -> String {
    format!("{functions} functions {}", digits::check(checks))
}

/// Returns the lines of the runs: of older ones what differs from the newest.
fn heads(runs: &[RunDocument], orders: impl Fn(usize) -> Orders) -> Option<Vec<Vec<Value>>> {
    let head = |(at, run): (usize, &RunDocument)| {
        let head = Head {
            run: run.run.clone(),
            process: run.process.clone(),
            recording: run.recording.clone(),
            orders: orders(at),
        };
        values::of(&head)
    };
    let mut heads: Vec<Value> = runs.iter().enumerate().map(head).collect::<Option<_>>()?;
    let newest = heads.pop()?;
    let older = heads.iter().map(|head| {
        let (patch, digits) = series::difference(head, &newest);
        vec![patch.unwrap_or_else(|| json!({})), json!(digits)]
    });
    let mut lines: Vec<_> = older.collect();
    let base = series::Base::of(&newest);
    lines.push(vec![base.json, json!(base.digits)]);
    Some(lines)
}

fn function_lines(functions: &Merged<'_, Function>, tree: &[TreeNode]) -> Option<Vec<Vec<Value>>> {
    let mut contexts: BTreeMap<&str, Vec<&TreeNode>> = BTreeMap::new();
    for node in tree {
        contexts.entry(&node.function).or_default().push(node);
    }
    let mut before = Before::default();
    let mut lines = Vec::with_capacity(functions.items.len());
    for ((name, _), all) in &functions.items {
        let contexts = contexts.remove(name).unwrap_or_default();
        let all: Vec<_> = all.iter().map(|it| it.map(|(_, it)| it)).collect();
        lines.push(functions::write(&all, &contexts, &mut before)?);
    }
    contexts.is_empty().then_some(lines)
}

/// The item of each run, with its place in the list there.
type Places<'a, T> = Vec<Option<(usize, &'a T)>>;

/// The items of several runs by name, and by number among those of one name.
struct Merged<'a, T> {
    items: BTreeMap<(&'a str, usize), Places<'a, T>>,
}

impl<'a, T> Merged<'a, T> {
    fn of(
        runs: &'a [RunDocument],
        list: impl Fn(&'a RunDocument) -> &'a Vec<T>,
        name: impl Fn(&'a T) -> &'a str,
    ) -> Self {
        let mut items: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (at, run) in runs.iter().enumerate() {
            let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
            for (place, item) in list(run).iter().enumerate() {
                let number = seen.entry(name(item)).or_default();
                let all = items.entry((name(item), *number));
                all.or_insert_with(|| vec![None; runs.len()])[at] = Some((place, item));
                *number += 1;
            }
        }
        Self { items }
    }

    /// Returns the places of the items of a run in its list, as digits; nothing where they are sorted.
    fn order(&self, run: usize) -> String {
        let places = self.items.values().filter_map(|all| all.get(run)?.map(|(place, _)| place));
        let places: Vec<usize> = places.collect();
        if places.is_sorted() {
            return String::new();
        }
        let mut writer = Writer::default();
        let mut before = 0;
        for place in places {
            writer.near(place as u64, before);
            before = place as u64 + 1;
        }
        writer.text
    }
}

impl<T: Serialize> Merged<'_, T> {
    /// Returns a line an item.
    fn lines(&self) -> Option<Vec<Vec<Value>>> {
        let value = |(_, item): &(usize, &T)| values::of(item);
        let line = |((name, _), all): (&(&str, usize), &Places<'_, T>)| {
            let values: Option<Vec<_>> = all
                .iter()
                .map(|it| match it {
                    Some(it) => value(it).map(Some),
                    None => Some(None),
                })
                .collect();
            Some(vec![json!(name), series::write(&values?)?])
        };
        self.items.iter().map(line).collect()
    }
}

/// Reads the text of a file of this version.
pub(super) fn read(text: &str) -> Result<Baseline, DocumentError> {
    let file: File = serde_json::from_str(text).map_err(DocumentError::Malformed)?;
    let damaged = |section: usize, at: usize| DocumentError::Line {
        line: line_of(text, SECTIONS[section], Some(at)),
        problem: "it is not what was written; was it changed by hand, or merged?",
    };
    let sections = [&file.runs, &file.metrics, &file.suites, &file.functions];
    let mut checks = String::new();
    let mut lines: [Vec<&[Value]>; 4] = Default::default();
    for (section, all) in sections.into_iter().enumerate() {
        for (at, line) in all.iter().enumerate() {
            let (check, line) = checked(line).ok_or_else(|| damaged(section, at))?;
            checks += check;
            lines[section].push(line);
        }
    }
    if file.check != check_of_all(file.functions.len(), &checks) {
        return Err(DocumentError::Line {
            line: line_of(text, "check", None),
            problem: "lines are missing or from another baseline; was it merged?",
        });
    }
    let [heads, metrics, suites, functions] = lines;
    let mut runs = Runs::of(&heads).map_err(|at| damaged(0, at))?;
    let orders = |of: fn(&Orders) -> &String| {
        runs.orders.iter().map(|it| of(it).clone()).collect::<Vec<String>>()
    };
    let orders = [orders(|it| &it.0), orders(|it| &it.1), orders(|it| &it.2)];
    let count = runs.documents.len();
    let metrics: Vec<Vec<CustomMetric>> =
        items(&metrics, count, &orders[0]).map_err(|at| damaged(1, at))?;
    let suites: Vec<Vec<Suite>> = items(&suites, count, &orders[1]).map_err(|at| damaged(2, at))?;
    let functions = runs.take_functions(&functions).map_err(|at| damaged(3, at))?;
    let functions = in_order(functions, &orders[2]).ok_or_else(|| damaged(0, 0))?;
    for (((run, metrics), suites), functions) in
        runs.documents.iter_mut().zip(metrics).zip(suites).zip(functions)
    {
        (run.metrics, run.suites, run.functions) = (metrics, suites, functions);
    }
    if runs.documents.is_empty() {
        return Err(DocumentError::Empty);
    }
    Ok(Baseline { runs: runs.documents, ..Baseline::of(Vec::new()) })
}

/// Returns the check of a line and the line without it; `None` where it is another one.
fn checked(line: &Value) -> Option<(&str, &[Value])> {
    let (check, line) = line.as_array()?.split_last()?;
    let check = check.as_str()?;
    let found = digits::check(&Value::Array(line.to_vec()).to_string());
    (found == check).then_some((check, line))
}

/// The runs as far as they are read.
struct Runs {
    documents: Vec<RunDocument>,
    orders: Vec<Orders>,
}

impl Runs {
    /// Reads the lines of the runs. The error is the place of the one that cannot be read.
    fn of(lines: &[&[Value]]) -> Result<Self, usize> {
        let mut runs = Self { documents: Vec::new(), orders: Vec::new() };
        let Some((newest, _)) = lines.split_last() else { return Ok(runs) };
        let last = lines.len() - 1;
        let base = match *newest {
            [json, digits] => {
                digits.as_str().and_then(|digits| series::Base::read(json.clone(), digits))
            }
            _ => None,
        };
        let base = base.ok_or(last)?;
        for (at, line) in lines.iter().enumerate() {
            let value = match *line {
                _ if at == last => Some(base.clone()),
                [patch, digits] => {
                    let digits = digits.as_str();
                    digits.and_then(|digits| series::differing(&base, Some(patch), digits))
                }
                _ => None,
            };
            let head: Option<Head> = value.and_then(|value| serde_json::from_value(value).ok());
            let Head { run, process, recording, orders } = head.ok_or(at)?;
            runs.orders.push(orders);
            runs.documents.push(RunDocument {
                schema: RUN_SCHEMA.to_owned(),
                version: RUN_VERSION,
                run,
                process,
                functions: Vec::new(),
                tree: Vec::new(),
                metrics: Vec::new(),
                suites: Vec::new(),
                recording,
            });
        }
        Ok(runs)
    }

    /// Reads the lines of the functions, and the tree of the newest run. Returns the functions of each run.
    fn take_functions(&mut self, lines: &[&[Value]]) -> Result<Vec<Vec<Function>>, usize> {
        let count = self.documents.len();
        let mut functions: Vec<Vec<Function>> = vec![Vec::new(); count];
        let mut tree = Vec::new();
        let mut before = Before::default();
        for (at, line) in lines.iter().enumerate() {
            let Item { runs, contexts } = functions::read(line, count, &mut before).ok_or(at)?;
            tree.extend(contexts);
            for (all, function) in functions.iter_mut().zip(runs) {
                all.extend(function);
            }
        }
        tree.sort_by_key(|node: &TreeNode| node.id);
        if let Some(newest) = self.documents.last_mut() {
            newest.tree = tree;
        }
        Ok(functions)
    }
}

/// Reads lines of items. The error is the place of the one that cannot be read.
fn items<T: for<'a> Deserialize<'a>>(
    lines: &[&[Value]],
    runs: usize,
    orders: &[String],
) -> Result<Vec<Vec<T>>, usize> {
    let mut all: Vec<Vec<T>> = (0..runs).map(|_| Vec::new()).collect();
    for (at, line) in lines.iter().enumerate() {
        let [_, values] = *line else { return Err(at) };
        let values = series::read(values, runs).ok_or(at)?;
        for (items, value) in all.iter_mut().zip(values) {
            if let Some(value) = value {
                items.push(serde_json::from_value(value).map_err(|_| at)?);
            }
        }
    }
    in_order(all, orders).ok_or(0)
}

/// Puts the items of each run into the order of its list.
fn in_order<T>(all: Vec<Vec<T>>, orders: &[String]) -> Option<Vec<Vec<T>>> {
    let ordered = |(items, order): (Vec<T>, &String)| {
        if order.is_empty() {
            return Some(items);
        }
        let mut reader = Reader::new(order);
        let mut before = 0;
        let mut placed = BTreeMap::new();
        let count = items.len();
        for item in items {
            let place = reader.near(before)?;
            before = place.wrapping_add(1);
            placed.insert(place, item);
        }
        (reader.is_at_end() && placed.len() == count).then(|| placed.into_values().collect())
    };
    all.into_iter().zip(orders).map(ordered).collect()
}

/// Returns the number of a line of a section; that of the beginning of the section where the text has been laid out
/// in another way, and without `at`.
fn line_of(text: &str, section: &str, at: Option<usize>) -> usize {
    let begin = format!("\"{section}\":");
    let mut lines = text.lines().enumerate();
    let first = lines.find(|(_, line)| line.trim_start().starts_with(&begin));
    let first = first.map_or(0, |(number, _)| number);
    let wanted = at.and_then(|at| lines.nth(at)).filter(|(_, line)| line.starts_with('['));
    wanted.map_or(first, |(number, _)| number) + 1
}

#[cfg(test)]
mod tests;
