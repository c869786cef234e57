//! Laws of the account: every call counts once, and nothing ever falls.

use super::*;
use crate::live::agent::sums::{Counter, FunctionSums, MetricSums};
use proptest::prelude::*;

pub(crate) fn key(number: u32) -> Key {
    (number, 1, u64::from(number), 1_000 + u64::from(number))
}

pub(crate) fn sums(calls: u64) -> Sums {
    let mut counters = vec![0; Counter::UnmeasuredPolls as usize + 1];
    counters[Counter::Calls as usize] = calls;
    counters[Counter::SelfNs as usize] = calls * 100;
    counters[Counter::TotalNs as usize] = calls * 120;
    counters[Counter::SumNs as usize] = calls * 120;
    Sums {
        functions: vec![FunctionSums {
            name: "shop::buy".to_owned(),
            counters,
            buckets: if calls > 0 { vec![90] } else { Vec::new() },
            counts: if calls > 0 { vec![calls] } else { Vec::new() },
            in_flight: calls % 3,
            min_ns: 100,
            max_ns: 200 + calls,
            ..FunctionSums::default()
        }],
        metrics: vec![MetricSums {
            name: "shop.orders".to_owned(),
            count: calls * 2,
            ..MetricSums::default()
        }],
        lost_calls: calls / 10,
        recording_ns: calls,
    }
}

pub(crate) fn seen(program: &str, calls: u64) -> Seen {
    Seen { program: program.to_owned(), sums: sums(calls), ..Seen::default() }
}

fn calls(account: &Account) -> u64 {
    let functions = account.programs.values().flat_map(|it| &it.sums.functions);
    functions.map(|it| it.counter(Counter::Calls)).sum()
}

#[test]
fn a_process_that_was_removed_and_made_anew_counts_once() {
    let mut account = Account::default();
    account.see(key(1), &mut seen("shop", 10), false);
    account.pass(&BTreeSet::new());
    assert_eq!((calls(&account), account.running("shop").0), (10, 0));
    account.see(key(1), &mut seen("shop", 15), false);
    assert_eq!((calls(&account), account.running("shop").0), (15, 1));
    account.see(key(1), &mut seen("shop", 16), true);
    account.see(key(1), &mut seen("shop", 16), true);
    assert_eq!((calls(&account), account.programs["shop"].ended), (16, 1));
    assert_eq!(account.programs["shop"].sums.functions[0].in_flight, 0);
}

#[test]
fn one_that_was_forgotten_and_comes_again_is_not_counted_twice() {
    let mut account = Account::default();
    account.see(key(1), &mut seen("shop", 10), false);
    for _ in 0..=HELD + 1 {
        account.pass(&BTreeSet::new());
    }
    assert_eq!((calls(&account), account.programs["shop"].ended), (10, 1));
    account.see(key(1), &mut seen("shop", 30), false);
    assert_eq!((calls(&account), account.running("shop").0), (10, 1));
    account.see(key(1), &mut seen("shop", 31), true);
    assert_eq!((calls(&account), account.running("shop").0), (11, 0));
}

#[test]
fn one_that_ended_and_is_out_of_sight_for_a_moment_ends_once() {
    let mut account = Account::default();
    account.see(key(1), &mut seen("shop", 5), true);
    account.pass(&BTreeSet::new());
    account.see(key(1), &mut seen("shop", 5), true);
    assert_eq!((calls(&account), account.programs["shop"].ended), (5, 1));
    assert!(account.is_counted(&key(1)));
}

#[test]
fn what_is_gone_is_remembered_within_limits_and_programs_too() {
    let mut account = Account::default();
    for number in 0..6_000 {
        account.see(key(number), &mut seen(&format!("job-{number}"), 1), true);
    }
    account.pass(&BTreeSet::new());
    assert_eq!(calls(&account), 6_000);
    assert_eq!(account.recordings.len(), MOST_GONE);
    assert_eq!(account.programs.len(), MOST_PROGRAMS + 1);
    assert_eq!(account.programs[OTHERS].ended, 6_000 - MOST_PROGRAMS as u64);
}

/// A step in the life of processes, and of those who look at them.
#[derive(Debug, Clone)]
enum Step {
    /// A process records so many calls more.
    Record(usize, u64),
    /// It ends.
    End(usize),
    /// Everything that is there is read; figures of processes that run waver by so much.
    Read(u64),
    /// Somebody removes the segment.
    Remove(usize),
    /// The agent is killed, and begun again from its state.
    Kill,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let process = 0..6_usize;
    let step = prop_oneof![
        4 => (process.clone(), 1..50_u64).prop_map(|(at, calls)| Step::Record(at, calls)),
        1 => process.clone().prop_map(Step::End),
        4 => (0..3_u64).prop_map(Step::Read),
        1 => process.prop_map(Step::Remove),
        1 => Just(Step::Kill),
    ];
    proptest::collection::vec(step, 1..80)
}

#[derive(Clone, Copy, Default)]
struct Process {
    calls: u64,
    has_ended: bool,
    is_removed: bool,
    /// The calls as of the last reading: those of one that was removed are known no further.
    read: u64,
}

fn read(account: &mut Account, processes: &mut [Process], waver: u64) {
    let mut present = BTreeSet::new();
    for (number, process) in processes.iter_mut().enumerate().filter(|(_, it)| !it.is_removed) {
        let key = key(u32::try_from(number).unwrap());
        present.insert(key);
        let waver = if process.has_ended { 0 } else { waver };
        account.see(key, &mut seen("shop", process.calls.saturating_sub(waver)), process.has_ended);
        process.read = process.read.max(process.calls.saturating_sub(waver));
    }
    account.pass(&present);
}

proptest! {
    #[test]
    fn durations_that_waver_between_buckets_count_once_and_no_bucket_falls(
        readings in proptest::collection::vec(proptest::array::uniform5(0..9_u64), 1..20),
    ) {
        let (mut account, mut most) = (Account::default(), 0);
        let mut before = [0; 5];
        for counts in readings {
            let mut seen = seen("shop", 1);
            let function = &mut seen.sums.functions[0];
            (function.buckets, function.counts) =
                (90..).zip(counts).filter(|it| it.1 > 0).unzip();
            most = most.max(counts.iter().sum::<u64>());
            account.see(key(1), &mut seen, false);
            let mut now = [0; 5];
            for (bucket, count) in account.programs["shop"].sums.functions[0].pairs() {
                now[bucket as usize - 90] = count;
            }
            prop_assert!(now.iter().zip(&before).all(|(now, before)| now >= before));
            prop_assert_eq!(now.iter().sum::<u64>(), most);
            before = now;
        }
    }

    #[test]
    fn functions_that_a_reading_lacks_are_as_they_were(
        steps in proptest::collection::vec(proptest::collection::btree_map(0..5_u8, 1..9_u64, 0..5), 1..12),
    ) {
        let function = |number: u8, calls: u64| FunctionSums {
            name: format!("shop::f{number}"),
            ..sums(calls).functions.remove(0)
        };
        let (mut partly, mut whole) = (Account::default(), Account::default());
        let mut all: BTreeMap<u8, u64> = BTreeMap::new();
        for step in steps {
            for (number, more) in &step {
                *all.entry(*number).or_default() += more;
            }
            let of = |numbers: &mut dyn Iterator<Item = u8>| {
                let functions = numbers.map(|it| function(it, all[&it])).collect();
                Seen { sums: Sums { functions, ..Sums::default() }, ..seen("shop", 0) }
            };
            partly.see(key(1), &mut of(&mut step.keys().copied()), false);
            whole.see(key(1), &mut of(&mut all.keys().copied()), false);
            prop_assert_eq!(&partly, &whole);
        }
    }

    #[test]
    fn every_call_that_could_be_read_counts_once_and_nothing_falls(steps in steps()) {
        let (mut account, mut processes) = (Account::default(), [Process::default(); 6]);
        let mut before = Sums::default();
        for step in steps {
            match step {
                Step::Record(at, calls) if !processes[at].has_ended => processes[at].calls += calls,
                Step::End(at) => processes[at].has_ended = true,
                Step::Read(waver) => read(&mut account, &mut processes, waver),
                Step::Remove(at) => processes[at].is_removed = true,
                Step::Kill => {
                    let folder = tempfile::tempdir().unwrap();
                    let path = crate::live::agent::state::place(folder.path());
                    crate::live::agent::state::save(&path, &account).unwrap();
                    account = crate::live::agent::state::load(&path).unwrap().unwrap();
                }
                Step::Record(..) => {}
            }
            let mut now = account.programs.get("shop").map(|it| it.sums.clone()).unwrap_or_default();
            let unraised = now.clone();
            now.raise_to(&before);
            prop_assert_eq!(&now, &unraised, "something fell");
            before = now;
        }
        read(&mut account, &mut processes, 0);
        let expected: u64 = processes.iter().map(|it| it.read).sum();
        prop_assert_eq!(calls(&account), expected);
    }
}
