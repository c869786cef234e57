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

#[test]
fn the_order_is_that_of_the_plain_function() {
    let plain = logs!(plain);
    assert_eq!(plain[1], ["b", "a"]);
    assert!(plain.iter().all(|log| log.len() >= 2), "{plain:?}");
    assert_eq!(logs!(tracked), plain);
}
