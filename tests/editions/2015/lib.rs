//! `#[perf_track]` in a crate of edition 2015: paths begin at the crate, and today's keywords are
//! names.

extern crate perf_runtime;

use perf_runtime::perf_track;

/// Paths of this edition find it; those of generated code must not.
pub mod core {}

/// Names that are keywords today.
#[perf_track]
pub fn async(dyn: u32) -> u32 {
    let try = dyn;
    try + 1
}

/// Every option that writes something of its own.
#[perf_track(name = "all 2015", err, exact, tags = ["a"], budget(p95 = "2ms", calls = 1))]
pub fn all(x: u32) -> Option<u32> {
    if x == 0 {
        return None;
    }
    Some(x)
}

/// A block that is measured, and metrics of each kind.
pub fn told(hits: u32) {
    let _block = perf_runtime::perf_scope!("block 2015");
    perf_runtime::perf_count!("count 2015", hits);
    perf_runtime::perf_gauge!("gauge 2015", hits);
    perf_runtime::perf_gauge!("gauge 2015", hits, of = 7);
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
        assert_eq!(async(1), 2);
        told(3);
        let names: Vec<String> =
            perf_runtime::registry().into_iter().map(|tracked| tracked.name().to_owned()).collect();
        for name in &[
            "all 2015",
            "block 2015",
            "perf_tests_2015::async",
            "perf_tests_2015::Subject::exclusive",
            "perf_tests_2015::Subject::classified",
        ] {
            assert_eq!(names.iter().find(|known| known == name), Some(&name.to_string()));
        }
    }
}
