//! The workloads under divan.

macro_rules! workloads {
    ($($name:ident)*) => {
        $(
            #[divan::bench]
            fn $name() -> u64 {
                harnesses::$name()
            }
        )*
    };
}

workloads! { add chain parse hash boxed text sort map checksum tree matrix sieve }

fn main() {
    divan::main();
}
