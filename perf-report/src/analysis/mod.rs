//! Documents made of many runs: what is worth an alert ([`alerts`]), a [`history`], the [`noise`] of the same
//! code, a [`series`] for each function, the [`page`] of one, two sides in turn ([`interleave`]), the [`suites`]
//! of tests, benchmarks of several processes (`bench`), a distributed run of its
//! `parts`, a [`report`] with its [`score`] and [`advice`]. Pure.

pub mod advice;
pub mod alerts;
pub mod bench;
pub mod bisect;
pub mod history;
pub mod interleave;
pub mod noise;
pub mod page;
pub(crate) mod parts;
pub mod report;
pub mod score;
pub mod series;
pub mod suites;
pub mod tracked;
