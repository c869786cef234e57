//! Real uses of perf-track.
