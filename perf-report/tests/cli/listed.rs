//! The stored runs as a whole: listed, named, tagged, removed.

use std::process::Stdio;

use perf_report::model::{Git, RunDocument};
use perf_report::project::store::{Filter, Sqlite, Store as _};

use crate::desk::{Desk, Finished, document};

/// The run of this number: of one of three commands and two branches, every tenth failed, every fifth tagged,
/// the last six of two groups.
fn run(number: usize) -> RunDocument {
    let mut run = document(&format!("r{number:03}"));
    run.run.time = format!("2026-{:02}-{:02}T00:00:00.000Z", number / 28 + 1, number % 28 + 1);
    run.run.command = vec!["work".to_owned(), ["a", "b", "c"][number % 3].to_owned()];
    run.run.exit_code = Some(i32::from(number.is_multiple_of(10)));
    run.run.tags = if number.is_multiple_of(5) { vec!["five".to_owned()] } else { Vec::new() };
    run.run.label = (number == 42).then(|| "answer".to_owned());
    run.run.git = Some(Git {
        commit: format!("{number:040x}"),
        branch: Some(["main", "side"][number % 2].to_owned()),
        ..Git::default()
    });
    run.run.group = (number >= 194).then(|| if number < 197 { "r194" } else { "r197" }.to_owned());
    run
}

fn stored() -> Desk {
    let desk = Desk::new();
    let runs: Vec<_> = (0..200).map(run).collect();
    desk.store_all(&runs);
    desk
}

/// The ids that a command lists.
#[track_caller]
fn ids(finished: &Finished) -> Vec<String> {
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let lines = finished.stdout.lines().skip(1);
    lines.map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

fn list(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    ids(&desk.report(&[&["list", "--format", "csv"], arguments].concat()))
}

/// The numbers of the runs that are left, oldest first.
fn left(desk: &Desk) -> Vec<usize> {
    let mut ids = list(desk, &["--all"]);
    ids.reverse();
    ids.iter().map(|id| id[1..].parse().unwrap()).collect()
}

#[test]
fn a_list_has_the_runs_that_are_meant_newest_first() {
    let desk = stored();
    let all = list(&desk, &["--all"]);
    assert_eq!((all.len(), all[0].as_str(), all[199].as_str()), (200, "r199", "r000"));
    assert_eq!(list(&desk, &[]).len(), 30);
    assert_eq!(list(&desk, &["--limit", "2"]), ["r199", "r198"]);
    for (arguments, count) in [
        (&["--failed"][..], 20),
        (&["--tag", "five"], 40),
        (&["--tag", "five", "--failed"], 20),
        (&["--branch", "side"], 100),
        (&["--command", "k b"], 67),
        (&["--label", "answer"], 1),
        (&["--commit", "0000"], 200),
        (&["--commit", "00000000000000000000000000000000000000ff"], 0),
        (&["--since", "2026-08-01"], 4),
        (&["--until", "2026-01-02"], 2),
        (&["--until", "2026-01-02T00:00:00Z"], 1),
        (&["--source", ""], 200),
        (&["--source", "criterion"], 0),
    ] {
        assert_eq!(list(&desk, &[arguments, &["--all"]].concat()).len(), count, "{arguments:?}");
    }
    desk.report(&["list", "--label", "x"]).said(0, "none of the stored runs is meant");
    let human = desk.report(&["list", "--limit", "1"]);
    assert!(human.stdout.ends_with("… and 199 runs before them\n"), "{human:?}");
    desk.report(&["list", "--since", "soon"]).said(2, "is no moment");
    Desk::new().report(&["list"]).said(4, "no run is stored yet");
}

#[test]
fn runs_go_by_name_with_their_groups_and_the_others_keep_their_places() {
    let desk = stored();
    let looked = desk.report(&["remove", "latest", "label:answer", "--dry-run"]);
    looked.said(0, "4 runs would be removed");
    assert_eq!(left(&desk).len(), 200);
    desk.report(&["remove", "latest"]).said(2, "nobody can be asked");
    desk.report(&["remove", "latest", "none", "--yes"]).said(2, "no stored run is called");
    desk.report(&["remove", "-y", "branch:main~400"]).said(2, "only 100 runs of `branch:main`");
    assert_eq!(left(&desk).len(), 200, "all or nothing");
    desk.report(&["remove", "latest", "label:answer", "--yes"]).said(0, "removed 4 runs");
    let left = left(&desk);
    assert_eq!((left.len(), left.last()), (196, Some(&196)));
    let shown = desk.report(&["show", "latest~154", "--format", "json"]);
    assert!(shown.stdout.contains("\"id\": \"r041\""), "{shown:?}");
}

#[test]
fn runs_go_by_what_they_have_in_common() {
    let desk = stored();
    desk.report(&["remove", "--command", "", "--yes"]).said(2, "--command");
    desk.report(&["remove", "--command", " ", "--yes"]).said(2, "it is blank");
    desk.report(&["remove", "--commit", "", "--yes"]).said(2, "--commit");
    desk.report(&["remove", "--failed", "--branch", "side", "--yes"]).said(0, "nothing to remove");
    desk.report(&["remove", "--failed", "--yes"]).said(0, "removed 20 runs");
    desk.report(&["remove", "--older-than", "2026-02-01", "--yes"]).said(0, "removed 25 runs");
    assert_eq!(left(&desk)[0], 28);
    // Of the six newest, two groups, one stays since one of it is kept.
    desk.report(&["remove", "--keep", "4", "--yes"]).said(0, "removed 149 runs");
    assert_eq!(left(&desk), [194, 195, 196, 197, 198, 199]);
    desk.report(&["remove", "--keep", "1", "--command", "work a", "--yes"])
        .said(0, "removed 3 runs");
    assert_eq!(left(&desk), [197, 198, 199]);
    desk.report(&["remove"]).said(2, "nobody said which runs");
    desk.report(&["remove", "latest", "--failed"]).said(2, "runs are named, and said which");
    desk.report(&["remove", "--keep", "0", "--yes"]).said(0, "removed 3 runs");
    desk.report(&["list"]).said(0, "no run is stored");
    desk.report(&["show"]).said(4, "no run is stored yet");
}

#[test]
fn the_file_shrinks_and_a_baseline_needs_no_stored_run() {
    let desk = stored();
    desk.report(&["baseline", "save", "main", "r151"]).said(0, "");
    let before = std::fs::metadata(desk.store()).unwrap().len();
    desk.report(&["remove", "--until", "2026-07-01", "--yes"]).said(0, "now, before");
    let after = std::fs::metadata(desk.store()).unwrap().len();
    assert!(after < before / 2, "{before} to {after}");
    desk.report(&["compare", "main", "latest"]).said(0, "");
    assert_eq!(desk.list(".perf"), [".gitignore", "baselines", "perf.sqlite"]);
}

#[test]
fn two_may_remove_while_others_store() {
    let desk = stored();
    let start =
        |arguments: &[&str]| desk.report_command(arguments).stdout(Stdio::null()).spawn().unwrap();
    let mut children = vec![
        start(&["remove", "--branch", "main", "--yes"]),
        start(&["remove", "--tag", "five", "--yes"]),
    ];
    children.extend((0..4).map(|_| start(&["run", "-q", "--", "true"])));
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let store = Sqlite::open(&desk.store()).unwrap();
    let count = |filter: Filter| store.count(&filter).unwrap();
    let tagged = Filter { tag: Some("five".to_owned()), ..Filter::default() };
    assert_eq!((count(Filter::of_branch("main")), count(tagged)), (0, 0));
    let new = Filter { command: Some("true".to_owned()), ..Filter::default() };
    assert_eq!(count(new), 4);
}

#[test]
fn a_run_is_tagged_and_labelled_when_it_is_made_and_later() {
    let desk = Desk::new();
    desk.report(&["run", "-q", "--tag", "b,a", "--tag", "b", "--", "true"]).said(0, "");
    assert_eq!(desk.stored()[0].run.tags, ["a", "b"]);
    desk.report(&["run", "-q", "--label", "tag:v1", "--", "true"]).said(2, "stands before another");
    let tagged = desk.report(&["tag", "tagged:a", "c", "--remove", "a", "--label", "x"]);
    tagged.said(0, "has the label `x` and the tags `b`, `c`");
    let run = &desk.stored()[0];
    assert_eq!((run.run.tags.join(","), run.run.label.as_deref()), ("b,c".to_owned(), Some("x")));
    desk.report(&["tag", "label:x"]).said(0, "has the label `x` and the tags `b`, `c`");
    desk.report(&["tag", "label:x", "--no-label", "--remove", "b,c"])
        .said(0, "no label and no tag");
    desk.report(&["tag", "latest", "a,b"]).said(2, "a comma separates tags");
    desk.report(&["run", "-q", "--repeat", "2", "--", "true"]).said(0, "");
    desk.report(&["tag", "latest", "both"]).said(0, "as have all 2 runs made with it");
    assert_eq!(list(&desk, &["--tag", "both"]).len(), 2);
}

#[test]
fn runs_are_named_by_what_git_knows() {
    let desk = Desk::new();
    if !crate::desk::repository(&desk) {
        return;
    }
    desk.report(&["run", "-q", "--label", "one", "--", "true"]).said(0, "");
    let commit = "git -c user.name=n -c user.email=a@b commit -q --allow-empty -m";
    let script = format!("git tag -a v1 -m v1; {commit} two; {commit} three; git tag light");
    desk.shell(&script.replace("git tag -a", "git -c user.name=n -c user.email=a@b tag -a"));
    let names = |name: &str| {
        let shown = desk.report(&["show", name, "--format", "json"]);
        assert!(shown.stdout.contains("\"label\": \"one\""), "{name}: {shown:?}");
    };
    for name in ["tag:v1", "v1", "git:HEAD~2", "git:v1", "git::/one", "branch:trunk", "trunk"] {
        names(name);
    }
    let hash = desk.stored()[0].run.git.clone().unwrap().commit;
    for name in [&hash, &hash[..7], &format!("commit:{}", &hash[..5])] {
        names(name);
    }
    let ancestor = format!("2 commits before: `commit:{}`", &hash[..10]);
    for name in ["tag:light", "light", "git:HEAD"] {
        desk.report(&["show", name]).said(4, &ancestor);
    }
    desk.report(&["show", "tag:none"]).said(2, "git knows no tag \"none\"");
    desk.report(&["show", "git:--all"]).said(2, "git knows no commit");
    desk.store_run("now");
    desk.report(&["check", "--baseline", "tag:light"]).said(0, "");
    desk.report(&["check", "--baseline", "tag:light", "--fail-on", "missing"]).said(4, "");
    desk.report(&["baseline", "save", "first", "git:HEAD~2", "--allow-failed"])
        .said(4, "recorded nothing");
    assert_eq!(list(&desk, &["--commit", "v1"]).len(), 1);
    assert_eq!(list(&desk, &["--commit", "light"]).len(), 0);
}

#[test]
fn a_stored_run_may_be_the_baseline() {
    let desk = Desk::new();
    let (before, now) = (document("before"), document("now"));
    desk.store_all(&[before, now]);
    for arguments in [
        &["check", "--baseline", "id:before"][..],
        &["compare", "id:before", "id:now"],
        &["export", "junit", "id:now", "--baseline", "id:before"],
        &["html", "id:now", "--baseline", "id:before"],
        &["history", "--run", "id:now"],
    ] {
        desk.report(arguments).said(0, "");
    }
    desk.report(&["check", "--baseline", "id:bfore"]).said(2, "did you mean `before`?");
}

#[test]
fn shells_read_what_they_complete_by() {
    let desk = Desk::new();
    for (shell, check) in [("bash", "bash -n"), ("zsh", "zsh -n"), ("fish", "fish --no-execute")] {
        let program = check.split(' ').next().unwrap();
        if !desk.shell(&format!("command -v {program}")).stdout.is_empty() {
            let script = format!("$REPORT completions {shell} --output s && {check} s");
            desk.shell(&script).said(0, "");
        }
        let script = desk.report(&["completions", shell]);
        assert!(script.stdout.contains("compare-last") && script.code == Some(0), "{shell}");
    }
    let bash = "source <($REPORT completions bash); COMP_WORDS=(perf-report rem); COMP_CWORD=1; \
                $(complete -p perf-report | sed \"s/.* -F //; s/ .*//\") perf-report rem perf-report; echo \"${COMPREPLY[@]}\"";
    let completed = desk.shell(&format!("bash -c '{bash}'"));
    assert_eq!(completed.stdout, "remove\n", "{completed:?}");
    desk.report(&["completions", "tcsh"]).said(2, "possible values");
}

#[test]
fn the_manual_has_a_page_a_command() {
    let desk = Desk::new();
    desk.report(&["man", "--output", "man1"]).said(0, "pages to man1");
    let pages = desk.list("man1");
    assert!(pages.contains(&"perf-report-baseline-save.1".to_owned()), "{pages:?}");
    let printed = desk.report(&["man", "baseline", "save"]);
    let written = std::fs::read_to_string(desk.path("man1/perf-report-baseline-save.1")).unwrap();
    assert_eq!(printed.stdout, written);
    desk.report(&["man", "shw"]).said(2, "did you mean `show`?");
    if desk.shell("command -v groff").stdout.is_empty() {
        crate::desk::skipped("groff is not installed");
        return;
    }
    let checked = desk.shell("for page in man1/*; do groff -k -man -Tutf8 -ww -z $page; done");
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""));
}
