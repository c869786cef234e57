//! The strict judgement of every split between its neighbours, which takes back the weakest until all hold.

use super::evidence::{Evidence, evidence};
use super::noise::Noise;
use super::search::{least_shift, places_with};
use super::{Change, Kind, Settings};

/// Returns the changes that hold.
pub(super) fn judge(values: &[f64], mut splits: Vec<usize>, settings: &Settings) -> Vec<Change> {
    if splits.is_empty() {
        return Vec::new();
    }
    let noise = Noise::of(values, &splits);
    let mut judged: Vec<Option<Evidence>> = vec![None; splits.len()];
    loop {
        for (at, judged) in judged.iter_mut().enumerate() {
            judged.get_or_insert_with(|| {
                let place = neighbours(&splits, at, values.len());
                let mut seen = evidence(values, place, noise, settings.false_alarms / 1e4);
                let (_, split, after) = place;
                let is_last = after == values.len();
                seen.p_value *= places_with(after - split, is_last, values.len());
                seen.p_value = seen.p_value.min(1.0);
                seen
            });
        }
        let worst = (0..splits.len())
            .filter_map(|at| Some((at, weakness(&splits, at, judged[at]?, values.len(), settings))))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match worst {
            Some((at, weakness)) if weakness > 1.0 => {
                splits.remove(at);
                judged.remove(at);
                for neighbour in [at.checked_sub(1), Some(at)].into_iter().flatten() {
                    if let Some(judged) = judged.get_mut(neighbour) {
                        *judged = None;
                    }
                }
            }
            _ => break,
        }
    }
    splits
        .iter()
        .zip(judged)
        .filter_map(|(&index, judged)| {
            let Evidence { p_value, level, shift } = judged?;
            Some(Change { index, end: index, kind: Kind::Step, level, shift, p_value })
        })
        .collect()
}

/// Returns the begin of the segment before a split, the split, and the end of the segment after it.
fn neighbours(splits: &[usize], at: usize, length: usize) -> (usize, usize, usize) {
    let before = at.checked_sub(1).and_then(|at| splits.get(at)).copied().unwrap_or(0);
    let after = splits.get(at + 1).copied().unwrap_or(length);
    (before, splits[at], after)
}

/// Weighs a split: above 1 if it does not hold, and the more the less it does.
fn weakness(
    splits: &[usize],
    at: usize,
    seen: Evidence,
    length: usize,
    settings: &Settings,
) -> f64 {
    let (before, place, after) = neighbours(splits, at, length);
    let shortest = |run: usize| run.min(length / 4).max(2);
    let run_before = if before == 0 { settings.min_before } else { settings.min_run };
    let run_after = if after == length { settings.min_fresh } else { settings.min_run };
    if place - before < shortest(run_before) || after - place < shortest(run_after) {
        return f64::INFINITY;
    }
    let effect = least_shift(after - place, after == length, settings) / seen.shift.abs();
    effect.max(settings.false_alarms.ln() / seen.p_value.clamp(f64::MIN_POSITIVE, 0.999).ln())
}
