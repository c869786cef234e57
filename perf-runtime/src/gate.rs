//! The only place that looks at the `record` feature.
//!
//! It mounts the recorder's modules, or the few lines that stand in for it, and nothing else. The
//! attribute leaves functions alone when the feature is off, so nothing else need know.

#[cfg(feature = "record")]
#[path = "private.rs"]
#[doc(hidden)]
pub mod __private;
#[cfg(feature = "record")]
#[path = "calibrate.rs"]
pub(crate) mod calibrate;
#[cfg(feature = "record")]
#[path = "hot/mod.rs"]
pub(crate) mod hot;
#[cfg(feature = "record")]
#[path = "registry.rs"]
pub(crate) mod registry;
#[cfg(feature = "record")]
#[path = "scope.rs"]
mod scope;
#[cfg(not(feature = "record"))]
#[path = "scope_absent.rs"]
mod scope;
#[cfg(feature = "record")]
#[path = "site.rs"]
pub(crate) mod site;
#[cfg(feature = "record")]
#[path = "sync.rs"]
pub(crate) mod sync;
#[cfg(feature = "record")]
#[path = "segment/writing/mod.rs"]
pub(crate) mod writing;

#[cfg(not(feature = "record"))]
#[path = "private_absent.rs"]
#[doc(hidden)]
pub mod __private;
#[cfg(feature = "record")]
#[path = "recorder.rs"]
pub(crate) mod recorder;
#[cfg(not(feature = "record"))]
#[path = "recorder_absent.rs"]
pub(crate) mod recorder;
