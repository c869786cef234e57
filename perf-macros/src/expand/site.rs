//! The static that stands for a tracked function, and its entry in the list of all of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;

use crate::args::{Budget, Options};
use crate::item::Function;

/// The module that generated code may use. Its names cannot be shadowed: the path is absolute.
///
/// Errors about what is called there show the place of `span`.
pub(super) fn runtime(options: &Options, span: Span) -> TokenStream {
    let site = Span::mixed_site().located_at(span);
    let path = options.runtime.as_ref().map(ToTokens::to_token_stream);
    let path = path.unwrap_or_else(|| quote_spanned!(site=> ::perf_runtime));
    quote_spanned!(site=> #path::__private)
}

/// The declaration of the site, and its submission to the list.
///
/// The empty enum is there for its type name, the compiler's own path of the function, with the
/// `Self` type and the trait. It shares its name with the static, where the runtime cuts the path.
pub(super) fn declaration(function: &Function, options: &Options) -> TokenStream {
    let runtime = runtime(options, Span::mixed_site());
    let name = &function.signature.name;
    let Place { file, line, column } = Place::of(name);
    let name = name.unraw().to_string();
    let declaration = quote_spanned! {Span::mixed_site()=>
        #runtime::Declaration::new(
            #name,
            ::core::module_path!(),
            (#file, #line, #column),
            ::core::any::type_name::<__PERF_TRACK_SITE>,
        )
    };
    let declaration = with_options(declaration, options, &runtime);
    quote_spanned! {Span::mixed_site()=>
        enum __PERF_TRACK_SITE {}
        static __PERF_TRACK_SITE: #runtime::Site = #runtime::Site::new(#declaration);
        #runtime::inventory::submit! { #runtime::Entry(&__PERF_TRACK_SITE) }
    }
}

/// A declaration with the fields that the options change.
fn with_options(declaration: TokenStream, options: &Options, runtime: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let mut fields = TokenStream::new();
    if let Some(name) = &options.name {
        let name = some(name);
        fields.extend(quote_spanned!(site=> label: #name,));
    }
    if options.exact.is_some() {
        fields.extend(quote_spanned!(site=> exact: true,));
    }
    if options.err.is_some() {
        fields.extend(quote_spanned!(site=> classifies_errors: true,));
    }
    if let Some(budget) = &options.budget {
        let budget = budget_of(budget, runtime);
        fields.extend(quote_spanned!(site=> budget: #budget,));
    }
    if !options.tags.is_empty() {
        let tags = &options.tags;
        fields.extend(quote_spanned!(site=> tags: &[#(#tags),*],));
    }
    if fields.is_empty() {
        return declaration;
    }
    quote_spanned!(site=> #runtime::Declaration { #fields ..#declaration })
}

fn budget_of(budget: &Budget, runtime: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let limits = budget.limits.iter().map(|limit| {
        let field = Ident::new(limit.field, site);
        let value = some(&Literal::u64_unsuffixed(limit.value));
        quote_spanned!(site=> #field: #value)
    });
    // Clippy has something against a rest of nothing.
    let has_rest = budget.limits.len() < Budget::LIMITS;
    let rest = has_rest.then(|| quote_spanned!(site=> ..#runtime::Budget::NONE));
    quote_spanned!(site=> #runtime::Budget { #(#limits,)* #rest })
}

fn some(value: &impl ToTokens) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#value))
}

/// Where the function is written: also for one of many in an `impl` block, or in a macro, which
/// `line!()` would not tell apart.
#[derive(Default)]
struct Place {
    file: String,
    line: u32,
    column: u32,
}

impl Place {
    /// Outside of the compiler, as in this crate's tests, a token is nowhere.
    fn of(name: &Ident) -> Self {
        if !proc_macro::is_available() {
            return Self::default();
        }
        let span = name.span().unwrap();
        let number = |number: usize| u32::try_from(number).unwrap_or_default();
        Self { file: span.file(), line: number(span.line()), column: number(span.column()) }
    }
}
