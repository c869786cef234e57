//! The code made of each kind of item. Outside of the compiler tokens have no place: file and line
//! are empty here.

use super::{Record, expand};
use crate::snapshots::assert_text;

fn on(args: &str, item: &str) -> String {
    pretty(args, item, Record::On)
}

fn off(args: &str, item: &str) -> String {
    pretty(args, item, Record::Off)
}

fn pretty(args: &str, item: &str, record: Record) -> String {
    let tokens = expand(args.parse().unwrap(), item.parse().unwrap(), record);
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

#[test]
fn a_function() {
    assert_text!(on(
        "",
        "/// Doc.\n#[inline] pub(crate) unsafe extern \"C\" fn add<T: Copy>(mut a: T, _: &u32) -> T
         where T: Send { #![allow(unused)] //! inner\n let b = a; helper!(b); b }",
    ));
}

#[test]
fn a_function_with_options() {
    assert_text!(on(
        "name = \"add numbers\", exact, crate = my::runtime, tags = [\"a\", \"b\"],
         budget(p95 = \"2ms\", calls = 10)",
        "fn r#add() {}",
    ));
}

#[test]
fn a_function_whose_result_is_classified() {
    assert_text!(on(
        "err",
        "fn f(&mut self, a: A, _: B, (c, d): (C, D)) -> Result<&mut T, E> { a()?; Ok(b) }"
    ));
}

#[test]
fn a_function_whose_errors_have_kinds() {
    let kinds = [
        ("err_kind", "fn f(a: A) -> Result<T, E> { a() }"),
        ("err, err_kind = E::kind", "fn f() -> Result<T, E> { a() }"),
        ("err_kind = kind", "async fn f() -> Result<T, E> { a().await }"),
    ];
    assert_text!(kinds.map(|(args, item)| on(args, item)).join("\n"));
}

#[test]
fn a_result_without_a_name_is_left_to_inference() {
    assert_text!(on(
        "err",
        "fn f() -> Option<impl Iterator<Item = u32>> { Some([1].into_iter()) }"
    ));
}

#[test]
fn a_block() {
    assert_text!(on(
        "tags = [\"io\"]",
        "impl<const N: usize> Reader for File<N> {
             const SIZE: usize = { 1 + { 2 } };
             type Item = [u8; { N }];
             helper! { fn not_ours() {} }
             fn plain(&self) -> Buffer<{ N }> where Buffer<{ N + 1 }>: Sized {}
             #[perf_track(name = \"named\", err)] fn named(&self) -> Option<u8> { None }
             #[perf_track(skip)] fn skipped(&self) {}
             const fn constant() {}
             async fn later() {}
             #[test] fn test() {}
             #[cfg(test)] fn for_tests() {}
             #[cfg(not(test))] fn not_for_tests() {}
         }",
    ));
}

#[test]
fn a_trait() {
    assert_text!(on(
        "",
        "pub trait T: Sized { type A; const N: u8 = { 1 }; fn without(&self);
             fn with(&self) { body() } async fn later(self) -> u8 { 1 } }",
    ));
}

#[test]
fn a_module() {
    assert_text!(on(
        "except = \"quiet\", tags = [\"m\"]",
        "#[allow(unused)] pub(crate) mod m { #![doc = \"inner\"]
             use super::{a, b}; static S: T = T { x: 1 };
             pub fn free() { body() } fn quiet() {}
             struct S { f: u8 } impl S { fn method(&self) {} }
             #[perf_track(only = [\"a*\"], exact)] impl A { fn ab() {} fn ba() {} }
             #[::perf_runtime::perf_track(skip)] impl B { fn skipped() {} }
             trait T { fn with() {} }
             mod inner { fn deep() {} }
             #[cfg(test)] mod tests { fn helper() {} }
             helper! { fn not_ours() {} }
         }",
    ));
}

#[test]
fn an_async_function() {
    assert_text!(on(
        "",
        "pub async unsafe fn f<'a>(&mut self, a: &'a str, mut b: u8, _: C, #[cfg(x)] (d, _): (D, E))
             -> Result<impl Fn(&'a str) -> u8, Box<dyn Error>> { #![allow(unused)] a.await?; Ok(b) }",
    ));
}

#[test]
fn an_async_function_that_never_returns() {
    assert_text!(on("", "async fn f() -> ! { loop { g().await } }"));
}

#[test]
fn futures_that_are_made_at_the_end() {
    let futures = [
        ("", "fn f() -> impl Future { async { 1 } }"),
        ("err", "fn f(x: u8) -> impl Future { let y = x; async move { g(y).await? } }"),
        ("", "fn f() -> BoxFuture { Box::pin(async move { 1 }) }"),
        ("", "fn f() -> BoxFuture { if a { b() } ::std::boxed::Box::pin(async { 1 },) }"),
        ("ok_if = R::is_ok", "fn f() -> BoxFuture { async move { 1 }.boxed() }"),
    ];
    let expanded: Vec<_> = futures.iter().map(|(args, item)| on(args, item)).collect();
    assert_text!(expanded.join("\n"));
}

#[test]
fn other_ends_are_no_futures() {
    for body in [
        "f(async {})",
        "Arc::pin(async {})",
        "x.boxed()",
        "(a, async {}).boxed()",
        "a = async {}",
        "&async {}",
        "x + Box::pin(async {})",
        "Box::pin(async {}, 1)",
        "async {};",
        "move || async {}",
    ] {
        let expanded = on("", &format!("fn f() {{ {body} }}"));
        assert!(!expanded.contains("track_future"), "{expanded}");
    }
}

#[test]
fn a_function_with_a_site_for_each_type() {
    assert_text!(on("per_type", "fn f<T>(x: T) -> T { x }"));
    assert_text!(on("per_type, err", "fn f<T>(x: T) -> Option<T> { Some(x) }"));
}

#[test]
fn linters_see_what_was_written_and_that_predicates_are_used() {
    let linted = |args: &str, item: &str| pretty(args, item, Record::Linted);
    for (args, item) in [
        ("err, per_type", "fn f<T>((a, _): (T, T)) -> Option<T> { return Some(a); }"),
        ("", "async fn f(x: u32) -> u32 { x }"),
        ("skip, ok_if = p", "fn f() -> u32 { 1 }"),
        ("", "impl A { fn f() -> u32 { 1 } #[p::perf_track(err)] fn g() -> R { h() } }"),
    ] {
        assert_eq!(linted(args, item), off(args, item));
    }
    let judged = [
        ("ok_if = p", "fn f(x: u32) -> Option<u32> { #![allow(unused)] x.into() }"),
        ("err_if = p", "fn f() -> impl Iterator<Item = u32> { [1].into_iter() }"),
        ("err_if = p", "async fn f() -> u32 { 1 }"),
        ("ok_if = p", "fn f() -> BoxFuture { Box::pin(async move { g().await }) }"),
        ("", "impl A { #[perf_track(ok_if = Self::p)] fn f(&self) -> Self { g() } fn g() {} }"),
    ];
    let expanded: Vec<_> = judged.iter().map(|(args, item)| linted(args, item)).collect();
    assert_text!(expanded.join("\n"));
}

#[test]
fn skipping_leaves_no_trace() {
    let item = "fn f(x: u32) -> u32 { x }";
    assert_eq!(on("skip, exact", item), off("", item));
    let block = "impl A { #[perf_track(skip)] fn f() {} }";
    // It stays itself, since whoever imported it would be told that nothing uses the import.
    assert_eq!(on("", block), off("", block));
    let block = "impl A { #[perf_runtime::perf_track(skip)] fn f() {} }";
    assert_eq!(on("", block), off("", "impl A { fn f() {} }"));
    let module = "mod m { impl A { fn f() {} } }";
    assert_eq!(on("skip", module), off("", module));
}

#[test]
fn with_recording_off_the_item_is_what_it_was() {
    let item = "#[inline] fn f(x: u32) -> Option<u32> { let y = x; Some(y) }";
    let before = prettyplease::unparse(&syn::parse_str(item).unwrap());
    assert_eq!(off("err, name = \"x\", budget(max = \"1s\")", item), before);

    let block = "impl A { #[p::perf_track(exact)] fn f() {} #[p::perf_track(skip)] fn g() {} }";
    let before = prettyplease::unparse(&syn::parse_str("impl A { fn f() {} fn g() {} }").unwrap());
    assert_eq!(off("", block), before);
}

#[test]
fn with_recording_off_mistakes_are_found_as_well() {
    assert!(off("nam", "fn f() {}").contains("unknown option `nam`"));
    assert!(off("", "impl A { #[perf_track(x)] fn f() {} }").contains("unknown option `x`"));
}

#[test]
fn whatever_is_wrong_the_item_survives() {
    for (args, item) in [
        ("nope", "fn f() { body() }"),
        ("", "const fn f() { body() }"),
        ("", "struct S { f: u32 }"),
        ("name = \"x\"", "mod m { fn f() {} }"),
        ("ok_if = x", "trait T { fn f() {} }"),
        ("err, ok_if = x", "fn f() -> T { body() }"),
        ("name = \"x\", per_type", "async fn f<T>(x: T) { body() }"),
        ("only = \"g\"", "impl A { fn f() { body() } }"),
        ("except = \"f\"", "fn f() { body() }"),
        ("", "static S: u32 = 1;"),
        ("err", "fn f() {}"),
        ("name = \"x\"", "impl A { fn f() {} }"),
        ("", "#[perf_track(exact)] fn f() {}"),
    ] {
        let expanded = on(args, item);
        let before = prettyplease::unparse(&syn::parse_str(item).unwrap());
        assert!(expanded.ends_with(&before), "{item} became\n{expanded}");
        assert!(expanded.contains("compile_error"), "{item} became\n{expanded}");
        assert!(!expanded.contains("PERF_TRACK"), "{item} became\n{expanded}");
    }
}

#[test]
fn half_typed_items_are_given_back_with_an_error() {
    for item in [
        "gen fn f() { body() }",
        "mod m;",
        "fn f(",
        "fn f() -> ",
        "pub fn",
        "impl A { fn f( }",
        "impl",
        "fn f() { a",
        "#[x]",
        "",
    ] {
        // What the compiler hands to a macro has its brackets closed.
        let Ok(tokens) = item.parse::<proc_macro2::TokenStream>() else { continue };
        let expanded = expand("".parse().unwrap(), tokens.clone(), Record::On).to_string();
        assert!(expanded.contains("compile_error"), "{item} became {expanded}");
        assert!(expanded.ends_with(&tokens.to_string()), "{item} became {expanded}");
    }
}
