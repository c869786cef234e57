//! Functions of a source that could carry the attribute, found line by line: advice, and no more. Pure.

/// The words that may stand before `fn`, the longest first.
const BEFORE: [&str; 5] = ["pub(crate) ", "pub(super) ", "pub ", "async ", "unsafe "];
/// The longest part of a line that is shown.
const LONGEST: usize = 60;

/// A function in a source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its line, from 1.
    pub line: usize,
    /// How it begins.
    pub head: String,
}

/// Returns the function that a newcomer is shown: the first public one, else the first, and `main` only if there is
/// no other. Functions inside of something else are passed over, as are tests and `const fn`.
pub(super) fn function(source: &str) -> Option<Found> {
    let mut best: Option<(u8, Found)> = None;
    let mut is_behind_attribute = false;
    for (at, line) in source.lines().enumerate() {
        if let Some(name) = name(line).filter(|_| !is_behind_attribute) {
            let rank = match name {
                "main" => 0,
                _ if line.starts_with("pub ") => 2,
                _ => 1,
            };
            if best.as_ref().is_none_or(|(of_best, _)| rank > *of_best) {
                best = Some((rank, Found { line: at + 1, head: head(line) }));
            }
        }
        is_behind_attribute = line.starts_with("#[");
    }
    best.map(|(_, found)| found)
}

/// Returns the name of the function that an outermost line begins.
fn name(line: &str) -> Option<&str> {
    let mut rest = line;
    while let Some(shorter) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let rest = rest.strip_prefix("fn ")?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

fn head(line: &str) -> String {
    let line = line.trim_end().trim_end_matches('{').trim_end();
    let mut head: String = line.chars().take(LONGEST).collect();
    if head.len() < line.len() {
        head.push('…');
    }
    head
}

/// Returns whether a crate does without the standard library.
pub(super) fn is_no_std(source: &str) -> bool {
    source.lines().any(|line| line.trim_start().starts_with("#![no_std]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Option<(usize, String)> {
        function(source).map(|found| (found.line, found.head))
    }

    #[test]
    fn the_first_public_function_is_shown() {
        let source = "fn main() {}\nfn own() {}\nimpl S {\n    pub fn inner() {}\n}\n\n\
                      pub async fn serve<T>(it: T) -> u8 {\npub fn later() {}\n";
        assert_eq!(found(source), Some((7, "pub async fn serve<T>(it: T) -> u8".to_owned())));
        assert_eq!(found("fn main() {}\nfn own() {\n"), Some((2, "fn own()".to_owned())));
        assert_eq!(found("fn main() {\n"), Some((1, "fn main()".to_owned())));
        let long = format!("pub fn f({}) {{", "a: u8, ".repeat(20));
        assert_eq!(found(&long).unwrap().1.chars().count(), LONGEST + 1);
    }

    #[test]
    fn what_cannot_be_tracked_is_passed_over() {
        assert_eq!(
            found("#[test]\nfn works() {}\npub const fn two() -> u8 { 2 }\nfn\n// fn f()\n"),
            None
        );
        assert!(is_no_std("//! doc\n#![no_std]\n") && !is_no_std("// #![no_std]\n"));
    }
}
