//! Functions behave with `#[perf_track]` as they do without, and their sites say who they are.

#![expect(
    clippy::boxed_local,
    clippy::elidable_lifetime_names,
    clippy::manual_async_fn,
    clippy::mut_mut,
    clippy::needless_pass_by_value,
    clippy::redundant_async_block,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async,
    clippy::unused_self,
    clippy::unwrap_used,
    reason = "the shapes of functions are what is tested here, the odd ones too"
)]

mod bulk;
mod drops;
mod future_drops;
mod futures;
mod names;
mod outcomes;
mod shapes;

/// The same functions twice: as written in `plain`, and tracked in `tracked`, each as associated
/// functions of a `Subject`.
macro_rules! twice {
    ($($function:item)*) => {
        mod plain {
            use super::*;

            pub(super) struct Subject;

            impl Subject { $($function)* }
        }

        mod tracked {
            use super::*;

            pub(super) struct Subject;

            #[perf_runtime::perf_track]
            impl Subject { $($function)* }
        }
    };
}

use twice;
