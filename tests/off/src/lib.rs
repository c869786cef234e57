//! Pairs of functions, plain and tracked, that must become the same machine code when recording is
//! compiled out. `tests/off.rs` compares `plain_NAME` with `tracked_NAME`.

use std::alloc::{GlobalAlloc, Layout, System};

/// A pair of the given name: the second with the attribute.
macro_rules! pair {
    ($plain:ident, $tracked:ident, $(#[$attribute:meta])+ ($($arg:ident: $type:ty),*) -> $out:ty $body:block) => {
        #[inline(never)]
        pub fn $plain($($arg: $type),*) -> $out $body

        $(#[$attribute])+
        #[inline(never)]
        pub fn $tracked($($arg: $type),*) -> $out $body
    };
}

pair!(plain_sum, tracked_sum, #[perf_runtime::perf_track] (from: u64, to: u64) -> u64 {
    (from..to).map(|x| x ^ (x >> 3)).sum()
});

pair!(plain_exact, tracked_exact,
    #[perf_runtime::perf_track(name = "exact", exact, tags = ["a"], budget(p99 = "2ms"))]
    (x: u64) -> u64 { x.rotate_left(7).wrapping_mul(31) }
);

pair!(plain_option, tracked_option, #[perf_runtime::perf_track(err)] (x: u32) -> Option<std::num::NonZeroU32> {
    std::num::NonZeroU32::new(x / 3)
});

/// Without a scope.
#[inline(never)]
pub fn plain_scope(x: u64) -> u64 {
    x * 3 + 1
}

/// With a scope, by a name that is made at run time.
#[inline(never)]
pub fn tracked_scope(x: u64) -> u64 {
    let _scope = perf_runtime::perf_scope!("scope");
    let _named = perf_runtime::perf_scope!(format!("scope {x}"));
    x * 3 + 1
}

/// Without metrics.
#[inline(never)]
pub fn plain_metric(x: u64) -> u64 {
    x.rotate_right(3) ^ 5
}

/// With metrics of each kind, and one by a name that is made at run time.
#[inline(never)]
pub fn tracked_metric(x: u64) -> u64 {
    perf_runtime::perf_count!("count");
    perf_runtime::perf_count!(format!("count {x}"), x);
    perf_runtime::perf_gauge!("gauge", 0.5);
    perf_runtime::perf_gauge!("ratio", x, of = 7_usize);
    x.rotate_right(3) ^ 5
}

/// Memory from the system's allocator, and back.
#[inline(never)]
pub fn plain_allocator() {
    allocate_and_free(&System);
}

/// The same, from one that counts where recording is compiled in.
#[inline(never)]
pub fn tracked_allocator() {
    allocate_and_free(&perf_runtime::CountingAlloc::new());
}

#[inline(always)]
fn allocate_and_free(allocator: &impl GlobalAlloc) {
    let layout = Layout::new::<[u64; 4]>();
    // SAFETY: the layout is not empty.
    let memory = std::hint::black_box(unsafe { allocator.alloc(layout) });
    if !memory.is_null() {
        // SAFETY: allocated above, with this layout.
        unsafe { allocator.dealloc(memory, layout) };
    }
}

/// A value that methods stand on.
pub struct Counter(u64);

impl Counter {
    /// Without the attribute.
    #[inline(never)]
    pub fn plain_method(&mut self, by: u64) -> &mut u64 {
        self.0 += by;
        &mut self.0
    }
}

#[perf_runtime::perf_track]
impl Counter {
    /// With it.
    #[inline(never)]
    pub fn tracked_method(&mut self, by: u64) -> &mut u64 {
        self.0 += by;
        &mut self.0
    }
}
