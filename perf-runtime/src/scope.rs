//! `perf_scope!`: a call without a function. Its stand-in, where recording is compiled out, is
//! `scope_absent`.

/// Measures the rest of the block it stands in, as a call of a function named like it.
///
/// For work that is no function of its own: a phase of a long function, a turn of a loop. Keep the
/// value until the work is done; dropping it ends the call.
///
/// ```
/// use perf_runtime::perf_scope;
///
/// fn load(files: &[&str]) -> usize {
///     let _load = perf_scope!("load");
///     files.iter().map(|file| {
///         // A name that is made at run time is looked up at each call, which takes longer.
///         let _one = perf_scope!(format!("load {file}"));
///         file.len()
///     }).sum()
/// }
///
/// load(&["a.txt", "b.txt"]);
/// let known = perf_runtime::snapshot()?.functions;
/// for name in ["load", "load a.txt", "load b.txt"] {
///     assert!(known.iter().any(|function| function.name == name));
/// }
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
///
/// One name is one function, wherever it is used. Names made at run time are kept until the
/// process ends, so there should be hundreds of them and not millions.
///
/// It stands in for no `async` block: a value that lives across an `.await` would measure whatever
/// else the thread does meanwhile, and makes the future impossible to send to another thread.
#[macro_export]
macro_rules! perf_scope {
    ($name:literal) => {{
        $crate::__private::site! {
            ::core::file!(), ::core::line!(), ::core::column!(),
            &$crate::__private::Options {
                label: ::core::option::Option::Some($name),
                ..$crate::__private::Options::NONE
            }
        }
        $crate::__private::enter(&__PERF_TRACK_SITE)
    }};
    ($name:expr) => {
        $crate::__private::enter_named(&$name)
    };
}
