//! What `check` ends with: for each row of the guide's table, the ways to get there.

use perf_report::model::RunDocument;

use super::Case;
use super::runs::{
    called, empty, failed, failed_and_slower, killed, of_command, on_another_machine, run, same,
    taking, unoptimised, with_an_unrecorded_process, with_few_calls, with_lost_calls,
};

/// A limit that every run exceeds.
const BUDGET: &str = "[budget.\"app::parse\"]\np99 = \"1us\"\n";
/// Twice the calls are accepted.
const BLESSED: &str = "[[blessing]]\nfunction = \"app::parse\"\ncalls = { from = 1000, to = 2000 }\n\
                       reason = \"why\"\ncreated = 2026-11-20\n";

/// A row of the guide, and the cases of it.
type Row = (&'static str, Vec<Case>);

/// The rows, in the order of the guide.
pub(super) fn rows() -> Vec<Row> {
    vec![
        nothing_is_worse(),
        something_is_worse(),
        no_run(),
        no_comparison(),
        another_machine(),
        another_build(),
        no_baseline(),
        open(),
        not_whole(),
    ]
}

/// A case of a run `before`, kept as the baseline `main`, and these runs after it.
fn against(what: &'static str, runs: impl IntoIterator<Item = RunDocument>) -> Case {
    let case = Case::of(what).stores([run("before")]).stores(runs);
    case.keeps("before")
}

fn nothing_is_worse() -> Row {
    (
        "nothing is worse",
        vec![
            against("the same", [same()]).runs("check").ends(0, "STABLE"),
            against("faster", [taking(20)]).runs("check").ends(0, "IMPROVED"),
            against("one call more", [called(1_001)]).runs("check").ends(0, "DEGRADED"),
            against("beyond what is allowed", [taking(300)])
                .runs("check --regression never --degraded never")
                .ends(0, "STABLE"),
            against("slower, and accepted", [called(2_000)])
                .writes("perf-blessed.toml", BLESSED)
                .runs("check --fail-on degraded")
                .ends(0, "blessed up to 2,000"),
            against("slower, and only a warning", [taking(300)])
                .writes("perf.toml", "[budget.\"app::*\"]\nseverity = \"warn\"\n")
                .runs("check")
                .ends(0, "a warning only"),
        ],
    )
}

fn something_is_worse() -> Row {
    (
        "a regression, or a budget exceeded",
        vec![
            against("slower", [taking(300)]).runs("check").ends(3, "REGRESSION"),
            against("more calls", [called(2_000)]).runs("check").ends(3, "REGRESSION"),
            against("one call more, asked for", [called(1_001)])
                .runs("check --fail-on calls")
                .ends(3, "DEGRADED"),
            against("a little worse, asked for", [called(1_001)])
                .runs("check --fail-on degraded")
                .ends(3, "DEGRADED"),
            against("a budget", [same()])
                .writes("perf.toml", BUDGET)
                .runs("check")
                .ends(3, "budget"),
            Case::of("a budget without a baseline")
                .stores([same()])
                .writes("perf.toml", BUDGET)
                .runs("check")
                .ends(3, "OVER BUDGET"),
            against("slower, and it failed", [failed_and_slower()])
                .runs("check")
                .ends(3, "REGRESSION"),
        ],
    )
}

fn no_run() -> Row {
    (
        "no run at all, none of the baseline's command, or one that recorded nothing",
        vec![
            Case::of("no store").runs("check").ends(4, "no run is stored yet"),
            Case::of("no store, asked for").runs("check --fail-on missing").ends(4, "no run"),
            against("only runs of another command", [of_command("other")])
                .forgets("before")
                .runs("check")
                .ends(4, "no run of the baseline's command is stored"),
            against("nothing recorded", [empty()]).runs("check").ends(4, "recorded nothing"),
            against("runs of another command since", [taking(300), of_command("other")])
                .runs("check")
                .ends(3, "1 newer run of other commands passed over"),
        ],
    )
}

fn no_comparison() -> Row {
    (
        "the run is part of the baseline, or has no function in common with it",
        vec![
            against("itself", []).runs("check").ends(4, "is part of baseline"),
            against("itself by name", [same()])
                .runs("check --run before")
                .ends(4, "is part of baseline"),
            against("another command by name", [of_command("other")])
                .runs("check --run latest")
                .ends(4, "no function in common"),
        ],
    )
}

fn another_machine() -> Row {
    (
        "another machine than the baseline's",
        vec![
            against("slower there", [on_another_machine(taking(300))])
                .runs("check")
                .ends(0, "advice"),
            against("more calls there", [on_another_machine(called(2_000))])
                .runs("check")
                .ends(3, "REGRESSION"),
            against("a budget there", [on_another_machine(same())])
                .writes("perf.toml", BUDGET)
                .runs("check")
                .ends(3, "budget"),
        ],
    )
}

fn another_build() -> Row {
    (
        "another target, profile or optimisation level",
        vec![
            against("another profile", [unoptimised()])
                .runs("check")
                .ends(4, "cannot be compared by time"),
            against("as advice", [unoptimised()])
                .runs("check --allow-cross-machine")
                .ends(0, "(advisory)"),
        ],
    )
}

fn no_baseline() -> Row {
    (
        "no baseline yet",
        vec![
            Case::of("none").stores([same()]).runs("check").ends(0, "no baseline yet"),
            Case::of("none, asked for")
                .stores([same()])
                .runs("check --fail-on missing")
                .ends(4, "baseline save main"),
            Case::of("no window of a branch")
                .stores([same()])
                .runs("check --baseline trunk~5")
                .ends(0, "no run of branch"),
            Case::of("no window of a branch, asked for")
                .stores([same()])
                .runs("check --baseline trunk~5 --fail-on missing")
                .ends(4, "no run of branch"),
            against("another name", [same()])
                .runs("check --baseline mian")
                .ends(2, "did you mean `main`?"),
        ],
    )
}

fn open() -> Row {
    let ci = "[profile.ci.check]\nfail-on = [\"inconclusive\"]\n";
    (
        "something could not be judged",
        vec![
            against("a little slower", [taking(110)]).runs("check").ends(0, "INCONCLUSIVE"),
            against("asked for", [taking(110)])
                .runs("check --fail-on inconclusive")
                .ends(5, "help: more runs show more"),
            against("asked for in perf.toml", [taking(110)])
                .writes("perf.toml", ci)
                .runs("check --profile ci")
                .ends(5, "INCONCLUSIVE"),
            Case::of("called too seldom")
                .stores([with_few_calls("before"), with_few_calls("now")])
                .keeps("before")
                .runs("check --fail-on inconclusive")
                .ends(5, "call these functions more often"),
        ],
    )
}

fn not_whole() -> Row {
    (
        "the run is not whole: its command failed, processes or calls were not recorded",
        vec![
            against("failed", [failed("now")]).runs("check").ends(0, "exit code 101"),
            against("failed, asked for", [failed("now")])
                .runs("check --fail-on incomplete")
                .ends(5, "help: what was judged is not whole: the command failed"),
            against("killed", [killed()])
                .runs("check --fail-on incomplete")
                .ends(5, "ended by signal 9"),
            against("calls are lost", [with_lost_calls()])
                .runs("check --fail-on incomplete")
                .ends(5, "12 calls not recorded"),
            against("a process is lost", [with_an_unrecorded_process()])
                .runs("check --fail-on incomplete")
                .ends(5, "1 process not recorded"),
            against("whole", [same()]).runs("check --fail-on incomplete").ends(0, "unchanged"),
        ],
    )
}
