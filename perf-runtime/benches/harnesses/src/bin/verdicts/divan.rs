//! divan, which gives estimates and no verdicts.

use harnesses::pairs::names;
use harnesses::reading::{bench, divan_medians};

use crate::{Harness, JUDGED, Judged, Verdict, output_of};

/// divan, as it comes.
pub struct Divan;

impl Harness for Divan {
    fn name(&self) -> String {
        "divan".to_owned()
    }

    fn same(&self) -> Vec<Judged> {
        let mut command = bench("with_divan");
        let names = JUDGED.map(|name| format!("with_divan::{name}"));
        let (text, _) = output_of(command.args(["--", "--exact"]).args(names));
        let judged = |(name, estimate)| Judged { name, verdict: Verdict::None, estimate };
        divan_medians(&text).into_iter().map(judged).collect()
    }

    fn differ(&self) -> Vec<Judged> {
        let (text, _) = output_of(&mut bench("pairs_with_divan"));
        let medians = divan_medians(&text);
        let median = |name: &str, half: &str| {
            medians.get(&format!("{name}::{half}")).copied().unwrap_or(f64::NAN)
        };
        let judged = |name: String| {
            let estimate = (median(&name, "more") / median(&name, "base") - 1.0) * 100.0;
            Judged { name, verdict: Verdict::None, estimate }
        };
        names().map(judged).collect()
    }
}
