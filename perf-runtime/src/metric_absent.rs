//! The stand-in for `metric` where recording is compiled out: arguments are type-checked and
//! nothing runs.

/// Adds to a count of the program's own; compiled out, it does nothing.
#[macro_export]
macro_rules! perf_count {
    ($name:expr $(,)?) => {
        $crate::perf_count!($name, 1_u64)
    };
    ($name:expr, $amount:expr $(,)?) => {
        if false {
            let _: &::core::primitive::str = &$name;
            let _ = $crate::__private::Amount::amount($amount);
        }
    };
}

/// Notes a level or a ratio; compiled out, it does nothing.
#[macro_export]
macro_rules! perf_gauge {
    ($name:expr, $part:expr, of = $whole:expr $(,)?) => {
        if false {
            let _: &::core::primitive::str = &$name;
            let _ = $crate::__private::Amount::amount($part);
            let _ = $crate::__private::Amount::amount($whole);
        }
    };
    ($name:expr, $value:expr $(,)?) => {
        if false {
            let _: &::core::primitive::str = &$name;
            let _ = $crate::__private::Level::level($value);
        }
    };
}
