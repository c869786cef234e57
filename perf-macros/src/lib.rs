//! The `#[perf_track]` attribute. Use it through perf-runtime, which re-exports it.

mod args;
mod errors;
mod expand;
mod fallback;
mod item;
#[cfg(test)]
mod snapshots;
mod validate;

use proc_macro::TokenStream;

/// Tracks a function.
#[proc_macro_attribute]
pub fn perf_track(args: TokenStream, item: TokenStream) -> TokenStream {
    let record = if cfg!(feature = "record") { expand::Record::On } else { expand::Record::Off };
    expand::expand(args.into(), item.into(), record).into()
}
