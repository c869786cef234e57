//! The record of a metric in a segment. Safe code: bytes in, bytes out.

use super::site_text::{clip, put};
use crate::segment::layout::{METRIC_COUNT, METRIC_GAUGE, METRIC_RATIO, MetricSiteRecord};
use crate::snapshot::MetricKind;

/// A place that updates a metric, borrowed for writing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetricText<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: MetricKind,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
}

impl MetricText<'_> {
    /// Returns the number of bytes that [`MetricText::write_text`] writes.
    pub(crate) fn text_bytes(&self) -> usize {
        clip(self.name).len() + clip(self.file).len()
    }

    /// Makes the record for index `index`, linked to `previous`.
    pub(crate) fn record(&self, previous: u32, index: u32) -> MetricSiteRecord {
        MetricSiteRecord {
            previous,
            index,
            kind: match self.kind {
                MetricKind::Count => METRIC_COUNT,
                MetricKind::Gauge => METRIC_GAUGE,
                MetricKind::Ratio => METRIC_RATIO,
            },
            line: self.line,
            text_bytes: [clip(self.name), clip(self.file)]
                .map(|text| u32::try_from(text.len()).unwrap_or(0)),
        }
    }

    /// Fills `text`, which is [`MetricText::text_bytes`] long.
    pub(crate) fn write_text(&self, text: &mut [u8]) {
        put(put(text, clip(self.name).as_bytes()), clip(self.file).as_bytes());
    }
}
