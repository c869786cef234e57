//! The main job from end to end, as a user sees it: programs with known calls are recorded, and what
//! `perf-report` says of them is compared with what is known.

mod cargo;
mod collect;
mod counts;
mod damage;
mod forks;
mod kills;
mod names;
mod times;
mod unrecordable;
