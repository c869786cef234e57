//! The workloads under `#[perf_bench]`.

use perf_runtime::perf_bench;

macro_rules! workloads {
    ($($name:ident)*) => {
        $(
            #[perf_bench]
            fn $name() -> u64 {
                harnesses::$name()
            }
        )*
    };
}

workloads! { add chain parse hash boxed text sort map checksum tree matrix sieve }

perf_runtime::bench_main!();
