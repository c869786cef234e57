//! Documents of `monitor`: golden ones stay readable, and obey their schemas.

use perf_report::model::{
    AlertDocument, AlertEvent, AlertKind, AlertStatus, AlertsDocument, MonitorDocument,
    TrackedDocument,
};
use perf_report::render::json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::obeys;

const ALERT_SCHEMA: &str = include_str!("../../schemas/alert.v1.schema.json");
const MONITOR_SCHEMA: &str = include_str!("../../schemas/monitor.v1.schema.json");
const TRACKED_SCHEMA: &str = include_str!("../../schemas/tracked.v1.schema.json");
const GOLDEN_ALERT: &str = include_str!("../golden/alert.v1.json");
const GOLDEN_ALERTS: &str = include_str!("../golden/alerts.v1.json");
const GOLDEN_MONITOR: &str = include_str!("../golden/monitor.v1.json");
const GOLDEN_TRACKED: &str = include_str!("../golden/tracked.v1.json");

/// Reads a golden document, and writes it so that it obeys the schema and is the same again.
#[track_caller]
fn kept<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    golden: &str,
    schema: &str,
) -> T {
    obeys(golden, schema);
    let document: T = serde_json::from_str(golden).unwrap();
    let written = json::json(&document).unwrap();
    obeys(&written, schema);
    assert_eq!(serde_json::from_str::<T>(&written).unwrap(), document);
    document
}

#[test]
fn what_monitors_wrote_stays_readable() {
    let alert: AlertDocument = kept(GOLDEN_ALERT, ALERT_SCHEMA);
    assert_eq!(alert.status, AlertStatus::Failure);
    assert_eq!(alert.alerts[0].event, AlertEvent::Firing);
    assert_eq!(alert.alerts[0].key.kind, AlertKind::Regression);
    let round: MonitorDocument = kept(GOLDEN_MONITOR, MONITOR_SCHEMA);
    assert_eq!((round.alerts.len(), round.firing.len()), (alert.alerts.len(), alert.firing.len()));
    let tracked: TrackedDocument = kept(GOLDEN_TRACKED, TRACKED_SCHEMA);
    assert_eq!(tracked.summary.runs, tracked.runs.len() as u64);
    let memory: AlertsDocument = serde_json::from_str(GOLDEN_ALERTS).unwrap();
    assert_eq!(memory.watches.len(), 1, "what a monitor remembers survives a new version of it");
}
