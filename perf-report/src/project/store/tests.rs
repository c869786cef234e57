//! The answers that every store must give, asked of the one of this machine.

use proptest::prelude::*;

use super::{Entry, Filter, Made, Names, Order, Query, Revisions, RunRef, Sqlite, Store};
use crate::error::UserError;
use crate::model::{BuildKeys, CrateBuild, RunDocument, samples, subject};

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
        assert_eq!(stored().store.resolve(&reference, &()).unwrap().id, expected);
    }

    #[track_caller]
    fn fails(store: &dyn Store, reference: &str, expected: &str) {
        let Ok(reference) = reference.parse::<RunRef>();
        let error = UserError::from(store.resolve(&reference, &()).unwrap_err());
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

/// A repository with a tag, and two commits before what it is at.
#[derive(Debug)]
struct Repository;

impl Revisions for Repository {
    fn commit(&self, revision: &str) -> Option<String> {
        let commit = match revision {
            "refs/tags/v1.2" | "HEAD~3" => "abcd1".repeat(8),
            "refs/tags/new" | "HEAD" => "eeee1".repeat(8),
            "refs/tags/main" => "abce2".repeat(8),
            _ => return None,
        };
        Some(commit)
    }

    fn ancestors(&self, _: &str) -> Vec<String> {
        ["ffff1", "abce2", "abcd1"].map(|part| part.repeat(8)).into()
    }
}

mod kinds {
    use super::*;

    /// Runs of three commits on two branches, the last of them of a changed copy.
    fn stored() -> Stored {
        let of = |id: &str, label, branch: &str, commit: &str, tags: &[&str]| {
            let mut run = run(id, label);
            run.run.tags = tags.iter().map(|&tag| tag.to_owned()).collect();
            let git = run.run.git.get_or_insert_default();
            (git.branch, git.commit) = (Some(branch.to_owned()), commit.repeat(8));
            git.dirty = id == "20261120T5";
            run
        };
        Stored::with(&[
            of("20261119T1", None, "main", "abcd1", &[]),
            of("20261120T2", Some("a~1"), "main", "abcd1", &["gpu"]),
            of("20261120T3", Some("nightly"), "fast", "abce2", &["gpu", "slow"]),
            of("20261120T4", Some("nightly"), "main", "0123a", &[]),
            of("20261120T5", Some("tag:odd"), "fast", "abcd1", &[]),
        ])
    }

    #[test]
    fn a_kind_names_the_newest_of_its_runs_or_one_before() {
        let stored = stored();
        for (reference, expected) in [
            ("id:20261120T3", "T3"),
            ("id:20261119", "T1"),
            ("label:nightly", "T4"),
            ("label:nightly~1", "T3"),
            ("label:a~1", "T2"),
            ("tagged:gpu", "T3"),
            ("tagged:gpu~1", "T2"),
            ("tagged:slow", "T3"),
            ("branch:main", "T4"),
            ("branch:main~2", "T1"),
            ("branch:fast", "T5"),
            // Of a commit, a run of what was committed comes before one of a changed copy.
            ("commit:abcd", "T2"),
            ("commit:ABCD1~1", "T1"),
            ("tag:v1.2", "T2"),
            ("git:HEAD~3", "T2"),
            // A label of before there were kinds.
            ("tag:odd", "T5"),
            ("0123", "T4"),
            ("fast", "T5"),
            ("v1.2", "T2"),
        ] {
            let Ok(parsed) = reference.parse::<RunRef>();
            let found = stored.store.resolve(&parsed, &Repository);
            assert!(found.as_ref().unwrap().id.ends_with(expected), "{reference}: {found:?}");
            assert_eq!(parsed.to_string(), reference);
        }
    }

    #[test]
    fn a_name_without_a_run_says_what_there_is() {
        let stored = stored();
        let texts = [
            "id:2026112",
            "label:nigthly",
            "label:x",
            "tagged:cpu",
            "branch:mian",
            "branch:main~3",
            "commit:abc",
            "commit:012345",
            "commit:nothing",
            "commit:HEAD~1",
            "git:HEAD",
            "git:none",
            "tag:new",
            "tag:old",
            "main",
            "main~1",
            "new",
            "abc",
            "abc1",
        ];
        let answers = texts.map(|text| {
            let Ok(reference) = text.parse::<RunRef>();
            let error = UserError::from(stored.store.resolve(&reference, &Repository).unwrap_err());
            let help = error.help.as_deref().unwrap_or_default();
            format!("{text} [{}]: {error}; {help}", error.code as u8)
        });
        insta::assert_snapshot!(answers.join("\n"));
        let error = Stored::with(&[]).store.resolve(&"branch:main".parse().unwrap(), &());
        assert_eq!(UserError::from(error.unwrap_err()).to_string(), "no run is stored yet");
    }
}

#[test]
fn names_are_changed_and_nothing_else_is() {
    let mut before = run("one", Some("old"));
    before.run.tags = vec!["gpu".to_owned()];
    let mut stored = Stored::with(&[before.clone(), run("two", None)]);
    let names = Names { label: None, tags: vec!["a".to_owned(), "it's".to_owned()] };
    assert_eq!(stored.store.rename("one", &|_| names.clone()).unwrap(), names);
    let again = |seen: &Names| {
        assert_eq!(*seen, names, "a change is of what is stored by then");
        seen.clone()
    };
    assert_eq!(stored.store.rename("one", &again).unwrap(), names);
    let mut expected = before;
    (expected.run.label, expected.run.tags) = (names.label.clone(), names.tags.clone());
    assert_eq!(stored.store.load("one").unwrap(), expected);
    assert_eq!(stored.store.samples(&["one"]), [expected.clone().sample()]);
    let entry = stored.store.newest(&Filter { tag: Some("it's".to_owned()), ..Filter::default() });
    assert_eq!(entry.unwrap(), Some(Entry::of(&expected)));
    assert_eq!(stored.store.count(&Filter::of_label("old")).unwrap(), 0);
    let error = stored.store.rename("three", &|_| names.clone()).unwrap_err();
    assert!(error.to_string().contains("run three is not in the store"), "{error}");
}

#[test]
fn what_is_removed_is_gone_with_all_that_was_kept_of_it() {
    let runs = ["a", "b", "c"].map(|id| run(id, None));
    let mut stored = Stored::with(&runs[..2]);
    let segments = [super::SegmentId(7)];
    stored.store.save_made_of(&runs[2], &segments, Made::Then).unwrap();
    assert_eq!(stored.store.remove(&["c", "none", "a"]).unwrap(), 2);
    stored.store.shrink().unwrap();
    let left = stored.store.entries(&Query::default()).unwrap();
    assert_eq!(left, [Entry::of(&runs[1])]);
    assert!(stored.store.made_of(&segments).unwrap().is_empty());
    stored.store.save_made_of(&runs[2], &segments, Made::Then).unwrap();
    assert_eq!(stored.store.newest(&Filter::default()).unwrap().unwrap().id, "c");
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
    let import = |run: &RunDocument| {
        let mut run = run.clone();
        run.run.source = Some("criterion".to_owned());
        run
    };
    assert_eq!(count(Filter::comparable(&import(&one))), 0, "an import has its own history");
    assert_eq!((count(comparable.clone()), count(Filter::default())), (1, 2));
    let elsewhere = Filter { machine_key: Some("m1-other".to_owned()), ..comparable.clone() };
    assert_eq!(count(elsewhere), 0);
    let of = |branch: &str| Filter { branch: Some(branch.to_owned()), ..comparable.clone() };
    assert_eq!((count(of("main")), count(of("other"))), (1, 0));
    assert_eq!((count(Filter::before(&one)), count(Filter::before(&other))), (0, 1));
    assert_eq!(count(comparable.but(&[other])), 0);
}

#[test]
fn a_run_finds_those_of_yesterday_on_its_machine_and_only_those_built_alike() {
    let of = |id: &str, change: fn(&mut RunDocument)| {
        let mut run = run(id, None);
        change(&mut run);
        run
    };
    let optimised_recorder = |run: &mut RunDocument, level: &str| {
        let toolchain = &mut run.run.toolchain;
        "debug".clone_into(&mut toolchain.profile);
        "3".clone_into(&mut toolchain.recorder_opt_level);
        level.clone_into(&mut toolchain.opt_level);
        let crates = CrateBuild { opt_level: level.to_owned(), ..CrateBuild::default() };
        toolchain.crates = vec![crates];
        run.run.machine = std::mem::take(&mut run.run.machine).with_key();
    };
    // Its key was of the build, too: of this one.
    let yesterday = of("yesterday", |run| {
        "debug".clone_into(&mut run.run.toolchain.profile);
        "m2-f3d91776".clone_into(&mut run.run.machine.key);
    });
    let mut runs = [yesterday, run("plain", None), run("tuned", None), run("today", None)];
    optimised_recorder(&mut runs[1], "0");
    optimised_recorder(&mut runs[2], "2");
    optimised_recorder(&mut runs[3], "0");
    let store = Stored::with(&runs).store;
    let found = |run: &RunDocument| {
        let query = Query { filter: Filter::comparable(run), ..Query::default() };
        let found = store.entries(&query).unwrap().into_iter().map(|it| it.id);
        found.collect::<Vec<_>>()
    };
    assert_eq!(found(&runs[3]), ["plain", "yesterday"]);
    assert_eq!(found(&runs[2]), ["yesterday"]);
    assert_eq!(found(&runs[0]), ["today", "tuned", "plain"]);
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
        number(at / 5, 3).clone_into(&mut run.run.toolchain.target);
        let build = CrateBuild { opt_level: number(at / 2, 2).to_owned(), ..CrateBuild::default() };
        if at % 3 > 0 {
            run.run.toolchain.opt_level.clone_from(&build.opt_level);
            run.run.toolchain.crates = vec![build];
        }
        let branch = Some(number(at / 4, 3).to_owned()).filter(|branch| !branch.is_empty());
        let git = run.run.git.get_or_insert_default();
        git.branch = branch;
        git.commit = format!("{}{at:x}", ["ab", "cd"][at % 2]);
        git.dirty = at % 3 == 0;
        run.run.tags = ["gpu", "slow"][..at % 3].iter().map(|&tag| tag.to_owned()).collect();
        run.run.source = (at % 4 == 1).then(|| "criterion".to_owned());
        run.run.group = (at % 5 == 1).then(|| "x0".to_owned());
        (run.run.exit_code, run.run.signal) =
            [(Some(0), None), (Some(1), None), (None, Some(9)), (None, None)][at % 4];
        run.run.time = format!("2020-11-{:02}T00:00:00.000Z", at * 5 % 9 + 1);
        run
    });
    runs.collect()
}

/// A run of a second of the year 2020.
fn at(id: &str, second: u32) -> RunDocument {
    let mut run = run(id, None);
    run.run.time = format!("2020-01-01T00:00:{second:02}.000Z");
    run
}

fn ids(runs: &[RunDocument]) -> Vec<&str> {
    runs.iter().map(|run| run.run.id.as_str()).collect()
}

/// The ids of all runs, oldest first.
fn in_order(store: &dyn Store) -> Vec<String> {
    let entries = store.entries(&Query::oldest(Filter::default(), usize::MAX)).unwrap();
    entries.into_iter().map(|entry| entry.id).collect()
}

#[test]
fn runs_are_in_the_order_of_their_times_and_those_of_one_moment_in_that_of_storing() {
    let runs = [at("c", 30), at("a", 10), at("b1", 20), at("d", 40), at("b2", 20), at("b3", 20)];
    let mut stored = Stored::with(&runs);
    assert_eq!(in_order(&stored.store), ["a", "b1", "b2", "b3", "c", "d"]);
    let latest = |store: &Sqlite, back| store.resolve(&RunRef::Latest(back), &()).unwrap().id;
    assert_eq!(latest(&stored.store, 0), "d");
    assert_eq!(latest(&stored.store, 2), "b3");
    let before = |run: &RunDocument, most| ids(&stored.store.before(run, most).unwrap()).join(" ");
    assert_eq!(
        before(&runs[4], 9),
        "a b1",
        "what is of its moment and stored later is not before it"
    );
    assert_eq!((before(&runs[0], 2), before(&runs[1], 9)), ("b2 b3".into(), String::new()));
    // What is not stored may be judged as well.
    assert_eq!(before(&at("new", 20), 9), "a b1 b2 b3");
    assert_eq!(before(&at("new", 9), 9), "");
    stored.store.remove(&["b2", "d"]).unwrap();
    stored.store.save(&at("late", 25)).unwrap();
    assert_eq!(in_order(&stored.store), ["a", "b1", "b3", "late", "c"]);
}

#[test]
fn what_was_just_made_is_the_newest_although_a_clock_went_back() {
    let mut stored = Stored::with(&[at("import", 30)]);
    let mut ahead = at("ahead", 0);
    ahead.run.time = "2199-01-01T00:00:00.000Z".to_owned();
    for run in [at("back", 20), at("on", 40), ahead.clone(), at("mended", 50), at("next", 51)] {
        stored.store.save_made_of(&run, &[], Made::Now).unwrap();
        assert_eq!(in_order(&stored.store).last(), Some(&run.run.id));
    }
    stored.store.save(&at("old", 35)).unwrap();
    let expected = ["import", "back", "old", "on", "ahead", "mended", "next"];
    assert_eq!(in_order(&stored.store), expected);
    // A run of the future that somebody else made is not the newest for ever.
    let mut stored = Stored::with(&[ahead]);
    let mut now = at("now", 0);
    now.run.time = String::new();
    stored.store.save(&now).unwrap();
    stored.store.save(&at("old", 0)).unwrap();
    assert_eq!(in_order(&stored.store), ["old", "ahead", "now"]);
}

#[test]
fn names_filters_and_groups_go_by_time() {
    let of = |id: &str, second, label: Option<&str>, branch: &str| {
        let mut run = at(id, second);
        run.run.label = label.map(str::to_owned);
        run.run.group = label.map(|_| "g1".to_owned());
        run.run.git.get_or_insert_default().branch = Some(branch.to_owned());
        run
    };
    let stored = Stored::with(&[
        of("g2", 20, Some("x"), "main"),
        of("m", 40, None, "main"),
        of("g1", 10, Some("x"), "main"),
        of("o", 30, None, "other"),
    ]);
    for (name, expected) in [
        ("label:x", "g2"),
        ("label:x~1", "g1"),
        ("branch:main", "m"),
        ("branch:main~2", "g1"),
        ("branch:other", "o"),
        ("latest~1", "o"),
        ("x", "g2"),
    ] {
        let Ok(reference) = name.parse::<RunRef>();
        assert_eq!(stored.store.resolve(&reference, &()).unwrap().id, expected, "{name}");
    }
    let group = stored.store.with_group(stored.store.load("g1").unwrap()).unwrap();
    assert_eq!(ids(&group), ["g1", "g2"]);
    let newer = Filter { newer_than: Some("g2".to_owned()), ..Filter::default() };
    assert_eq!(stored.store.count(&newer).unwrap(), 2);
    assert_eq!(ids(&stored.store.recent(&Filter::of_branch("main"), 2).unwrap()), ["g2", "m"]);
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
            && filter.build.as_ref().is_none_or(|build| build.match_those(&entry.build))
            && is(&filter.command, Some(&entry.command))
            && is(&filter.subject, Some(&subject(&entry.command)))
            && is(&filter.branch, entry.branch.as_ref())
            && is(&filter.group, entry.group.as_ref())
            && filter.command_part.as_ref().is_none_or(|part| entry.command.contains(part))
            && filter.tag.as_ref().is_none_or(|tag| entry.tags.contains(tag))
            && filter
                .source
                .as_ref()
                .is_none_or(|it| *it == entry.source.clone().unwrap_or_default())
            && filter.failed.is_none_or(|failed| failed == entry.failed())
            && filter.dirty.is_none_or(|dirty| dirty == entry.dirty)
            && filter.since.as_ref().is_none_or(|since| entry.time >= *since)
            && filter.until.as_ref().is_none_or(|until| entry.time < *until)
            && filter.commit_prefix.as_ref().is_none_or(|prefix| {
                entry.commit.as_ref().is_some_and(|commit| commit.starts_with(prefix))
            })
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
    let times = &["2020-11-03T00:00:00.000Z", "2020-11-05", "2021"][..];
    let more = (some(&["", "un", "x"]), some(&["ab", "cd1", "c"]), some(&["gpu", "slow", "'"]));
    let rest = (some(&["", "criterion"]), some(&["x0", "none"]), some(times), some(times));
    let switch = || prop::option::weighted(0.2, prop::bool::ANY);
    let builds: Vec<BuildKeys> = varied().iter().map(RunDocument::build_keys).collect();
    let builds = prop::option::weighted(0.3, prop::sample::select(builds));
    let switches = (switch(), switch(), builds, some(&["run x", "cargo bench", "run"]));
    let filter = (names, facts, some(ids), some(ids), but, more, rest, switches);
    let filter = filter.prop_map(
        |(
            (id, id_prefix, label),
            (machine_key, command, branch),
            older_than,
            newer_than,
            but,
            (command_part, commit_prefix, tag),
            (source, group, since, until),
            (failed, dirty, build, subject),
        )| {
            Filter {
                id,
                id_prefix,
                label,
                machine_key,
                build,
                command,
                subject,
                command_part,
                branch,
                commit_prefix,
                tag,
                source,
                group,
                failed,
                dirty,
                since,
                until,
                older_than,
                newer_than,
                but,
                ..Filter::default()
            }
        },
    );
    let order = prop_oneof![Just(Order::NewestFirst), Just(Order::OldestFirst)];
    (filter, order, 0..4_usize, prop::option::of(0..9_usize))
        .prop_map(|(filter, order, skip, most)| Query { filter, order, skip, most })
}

#[test]
fn runs_of_chosen_benchmarks_are_of_one_command() {
    let run = |(id, command): (&str, &str)| {
        let mut run = samples::typical();
        (run.run.id, run.run.command) = (id.to_owned(), vec![command.to_owned()]);
        run
    };
    let runs = [("a", "cargo bench -q"), ("b", "cargo bench -- x"), ("c", "cargo test x")].map(run);
    let store = Stored::with(&runs).store;
    assert_eq!(ids(&store.recent(&Filter::of_command(&runs[0]), 9).unwrap()), ["a", "b"]);
    assert_eq!(ids(&store.recent(&Filter::of_command(&runs[2]), 9).unwrap()), ["c"]);
}

#[test]
fn the_engine_answers_as_looking_at_every_run_would() {
    let runs = varied();
    let store = Stored::with(&runs).store;
    let mut entries: Vec<Entry> = runs.iter().map(Entry::of).collect();
    // Those of one moment stay in the order of storing.
    entries.sort_by(|one, other| one.time.cmp(&other.time));
    proptest!(|(query in queries())| {
        prop_assert_eq!(store.entries(&query).unwrap(), by_hand(&entries, &query));
        let all = Query { skip: 0, most: None, ..query };
        prop_assert_eq!(store.count(&all.filter).unwrap(), by_hand(&entries, &all).len());
    });
}
