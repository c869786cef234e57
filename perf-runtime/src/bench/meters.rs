//! What the process uses beside time: processors, memory, files, the network.

use super::system::{Traffic, resident_of, traffic};
use crate::snapshot::Batch;
use crate::writing::system;

/// The state of all meters at one moment. They only go up, but for the resident memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meters {
    user_ns: u64,
    system_ns: u64,
    peak_rss_bytes: u64,
    rss_bytes: u64,
    traffic: Traffic,
}

/// The use of files by reading the meters themselves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OwnUse([u64; 6]);

impl Meters {
    /// Reads all meters; what the system does not show stays 0.
    pub(super) fn read() -> Self {
        let account = system::account().unwrap_or_default();
        Self {
            user_ns: account.user_ns,
            system_ns: account.system_ns,
            peak_rss_bytes: account.peak_rss_bytes,
            rss_bytes: resident_of(std::process::id()).unwrap_or(0),
            traffic: traffic(),
        }
    }

    /// Returns whether the process had more than `limit` bytes since `before`, and not before.
    pub(super) fn exceeds(&self, before: &Self, limit: u64) -> bool {
        let has_grown = self.peak_rss_bytes > before.peak_rss_bytes;
        self.peak_rss_bytes > limit && (has_grown || before.rss_bytes > limit)
    }

    /// Writes into `batch` what was used from `before` to here.
    pub(super) fn note(&self, before: &Self, own: OwnUse, batch: &mut Batch) {
        batch.user_ns = self.user_ns.saturating_sub(before.user_ns);
        batch.system_ns = self.system_ns.saturating_sub(before.system_ns);
        batch.peak_rss_bytes = self.peak_rss_bytes;
        batch.rss_bytes = self.rss_bytes;
        let (now, then) = (&self.traffic, &before.traffic);
        let since = |at: usize| now.io[at].saturating_sub(then.io[at]).saturating_sub(own.0[at]);
        batch.read_bytes = since(0);
        batch.written_bytes = since(1);
        batch.reads = since(2);
        batch.writes = since(3);
        batch.device_read_bytes = since(4);
        batch.device_written_bytes = since(5);
        batch.network_bytes = now.network[0].saturating_sub(then.network[0]);
        batch.loopback_bytes = now.network[1].saturating_sub(then.network[1]);
    }
}

impl OwnUse {
    /// Measures the use of files between two readings with nothing between them.
    pub(super) fn measured() -> Self {
        let least = |least: [u64; 6]| {
            let [before, after] = [(); 2].map(|()| Meters::read().traffic.io);
            std::array::from_fn(|at| least[at].min(after[at].saturating_sub(before[at])))
        };
        Self((0..5).fold([u64::MAX; 6], |so_far, _| least(so_far)))
    }
}
