//! Keys and readings, and the states that follow.

use super::*;
use crate::live::top::samples::reading;

/// A state after readings of the first seconds, with room for some rows.
fn state(seconds: u64) -> State {
    let state = State::new(Duration::from_millis(500), None);
    let state = after(state, Event::Room(10), 0);
    (1..=seconds).fold(state, |state, second| {
        after(state, Event::Reading(Arc::new(reading(second))), second * 1_000)
    })
}

fn after(state: State, event: Event, ms: u64) -> State {
    let (state, effect) = state.step(event, Duration::from_millis(ms));
    assert_eq!(effect, None);
    state
}

/// The state after keys that have no effect outside, long after all readings.
fn pressed(state: State, keys: &[Key]) -> State {
    keys.iter().fold(state, |state, key| after(state, Event::Key(*key), 100_000))
}

fn typed(state: State, text: &str) -> State {
    pressed(state, &text.chars().map(Key::Char).collect::<Vec<_>>())
}

/// The keys of all rows, without the paths that lead there.
fn names(state: &State) -> Vec<&str> {
    let last = |row: &'_ Row| row.key.rfind(['\u{0}']).map_or(0, |at| at + 1);
    state.rows.iter().map(|row| &row.key[last(row)..]).collect()
}

fn selected(state: &State) -> &str {
    &state.rows[state.selected().unwrap()].key
}

#[test]
fn the_first_reading_counts_from_the_start_and_later_ones_from_the_last() {
    assert_eq!(state(0).since(), Since::Start);
    assert_eq!(state(1).document.since, Since::Start);
    let second = state(2);
    assert_eq!((second.document.since, second.document.calls), (Since::Last, 1_020));
    let start = typed(second, "d");
    assert_eq!((start.document.since, start.document.calls), (Since::Start, 2_040));
    assert_eq!(typed(start, "d").document.since, Since::Last);
}

#[test]
fn counting_from_now_begins_with_nothing() {
    let marked = typed(state(2), "0");
    assert_eq!((marked.document.since, marked.document.calls), (Since::Mark, 0));
    let later = (3..=5).fold(marked, |state, second| {
        after(state, Event::Reading(Arc::new(reading(second))), second * 1_000)
    });
    assert_eq!((later.document.calls, later.document.window_ns), (3 * 1_020, 3_000_000_000));
    let round = typed(later, "d");
    assert_eq!(round.document.since, Since::Last);
    assert_eq!(typed(round, "dd").document.since, Since::Mark);
}

#[test]
fn once_all_has_ended_the_whole_time_is_shown() {
    let mut ended = reading(3);
    ended.running.clear();
    let state = after(state(2), Event::Reading(Arc::new(ended)), 3_000);
    assert_eq!((state.document.since, state.document.calls), (Since::Start, 3_060));
    assert_eq!(typed(state, "d").document.since, Since::Last, "the user may still choose");
}

#[test]
fn functions_are_sorted_by_a_column_either_way() {
    let by_share = state(2);
    assert_eq!(names(&by_share), ["demo::parse", "demo::store::write", "demo::handle"]);
    let by_total = typed(by_share, "s");
    assert_eq!((by_total.sort, names(&by_total)[0]), (Column::Total, "demo::handle"));
    let reversed = typed(by_total, "r");
    assert_eq!(names(&reversed)[2], "demo::handle");
    let back = typed(reversed, "S");
    assert_eq!((back.sort, names(&back)[2]), (Column::Share, "demo::parse"));
    let round = (0..11).fold(back, |state, _| typed(state, ">"));
    assert_eq!(round.sort, Column::Share, "{:?}", Column::of(&round.document));
    let by_name = typed(typed(round, "r"), "<<<<<");
    assert_eq!(by_name.sort, Column::Name);
    assert_eq!(names(&by_name)[0], "demo::handle");
}

#[test]
fn the_selection_stays_with_its_row() {
    let state = pressed(state(2), &[Key::Down, Key::Char('j'), Key::Down, Key::Up]);
    assert_eq!(selected(&state), "demo::store::write");
    let sorted = typed(state, "s");
    assert_eq!(selected(&sorted), "demo::store::write");
    let other = typed(typed(sorted, "2"), "1");
    assert_eq!(selected(&other), "demo::store::write", "each view has its own");
    assert_eq!(selected(&pressed(other, &[Key::Home])), "demo::handle");
}

#[test]
fn rows_do_not_move_right_after_a_key() {
    // `write` becomes the busiest.
    let mut busier = reading(3);
    busier.snapshot.contexts[3].measures.self_ns += 10_000_000_000;
    let read = |ms| {
        let (state, _) = state(2).step(Event::Key(Key::Down), Duration::from_millis(2_500));
        after(state, Event::Reading(Arc::new(busier.clone())), ms)
    };
    assert_eq!(names(&read(3_000))[0], "demo::parse", "in the order that they had");
    assert_eq!(names(&read(4_600))[0], "demo::store::write");
    assert_eq!(selected(&read(4_600)), "demo::store::write");
}

#[test]
fn a_filter_is_typed_and_taken_back() {
    let typing = typed(state(2), "/WRIq");
    assert!(typing.is_typing && typing.rows.is_empty(), "q is a letter now");
    assert_eq!(typing.selected(), None);
    let done = pressed(typing, &[Key::Backspace, Key::Enter]);
    assert_eq!((names(&done), done.is_typing), (vec!["demo::store::write"], false));
    assert_eq!(pressed(done, &[Key::Esc]).rows.len(), 3);
    let dropped = pressed(typed(state(2), "/x"), &[Key::Esc]);
    assert_eq!((dropped.rows.len(), dropped.is_typing), (3, false));
}

#[test]
fn a_filtered_tree_leads_to_what_was_found() {
    let found = pressed(typed(state(2), "2/write"), &[Key::Enter]);
    assert_eq!(names(&found), ["demo::handle", "demo::store::write", "demo::store::write"]);
}

#[test]
fn nodes_of_the_tree_open_and_close() {
    let all = typed(state(2), "2");
    assert_eq!(
        names(&all),
        ["demo::handle", "demo::parse", "demo::store::write", "demo::store::write"]
    );
    let closed = pressed(all, &[Key::Left]);
    assert_eq!(names(&closed), ["demo::handle", "demo::store::write"]);
    assert!(matches!(closed.rows[0].item, Item::Node(_, 0, Some(false))));
    let open = pressed(closed, &[Key::Right, Key::Down]);
    assert_eq!(open.rows.len(), 4);
    let caller = pressed(open, &[Key::Left]);
    assert_eq!(caller.selected(), Some(0), "from a leaf to its caller");
}

#[test]
fn threads_in_calls_are_listed_with_their_calls() {
    let threads = typed(state(1), "3");
    let keys: Vec<_> = threads.rows.iter().map(|row| row.key.as_str()).collect();
    let expected = [
        "4711",
        "4711/4712",
        "4711/4712/0",
        "4711/4712/1",
        "4711/4713",
        "4711/4713/0",
        "4711/idle",
    ];
    assert_eq!(keys, expected);
    let found = pressed(typed(threads, "/store"), &[Key::Enter]);
    assert_eq!(found.rows.len(), 3);
    let detail = pressed(found, &[Key::End, Key::Enter]);
    assert_eq!(detail.open, Open::Detail("demo::store::write".to_owned()));
}

#[test]
fn metrics_are_listed_by_name() {
    assert_eq!(names(&typed(state(1), "4")), ["demo.queue gauge", "demo.requests count"]);
}

#[test]
fn details_are_opened_from_the_selected_row_and_closed() {
    let state = pressed(state(3), &[Key::Down, Key::Enter]);
    let detail = state.shown_detail().unwrap();
    assert_eq!(detail.function.function.name, "demo::store::write");
    assert_eq!(state.rates("demo::store::write").len(), 2);
    let scrolled = pressed(state, &[Key::Down, Key::Down, Key::Up]);
    assert_eq!(scrolled.scrolled, 1);
    for key in [Key::Esc, Key::Enter] {
        assert_eq!(pressed(scrolled.clone(), &[key]).open, Open::Rows);
    }
    let gone = typed(scrolled, "/x");
    assert!(pressed(gone, &[Key::Enter]).open != Open::Rows, "typing closes nothing");
}

#[test]
fn help_covers_everything_and_goes_away() {
    let help = typed(state(1), "?");
    assert_eq!(help.open, Open::Help);
    assert_eq!(typed(help.clone(), "?").open, Open::Rows);
    assert_eq!(pressed(help, &[Key::Esc]).open, Open::Rows);
}

#[test]
fn keys_that_act_outside_say_so() {
    let effect = |state: &State, key| state.clone().step(Event::Key(key), Duration::ZERO);
    let state = state(1);
    assert_eq!(effect(&state, Key::Char('q')).1, Some(Effect::Quit));
    assert_eq!(effect(&state, Key::Interrupt).1, Some(Effect::Interrupt));
    assert_eq!(effect(&state, Key::Suspend).1, Some(Effect::Suspend));
    assert_eq!(effect(&state, Key::Char('w')).1, Some(Effect::Write));
    let (paused, effect_of_pause) = effect(&state, Key::Char(' '));
    assert_eq!(effect_of_pause, Some(Effect::Pause(true)));
    assert_eq!(effect(&paused, Key::Char('p')).1, Some(Effect::Pause(false)));
    let typing = typed(state, "/");
    assert_eq!(effect(&typing, Key::Char('q')).1, None);
    assert_eq!(effect(&typing, Key::Interrupt).1, Some(Effect::Interrupt));
}

#[test]
fn the_interval_has_a_shortest_and_a_longest() {
    let press = |mut state: State, key: char, times: usize| {
        for _ in 0..times {
            state = state.step(Event::Key(Key::Char(key)), Duration::ZERO).0;
        }
        state.interval
    };
    assert_eq!(press(state(0), '+', 1), Duration::from_secs(1));
    assert_eq!(press(state(0), '+', 99), Duration::from_secs(10));
    assert_eq!(press(state(0), '-', 99), Duration::from_millis(100));
    let odd = State::new(Duration::from_millis(700), None);
    assert_eq!(press(odd.clone(), '+', 1), Duration::from_secs(1));
    assert_eq!(press(odd, '-', 1), Duration::from_millis(500));
}

#[test]
fn rows_scroll_with_the_selection() {
    let state = after(typed(state(2), "2"), Event::Room(2), 0);
    assert_eq!(state.first, 0);
    let down = pressed(state, &[Key::Down, Key::Down]);
    assert_eq!(down.first, 1);
    let end = pressed(down, &[Key::End]);
    assert_eq!((end.first, end.selected()), (2, Some(3)));
    let page = pressed(end, &[Key::PageUp]);
    assert_eq!(page.selected(), Some(2));
    assert_eq!(pressed(page, &[Key::Home]).first, 0);
}

#[test]
fn notes_stay_until_the_next_key_and_the_end_of_the_command_is_shown() {
    let state = after(state(1), Event::Note("written".to_owned()), 0);
    assert_eq!(state.note.as_deref(), Some("written"));
    let command = TopCommand { exit_code: Some(3), ..TopCommand::default() };
    let ended = after(pressed(state, &[Key::Down]), Event::Ended(command.clone()), 0);
    assert_eq!((ended.note, ended.document.command), (None, Some(command)));
}

#[test]
fn a_function_that_rests_has_a_rate_of_nothing() {
    let mut rests = reading(3);
    let before = reading(2).snapshot.contexts[1].clone();
    rests.snapshot.contexts[1] = before;
    let state = after(state(2), Event::Reading(Arc::new(rests)), 3_000);
    assert_eq!(state.rates("demo::parse"), [1_000.0, 0.0]);
    assert!(state.rates("demo::gone").is_empty());
}
