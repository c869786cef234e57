//! The arguments for the macros of perf-runtime: the declaration of a tracked function, and the
//! name of its site.

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::Path;

use super::declared;
use crate::args::{Budget, Options, Outcome};
use crate::built;
use crate::item::{Angles, Function, is_punct};

/// Returns the path of the module that generated code may use. Its names cannot be shadowed: the
/// path is absolute.
///
/// Errors about what is called there show the place of `span`.
pub(super) fn runtime(options: &Options, span: Span) -> TokenStream {
    let site = Span::mixed_site().located_at(span);
    let path = options.runtime.as_ref().map(ToTokens::to_token_stream);
    let path = path.unwrap_or_else(|| quote_spanned!(site=> ::perf_runtime));
    quote_spanned!(site=> #path::__private)
}

/// Returns the place for an error about a returned value that cannot be classified: the predicate,
/// or the type.
pub(super) fn place(options: &Options, returned: &TokenStream) -> Span {
    match options.outcome.as_ref().and_then(Outcome::path) {
        Some(path) => written(path),
        None => returned.clone().into_iter().next().map_or_else(Span::mixed_site, |it| it.span()),
    }
}

fn written(path: &Path) -> Span {
    path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span())
}

/// Makes the arguments of `site!`: the place of the function, the build of its crate, and the
/// options, if there are any.
pub(super) fn declaration(function: &Function, options: &Options) -> TokenStream {
    let site = Span::mixed_site();
    let place = declared::place(&function.signature.name, &runtime(options, site));
    let built = Literal::u8_unsuffixed(built::code());
    let mut tokens = quote_spanned!(site=> #place, #built);
    if let Some(given) = given(options) {
        tokens.extend(quote_spanned!(site=> , #given));
    }
    tokens
}

/// Makes an expression for the site, as a reference that lives as long as the program.
pub(super) fn reference(runtime: &TokenStream, options: &Options) -> TokenStream {
    let site = Span::mixed_site();
    if options.per_type.is_some() {
        quote_spanned!(site=> #runtime::per_type(&__PERF_TRACK_SITE, &|| ()))
    } else {
        quote_spanned!(site=> &__PERF_TRACK_SITE)
    }
}

/// Makes the judge of an outcome; `None` where the type alone decides.
///
/// It has the place of the path that was given, where errors about that belong; `place` is that of
/// errors about the type.
pub(super) fn judge(runtime: &TokenStream, outcome: &Outcome, place: Span) -> Option<TokenStream> {
    let kind = match outcome {
        Outcome::Err(_) => return None,
        Outcome::Kind { names: None, .. } => "KindByDebug",
        Outcome::Kind { names: Some(_), .. } => "KindBy",
        Outcome::If { name: "ok_if", .. } => "OkIf",
        Outcome::If { .. } => "ErrIf",
    };
    let path = outcome.path();
    let site = Span::mixed_site().located_at(path.map_or(place, written));
    let judge = Ident::new(kind, site);
    let argument = path.map(|path| quote_spanned!(site=> (#path)));
    Some(quote_spanned!(site=> #runtime::#judge #argument))
}

/// Makes a reference to the options that were given.
fn given(options: &Options) -> Option<TokenStream> {
    let site = Span::mixed_site();
    let runtime = runtime(options, site);
    let tags = &options.tags;
    let fields = [
        options.name.as_ref().map(|name| ("label", some(name))),
        options.exact.map(|_| ("exact", quote_spanned!(site=> true))),
        options.outcome.as_ref().map(|_| ("classifies_errors", quote_spanned!(site=> true))),
        options.names_errors().then(|| ("names_errors", quote_spanned!(site=> true))),
        options.budget.as_ref().map(|budget| ("budget", budget_of(budget, &runtime))),
        (!tags.is_empty()).then(|| ("tags", quote_spanned!(site=> &[#(#tags),*]))),
    ];
    let kind = quote_spanned!(site=> #runtime::Options);
    let fields_there_are = fields.len();
    let given: Vec<_> = fields.into_iter().flatten().collect();
    let rest = rest(given.len(), fields_there_are, &kind);
    let (names, values): (Vec<_>, Vec<_>) =
        given.into_iter().map(|(name, value)| (Ident::new(name, site), value)).unzip();
    (!names.is_empty()).then(|| quote_spanned!(site=> &#kind { #(#names: #values,)* #rest }))
}

/// Fills the rest of a struct with `given` out of `of` fields. Clippy has something against a rest
/// of nothing.
fn rest(given: usize, of: usize, kind: &TokenStream) -> Option<TokenStream> {
    (given < of).then(|| quote_spanned!(Span::mixed_site()=> ..#kind::NONE))
}

pub(super) fn budget_of(budget: &Budget, runtime: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let limits = budget.limits.iter().map(|limit| {
        let field = Ident::new(limit.field, site);
        let value = some(&Literal::u64_unsuffixed(limit.value));
        quote_spanned!(site=> #field: #value)
    });
    let kind = quote_spanned!(site=> #runtime::Budget);
    let rest = rest(budget.limits.len(), Budget::LIMITS, &kind);
    quote_spanned!(site=> #kind { #(#limits,)* #rest })
}

pub(super) fn some(value: &impl ToTokens) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#value))
}

/// Makes a type that can be written in a body: `_` stands where the signature has `impl Trait`.
pub(super) fn nameable(kind: TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut trees = kind.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(word) if word == "impl" => {
                tokens.append_all(quote_spanned!(word.span()=> _));
                let mut depth = Angles::default();
                while let Some(next) = trees.peek() {
                    let closes = is_punct(next, '>') && depth.is_outside() && !depth.ends_arrow();
                    let ends = is_punct(next, ',') || is_punct(next, ';');
                    if closes || (ends && depth.is_outside()) {
                        break;
                    }
                    depth.pass(next);
                    trees.next();
                }
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), nameable(group.stream()));
                inner.set_span(group.span());
                tokens.append(inner);
            }
            other => tokens.append(other),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::nameable;

    #[test]
    fn what_has_no_name_is_left_to_inference() {
        for (kind, expected) in [
            ("Result<u32, E>", "Result < u32 , E >"),
            ("impl Fn(A) -> B", "_"),
            ("Option<impl Iterator<Item = u32> + 'a>", "Option < _ >"),
            ("Result<impl Fn(u8) -> Vec<u8>, Box<dyn Error>>", "Result < _ , Box < dyn Error > >"),
            ("(impl A, Vec<impl B>)", "(_ , Vec < _ >)"),
            ("[impl A; 3]", "[_ ; 3]"),
            (
                "Pin<Box<dyn Future<Output = ()> + 'a>>",
                "Pin < Box < dyn Future < Output = () > + 'a > >",
            ),
        ] {
            let squeezed = |text: &str| text.replace(' ', "");
            let found = nameable(kind.parse().unwrap()).to_string();
            assert_eq!(squeezed(&found), squeezed(expected));
        }
    }
}
