//! Atomics with values as old as their orderings allow. The orderings can be weakened, which shows
//! that a model needs them.

use std::cell::Cell;
use std::fmt;

use loom::sync::atomic as tried;
pub(crate) use loom::sync::atomic::Ordering;

thread_local! {
    /// The switch of a model, whose threads take turns on one thread of the system.
    static WEAK: Cell<bool> = const { Cell::new(false) };
}

/// A guard: until it is dropped, every ordering is `Relaxed`.
pub(super) struct Weakened(());

/// Weakens all orderings.
pub(super) fn weakened() -> Weakened {
    WEAK.set(true);
    Weakened(())
}

impl Drop for Weakened {
    fn drop(&mut self) {
        WEAK.set(false);
    }
}

fn chosen(order: Ordering) -> Ordering {
    if WEAK.get() { Ordering::Relaxed } else { order }
}

/// Orders accesses as the standard library's fence does.
pub(crate) fn fence(order: Ordering) {
    if !WEAK.get() {
        tried::fence(order);
    }
}

/// A turnstile before each access. loom swaps an access with the one before it, and takes no notice
/// that two threads' accesses depend on each other when one of them has looked at the value in
/// between. A change that is no change, of a number without meaning, makes it try those orders as
/// well.
struct Turnstile(tried::AtomicUsize);

impl Turnstile {
    fn new() -> Self {
        Self(tried::AtomicUsize::new(0))
    }

    fn pass(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Makes a method that not all of them need.
macro_rules! method {
    (fetch_add $value:ty) => {
        pub(crate) fn fetch_add(&self, value: $value, order: Ordering) -> $value {
            self.turnstile.pass();
            self.value.fetch_add(value, chosen(order))
        }
    };
    (swap $value:ty) => {
        pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
            self.turnstile.pass();
            self.value.swap(value, chosen(order))
        }
    };
    (compare_exchange $value:ty) => {
        pub(crate) fn compare_exchange(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            failure: Ordering,
        ) -> Result<$value, $value> {
            self.turnstile.pass();
            self.value.compare_exchange(current, new, chosen(success), chosen(failure))
        }
    };
}

macro_rules! atomics {
    ($($name:ident: $value:ty [$($method:ident)*]),*) => {$(
        pub(crate) struct $name {
            value: tried::$name,
            turnstile: Turnstile,
        }

        impl $name {
            pub(crate) fn new(value: $value) -> Self {
                Self { value: tried::$name::new(value), turnstile: Turnstile::new() }
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.turnstile.pass();
                self.value.load(chosen(order))
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.turnstile.pass();
                self.value.store(value, chosen(order));
            }

            $(method!($method $value);)*
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

atomics!(
    AtomicU32: u32 [fetch_add swap compare_exchange],
    AtomicU64: u64 [fetch_add compare_exchange],
    AtomicUsize: usize [compare_exchange]
);
