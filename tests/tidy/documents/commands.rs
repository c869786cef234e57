//! Commands in documents name what exists: packages and targets of cargo, commands and options of
//! perf-report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use perf_tests::program;
use serde_json::Value;

use super::markdown::{Line, Markdown, documents, quoted};
use crate::sources::{self, Source};
use crate::{Finding, assert_none};

/// A command that a document tells people to type, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) line: usize,
    pub(super) words: Vec<String>,
}

/// Finds the commands in a document: behind a `$` in blocks, behind `run:` in those of workflows, and in
/// prose between backquotes, if they begin with one of the programs that the rules are about.
fn commands(document: &Source) -> Vec<Typed> {
    let markdown = Markdown::of(document);
    let mut commands = Vec::new();
    let mut lines = markdown.lines.iter().peekable();
    while let Some(&Line { number, text, language }) = lines.next() {
        let text = text.trim_start();
        if language == Some("yaml") {
            let Some(first) = text.strip_prefix("- run:") else { continue };
            let mut typed = first.trim_start_matches([' ', '>', '|']).to_owned();
            while let Some(more) = lines.next_if(|it| is_more_of_a_step(it)) {
                typed = format!("{typed} {}", more.text.trim());
            }
            split(&mut commands, number, &typed);
        } else if let Some(first) = text.strip_prefix("$ ") {
            let mut typed = first.to_owned();
            while typed.ends_with('\\') {
                typed.pop();
                typed.push_str(lines.next().map_or("", |more| more.text));
            }
            split(&mut commands, number, &typed);
        } else if language.is_none() {
            for typed in quoted(text).filter(|it| is_ours(it)) {
                split(&mut commands, number, typed);
            }
        }
    }
    commands
}

fn is_more_of_a_step(line: &Line<'_>) -> bool {
    line.language == Some("yaml") && !line.text.trim_start().starts_with("- ")
}

fn is_ours(typed: &str) -> bool {
    ["perf-report ", "cargo perf-report ", "cargo run ", "cargo bench ", "cargo test "]
        .iter()
        .any(|program| typed.starts_with(program))
}

/// Cuts a command at every `--`. The rest is a command of its own, or the arguments of the program
/// that cargo runs: perf-report, or one that is not ours.
pub(super) fn split(commands: &mut Vec<Typed>, line: usize, typed: &str) {
    let mut program = None;
    for part in words(typed).split(|word| word == "--") {
        let words: Vec<String> = program.take().into_iter().chain(part.iter().cloned()).collect();
        let runs_ours = words.first().is_some_and(|word| word == "cargo")
            && words.iter().any(|word| word == "run")
            && words.windows(2).any(|pair| pair[0] == "-p" && pair[1] == "perf-report");
        program = runs_ours.then(|| "perf-report".to_owned());
        if !words.is_empty() {
            commands.push(Typed { line, words });
        }
    }
}

/// Splits a command as a shell does: quotes hold a word together, `#` begins a comment. A pipe ends
/// it, since the next command is not ours.
fn words(typed: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in typed.chars() {
        let word = words.last_mut().map_or("", |word| word);
        match (c, quote) {
            ('#' | '|', None) if word.is_empty() => break,
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            (' ', None) if word.is_empty() => {}
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().expect("there is one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The packages that cargo knows here, each with the kinds and names of its targets.
type Packages = BTreeMap<String, BTreeSet<(String, String)>>;

fn known_to_cargo() -> Packages {
    let root = sources::root();
    let workspaces = ["", "perf-runtime/benches/peers"];
    workspaces.iter().flat_map(|folder| known_in(&root.join(folder))).collect()
}

/// Returns the packages of the workspace in `folder`.
fn known_in(folder: &Path) -> Packages {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--locked"])
        .current_dir(folder)
        .output()
        .expect("cargo can be run");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let target = |it: &Value| (text(&it["kind"][0]), text(&it["name"]));
    let targets =
        |package: &Value| package["targets"].as_array().map(|all| all.iter().map(target).collect());
    packages.map(|package| (text(&package["name"]), targets(package).unwrap_or_default())).collect()
}

/// Finds names of packages and targets that cargo does not know. A target must be in the package that
/// the command names, or in any.
fn unknown_to_cargo(document: &Source, known: &Packages) -> Vec<Finding> {
    let mut findings = Vec::new();
    for typed in commands(document).iter().filter(|typed| typed.words[0] == "cargo") {
        let value_of = |names: &[&str]| {
            let pair = typed.words.windows(2).find(|pair| names.contains(&pair[0].as_str()));
            pair.map(|pair| pair[1].clone())
        };
        let package = value_of(&["-p", "--package"]);
        if let Some(name) = package.as_ref().filter(|name| !known.contains_key(*name)) {
            findings.push(Finding::new(
                document,
                typed.line,
                format!("cargo knows no package {name}"),
            ));
            continue;
        }
        for kind in ["bin", "test", "example", "bench"] {
            let Some(name) = value_of(&[&format!("--{kind}")]) else { continue };
            let mut packages =
                known.iter().filter(|(it, _)| package.as_ref().is_none_or(|name| name == *it));
            if !packages.any(|(_, targets)| targets.contains(&(kind.to_owned(), name.clone()))) {
                findings.push(Finding::new(
                    document,
                    typed.line,
                    format!("cargo knows no {kind} {name}"),
                ));
            }
        }
        let manifest = value_of(&["--manifest-path"]);
        let is_gone = |path: &String| !sources::root().join(path).is_file();
        if let Some(path) = manifest.filter(is_gone) {
            findings.push(Finding::new(document, typed.line, format!("{path} is gone")));
        }
    }
    findings
}

/// The help of perf-report's commands, asked for once each.
#[derive(Debug, Default)]
pub(super) struct Help(BTreeMap<String, Option<String>>);

impl Help {
    /// Returns the help of a command, if there is one of that name.
    fn of(&mut self, command: &[String]) -> Option<&str> {
        let ask = || {
            let output = Command::new(program!("perf-report-under-test"))
                .args(command)
                .arg("--help")
                .output()
                .expect("perf-report can be run");
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        self.0.entry(command.join(" ")).or_insert_with(ask).as_deref()
    }

    /// Returns the words at the beginning of `arguments` that name a command: one, or two as in
    /// `baseline save`.
    fn command<'a>(&mut self, arguments: &'a [String]) -> Option<&'a [String]> {
        let has_commands = self.of(arguments.get(..1)?)?.contains("\nCommands:\n");
        match arguments.get(1).filter(|word| has_commands && !word.starts_with('-')) {
            Some(_) => self.of(&arguments[..2]).is_some().then(|| &arguments[..2]),
            None => Some(&arguments[..1]),
        }
    }

    /// Returns whether a command takes an option.
    fn has(&mut self, command: &[String], option: &str) -> bool {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let help = self.of(command).unwrap_or_default();
        help.split(|c| !is_part(c)).any(|word| word == option)
    }
}

/// Finds commands and options of perf-report in a document that its help does not have.
fn unknown_to_perf_report(document: &Source, help: &mut Help) -> Vec<Finding> {
    unknown(document, commands(document), help)
}

/// Finds those among `commands` that the help of perf-report does not have.
pub(super) fn unknown(document: &Source, commands: Vec<Typed>, help: &mut Help) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Typed { line, words } in commands {
        let words = words.strip_prefix(&["cargo".to_owned()]).unwrap_or(&words);
        let Some(arguments) = words.strip_prefix(&["perf-report".to_owned()]) else { continue };
        let is_help = arguments.first().is_some_and(|word| word == "help" || word == "--help");
        let Some(command) = help.command(arguments).filter(|_| !is_help) else {
            let what = format!("perf-report has no {}", arguments.join(" "));
            findings.extend((!is_help).then(|| Finding::new(document, line, what)));
            continue;
        };
        for option in arguments.iter().filter(|word| word.starts_with('-') && word.len() > 1) {
            let option = option.split('=').next().unwrap_or(option);
            if !help.has(command, option) {
                let what = format!("perf-report {} has no {option}", command.join(" "));
                findings.push(Finding::new(document, line, what));
            }
        }
    }
    findings
}

#[test]
fn commands_for_cargo_name_what_exists() {
    let known = known_to_cargo();
    assert_none(documents().iter().flat_map(|document| unknown_to_cargo(document, &known)));
}

#[test]
fn commands_for_perf_report_exist() {
    let mut help = Help::default();
    assert_none(
        documents().iter().flat_map(|document| unknown_to_perf_report(document, &mut help)),
    );
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let text = "Type `perf-report show --tree`, or `ls`.\n```console\n$ cargo run -p perf-report -- run -- ls\n\
                $ perf-report ab --a './a -- b' \\\n    --b c # --d\n```\n```yaml\n    - run: >\n      \
                perf-report check\n      --all\n    - uses: x\n```\n";
    let typed: Vec<(usize, String)> = commands(&Source::made_up("a.md", text))
        .into_iter()
        .map(|typed| (typed.line, typed.words.join(" ")))
        .collect();
    let expected = [
        (1, "perf-report show --tree"),
        (3, "cargo run -p perf-report"),
        (3, "perf-report run"),
        (3, "ls"),
        (4, "perf-report ab --a ./a -- b --b c"),
        (8, "perf-report check --all"),
    ];
    assert_eq!(typed, expected.map(|(line, words)| (line, words.to_owned())));
}

#[test]
fn the_rules_on_commands_can_fail() {
    let targets = BTreeSet::from([("bin".to_owned(), "a".to_owned())]);
    let known = BTreeMap::from([("one".to_owned(), targets), ("two".to_owned(), BTreeSet::new())]);
    let lines =
        |findings: Vec<Finding>| findings.iter().map(|found| found.line).collect::<Vec<_>>();
    let text = "$ cargo run -p one --bin a\n$ cargo run --bin a\n$ cargo run -p gone\n\
                $ cargo run -p two --bin a\n$ cargo test --test a\n\
                $ cargo run --manifest-path gone/Cargo.toml\n`cargo bench -p gone`\n";
    assert_eq!(
        lines(unknown_to_cargo(&Source::made_up("README.md", text), &known)),
        [3, 4, 5, 6, 7]
    );

    let text = "$ perf-report show --tree -f json\n$ perf-report no-such\n$ perf-report show --no-such\n\
                $ perf-report show --tre\n$ perf-report baseline save main --runs 3\n\
                $ perf-report baseline save main --format json\n$ perf-report baseline gone\n\
                `perf-report check --gone`\n$ cargo run -p perf-report -- run --gone -- ls --gone\n\
                $ perf-report help check\n$ perf-report run -z\n";
    let document = Source::made_up("README.md", text);
    let found = unknown_to_perf_report(&document, &mut Help::default());
    assert_eq!(lines(found), [2, 3, 4, 6, 7, 8, 9, 11]);
}
