//! The pairs under `#[perf_bench]`, each a group.

macro_rules! pairs {
    ($($kind:ident: $($group:ident $name:literal $percent:literal)*;)*) => {
        $($(
            mod $group {
                #[perf_runtime::perf_bench(compare = $name)]
                fn base() -> u64 {
                    harnesses::pairs::$kind(100)
                }

                #[perf_runtime::perf_bench(compare = $name)]
                fn more() -> u64 {
                    harnesses::pairs::$kind(100 + $percent)
                }
            }
        )*)*
    };
}

pairs! {
    checksum: checksum_0 "checksum_0" 0 checksum_1 "checksum_1" 1 checksum_2 "checksum_2" 2 checksum_5 "checksum_5" 5;
    numbers: numbers_0 "numbers_0" 0 numbers_1 "numbers_1" 1 numbers_2 "numbers_2" 2 numbers_5 "numbers_5" 5;
}

perf_runtime::bench_main!();
