//! metered: a response time, which is a histogram behind a lock. Its unit is a millisecond.

use std::hint::black_box;
use std::path::Path;
use std::sync::LazyLock;

use metered::{ResponseTime, metered};

use super::{Candidate, Finish, keep, kept, repeat};
use crate::Result;

pub(super) const CANDIDATE: Candidate = Candidate {
    title: "metered",
    package: Some("metered"),
    environment: &[],
    start,
    call,
    reported: kept,
};

static SERVICE: LazyLock<Service> = LazyLock::new(Service::default);

#[derive(Debug, Default)]
struct Service {
    metrics: ServiceMetrics,
}

#[metered(registry = ServiceMetrics)]
impl Service {
    #[measure(ResponseTime)]
    #[inline(never)]
    fn tracked(&self, x: u64) -> u64 {
        black_box(x).wrapping_mul(3)
    }
}

fn call(times: u64) {
    let service: &Service = &SERVICE;
    repeat(times, |x| service.tracked(x));
}

fn start(folder: &Path) -> Result<Finish> {
    LazyLock::force(&SERVICE);
    let folder = folder.to_owned();
    Ok(Box::new(move || keep(&folder, SERVICE.metrics.tracked.response_time.histogram().len())))
}
