//! The only place that looks at the `record` feature.
//!
//! It mounts the recorder's modules, or the few lines that stand in for it, and nothing else.

/// Whether this build records.
#[cfg_attr(not(test), expect(dead_code, reason = "read by the modules that the next step mounts"))]
pub(crate) const RECORD: bool = cfg!(feature = "record");

#[cfg(feature = "record")]
#[path = "private.rs"]
#[doc(hidden)]
pub mod __private;
