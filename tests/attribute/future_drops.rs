//! When async functions drop their arguments: their bodies move into a future within, which must not
//! change the order, wherever the future is given up.

use std::pin::Pin;
use std::rc::Rc;

use crate::drops::{Log, Noted, new};
use crate::futures::{Later, poll};
use crate::twice;

twice! {
    pub(super) async fn arguments(a: Noted, _: Noted, (b, _c): (Noted, Noted), log: &Log) {
        let _local = new("local", log);
        Later(1).await;
        drop(b);
        a.name();
    }
    pub(super) async fn early(_a: Noted, b: Option<Noted>, _: Noted) -> Option<()> {
        let _b = b?;
        Later(1).await;
        Some(())
    }
    pub(super) async fn conditional(a: Noted, _b: Noted, give_up: bool) {
        if give_up { drop(a); }
        Later(1).await;
    }
}

macro_rules! logs {
    ($of:ident, $polls:expr) => {{
        use $of::Subject;
        let run = |call: &dyn Fn(&Log) -> Pin<Box<dyn Future<Output = ()>>>| {
            let log = Log::default();
            let mut future = call(&log);
            (0..$polls).any(|_| poll(future.as_mut()).is_ready());
            drop(future);
            log.take()
        };
        vec![
            run(&|log| {
                let log = Rc::clone(log);
                Box::pin(async move {
                    let pair = (new("b", &log), new("c", &log));
                    Subject::arguments(new("a", &log), new("wild", &log), pair, &log).await;
                })
            }),
            run(&|log| {
                let all = Subject::early(new("a", log), None, new("wild", log));
                Box::pin(async { assert!(all.await.is_none()) })
            }),
            run(&|log| Box::pin(Subject::conditional(new("a", log), new("b", log), true))),
            run(&|log| Box::pin(Subject::conditional(new("a", log), new("b", log), false))),
        ]
    }};
}

#[test]
fn arguments_are_dropped_in_the_order_they_were() {
    for polls in [0, 1, 2] {
        assert_eq!(logs!(tracked, polls), logs!(plain, polls), "after {polls} polls");
    }
    assert_eq!(logs!(tracked, 2)[0], ["b", "local", "c", "wild", "a"]);
}
