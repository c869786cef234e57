//! The growth of benchmarks with the size of their work, in words.

use std::fmt::Write as _;

use crate::model::{Complexity, CostGrowth};
use crate::stats::forms::Form;
use crate::text::units;

/// The title of its part.
pub(crate) const TITLE: &str = "How it grows";

/// Returns the sizes of a benchmark: `5 sizes from 64 to 16,384`.
pub(crate) fn sizes(complexity: &Complexity) -> String {
    let ends = [complexity.sizes.first(), complexity.sizes.last()];
    let [first, last] = ends.map(|size| units::number(size.copied().unwrap_or_default()));
    let sizes = units::plural(complexity.sizes.len() as u64, "size");
    format!("{sizes} from {first} to {last}")
}

/// Returns a sentence for each cost: `time: n lg n, exponent 1.12 (1.08 to 1.16), 40.0 ns of it fixed`; or the reason
/// for which there is none.
pub(crate) fn sentences(complexity: &Complexity) -> Vec<String> {
    if let Some(why) = &complexity.unknown {
        return vec![format!("nothing is said: {why}")];
    }
    complexity
        .costs
        .iter()
        .map(|growth| format!("{}: {}", growth.cost.title(), of(growth)))
        .collect()
}

fn of(growth: &CostGrowth) -> String {
    if let Some(pct) = growth.constant_within_pct {
        return format!("constant, as far as can be told: at most {} more", units::percent(pct));
    }
    let mut text = forms(growth);
    if let Some((power, (low, high))) = growth.exponent.zip(growth.interval) {
        let _ = write!(text, ", exponent {power:.2} ({low:.2} to {high:.2})");
    }
    if let Some(fixed) = growth.fixed {
        let _ = write!(text, ", about {} of it fixed", growth.cost.unit().text(fixed));
    }
    text
}

/// Returns the forms that cannot be told apart: `n`, `n or n lg n (which cannot be told apart)`.
fn forms(growth: &CostGrowth) -> String {
    let texts: Vec<&str> = growth.forms.iter().map(|form: &Form| form.text()).collect();
    match texts.as_slice() {
        [] => "none of 1, lg n, n, n lg n, n² and n³".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => {
            format!("{} or {last}, which cannot be told apart", first.join(", "))
        }
    }
}
