//! `impl` blocks, traits and modules: options that belong to a function, functions that were asked for
//! and cannot be, and names that nothing has.

use perf_runtime::perf_track;

struct Subject;

#[perf_track(name = "shared", err, budget(max = "1s"), exact)]
impl Subject {
    fn method(&self) {}
}

#[perf_track]
impl Subject {
    #[perf_track(err)]
    const fn asked_for() -> Option<u32> {
        None
    }

    #[perf_track(nam = "x")]
    fn misspelt(&self) {}

    #[perf_track(exact)]
    #[perf_track(err)]
    fn twice(&self) -> Option<u32> {
        None
    }

    #[cfg_attr(test, perf_track(skip))]
    fn conditional(&self) {}
}

#[perf_track(only = "methd", except = ["a::path", "", 3], err_if = Subject::method)]
impl Subject {
    fn method_of_a_block(&self) {}
}

#[perf_track(only = [])]
pub trait Trait {
    #[perf_track]
    fn without_body(&self);

    fn with_body(&self) {}
}

#[perf_track(name = "module", ok_if = is_fine)]
mod module {
    #[super::perf_track(unknown)]
    pub(crate) fn function() {}

    #[super::perf_track(budget(max = "1s"))]
    impl super::Trait for u32 {
        fn without_body(&self) {}
    }
}

fn main() {
    Subject.method_of_a_block();
    Trait::with_body(&1);
    module::function();
    Subject.method();
    Subject.misspelt();
    Subject.twice();
    Subject.conditional();
    let _ = Subject::asked_for();
}
