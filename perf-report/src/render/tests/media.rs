//! The media that each document has: those that its command offers.

use super::compared;
use super::stacks::stacks;
use crate::model::{
    BASELINES_SCHEMA, BASELINES_VERSION, Baseline, BaselineRow, BaselinesDocument,
    BlessingsDocument, ChangePoints, ChecksDocument, DeclineDocument, HistoryDocument,
    NoiseDocument, OverheadDocument, RunsDocument, SelfTestDocument, samples,
};
use crate::render::{
    ComparisonView, Document, HistoryView, Medium, Part, RunView, Screen, Shown, Verbosity,
};

fn of(document: &impl Document) -> Vec<Medium> {
    let all = [Medium::Human, Medium::Json, Medium::Csv, Medium::Markdown];
    let has = |medium: &Medium| document.text(*medium, Screen::default()).is_some();
    all.into_iter().filter(has).collect()
}

fn golden<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

#[test]
fn reports_have_every_medium() {
    let run = samples::typical();
    for part in [Part::Functions, Part::Tree, Part::Metrics] {
        assert_eq!(of(&RunView { part, ..RunView::whole(&run) }).len(), 4, "{part:?}");
    }
    let history: HistoryDocument = golden(include_str!("../../../tests/golden/history.v1.json"));
    let decline: DeclineDocument = golden(include_str!("../../../tests/golden/decline.v1.json"));
    let costs: OverheadDocument = golden(include_str!("../../../tests/golden/overhead.v1.json"));
    let gate: SelfTestDocument = golden(include_str!("../../../tests/golden/self-test.v1.json"));
    let changes = ChangePoints { schema: String::new(), version: 1, series: Vec::new() };
    let media = [
        of(&Baseline::of(vec![run.clone()])),
        of(&Baseline::of(Vec::new())),
        of(&ComparisonView { comparison: &compared(), verbosity: Verbosity::All, most: None }),
        of(&HistoryView { history: &history, shown: Shown { limit: None, one: false } }),
        of(&decline),
        of(&costs),
        of(&gate),
        of(&changes),
        of(&stacks()),
        of(&runs()),
    ];
    assert!(media.iter().all(|media| media.len() == 4), "{media:?}");
}

/// A list of runs of which one has names that nobody should print as they are.
fn runs() -> RunsDocument {
    let mut runs: RunsDocument = golden(include_str!("../../../tests/golden/runs.v1.json"));
    let hostile = "\u{1b}[2J<b>|`=1+1`\u{202e}".to_owned();
    let [_, _, odd, _] = runs.runs.as_mut_slice() else { panic!("there are four") };
    (odd.id, odd.label, odd.branch) =
        (hostile.clone(), Some(hostile.clone()), Some(hostile.clone()));
    (odd.command, odd.tags) = (hostile.clone(), vec![hostile]);
    runs
}

#[test]
fn a_list_of_runs_has_the_columns_that_are_not_empty() {
    let runs = runs();
    let screen = |width| Screen { width, ..Screen::default() };
    insta::assert_snapshot!(
        [
            runs.human(screen(100)),
            runs.human(screen(300)),
            runs.markdown().unwrap(),
            runs.csv().unwrap(),
        ]
        .join("\n")
    );
    let mut plain = runs;
    plain.runs.truncate(1);
    plain.runs[0] = crate::model::RunRow { id: "a".to_owned(), ..plain.runs[0].clone() };
    (plain.runs[0].label, plain.runs[0].tags) = (None, Vec::new());
    assert!(!plain.human(screen(80)).contains("NAMES"));
    let none = RunsDocument::of(Vec::new(), 0, plain.time);
    assert_eq!(
        (none.human(screen(80)), none.markdown()),
        (String::new(), Some("### 0 runs\n\n".into()))
    );
}

#[test]
fn lists_are_for_people_and_programs() {
    const BLESSINGS: &str = include_str!("../../../tests/golden/blessings.v1.json");
    let blessings: BlessingsDocument = golden(BLESSINGS);
    let noise: NoiseDocument = golden(include_str!("../../../tests/golden/noise.v1.json"));
    let unreadable = BaselineRow::of("main".to_owned(), Err("damaged".to_owned()));
    let baselines = BaselinesDocument {
        schema: BASELINES_SCHEMA.to_owned(),
        version: BASELINES_VERSION,
        baselines: vec![unreadable],
    };
    let media = [of(&blessings), of(&noise), of(&baselines), of(&ChecksDocument::of(Vec::new()))];
    assert!(media.iter().all(|media| *media == [Medium::Human, Medium::Json]), "{media:?}");
    let written: serde_json::Value = golden(&blessings.json());
    assert_eq!(written, golden::<serde_json::Value>(BLESSINGS));
}
