//! One function in detail: its distribution, who calls it, and whom it calls. Pure.

use crate::model::{Neighbour, TopDocument, TopFunction, neighbours};
use crate::stats::number::float;

/// The most bars of a distribution.
const MOST_BARS: usize = 12;

/// The width of bars: parts of an octave, and how many of them are one bar.
type Scale = (usize, usize);

/// The scales to choose from, the finest first.
const SCALES: [Scale; 6] = [(8, 1), (4, 1), (2, 1), (1, 1), (1, 2), (1, 3)];

/// The scale on which all durations that there are fit.
const COARSEST: Scale = (1, 5);

/// One function in detail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Detail {
    /// The function.
    pub function: TopFunction,
    /// The durations of its calls, the shortest first.
    pub bars: Vec<Bar>,
    /// Its callers, those with the most time first; without a name where nothing tracked called it.
    pub callers: Vec<Neighbour>,
    /// The functions that it called, those with the most time first.
    pub callees: Vec<Neighbour>,
}

/// The calls with a duration in a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar {
    /// The shortest duration in it, in nanoseconds; of the bar below the usual range, its end.
    pub from_ns: u64,
    /// Its place in the range that is drawn in detail.
    pub place: Place,
    /// Number of calls.
    pub calls: u64,
    /// Their share of the longest bar.
    pub part: f64,
}

/// The place of a bar. A call in hundreds that is far off would else take all detail from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Below the usual range.
    Below,
    /// In it.
    Within,
    /// Above it.
    Above,
}

impl Detail {
    /// Returns the details of the function `name`; `None` where nothing of it happened.
    pub(crate) fn of(document: &TopDocument, name: &str) -> Option<Self> {
        let function = document.functions.iter().find(|row| row.function.name == name)?.clone();
        let bars = bars(&function.function.histogram);
        let (up, down) = neighbours(&document.tree, name);
        Some(Self { function, bars, callers: up, callees: down })
    }
}

/// Returns the bars of a histogram: as many to an octave as fit, empty ones among them, and one for what
/// lies on either side of nearly all calls.
fn bars(histogram: &[(u64, u64)]) -> Vec<Bar> {
    let Some((first, last)) = usual_range(histogram) else { return Vec::new() };
    let number = |ns: u64, (per_octave, step): Scale| place(ns, per_octave) / step;
    let fits = |&scale: &Scale| number(last, scale) - number(first, scale) < MOST_BARS;
    let scale = SCALES.into_iter().find(fits).unwrap_or(COARSEST);
    let (start, end) = (number(first, scale), number(last, scale));
    let mut sums = vec![0_u64; end - start + 1];
    let [mut below, mut above] = [0_u64; 2];
    for &(ns, calls) in histogram {
        let sum = match number(ns, scale) {
            number if number < start => &mut below,
            number => sums.get_mut(number - start).unwrap_or(&mut above),
        };
        *sum = sum.saturating_add(calls);
    }
    let most = sums.iter().chain([&below, &above]).copied().max().unwrap_or(1).max(1);
    let bar = |place: Place, number: usize, calls: u64| Bar {
        from_ns: beginning(number * scale.1, scale.0),
        place,
        calls,
        part: float(calls) / float(most),
    };
    let within = sums.iter().enumerate().map(|(at, &calls)| bar(Place::Within, start + at, calls));
    let is_any = |bar: &Bar| bar.calls > 0;
    let below = Some(bar(Place::Below, start, below)).filter(is_any);
    let above = Some(bar(Place::Above, end + 1, above)).filter(is_any);
    below.into_iter().chain(within).chain(above).collect()
}

/// Returns the shortest and the longest duration of nearly all calls: without one in two hundred on
/// either side.
fn usual_range(histogram: &[(u64, u64)]) -> Option<(u64, u64)> {
    const FAR_OFF: u128 = 200;
    let few = histogram.iter().map(|&(_, calls)| u128::from(calls)).sum::<u128>() / FAR_OFF;
    Some((after(few, histogram.iter())?, after(few, histogram.iter().rev())?))
}

/// Returns the duration of the call that comes after a few.
fn after<'a>(few: u128, mut buckets: impl Iterator<Item = &'a (u64, u64)>) -> Option<u64> {
    let mut seen = 0_u128;
    let found = buckets.find(|(_, calls)| {
        seen += u128::from(*calls);
        seen > few
    });
    found.map(|&(ns, _)| ns)
}

/// Returns the number of the part of an octave that a duration is in.
fn place(ns: u64, per_octave: usize) -> usize {
    let ns = ns.max(1);
    let octave = ns.ilog2();
    let within = (u128::from(ns - (1 << octave)) * per_octave as u128) >> octave;
    octave as usize * per_octave + usize::try_from(within).unwrap_or(0)
}

/// Returns the shortest duration of a part of an octave.
fn beginning(place: usize, per_octave: usize) -> u64 {
    let octave = u32::try_from(place / per_octave).unwrap_or(63).min(63);
    let within = (place % per_octave) as u128;
    let ns = (1_u128 << octave) + ((within << octave) / per_octave as u128);
    u64::try_from(ns).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::top::{document, samples};
    use proptest::prelude::*;

    #[test]
    fn callers_and_callees_are_those_of_all_contexts() {
        let document = document(&samples::reading(2), None);
        let write = Detail::of(&document, "demo::store::write").unwrap();
        let names = |edges: &[Neighbour]| -> Vec<_> {
            edges.iter().map(|edge| (edge.name.clone(), edge.calls)).collect()
        };
        let handle = Some("demo::handle".to_owned());
        assert_eq!(names(&write.callers), [(handle, 16), (None, 4)]);
        assert!(write.callees.is_empty());
        let handle = Detail::of(&document, "demo::handle").unwrap();
        assert_eq!(handle.callees[0].name.as_deref(), Some("demo::parse"));
        assert_eq!(Detail::of(&document, "demo::gone"), None);
    }

    #[test]
    fn a_call_far_off_takes_no_detail_from_the_others() {
        let near = (100_000..116_000).step_by(4_000).map(|ns| (ns, 500));
        let histogram: Vec<_> =
            std::iter::once((1, 3)).chain(near).chain([(9_000_000, 2)]).collect();
        let bars = bars(&histogram);
        let calls: Vec<_> = bars.iter().map(|bar| (bar.place, bar.calls)).collect();
        let within = |calls| (Place::Within, calls);
        assert_eq!(
            calls,
            [(Place::Below, 3), within(1_000), within(1_000), (Place::Above, 2)],
            "{bars:?}"
        );
    }

    proptest! {
        #[test]
        fn no_call_is_lost_between_bars(
            pairs in proptest::collection::btree_map(0_u64..1 << 48, 1_u64..1000, 0..60),
        ) {
            let histogram: Vec<(u64, u64)> = pairs.into_iter().collect();
            let bars = bars(&histogram);
            let calls: u64 = histogram.iter().map(|&(_, calls)| calls).sum();
            prop_assert_eq!(bars.iter().map(|bar| bar.calls).sum::<u64>(), calls);
            prop_assert!(bars.len() <= MOST_BARS + 2, "{}", bars.len());
            prop_assert!(bars.windows(2).all(|pair| pair[0].from_ns <= pair[1].from_ns));
            if let (Some(bar), Some(&(shortest, _))) = (bars.first(), histogram.first()) {
                prop_assert!(bar.place == Place::Below || bar.from_ns <= shortest.max(1));
            }
        }
    }
}
