//! Actions, workflows and scripts, looked through by the linters of their kind.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use perf_tests::consumers::{consumer, python};

use super::root;

/// Returns the files with this ending in folders of the repository.
fn files(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let entries =
        folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).into_iter().flatten());
    let mut found: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    found.retain(|path| path.extension().is_some_and(|it| it == ending));
    found.sort();
    assert!(!found.is_empty(), "{folders:?}");
    found
}

#[track_caller]
fn passes(command: &mut Command) {
    let output = command.output().expect("it can be started");
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&text));
}

#[test]
fn shellcheck_finds_nothing() {
    let Some(mut shellcheck) = consumer("shellcheck") else { return };
    let scripts = files(&[".github/action", "comment", "tests/e2e/ci"], "sh");
    let of_platforms = ["platforms", "release", "msrv", "platform/within-aarch64"];
    let of_platforms = of_platforms.map(|it| root().join(".ci").join(it));
    passes(shellcheck.arg("-x").args(scripts).args(of_platforms).current_dir(root()));
}

#[test]
fn yamllint_finds_nothing() {
    let Some(mut yamllint) = consumer("yamllint") else { return };
    let rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, truthy: {check-keys: false}}}";
    let actions = ["action.yml", "comment/action.yml"].map(|it| root().join(it));
    let workflows = files(&["docs/ci", ".github/workflows"], "yml");
    passes(yamllint.args(["--strict", "-d", rules]).args(actions).args(workflows));
}

/// Returns an action as a workflow that can be called: actionlint knows the steps of nothing else.
fn as_workflow(action: &str) -> String {
    let between = |begin: &str, end: &str| {
        let rest = action.split_once(begin).map_or("", |(_, rest)| rest);
        rest.split_once(end).map_or(rest, |(part, _)| part).to_owned()
    };
    let inputs = between("\ninputs:\n", "\nruns:");
    let inputs = inputs.split("\noutputs:").next().unwrap_or_default();
    let is_name =
        |line: &&str| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
    let inputs =
        inputs.lines().filter(is_name).map(|line| format!("    {line}\n        type: string\n"));
    let steps = between("  steps:\n", "\u{0}");
    let steps = steps.lines().map(|line| format!("  {line}\n"));
    format!(
        "on:\n  workflow_call:\n    inputs:\n{}jobs:\n  action:\n    runs-on: ubuntu-latest\n    steps:\n{}",
        inputs.collect::<String>(),
        steps.collect::<String>()
    )
}

#[test]
fn actionlint_finds_nothing() {
    let Some(mut actionlint) = consumer("actionlint") else { return };
    let lab = perf_tests::lab!();
    let workflows = lab.folder().join(".github/workflows");
    fs::create_dir_all(&workflows).expect("a folder can be made");
    let write = |name: &str, text: &str| {
        fs::write(workflows.join(name), text).expect("a file can be written");
    };
    for path in files(&["docs/ci", ".github/workflows"], "yml") {
        let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
        if name.starts_with("github") || !path.starts_with(root().join("docs")) {
            write(&name, &fs::read_to_string(&path).expect("it is text"));
        }
    }
    for name in ["action.yml", "comment/action.yml"] {
        let action = fs::read_to_string(root().join(name)).expect("it is text");
        let workflow = as_workflow(&action);
        assert!(workflow.matches("shell: bash").count() >= 2 && workflow.contains("type: string"));
        write(&format!("as-{}", name.replace('/', "-")), &workflow);
    }
    fs::create_dir(lab.folder().join(".git")).expect("a folder can be made");
    passes(actionlint.args(["-no-color", "-oneline"]).current_dir(lab.folder()));
    // And it would see a mistake.
    write(
        "as-action.yml",
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/cache@v5\n",
    );
    let again = actionlint.output().expect("it can be started");
    assert!(!again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}

/// Checks what GitLab and Buildkite ask of the structure of a pipeline.
const STRUCTURE: &str = r#"
import sys, yaml

gitlab, buildkite = (yaml.safe_load(open(path)) for path in sys.argv[1:])
KEYS = {"image", "variables", "before_script", "script", "after_script", "rules", "cache", "artifacts", "extends",
        "tags", "stage", "needs", "allow_failure", "timeout"}
for name, job in gitlab.items():
    assert set(job) <= KEYS, (name, set(job) - KEYS)
    whole = dict(gitlab.get(job.get("extends"), {}), **job)
    assert name.startswith(".") or whole["script"], name
    for part in ("before_script", "script"):
        assert all(isinstance(line, str) for line in whole.get(part, [])), (name, part)
    for cache in whole.get("cache", []):
        assert set(cache) <= {"key", "paths", "policy"} and cache["paths"], (name, cache)
        assert cache.get("policy", "pull-push") in {"pull", "push", "pull-push"}, (name, cache)
    assert len(whole.get("cache", [])) <= 4, "GitLab takes four caches"
    for rule in whole.get("rules", []):
        assert set(rule) <= {"if", "changes", "when"}, (name, rule)
    artifacts = whole.get("artifacts", {})
    assert set(artifacts) <= {"when", "expose_as", "paths", "reports", "expire_in"}, artifacts
    assert set(artifacts.get("reports", {})) <= {"junit", "codequality", "dotenv", "metrics"}, artifacts
for step in buildkite["steps"]:
    assert set(step) <= {"label", "key", "if", "command", "artifact_paths", "soft_fail", "agents"}, step
    assert isinstance(step["command"], str), step
    # A single `$` is put in before the shell sees the script: whoever named the branch would write it.
    assert "$" not in step["command"].replace("$$", ""), step["command"]
"#;

#[test]
fn pipelines_have_the_structure_that_their_servers_ask_for() {
    let Some(mut python) = python("yaml") else { return };
    let pipelines = ["docs/ci/gitlab.yml", "docs/ci/buildkite.yml"].map(|it| root().join(it));
    passes(python.args(["-c", STRUCTURE]).args(pipelines));
}
