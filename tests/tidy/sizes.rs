//! How long files and functions may be, and what a file begins with.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::sources::{self, Source};
use crate::{Finding, assert_none, in_rust_sources};

/// Lines that a file should have at most; longer ones are listed.
const FILE_AIM: usize = 300;
/// Lines that a file may have at most, tests and all.
const FILE_LIMIT: usize = 600;
/// Lines that the body of a function may have at most.
const FUNCTION_LIMIT: usize = 80;

fn too_long_a_file(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    let finding = || Finding::new(source, lines, format!("{lines} lines, of {FILE_LIMIT} at most"));
    (lines > FILE_LIMIT).then(finding).into_iter().collect()
}

fn too_long_functions(source: &Source) -> Vec<Finding> {
    let Ok(file) = syn::parse_file(&source.text) else { return Vec::new() };
    let mut bodies = Bodies { source, findings: Vec::new() };
    bodies.visit_file(&file);
    bodies.findings
}

/// Measures the body of every function it visits.
struct Bodies<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl Bodies<'_> {
    fn measure(&mut self, name: &syn::Ident, body: &syn::Block) {
        let span = body.span();
        let lines = (span.end().line - span.start().line).saturating_sub(1);
        if lines > FUNCTION_LIMIT {
            let what = format!("{name} has {lines} lines, of {FUNCTION_LIMIT} at most");
            self.findings.push(Finding::new(self.source, span.start().line, what));
        }
    }
}

impl<'ast> Visit<'ast> for Bodies<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig.ident, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig.ident, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.measure(&function.sig.ident, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn begins_without_a_word(source: &Source) -> Vec<Finding> {
    let first = source.text.lines().next().unwrap_or_default();
    let says_something = first.strip_prefix("//!").is_some_and(|rest| rest.trim().len() > 5);
    let finding = || Finding::new(source, 1, "a file opens with `//!` and what lives in it");
    (!says_something).then(finding).into_iter().collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn files_are_short() {
    let all = sources::all();
    for source in all.iter().filter(|source| source.is_rust()) {
        let lines = source.text.lines().count();
        if lines > FILE_AIM {
            println!("{} has {lines} lines; aim at {FILE_AIM}", source.path);
        }
    }
    assert_none(in_rust_sources(too_long_a_file));
}

#[test]
fn functions_are_short() {
    assert_none(in_rust_sources(too_long_functions));
}

#[test]
fn files_say_what_lives_in_them() {
    assert_none(in_rust_sources(begins_without_a_word));
}

#[test]
fn the_rule_on_files_can_fail() {
    let of_lines = |lines| Source::made_up("x.rs", &"\n".repeat(lines));
    assert!(too_long_a_file(&of_lines(FILE_LIMIT)).is_empty());
    assert_eq!(too_long_a_file(&of_lines(FILE_LIMIT + 1)).len(), 1);
}

#[test]
fn the_rule_on_functions_can_fail() {
    let of_lines = |lines| {
        let body = "    f();\n".repeat(lines);
        Source::made_up(
            "x.rs",
            &format!("impl S {{\nfn long() {{\n{body}}}\n}}\nfn short() {{}}\n"),
        )
    };
    assert!(too_long_functions(&of_lines(FUNCTION_LIMIT)).is_empty());
    let findings = too_long_functions(&of_lines(FUNCTION_LIMIT + 1));
    assert_eq!(findings.iter().map(|found| found.line).collect::<Vec<_>>(), [2]);
}

#[test]
fn the_rule_on_beginnings_can_fail() {
    let begins = |text: &str| begins_without_a_word(&Source::made_up("x.rs", text));
    assert!(begins("//! What it is.\nfn f() {}\n").is_empty());
    assert_eq!(begins("// What it is.\n").len(), 1);
    assert_eq!(begins("//! x\n").len(), 1);
    assert_eq!(begins("").len(), 1);
}
