//! `#[perf_track]` in a crate of edition 2018: arrays are iterated by reference.

use perf_runtime::perf_track;

/// Nothing that generated code may take for the real one.
pub mod core {}

/// The items of an array are borrowed here; elsewhere they would be moved, and not end in `*`.
#[perf_track]
#[expect(array_into_iter, clippy::into_iter_on_ref, reason = "what this edition means by it")]
pub fn special(x: u32) -> u32 {
    [x].into_iter().map(|item| *item + 1).sum()
}

/// Every option that writes something of its own.
#[perf_track(name = "all 2018", err, exact, tags = ["a"], budget(p95 = "2ms", calls = 1))]
pub fn all(x: u32) -> Option<u32> {
    if x == 0 {
        return None;
    }
    Some(x)
}

/// Async, with a temporary of an argument in the last expression.
#[perf_track]
pub async fn later(_: u32, lock: std::sync::Mutex<Vec<u32>>, (a, _b): (u32, u32)) -> usize {
    std::future::ready(a).await;
    lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).len()
}

/// Classified, with a temporary of an argument in the last expression.
#[perf_track(err)]
#[expect(clippy::needless_pass_by_value, reason = "it is dropped here")]
pub fn locked(lock: std::sync::Mutex<Vec<u32>>) -> Option<u32> {
    lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).first().copied()
}

/// A subject.
#[derive(Debug)]
pub struct Subject(u32);

#[perf_track]
impl Subject {
    /// Borrows mutably, and gives it back.
    pub fn exclusive(&mut self) -> &mut u32 {
        &mut self.0
    }
    /// Classified, and borrowed from.
    ///
    /// # Errors
    /// When it is zero.
    #[perf_track(err)]
    pub fn classified(&mut self) -> Result<&mut u32, String> {
        if self.0 == 0 {
            return Err("zero".into());
        }
        Ok(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracked_functions_work_and_are_known() {
        assert_eq!((all(0), all(1)), (None, Some(1)));
        assert_eq!(*Subject(3).exclusive(), 3);
        assert_eq!(Subject(3).classified(), Ok(&mut 3));
        assert!(Subject(0).classified().is_err());
        assert_eq!(special(1), 2);
        assert_eq!(locked(std::sync::Mutex::new(vec![2])), Some(2));
        let mut later = Box::pin(later(1, std::sync::Mutex::new(vec![2]), (3, 4)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let ready = std::future::Future::poll(later.as_mut(), &mut context);
        assert_eq!(ready, std::task::Poll::Ready(1));
        let names: Vec<String> =
            perf_runtime::registry().into_iter().map(|tracked| tracked.name().to_owned()).collect();
        for name in &[
            "all 2018",
            "perf_tests_2018::special",
            "perf_tests_2018::Subject::exclusive",
            "perf_tests_2018::Subject::classified",
        ] {
            assert_eq!(names.iter().find(|known| known == name), Some(&name.to_string()));
        }
    }
}
