//! `#[perf_bench]`: the function as it is, and beside it a static that names it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::site::{budget_of, judge, some};
use crate::args::BenchOptions;
use crate::errors::{Errors, error};
use crate::fallback;
use crate::item::{Function, Item, Parameter};

/// Expands `#[perf_bench(args)] item`. Pure.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = BenchOptions::parse(args, &mut errors);
    let function = match Item::parse(item.clone()) {
        Ok(Item::Function(function)) => function,
        Ok(_) => {
            let help = "put it on a function: its body is what is measured";
            errors.push(error(Span::call_site(), "only a function can be a benchmark", help));
            return fallback::untracked(item, errors);
        }
        Err(error) => {
            errors.push(error);
            return fallback::untracked(item, errors);
        }
    };
    let shape = Shape::of(&function, &options, &mut errors);
    if !errors.is_empty() {
        return fallback::untracked(item, errors);
    }
    let mut tokens = item;
    tokens.extend(site(&function, &options, &shape));
    tokens
}

/// The parameters of a benchmark, and how it is called.
struct Shape {
    /// True if the first parameter is a `&mut Bench`.
    takes_bench: bool,
    /// Name and type of the parameter for an argument.
    argument: Option<(Ident, TokenStream)>,
    is_async: bool,
    /// True if the type of the returned value is called `Result`.
    is_fallible: bool,
}

impl Shape {
    fn of(function: &Function, options: &BenchOptions, errors: &mut Errors) -> Self {
        let signature = &function.signature;
        for word in ["unsafe", "extern"] {
            if let Some(span) = signature.qualifier(word) {
                let what = format!("a benchmark cannot be `{word}`");
                errors.push(error(span, what, "call it in a safe function of its own"));
            }
        }
        if let Some(span) = signature.generics {
            let help =
                "write a function without them, which calls this one with types of your choice";
            errors.push(error(span, "a benchmark cannot be generic: for which types?", help));
        }
        let mut parameters = signature.parameters();
        if let Some(span) = parameters.first().and_then(Parameter::receiver) {
            let help = "write a function outside of the `impl`, which calls it";
            errors.push(error(span, "a method cannot be a benchmark", help));
            parameters.remove(0);
        }
        let takes_bench = parameters.first().is_some_and(Parameter::is_mutable_reference);
        if takes_bench {
            parameters.remove(0);
        }
        let is_async = signature.qualifier("async");
        if let Some(span) = is_async.filter(|_| takes_bench) {
            let help = "leave out `async`, and call `b.iter(|| block_on(…))`";
            errors.push(error(span, "an async benchmark takes no `Bench`", help));
        }
        options_fit(options, is_async.is_some(), errors);
        if let Some(kinds) = &options.kinds {
            errors.extend(kinds_fit(kinds.span(), function, takes_bench));
        }
        Self {
            takes_bench,
            argument: argument(&signature.name, parameters, options, errors),
            is_async: is_async.is_some(),
            is_fallible: signature.returns_result(),
        }
    }
}

/// Returns name and type of the parameter for an argument.
fn argument(
    name: &Ident,
    mut parameters: Vec<Parameter>,
    options: &BenchOptions,
    errors: &mut Errors,
) -> Option<(Ident, TokenStream)> {
    let (place, what, help) = match (parameters.len(), &options.arguments) {
        (0, None) => return None,
        (1, Some(_)) => return parameters.pop().and_then(Parameter::into_name_and_type),
        (0, Some((place, _))) => {
            let help = format!("write `fn {name}(n: usize)`, or leave out `args`");
            (*place, "there is no parameter for the arguments", help)
        }
        (1, None) => {
            let help = "give values for it: `#[perf_bench(args = [10, 1_000])]`".to_owned();
            (name.span(), "where should the argument come from?", help)
        }
        _ => {
            let help = "take `b: &mut Bench`, one argument, or both in this order; a tuple is one";
            (name.span(), "a benchmark has two parameters at most", help.to_owned())
        }
    };
    errors.push(error(place, what, help));
    None
}

/// Refuses kinds of errors where there are no errors to look at.
fn kinds_fit(place: Span, function: &Function, takes_bench: bool) -> Option<syn::Error> {
    let signature = &function.signature;
    if takes_bench {
        let help = "call `b.try_iter_by_kind(…)`, which takes the function that names them";
        return Some(error(place, "errors of a `Bench` are named where they are made", help));
    }
    let what = match &signature.returned {
        None => "`err_kind` looks at what is returned, and this function returns nothing",
        Some(_) if signature.never_returns() => {
            "`err_kind` looks at what is returned, and this function never returns"
        }
        Some(_) => return None,
    };
    Some(error(place, what, "leave out `err_kind`, or return a `Result`"))
}

/// Refuses options that do not go together.
fn options_fit(options: &BenchOptions, is_async: bool, errors: &mut Errors) {
    if let Some((span, _)) = options.block_on.as_ref().filter(|_| !is_async) {
        let help = "make the function `async`, or leave the option out";
        errors.push(error(*span, "there is no future to wait for", help));
    }
    if let Some(span) = options.baseline.filter(|_| options.compare.is_none()) {
        let help = "name the group: `compare = \"sorts\", baseline`";
        errors.push(error(span, "a baseline needs others to be compared with it", help));
    }
    if let Some(span) = options.stress.filter(|_| !options.threads.is_empty()) {
        let help = "leave out one of the two";
        errors.push(error(span, "`stress` chooses the numbers of threads itself", help));
    }
}

fn runtime_of(options: &BenchOptions) -> TokenStream {
    let runtime = options.runtime.as_ref().map(ToTokens::to_token_stream);
    runtime.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> ::perf_runtime))
}

/// Makes the static, and the functions that it names.
fn site(function: &Function, options: &BenchOptions, shape: &Shape) -> TokenStream {
    let site = Span::mixed_site();
    let runtime = runtime_of(options);
    let bench = quote_spanned!(site=> #runtime::__private::bench);
    let name = function.signature.name.to_string();
    let name = name.trim_start_matches("r#");
    let attributes = function.attributes.iter().filter(|it| it.name() == "cfg");
    let labels = labels(options, shape, &bench);
    let run = run(function, options, shape, &bench);
    let options = given(options, &runtime, &bench);
    quote_spanned! {site=>
        #(#attributes)*
        const _: () = {
            static PERF_BENCH: #bench::Site = #bench::Site {
                name: #name,
                module: ::core::module_path!(),
                place: (::core::file!(), ::core::line!()),
                options: #options,
                arguments: #labels,
                run: |bench, case| { #run },
            };
            #runtime::__private::inventory::submit! { #bench::Entry(&PERF_BENCH) }
        };
    }
}

/// Makes the function that returns the texts of the arguments, where there are any.
fn labels(options: &BenchOptions, shape: &Shape, bench: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let none = quote_spanned!(site=> ::core::option::Option::None);
    let Some(((_, kind), (_, arguments))) = shape.argument.as_ref().zip(options.arguments.as_ref())
    else {
        return none;
    };
    quote_spanned! {site=>
        ::core::option::Option::Some(|| {
            #bench::labels::<#kind>(#arguments)
        })
    }
}

/// Makes the body of the closure that runs one case.
fn run(
    function: &Function,
    options: &BenchOptions,
    shape: &Shape,
    bench: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let mut name = function.signature.name.clone();
    let mut tokens = TokenStream::new();
    let mut call = TokenStream::new();
    if let (Some((argument, kind)), Some((_, arguments))) = (&shape.argument, &options.arguments) {
        // The parameter may have the name of the function.
        let function = Ident::new("function", site);
        tokens.extend(quote_spanned! {site=>
            let #function = #name;
            let ::core::option::Option::Some(#argument) = #bench::nth::<#kind>(#arguments, case)
            else {
                return;
            };
        });
        name = function;
        call =
            quote_spanned!(site=> ::core::clone::Clone::clone(::core::hint::black_box(&#argument)));
    } else {
        tokens.extend(quote_spanned!(site=> let _ = case;));
    }
    for (method, value) in [("bytes", &options.bytes), ("items", &options.items)] {
        let method = Ident::new(method, site);
        tokens.extend(
            value.as_ref().map(|value| quote_spanned!(site=> bench.#method(#bench::work(#value));)),
        );
    }
    if shape.takes_bench {
        let comma = (!call.is_empty()).then(|| quote_spanned!(site=> ,));
        tokens.extend(quote_spanned! {site=>
            let ended = #name(bench #comma #call);
            #bench::SetUp::note(ended, bench);
        });
        return tokens;
    }
    let runtime = runtime_of(options);
    let private = quote_spanned!(site=> #runtime::__private);
    let kinds = options.kinds.as_ref();
    let judge = kinds.and_then(|it| judge(&private, it, it.span()));
    let method = match (&judge, shape.is_fallible) {
        (Some(_), _) => "iter_judged",
        (None, true) => "try_iter",
        (None, false) => "iter",
    };
    let method = Ident::new(method, site);
    let judge = judge.map(|judge| quote_spanned!(site=> , &#judge));
    let called = quote_spanned!(site=> #name(#call));
    let called = match (&options.block_on, shape.is_async) {
        (Some((_, block_on)), true) => quote_spanned!(site=> (#block_on)(#called)),
        (None, true) => quote_spanned!(site=> #bench::block_on(#called)),
        (_, false) => called,
    };
    tokens.extend(quote_spanned!(site=> bench.#method(|| #called #judge);));
    tokens
}

/// Makes the options that were given.
fn given(options: &BenchOptions, runtime: &TokenStream, bench: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let field = |name: &str, value: TokenStream| {
        let name = Ident::new(name, site);
        quote_spanned!(site=> #name: #value,)
    };
    let mut fields = TokenStream::new();
    for (name, value) in [("label", &options.name), ("compare", &options.compare)] {
        fields.extend(value.as_ref().map(|value| field(name, some(value))));
    }
    let flags =
        [("baseline", options.baseline), ("stress", options.stress), ("ignore", options.ignore)];
    for (name, _) in flags.into_iter().filter(|(_, given)| given.is_some()) {
        fields.extend(field(name, quote_spanned!(site=> true)));
    }
    for (name, value) in &options.numbers {
        fields.extend(field(name, some(&Literal::u64_unsuffixed(*value))));
    }
    if !options.threads.is_empty() {
        let threads = options.threads.iter().map(|&it| Literal::u32_unsuffixed(it));
        fields.extend(field("threads", quote_spanned!(site=> &[#(#threads),*])));
    }
    if let Some(budget) = &options.budget {
        let runtime = quote_spanned!(site=> #runtime::__private);
        fields.extend(field("budget", budget_of(budget, &runtime)));
    }
    if !options.tags.is_empty() {
        let tags = &options.tags;
        fields.extend(field("tags", quote_spanned!(site=> &[#(#tags),*])));
    }
    quote_spanned!(site=> #bench::Options { #fields ..#bench::Options::NONE })
}
