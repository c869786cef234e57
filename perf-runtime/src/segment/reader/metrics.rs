//! The list of metrics, and the values of each shard's records of them.
//!
//! After a kill a record holds every finished update: the writer never touches the slot that is
//! valid. While the writer runs, a copy may mix two neighbouring updates of a gauge or a ratio, if
//! it makes two in the time that copying 128 bytes takes; a count is one number.

use std::mem::offset_of;

use super::bytes::{Bytes, damaged, offset_of, text};
use super::header::Facts;
use super::links::{Links, Unclaimed};
use super::numbers::Map;
use super::shards;
use crate::newer::Unsigned as _;
use crate::segment::SegmentError;
use crate::segment::layout::{
    METRIC_COUNT, METRIC_GAUGE, METRIC_RATIO, MetricRecord, MetricSiteRecord, MetricSlot,
    ShardRecord,
};
use crate::snapshot::{Gauge, Metric, Ratio, Reading};

/// Reads all metrics, one for each place that updates it, summed over the shards.
pub(super) fn read(bytes: Bytes<'_>, facts: &Facts) -> Result<Vec<Metric>, SegmentError> {
    let (mut metrics, metric_of_index) = sites(bytes, facts.metrics)?;
    let mut unclaimed = Unclaimed::of(bytes);
    let links = Links {
        previous: offset_of!(MetricRecord, previous),
        record_bytes: size_of::<MetricRecord>(),
        what: "record of a metric",
    };
    for shard in shards::places(bytes, facts)? {
        let last = bytes.u32(offset_of(shard) + offset_of!(ShardRecord, metrics))?;
        for at in links.follow(bytes, &mut unclaimed, last)?.into_iter().map(offset_of) {
            let index = bytes.u32(at + offset_of!(MetricRecord, metric))?;
            let metric = metric_of_index.get(&index).and_then(|&metric| metrics.get_mut(metric));
            let metric = metric.ok_or(damaged(at, "metric of a record"))?;
            metric.reading.merge(&reading(bytes, at, metric.reading, facts)?);
        }
    }
    Ok(metrics)
}

/// Reads the places that update metrics, without values yet, and maps each index to its metric.
fn sites(bytes: Bytes<'_>, last: u32) -> Result<(Vec<Metric>, Map<u32, usize>), SegmentError> {
    let (mut metrics, mut metric_of_index) = (Vec::new(), Map::default());
    let mut unclaimed = Unclaimed::of(bytes);
    let links = Links {
        previous: offset_of!(MetricSiteRecord, previous),
        record_bytes: size_of::<MetricSiteRecord>(),
        what: "metric",
    };
    for place in links.follow(bytes, &mut unclaimed, last)? {
        let at = offset_of(place);
        let metric = site(bytes, at, &mut unclaimed)?;
        let index = bytes.u32(at + offset_of!(MetricSiteRecord, index))?;
        metric_of_index.insert(index, metrics.len());
        metrics.push(metric);
    }
    Ok((metrics, metric_of_index))
}

fn site(bytes: Bytes<'_>, at: usize, unclaimed: &mut Unclaimed) -> Result<Metric, SegmentError> {
    let field = |offset: usize| bytes.u32(at + offset);
    let lengths = offset_of!(MetricSiteRecord, text_bytes);
    let (name_bytes, file_bytes) = (field(lengths)? as usize, field(lengths + 4)? as usize);
    unclaimed.claim(name_bytes + file_bytes, at, "text of a metric")?;
    let name = at + size_of::<MetricSiteRecord>();
    Ok(Metric {
        name: text(bytes.slice(name, name_bytes)?),
        file: text(bytes.slice(name + name_bytes, file_bytes)?),
        line: field(offset_of!(MetricSiteRecord, line))?,
        reading: match field(offset_of!(MetricSiteRecord, kind))? {
            METRIC_COUNT => Reading::Count(0),
            METRIC_GAUGE => Reading::Gauge(Gauge::default()),
            METRIC_RATIO => Reading::Ratio(Ratio::default()),
            _ => return Err(damaged(at, "kind of a metric")),
        },
    })
}

/// Reads the record at byte `at` of a metric with the kind of `like`.
fn reading(
    bytes: Bytes<'_>,
    at: usize,
    like: Reading,
    facts: &Facts,
) -> Result<Reading, SegmentError> {
    let turn = match like {
        Reading::Count(_) => 0,
        _ => bytes.u32(at + offset_of!(MetricRecord, turn))? as usize & 1,
    };
    let slot = at + offset_of!(MetricRecord, slots) + turn * size_of::<MetricSlot>();
    let field = |offset: usize| bytes.u64(slot + offset);
    let samples = field(offset_of!(MetricSlot, samples))?;
    let sums = [0, 8].map(|half| field(offset_of!(MetricSlot, sums) + half));
    let [low, high] = sums;
    let (low, high) = (low?, high?);
    Ok(match like {
        Reading::Count(_) => Reading::Count(samples),
        Reading::Ratio(_) => Reading::Ratio(Ratio { samples, part: low, whole: high }),
        Reading::Gauge(_) => Reading::Gauge(Gauge {
            samples,
            sum: (u128::from(high) << 64 | u128::from(low)).with_sign(),
            min: number(bytes, slot + offset_of!(MetricSlot, min))?,
            max: number(bytes, slot + offset_of!(MetricSlot, max))?,
            last: number(bytes, slot + offset_of!(MetricSlot, last))?,
            last_unix_ns: facts.unix_ns(field(offset_of!(MetricSlot, last_ticks))?),
        }),
    })
}

/// Reads the finite number at `offset`.
fn number(bytes: Bytes<'_>, offset: usize) -> Result<f64, SegmentError> {
    let number = f64::from_bits(bytes.u64(offset)?);
    if number.is_finite() { Ok(number) } else { Err(damaged(offset, "value of a gauge")) }
}

#[cfg(test)]
mod tests {
    use super::super::node::Writer;
    use super::*;
    use crate::segment::rate::Rate;
    use proptest::prelude::*;

    /// A record as its writer leaves it: each number is stored as `hot::metric` does.
    struct Record {
        bytes: Vec<u8>,
        turn: u32,
    }

    impl Record {
        fn new() -> Self {
            Self { bytes: vec![0; size_of::<MetricRecord>()], turn: 0 }
        }

        fn slot(turn: u32) -> usize {
            offset_of!(MetricRecord, slots) + (turn as usize & 1) * size_of::<MetricSlot>()
        }

        /// Adds to a ratio, and is killed after `steps` stores.
        fn add(&mut self, part: u64, whole: u64, steps: usize) {
            let (old, new) = (Self::slot(self.turn), Self::slot(self.turn + 1));
            for (number, amount) in [1, part, whole].into_iter().enumerate().take(steps) {
                let sum = Bytes(&self.bytes).u64(old + 8 * number).unwrap() + amount;
                self.bytes[new + 8 * number..][..8].copy_from_slice(&sum.to_ne_bytes());
            }
            if steps > 3 {
                self.turn += 1;
                let at = offset_of!(MetricRecord, turn);
                self.bytes[at..at + 4].copy_from_slice(&self.turn.to_ne_bytes());
            }
        }

        fn read(&self) -> Reading {
            let facts = Facts::for_test(Rate::ONE, Writer::Ended);
            let like = Reading::Ratio(Ratio::default());
            reading(Bytes(&self.bytes), 0, like, &facts).unwrap()
        }
    }

    proptest! {
        #[test]
        fn a_kill_between_any_two_stores_costs_no_finished_update(
            finished in proptest::collection::vec((0_u64..9, 0_u64..9), 0..5),
            steps in 0_usize..4,
        ) {
            let mut record = Record::new();
            for &(part, whole) in &finished {
                record.add(part, whole, usize::MAX);
            }
            record.add(100, 100, steps);
            let (part, whole) = finished.iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            let samples = finished.len() as u64;
            prop_assert_eq!(record.read(), Reading::Ratio(Ratio { samples, part, whole }));
        }
    }

    #[test]
    fn a_gauge_of_no_number_is_damage() {
        let mut bytes = vec![0; size_of::<MetricRecord>()];
        let at = offset_of!(MetricRecord, slots) + offset_of!(MetricSlot, min);
        bytes[at..at + 8].copy_from_slice(&f64::NAN.to_bits().to_ne_bytes());
        let facts = Facts::for_test(Rate::ONE, Writer::Ended);
        let like = Reading::Gauge(Gauge::default());
        assert!(reading(Bytes(&bytes), 0, like, &facts).is_err());
    }
}
