//! Documents made of many runs: a [`history`], the [`noise`] of the same code, a [`series`] for
//! each function, the [`page`] of one, two sides in turn ([`interleave`]). Pure.

pub mod advice;
pub mod history;
pub mod interleave;
pub mod noise;
pub mod page;
pub mod report;
pub mod score;
pub mod series;
