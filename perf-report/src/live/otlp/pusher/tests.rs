//! Nothing is lost, whatever the collector answers.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::export::otlp::Rejected;
use crate::model::{AgentFigures, FleetFunction, FleetProgram};

/// A collector that answers by a script, and accepts what comes after it.
#[derive(Debug, Default)]
struct Scripted {
    answers: VecDeque<Outcome>,
    taken: Vec<Vec<u8>>,
    asked: Vec<Vec<u8>>,
}

impl Post for Scripted {
    fn post(&mut self, body: &[u8]) -> Outcome {
        self.asked.push(body.to_vec());
        let answer = self.answers.pop_front().unwrap_or(Outcome::Taken(None));
        if matches!(answer, Outcome::Taken(_)) {
            self.taken.push(body.to_vec());
        }
        answer
    }
}

/// A clock that only counts.
#[derive(Debug, Default)]
struct Counting(Duration);

impl Clock for Counting {
    fn pause(&mut self, time: Duration) -> bool {
        self.0 += time;
        true
    }
}

const EVERY: Duration = Duration::from_secs(15);

fn later() -> Outcome {
    Outcome::Later { why: "it answered 503".to_owned(), after: None }
}

fn refused() -> Outcome {
    Outcome::Refused { why: "it answered 401".to_owned() }
}

/// Returns sums of so many calls.
fn totals(calls: u64) -> FleetTotals {
    let function = FleetFunction {
        name: "app::f".to_owned(),
        calls,
        histogram: vec![(300, calls)],
        ..FleetFunction::default()
    };
    FleetTotals {
        unix_ns: 1_000 + calls,
        start_unix_ns: 1_000,
        programs: vec![FleetProgram {
            name: "app".to_owned(),
            functions: vec![function],
            ..FleetProgram::default()
        }],
        agent: AgentFigures::default(),
    }
}

fn pusher(temporality: Temporality, answers: Vec<Outcome>) -> Pusher<Scripted> {
    let sender = Sender { temporality, ..Sender::default() };
    let collector = Scripted { answers: answers.into(), ..Scripted::default() };
    Pusher::new((collector, sender), None, 7)
}

/// Returns the calls in the bodies: of all together, and of the last one.
fn calls(bodies: &[Vec<u8>]) -> (u64, u64) {
    let of = |body: &Vec<u8>| crate::export::otlp::calls_in(body);
    (bodies.iter().map(of).sum(), bodies.last().map_or(0, of))
}

fn answer() -> impl Strategy<Value = Outcome> {
    let wish = proptest::option::of(0_u64..60);
    prop_oneof![
        2 => Just(Outcome::Taken(None)),
        2 => wish.prop_map(|wish| Outcome::Later {
            why: "it answered 429".to_owned(),
            after: wish.map(Duration::from_secs),
        }),
        1 => Just(refused()),
    ]
}

proptest! {
    #[test]
    fn once_the_collector_accepts_it_has_everything_once(
        answers in vec(answer(), 0..30), looks in vec(0_u64..50, 1..12), delta in any::<bool>(),
    ) {
        let temporality = if delta { Temporality::Delta } else { Temporality::Cumulative };
        let mut pusher = pusher(temporality, answers);
        let mut sum = 0;
        for more in looks {
            sum += more;
            pusher.push(&totals(sum), EVERY, &mut Counting::default());
        }
        pusher.collector.answers.clear();
        // The collector may have asked for a rest.
        while !pusher.push(&totals(sum), EVERY, &mut Counting::default()) {}
        let (all, last) = calls(&pusher.collector.taken);
        prop_assert_eq!(if delta { all } else { last }, sum);
    }
}

#[test]
fn a_difference_that_was_not_accepted_stays_the_same_request() {
    let mut pusher = pusher(Temporality::Delta, vec![refused(), refused()]);
    for calls in [5, 8, 9] {
        pusher.push(&totals(calls), EVERY, &mut Counting::default());
    }
    let asked = &pusher.collector.asked;
    assert_eq!((asked.len(), &asked[0], &asked[0]), (4, &asked[1], &asked[2]));
    assert_eq!(calls(&pusher.collector.taken), (9, 4));
    assert_eq!(pusher.status().failures, 2);
    assert_eq!(pusher.status().problem, None);
}

#[test]
fn the_time_that_a_collector_asks_for_is_given_over_several_pushes() {
    let wish = Outcome::Later { why: String::new(), after: Some(Duration::from_secs(40)) };
    let mut pusher = pusher(Temporality::Cumulative, vec![wish]);
    let all = (0..4).map(|_| pusher.push(&totals(1), EVERY, &mut Counting::default()));
    assert_eq!(all.collect::<Vec<_>>(), [false, false, true, true]);
    assert_eq!(pusher.collector.asked.len(), 3);
}

#[test]
fn what_no_collector_can_read_is_told_and_stands_in_nobodys_way() {
    let unreadable = Outcome::Unreadable { why: "it answered 400".to_owned() };
    let partial = Outcome::Taken(Some(Rejected { points: 1, reason: "no".to_owned() }));
    let mut pusher = pusher(Temporality::Delta, vec![unreadable, partial, later()]);
    assert!(pusher.push(&totals(3), EVERY, &mut Counting::default()));
    assert!(pusher.status().rejected_points > 1);
    assert!(pusher.push(&totals(4), EVERY, &mut Counting::default()));
    assert_eq!(pusher.status().remark.as_deref(), Some("1: no"));
}

#[test]
fn what_was_accepted_before_a_last_request_that_is_too_large_is_not_sent_again() {
    let small = |answers: Vec<Outcome>| {
        let mut pusher = pusher(Temporality::Delta, answers);
        pusher.largest = 1;
        pusher
    };
    let mut both = totals(5);
    both.programs.push(FleetProgram { name: "other".to_owned(), ..both.programs[0].clone() });
    let mut all = small(Vec::new());
    assert!(all.push(&both, EVERY, &mut Counting::default()));
    let requests = all.collector.asked.len();
    assert!(requests > 1);
    let mut answers: Vec<_> = (1..requests).map(|_| Outcome::Taken(None)).collect();
    answers.push(Outcome::TooLarge { why: "it answered 413".to_owned() });
    let mut pusher = small(answers);
    assert!(!pusher.push(&both, EVERY, &mut Counting::default()));
    assert!(pusher.push(&both, EVERY, &mut Counting::default()));
    assert!(calls(&pusher.collector.taken).0 <= 10, "{:?}", calls(&pusher.collector.taken));
}
