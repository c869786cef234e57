//! The arguments of `#[perf_bench]`: tokens in, [`BenchOptions`] out.

use proc_macro2::{Span, TokenStream};
use syn::{Lit, LitStr, Path};

use super::amount;
use super::budget::Budget;
use super::entry::{self, Entry, between_commas};
use super::outcome::Outcome;
use super::text;
use crate::errors::{Errors, error};

const NAMES: [&str; 22] = [
    "name",
    "args",
    "compare",
    "baseline",
    "iterations",
    "warm_up",
    "time",
    "threads",
    "rate",
    "stress",
    "bytes",
    "items",
    "timeout",
    "memory",
    "cpu",
    "errors",
    "err_kind",
    "budget",
    "tags",
    "ignore",
    "block_on",
    "crate",
];

/// The options between the parentheses of `#[perf_bench(…)]`.
#[derive(Default)]
pub(crate) struct BenchOptions {
    pub(crate) name: Option<LitStr>,
    /// `args = …`: an expression for what to iterate over.
    pub(crate) arguments: Option<(Span, TokenStream)>,
    pub(crate) compare: Option<LitStr>,
    pub(crate) baseline: Option<Span>,
    pub(crate) threads: Vec<u32>,
    pub(crate) stress: Option<Span>,
    /// `bytes = …`, `items = …`: expressions in which the argument can be named.
    pub(crate) bytes: Option<TokenStream>,
    pub(crate) items: Option<TokenStream>,
    /// Options that are a number, under the names of their fields.
    pub(crate) numbers: Vec<(&'static str, u64)>,
    pub(crate) budget: Option<Budget>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) ignore: Option<Span>,
    /// `block_on = …`: an expression that is called with a future.
    pub(crate) block_on: Option<(Span, TokenStream)>,
    /// `err_kind`, `err_kind = path`: errors are counted by kind.
    pub(crate) kinds: Option<Outcome>,
    pub(crate) runtime: Option<Path>,
}

impl BenchOptions {
    /// Reads the arguments. Every error goes to `errors`; the rest is still read.
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        entry::each(args, &NAMES, errors, |entry, errors| options.set(entry, errors));
        options
    }

    fn set(&mut self, entry: &Entry, errors: &mut Errors) -> syn::Result<()> {
        let place = entry.name.span();
        match entry.name.to_string().as_str() {
            "name" => self.name = Some(text::label(entry)?),
            "args" => {
                self.arguments = Some((place, entry.expression("`args = [10, 1_000]`")?));
            }
            "compare" => self.compare = Some(text::group(entry)?),
            "baseline" => self.baseline = Some(entry.flag()?),
            "threads" => self.threads = threads(entry)?,
            "stress" => self.stress = Some(entry.flag()?),
            "bytes" => self.bytes = Some(entry.expression("`bytes = INPUT.len()`")?),
            "items" => self.items = Some(entry.expression("`items = 1_000`")?),
            "block_on" => {
                let example = "`block_on = |future| RUNTIME.block_on(future)`";
                self.block_on = Some((place, entry.expression(example)?));
            }
            "err_kind" => self.kinds = Some(Outcome::err_kind(entry)?),
            "budget" => self.budget = Some(Budget::parse(entry, errors)?),
            "tags" => self.tags = text::tags(entry, errors)?,
            "ignore" => self.ignore = Some(entry.flag()?),
            "crate" => {
                let example = "`crate = my_crate::perf_runtime`, without quotes";
                self.runtime = Some(entry.path(example)?);
            }
            _ => match number(entry)? {
                Some(number) => self.numbers.push(number),
                None => return Err(entry.unknown("option", &NAMES)),
            },
        }
        Ok(())
    }
}

/// Reads an option that is a number: the name of its field, and its value there.
fn number(entry: &Entry) -> syn::Result<Option<(&'static str, u64)>> {
    let (field, value) = match entry.name.to_string().as_str() {
        "iterations" => ("iterations", above_zero(entry)?),
        "warm_up" => ("warm_up_ns", amount_of(entry, "500ms", amount::nanoseconds)?),
        "time" => ("time_ns", amount_of(entry, "2s", amount::nanoseconds)?),
        "timeout" => ("timeout_ns", amount_of(entry, "10s", amount::nanoseconds)?),
        "rate" => ("rate_millihertz", amount_of(entry, "500/s", amount::millihertz)?),
        "memory" => ("memory_bytes", amount_of(entry, "64MiB", amount::bytes)?),
        "cpu" => ("cpu_bp", amount_of(entry, "80%", amount::any_share)?),
        "errors" => ("errors_bp", amount_of(entry, "5%", amount::any_share)?),
        _ => return Ok(None),
    };
    Ok(Some((field, value)))
}

fn amount_of(
    entry: &Entry,
    like: &str,
    read: fn(&str) -> Result<u64, amount::Problem>,
) -> syn::Result<u64> {
    let example = format!("`{} = \"{like}\"`", entry.name);
    let text = super::budget::quoted(entry, &example)?;
    read(&text.value()).map_err(|problem| super::budget::at(&text, &problem, &example))
}

fn above_zero(entry: &Entry) -> syn::Result<u64> {
    let example = format!("`{} = 1_000`", entry.name);
    let literal = entry.literal(&example)?;
    let value = match &literal {
        Lit::Int(number) if number.suffix().is_empty() => number.base10_parse::<u64>().ok(),
        _ => None,
    };
    value.filter(|&value| value > 0).ok_or_else(|| {
        let what = format!("`{}` expects a whole number above 0", entry.name);
        error(literal.span(), what, format!("as in {example}"))
    })
}

fn threads(entry: &Entry) -> syn::Result<Vec<u32>> {
    /// Most threads of a case: more than that is a slip of the finger.
    const MOST: u32 = 4096;
    let example = "`threads = [1, 4, 0]`";
    let mut threads = Vec::new();
    for element in between_commas(entry.array(example)?) {
        let span = element.clone().into_iter().next().map_or_else(Span::call_site, |it| it.span());
        let number = match syn::parse2(element) {
            Ok(Lit::Int(number)) => number.base10_parse().ok().filter(|&number| number <= MOST),
            _ => None,
        };
        let what = format!("a number of threads is whole, and at most {MOST}");
        let help = format!("as in {example}, where 0 is one a processor");
        threads.push(number.ok_or_else(|| error(span, what, help))?);
    }
    if threads.is_empty() {
        let help = format!("as in {example}");
        return Err(error(entry.name.span(), "no threads would run nothing", help));
    }
    Ok(threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> (BenchOptions, Vec<String>) {
        let mut errors = Errors::default();
        let options = BenchOptions::parse(args.parse().unwrap(), &mut errors);
        (options, errors.messages())
    }

    #[test]
    fn every_option_is_read() {
        let (options, errors) = parse(
            "name = \"sort\", args = [1, 2], compare = \"sorts\", baseline, iterations = 1_000, \
             warm_up = \"50ms\", time = \"2s\", threads = [1, 0], rate = \"0.5/s\", stress, \
             bytes = n * 8, items = n, timeout = \"10s\", memory = \"64MiB\", cpu = \"80%\", \
             errors = \"0%\", budget(mean = \"1ms\"), tags = [\"a\"], ignore, block_on = run, \
             err_kind = E::kind, crate = a::b",
        );
        assert_eq!(errors, [""; 0]);
        assert_eq!(options.threads, [1, 0]);
        assert_eq!(
            options.numbers,
            [
                ("iterations", 1_000),
                ("warm_up_ns", 50_000_000),
                ("time_ns", 2_000_000_000),
                ("rate_millihertz", 500),
                ("timeout_ns", 10_000_000_000),
                ("memory_bytes", 64 << 20),
                ("cpu_bp", 8_000),
                ("errors_bp", 0),
            ]
        );
        assert!(options.arguments.is_some() && options.block_on.is_some());
        assert!(options.kinds.is_some_and(|it| it.path().is_some()));
        assert!(options.budget.is_some() && options.ignore.is_some() && options.stress.is_some());
    }

    #[test]
    fn mistakes_are_named_with_a_way_out() {
        for (args, expected) in [
            ("iterations = 0", "whole number above 0"),
            ("time = 2", "in quotes"),
            ("time = \"2\"", "has no unit"),
            ("threads = []", "no threads"),
            ("threads = [9999]", "at most 4096"),
            ("rate = \"500\"", "has no unit"),
            ("memory = \"2 lumps\"", "not a unit"),
            ("stress = 3", "takes no value"),
            ("arg = [1]", "did you mean `args`"),
            ("args", "needs a value"),
            ("err_kind = \"a\"", "without quotes"),
            ("err_kind(a)", "err_kind"),
            ("err_kinds", "did you mean `err_kind`"),
        ] {
            let (_, errors) = parse(args);
            assert_eq!(errors.len(), 1, "{args}: {errors:?}");
            assert!(errors[0].contains(expected), "{args}: {}", errors[0]);
        }
    }
}
