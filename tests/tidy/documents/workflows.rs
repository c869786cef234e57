//! Workflows to paste, and the actions: real commands, nothing put into scripts, nothing that passes unseen.

use perf_tests::house::Source;

use super::commands::{Help, Typed, split, unknown};
use crate::sources;
use crate::{Finding, assert_none};

/// The folder of the workflows to paste.
const FOLDER: &str = "docs/ci/";
/// The actions.
const ACTIONS: [&str; 2] = ["action.yml", "comment/action.yml"];
/// The repository of the actions, as workflows name it.
const OURS: &str = "perf-track/perf-track";

/// Returns the workflows to paste.
fn to_paste() -> Vec<Source> {
    let mut all = sources::all();
    all.retain(|source| source.path.starts_with(FOLDER));
    assert!(all.len() >= 6, "{all:?}");
    all
}

/// Returns everything that a CI server executes: the workflows to paste, our own, the actions.
fn executed() -> Vec<Source> {
    let mut all = sources::all();
    let is_executed = |path: &str| {
        path.starts_with(FOLDER)
            || path.starts_with("perf-report/src/init/texts/")
            || path.starts_with(".github/workflows/")
            || ACTIONS.contains(&path)
    };
    all.retain(|source| is_executed(&source.path));
    all
}

/// Finds the commands of perf-report in a workflow, wherever they stand in a line. A line that ends in a backslash
/// goes on in the next one.
fn commands(workflow: &Source) -> Vec<Typed> {
    let mut found = Vec::new();
    let mut lines = workflow.lines();
    while let Some((number, text)) = lines.next() {
        let mut whole = text.trim().to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            whole += lines.next().map_or("", |(_, more)| more.trim());
        }
        if whole.starts_with('#') || whole.starts_with("//") || whole.contains("command -v") {
            continue;
        }
        // What installs it only names it.
        let parts = whole.split("perf-report ").skip(1).map(|rest| format!("perf-report {rest}"));
        for part in parts.filter(|_| !whole.contains("cargo install")) {
            let end = [" ||", " &&", ";", "' "].iter().filter_map(|end| part.find(end)).min();
            let part = &part[..end.unwrap_or(part.len())];
            split(&mut found, number, part.trim_end_matches('\''));
        }
    }
    found
}

/// Finds expressions in scripts: whoever named a branch or a pull request would write a part of the script.
fn expressions_in_scripts(workflow: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut block = None;
    for (number, text) in workflow.lines() {
        let indent = text.len() - text.trim_start().len();
        let is_more = block.is_some_and(|of| indent > of) || text.trim().is_empty();
        let of_run = text.trim_start().trim_start_matches("- ").starts_with("run:");
        if of_run {
            block = Some(indent + if text.trim_start().starts_with("- ") { 2 } else { 0 });
        } else if !is_more {
            block = None;
        }
        if block.is_some() && text.contains("${{") {
            findings.push(Finding::new(
                workflow,
                number,
                "an expression in a script: hand it in by `env`",
            ));
        }
    }
    findings
}

/// Finds workflows in which nothing to judge by is as good as a good judgement.
fn blind(workflow: &Source) -> Vec<Finding> {
    let judges = ["perf-report check", "perf-report ab", &format!("uses: {OURS}@")];
    let does = judges.iter().any(|it| workflow.text.contains(it));
    let says =
        ["--fail-on missing", "fail-on: missing"].iter().any(|it| workflow.text.contains(it));
    let finding = || Finding::new(workflow, 1, "it passes where there is nothing to judge by");
    (does && !says).then(finding).into_iter().collect()
}

/// Finds steps of an action that name no shell, without which GitHub refuses them.
fn without_shell(action: &Source) -> Vec<Finding> {
    let text = action.text.split_once("\n  steps:\n").map_or("", |(_, steps)| steps);
    let steps = text.split("\n    - ").map(|step| step.trim_start_matches("    - "));
    let is_script = |step: &&str| step.contains("\n      run:") || step.starts_with("run:");
    let bad = steps.filter(is_script).filter(|step| !step.contains("shell: bash"));
    bad.map(|step| Finding::new(action, 1, format!("no `shell: bash` in {step:?}"))).collect()
}

/// Finds variables that a script reads, and the step that calls it does not set.
fn unset(action: &Source, scripts: &[Source]) -> Vec<Finding> {
    let steps = action.text.split("\n    - ").collect::<Vec<_>>();
    let mut findings = Vec::new();
    for script in scripts {
        let name = script.path.rsplit('/').next().unwrap_or_default();
        let Some(step) = steps.iter().find(|step| step.contains(&format!("/{name}\""))) else {
            continue;
        };
        let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
        let words = script.text.split(|c| !is_part(c)).filter(|word| word.starts_with("PERF_"));
        for word in words.filter(|word| {
            !step.contains(&format!("{word}:")) && !step.contains(&format!("{word}="))
        }) {
            findings.push(Finding::new(script, 1, format!("{} sets no {word}", action.path)));
        }
    }
    findings.dedup_by(|a, b| a == b);
    findings
}

/// Finds our actions under another tag than that of this version.
fn other_version(source: &Source, version: &str) -> Vec<Finding> {
    let named = |(number, text): (usize, &str)| {
        let (_, rest) = text.split_once(&format!("uses: {OURS}"))?;
        let tag = rest.split_once('@')?.1.split_whitespace().next()?;
        let is_hash = tag.len() == 40;
        let what = format!("the action of version {tag}, and this is v{version}");
        (tag != format!("v{version}") && !is_hash).then(|| Finding::new(source, number, what))
    };
    source.lines().filter_map(named).collect()
}

#[test]
fn commands_in_workflows_exist() {
    let mut help = Help::default();
    let mut all = 0;
    let mut findings = Vec::new();
    for workflow in to_paste() {
        let typed = commands(&workflow);
        all += typed.len();
        findings.extend(unknown(&workflow, typed, &mut help));
    }
    assert!(all >= 10, "{all}");
    assert_none(findings);
}

#[test]
fn no_expression_stands_in_a_script() {
    assert_none(executed().iter().flat_map(expressions_in_scripts));
}

#[test]
fn every_workflow_fails_where_there_is_nothing_to_judge_by() {
    assert_none(to_paste().iter().flat_map(blind));
}

#[test]
fn steps_of_actions_name_their_shell_and_set_what_scripts_read() {
    let mut scripts = sources::all();
    scripts.retain(|it| it.path.starts_with(".github/action/") || it.path == "comment/post.sh");
    // What calls it stands for it.
    for script in &mut scripts {
        script.path = script.path.replace("post.sh", "comment.sh");
    }
    assert!(scripts.len() >= 5, "{scripts:?}");
    for path in ACTIONS {
        let action = sources::one(path);
        assert_none(without_shell(&action));
        assert_none(unset(&action, &scripts));
    }
}

#[test]
fn workflows_use_the_actions_of_this_version() {
    let mut all = to_paste();
    all.extend(["README.md", "docs/ci.md"].map(sources::one));
    assert_none(all.iter().flat_map(|source| other_version(source, env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_rules_on_workflows_can_fail() {
    let lines = |findings: Vec<Finding>| findings.iter().map(|it| it.line).collect::<Vec<_>>();
    let text = "- run: echo ${{ a }}\n- if: ${{ b }}\n  run: |\n    echo\n\n    ${{ c }}\n  env:\n    A: ${{ d }}\n";
    assert_eq!(lines(expressions_in_scripts(&Source::made_up("a.yml", text))), [1, 6]);
    let made_up = |text: &str| Source::made_up("a.yml", text);
    assert_eq!(blind(&made_up("sh 'perf-report check'")).len(), 1);
    assert_eq!(blind(&made_up("perf-report ab --fail-on missing")).len(), 0);
    let action = made_up(
        "runs:\n  steps:\n    - id: a\n      run: '/a.sh\"'\n    - shell: bash\n      env:\n        PERF_A: 1\n      run: '/b.sh\"'\n",
    );
    assert_eq!(without_shell(&action).len(), 1);
    let script = Source::made_up("b.sh", "echo $PERF_A $PERF_B\n");
    assert_eq!(unset(&action, &[script]).len(), 1);
    let old =
        made_up("- uses: perf-track/perf-track/comment@v0.0.1\n- uses: perf-track/perf-track@v2\n");
    assert_eq!(lines(other_version(&old, "2")), [1]);
    let typed = commands(&made_up(
        "- perf-report a --b \\\n  --c || exit\nsh 'perf-report d --e'\n# perf-report f\n",
    ));
    let words: Vec<String> = typed.into_iter().map(|it| it.words.join(" ")).collect();
    assert_eq!(words, ["perf-report a --b --c", "perf-report d --e"]);
}
