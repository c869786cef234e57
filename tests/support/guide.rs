//! The Rust examples of the documents, which are compiled and run as tests of this package.

#[doc = include_str!("../../README.md")]
mod readme {}
#[doc = include_str!("../../docs/async-and-allocations.md")]
mod async_and_allocations {}
#[doc = include_str!("../../docs/reading-reports.md")]
mod reading_reports {}
#[doc = include_str!("../../docs/report.md")]
mod report {}

#[doc = include_str!("../../docs/budgets-and-blessings.md")]
mod budgets_and_blessings {}
#[doc = include_str!("../../docs/for-library-authors.md")]
mod for_library_authors {}
#[doc = include_str!("../../docs/getting-started.md")]
mod getting_started {}
#[doc = include_str!("../../docs/library.md")]
mod library {}
#[doc = include_str!("../../docs/metrics.md")]
mod metrics {}
#[doc = include_str!("../../docs/webassembly.md")]
mod webassembly {}
