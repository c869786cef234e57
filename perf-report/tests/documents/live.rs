//! The document of what runs now.

use perf_report::model::{Since, TopDocument};
use perf_report::render::json;

use super::obeys;

const SCHEMA: &str = include_str!("../../schemas/top.v1.schema.json");
const GOLDEN: &str = include_str!("../golden/top.v1.json");

#[test]
fn what_runs_now_obeys_its_schema_too() {
    obeys(GOLDEN, SCHEMA);
    let top: TopDocument = serde_json::from_str(GOLDEN).unwrap();
    let visit = top.functions.iter().find(|row| row.function.name.ends_with("visit")).unwrap();
    assert_eq!((top.since, visit.function.calls), (Since::Last, 18_240));
    assert!((visit.calls_per_s - 9_120.0).abs() < 1e-9 && top.is_running(), "{top:?}");
    assert!(top.threads[0].threads[1].frames[3].recursive);
    let written = json::json(&top).unwrap();
    obeys(&written, SCHEMA);
    assert_eq!(serde_json::from_str::<TopDocument>(&written).unwrap(), top);
}

#[test]
fn the_health_of_an_agent_obeys_its_schema() {
    let golden = include_str!("../golden/health.v1.json");
    obeys(golden, include_str!("../../schemas/health.v1.schema.json"));
    let health: perf_report::model::HealthDocument = serde_json::from_str(golden).unwrap();
    assert_eq!(serde_json::to_string_pretty(&health).unwrap() + "\n", golden);
}
