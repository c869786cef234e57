//! Runs as people and programs read them.

use insta::assert_snapshot;

use super::{brief, idle, killed, screen, show};
use crate::model::{BenchGrowth, Function, samples};
use crate::render::{Screen, Selection, Sort, csv, human, json, markdown, summary};

#[test]
fn a_run_in_every_width() {
    for width in [60, 80, 120, 200] {
        assert_snapshot!(format!("show_{width}"), show(&samples::typical(), width));
    }
}

#[test]
fn a_run_in_colour() {
    let screen = Screen { width: 120, styled: true };
    let text = human::show(&samples::typical(), &brief(), &BenchGrowth::default(), screen);
    assert_snapshot!("show_styled", text.replace('\x1b', "ESC"));
    let plain = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(plain, show(&samples::typical(), 120), "colours change nothing but colours");
}

#[test]
fn a_part_of_a_run() {
    let selection = Selection {
        sort: Sort::Calls,
        filter: Some("METRICS".to_owned()),
        limit: Some(1),
        locations: true,
    };
    assert_snapshot!(
        "show_part",
        human::show(&samples::typical(), &selection, &BenchGrowth::default(), screen(100))
    );
    let none = Selection { filter: Some("nowhere".to_owned()), ..brief() };
    assert_snapshot!(
        "show_no_match",
        human::show(&samples::typical(), &none, &BenchGrowth::default(), screen(100))
    );
    assert_snapshot!(
        "show_all",
        human::show(
            &samples::typical(),
            &Selection::default(),
            &BenchGrowth::default(),
            screen(100)
        )
    );
}

#[test]
fn a_run_of_a_program_that_counts_allocations() {
    let run = samples::allocating();
    for width in [80, 140] {
        assert_snapshot!(format!("allocating_{width}"), show(&run, width));
    }
    assert_snapshot!("allocating_markdown", markdown::run(&run, &brief(), &BenchGrowth::default()));
    let sorted = |sort| {
        let selection = Selection { sort, ..brief() };
        let text = human::show(&run, &selection, &BenchGrowth::default(), screen(80));
        text.lines().skip_while(|line| !line.starts_with('─')).nth(1).unwrap_or_default().to_owned()
    };
    for sort in [Sort::Allocs, Sort::Grown] {
        assert!(sorted(sort).contains("parse_file"), "{}", sorted(sort));
    }
}

#[test]
fn a_run_of_a_program_with_async_functions() {
    let run = samples::serving();
    for width in [60, 80, 100, 160] {
        assert_snapshot!(format!("serving_{width}"), show(&run, width));
    }
    assert_snapshot!("serving_summary", summary(&run, &BenchGrowth::default(), screen(120)));
    assert_snapshot!("serving_markdown", markdown::run(&run, &brief(), &BenchGrowth::default()));
    assert_snapshot!("serving_csv", csv::functions(&run));
    assert_snapshot!("serving_sampled", show(&samples::serving_sampled(), 120));
    let first = |sort| {
        let selection = Selection { sort, ..brief() };
        let text = human::show(&run, &selection, &BenchGrowth::default(), screen(80));
        text.lines().skip_while(|line| !line.starts_with('─')).nth(1).unwrap_or_default().to_owned()
    };
    for (sort, name) in
        [(Sort::Lifetime, "place"), (Sort::Polls, "query"), (Sort::LongestPoll, "render")]
    {
        assert!(first(sort).contains(name), "{sort:?}: {}", first(sort));
    }
}

#[test]
fn estimates_are_marked_and_explained() {
    let run = samples::sampled();
    for width in [60, 120] {
        assert_snapshot!(format!("sampled_{width}"), show(&run, width));
    }
    assert_snapshot!("sampled_tree", human::tree(&run, false, screen(100)));
    assert_snapshot!("sampled_markdown", markdown::run(&run, &brief(), &BenchGrowth::default()));
    assert_snapshot!("sampled_markdown_tree", markdown::run_tree(&run, false));
    assert_snapshot!("sampled_summary", summary(&run, &BenchGrowth::default(), screen(100)));
    assert_snapshot!("counted", show(&samples::counted(), 100));
    let mut many = samples::sampled();
    for function in &mut many.functions {
        (function.sampled_ns, function.active_ns, function.largest_interval) = (9, 10, 2);
        hostile_name(function);
    }
    let text = show(&many, 100);
    assert!(text.contains("… 6 more functions were sampled"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

fn hostile_name(function: &mut Function) {
    function.name.push('\u{1b}');
}

#[test]
fn runs_with_little_to_show() {
    assert_snapshot!("show_killed", show(&killed(), 100));
    assert_snapshot!("show_empty", show(&samples::empty(), 100));
    assert_snapshot!("show_idle", show(&idle(), 100));
    assert_snapshot!("tree_empty", human::tree(&samples::empty(), false, screen(100)));
}

#[test]
fn a_summary_names_the_next_steps() {
    assert_snapshot!("summary", summary(&samples::typical(), &BenchGrowth::default(), screen(100)));
    assert_snapshot!(
        "summary_empty",
        summary(&samples::empty(), &BenchGrowth::default(), screen(100))
    );
}

#[test]
fn a_run_as_a_tree() {
    for width in [60, 100] {
        assert_snapshot!(
            format!("tree_{width}"),
            human::tree(&samples::typical(), false, screen(width))
        );
    }
    assert_snapshot!("tree_all", human::tree(&samples::typical(), true, screen(100)));
}

#[test]
fn a_tree_may_be_deep_or_no_tree_at_all() {
    let nodes: Vec<samples::Node<'_>> =
        (0..5_000).map(|at: u32| (at.checked_sub(1), "demo::deep", 1, 1_000_000)).collect();
    let mut run = samples::of(&nodes);
    let text = human::tree(&run, true, screen(100));
    assert_eq!(text.lines().count(), 5_000 + 6);
    assert_snapshot!("tree_deep", text.lines().skip(14).take(12).collect::<Vec<_>>().join("\n"));

    for node in &mut run.tree {
        node.parent = Some(node.id);
    }
    assert!(human::tree(&run, true, screen(100)).lines().count() > 5_000, "every node is a root");
}

#[test]
fn a_run_for_other_programs() {
    let run = samples::typical();
    assert_snapshot!("run_csv", csv::functions(&run));
    assert_snapshot!("tree_csv", csv::tree(&run));
    assert_snapshot!("run_markdown", markdown::run(&run, &brief(), &BenchGrowth::default()));
    assert_snapshot!("tree_markdown", markdown::run_tree(&run, false));
    assert_snapshot!("run_json", json::json(&samples::of(&[(None, "demo::f", 3, 3_000)])).unwrap());
}
