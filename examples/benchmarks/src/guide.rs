//! The Rust examples of the pages on benchmarks, which need the engine: they are compiled as tests of
//! this package.

#[doc = include_str!("../../../docs/benchmarks.md")]
mod benchmarks {}
#[doc = include_str!("../../../docs/from-criterion.md")]
mod from_criterion {}
#[doc = include_str!("../../../docs/from-divan.md")]
mod from_divan {}
