//! Searches for the commit that changed a metric end at the right one, on machines that are made up.

#[path = "../benches/common/searches.rs"]
mod searches;

use perf_report::analysis::bisect::{CERTAIN, Graph, Next, next};
use perf_report::model::{BisectDocument, BisectState};
use searches::{World, found, line, of, search};

#[test]
fn a_clear_step_is_found_wherever_it_is() {
    for at in [1, 2, 17, 32, 63, 64] {
        let mut document = line(65, "wall");
        let world = World { noise: 0.01, wild: 20, ..World::with(at, 0.08) };
        search(&mut document, &world, 7);
        assert_eq!(found(&document), [at]);
        let step = &document.steps[0];
        assert!(step.confirmed && step.posterior >= CERTAIN);
        assert_eq!((step.before, step.after), (at - 1, at));
        assert!(document.cost.builds < 16, "{}", document.cost.builds);
    }
}

#[test]
fn a_count_takes_one_run_a_commit() {
    let mut document = line(65, "calls");
    search(&mut document, &World::with(23, 0.05), 1);
    assert_eq!((found(&document), document.exact), (vec![23], true));
    assert!(document.cost.builds <= 9 && document.cost.runs <= 11, "{:?}", document.cost);
}

#[test]
fn what_cannot_be_built_is_left_out_and_a_range_is_an_answer() {
    let mut document = line(33, "wall");
    let world = World { noise: 0.01, broken: vec![10, 20, 30], ..World::with(24, 0.2) };
    search(&mut document, &world, 3);
    assert_eq!(found(&document), [24]);
    let mut document = line(33, "wall");
    let world = World { noise: 0.01, broken: vec![16, 17], ..World::with(17, 0.2) };
    search(&mut document, &world, 3);
    assert_eq!(document.state, BisectState::Range);
    assert_eq!(document.steps[0].commits, [16, 17, 18]);
    assert_eq!((document.steps[0].before, document.steps[0].after), (15, 18));
}

#[test]
fn each_of_several_steps_is_found() {
    let mut document = line(65, "wall");
    let changes = vec![(20, 0.10), (45, 0.10)];
    let world = World { noise: 0.01, changes, ..World::with(1, 0.0) };
    search(&mut document, &world, 5);
    assert_eq!(found(&document), [20, 45]);
    let mut document = line(33, "calls");
    let changes = vec![(5, 0.3), (9, -0.1), (30, 0.2)];
    search(&mut document, &World { changes, ..World::with(1, 0.0) }, 5);
    assert_eq!(found(&document), [5, 9, 30]);
}

#[test]
fn builds_with_the_same_bytes_need_no_run() {
    let mut document = line(65, "wall");
    let identical = (1..65).filter(|at| at % 8 != 0).collect();
    let world = World { noise: 0.01, identical, ..World::with(24, 0.2) };
    search(&mut document, &world, 5);
    assert_eq!(found(&document), [24]);
    let measured = document.commits.iter().filter(|commit| commit.runs > 0).count();
    assert!((measured as u64) < document.cost.builds, "{measured} of {}", document.cost.builds);
}

#[test]
fn a_culprit_on_a_branch_is_found_through_its_merge() {
    // 0 ─ 1 ─ 2 ───── 6 ─ 7, and 1 ─ 3 ─ 4 ─ 5 ─ 6.
    let parents = [vec![], vec![0], vec![1], vec![1], vec![3], vec![4], vec![2, 5], vec![6]];
    for at in 1..8 {
        let mut document = of(&parents, "wall");
        let world = World { noise: 0.01, ..World::with(at, 0.2) };
        search(&mut document, &world, 11);
        assert_eq!(found(&document), [at]);
    }
}

#[test]
fn ends_that_are_the_same_end_it() {
    let mut document = line(33, "wall");
    search(&mut document, &World { noise: 0.02, ..World::with(9, 0.0) }, 2);
    assert_eq!(document.state, BisectState::NotReproduced);
    let mut document = line(33, "calls");
    search(&mut document, &World::with(9, 0.0), 2);
    assert_eq!((document.state, document.cost.runs), (BisectState::NotReproduced, 4));
    let mut document = line(3, "wall");
    let world = World { identical: vec![1, 2], ..World::with(1, 0.2) };
    search(&mut document, &world, 2);
    assert_eq!((document.state, document.rounds.len()), (BisectState::NotReproduced, 0));
}

#[test]
fn a_search_goes_on_from_its_document() {
    let world = World { noise: 0.02, ..World::with(40, 0.08) };
    let mut whole = line(65, "wall");
    search(&mut whole, &world, 9);
    let mut half = whole.clone();
    half.rounds.truncate(whole.rounds.len() / 2);
    half.state = BisectState::Open;
    let graph = Graph::of(&half).unwrap();
    let text = serde_json::to_string(&half).unwrap();
    let read: BisectDocument = serde_json::from_str(&text).unwrap();
    assert_eq!(next(&read, &graph, 200), next(&half, &graph, 200));
    assert!(!matches!(next(&half, &graph, 200), Next::Done(_)));
    search(&mut half, &world, 10);
    assert_eq!(found(&half), [40]);
}
