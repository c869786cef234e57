//! The answers that every store must give, asked of the one of this machine.

use proptest::prelude::*;

use super::{Entry, Filter, Order, Query, RunRef, Sqlite, Store};
use crate::model::{RunDocument, samples};

/// A store with these runs, oldest first, in a folder of its own.
struct Stored {
    store: Sqlite,
    _folder: tempfile::TempDir,
}

impl Stored {
    fn with(runs: &[RunDocument]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
        for run in runs {
            store.save(run).unwrap();
        }
        Self { store, _folder: folder }
    }
}

fn run(id: &str, label: Option<&str>) -> RunDocument {
    let mut run = samples::typical();
    run.run.id = id.to_owned();
    run.run.label = label.map(str::to_owned);
    run
}

mod references {
    use super::*;

    fn stored() -> Stored {
        Stored::with(&[
            run("20261119T1", Some("nightly")),
            run("20261120T2", Some("before")),
            run("20261120T3", Some("nightly")),
        ])
    }

    #[track_caller]
    fn check(reference: &str, expected: &str) {
        let Ok(reference) = reference.parse::<RunRef>();
        assert_eq!(stored().store.resolve(&reference).unwrap().id, expected);
    }

    #[track_caller]
    fn fails(store: &dyn Store, reference: &str, expected: &str) {
        let Ok(reference) = reference.parse::<RunRef>();
        let error = store.resolve(&reference).unwrap_err();
        assert_eq!(format!("{error}; {}", error.help.as_deref().unwrap_or_default()), expected);
    }

    #[test]
    fn a_run_has_many_names() {
        check("latest", "20261120T3");
        check("latest~2", "20261119T1");
        check("20261120T2", "20261120T2");
        check("20261119", "20261119T1");
        check("before", "20261120T2");
    }

    #[test]
    fn a_label_names_the_newest_run_that_carries_it() {
        check("nightly", "20261120T3");
    }

    #[test]
    fn what_names_no_run_gets_advice() {
        let stored = stored();
        for (reference, expected) in [
            ("latest~3", "only 3 runs are stored; the oldest one is `latest~2`"),
            ("nigthly", "no stored run is called \"nigthly\"; did you mean `nightly`?"),
            ("latset", "no stored run is called \"latset\"; did you mean `latest`?"),
            (
                "20261120",
                "more than one run begins with \"20261120\"; \
                 give more of the id: 20261120T3, 20261120T2",
            ),
        ] {
            fails(&stored.store, reference, expected);
        }
        let nothing = "no run is stored yet; record one with `perf-report run -- COMMAND`";
        for reference in ["latest", "nightly"] {
            fails(&Stored::with(&[]).store, reference, nothing);
        }
    }
}

#[test]
fn what_is_given_must_be_so() {
    let mut one = run("one", None);
    one.run.git.get_or_insert_default().branch = Some("main".to_owned());
    let other = RunDocument {
        run: crate::model::Run { id: "other".to_owned(), ..one.run.clone() },
        ..one.clone()
    };
    let stored = Stored::with(&[one.clone(), other.clone()]);
    let count = |filter: Filter| stored.store.count(&filter).unwrap();
    let comparable = Filter::comparable(&one);
    assert_eq!((count(comparable.clone()), count(Filter::default())), (1, 2));
    let elsewhere = Filter { machine_key: Some("m1-other".to_owned()), ..comparable.clone() };
    assert_eq!(count(elsewhere), 0);
    let of = |branch: &str| Filter { branch: Some(branch.to_owned()), ..comparable.clone() };
    assert_eq!((count(of("main")), count(of("other"))), (1, 0));
    assert_eq!((count(Filter::before(&one)), count(Filter::before(&other))), (0, 1));
    assert_eq!(count(comparable.but(&[other])), 0);
}

#[test]
fn runs_that_recorded_nothing_do_not_count_among_the_recent() {
    let runs = ["a", "b", "c", "d", "e"].map(|id| {
        let mut run = run(id, None);
        run.process.count = u64::from(matches!(id, "a" | "b" | "d"));
        run
    });
    let store = Stored::with(&runs).store;
    let recent = |most: usize| {
        let runs = store.recent(&Filter::default(), most).unwrap();
        runs.into_iter().map(|run| run.run.id).collect::<Vec<_>>()
    };
    assert_eq!(recent(9), ["a", "b", "d"]);
    assert_eq!(
        (recent(2), recent(1)),
        (vec!["b".to_owned(), "d".to_owned()], vec!["d".to_owned()])
    );
    assert!(recent(0).is_empty());
}

#[test]
fn a_group_is_found_from_each_of_its_runs_though_it_is_long_and_others_stored_between() {
    let member = |id: &str, label, group: Option<&str>| {
        let mut run = run(id, label);
        run.run.group = group.map(str::to_owned);
        run
    };
    let mut runs = vec![member("before", None, None)];
    for number in 0..70 {
        runs.push(member(&format!("g{number}"), None, Some("g0")));
        runs.push(member(&format!("other{number}"), Some("other"), None));
    }
    runs.extend(["h0", "h1"].map(|id| member(id, None, Some("h0"))));
    let store = Stored::with(&runs).store;
    let group = |id: &str| {
        let runs = store.with_group(store.load(id).unwrap()).unwrap();
        runs.into_iter().map(|run| run.run.id).collect::<Vec<_>>()
    };
    let whole: Vec<String> = (0..70).map(|number| format!("g{number}")).collect();
    assert_eq!((group("g0"), group("g69")), (whole.clone(), whole));
    assert_eq!(
        (group("h1"), group("before")),
        (vec!["h0".into(), "h1".into()], vec!["before".into()])
    );
}

/// Runs of which any two differ in something that a filter sees.
fn varied() -> Vec<RunDocument> {
    let number = |at: usize, of: usize| ["x", "y", ""][at % of];
    let runs = (0..18).map(|at| {
        let mut run = run(&format!("{}{at}", number(at, 2)), None);
        run.run.label = Some(number(at, 3).to_owned()).filter(|label| !label.is_empty());
        run.run.command = vec!["run".to_owned(), number(at / 2, 2).to_owned()];
        number(at / 3, 2).clone_into(&mut run.run.machine.key);
        let branch = Some(number(at / 4, 3).to_owned()).filter(|branch| !branch.is_empty());
        run.run.git.get_or_insert_default().branch = branch;
        run
    });
    runs.collect()
}

fn entry_of(run: &RunDocument) -> Entry {
    let facts = run.run.clone();
    let (commit, branch) = facts.git.map_or((None, None), |git| (Some(git.commit), git.branch));
    Entry {
        id: facts.id,
        time: facts.time,
        label: facts.label,
        command: facts.command.join(" "),
        commit,
        branch,
        machine_key: facts.machine.key,
    }
}

/// Answers a query by looking at every entry, oldest first.
fn by_hand(entries: &[Entry], query: &Query) -> Vec<Entry> {
    let filter = &query.filter;
    let place = |id: &String| entries.iter().position(|entry| entry.id == *id);
    let is = |wanted: &Option<String>, value: Option<&String>| {
        wanted.as_ref().is_none_or(|wanted| Some(wanted) == value)
    };
    let is_meant = |(at, entry): &(usize, &Entry)| {
        is(&filter.id, Some(&entry.id))
            && filter.id_prefix.as_ref().is_none_or(|prefix| entry.id.starts_with(prefix))
            && is(&filter.label, entry.label.as_ref())
            && is(&filter.machine_key, Some(&entry.machine_key))
            && is(&filter.command, Some(&entry.command))
            && is(&filter.branch, entry.branch.as_ref())
            && filter.older_than.as_ref().is_none_or(|id| place(id).is_some_and(|of| *at < of))
            && filter.newer_than.as_ref().is_none_or(|id| place(id).is_some_and(|of| *at > of))
            && !filter.but.contains(&entry.id)
    };
    let mut found: Vec<Entry> =
        entries.iter().enumerate().filter(is_meant).map(|(_, entry)| entry.clone()).collect();
    if query.order == Order::NewestFirst {
        found.reverse();
    }
    found.into_iter().skip(query.skip).take(query.most.unwrap_or(usize::MAX)).collect()
}

fn queries() -> impl Strategy<Value = Query> {
    let some = |values: &'static [&'static str]| {
        let value = prop::sample::select(values).prop_map(str::to_owned);
        prop::option::weighted(0.3, value)
    };
    let ids = &["x0", "y1", "x8", "y17", "none"][..];
    let names = (some(ids), some(&["", "x", "x1", "y1", "'"]), some(&["x", "y", "none"]));
    let facts = (some(&["x", "y"]), some(&["run x", "run y"]), some(&["x", "y", "none"]));
    let but = prop::collection::btree_set(prop::sample::select(ids).prop_map(str::to_owned), 0..3);
    let filter = (names, facts, some(ids), some(ids), but).prop_map(
        |((id, id_prefix, label), (machine_key, command, branch), older_than, newer_than, but)| {
            Filter {
                id,
                id_prefix,
                label,
                machine_key,
                command,
                branch,
                older_than,
                newer_than,
                but,
            }
        },
    );
    let order = prop_oneof![Just(Order::NewestFirst), Just(Order::OldestFirst)];
    (filter, order, 0..4_usize, prop::option::of(0..9_usize))
        .prop_map(|(filter, order, skip, most)| Query { filter, order, skip, most })
}

#[test]
fn the_engine_answers_as_looking_at_every_run_would() {
    let runs = varied();
    let store = Stored::with(&runs).store;
    let entries: Vec<Entry> = runs.iter().map(entry_of).collect();
    proptest!(|(query in queries())| {
        prop_assert_eq!(store.entries(&query).unwrap(), by_hand(&entries, &query));
        let all = Query { skip: 0, most: None, ..query };
        prop_assert_eq!(store.count(&all.filter).unwrap(), by_hand(&entries, &all).len());
    });
}
