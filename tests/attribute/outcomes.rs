//! `err`: errors are told from success however they are returned, and values come through as they
//! are.

use std::error::Error;
use std::panic::catch_unwind;
use std::time::Duration;

use perf_runtime::snapshot::{Failures, Measures};
use perf_runtime::{Outcome, perf_track};

/// What was measured of a function so far.
fn measures(name: &str) -> Measures {
    let snapshot = perf_runtime::snapshot().unwrap();
    let at = snapshot.functions.iter().position(|function| function.name == name).unwrap();
    snapshot.by_function()[at].clone()
}

/// What is known of its failures so far.
fn failures(name: &str) -> Failures {
    let snapshot = perf_runtime::snapshot().unwrap();
    let at = snapshot.functions.iter().position(|function| function.name == name).unwrap();
    snapshot.failures.into_iter().find(|it| it.function == at).unwrap_or_default()
}

/// Its kinds of failure, and how often each came.
fn kinds(name: &str) -> Vec<(String, u64)> {
    failures(name).kinds.into_iter().map(|kind| (kind.name, kind.count)).collect()
}

fn errors(name: &str) -> (u64, u64) {
    let measures = measures(name);
    (measures.errors, measures.calls)
}

#[perf_track(name = "result", err)]
fn result(text: &str) -> Result<u32, Box<dyn Error>> {
    let number: u32 = text.parse()?;
    if number == 0 {
        return Err("zero".into());
    }
    Ok(number)
}

#[test]
fn every_way_to_fail_counts() {
    assert_eq!(result("5").unwrap(), 5);
    assert_eq!(result("0").unwrap_err().to_string(), "zero");
    assert!(result("five").is_err());
    assert_eq!(errors("result"), (2, 3));
}

#[perf_track(name = "option", err)]
fn option(numbers: &[u32]) -> Option<&u32> {
    let first = numbers.first()?;
    Some(first)
}

#[test]
fn none_is_an_error() {
    assert_eq!(option(&[3]), Some(&3));
    assert_eq!(option(&[]), None);
    assert_eq!(errors("option"), (1, 2));
}

#[derive(Debug, PartialEq)]
struct Reply(u16);

impl Outcome for Reply {
    fn is_error(&self) -> bool {
        self.0 >= 400
    }
}

#[perf_track(name = "reply", err)]
fn reply(status: u16) -> Reply {
    Reply(status)
}

#[test]
fn types_of_one_s_own_are_asked() {
    assert_eq!((reply(200), reply(404)), (Reply(200), Reply(404)));
    assert_eq!(errors("reply"), (1, 2));
}

#[perf_track(name = "unwinding", err)]
fn unwinding() -> Option<()> {
    panic!("on purpose")
}

#[test]
fn a_panic_is_a_panic_and_no_error() {
    assert!(catch_unwind(unwinding).is_err());
    let measures = measures("unwinding");
    assert_eq!((measures.calls, measures.errors, measures.panics), (1, 0, 1));
}

impl Reply {
    fn is_redirect(&self) -> bool {
        self.0 / 100 == 3
    }
}

#[perf_track(name = "ok if", ok_if = Reply::is_redirect)]
fn ok_if(status: u16) -> Reply {
    Reply(status)
}

/// A predicate is given a reference to what is returned.
fn is_blank(text: &&str) -> bool {
    text.is_empty()
}

#[perf_track(name = "err if", err_if = is_blank)]
fn err_if(text: &str) -> &str {
    text.trim()
}

#[test]
fn predicates_are_asked() {
    assert_eq!(
        (ok_if(200), ok_if(301), err_if(" "), err_if("a")),
        (Reply(200), Reply(301), "", "a")
    );
    assert_eq!((errors("ok if"), errors("err if")), ((1, 2), (1, 2)));
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Busy,
    Status(u16),
    Named { name: &'static str },
}

impl Refusal {
    fn kind(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Status(400..500) => "client",
            Self::Status(_) => "server",
            Self::Named { name } => name,
        }
    }
}

#[perf_track(name = "kinds by debug", err_kind)]
fn kinds_by_debug(refusal: Option<Refusal>) -> Result<u32, Refusal> {
    refusal.map_or(Ok(1), Err)
}

#[perf_track(name = "kinds by path", err, err_kind = Refusal::kind)]
fn kinds_by_path(refusal: Option<Refusal>) -> Result<u32, Refusal> {
    refusal.map_or(Ok(1), Err)
}

#[test]
fn errors_are_counted_by_kind() {
    let refusals = || [400, 404, 500].map(|code| Some(Refusal::Status(code)));
    for refusal in refusals().into_iter().chain([None, Some(Refusal::Busy)]) {
        let _ = kinds_by_debug(refusal);
    }
    for refusal in refusals().into_iter().chain([None, Some(Refusal::Named { name: "a\nb" })]) {
        let _ = kinds_by_path(refusal);
    }
    let owned = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    assert_eq!(kinds("kinds by debug"), owned(&[("Busy", 1), ("Status", 3)]));
    let by_path = owned(&[("a\u{fffd}b", 1), ("client", 2), ("server", 1)]);
    assert_eq!(kinds("kinds by path"), by_path);
    assert_eq!((errors("kinds by debug"), errors("kinds by path")), ((4, 5), (4, 5)));
    let functions = perf_runtime::snapshot().unwrap().functions;
    let names_errors = |name| functions.iter().find(|it| it.name == name).unwrap().names_errors;
    assert!(names_errors("kinds by debug") && !names_errors("result"));
}

#[perf_track(name = "many kinds", err_kind = word)]
fn many_kinds(kind: usize) -> Result<(), usize> {
    Err(kind)
}

/// One word of the alphabet for each number.
fn word(number: &usize) -> &'static str {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    &LETTERS[*number..=*number]
}

#[test]
fn kinds_beyond_the_sixteenth_are_counted_as_one() {
    for kind in (0..20).chain([0, 15, 16]) {
        let _ = many_kinds(kind);
    }
    let failures = failures("many kinds");
    let counts: Vec<u64> = failures.kinds.iter().map(|kind| kind.count).collect();
    assert_eq!(counts, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    assert_eq!((failures.other_kinds, errors("many kinds").0), (5, 23));
}

#[perf_track(name = "slow to fail", err_kind)]
fn slow_to_fail(fails: bool) -> Result<(), Refusal> {
    std::thread::sleep(Duration::from_millis(if fails { 20 } else { 2 }));
    if fails { Err(Refusal::Busy) } else { Ok(()) }
}

#[perf_track(name = "slow to fail, judged", err_if = is_blank)]
fn judged_slow(text: &str) -> &str {
    std::thread::sleep(Duration::from_millis(if text.is_empty() { 20 } else { 2 }));
    text
}

#[test]
fn the_time_of_failed_calls_is_known_apart() {
    for fails in [true, false, false, true, false] {
        let _ = slow_to_fail(fails);
        judged_slow(if fails { "" } else { "a" });
    }
    for name in ["slow to fail", "slow to fail, judged"] {
        let (failures, all) = (failures(name), measures(name));
        assert_eq!((failures.timed, all.timed), (2, 5), "{name}");
        assert!(failures.timed_ns >= 40_000_000, "{name}: {failures:?}");
        assert!(failures.timed_ns + 6_000_000 <= all.sum_ns, "{name}: {failures:?}");
    }
    assert!(failures("slow to fail, judged").kinds.is_empty());
}

#[perf_track(name = "recursive failure", err_kind)]
fn recursive_failure(depth: u32) -> Result<(), Refusal> {
    if depth > 0 { recursive_failure(depth - 1) } else { Err(Refusal::Busy) }
}

#[test]
fn recursive_failures_are_counted_one_by_one() {
    let _ = recursive_failure(9);
    let failures = failures("recursive failure");
    assert_eq!((failures.timed, failures.kinds[0].count), (10, 10));
    assert_eq!(errors("recursive failure"), (10, 10));
}

#[perf_track(name = "kind panics", err_kind = panicking_kind)]
fn kind_panics() -> Result<(), Refusal> {
    Err(Refusal::Busy)
}

fn panicking_kind(_: &Refusal) -> &'static str {
    panic!("on purpose")
}

#[test]
fn a_panic_while_the_kind_is_named_ends_the_call() {
    assert!(catch_unwind(kind_panics).is_err());
    let measures = measures("kind panics");
    assert_eq!((measures.calls, measures.errors, measures.panics), (1, 0, 1));
    assert!(kinds("kind panics").is_empty());
}

#[test]
fn kinds_of_all_threads_add_up() {
    #[perf_track(name = "kinds of threads", err_kind = word)]
    fn fail(kind: usize) -> Result<(), usize> {
        Err(kind)
    }
    let threads = (0..4).map(|at| {
        std::thread::spawn(move || (0..1000).for_each(|_| assert!(fail(at % 2).is_err())))
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(kinds("kinds of threads"), [("a".to_owned(), 2000), ("b".to_owned(), 2000)]);
}

#[perf_track(name = "without err")]
fn without_err() -> Result<(), ()> {
    Err(())
}

#[test]
fn without_the_option_nothing_is_looked_at() {
    assert_eq!(without_err(), Err(()));
    assert_eq!(errors("without err"), (0, 1));
}

/// Shapes that closures are known to stumble over.
struct Subject {
    items: Vec<String>,
    boxed: Box<dyn Fn(u32) -> u32>,
}

impl Subject {
    #[perf_track(err)]
    fn get(&mut self, at: usize) -> Result<&mut String, String> {
        self.items.get_mut(at).ok_or_else(|| format!("no {at}"))
    }
    #[perf_track(err)]
    fn whole(&mut self) -> Option<&mut Self> {
        self.items.first()?;
        Some(self)
    }
    #[perf_track(err)]
    fn coerced(&self, at: usize) -> Result<Box<dyn AsRef<str>>, &'static str> {
        match at {
            0 => Ok(Box::new("short")),
            1 => Ok(Box::new(String::from("long"))),
            _ => Err("neither")?,
        }
    }
    #[perf_track(err)]
    #[expect(clippy::unnecessary_wraps, reason = "it is a subject")]
    fn lazy(&self) -> Option<impl Iterator<Item = &str> + '_> {
        Some(self.items.iter().map(String::as_str))
    }
    #[perf_track(err)]
    fn owned(self) -> Result<Vec<String>, Box<dyn Fn(u32) -> u32>> {
        if self.items.is_empty() {
            return Err(self.boxed);
        }
        Ok(self.items)
    }
    #[perf_track(err)]
    fn generic<'a, T: AsRef<str> + 'a, const N: usize>(texts: &'a [T; N]) -> Option<&'a str> {
        let mut texts = texts.iter();
        let first = texts.next()?;
        Some(first.as_ref())
    }
    #[perf_track(err)]
    #[expect(clippy::needless_lifetimes, reason = "it is a subject")]
    fn walked<'a>(mut node: &'a mut [u32], stop: u32) -> Option<&'a mut [u32]> {
        while *node.first()? != stop {
            node = &mut node[1..];
        }
        Some(node)
    }
}

/// Bodies that end with a temporary of an argument, which older editions drop last.
#[perf_track(err)]
fn of_a_lock(lock: std::sync::Mutex<Vec<u32>>) -> Option<u32> {
    lock.lock().unwrap().first().copied()
}

#[test]
fn arguments_outlive_the_temporaries_of_the_body() {
    assert_eq!(of_a_lock(std::sync::Mutex::new(vec![7])), Some(7));
}

#[test]
fn closures_keep_borrows_coercions_and_inference() {
    let mut subject = Subject { items: vec!["a".into(), "b".into()], boxed: Box::new(|x| x + 1) };
    subject.get(0).unwrap().push('!');
    assert_eq!(subject.get(9).unwrap_err(), "no 9");
    assert_eq!(subject.whole().unwrap().items[0], "a!");
    assert_eq!((*subject.coerced(1).ok().unwrap()).as_ref(), "long");
    assert!(subject.coerced(2).is_err());
    assert_eq!(subject.lazy().unwrap().collect::<Vec<_>>(), ["a!", "b"]);
    assert_eq!(subject.owned().ok().unwrap().len(), 2);
    let empty = Subject { items: Vec::new(), boxed: Box::new(|x| x + 1) };
    assert_eq!(empty.owned().unwrap_err()(1), 2);
    assert_eq!(Subject::generic(&["x", "y"]), Some("x"));
    assert_eq!(Subject::walked(&mut [1, 2, 3], 2), Some(&mut [2, 3][..]));
}
