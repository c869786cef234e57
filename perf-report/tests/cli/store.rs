//! The store in bad company: damaged files, other versions, no space, two at once.

use std::fs;

use perf_report::model::RunDocument;
use perf_report::project::store::{
    APPLICATION_ID, Filter, Made, Query, Sqlite, Store as _, VERSION,
};
use rusqlite::Connection;

use crate::desk::{Desk, document, skipped};

/// Whatever a command does with a bad file, it ends with 6, says what to do, and leaves the file.
#[track_caller]
fn refused(bytes: &[u8], words: &str) {
    let desk = Desk::new();
    fs::write(desk.store(), bytes).unwrap();
    let session = "touch \"$PERF_TRACK_DIR/7-a.unrecorded-1\"";
    let saved = desk.run(session);
    saved.said(6, "the run was not stored");
    saved.said(6, words);
    saved.said(6, "help:");
    desk.report(&["baseline", "save", "main"]).said(6, words);
    desk.report(&["doctor"]).said(2, "");
    assert_eq!(fs::read(desk.store()).unwrap(), bytes, "the file was altered");
    assert_eq!(desk.list(".perf"), ["perf.sqlite"]);
}

/// The bytes of a store with some runs in it.
fn good() -> Vec<u8> {
    let desk = Desk::new();
    for id in ["a", "b", "c"] {
        let mut document = document(id);
        document.run.command = vec!["x".repeat(20_000)];
        Sqlite::open_or_create(&desk.store()).unwrap().save(&document).unwrap();
    }
    fs::read(desk.store()).unwrap()
}

fn altered(pragma: &str) -> Vec<u8> {
    let desk = Desk::new();
    fs::write(desk.store(), good()).unwrap();
    let connection = Connection::open(desk.store()).unwrap();
    connection.execute_batch(pragma).unwrap();
    connection.close().unwrap();
    fs::read(desk.store()).unwrap()
}

#[test]
fn a_segment_is_of_one_run_unless_that_was_deleted() {
    use perf_report::project::store::SegmentId;
    let desk = Desk::new();
    desk.store_run("of a version before");
    let mut store = Sqlite::open(&desk.store()).unwrap();
    let [one, two, three] = [1, -2, 3].map(SegmentId);
    assert!(store.made_of(&[one]).unwrap().is_empty());
    store.save_made_of(&document("a"), &[one, two], Made::Then).unwrap();
    let refused = store.save_made_of(&document("b"), &[two, three], Made::Then).unwrap_err();
    assert!(refused.to_string().contains("some of it is stored already"), "{refused}");
    let found = store.made_of(&[one, two, three]).unwrap();
    assert_eq!(found, [(one, "a".to_owned()), (two, "a".to_owned())].into());
    assert_eq!(store.count(&Filter::default()).unwrap(), 2, "all of a run or nothing");
    let connection = Connection::open(desk.store()).unwrap();
    connection.execute("DELETE FROM runs WHERE id = 'a'", []).unwrap();
    assert!(store.made_of(&[one]).unwrap().is_empty());
    store.save_made_of(&document("b"), &[two, three], Made::Then).unwrap();
    assert_eq!(store.made_of(&[two]).unwrap()[&two], "b");
}

#[test]
fn an_empty_file_is_refused() {
    refused(b"", "is empty: it has 0 bytes");
}

#[test]
fn garbage_is_refused() {
    refused(&[0x5a; 10_000], "is not a store of perf-track");
    refused(b"x", "is not a store of perf-track");
}

#[test]
fn the_database_of_another_program_is_refused() {
    refused(&altered("PRAGMA application_id = 0"), "is not a store of perf-track");
}

#[test]
fn a_store_that_is_cut_short_is_refused() {
    let good = good();
    for length in [17, 100, 4096, good.len() / 2, good.len() - 1] {
        refused(&good[..length], "store");
    }
}

#[test]
fn older_and_newer_stores_are_refused() {
    refused(&altered("PRAGMA user_version = 0"), "has version 0, and the oldest readable one is 1");
    let newer = altered(&format!("PRAGMA user_version = {}", VERSION + 1));
    refused(&newer, "has version 5, and this program reads up to 4");
}

/// Makes a store of an older version of this one: as it was before runs were packed, before there were facts
/// beside the documents, or an order and keys of builds.
fn of_version(version: u8, path: &std::path::Path) {
    let store = Sqlite::open(path).unwrap();
    let connection = Connection::open(path).unwrap();
    for entry in store.entries(&Query::default()).unwrap() {
        let text = serde_json::to_string(&store.load(&entry.id).unwrap()).unwrap();
        let document = "UPDATE runs SET document = ?2 WHERE id = ?1";
        connection.execute(document, [entry.id, text]).unwrap();
    }
    let facts = match version {
        1 => "DROP TABLE facts; DROP TABLE builds;",
        2 => {
            "DROP INDEX facts_by_time; ALTER TABLE facts DROP COLUMN made;
             DROP TABLE builds;"
        }
        _ => "",
    };
    let older = format!("{facts} DROP TABLE parts; PRAGMA user_version = {version}");
    connection.execute_batch(&older).unwrap();
}

/// Puts another text in the place of a run's document, as if it had been so when it was packed.
fn spoil(connection: &Connection, id: &str, text: &str) {
    let gone = "DELETE FROM parts WHERE run = (SELECT number FROM runs WHERE id = ?1)";
    connection.execute(gone, [id]).unwrap();
    connection.execute("UPDATE runs SET document = ?2 WHERE id = ?1", [id, text]).unwrap();
}

/// A recorded run, an import of before, and a run recorded by a clock that went back, under changed names.
fn out_of_order(desk: &Desk) -> Vec<RunDocument> {
    let mut runs = ["one", "old", "back"].map(document).to_vec();
    runs[1].run.source = Some("criterion".to_owned());
    "2020-01-01T00:00:00.000Z".clone_into(&mut runs[1].run.time);
    "2020-02-01T00:00:00.000Z".clone_into(&mut runs[2].run.time);
    desk.store_all(&runs);
    desk.report(&["tag", "back", "kept"]).said(0, "");
    of_version(2, &desk.store());
    runs[2].run.tags = vec!["kept".to_owned()];
    runs
}

/// Runs in which everything is set that the columns repeat.
fn full(id: &str) -> RunDocument {
    let mut document = document(id);
    document.run.tags = vec!["gpu".to_owned(), "night".to_owned()];
    document.run.label = Some("before".to_owned());
    document.run.source = Some("criterion".to_owned());
    document.run.group = Some("one".to_owned());
    document.run.exit_code = Some(3);
    document.process.wall_ns = Some(7);
    document
}

#[test]
fn an_older_store_is_brought_up_once_and_loses_nothing() {
    (1..=3).for_each(is_brought_up);
}

fn is_brought_up(version: u8) {
    let desk = Desk::new();
    let runs = [full("one"), document("two"), document("bad")];
    desk.store_all(&runs);
    let entries = || Sqlite::open(&desk.store()).unwrap().entries(&Query::default()).unwrap();
    let expected = entries();
    of_version(version, &desk.store());
    let connection = Connection::open(desk.store()).unwrap();
    connection.execute("UPDATE runs SET document = '{' WHERE id = 'bad'", []).unwrap();
    // All at once: one of them does it.
    let found: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(entries)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for found in found {
        assert_eq!(found[1..], expected[1..]);
        assert_eq!(found[0].id, "bad");
    }
    let text = "SELECT (SELECT count(*) FROM parts), (SELECT max(document) FROM runs)";
    let packed = connection.query_row(text, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(packed, Ok((3, String::new())), "all are packed, also what is no run");
    let unread = Sqlite::open(&desk.store()).unwrap().load("bad").unwrap_err();
    assert!(unread.to_string().contains("run bad cannot be read"), "{unread}");
    let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0));
    assert_eq!(version, Ok(VERSION));
    assert_eq!(Sqlite::open(&desk.store()).unwrap().load("one").unwrap(), runs[0]);
}

/// Makes many small runs of one, in a store of version 3, by SQL alone.
fn many_of_version_3(desk: &Desk, runs: u32) -> RunDocument {
    let run = desk.store_run("r");
    of_version(3, &desk.store());
    let connection = Connection::open(desk.store()).unwrap();
    connection
        .execute_batch(&format!(
            "BEGIN;
             CREATE TEMP TABLE numbers AS WITH RECURSIVE n (n) AS
                 (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < {runs} + 1) SELECT n FROM n;
             INSERT INTO runs (number, id, time, label, command, git_commit, git_branch, machine_key, document)
                 SELECT n, 'r' || n, time, label, command, git_commit, git_branch, machine_key,
                        json_set(document, '$.run.id', 'r' || n, '$.process.wall_ns', n)
                 FROM runs, numbers WHERE number = 1;
             INSERT INTO facts SELECT n, tags, source, run_group, exit_code, signal, dirty, n, functions, made
                 FROM facts, numbers WHERE run = 1;
             INSERT INTO builds SELECT n, machine, crates, recorder FROM builds, numbers WHERE run = 1;
             DELETE FROM runs WHERE number = 1; DELETE FROM facts WHERE run = 1;
             DELETE FROM builds WHERE run = 1;
             COMMIT;"
        ))
        .unwrap();
    run
}

/// `MIGRATED_RUNS=5000` is the full size, which is killed 50 times.
#[test]
#[expect(clippy::print_stdout, reason = "tells how many kills met it on the way")]
fn a_store_of_version_3_that_is_killed_on_the_way_holds_the_same_runs_and_gets_there() {
    use std::hash::BuildHasher as _;
    let wanted = std::env::var("MIGRATED_RUNS").ok().and_then(|runs| runs.parse().ok());
    let runs: u32 = wanted.unwrap_or(500);
    let kills = (runs / 100).clamp(10, 50);
    let desk = Desk::new();
    let run = many_of_version_3(&desk, runs);
    let text = "SELECT count(*) FROM runs WHERE document <> ''";
    let left = || -> u32 {
        let connection = Connection::open(desk.store()).unwrap();
        connection.query_row(text, [], |row| row.get(0)).unwrap()
    };
    let (mut before, mut between, mut made, mut longest) = (runs, 0, 0, 20_000);
    while made < 4 * kills && between < kills && before > 0 {
        let mut child =
            desk.report_command(&["list", "--limit", "1", "-f", "csv"]).spawn().unwrap();
        let random = std::collections::hash_map::RandomState::new().hash_one(made);
        std::thread::sleep(std::time::Duration::from_micros(random % longest));
        child.kill().unwrap();
        child.wait().unwrap();
        made += 1;
        let now = left();
        assert!(now <= before, "what is packed stays so: {before} runs were text, {now} are");
        // The moments come from a span in which a few runs are packed, however fast the machine is.
        longest = if now < before { longest * 9 / 10 } else { longest * 5 / 4 };
        between += u32::from(now > 0 && now < runs);
        before = now;
    }
    println!(
        "killed {made} times, {between} of them between the first run and the last; {before} are left"
    );
    assert!(between > 0 || wanted.is_none(), "no kill was on the way");
    let store = Sqlite::open(&desk.store()).unwrap();
    assert_eq!((left(), store.count(&Filter::default()).unwrap()), (0, runs as usize));
    for number in 2..=runs + 1 {
        let mut expected = run.clone();
        expected.run.id = format!("r{number}");
        expected.process.wall_ns = Some(u64::from(number));
        assert_eq!(store.load(&expected.run.id).unwrap(), expected);
    }
}

#[test]
fn an_older_store_that_must_not_be_written_is_read_all_the_same() {
    (1..=3).for_each(is_read);
}

fn is_read(version: u8) {
    let desk = Desk::new();
    let run = full("one");
    desk.store_all(&[run.clone(), document("two")]);
    of_version(version, &desk.store());
    let bytes = fs::read(desk.store()).unwrap();
    let script = "mount --bind .perf .perf && mount -o remount,ro,bind .perf && \
                  $REPORT show tagged:gpu --format json; code=$?; \
                  $REPORT compare latest~1 latest >&2; umount .perf; exit $code";
    let unshared = desk.shell(&format!("unshare --user --map-root-user --mount sh -c '{script}'"));
    if unshared.stderr.contains("unshare") || unshared.stderr.contains("mount:") {
        skipped("file systems cannot be mounted here");
        return;
    }
    unshared.said(0, "");
    let shown: RunDocument = serde_json::from_str(&unshared.stdout).unwrap();
    assert_eq!(shown, run);
    assert_eq!(fs::read(desk.store()).unwrap(), bytes, "the file was altered");
}

#[test]
fn a_store_of_version_2_gets_its_order() {
    let desk = Desk::new();
    let runs = out_of_order(&desk);
    let ids: Vec<String> = desk.stored().into_iter().map(|run| run.run.id).collect();
    assert_eq!(ids, ["old", "one", "back"], "what was recorded here stays in the order of storing");
    assert_eq!(Sqlite::open(&desk.store()).unwrap().load("back").unwrap(), runs[2]);
    let connection = Connection::open(desk.store()).unwrap();
    let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0));
    assert_eq!(version, Ok(VERSION));
}

#[test]
fn a_store_of_version_2_that_must_not_be_written_has_its_order_and_its_names() {
    let desk = Desk::new();
    out_of_order(&desk);
    let bytes = fs::read(desk.store()).unwrap();
    let script = "mount --bind .perf .perf && mount -o remount,ro,bind .perf && \
                  $REPORT list --format csv && $REPORT show tagged:kept --format json >&2; \
                  code=$?; umount .perf; exit $code";
    let unshared = desk.shell(&format!("unshare --user --map-root-user --mount sh -c '{script}'"));
    if unshared.stderr.contains("unshare") || unshared.stderr.contains("mount:") {
        skipped("file systems cannot be mounted here");
        return;
    }
    unshared.said(0, "\"kept\"");
    let ids: Vec<&str> =
        unshared.stdout.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["back", "one", "old"], "{unshared:?}");
    assert_eq!(fs::read(desk.store()).unwrap(), bytes, "the file was altered");
}

#[test]
fn a_store_says_what_it_is() {
    let desk = Desk::new();
    desk.run("true");
    let connection = Connection::open(desk.store()).unwrap();
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
    assert_eq!((number("application_id"), number("user_version")), (APPLICATION_ID, VERSION));
    assert_eq!(desk.list(".perf"), [".gitignore", "perf.sqlite"]);
}

#[test]
fn a_run_that_is_damaged_inside_leaves_the_others_readable() {
    let desk = Desk::new();
    desk.store_run("one");
    desk.store_run("two");
    let connection = Connection::open(desk.store()).unwrap();
    spoil(&connection, "two", "{");
    desk.report(&["baseline", "save", "main"]).said(6, "run two cannot be read");
    desk.report(&["baseline", "save", "main", "one"]).said(0, "baseline main is run one now");
}

#[test]
fn of_recent_runs_one_whose_tree_cannot_be_read_is_left_out_and_the_newest_is_whole() {
    let desk = Desk::new();
    let whole = desk.store_run("one");
    let mut two = serde_json::to_value(desk.store_run("two")).unwrap();
    two["tree"] = 7.into();
    spoil(&Connection::open(desk.store()).unwrap(), "two", &two.to_string());
    let recent = Sqlite::open(&desk.store()).unwrap().recent(&Filter::default(), 2).unwrap();
    assert_eq!(recent, [whole]);
}

#[test]
fn a_damaged_part_is_told_and_costs_what_stands_in_it() {
    let desk = Desk::new();
    let run = desk.store_run("one");
    let connection = Connection::open(desk.store()).unwrap();
    connection.execute("UPDATE parts SET tree = x'00', histograms = x'28'", []).unwrap();
    let store = Sqlite::open(&desk.store()).unwrap();
    assert!(store.load("one").unwrap_err().to_string().contains("cannot be read"));
    assert_eq!(store.samples(&["one"]), [run.sample()], "they hold neither");
    desk.report(&["show"]).said(6, "its bytes are damaged");
}

#[test]
fn a_store_may_be_named_by_url() {
    let desk = Desk::new();
    desk.store_run("one");
    let url = format!("sqlite:{}", desk.store().display());
    desk.report(&["show", "--store", &url]).said(0, "");
    let unknown = desk.report(&["show", "--store", "postgres://me:secret@host:5432/perf"]);
    unknown.said(2, "this build knows no store of the scheme `postgres:`");
    assert!(!unknown.stderr.contains("secret"), "{}", unknown.stderr);
}

#[test]
fn a_run_is_stored_once() {
    let desk = Desk::new();
    let one = desk.store_run("one");
    let error = Sqlite::open(&desk.store()).unwrap().save(&one).unwrap_err();
    assert!(error.to_string().starts_with("run one is stored already"), "{error}");
}

#[test]
fn commands_that_store_at_the_same_moment_all_do() {
    let desk = Desk::new();
    let children: Vec<_> = (0..8)
        .map(|_| desk.report_command(&["run", "-q", "--", "true"]).spawn().unwrap())
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(desk.stored().len(), 8);
    assert_eq!(desk.list(".perf"), [".gitignore", "perf.sqlite"]);
}

#[test]
fn a_disk_without_space_loses_nothing() {
    let desk = Desk::new();
    // Files may grow to 8 blocks of 512 bytes: enough for what `run` leaves beside the segments.
    let run = "trap '' XFSZ; ulimit -f 8; $REPORT run -- sh -c 'exit 0'";
    let finished = desk.shell(run);
    finished.said(1, "the run was not stored");
    finished.said(1, "perf-report collect --dir");
    assert!(!desk.store().exists());
    assert_eq!(desk.list("segments").len(), 1);
}

#[test]
fn a_full_file_system_is_named() {
    let desk = Desk::new();
    let script = "mount -t tmpfs -o size=16k none .perf && \
                  $REPORT run -- true; code=$?; umount .perf; exit $code";
    let unshared = desk.shell(&format!("unshare --user --map-root-user --mount sh -c '{script}'"));
    if unshared.stderr.contains("unshare") || unshared.stderr.contains("mount:") {
        skipped("file systems cannot be mounted here");
        return;
    }
    unshared.said(1, "full");
    assert_eq!(desk.list("segments").len(), 1);
}

#[test]
fn a_folder_that_must_not_be_written_loses_nothing() {
    let desk = Desk::new();
    let script = "mount -t tmpfs none .perf && mount -o remount,ro .perf && \
                  $REPORT run -- true; code=$?; umount .perf; exit $code";
    let unshared = desk.shell(&format!("unshare --user --map-root-user --mount sh -c '{script}'"));
    if unshared.stderr.contains("unshare") || unshared.stderr.contains("mount:") {
        skipped("file systems cannot be mounted here");
        return;
    }
    unshared.said(1, "cannot be written");
    assert_eq!(desk.list("segments").len(), 1);
}
