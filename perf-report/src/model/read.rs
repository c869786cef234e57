//! The reading of JSON text as a [`RunDocument`] or a baseline. Its errors name the kind of text
//! that was found. Pure.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::packed;
use super::{
    BASELINE_SCHEMA, BASELINE_VERSION, Baseline, CustomMetric, Function, ProcessSummary,
    RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument, Suite,
};

/// The reason for which a text is no run.
#[derive(Debug)]
#[non_exhaustive]
pub enum DocumentError {
    /// A text without any characters, or a baseline without a run.
    Empty,
    /// A text that is not JSON, is cut short, or lacks a field.
    Malformed(serde_json::Error),
    /// Bytes that a store keeps for a run and that are no longer what was written.
    Damaged,
    /// A line of the file of a baseline that is not what was written.
    Line {
        /// Its number, from 1.
        line: usize,
        /// The fault that it has, as a sentence.
        problem: &'static str,
    },
    /// A document of another kind.
    OtherKind {
        /// Its `schema`.
        found: String,
    },
    /// A document of a newer perf-report.
    Newer {
        /// Its `version`.
        found: u32,
    },
    /// A baseline of a newer perf-report.
    NewerBaseline {
        /// Its `version`.
        found: u32,
    },
    /// A document of a version that never was.
    NoSuchVersion {
        /// Its `version`.
        found: u32,
    },
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Malformed(error) => write!(f, "it is not a complete run: {error}"),
            Self::Damaged => f.write_str("its bytes are damaged"),
            Self::Line { line, problem } => write!(f, "line {line}: {problem}"),
            Self::OtherKind { found } => {
                write!(f, "its schema is {found:?}, and a run has {RUN_SCHEMA:?}")
            }
            Self::Newer { found } => write!(
                f,
                "it has version {found} of {RUN_SCHEMA}, and this program reads up to {RUN_VERSION}"
            ),
            Self::NewerBaseline { found } => write!(
                f,
                "it has version {found} of {BASELINE_SCHEMA}, and this program reads up to {}",
                packed::VERSION
            ),
            Self::NoSuchVersion { found } => {
                write!(f, "it claims version {found} of {RUN_SCHEMA}, which never existed")
            }
        }
    }
}

impl std::error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}

/// The beginning of every document, by which a newer one is not called malformed.
#[derive(Deserialize)]
struct Head {
    schema: String,
    version: u32,
}

impl RunDocument {
    /// Reads a run from JSON. Fields that this version does not know are ignored.
    ///
    /// # Errors
    /// Every [`DocumentError`].
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        read(text, |run: &Self| (&run.schema, run.version))
    }

    /// Reads a run from JSON as a [`sample`](Self::sample), in less time and memory.
    ///
    /// # Errors
    /// Every [`DocumentError`]; fields that a sample lacks are not checked.
    pub fn sample_from_json(text: &str) -> Result<Self, DocumentError> {
        let read = read(text, |sample: &Sample| (&sample.schema, sample.version))?;
        let Sample { schema, version, run, mut process, mut functions, metrics, suites, recording } =
            read;
        process.processes.clear();
        for function in &mut functions {
            function.histogram.clear();
        }
        let tree = Vec::new();
        Ok(Self { schema, version, run, process, functions, tree, metrics, suites, recording })
    }
}

/// The parts of a run that a sample has. The tree, by far the largest of the others, is passed over.
#[derive(Deserialize)]
struct Sample {
    schema: String,
    version: u32,
    run: Run,
    process: ProcessSummary,
    functions: Vec<Function>,
    #[serde(default)]
    metrics: Vec<CustomMetric>,
    #[serde(default)]
    suites: Vec<Suite>,
    recording: Recording,
}

/// Reads a run as `T`; `head` returns its schema and version. The head alone is read only where the
/// text is no run: a good text is gone through once.
fn read<T: DeserializeOwned>(
    text: &str,
    head: impl Fn(&T) -> (&str, u32),
) -> Result<T, DocumentError> {
    let read: Result<T, _> = serde_json::from_str(text);
    match &read {
        Ok(found) if head(found) == (RUN_SCHEMA, RUN_VERSION) => {
            return read.map_err(DocumentError::Malformed);
        }
        _ if text.trim().is_empty() => return Err(DocumentError::Empty),
        _ => {}
    }
    let head: Head = serde_json::from_str(text).map_err(DocumentError::Malformed)?;
    match (head.schema.as_str(), head.version) {
        (RUN_SCHEMA, RUN_VERSION) => read.map_err(DocumentError::Malformed),
        (RUN_SCHEMA, found @ 0) => Err(DocumentError::NoSuchVersion { found }),
        (RUN_SCHEMA, found) => Err(DocumentError::Newer { found }),
        (found, _) => Err(DocumentError::OtherKind { found: found.to_owned() }),
    }
}

impl Baseline {
    /// Reads a baseline from JSON: the text of its file, a document of several runs, or that of a single
    /// one. It holds at least one run.
    ///
    /// # Errors
    /// Every [`DocumentError`].
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        let head: Option<Head> = serde_json::from_str(text).ok();
        if let Some(line) = head.is_none().then(|| conflict(text)).flatten() {
            let problem =
                "a conflict of a merge begins here; keep one side, or save the baseline anew";
            return Err(DocumentError::Line { line, problem });
        }
        match head.as_ref().map(|head| (head.schema.as_str(), head.version)) {
            Some((BASELINE_SCHEMA, BASELINE_VERSION)) => {
                let baseline: Self =
                    serde_json::from_str(text).map_err(DocumentError::Malformed)?;
                let is_empty = baseline.runs.is_empty();
                if is_empty { Err(DocumentError::Empty) } else { Ok(baseline) }
            }
            Some((BASELINE_SCHEMA, packed::VERSION)) => packed::read(text),
            Some((BASELINE_SCHEMA, found @ 0)) => Err(DocumentError::NoSuchVersion { found }),
            Some((BASELINE_SCHEMA, found)) => Err(DocumentError::NewerBaseline { found }),
            _ => RunDocument::from_json(text).map(|run| Self::of(vec![run])),
        }
    }
}

/// Returns the number of the line on which git left a conflict.
fn conflict(text: &str) -> Option<usize> {
    let is_mark = |line: &str| ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark));
    text.lines().position(is_mark).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        CustomMetric, Function, Git, MetricKind, ProcessSummary, Recording, TreeNode,
    };
    use proptest::prelude::*;

    fn document(name: String, calls: u64, mean: Option<f64>) -> RunDocument {
        RunDocument {
            schema: RUN_SCHEMA.to_owned(),
            version: RUN_VERSION,
            run: crate::model::Run {
                id: "20261120T234552-1a2b3c".to_owned(),
                command: vec![name.clone()],
                git: Some(Git {
                    commit: "abc".to_owned(),
                    branch: None,
                    branch_from: None,
                    dirty: true,
                }),
                ..Default::default()
            },
            process: ProcessSummary::default(),
            functions: vec![Function {
                name: name.clone(),
                calls,
                mean_ns: mean,
                histogram: vec![(32, calls)],
                ..Default::default()
            }],
            tree: vec![TreeNode { function: name.clone(), calls, ..Default::default() }],
            metrics: vec![CustomMetric {
                name,
                kind: MetricKind::Gauge,
                value: mean,
                max: Some(0.1),
                mean: mean.map(|mean| -mean),
                samples: Some(calls),
                ..Default::default()
            }],
            suites: vec![Suite { wall_ns: Some(calls), ..Default::default() }],
            recording: Recording { mode: "exact".to_owned(), ..Default::default() },
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(
            name in ".*", calls: u64, mean in proptest::option::of(0.0_f64..1e15)
        ) {
            let document = document(name, calls, mean);
            let text = serde_json::to_string(&document).unwrap();
            prop_assert_eq!(RunDocument::sample_from_json(&text).unwrap(), document.sample());
            prop_assert_eq!(RunDocument::from_json(&text).unwrap(), document);
        }

        #[test]
        fn any_text_is_a_run_or_an_error(text in ".{0,80}") {
            prop_assert!(RunDocument::from_json(&text).is_err());
        }
    }

    #[test]
    fn unknown_fields_are_ignored_at_every_level() {
        fn add_unknown(value: &mut serde_json::Value) {
            match value {
                serde_json::Value::Object(fields) => {
                    fields.values_mut().for_each(add_unknown);
                    fields.insert("from_the_future".to_owned(), serde_json::json!({"x": [1]}));
                }
                serde_json::Value::Array(items) => items.iter_mut().for_each(add_unknown),
                _ => {}
            }
        }
        let document = document("f".to_owned(), 3, Some(1.5));
        let mut value = serde_json::to_value(&document).unwrap();
        add_unknown(&mut value);
        assert_eq!(RunDocument::from_json(&value.to_string()).unwrap(), document);
    }

    #[test]
    fn texts_that_are_no_run_are_distinguished() {
        let check = |text: &str, expected: &str| {
            assert_eq!(RunDocument::from_json(text).unwrap_err().to_string(), expected);
        };
        check(" \n", "it is empty");
        check(
            r#"{"schema": "perf-track/run", "version": 7}"#,
            "it has version 7 of perf-track/run, and this program reads up to 1",
        );
        check(
            r#"{"schema": "perf-track/run", "version": 0}"#,
            "it claims version 0 of perf-track/run, which never existed",
        );
        check(
            r#"{"schema": "perf-track/comparison", "version": 1}"#,
            r#"its schema is "perf-track/comparison", and a run has "perf-track/run""#,
        );
        check(
            r#"{"schema": "perf-track/run", "version": 1, "run": {"#,
            "it is not a complete run: EOF while parsing an object at line 1 column 51",
        );
    }

    #[test]
    fn a_baseline_is_a_run_or_several() {
        let run = |calls| document("f".to_owned(), calls, Some(1.5));
        let one = Baseline::from_json(&serde_json::to_string(&run(1)).unwrap()).unwrap();
        assert_eq!(one.runs, [run(1)]);
        let several = Baseline::of(vec![run(1), run(2)]);
        assert_eq!(several.runs, [run(1).sample(), run(2)]);
        let text = serde_json::to_string(&several).unwrap();
        assert_eq!(Baseline::from_json(&text).unwrap(), several);
        let fails = |text: &str| Baseline::from_json(text).unwrap_err().to_string();
        let head = |version: u32| {
            format!(r#"{{"schema":"{BASELINE_SCHEMA}","version":{version},"runs":[]}}"#)
        };
        assert_eq!(fails(&head(1)), "it is empty");
        assert!(
            fails(&head(3))
                .contains("version 3 of perf-track/baseline, and this program reads up to 2")
        );
        assert!(fails("{").contains("it is not a complete run"));
    }
}
