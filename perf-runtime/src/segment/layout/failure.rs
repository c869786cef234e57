//! The failed calls of one function on one shard: their time, and their kinds.

use std::sync::atomic::{AtomicU32, AtomicU64};

/// The failed calls of one function on one shard, beside its contexts, which count them. Made when
/// one fails whose time or kind is known.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct FailureRecord {
    /// Record of the shard that was made before this one.
    pub(crate) previous: u32,
    /// A [`super::SiteRecord::index`].
    pub(crate) site: u32,
    /// The number whose lowest bit shows the valid one of `times`. Stored after that is complete.
    pub(crate) turn: AtomicU32,
    /// The [`KindPage`], if there is one.
    pub(crate) kinds: AtomicU32,
    /// Failed calls of kinds that found no room there.
    pub(crate) other: AtomicU64,
    pub(crate) times: [FailureTimes; 2],
    pub(crate) reserved: u64,
}

/// The failed calls that were timed in their contexts.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FailureTimes {
    pub(crate) calls: AtomicU64,
    /// Their time together, in ticks.
    pub(crate) ticks: AtomicU64,
}

/// The kinds of failure of one function on one shard, in the order in which they came.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct KindPage {
    pub(crate) slots: [KindSlot; KINDS],
}

/// One kind of failure.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct KindSlot {
    pub(crate) calls: AtomicU64,
    /// Length of its name; 0 until that is complete.
    pub(crate) text_bytes: AtomicU32,
    pub(crate) reserved: u32,
    /// Its name, eight bytes a number, as they come.
    pub(crate) text: [AtomicU64; KIND_BYTES / 8],
}

/// Kinds of failure that are told apart for a function.
pub(crate) const KINDS: usize = 16;

/// Longest name of a kind, in bytes.
pub(crate) const KIND_BYTES: usize = 48;

const _: () = {
    assert!(size_of::<FailureRecord>() == super::UNIT);
    assert!(size_of::<KindSlot>() == super::UNIT);
};
