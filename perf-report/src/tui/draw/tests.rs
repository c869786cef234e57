//! Pictures at several sizes, of usual programs and of hostile ones.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::live::top::{Event, Key, Reading, samples};
use crate::model::TopCommand;
use crate::render::words::fit;

const UTF8: Look = Look { colored: true, unicode: true };

/// The sizes of all pictures.
const SIZES: [(u16, u16); 3] = [(80, 24), (40, 10), (200, 60)];

/// A state after these readings and keys, on a screen of some size.
fn state(readings: Vec<Reading>, keys: &[Key], (width, height): (u16, u16)) -> State {
    let step = |state: State, event| state.step(event, Duration::from_secs(99)).0;
    let state = State::new(Duration::from_millis(500), None);
    let state = step(state, Event::Room(room(Size { width, height })));
    let state =
        readings.into_iter().fold(state, |state, it| step(state, Event::Reading(Arc::new(it))));
    keys.iter().fold(state, |state, key| step(state, Event::Key(*key)))
}

/// The picture of a state.
fn picture(state: &State, look: Look, (width, height): (u16, u16)) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| screen(state, look, frame.buffer_mut())).unwrap();
    terminal.backend().clone()
}

fn keys(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).collect()
}

fn typical() -> Vec<Reading> {
    (1..=3).map(samples::reading).collect()
}

/// Makes a snapshot at each size.
fn at_all_sizes(name: &str, keys: &[Key]) {
    for size in SIZES {
        let state = state(typical(), keys, size);
        let name = format!("{name}_{}x{}", size.0, size.1);
        assert_snapshot!(name, picture(&state, UTF8, size));
    }
}

#[test]
fn functions_at_all_sizes() {
    at_all_sizes("functions", &[Key::Down]);
}

#[test]
fn the_tree_at_all_sizes() {
    at_all_sizes("tree", &[Key::Char('2'), Key::Down]);
}

#[test]
fn threads_at_all_sizes() {
    at_all_sizes("threads", &[Key::Char('3')]);
}

#[test]
fn metrics_at_all_sizes() {
    at_all_sizes("metrics", &[Key::Char('4')]);
}

#[test]
fn details_at_all_sizes() {
    at_all_sizes("detail", &[Key::Down, Key::Enter]);
}

#[test]
fn help_at_all_sizes() {
    at_all_sizes("help", &[Key::Char('?')]);
}

/// A reading in which all names are hostile, or wide.
fn hostile(name: &str) -> Reading {
    let mut reading = samples::reading(3);
    for (number, function) in reading.snapshot.functions.iter_mut().enumerate() {
        function.name = format!("{name}{number}");
        function.file = name.to_owned();
    }
    for metric in &mut reading.snapshot.metrics {
        metric.name = name.to_owned();
    }
    for process in &mut reading.snapshot.processes {
        process.program = name.to_owned();
    }
    for process in &mut reading.threads {
        process.program = name.to_owned();
        for thread in &mut process.threads {
            thread.name = Some(name.to_owned());
            thread.frames.iter_mut().for_each(|frame| frame.function = name.to_owned());
        }
    }
    reading.problems = vec![name.to_owned()];
    reading.command =
        Some(TopCommand { words: vec![name.to_owned()], running: true, ..TopCommand::default() });
    reading
}

#[test]
fn hostile_and_wide_names_stay_in_their_place() {
    let names = [
        "\u{1b}[2J\u{202e}evil\r\n\t::x",
        "日本語日本語::関数関数関数関数関数関数",
        "",
        &"very::long::".repeat(100),
        "{[#red]}<b>&amp;",
        "e\u{301}\u{301}\u{301}👩‍👩‍👧",
    ];
    for name in names {
        for size in [(80, 24), (20, 8), (1, 1), (3, 2), (13, 5)] {
            for keys in ["", "2", "3", "4", "?", "/\u{1b}"] {
                let state = state(vec![hostile(name)], &self::keys(keys), size);
                let text = picture(&state, UTF8, size).to_string();
                assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
                assert!(!text.contains('\u{202e}'), "{text:?}");
            }
            let detail = state(vec![hostile(name)], &[Key::Enter], size);
            picture(&detail, UTF8, size);
        }
    }
    let endless = state(vec![hostile(&"very::long::".repeat(1_000))], &[], (80, 24));
    picture(&endless, UTF8, (80, 24));
    let wide = state(vec![hostile(names[1])], &[], (60, 12));
    assert_snapshot!("wide_names", picture(&wide, UTF8, (60, 12)));
    let evil = state(vec![hostile(names[0])], &[], (60, 12));
    assert_snapshot!("hostile_names", picture(&evil, UTF8, (60, 12)));
}

#[test]
fn a_screen_of_twenty_columns_shows_names_and_a_figure() {
    let size = (20, 8);
    for (name, keys) in [("functions", ""), ("tree", "2"), ("threads", "3"), ("metrics", "4")] {
        let state = state(typical(), &self::keys(keys), size);
        assert_snapshot!(format!("narrow_{name}"), picture(&state, UTF8, size));
    }
}

#[test]
fn without_unicode_everything_is_ascii() {
    let plain = Look { colored: false, unicode: false };
    for keys in ["", "2", "3", "4", "?"] {
        let state = state(vec![hostile("日本語::関数")], &self::keys(keys), (80, 24));
        let picture = picture(&state, plain, (80, 24)).to_string();
        assert!(picture.is_ascii(), "{picture}");
    }
    let detail = state(typical(), &[Key::Enter], (80, 24));
    assert_snapshot!("ascii_detail", picture(&detail, plain, (80, 24)));
}

#[test]
fn without_colours_nothing_has_one_and_the_selection_is_still_seen() {
    let look = Look { colored: false, unicode: true };
    let picture = picture(&state(typical(), &[], (80, 24)), look, (80, 24));
    let cells = &picture.buffer().content;
    assert!(cells.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let is_turned = |cell: &ratatui::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
    assert!(cells.iter().filter(|cell| is_turned(cell)).count() >= 80);
}

#[test]
fn the_parts_fill_the_screen() {
    for height in 0..100 {
        let parts = Parts::of(height);
        assert_eq!(parts.head + parts.titles + parts.rows + parts.foot, height, "{parts:?}");
    }
}

#[test]
fn nothing_yet_and_everything_ended_are_shown_as_that() {
    let size = (80, 12);
    assert_snapshot!("waiting", picture(&state(Vec::new(), &[], size), UTF8, size));
    let mut ended = samples::reading(4);
    ended.running.clear();
    ended.threads.clear();
    ended.snapshot.losses.lost_calls = 7;
    ended.command = Some(TopCommand {
        words: vec!["./demo".to_owned(), "--all".to_owned()],
        exit_code: Some(3),
        ..TopCommand::default()
    });
    let mut all = typical();
    all.push(ended);
    assert_snapshot!("ended", picture(&state(all.clone(), &[], size), UTF8, size));
    assert_snapshot!("ended_threads", picture(&state(all, &keys("3"), size), UTF8, size));
}

#[test]
fn a_filter_is_seen_while_it_is_typed_and_afterwards() {
    let size = (80, 12);
    let typing = state(typical(), &keys("/st"), size);
    assert_snapshot!("typing", picture(&typing, UTF8, size));
    let mut typed = keys("/st");
    typed.extend([Key::Enter, Key::Char(' ')]);
    assert_snapshot!("filtered", picture(&state(typical(), &typed, size), UTF8, size));
}

#[test]
fn no_line_is_wider_than_the_screen() {
    for width in 1..120 {
        let state = state(typical(), &[], (width, 24));
        for line in content(&state, width.into(), 20) {
            let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
            assert!(fit::width(&text) <= usize::from(width), "{width}: {text:?}");
        }
    }
}
