//! The code made of benchmarks of each shape.

use super::bench::expand;
use crate::snapshots::assert_text;

fn pretty(args: &str, item: &str) -> String {
    let tokens = expand(args.parse().unwrap(), item.parse().unwrap());
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

#[test]
fn a_benchmark() {
    assert_text!(pretty("", "/// Doc.\n#[cfg(x)] pub(crate) fn r#try() -> u32 { 1 }"));
}

#[test]
fn a_benchmark_with_all_options() {
    assert_text!(pretty(
        "name = \"sort\", args = 1..3, compare = \"sorts\", baseline, iterations = 1_000,
         warm_up = \"50ms\", time = \"2s\", threads = [1, 0], rate = \"0.5/s\", bytes = n * 8,
         items = n, timeout = \"10s\", memory = \"64MiB\", cpu = \"80%\", errors = \"0%\",
         budget(mean = \"1ms\"), tags = [\"a\", \"b\"], ignore, crate = a::b",
        "fn sort(b: &mut Bench, n: u64) -> Result<(), E> { b.iter(|| n); Ok(()) }",
    ));
}

#[test]
fn benchmarks_of_each_shape() {
    let shapes = [
        ("", "fn f(b: &mut Bench) {}"),
        ("", "fn f<'a>(b: &'a mut Bench) {}"),
        ("args = [(1, 2)]", "fn f((x, _): (u8, u8)) {}"),
        ("args = WORDS", "fn f(word: &str) -> io::Result<()> { Ok(()) }"),
        ("stress", "async fn f() -> Result<u8, E> { Ok(1) }"),
        ("args = [1], block_on = |it| RUNTIME.block_on(it)", "async fn f(n: u8) {}"),
        ("err_kind", "fn f() -> Result<u8, E> { Ok(1) }"),
        ("err_kind = E::kind, args = [1]", "async fn f(n: u8) -> Answer { g() }"),
    ];
    let expanded: Vec<_> = shapes.iter().map(|(args, item)| pretty(args, item)).collect();
    assert_text!(expanded.join("\n"));
}

#[test]
fn whatever_is_wrong_the_item_survives() {
    for (args, item) in [
        ("nope", "fn f() { body() }"),
        ("", "struct S { f: u32 }"),
        ("", "impl A { fn f() {} }"),
        ("", "unsafe fn f() { body() }"),
        ("", "extern \"C\" fn f() { body() }"),
        ("", "fn f<T>() { body() }"),
        ("", "fn f(&mut self) { body() }"),
        ("", "fn f(n: usize) { body() }"),
        ("args = [1]", "fn f() { body() }"),
        ("args = [1]", "fn f(a: u8, b: u8) { body() }"),
        ("", "async fn f(b: &mut Bench) { body() }"),
        ("block_on = run", "fn f() { body() }"),
        ("baseline", "fn f() { body() }"),
        ("stress, threads = [1]", "fn f() { body() }"),
        ("err_kind", "fn f() { body() }"),
        ("err_kind", "fn f() -> ! { body() }"),
        ("err_kind = kind", "fn f(b: &mut Bench) -> Result<(), E> { body() }"),
        ("err_kind = \"kind\"", "fn f() -> Result<(), E> { body() }"),
    ] {
        let expanded = pretty(args, item);
        let before = prettyplease::unparse(&syn::parse_str(item).unwrap());
        assert!(expanded.ends_with(&before), "{item} became\n{expanded}");
        assert!(expanded.contains("compile_error"), "{item} became\n{expanded}");
        assert!(!expanded.contains("PERF_BENCH"), "{item} became\n{expanded}");
    }
}
