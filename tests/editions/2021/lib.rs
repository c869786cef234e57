//! `#[perf_track]` in a crate of edition 2021: temporaries of the last expression outlive the
//! variables.

use perf_runtime::perf_track;
use std::cell::RefCell;

/// The borrow in the last expression ends after the variables, the guard among them.
#[perf_track]
pub fn special(x: &RefCell<u32>) -> u32 {
    *x.borrow()
}

/// Every option that writes something of its own.
#[perf_track(name = "all 2021", err, exact, tags = ["a"], budget(p95 = "2ms", calls = 1))]
pub fn all(x: u32) -> Option<u32> {
    if x == 0 {
        return None;
    }
    Some(x)
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
        assert_eq!(special(&std::cell::RefCell::new(1)), 1);
        let names: Vec<String> =
            perf_runtime::registry().into_iter().map(|tracked| tracked.name().to_owned()).collect();
        for name in &[
            "all 2021",
            "perf_tests_2021::special",
            "perf_tests_2021::Subject::exclusive",
            "perf_tests_2021::Subject::classified",
        ] {
            assert_eq!(names.iter().find(|known| known == name), Some(&name.to_string()));
        }
    }
}
