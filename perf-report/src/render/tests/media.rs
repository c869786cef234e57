//! The media that each document has: those that its command offers.

use super::compared;
use super::stacks::stacks;
use crate::model::{
    BASELINES_SCHEMA, BASELINES_VERSION, Baseline, BaselineRow, BaselinesDocument,
    BlessingsDocument, ChangePoints, ChecksDocument, DeclineDocument, HistoryDocument,
    NoiseDocument, OverheadDocument, SelfTestDocument, samples,
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
        of(&ComparisonView { comparison: &compared(), verbosity: Verbosity::All }),
        of(&HistoryView { history: &history, shown: Shown { limit: None, one: false } }),
        of(&decline),
        of(&costs),
        of(&gate),
        of(&changes),
        of(&stacks()),
    ];
    assert!(media.iter().all(|media| media.len() == 4), "{media:?}");
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
