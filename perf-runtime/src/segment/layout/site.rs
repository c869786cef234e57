//! A tracked place.

/// A site. Its text follows: name, module, file, tags (each tag ended by a zero byte).
#[repr(C)]
pub(crate) struct SiteRecord {
    /// Previous site.
    pub(crate) previous: u32,
    /// Number by which nodes name the site. One site may have several, after a race.
    pub(crate) index: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) flags: u32,
    /// Lengths of the four texts in bytes.
    pub(crate) text_bytes: [u32; 4],
    /// Build of the crate that holds the function: [`BUILT_LEVELS`] and [`BUILT_ASSERTIONS`]. 0
    /// where that is not known, as in older segments.
    pub(crate) built: u32,
    /// p50, p95, p99, mean, max, calls, allocations, regression; [`NO_LIMIT`] where not given.
    pub(crate) budget: [u64; 8],
}

/// Levels of optimisation in the low four bits of [`SiteRecord::built`], from 1 on.
pub(crate) const BUILT_LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];

/// Debug assertions in the next two bits of [`SiteRecord::built`]: off, and on.
pub(crate) const BUILT_ASSERTIONS: [u32; 2] = [0x10, 0x20];
