//! The documents that leave the program, each with its media. Of those that can be shown in more than
//! one way, a view carries the document and the options.

use super::json::exact;
use super::{BenchDetail, BenchFacet, Document, Screen, Selection, Shown, csv, human, markdown};
use crate::model::{
    AnyDocument, Baseline, BaselinesDocument, BenchDocument, BenchGrowth, BisectDocument,
    BlessingsDocument, ChangePoints, ChecksDocument, Comparison, DeclineDocument, FunctionDocument,
    HistoryDocument, ImportDocument, Metric, MonitorDocument, NoiseDocument, OverheadDocument,
    PushDocument, Report, RunDocument, RunsDocument, SelfTestDocument, SlowerDocument,
    StacksDocument, SuitesDocument, TopDocument,
};

/// A run, and what is shown of it.
#[derive(Debug, Clone)]
pub struct RunView<'a> {
    /// The run.
    pub run: &'a RunDocument,
    /// The part that is shown; JSON has all of them.
    pub part: Part,
    /// The functions and metrics that people see, and their order. Without a limit, a tree folds
    /// nothing.
    pub selection: Selection,
    /// The growth of its benchmarks: see [`growth`](crate::analysis::bench::growth).
    pub growth: BenchGrowth,
}

/// A part of a run that is shown by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// The functions, and for people also the metrics of the program.
    #[default]
    Functions,
    /// The tree of calls.
    Tree,
    /// The tree as an icicle, whose boxes are as wide as their part of this metric. It is one of
    /// [`METRICS_OF_TREES`](crate::model::METRICS_OF_TREES). The filter focuses on functions, the limit is
    /// that of levels.
    Flame(Metric),
    /// The metrics of the program.
    Metrics,
}

impl<'a> RunView<'a> {
    /// Returns the view of the whole `run`.
    pub fn whole(run: &'a RunDocument) -> Self {
        Self {
            run,
            part: Part::Functions,
            selection: Selection::default(),
            growth: BenchGrowth::default(),
        }
    }

    fn is_all(&self) -> bool {
        self.selection.limit.is_none()
    }
}

impl Document for RunView<'_> {
    fn human(&self, screen: Screen) -> String {
        match self.part {
            Part::Functions => human::show(self.run, &self.selection, &self.growth, screen),
            Part::Tree => human::tree(self.run, self.is_all(), screen),
            Part::Flame(metric) => human::flame(self.run, metric, &self.selection, screen),
            Part::Metrics => human::show_metrics(self.run, &self.selection, screen),
        }
    }

    fn json(&self) -> String {
        exact(self.run)
    }

    fn csv(&self) -> Option<String> {
        Some(match self.part {
            Part::Functions => csv::functions(self.run),
            Part::Tree | Part::Flame(_) => csv::tree(self.run),
            Part::Metrics => csv::metrics(self.run),
        })
    }

    fn markdown(&self) -> Option<String> {
        Some(match self.part {
            Part::Functions => markdown::run(self.run, &self.selection, &self.growth),
            Part::Tree => markdown::run_tree(self.run, self.is_all()),
            Part::Flame(metric) => markdown::run_flame(self.run, metric, &self.selection),
            Part::Metrics => markdown::run_metrics(self.run, &self.selection),
        })
    }
}

/// The newest run, but in JSON all of them.
impl Document for Baseline {
    fn human(&self, screen: Screen) -> String {
        self.newest().map(|run| run.human(screen)).unwrap_or_default()
    }

    fn json(&self) -> String {
        match self.runs.as_slice() {
            [] => String::new(),
            [run] => exact(run),
            _ => exact(self),
        }
    }

    fn csv(&self) -> Option<String> {
        self.newest().map_or_else(|| Some(String::new()), |run| run.csv())
    }

    fn markdown(&self) -> Option<String> {
        self.newest().map_or_else(|| Some(String::new()), |run| run.markdown())
    }
}

impl Baseline {
    fn newest(&self) -> Option<RunView<'_>> {
        self.runs.last().map(RunView::whole)
    }
}

impl Document for PushDocument {
    fn human(&self, screen: Screen) -> String {
        human::push(self, screen)
    }

    fn json(&self) -> String {
        exact(self)
    }

    fn markdown(&self) -> Option<String> {
        Some(markdown::push(self))
    }
}

impl Document for ImportDocument {
    fn human(&self, screen: Screen) -> String {
        human::import(self, screen)
    }

    fn json(&self) -> String {
        exact(self)
    }

    fn markdown(&self) -> Option<String> {
        Some(markdown::import(self))
    }
}

/// Benchmarks, and the part of them that is shown; JSON has all.
#[derive(Debug, Clone, Copy)]
pub struct BenchView<'a> {
    /// The benchmarks.
    pub document: &'a BenchDocument,
    /// The kind of cost.
    pub facet: BenchFacet,
    /// The length.
    pub detail: BenchDetail,
}

impl<'a> BenchView<'a> {
    /// Returns the view of benchmarks as they come.
    pub fn usual(document: &'a BenchDocument) -> Self {
        Self { document, facet: BenchFacet::default(), detail: BenchDetail::default() }
    }
}

impl Document for BenchView<'_> {
    fn human(&self, screen: Screen) -> String {
        human::bench(self, screen)
    }

    fn json(&self) -> String {
        exact(self.document)
    }

    fn csv(&self) -> Option<String> {
        Some(csv::bench(self))
    }

    fn markdown(&self) -> Option<String> {
        Some(markdown::bench(self))
    }
}

/// A comparison, and how much of it people see.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonView<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// The part of it that a screen shows.
    pub verbosity: Verbosity,
    /// The most bytes of Markdown, where somebody set a limit.
    pub most: Option<usize>,
}

impl<'a> ComparisonView<'a> {
    /// Returns the view of a comparison as it comes.
    pub fn brief(comparison: &'a Comparison) -> Self {
        Self { comparison, verbosity: Verbosity::Brief, most: None }
    }
}

/// The part of a comparison that is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// All that fails, and the most important of the rest.
    #[default]
    Brief,
    /// Every function that changed.
    All,
}

impl Document for ComparisonView<'_> {
    fn human(&self, screen: Screen) -> String {
        human::comparison(self.comparison, self.verbosity, screen)
    }

    fn json(&self) -> String {
        exact(self.comparison)
    }

    fn csv(&self) -> Option<String> {
        Some(csv::comparison(self.comparison))
    }

    fn markdown(&self) -> Option<String> {
        Some(match self.most {
            Some(most) => markdown::comparison_within(self.comparison, most),
            None => markdown::comparison(self.comparison),
        })
    }
}

/// A history, and how much of it people see.
#[derive(Debug, Clone, Copy)]
pub struct HistoryView<'a> {
    /// The history.
    pub history: &'a HistoryDocument,
    /// The part that is shown; CSV and JSON have all of it.
    pub shown: Shown,
}

impl Document for HistoryView<'_> {
    fn human(&self, screen: Screen) -> String {
        human::history(self.history, self.shown, screen)
    }

    fn json(&self) -> String {
        exact(self.history)
    }

    fn csv(&self) -> Option<String> {
        Some(csv::history(self.history))
    }

    fn markdown(&self) -> Option<String> {
        Some(markdown::history(self.history, self.shown))
    }
}

/// Functions of a history that nobody asked for a number of.
const SHOWN: usize = 20;

impl AnyDocument {
    /// Calls `show` with the document.
    fn with<T>(&self, show: impl FnOnce(&dyn Document) -> T) -> T {
        match self {
            Self::Run(it) => show(&RunView::whole(it)),
            Self::Comparison(it) => show(&ComparisonView::brief(it)),
            Self::History(it) => {
                let shown = Shown { limit: Some(SHOWN), one: it.functions.len() == 1 };
                show(&HistoryView { history: it, shown })
            }
            Self::Baseline(it) => show(&**it),
            Self::Baselines(it) => show(&**it),
            Self::Bench(it) => show(&BenchView::usual(it)),
            Self::Bisect(it) => show(&**it),
            Self::Blessings(it) => show(&**it),
            Self::ChangePoints(it) => show(&**it),
            Self::Decline(it) => show(&**it),
            Self::Doctor(it) => show(&**it),
            Self::Function(it) => show(&**it),
            Self::Import(it) => show(&**it),
            Self::Push(it) => show(&**it),
            Self::Monitor(it) => show(&**it),
            Self::Noise(it) => show(&**it),
            Self::Overhead(it) => show(&**it),
            Self::Report(it) => show(&**it),
            Self::Runs(it) => show(&**it),
            Self::SelfTest(it) => show(&**it),
            Self::Slower(it) => show(&**it),
            Self::Stacks(it) => show(&**it),
            Self::Suites(it) => show(&**it),
            Self::Top(it) => show(&**it),
        }
    }
}

/// Any document, shown as it comes.
impl Document for AnyDocument {
    fn human(&self, screen: Screen) -> String {
        self.with(|it| it.human(screen))
    }

    fn json(&self) -> String {
        self.with(|it| it.json())
    }

    fn csv(&self) -> Option<String> {
        self.with(|it| it.csv())
    }

    fn markdown(&self) -> Option<String> {
        self.with(|it| it.markdown())
    }
}

/// Implements [`Document`] for documents that are shown as they are: `Type: function, media beside
/// human and json`.
macro_rules! shown_whole {
    ($($document:ty: $function:ident $(, $medium:ident)*;)*) => {$(
        impl Document for $document {
            fn human(&self, screen: Screen) -> String {
                human::$function(self, screen)
            }

            fn json(&self) -> String {
                exact(self)
            }

            $(fn $medium(&self) -> Option<String> {
                Some($medium::$function(self))
            })*
        }
    )*};
}

shown_whole! {
    BisectDocument: bisect, markdown;
    ChangePoints: changepoints, csv, markdown;
    DeclineDocument: decline, csv, markdown;
    FunctionDocument: page, csv, markdown;
    MonitorDocument: monitor, markdown;
    OverheadDocument: overhead, csv, markdown;
    Report: report, markdown;
    SelfTestDocument: self_test, csv, markdown;
    SlowerDocument: slower, markdown;
    StacksDocument: stacks, csv, markdown;
    SuitesDocument: suites, csv, markdown;
    TopDocument: top;
    RunsDocument: runs, csv, markdown;
    BaselinesDocument: baselines;
    BlessingsDocument: blessings;
    ChecksDocument: checks;
    NoiseDocument: noise;
}
