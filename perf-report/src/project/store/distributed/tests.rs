//! Parts among other runs, asked for in every way that a store is.

use super::*;
use crate::model::{Part, samples};
use crate::project::store::{RunRef, Sqlite};

struct Stored {
    store: Distributed,
    _folder: tempfile::TempDir,
}

fn run(second: u32, command: &str) -> RunDocument {
    let mut run = samples::typical();
    run.run.id = format!("20261120T2345{second:02}-1a2b3c");
    run.run.time = format!("2026-11-20T23:45:{second:02}.000Z");
    run.run.command = vec![command.to_owned()];
    run
}

fn part(second: u32, (group, index, of): (&str, u32, u32)) -> RunDocument {
    let mut run = run(second, "test");
    let part = Part { group: group.to_owned(), index, of, ..Part::default() };
    run.run.group = Some(part.stored_group(None));
    run.run.part = Some(Box::new(part));
    run
}

/// A run, two parts around another run, a distributed run of one part, and a lone part of three.
fn stored() -> Stored {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
    let mut failed = part(3, ("ci", 2, 2));
    failed.run.exit_code = Some(1);
    for run in [
        run(1, "test"),
        part(2, ("ci", 1, 2)),
        run(4, "other"),
        failed,
        part(5, ("all", 1, 1)),
        part(6, ("cut", 2, 3)),
        run(7, "test"),
    ] {
        store.save(&run).unwrap();
    }
    Stored { store: Distributed::over(Box::new(store)), _folder: folder }
}

fn seconds(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| &entry.id[13..15]).collect()
}

#[test]
fn each_page_of_the_list_has_whole_runs_in_their_order() {
    let Stored { store, _folder } = stored();
    let all = ["07", "06", "05", "04", "02", "01"];
    assert_eq!(store.count(&Filter::default()).unwrap(), all.len());
    for skip in 0..=all.len() {
        for most in 0..=all.len() {
            let query = Query { skip, ..Query::newest(Filter::default(), most) };
            let found = store.entries(&query).unwrap();
            let end = (skip + most).min(all.len());
            assert_eq!(seconds(&found), all[skip..end], "{skip} {most}");
            let query = Query { order: Order::OldestFirst, ..query };
            let mut found = store.entries(&query).unwrap();
            found.reverse();
            let last = all.len() - skip;
            assert_eq!(seconds(&found), all[last.saturating_sub(most)..last], "{skip} {most}");
        }
    }
}

#[test]
fn filters_are_of_whole_runs() {
    let Stored { store, _folder } = stored();
    let found = |filter: Filter| {
        let entries = store.entries(&Query { filter: filter.clone(), ..Query::default() }).unwrap();
        assert_eq!(store.count(&filter).unwrap(), entries.len());
        seconds(&entries).join(" ")
    };
    let failed = |failed| Filter { failed: Some(failed), ..Filter::default() };
    assert_eq!(found(failed(true)), "02", "by one of its parts");
    assert_eq!(found(failed(false)), "07 06 05 04 01");
    let id = |second: u32| run(second, "").run.id;
    assert_eq!(found(Filter::of_id(&id(3))), "02");
    assert_eq!(found(Filter { older_than: Some(id(4)), ..Filter::default() }), "02 01");
    assert_eq!(found(Filter { newer_than: Some(id(2)), ..Filter::default() }), "07 06 05 04");
    assert_eq!(
        found(Filter { but: BTreeSet::from([id(3), id(7)]), ..Filter::default() }),
        "06 05 04 01"
    );
    assert_eq!(
        found(Filter { command: Some("test".to_owned()), ..Filter::default() }),
        "07 06 05 02 01"
    );
    assert_eq!(found(Filter { machine_key: Some("a+b".to_owned()), ..Filter::default() }), "");
}

#[test]
fn the_line_of_a_run_says_what_its_document_does() {
    let Stored { store, _folder } = stored();
    for entry in store.entries(&Query::default()).unwrap() {
        let run = store.load(&entry.id).unwrap();
        assert_eq!(Entry::of(&run), entry);
        let sample = store.samples(&[&entry.id]).pop().unwrap();
        assert_eq!(sample, run.sample());
        assert_eq!(store.load(&entry.id).unwrap().run.id, entry.id);
    }
}

#[test]
fn names_find_the_whole() {
    let Stored { mut store, _folder } = stored();
    let resolve = |store: &Distributed, name: &str| {
        let Ok(reference) = name.parse::<RunRef>();
        store.resolve(&reference, &()).unwrap().id[13..15].to_owned()
    };
    assert_eq!(resolve(&store, "latest"), "07");
    assert_eq!(resolve(&store, "latest~4"), "02");
    assert_eq!(resolve(&store, "20261120T234503"), "02");
    let whole = run(2, "").run.id;
    let tagged = Names { label: Some("x".to_owned()), tags: vec!["t".to_owned()] };
    store.rename(&whole, &|_| tagged.clone()).unwrap();
    assert_eq!(resolve(&store, "label:x"), "02");
    assert_eq!(store.load(&whole).unwrap().run.tags, ["t"]);
    assert_eq!(store.remove(&[&run(3, "").run.id, &run(7, "").run.id]).unwrap(), 2);
    let left = store.entries(&Query::default()).unwrap();
    assert_eq!(seconds(&left), ["06", "05", "04", "01"]);
}

#[test]
fn a_run_that_lacks_a_part_is_no_past() {
    let Stored { store, _folder } = stored();
    let recent = store.recent_samples(&Filter::of_command(&run(1, "test")), 9).unwrap();
    let ids: Vec<_> = recent.iter().map(|run| &run.run.id[13..15]).collect();
    assert_eq!(ids, ["01", "02", "05", "07"]);
    assert_eq!(store.before(&run(7, "test"), 2).unwrap().len(), 2);
}

#[test]
fn parts_of_several_kinds_of_machines_are_a_series_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
    for (at, group) in ["a", "b"].into_iter().enumerate() {
        for index in 1..=2_u32 {
            let second = 10 * u32::try_from(at).unwrap() + index;
            let mut part = part(second, (group, index, 2));
            part.run.machine.key = format!("m3-0000000{index}");
            store.save(&part).unwrap();
        }
    }
    let store = Distributed::over(Box::new(store));
    let newest = store.load(&run(11, "").run.id).unwrap();
    assert_eq!(newest.run.machine.key, "m3-00000001+m3-00000002");
    assert_eq!(store.before(&newest, 9).unwrap().len(), 1);
    let one = Filter { machine_key: Some("m3-00000001".to_owned()), ..Filter::default() };
    assert_eq!(store.count(&one).unwrap(), 0);
}

#[test]
fn the_rounds_of_a_run_are_found_where_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open_or_create(&folder.path().join("perf.sqlite")).unwrap();
    let round = |second: u32, group: &str, index: u32, round: u32| {
        let mut run = part(second, (group, index, 2));
        run.run.round = Some(round);
        run.run.group = run.run.part.as_ref().map(|part| part.stored_group(Some(round)));
        run
    };
    for run in [
        round(1, "ci", 1, 1),
        round(2, "ci", 2, 1),
        round(3, "ci", 2, 3),
        round(4, "ci", 1, 12),
        round(5, "ci/2@ci", 1, 2),
        part(6, ("ci", 1, 2)),
    ] {
        store.save(&run).unwrap();
    }
    let store = Distributed::over(Box::new(store));
    let rounds = |second: u32| -> Vec<String> {
        let runs = store.with_group(store.load(&run(second, "").run.id).unwrap()).unwrap();
        runs.iter().map(|run| run.run.id[13..15].to_owned()).collect()
    };
    for second in [1, 3, 4] {
        assert_eq!(rounds(second), ["01", "03", "04"], "in the order of the rounds");
    }
    assert_eq!((rounds(5), rounds(6)), (vec!["05".to_owned()], vec!["06".to_owned()]));
}
