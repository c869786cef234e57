//! The metrics of a fleet in both texts, as an agent serves them.

use super::{exposition, openmetrics, prometheus};
use crate::model::{FleetFunction, FleetTotals};

/// The text of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsText {
    /// The text format of Prometheus, 0.0.4.
    Prometheus,
    /// `OpenMetrics` 1.0.
    OpenMetrics,
}

impl MetricsText {
    /// Returns the type of its contents, as HTTP names it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Writes the series of a fleet. Functions without a histogram have none of its series.
    pub fn fleet(self, totals: &FleetTotals) -> String {
        let families = exposition::fleet::families(totals);
        match self {
            Self::Prometheus => prometheus::text(&families),
            Self::OpenMetrics => openmetrics::text(&families, ""),
        }
    }
}

/// The type of what [`native_fleet`] writes, as HTTP names it.
pub const NATIVE_TYPE: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// Writes the series of a fleet in Prometheus' protobuf, with native histograms.
pub fn native_fleet(totals: &FleetTotals) -> Vec<u8> {
    exposition::native::fleet(totals)
}

/// Counts the series that a function of a fleet has, with those of its histogram if it is to have one.
pub fn series_of(function: &FleetFunction, has_histogram: bool) -> usize {
    let histogram = if has_histogram && !function.histogram.is_empty() {
        exposition::fleet::HISTOGRAM_SERIES
    } else {
        0
    };
    exposition::fleet::series_of(function) + histogram
}

#[cfg(test)]
mod tests;
