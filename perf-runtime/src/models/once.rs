//! Cells that are filled once, as `once_cell::race` has them: a pointer that the first one sets.
//! Here it is a number, of one of the values that were tried.

use std::fmt;
use std::sync::Mutex;

use super::atomic::AtomicUsize;
use super::atomic::Ordering::{AcqRel, Acquire};

/// A cell for a reference.
pub(crate) struct OnceRef<'a, T> {
    /// The number of the value that is set, from 1; 0 while none is.
    set: AtomicUsize,
    /// Not part of what is tried: only what has been set is looked up here.
    tried: Mutex<Vec<&'a T>>,
}

impl<'a, T> OnceRef<'a, T> {
    pub(crate) fn new() -> Self {
        Self { set: AtomicUsize::new(0), tried: Mutex::default() }
    }

    pub(crate) fn get(&self) -> Option<&'a T> {
        let number = self.set.load(Acquire).checked_sub(1)?;
        self.tried.lock().expect("nothing panics under it").get(number).copied()
    }

    pub(crate) fn set(&self, value: &'a T) -> Result<(), ()> {
        let number = {
            let mut tried = self.tried.lock().expect("nothing panics under it");
            tried.push(value);
            tried.len()
        };
        self.set.compare_exchange(0, number, AcqRel, Acquire).map(drop).map_err(drop)
    }
}

impl<T> fmt::Debug for OnceRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceRef")
    }
}

/// A cell for a box, which is never freed: models are small and soon over.
#[derive(Debug)]
pub(crate) struct OnceBox<T: 'static>(OnceRef<'static, T>);

impl<T> OnceBox<T> {
    pub(crate) fn new() -> Self {
        Self(OnceRef::new())
    }

    pub(crate) fn get(&self) -> Option<&'static T> {
        self.0.get()
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> Box<T>) -> &'static T {
        if let Some(value) = self.get() {
            return value;
        }
        // The first one wins; the others' boxes are left alone.
        let _ = self.0.set(Box::leak(make()));
        self.get().expect("just set, by this thread or by another")
    }
}
