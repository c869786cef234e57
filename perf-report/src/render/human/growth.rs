//! The growth and the scaling of benchmarks for a screen.

use std::fmt::Write as _;

use super::paint::{Paint, style};
use super::wrap;
use crate::model::{Complexity, Scaling};
use crate::render::Screen;
use crate::render::words::{bench_growth, bench_scaling, fit};
use crate::text::sanitize;

/// Returns both parts, each with its title; nothing where there is neither.
pub(crate) fn growth(complexity: &[Complexity], scaling: &[Scaling], screen: Screen) -> String {
    let mut text = String::new();
    if !complexity.is_empty() {
        text += &title(bench_growth::TITLE, screen);
        for it in complexity {
            text += &name(&it.benchmark, Some(&bench_growth::sizes(it)), screen);
            text += &lines(&bench_growth::sentences(it), screen);
        }
    }
    if !scaling.is_empty() {
        text += &title(bench_scaling::TITLE, screen);
        for it in scaling {
            text += &name(&it.benchmark, None, screen);
            text += &steps(it, screen);
            text += &lines(&bench_scaling::sentences(it), screen);
        }
    }
    text
}

fn title(title: &str, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    format!("\n{}\n", paint.paint(style::STRONG, title))
}

fn name(name: &str, more: Option<&str>, screen: Screen) -> String {
    let name = fit::name(name, screen.width.saturating_sub(2).max(20));
    let more = more.map_or_else(String::new, |more| format!(", {more}"));
    wrap::words(&format!("{name}{more}"), "  ", screen.width)
}

fn lines(sentences: &[String], screen: Screen) -> String {
    let lines = sentences.iter();
    lines.map(|it| wrap::words(&sanitize::screen(it), "    ", screen.width)).collect()
}

/// Returns a line a step.
fn steps(scaling: &Scaling, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let rows: Vec<[String; 4]> = scaling.steps.iter().map(bench_scaling::cells).collect();
    let widths = [0, 1, 2, 3].map(|at| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([bench_scaling::COLUMNS[at].chars().count()]).max().unwrap_or(0)
    });
    let line = |cells: [&str; 4]| {
        let mut line = String::from("  ");
        for (cell, width) in cells.into_iter().zip(widths) {
            let _ = write!(line, "  {cell:>width$}");
        }
        line
    };
    let mut text = paint.paint(style::FAINT, &line(bench_scaling::COLUMNS)) + "\n";
    for row in &rows {
        text += &(line(row.each_ref().map(String::as_str)) + "\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cost, CostGrowth, ScalingLaw, ScalingStep};
    use crate::render::markdown;
    use crate::stats::forms::Form;

    fn complexity() -> Vec<Complexity> {
        let growth = |cost, forms: &[Form], exponent: Option<f64>| CostGrowth {
            cost,
            values: vec![1.0; 5],
            forms: forms.to_vec(),
            exponent,
            interval: exponent.map(|it| (it - 0.03, it + 0.04)),
            fixed: (cost == Cost::AllocBytes).then_some(96.0),
            constant_within_pct: exponent.is_none().then_some(9.4),
        };
        let sizes = vec![100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];
        let unknown = Some("4 sizes; it takes 5 to tell a growth".to_owned());
        vec![
            Complexity {
                benchmark: "shop::index".to_owned(),
                sizes: sizes.clone(),
                unknown: None,
                costs: vec![
                    growth(Cost::Time, &[Form::Quadratic], Some(1.99)),
                    growth(Cost::Allocs, &[Form::Constant, Form::Logarithmic], None),
                    growth(Cost::AllocBytes, &[Form::Linear, Form::Linearithmic], Some(1.03)),
                ],
            },
            Complexity {
                benchmark: "a|b `c` <script>\u{1b}[31m\n@user".to_owned(),
                sizes: sizes[..4].to_vec(),
                unknown,
                costs: Vec::new(),
            },
        ]
    }

    fn scaling() -> Vec<Scaling> {
        let step = |(threads, rate): (u32, f64)| ScalingStep {
            threads,
            calls_per_s: rate,
            interval: (rate * 0.98, rate * 1.02),
            efficiency: Some(rate / 1e6 / f64::from(threads)),
        };
        let rates = [(1, 1e6), (2, 1.95e6), (4, 3.85e6), (8, 5e6), (16, 3e6)];
        vec![Scaling {
            benchmark: "shop::lock".to_owned(),
            cores: 8,
            steps: rates.map(step).to_vec(),
            knee: 4,
            hurts_from: Some(16),
            law: Some(ScalingLaw {
                serial: 0.012,
                serial_interval: (0.0, 0.03),
                crosstalk: 0.014,
                crosstalk_interval: (0.01, 0.018),
                best_threads: Some(8.4),
            }),
        }]
    }

    #[test]
    fn people_see_how_it_grows_and_what_more_threads_bring() {
        for width in [60, 100] {
            let screen = Screen { width, styled: false };
            insta::assert_snapshot!(
                format!("growth_{width}"),
                growth(&complexity(), &scaling(), screen)
            );
        }
        assert_eq!(growth(&[], &[], Screen { width: 80, styled: true }), "");
    }

    #[test]
    fn pull_requests_see_the_same() {
        insta::assert_snapshot!(markdown::growth::growth(&complexity(), &scaling()));
    }
}
