//! The place where a function is declared: that of its name, also for one of many in an `impl`
//! block, or in a macro, which `line!()` would not distinguish.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

/// The answers of spans, which are theirs since Rust 1.88. On an older compiler these stand in,
/// since it prefers them to methods of the standard library that are not stable yet.
#[allow(
    clippy::allow_attributes,
    dead_code,
    reason = "a newer compiler prefers the methods of spans themselves"
)]
trait Answers {
    fn file(&self) -> String {
        String::new()
    }

    fn line(&self) -> usize {
        0
    }

    fn column(&self) -> usize {
        0
    }
}

impl Answers for proc_macro::Span {}

/// Makes the place of a name: its file, line and column, with commas between them. Outside of the
/// compiler, as in this crate's tests, a token is nowhere.
pub(super) fn place(name: &Ident, runtime: &TokenStream) -> TokenStream {
    match proc_macro::is_available().then(|| told(name)) {
        Some((_, 0, _)) => asked(name, runtime),
        told => {
            let (file, line, column) = told.unwrap_or_default();
            quote_spanned!(Span::mixed_site()=> #file, #line, #column)
        }
    }
}

/// Returns file, line and column by the name's span; line 0 where the compiler does not tell.
#[allow(
    clippy::allow_attributes,
    clippy::incompatible_msrv,
    unstable_name_collisions,
    reason = "an older compiler takes those above"
)]
fn told(name: &Ident) -> (String, u32, u32) {
    let span = name.span().unwrap();
    let number = |number: usize| u32::try_from(number).unwrap_or_default();
    (span.file(), number(span.line()), number(span.column()))
}

/// Makes expressions by which the compiler tells the place later on: calls that stand where the
/// name does. Of functions in one call of a macro, it tells the place of that call.
fn asked(name: &Ident, runtime: &TokenStream) -> TokenStream {
    let [file, line, column] = ["file", "line", "column"].map(|word| {
        let call = Ident::new(word, name.span());
        quote_spanned!(name.span()=> #call())
    });
    quote_spanned!(Span::mixed_site()=> #runtime::Here.#file, #runtime::Here.#line, #runtime::Here.#column)
}
