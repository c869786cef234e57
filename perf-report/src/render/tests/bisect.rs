//! A search for a commit as people read it.

use crate::model::{BisectDocument, BisectState};
use crate::render::{Document as _, Screen};

fn golden() -> BisectDocument {
    serde_json::from_str(include_str!("../../../tests/golden/bisect.v1.json")).unwrap()
}

fn both(document: &BisectDocument) -> String {
    format!("{}\n---\n{}", document.human(Screen::default()), document.markdown().unwrap())
}

#[test]
fn the_culprit_is_named_with_its_evidence() {
    insta::assert_snapshot!(both(&golden()));
}

#[test]
fn a_range_and_several_changes_are_named() {
    let mut range = golden();
    range.state = BisectState::Range;
    (range.steps[0].commits, range.steps[0].after) = (vec![3, 4], 5);
    range.steps[0].confirmed = false;
    let mut two = golden();
    two.exact = true;
    two.question.metric = "calls".to_owned();
    let first = &mut two.steps[0];
    (first.value_before, first.value_after, first.interval_pct) = (1_000.0, 1_400.0, None);
    first.change_pct = Some(40.0);
    let second =
        crate::model::BisectStep { commits: vec![5], before: 3, after: 5, ..first.clone() };
    two.steps.push(second);
    insta::assert_snapshot!([range, two].map(|it| it.human(Screen::default())).join("---\n"));
}

#[test]
fn a_search_that_is_not_at_its_end_says_so() {
    let mut open = golden();
    open.state = BisectState::Open;
    open.steps[0].confirmed = false;
    let mut same = golden();
    same.state = BisectState::NotReproduced;
    same.steps.clear();
    let mut bytes = same.clone();
    bytes.rounds.clear();
    insta::assert_snapshot!(
        [open, same, bytes].map(|it| it.human(Screen::default())).join("---\n")
    );
}

#[test]
fn hostile_subjects_stay_text() {
    let mut document = golden();
    "\u{1b}[2J<img src=x> | [x](javascript:1)\u{202e}".clone_into(&mut document.commits[3].subject);
    "<!-- \n# no".clone_into(&mut document.commits[3].author);
    document.question.metric = "a\u{7}b".to_owned();
    let text = both(&document);
    let is_harmless = |it: char| it == '\n' || !it.is_control() && it != '\u{202e}';
    assert!(text.chars().all(is_harmless), "{text:?}");
    let markdown = document.markdown().unwrap();
    // What could be markup is code: every second part between backticks.
    let outside: String = markdown.split('`').step_by(2).collect();
    for part in ["<img", "[x](", "<!--"] {
        assert!(markdown.contains(part) && !outside.contains(part), "{markdown}");
    }
}
