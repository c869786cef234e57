//! What a site knows: the path of its function, the place it is written at, and its options.

use perf_runtime::snapshot::{Budget, Function};
use perf_runtime::{perf_track, registry};

use crate::futures::block_on;

#[perf_track]
fn free() {
    #[perf_track]
    fn nested() {}
    nested();
    let closure = || {
        #[perf_track]
        fn in_closure() {}
        in_closure();
    };
    closure();
}

struct Generic<T, const N: usize>([T; N]);

#[perf_track(tags = ["block"])]
impl<T: Copy, const N: usize> Generic<T, N> {
    fn method(&self) -> T {
        self.0[0]
    }
    #[perf_track(name = "named method", exact, tags = ["own"])]
    fn labelled(&self) -> usize {
        N
    }
    #[perf_track(skip)]
    fn skipped(&self) -> usize {
        N
    }
    const fn constant() -> usize {
        N
    }
}

impl<T: Copy, const N: usize> From<[T; N]> for Generic<T, N> {
    #[perf_track]
    fn from(items: [T; N]) -> Self {
        Self(items)
    }
}

#[perf_track]
async fn later() {
    #[perf_track]
    async fn within() {}
    within().await;
}

#[perf_track(per_type)]
fn for_each_type<T: Default, const N: usize>() -> [T; N] {
    std::array::from_fn(|_| T::default())
}

#[perf_track(per_type, err)]
async fn for_each_type_later<T: Default>() -> Option<T> {
    Some(T::default())
}

#[perf_track(per_type)]
impl<T: Copy> Generic<T, 1> {
    fn of_type(&self) -> T {
        self.0[0]
    }
}

/// Two functions under one name.
#[perf_track(name = "one of two")]
fn one() {}
#[perf_track(name = "one of two")]
fn two() {}

#[perf_track]
fn r#loop() {}

macro_rules! written {
    ($($name:ident)*) => { $(#[perf_track] fn $name() {})* };
}

written! {
    first_written
    second_written
}

#[perf_track(
    name = "everything at once",
    err,
    exact,
    tags = ["a", "b"],
    budget(p50 = "1us", p95 = "2ms", p99 = "1.5s", mean = "3ns", max = "1s", calls = 7, allocs = 0,
           max_regression = "12.5%"),
)]
fn everything() -> Option<()> {
    None
}

fn site(name: &str) -> Option<Function> {
    let found = registry().into_iter().find(|tracked| tracked.name() == name);
    found.map(|tracked| tracked.describe())
}

#[test]
fn functions_are_named_by_their_path() {
    free();
    r#loop();
    first_written();
    second_written();
    let generic = Generic::from([1, 2]);
    assert_eq!((generic.method(), generic.labelled(), generic.skipped()), (1, 2, 2));
    assert_eq!(Generic::<u8, 3>::constant(), 3);
    for name in [
        "attribute::names::free",
        "attribute::names::free::nested",
        "attribute::names::free::in_closure",
        "attribute::names::Generic<_, N>::method",
        "<attribute::names::Generic<_, N> as core::convert::From<[_; N]>>::from",
        "attribute::names::loop",
        "attribute::names::first_written",
        "attribute::names::second_written",
        "named method",
    ] {
        let site = site(name).unwrap_or_else(|| panic!("no {name} among {:#?}", names()));
        assert_eq!(site.module, module_path!(), "{name}");
        assert!(site.file.ends_with("names.rs"), "{name} in {}", site.file);
    }
}

fn names() -> Vec<String> {
    registry().into_iter().map(|tracked| tracked.name().to_owned()).collect()
}

#[test]
fn async_functions_are_named_like_others() {
    block_on(later());
    for name in ["attribute::names::later", "attribute::names::later::within"] {
        let site = site(name).unwrap_or_else(|| panic!("no {name} among {:#?}", names()));
        assert!(site.polled, "{name}");
    }
}

#[test]
fn each_type_has_a_site_if_asked_for() {
    let _ = (for_each_type::<u8, 2>(), for_each_type::<String, 0>(), for_each_type::<u8, 2>());
    let _ = (block_on(for_each_type_later::<u8>()), Generic([1_u16]).of_type());
    for (name, calls) in [
        ("attribute::names::for_each_type<u8, 2>", 2),
        ("attribute::names::for_each_type<alloc::string::String, 0>", 1),
        ("attribute::names::for_each_type_later<u8>", 1),
        ("attribute::names::Generic<u16, 1>::of_type", 1),
    ] {
        let calls_of: Vec<u64> =
            registry().iter().filter(|it| it.name() == name).map(|it| it.calls).collect();
        assert_eq!(calls_of, [calls], "{name} among {:#?}", names());
    }
}

#[test]
fn functions_of_one_name_are_one_in_reports() {
    one();
    two();
    two();
    let snapshot = perf_runtime::snapshot().unwrap();
    let merged = perf_runtime::snapshot::Snapshot::default().merged(&snapshot);
    assert_eq!(merged.functions.iter().filter(|it| it.name == "one of two").count(), 1);
    let at = merged.functions.iter().position(|it| it.name == "one of two").unwrap();
    assert_eq!(merged.by_function()[at].calls, 3);
}

#[test]
fn what_is_left_out_has_no_site() {
    let names = names();
    for left_out in ["skipped", "constant"] {
        assert!(!names.iter().any(|name| name.ends_with(left_out)), "{names:#?}");
    }
}

#[test]
fn each_function_has_its_own_place() {
    let source = include_str!("names.rs");
    for (name, declaration) in [
        ("attribute::names::free::nested", "fn nested"),
        ("attribute::names::Generic<_, N>::method", "fn method"),
        ("named method", "fn labelled"),
        ("attribute::names::first_written", "first_written\n"),
        ("attribute::names::second_written", "second_written\n"),
    ] {
        let site = site(name).unwrap();
        let before = &source[..source.find(declaration).unwrap()];
        let expected = u32::try_from(before.lines().count().max(1)).unwrap();
        assert_eq!(site.line, expected, "{name}");
        let start = source.lines().nth(site.line as usize - 1).unwrap();
        let word = &start[site.column as usize - 1..];
        assert!(declaration.trim().ends_with(word.split(['(', '\n']).next().unwrap()), "{word}");
    }
}

#[test]
fn options_reach_the_site() {
    assert_eq!(everything(), None);
    let site = site("everything at once").unwrap();
    assert!(site.exact && site.classifies_errors);
    assert_eq!(site.tags, ["a", "b"]);
    let expected = Budget {
        p50_ns: Some(1_000),
        p95_ns: Some(2_000_000),
        p99_ns: Some(1_500_000_000),
        mean_ns: Some(3),
        max_ns: Some(1_000_000_000),
        calls: Some(7),
        allocs: Some(0),
        max_regression_bp: Some(1_250),
    };
    assert_eq!(site.budget, expected);
}

#[test]
fn a_method_adds_to_the_options_of_its_block() {
    let method = site("attribute::names::Generic<_, N>::method").unwrap();
    assert_eq!((method.exact, method.tags), (false, vec!["block".to_owned()]));
    let labelled = site("named method").unwrap();
    assert_eq!((labelled.exact, labelled.tags), (true, vec!["own".to_owned(), "block".to_owned()]));
}

#[test]
fn without_options_nothing_is_set() {
    let free = site("attribute::names::free").unwrap();
    assert!(!free.exact && !free.classifies_errors && free.tags.is_empty());
    assert_eq!(free.budget, Budget::NONE);
}
