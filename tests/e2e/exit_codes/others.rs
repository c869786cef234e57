//! What the other commands end with, and every command when it is called wrongly.

use perf_tests::program;

use super::Case;
use super::runs::{declining, empty, failed, run, same, taking};

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    [fine(), usage(), usage_of_benchmarks(), worse(), nothing(), open(), unreadable(), own()]
        .concat()
}

fn fine() -> Vec<Case> {
    vec![
        Case::of("help").runs("help check").ends(0, "Usage: "),
        Case::of("a comparison never fails")
            .stores([run("before"), taking(300)])
            .runs("compare before now")
            .ends(0, "REGRESSION"),
        Case::of("a history").stores(declining()).runs("history").ends(0, "app::parse"),
        Case::of("a command that ends well").runs("run -- true").ends(0, "stored as run"),
        Case::of("a list").stores([run("before"), same()]).runs("list").ends(0, "before"),
        Case::of("a run that goes")
            .stores([run("before"), same()])
            .runs("remove before --yes")
            .ends(0, "removed 1 run"),
        Case::of("nothing to remove")
            .stores([same()])
            .runs("remove --failed --yes")
            .ends(0, "nothing to remove"),
        Case::of("what would go").stores([same()]).runs("rm now --dry-run").ends(0, "would be"),
        Case::of("a tag").stores([same()]).runs("tag now gpu").ends(0, "the tag `gpu`"),
        Case::of("a script for a shell").runs("completions bash").ends(0, "compare-last"),
        Case::of("a page of the manual").runs("man check").ends(0, ".SH NAME"),
        Case::of("nothing is blessed").runs("bless --list").ends(0, "nothing is blessed"),
    ]
}

fn usage() -> Vec<Case> {
    vec![
        Case::of("no command").runs("").ends(2, "Usage: "),
        Case::of("an unknown command").runs("chekc").ends(2, "'check'"),
        Case::of("an unknown option").runs("check --fail-no missing").ends(2, "'--fail-on'"),
        Case::of("an unknown reason").runs("check --fail-on mising").ends(2, "'missing'"),
        Case::of("no project").runs("init --yes").ends(2, "there is no Cargo.toml in"),
        Case::of("no TOML").writes("perf.toml", "[profile").runs("check").ends(2, "perf.toml:1"),
        Case::of("an unknown key")
            .writes("perf.toml", "[profile.default.check]\nregresion = 3\n")
            .runs("check")
            .ends(2, "did you mean `regression`?"),
        Case::of("an unknown word")
            .writes("perf.toml", "[profile.default.check]\nload = \"opn\"\n")
            .runs("check")
            .ends(2, "did you mean `open`?"),
        Case::of("no TOML of what is blessed")
            .writes("perf-blessed.toml", "[[blessing")
            .runs("check")
            .ends(2, "perf-blessed.toml:1"),
        Case::of("a run that is not there").stores([same()]).runs("show nowx").ends(2, "`now`?"),
        Case::of("too far back").stores([same()]).runs("show latest~1").ends(2, "1 run is stored"),
        Case::of("a label that is not there")
            .stores([same()])
            .runs("show label:x")
            .ends(2, "no stored run is labelled"),
        Case::of("no hash").stores([same()]).runs("show commit:x").ends(2, "write `git:x`"),
        Case::of("too far back on a branch")
            .stores([same()])
            .runs("show branch:main~1")
            .ends(2, "it is `branch:main`"),
        Case::of("nobody to ask").stores([same()]).runs("remove now").ends(2, "with --yes"),
        Case::of("nobody said which").stores([same()]).runs("remove").ends(2, "--keep 500"),
        Case::of("no such page").runs("man chekc").ends(2, "`check`"),
        Case::of("no moment").stores([same()]).runs("list --since x").ends(2, "is no moment"),
        Case::of("no reason").runs("bless app::parse").ends(2, "--reason"),
        Case::of("no regression")
            .stores([run("before"), same()])
            .keeps("before")
            .runs("bless parse --reason why")
            .ends(2, "app::parse is no regression against main"),
        Case::of("a name that is taken")
            .stores([run("before"), same()])
            .keeps("before")
            .runs("baseline save main")
            .ends(2, "replace it with --force"),
        Case::of("a baseline that is not whole")
            .stores([failed("now")])
            .runs("baseline save main")
            .ends(2, "is not whole: the command failed with exit code 101"),
        Case::of("no two commands").runs("ab --a true").ends(2, "B has no command"),
        Case::of("a side that fails").runs("ab --a false --b false").ends(2, "failed in round 1"),
        Case::of("no such command").runs("run -- no-such-program").ends(2, "cannot be started"),
        Case::of("no such file").runs("changepoints --input none.csv").ends(2, "none.csv"),
        Case::of("no such table")
            .writes("a.csv", "series,time\n")
            .runs("changepoints --input a.csv")
            .ends(2, "a.csv:1"),
        Case::of("nowhere to write").stores([same()]).runs("show -o no/where").ends(2, "no/where"),
    ]
}

/// Mistakes with benchmarks.
fn usage_of_benchmarks() -> Vec<Case> {
    vec![
        Case::of("an unknown option of benchmarks")
            .writes("perf.toml", "[bench.\"*\"]\ntiem = \"1s\"\n")
            .runs("bench --quick")
            .ends(2, "did you mean `time`?"),
        Case::of("no duration").runs("bench --time soon").ends(2, "--time"),
        Case::of("nothing to build").runs("bench --quick").ends(2, "Cargo.toml"),
    ]
}

/// A command for a shell that records, more calls the greater `n` is.
fn direct(n: u32) -> String {
    format!("{} direct {n}", program!("recursion"))
}

fn worse() -> Vec<Case> {
    vec![
        Case::of("slower run by run")
            .stores(declining())
            .runs("compare-last 5")
            .ends(3, "REGRESSION"),
        Case::of("a target that is missed")
            .runs("overhead --time 10ms --threads 1 --target call=1ns")
            .ends(3, "MISSED"),
        Case::of("a side that is worse")
            .runs("ab --rounds 1 --warmup 0 --metrics calls --a")
            .with(&direct(8))
            .with("--b")
            .with(&direct(9))
            .ends(3, "REGRESSION"),
    ]
}

fn nothing() -> Vec<Case> {
    vec![
        Case::of("no run to show").runs("show").ends(4, "no run is stored yet"),
        Case::of("no run to compare").runs("compare latest~1").ends(4, "no run is stored yet"),
        Case::of("no history").runs("history").ends(4, "no run is stored yet"),
        Case::of("no run of a branch")
            .stores([same()])
            .runs("history --branch trunk")
            .ends(4, "no run of branch \"trunk\" is stored"),
        Case::of("no run to list").runs("list").ends(4, "no run is stored yet"),
        Case::of("no run to remove").runs("remove latest --yes").ends(4, "no run is stored yet"),
        Case::of("no run of a branch by its name")
            .stores([same()])
            .runs("show branch:trunk")
            .ends(4, "there is `branch:main`"),
        Case::of("no run of a commit")
            .stores([same()])
            .runs("show commit:abcd")
            .ends(4, "commit abcd has no stored run"),
        Case::of("too few runs").stores([same()]).runs("compare-last 3").ends(4, "1 run of this"),
        Case::of("no run to keep").runs("baseline save main").ends(4, "no run is stored yet"),
        Case::of("nothing recorded to keep")
            .stores([empty()])
            .runs("baseline save main")
            .ends(4, "recorded nothing"),
        Case::of("too few runs to keep")
            .stores([same()])
            .runs("baseline save main --runs 3")
            .ends(4, "only 1 of 3 runs is there"),
        Case::of("no baseline to bless against")
            .stores([same()])
            .runs("bless parse --reason why")
            .ends(4, "no baseline"),
        Case::of("nothing to collect").runs("collect --dir segments").ends(4, "no process has"),
        Case::of("nothing is running").runs("stacks --dir segments").ends(4, "no running process"),
        Case::of("sides that record nothing")
            .runs("ab --a true --b true")
            .ends(4, "recorded nothing"),
    ]
}

fn open() -> Vec<Case> {
    vec![
        Case::of("a check that sees nothing")
            .stores([run("before"), same()])
            .keeps("before")
            .runs("check --self-test --metrics calls")
            .ends(5, "BLIND"),
        Case::of("sides that fail")
            .runs("ab --rounds 1 --warmup 0 --allow-failure --fail-on incomplete --a")
            .with(&format!("{}; exit 1", direct(8)))
            .with("--b")
            .with(&format!("{}; exit 1", direct(8)))
            .ends(5, "help: what was judged is not whole: the command failed"),
    ]
}

fn unreadable() -> Vec<Case> {
    let newer = "{\"schema\": \"perf-track/run\", \"version\": 999}";
    let check = |what, text| {
        let case = Case::of(what).stores([same()]).writes(".perf/baselines/main.json", text);
        case.runs("check")
    };
    vec![
        check("no document", "nonsense").ends(6, "main.json"),
        check("a newer document", newer).ends(6, "version 999"),
        Case::of("no database")
            .writes("store.sqlite", "nonsense")
            .runs("show")
            .ends(6, "store.sqlite"),
        Case::of("no segment")
            .writes("1-a.ptseg", "nonsense")
            .runs("stacks 1-a.ptseg")
            .ends(6, "1-a"),
        Case::of("nothing but damaged segments")
            .writes("segments/5000077-a.ptseg", "nonsense")
            .runs("collect --dir segments")
            .ends(6, "no segment in"),
    ]
}

/// A command's own code, and the shell's for a signal.
fn own() -> Vec<Case> {
    let script = |script: &str| Case::of("its own").runs("run -- sh -c").with(script);
    vec![
        script("exit 7").ends(7, "stored as run"),
        script("exit 3").ends(3, "stored as run"),
        script("kill -9 $$").ends(137, "stored as run"),
        Case::of("the first of several that fails")
            .runs("run --repeat 3 -- sh -c")
            .with("exit 9")
            .ends(9, "1 of 3 runs is stored"),
    ]
}
