//! Which setting of a detector raises as many false alarms as allowed: how good a detector looks
//! otherwise only says how loud it is.

use crate::detectors::{Detector, Setting};

/// The setting with the largest share of false alarms up to `most`; of those with the same, the most
/// lax. `alarms` are those of the settings, in order. `None` where even the strictest has more.
pub(crate) fn at_most<'a>(
    detector: &'a Detector,
    alarms: &[f64],
    most: f64,
) -> Option<&'a Setting> {
    let allowed = detector.swept.iter().zip(alarms).filter(|(_, alarms)| **alarms <= most);
    allowed.rev().max_by(|a, b| a.1.total_cmp(b.1)).map(|(setting, _)| setting)
}
