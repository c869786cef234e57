//! The looks of text on a screen: a few styles, and when they are used.

use anstyle::{Ansi256Color, AnsiColor, Style};

use crate::model::{Trend, Verdict, colour_of_crate};

/// Colours text, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    /// Permission to colour at all.
    pub(crate) styled: bool,
}

/// The roles that text can have.
pub(crate) mod style {
    use super::{AnsiColor, Style};

    /// Text as it is.
    pub(crate) const PLAIN: Style = Style::new();
    /// The style for what a reader looks for first.
    pub(crate) const STRONG: Style = Style::new().bold();
    /// The style for what a reader may skip.
    pub(crate) const FAINT: Style = Style::new().dimmed();
    /// The style for the places where the time goes.
    pub(crate) const HEAT: Style = AnsiColor::Cyan.on_default();
    /// Failures.
    pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
    /// The style for what needs a look.
    pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
    /// The style for what became better.
    pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
}

impl Paint {
    /// Returns `text` in `style`.
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        if self.styled && style != Style::new() && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Returns `text` in the style of `verdict`.
    pub(crate) fn verdict(self, verdict: Verdict, text: &str) -> String {
        self.paint(of_verdict(verdict), text)
    }
}

/// Returns the style of a verdict.
pub(crate) fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Regression => style::BAD,
        Verdict::Degraded | Verdict::Inconclusive => style::WARN,
        Verdict::Improved => style::GOOD,
        Verdict::Stable => style::FAINT,
        Verdict::Changed | Verdict::Added | Verdict::Removed | Verdict::Renamed => style::HEAT,
    }
}

/// Returns the style of a trend.
pub(crate) fn of_trend(trend: Trend) -> Style {
    match trend {
        Trend::Regression => style::BAD,
        Trend::Degraded => style::WARN,
        Trend::Improvement => style::GOOD,
        Trend::Stable => style::FAINT,
    }
}

/// Returns the style of a box for a function, by its crate; grey for several functions together. Dark letters
/// on light ground read on any screen.
pub(crate) fn of_crate(function: Option<&str>) -> Style {
    const GROUNDS: [u8; 12] = [223, 152, 187, 217, 151, 189, 222, 116, 181, 150, 183, 109];
    const GREY: u8 = 250;
    let ground = |name| GROUNDS.get(colour_of_crate(name, GROUNDS.len())).copied();
    let ground = function.and_then(ground).unwrap_or(GREY);
    Ansi256Color(16).on(Ansi256Color(ground))
}
