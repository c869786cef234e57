//! When things are dropped: tracking adds a guard to each body, which must not change the order.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::twice;

/// Notes its name when it is dropped.
pub(crate) struct Noted(&'static str, Log);

pub(crate) type Log = Rc<RefCell<Vec<&'static str>>>;

pub(crate) fn new(name: &'static str, log: &Log) -> Noted {
    Noted(name, Rc::clone(log))
}

impl Noted {
    pub(crate) fn name(&self) -> &'static str {
        self.0
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

twice! {
    pub(super) fn arguments(a: Noted, _: Noted, (b, _c): (Noted, Noted), log: &Log) -> usize {
        let _local = new("local", log);
        drop(b);
        a.name().len()
    }
    pub(super) fn unused(_a: Noted, _b: Noted) {}
    pub(super) fn tail(_a: Noted, log: &Log) -> usize {
        let _local = new("local", log);
        new("temporary", log).name().len()
    }
    pub(super) fn early(_a: Noted, log: &Log) -> usize {
        let _local = new("local", log);
        if log.borrow().is_empty() {
            return new("early", log).name().len();
        }
        0
    }
    pub(super) fn question(_a: Noted, log: &Log) -> Option<()> {
        let _local = new("local", log);
        None?;
        drop(new("never", log));
        Some(())
    }
    pub(super) fn panic(_a: Noted, log: &Log) {
        let _local = new("local", log);
        panic!("on purpose");
    }
    pub(super) fn moved(a: Noted, _b: Noted) -> Noted {
        a
    }
}

/// What a run of each function leaves in the log.
macro_rules! logs {
    ($of:ident) => {{
        use $of::Subject;
        let run = |call: &dyn Fn(&Log)| {
            let log = Log::default();
            let _ = catch_unwind(AssertUnwindSafe(|| call(&log)));
            log.take()
        };
        vec![
            run(&|log| {
                let pair = (new("b", log), new("c", log));
                Subject::arguments(new("a", log), new("wild", log), pair, log);
            }),
            run(&|log| Subject::unused(new("a", log), new("b", log))),
            run(&|log| {
                Subject::tail(new("a", log), log);
            }),
            run(&|log| {
                Subject::early(new("a", log), log);
            }),
            run(&|log| {
                Subject::question(new("a", log), log);
            }),
            run(&|log| Subject::panic(new("a", log), log)),
            run(&|log| {
                let kept = Subject::moved(new("a", log), new("b", log));
                log.borrow_mut().push("returned");
                drop(kept);
            }),
        ]
    }};
}

mod classified {
    //! The same with `err`: what moves into a closure is dropped where it was.

    use super::{Log, Noted, new};

    macro_rules! classified {
        ($module:ident $(#[$attribute:meta])?) => {
            pub(super) mod $module {
                use super::*;

                $(#[$attribute])?
                pub(crate) fn arguments(a: Noted, _: Noted, (b, _c): (Noted, Noted), log: &Log) -> Option<usize> {
                    let _local = new("local", log);
                    drop(b);
                    Some(a.name().len() + new("temporary", log).name().len())
                }
                $(#[$attribute])?
                pub(crate) fn question(_a: Noted, b: Option<Noted>, _: Noted) -> Option<()> {
                    let _b = b?;
                    Some(())
                }
                $(#[$attribute])?
                pub(crate) fn panic(_: Noted, _b: Noted) -> Option<()> {
                    panic!("on purpose");
                }
            }
        };
    }

    classified!(plain);
    classified!(tracked #[perf_runtime::perf_track(err)]);
}

#[test]
fn classified_functions_drop_their_arguments_as_before() {
    macro_rules! logs {
        ($of:ident) => {{
            use classified::$of as subject;
            let log = Log::default();
            let pair = (new("b", &log), new("c", &log));
            subject::arguments(new("a", &log), new("wild", &log), pair, &log);
            log.borrow_mut().push("then");
            subject::question(new("a", &log), None, new("wild", &log));
            log.borrow_mut().push("then");
            let panic = || subject::panic(new("wild", &log), new("b", &log));
            assert!(catch_unwind(AssertUnwindSafe(panic)).is_err());
            log.take()
        }};
    }
    assert_eq!(logs!(tracked), logs!(plain));
}

#[test]
fn the_order_is_that_of_the_plain_function() {
    let plain = logs!(plain);
    assert_eq!(plain[1], ["b", "a"]);
    assert!(plain.iter().all(|log| log.len() >= 2), "{plain:?}");
    assert_eq!(logs!(tracked), plain);
}
