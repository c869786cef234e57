//! What the process uses beside time: processors, memory, files, the network.

use std::fs;
use std::sync::OnceLock;

use crate::newer::arrays;
use crate::snapshot::Batch;
use crate::writing::system;

/// The state of all meters at one moment. They only go up, but for the resident memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meters {
    user_ns: u64,
    system_ns: u64,
    peak_rss_bytes: u64,
    rss_bytes: u64,
    /// As `/proc/self/io` shows them: read, written, calls of each, and both of devices.
    io: [u64; 6],
    /// Bytes over all interfaces, and over those that do not leave the machine.
    network: [u64; 2],
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
            rss_bytes: resident().unwrap_or(0),
            io: io().unwrap_or_default(),
            network: network().unwrap_or_default(),
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
        let since = |at: usize| self.io[at].saturating_sub(before.io[at]).saturating_sub(own.0[at]);
        batch.read_bytes = since(0);
        batch.written_bytes = since(1);
        batch.reads = since(2);
        batch.writes = since(3);
        batch.device_read_bytes = since(4);
        batch.device_written_bytes = since(5);
        batch.network_bytes = self.network[0].saturating_sub(before.network[0]);
        batch.loopback_bytes = self.network[1].saturating_sub(before.network[1]);
    }
}

impl OwnUse {
    /// Measures the use of files between two readings with nothing between them.
    pub(super) fn measured() -> Self {
        let least = |least: [u64; 6]| {
            let (before, after) = (Meters::read(), Meters::read());
            std::array::from_fn(|at| least[at].min(after.io[at].saturating_sub(before.io[at])))
        };
        Self((0..5).fold([u64::MAX; 6], |so_far, _| least(so_far)))
    }
}

fn resident() -> Option<u64> {
    resident_of("self")
}

/// Returns the resident memory of a process, in bytes.
pub(super) fn resident_of(process: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages.saturating_mul(page_bytes()))
}

/// Returns the length of a page, from the words that the kernel gives each program at its start.
pub(super) fn page_bytes() -> u64 {
    const PAGE_SIZE: usize = 6;
    static BYTES: OnceLock<u64> = OnceLock::new();
    let read = || {
        let words = fs::read("/proc/self/auxv").ok()?;
        let words: Vec<usize> = arrays(&words).map(|word| usize::from_ne_bytes(*word)).collect();
        let [_, bytes] = arrays(&words).find(|[name, _]| *name == PAGE_SIZE)?;
        u64::try_from(*bytes).ok()
    };
    *BYTES.get_or_init(|| read().unwrap_or(4096))
}

fn io() -> Option<[u64; 6]> {
    const KEYS: [&str; 6] =
        ["rchar: ", "wchar: ", "syscr: ", "syscw: ", "read_bytes: ", "write_bytes: "];
    let text = fs::read_to_string("/proc/self/io").ok()?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.parse().ok());
    Some(KEYS.map(|key| value(key).unwrap_or(0)))
}

fn network() -> Option<[u64; 2]> {
    let text = fs::read_to_string("/proc/self/net/dev").ok()?;
    let mut bytes = [0_u64; 2];
    for line in text.lines() {
        let Some((name, numbers)) = line.split_once(':') else { continue };
        let number = |at| numbers.split_whitespace().nth(at).and_then(|it| it.parse::<u64>().ok());
        let both = number(0).unwrap_or(0).saturating_add(number(8).unwrap_or(0));
        bytes[0] = bytes[0].saturating_add(both);
        if name.trim() == "lo" {
            bytes[1] = bytes[1].saturating_add(both);
        }
    }
    Some(bytes)
}
