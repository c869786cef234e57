//! The pairs under divan, each a module.

macro_rules! pairs {
    ($($kind:ident: $($group:ident $percent:literal)*;)*) => {
        $($(
            mod $group {
                #[divan::bench]
                fn base() -> u64 {
                    harnesses::pairs::$kind(100)
                }

                #[divan::bench]
                fn more() -> u64 {
                    harnesses::pairs::$kind(100 + $percent)
                }
            }
        )*)*
    };
}

pairs! {
    checksum: checksum_0 0 checksum_1 1 checksum_2 2 checksum_5 5;
    numbers: numbers_0 0 numbers_1 1 numbers_2 2 numbers_5 5;
}

fn main() {
    divan::main();
}
