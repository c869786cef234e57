//! `#[perf_track]` in a crate that does without std, as long as the program that it is linked into
//! has it: generated code names core alone.

#![no_std]

extern crate alloc;

use alloc::boxed::Box;
use alloc::string::String;
use core::pin::Pin;

use perf_runtime::perf_track;

/// Plain.
#[perf_track]
pub fn plain(x: u32) -> u32 {
    x + 1
}

/// Every option that writes something of its own.
#[perf_track(name = "all no_std", err, exact, tags = ["a"], budget(p95 = "2ms", calls = 1))]
pub fn all(x: u32) -> Option<u32> {
    x.checked_sub(1)
}

/// For each type.
#[perf_track(per_type)]
pub fn of_type<T: Default>() -> T {
    T::default()
}

/// Async.
///
/// # Errors
/// When it is no number.
#[perf_track(err)]
pub async fn later(_: u32, text: String) -> Result<usize, core::num::ParseIntError> {
    core::future::ready(()).await;
    text.parse()
}

/// A future of its own.
#[perf_track]
pub fn boxed(x: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { x })
}

/// A block that is measured, a future, and metrics of each kind.
pub async fn told(hits: u32) {
    {
        let _block = perf_runtime::perf_scope!("block no_std");
    }
    perf_runtime::perf_future!("future no_std", async {}).await;
    perf_runtime::perf_count!("count no_std", hits);
    perf_runtime::perf_gauge!("gauge no_std", hits, of = 7);
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use alloc::borrow::ToOwned;
    use core::task::{Context, Poll, Waker};

    #[test]
    fn tracked_functions_work_and_are_known() {
        assert_eq!((plain(1), all(0), of_type::<u8>()), (2, None, 0));
        let mut context = Context::from_waker(Waker::noop());
        let mut later = Box::pin(later(1, "7".to_owned()));
        assert_eq!(later.as_mut().poll(&mut context), Poll::Ready(Ok(7)));
        assert_eq!(boxed(3).as_mut().poll(&mut context), Poll::Ready(3));
        assert_eq!(Box::pin(told(1)).as_mut().poll(&mut context), Poll::Ready(()));
        let known = perf_runtime::registry();
        for name in [
            "perf_tests_no_std::plain",
            "all no_std",
            "perf_tests_no_std::of_type<u8>",
            "perf_tests_no_std::later",
            "perf_tests_no_std::boxed",
            "block no_std",
            "future no_std",
        ] {
            assert!(known.iter().any(|it| it.name() == name && it.calls == 1), "{name}");
        }
    }
}
