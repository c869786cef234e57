//! The reading of JSON text as whatever document it is, by its `schema`. Pure.

use std::fmt;

use serde::Deserialize;

use super::packed;
use super::read::DocumentError;
use super::{
    BASELINE_SCHEMA, BASELINE_VERSION, BASELINES_SCHEMA, BASELINES_VERSION, BENCH_SCHEMA,
    BENCH_VERSION, BISECT_SCHEMA, BISECT_VERSION, BLESSINGS_SCHEMA, BLESSINGS_VERSION, Baseline,
    BaselinesDocument, BenchDocument, BisectDocument, BlessingsDocument, CHANGEPOINTS_SCHEMA,
    CHANGEPOINTS_VERSION, COMPARISON_SCHEMA, COMPARISON_VERSION, ChangePoints, ChecksDocument,
    Comparison, DECLINE_SCHEMA, DECLINE_VERSION, DOCTOR_SCHEMA, DOCTOR_VERSION, DeclineDocument,
    FUNCTION_SCHEMA, FUNCTION_VERSION, FunctionDocument, HISTORY_SCHEMA, HISTORY_VERSION,
    HistoryDocument, IMPORT_SCHEMA, IMPORT_VERSION, ImportDocument, MONITOR_SCHEMA,
    MONITOR_VERSION, MonitorDocument, NOISE_SCHEMA, NOISE_VERSION, NoiseDocument, OVERHEAD_SCHEMA,
    OVERHEAD_VERSION, OverheadDocument, PUSH_SCHEMA, PUSH_VERSION, PushDocument, REPORT_SCHEMA,
    REPORT_VERSION, RUN_SCHEMA, RUN_VERSION, RUNS_SCHEMA, RUNS_VERSION, Report, RunDocument,
    RunsDocument, SELF_TEST_SCHEMA, SELF_TEST_VERSION, SLOWER_SCHEMA, SLOWER_VERSION,
    STACKS_SCHEMA, STACKS_VERSION, SUITES_SCHEMA, SUITES_VERSION, SelfTestDocument, SlowerDocument,
    StacksDocument, SuitesDocument, TOP_SCHEMA, TOP_VERSION, TopDocument,
};

/// The reason for which a text is no document.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyError {
    /// A text without any characters.
    Empty,
    /// A text that is not JSON, is cut short, or lacks a field.
    Malformed(serde_json::Error),
    /// The file of a baseline that is not what was written.
    Baseline(DocumentError),
    /// A document of a kind that is not known here.
    Unknown {
        /// Its `schema`.
        schema: String,
    },
    /// A document of a version that is not known here.
    Version {
        /// Its `schema`.
        schema: &'static str,
        /// Its `version`.
        found: u32,
        /// The version that is known.
        known: u32,
    },
}

impl fmt::Display for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Malformed(error) => write!(f, "it is not a complete document: {error}"),
            Self::Baseline(error) => error.fmt(f),
            Self::Unknown { schema } => write!(f, "no document has the schema {schema:?}"),
            Self::Version { schema, found, known } => {
                write!(f, "it has version {found} of {schema}, and this program reads {known}")
            }
        }
    }
}

// Its cause stands in the sentence already.
impl std::error::Error for AnyError {}

/// The beginning of every document.
#[derive(Deserialize)]
struct Head {
    schema: String,
    version: u32,
}

/// Declares [`AnyDocument`]: `Kind(Type): schema, version`.
macro_rules! kinds {
    ($($kind:ident($document:ty): $schema:ident, $version:ident;)*) => {
        /// A document of any kind that perf-report writes.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum AnyDocument {
            $(
                #[doc = concat!("A document of [`", stringify!($schema), "`].")]
                $kind(Box<$document>),
            )*
        }

        impl AnyDocument {
            /// The schemas of all kinds.
            pub const SCHEMAS: &'static [&'static str] = &[$($schema),*];

            /// Reads a document from JSON. Fields that this version does not know are ignored.
            ///
            /// # Errors
            /// Every [`AnyError`].
            pub fn from_json(text: &str) -> Result<Self, AnyError> {
                if text.trim().is_empty() {
                    return Err(AnyError::Empty);
                }
                let head: Head = serde_json::from_str(text).map_err(AnyError::Malformed)?;
                match (head.schema.as_str(), head.version) {
                    (BASELINE_SCHEMA, packed::VERSION) => {
                        let baseline = packed::read(text).map_err(AnyError::Baseline)?;
                        Ok(Self::Baseline(Box::new(baseline)))
                    }
                    $(
                        ($schema, $version) => {
                            serde_json::from_str(text).map(Self::$kind).map_err(AnyError::Malformed)
                        }
                        ($schema, found) => {
                            Err(AnyError::Version { schema: $schema, found, known: $version })
                        }
                    )*
                    _ => Err(AnyError::Unknown { schema: head.schema }),
                }
            }

            /// Returns the name of its schema.
            pub fn schema(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $schema,)*
                }
            }
        }
    };
}

kinds! {
    Run(RunDocument): RUN_SCHEMA, RUN_VERSION;
    Comparison(Comparison): COMPARISON_SCHEMA, COMPARISON_VERSION;
    Baseline(Baseline): BASELINE_SCHEMA, BASELINE_VERSION;
    Baselines(BaselinesDocument): BASELINES_SCHEMA, BASELINES_VERSION;
    Bench(BenchDocument): BENCH_SCHEMA, BENCH_VERSION;
    Bisect(BisectDocument): BISECT_SCHEMA, BISECT_VERSION;
    Blessings(BlessingsDocument): BLESSINGS_SCHEMA, BLESSINGS_VERSION;
    ChangePoints(ChangePoints): CHANGEPOINTS_SCHEMA, CHANGEPOINTS_VERSION;
    Decline(DeclineDocument): DECLINE_SCHEMA, DECLINE_VERSION;
    Doctor(ChecksDocument): DOCTOR_SCHEMA, DOCTOR_VERSION;
    Function(FunctionDocument): FUNCTION_SCHEMA, FUNCTION_VERSION;
    History(HistoryDocument): HISTORY_SCHEMA, HISTORY_VERSION;
    Import(ImportDocument): IMPORT_SCHEMA, IMPORT_VERSION;
    Monitor(MonitorDocument): MONITOR_SCHEMA, MONITOR_VERSION;
    Noise(NoiseDocument): NOISE_SCHEMA, NOISE_VERSION;
    Overhead(OverheadDocument): OVERHEAD_SCHEMA, OVERHEAD_VERSION;
    Push(PushDocument): PUSH_SCHEMA, PUSH_VERSION;
    Report(Report): REPORT_SCHEMA, REPORT_VERSION;
    Runs(RunsDocument): RUNS_SCHEMA, RUNS_VERSION;
    SelfTest(SelfTestDocument): SELF_TEST_SCHEMA, SELF_TEST_VERSION;
    Slower(SlowerDocument): SLOWER_SCHEMA, SLOWER_VERSION;
    Stacks(StacksDocument): STACKS_SCHEMA, STACKS_VERSION;
    Suites(SuitesDocument): SUITES_SCHEMA, SUITES_VERSION;
    Top(TopDocument): TOP_SCHEMA, TOP_VERSION;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_document_that_its_schema_names() {
        let run = super::super::samples::typical();
        let text = serde_json::to_string(&run).unwrap();
        let read = AnyDocument::from_json(&text).unwrap();
        assert_eq!((read.schema(), &read), (RUN_SCHEMA, &AnyDocument::Run(Box::new(run))));
    }

    #[test]
    fn what_is_no_document_is_told() {
        for (text, why) in [
            (" \n", "it is empty"),
            ("{", "it is not a complete document"),
            ("{\"schema\":\"perf-track/run\",\"version\":1}", "it is not a complete document"),
            ("{\"schema\":\"perf-track/run\",\"version\":9}", "it has version 9 of perf-track/run"),
            ("{\"schema\":\"x\",\"version\":1}", "no document has the schema \"x\""),
            ("[1]", "it is not a complete document"),
        ] {
            let error = AnyDocument::from_json(text).unwrap_err().to_string();
            assert!(error.starts_with(why), "{text}: {error}");
        }
    }
}
