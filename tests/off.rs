//! With `default-features = false` nothing of the recorder remains: not in the machine code, not
//! in the symbols, not among the dependencies.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Dependencies that only the recorder has.
const OF_THE_RECORDER: [&str; 4] = ["dashmap", "inventory", "libc", "once_cell"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("off")
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(args).current_dir(folder()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The assembly of the pairs.
fn assembly() -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("off");
    let mut args = vec!["rustc", "--lib", "--release", "--target-dir", target.to_str().unwrap()];
    args.extend(["--", "--emit=asm", "-Ccodegen-units=1", "-Cdebuginfo=0"]);
    cargo(&args);
    let files = fs::read_dir(target.join("release/deps")).unwrap();
    let newest = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "s"))
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap());
    fs::read_to_string(newest.unwrap()).unwrap()
}

/// The instructions of each function, by name; those of an alias are its target's.
fn functions(assembly: &str) -> BTreeMap<String, Vec<String>> {
    let mut functions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut aliases = Vec::new();
    let mut name = None;
    for line in assembly.lines() {
        if let Some((alias, of)) = line.split_once(" = ").filter(|_| !line.starts_with('\t')) {
            aliases.push((alias.to_owned(), of.to_owned()));
        } else if line.starts_with(".Lfunc_end") {
            name = None;
        } else if let Some(label) = line.strip_suffix(':').filter(|label| !label.starts_with('.')) {
            functions.entry(label.to_owned()).or_default();
            name = Some(label.to_owned());
        } else if let Some(body) = name.as_ref().and_then(|name| functions.get_mut(name)) {
            // Local labels are numbered through the file; what they stand for is the same.
            let is_instruction = line.starts_with('\t') && !line.starts_with("\t.");
            body.extend(is_instruction.then(|| without_label_numbers(line)));
        }
    }
    for (alias, of) in aliases {
        let body = functions.get(&of).cloned().unwrap_or_default();
        functions.insert(alias, body);
    }
    functions
}

/// What follows `prefix` in the name of a function, in whichever way its symbol is mangled.
fn name_after<'a>(prefix: &str, symbol: &'a str) -> Option<&'a str> {
    let (_, rest) = symbol.split_once(prefix)?;
    let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
    Some(&rest[..end])
}

fn without_label_numbers(line: &str) -> String {
    match line.split_once(".LBB") {
        None => line.trim().to_owned(),
        Some((before, label)) => {
            let block = label.split_once('_').map_or("", |(_, block)| block);
            format!("{} .LBB_{block}", before.trim())
        }
    }
}

#[test]
fn tracked_functions_are_the_same_machine_code_as_plain_ones() {
    if !cfg!(target_os = "linux") {
        perf_tests::skipped("the assembly of this system is laid out in another way");
        return;
    }
    let assembly = assembly();
    let functions = functions(&assembly);
    let mut pairs = 0;
    for (symbol, plain) in &functions {
        let Some(what) = name_after("plain_", symbol) else { continue };
        let tracked =
            functions.iter().find(|(symbol, _)| name_after("tracked_", symbol) == Some(what));
        assert!(!plain.is_empty(), "no instructions of {symbol} were found");
        assert_eq!(Some(plain), tracked.map(|(_, body)| body), "{what}");
        pairs += 1;
    }
    assert_eq!(pairs, 7, "all pairs were compared");
    for trace in ["perf_runtime", "PERF_TRACK", "inventory", ".init_array"] {
        assert!(!assembly.contains(trace), "{trace:?} is left in the program");
    }
}

#[test]
fn no_dependency_of_the_recorder_remains() {
    let tree = cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
    assert!(tree.contains("perf-runtime"), "{tree}");
    for name in OF_THE_RECORDER {
        let found = tree.lines().any(|line| line.split(' ').next() == Some(name));
        assert!(!found, "{name} remains:\n{tree}");
    }
}

#[test]
fn the_comparison_can_fail() {
    let text = "a:\n\tmov x\n.Lfunc_end0:\nb:\n\tmov y\n\tjmp .LBB1_2\n.Lfunc_end1:\nc = a\n";
    let functions = functions(text);
    assert_ne!(functions["a"], functions["b"]);
    assert_eq!(functions["a"], functions["c"]);
    assert_eq!(functions["b"], ["mov y", "jmp .LBB_2"]);
}
