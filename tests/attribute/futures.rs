//! Async functions and functions that return futures: they do what they did, and their calls, polls
//! and ends are told apart.

use std::cell::Cell;
use std::error::Error;
use std::panic::{AssertUnwindSafe, UnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use perf_runtime::snapshot::{Measures, Snapshot};
use perf_runtime::{perf_future, perf_stream, perf_track};

use crate::drops::Log;
use crate::twice;

/// Ready at the poll after so many.
pub(super) struct Later(pub(super) u32);

impl Future for Later {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        match self.0.checked_sub(1) {
            None => Poll::Ready(5),
            Some(fewer) => {
                self.0 = fewer;
                Poll::Pending
            }
        }
    }
}

pub(super) fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = poll(future.as_mut()) {
            return value;
        }
    }
}

pub(super) fn measures(name: &str) -> Measures {
    let snapshot = perf_runtime::snapshot().unwrap();
    let at = snapshot.functions.iter().position(|function| function.name == name);
    snapshot.by_function()[at.unwrap_or_else(|| panic!("no {name}"))].clone()
}

twice! {
    pub(super) async fn plain(x: u32) -> u32 { x + 1 }
    pub(super) async fn unit(log: &Log) { Later(1).await; log.borrow_mut().push("ran") }
    pub(super) async fn borrowed<'a>(a: &'a str, b: &str) -> &'a str {
        Later(1).await;
        let _ = b;
        a
    }
    pub(super) async fn question(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        let number: u32 = text.parse()?;
        if number == 0 { return Err("zero".into()); }
        Ok(Self::plain(number).await)
    }
    pub(super) async fn boxed(n: u32) -> Box<dyn Fn(u32) -> u32 + Send> {
        if n == 0 { return Box::new(|x| x); }
        Box::new(move |x| x * n)
    }
    pub(super) async fn opaque(n: u32) -> impl Iterator<Item = u32> { (0..n).map(|x| x + 1) }
    pub(super) async fn fallible_opaque(n: u32)
        -> Result<impl Iterator<Item = u32>, Box<dyn Error>>
    {
        if n == 0 { Err("none")?; }
        Ok(0..n)
    }
    pub(super) async fn inferred<T: Default>() -> T { Default::default() }
    pub(super) async fn collected() -> Vec<u32> { (0..3).collect() }
    pub(super) async fn awaits<T, F: Future<Output = T>>(future: F) -> T { future.await }
    pub(super) async fn calls(f: impl AsyncFn(u32) -> u32) -> u32 { f(1).await }
    pub(super) async fn mutated(mut v: Vec<u32>, (a, mut b): (u32, u32), [c, ..]: [u32; 2])
        -> Vec<u32>
    {
        b += a;
        v.extend([a, b, c]);
        v
    }
    pub(super) async fn exclusive(v: &mut Vec<u32>) -> &mut u32 {
        Later(1).await;
        v.push(1);
        v.last_mut().unwrap()
    }
    pub(super) async fn not_send(x: Rc<u32>) -> u32 { Later(1).await; *x }
    pub(super) async fn held(x: Cell<u32>) -> u32 { Later(1).await; x.set(3); x.get() }
    pub(super) async fn recursive(n: u32) -> u32 {
        if n == 0 { 0 } else { 1 + Box::pin(Self::recursive(n - 1)).await }
    }
    /// # Safety
    /// The pointer is valid.
    pub(super) async unsafe fn dangerous(x: *const u32) -> u32 {
        // SAFETY: as the caller says.
        unsafe { *x }
    }
    pub(super) async fn attributed(#[expect(unused_variables, reason = "kept")] x: u32) -> u32 { 3 }
    pub(super) async fn locked(m: Mutex<Vec<u32>>) -> usize { m.lock().unwrap().len() }
    pub(super) async fn r#match(r#type: u32) -> u32 { r#type }
    pub(super) fn handwritten(s: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        let more = 1;
        Box::pin(async move { Later(1).await as usize + s.len() + more })
    }
    pub(super) fn opaque_future(n: u32) -> impl Future<Output = u32> + Send + 'static {
        async move { Later(n).await }
    }
    pub(super) fn borrowing(n: &u32) -> impl Future<Output = u32> + use<'_> { async { *n } }
}

/// What each of them returns, as text.
macro_rules! results {
    ($of:ident) => {{
        use $of::Subject;
        let log = Log::default();
        block_on(Subject::unit(&log));
        let mut numbers = vec![4];
        *block_on(Subject::exclusive(&mut numbers)) += 1;
        let missing = block_on(Subject::fallible_opaque(0)).err().map(|it| it.to_string());
        // SAFETY: a reference is a valid pointer.
        let dangerous = block_on(unsafe { Subject::dangerous(&7) });
        format!(
            "{:?} {}",
            (
                (block_on(Subject::plain(1)), block_on(Subject::borrowed("a", "b")), log.take()),
                [block_on(Subject::question("x")), block_on(Subject::question("0"))]
                    .map(|it| it.unwrap_err().to_string()),
                (block_on(Subject::question("4")).unwrap(), block_on(Subject::boxed(3))(4)),
                block_on(Subject::opaque(3)).collect::<Vec<_>>(),
                (block_on(Subject::fallible_opaque(2)).unwrap().count(), missing, dangerous),
                (block_on(Subject::inferred::<u8>()), block_on(Subject::collected())),
                block_on(Subject::awaits(Subject::calls(async |x| Subject::plain(x).await))),
                (block_on(Subject::mutated(vec![1], (2, 3), [4, 5])), numbers),
                (block_on(Subject::not_send(Rc::new(2))), block_on(Subject::held(Cell::new(1)))),
                (block_on(Subject::recursive(10)), block_on(Subject::attributed(1))),
                (block_on(Subject::locked(Mutex::new(vec![1, 2]))), block_on(Subject::r#match(1))),
                (block_on(Subject::handwritten("abc")), block_on(Subject::opaque_future(2))),
            ),
            block_on(Subject::borrowing(&8)),
        )
    }};
}

#[test]
fn futures_are_ready_with_what_they_were() {
    assert_eq!(results!(tracked), results!(plain));
}

#[test]
fn futures_can_be_sent_and_unwound_through_as_before() {
    fn send<T: Send>(_: &T) {}
    fn sync<T: Sync>(_: &T) {}
    fn unwind_safe<T: UnwindSafe>(_: &T) {}
    use tracked::Subject;
    send(&Subject::plain(1));
    sync(&Subject::plain(1));
    unwind_safe(&Subject::plain(1));
    send(&Subject::borrowed("", ""));
    send(&Subject::question(""));
    send(&Subject::held(Cell::new(1)));
    send(&Subject::handwritten(""));
    send(&async {
        let _ = Subject::question("1").await;
        let _ = Subject::boxed(1).await;
        Subject::awaits(async { 1 }).await
    });
    assert!(size_of_val(&Subject::plain(1)) <= 128, "{}", size_of_val(&Subject::plain(1)));
}

#[perf_track(name = "three polls")]
async fn three_polls() -> u32 {
    Later(2).await
}

#[test]
fn polls_make_up_a_call() {
    let earlier = perf_runtime::snapshot().unwrap();
    block_on(three_polls());
    let since = since(&earlier, "three polls");
    assert_eq!((since.calls, since.polls.count, since.lifetimes.count), (1, 3, 1));
    assert!(since.lifetimes.sum_ns >= since.sum_ns, "{since:?}");
    assert_eq!((since.cancelled, since.polls.in_flight), (0, 0));
}

fn since(earlier: &Snapshot, name: &str) -> Measures {
    let since = perf_runtime::snapshot().unwrap().since(earlier);
    let at = since.functions.iter().position(|function| function.name == name).unwrap();
    since.by_function()[at].clone()
}

#[perf_track(name = "given up")]
async fn given_up() {
    Later(100).await;
}

#[test]
fn a_future_that_is_dropped_is_cancelled() {
    let mut one = Box::pin(given_up());
    assert!(poll(one.as_mut()).is_pending() && poll(one.as_mut()).is_pending());
    let running = measures("given up");
    assert_eq!((running.calls, running.polls.count, running.polls.in_flight), (0, 2, 1));
    drop(one);
    drop(given_up());
    let given_up = measures("given up");
    assert_eq!((given_up.calls, given_up.cancelled, given_up.polls.count), (1, 1, 2));
    assert_eq!((given_up.panics, given_up.polls.in_flight), (0, 0));
}

#[perf_track(name = "unwinding future")]
async fn unwinding(polls: u32) {
    Later(polls).await;
    panic!("on purpose");
}

#[test]
fn a_poll_that_panics_ends_the_call() {
    for polls in [0, 2] {
        assert!(catch_unwind(AssertUnwindSafe(|| block_on(unwinding(polls)))).is_err());
    }
    let unwinding = measures("unwinding future");
    assert_eq!((unwinding.calls, unwinding.panics, unwinding.cancelled), (2, 2, 0));
    assert_eq!((unwinding.polls.count, unwinding.polls.in_flight), (4, 0));
}

#[perf_track(name = "fallible future", err)]
async fn fallible(text: &str) -> Result<u32, Box<dyn Error>> {
    let number: u32 = text.parse()?;
    Later(number).await;
    if number == 0 { Err("zero".into()) } else { Ok(number) }
}

#[perf_track(name = "boxed fallible", err)]
fn boxed_fallible(x: u32) -> Pin<Box<dyn Future<Output = Option<u32>>>> {
    Box::pin(async move { x.checked_sub(1) })
}

fn is_large(number: &u32) -> bool {
    *number > 4
}

#[perf_track(name = "judged future", err_if = is_large)]
async fn judged(number: u32) -> u32 {
    Later(number).await + number
}

#[derive(Debug)]
enum Refusal {
    Late,
    #[expect(dead_code, reason = "it is formatted")]
    Wrong(u32),
}

#[perf_track(name = "kinds of a future", err_kind)]
async fn kinds_of_a_future(number: u32) -> Result<u32, Refusal> {
    Later(number).await;
    match number {
        0 => Ok(0),
        1 => Err(Refusal::Late),
        _ => Err(Refusal::Wrong(number)),
    }
}

fn kind_of(refusal: &Refusal) -> &'static str {
    if matches!(refusal, Refusal::Late) { "late" } else { "wrong" }
}

#[perf_track(name = "kinds of a boxed future", err_kind = kind_of)]
fn kinds_of_a_boxed_future(x: u32) -> Pin<Box<dyn Future<Output = Result<(), Refusal>>>> {
    Box::pin(async move { Err(if x == 0 { Refusal::Late } else { Refusal::Wrong(x) }) })
}

#[test]
fn errors_of_futures_are_counted_by_kind_and_timed() {
    for number in [0, 1, 2, 3] {
        let _ = block_on(kinds_of_a_future(number));
    }
    let _ = (block_on(kinds_of_a_boxed_future(0)), block_on(kinds_of_a_boxed_future(1)));
    for (name, expected) in [
        ("kinds of a future", [("Late", 1), ("Wrong", 2)]),
        ("kinds of a boxed future", [("late", 1), ("wrong", 1)]),
    ] {
        let snapshot = perf_runtime::snapshot().unwrap();
        let at = snapshot.functions.iter().position(|it| it.name == name).unwrap();
        let failures = snapshot.failures.iter().find(|it| it.function == at).unwrap();
        let kinds: Vec<_> = failures.kinds.iter().map(|it| (it.name.as_str(), it.count)).collect();
        assert_eq!(kinds, expected, "{name}");
        let all = measures(name);
        assert_eq!((failures.timed, failures.timed), (all.errors, expected[0].1 + expected[1].1));
        assert!(failures.timed_ns <= all.sum_ns, "{name}: {failures:?}");
    }
}

#[test]
fn errors_of_futures_are_counted() {
    for text in ["1", "0", "x"] {
        let _ = block_on(fallible(text));
    }
    let _ = (block_on(boxed_fallible(0)), block_on(boxed_fallible(1)));
    block_on(judged(0));
    for (name, calls, errors) in
        [("fallible future", 3, 2), ("boxed fallible", 2, 1), ("judged future", 1, 1)]
    {
        let measures = measures(name);
        assert_eq!((measures.calls, measures.errors), (calls, errors), "{name}");
    }
}

#[perf_track(name = "migrates")]
async fn migrates() -> u32 {
    Later(2).await
}

#[test]
fn a_call_may_end_on_another_thread() {
    let mut future = Box::pin(migrates());
    assert!(poll(future.as_mut()).is_pending());
    let mut future = std::thread::spawn(move || {
        assert!(poll(future.as_mut()).is_pending());
        future
    })
    .join()
    .unwrap();
    assert!(poll(future.as_mut()).is_ready());
    let migrates = measures("migrates");
    assert_eq!((migrates.calls, migrates.polls.count, migrates.polls.in_flight), (1, 3, 0));
}

#[async_trait::async_trait]
trait Service {
    async fn required(&self, x: u32) -> Result<u32, String>;
    async fn provided(&self) -> u32;
}

struct Real(Arc<u32>);

#[async_trait::async_trait]
impl Service for Real {
    #[perf_track(name = "inside async_trait", err)]
    async fn required(&self, x: u32) -> Result<u32, String> {
        Later(1).await;
        if x == 0 { Err("zero".to_owned()) } else { Ok(x + *self.0) }
    }

    #[perf_track(name = "inside async_trait, plain")]
    async fn provided(&self) -> u32 {
        self.required(1).await.unwrap_or_default()
    }
}

struct Bulk;

#[perf_track]
#[async_trait::async_trait]
impl Service for Bulk {
    async fn required(&self, x: u32) -> Result<u32, String> {
        Later(2).await;
        Ok(x)
    }
    async fn provided(&self) -> u32 {
        self.required(2).await.unwrap_or_default()
    }
}

#[test]
fn methods_of_async_traits_are_measured_while_they_run() {
    let real: Box<dyn Service> = Box::new(Real(Arc::new(1)));
    assert_eq!(block_on(real.provided()), 2);
    assert!(block_on(real.required(0)).is_err());
    let inside = measures("inside async_trait");
    assert_eq!((inside.calls, inside.errors, inside.polls.count), (2, 1, 4));
    assert_eq!(block_on(Bulk.provided()), 2);
    let names = ["required", "provided"].map(|method| {
        format!("<attribute::futures::Bulk as attribute::futures::Service>::{method}")
    });
    let polls = names.map(|name| measures(&name).polls.count);
    assert_eq!(polls, [3, 3]);
}

#[test]
fn futures_and_streams_are_measured_by_wrappers() {
    struct Countdown(u32, bool);
    impl futures_core::Stream for Countdown {
        type Item = u32;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
            self.1 = !self.1;
            if self.1 {
                return Poll::Pending;
            }
            let next = self.0.checked_sub(1);
            self.0 = next.unwrap_or_default();
            Poll::Ready(next)
        }
    }
    assert_eq!(block_on(perf_future!("wrapped future", Later(1))), 5);
    for is_finished in [true, false] {
        let mut stream = Box::pin(perf_stream!("wrapped stream", Countdown(3, false)));
        let mut items = Vec::new();
        loop {
            let mut context = Context::from_waker(Waker::noop());
            match futures_core::Stream::poll_next(stream.as_mut(), &mut context) {
                Poll::Ready(None) => break,
                Poll::Ready(item) => items.extend(item),
                Poll::Pending if !is_finished && items.len() == 2 => break,
                Poll::Pending => {}
            }
        }
        assert_eq!(items.len(), if is_finished { 3 } else { 2 });
    }
    let future = measures("wrapped future");
    assert_eq!((future.calls, future.polls.count), (1, 2));
    let stream = measures("wrapped stream");
    assert_eq!((stream.calls, stream.cancelled, stream.polls.count), (2, 1, 8 + 5));
}
