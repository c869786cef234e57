//! Pairs of functions, plain and tracked, that must become the same machine code when recording is
//! compiled out. `tests/off.rs` compares `plain_NAME` with `tracked_NAME`.

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
