//! The main job from end to end, as a user sees it: programs with known calls are recorded, and what
//! `perf-report` says of them is compared with what is known.

mod allocations;
mod baselines;
mod bounds;
mod cargo;
mod clock;
mod collect;
mod commits;
mod containers;
mod counts;
mod damage;
mod diagnoses;
mod exit_codes;
mod exports;
mod forks;
mod futures;
mod hosts;
mod kills;
mod limits;
mod matrix;
mod metrics;
mod names;
mod namespaces;
mod page_scripts;
mod removed;
mod resets;
mod rounds;
mod sampling;
mod soak;
mod space;
mod stacks;
mod stored;
mod times;
mod truth;
mod unrecordable;
mod usage;
