//! The methods of others that the benchmarks hold ours against, by the examples of who published them. They
//! live beside the benchmarks; tests of a benchmark without a harness would not run there.

#[path = "../benches/methods/bootstrap.rs"]
mod bootstrap;
#[path = "../benches/methods/permutation.rs"]
mod permutation;
#[path = "../benches/methods/quantile.rs"]
mod quantile;
#[path = "../benches/methods/rank.rs"]
mod rank;
#[path = "../benches/methods/welch.rs"]
mod welch;
