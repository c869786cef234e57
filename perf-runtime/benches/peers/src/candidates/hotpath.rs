//! hotpath: a guard in `main`, and a report in JSON when the guard is dropped.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use hotpath::{Format, HotpathGuardBuilder};
use serde_json::Value;

use super::{Candidate, Finish, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "hotpath",
    package: Some("hotpath"),
    environment: &[],
    start,
    call: |times| repeat(times, tracked),
    reported,
};

const REPORT: &str = "hotpath.json";

#[hotpath::measure]
#[inline(never)]
fn tracked(x: u64) -> u64 {
    black_box(x).wrapping_mul(3)
}

fn start(folder: &Path) -> Result<Finish> {
    let guard = HotpathGuardBuilder::new("main")
        .format(Format::Json)
        .output_path(folder.join(REPORT))
        .build();
    Ok(Box::new(|| {
        drop(guard);
        Ok(())
    }))
}

fn reported(folder: &Path) -> Result<Option<u64>> {
    let report: Value = serde_json::from_slice(&fs::read(folder.join(REPORT))?)?;
    let functions = report["functions_timing"]["data"].as_array().ok_or("no functions reported")?;
    let tracked = functions
        .iter()
        .find(|function| function["name"].as_str().is_some_and(|name| name.ends_with("::tracked")));
    Ok(Some(tracked.and_then(|function| function["calls"].as_u64()).unwrap_or(0)))
}
