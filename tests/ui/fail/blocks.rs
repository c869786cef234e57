//! `impl` blocks: options that belong to a method, and methods that were asked for and cannot be.

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

fn main() {
    Subject.method();
    Subject.misspelt();
    Subject.twice();
    Subject.conditional();
    let _ = Subject::asked_for();
}
