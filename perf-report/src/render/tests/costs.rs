//! The cost of recording as people and programs read it.

use insta::assert_snapshot;

use super::screen;
use crate::model::OverheadDocument;
use crate::render::{Screen, csv, human, markdown};

/// Returns the golden document of costs.
fn costs() -> OverheadDocument {
    serde_json::from_str(include_str!("../../../tests/golden/overhead.v1.json")).unwrap()
}

#[test]
fn costs_for_every_medium() {
    assert_snapshot!("overhead", human::overhead(&costs(), screen(110)));
    assert_snapshot!("overhead_60", human::overhead(&costs(), screen(60)));
    assert_snapshot!(
        "overhead_styled",
        human::overhead(&costs(), Screen { width: 110, styled: true })
    );
    assert_snapshot!("overhead_csv", csv::overhead(&costs()));
    assert_snapshot!("overhead_markdown", markdown::overhead(&costs()));
}

#[test]
fn costs_that_meet_every_target() {
    let mut costs = costs();
    for row in &mut costs.rows {
        row.targets.retain(|target| target.met);
    }
    costs.met = true;
    costs.notes.clear();
    assert_snapshot!("overhead_met", human::overhead(&costs, screen(110)));
    costs.rows.iter_mut().for_each(|row| row.targets.clear());
    assert!(human::overhead(&costs, screen(110)).starts_with("MEASURED  without a target\n"));
}
