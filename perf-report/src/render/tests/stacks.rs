//! Stacks of threads as people and programs read them.

use insta::assert_snapshot;

use super::screen;
use crate::model::StacksDocument;
use crate::render::words::fit;
use crate::render::{Screen, csv, human, markdown};

/// Returns two processes: one that runs, and one that was killed.
pub(super) fn stacks() -> StacksDocument {
    serde_json::from_str(include_str!("../../../tests/golden/stacks.v1.json")).unwrap()
}

#[test]
fn stacks_have_a_block_a_thread() {
    assert_snapshot!("stacks", human::stacks(&stacks(), screen(100)));
    assert_snapshot!("stacks_50", human::stacks(&stacks(), screen(50)));
    assert_snapshot!("stacks_markdown", markdown::stacks(&stacks()));
    assert_snapshot!("stacks_csv", csv::stacks(&stacks()));
    let styled = Screen { width: 100, styled: true };
    assert_snapshot!("stacks_styled", human::stacks(&stacks(), styled).replace('\x1b', "ESC"));
}

#[test]
fn stacks_of_nothing_are_a_line() {
    let mut document = stacks();
    for process in &mut document.processes {
        process.threads.iter_mut().for_each(|thread| thread.frames.clear());
    }
    assert_snapshot!("stacks_empty", human::stacks(&document, screen(100)));
}

#[test]
fn deep_stacks_stay_on_the_screen() {
    let mut document = stacks();
    let frames = &mut document.processes[0].threads[0].frames;
    *frames = (0..30).map(|_| frames[0].clone()).collect();
    let text = human::stacks(&document, screen(80));
    assert!(text.lines().all(|line| fit::width(line) <= 80), "{text}");
    assert!(text.contains("└─ (29) "), "{text}");
}

#[test]
fn hostile_names_in_stacks_are_harmless() {
    let mut document = stacks();
    let hostile = "\u{1b}[2J\n`x`";
    for process in &mut document.processes {
        hostile.clone_into(&mut process.program);
        for thread in &mut process.threads {
            thread.name = Some(hostile.to_owned());
            thread.frames.iter_mut().for_each(|frame| hostile.clone_into(&mut frame.function));
        }
    }
    assert!(!human::stacks(&document, screen(100)).contains('\u{1b}'));
    assert!(!markdown::stacks(&document).contains('\u{1b}'));
}
