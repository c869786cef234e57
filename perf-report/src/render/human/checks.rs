//! The checks of `doctor` for a screen.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::model::{CheckState, ChecksDocument};
use crate::render::Screen;
use crate::text::sanitize;

/// Returns a line a check, each with its sign, and below it what to do.
pub(crate) fn checks(document: &ChecksDocument, screen: Screen) -> String {
    let checks = &document.checks;
    let width = checks.iter().map(|check| check.subject.len()).max().unwrap_or(0);
    let mut text = String::new();
    for check in checks {
        let (sign, color) = match check.state {
            CheckState::Good => ("✓", AnsiColor::Green),
            CheckState::Notice => ("!", AnsiColor::Yellow),
            CheckState::Broken => ("✗", AnsiColor::Red),
        };
        let style = if screen.styled { color.on_default().bold() } else { Style::new() };
        let finding = sanitize::screen(&check.finding);
        let _ = writeln!(text, "{style}{sign}{style:#} {:width$}  {finding}", check.subject);
        if let Some(help) = &check.help {
            let _ = writeln!(text, "  {:width$}  → {}", "", sanitize::screen(help));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Check;

    #[test]
    fn findings_stand_below_each_other_and_say_what_to_do() {
        let check = |state, subject: &str, help: Option<&str>| Check {
            state,
            subject: subject.to_owned(),
            finding: format!("how the {subject} is\u{1b}"),
            help: help.map(str::to_owned),
        };
        let checks = vec![
            check(CheckState::Good, "store", None),
            check(CheckState::Notice, "recording", Some("store it")),
            check(CheckState::Broken, "clock", Some("buy one")),
        ];
        insta::assert_snapshot!(super::checks(&ChecksDocument::of(checks), Screen::default()), @r"
        ✓ store      how the store is\u{1b}
        ! recording  how the recording is\u{1b}
                     → store it
        ✗ clock      how the clock is\u{1b}
                     → buy one
        ");
    }
}
