//! `perf_scope!` and `perf_future!`: a call without a function. Their stand-ins, where recording is
//! compiled out, are in `scope_absent`.

/// Measures the rest of the block it stands in, as a call of a function with the given name.
///
/// For work that is no function of its own: a phase of a long function, a turn of a loop. Keep the
/// value until the work is done; dropping it ends the call. It never panics. With a literal
/// name, a call costs about as much as that of a tracked function.
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
/// One name is one function, wherever it is used. Names made at run time are kept until the process
/// ends, so there should be hundreds of them and not millions. Those of scopes and metrics together
/// may take a quarter of `PERF_TRACK_MEMORY`, and 2 MiB at least, at 1 KiB a name and its length:
/// some 16,000 names by default. Calls of further names count, exactly, as calls of `(other
/// names)`, which reports show.
///
/// It is not for `async` blocks: a value that lives across an `.await` would measure the thread's
/// other work meanwhile, and keeps the future from being sent to another thread. Use
/// [`perf_future!`](crate::perf_future) there.
#[macro_export]
macro_rules! perf_scope {
    ($name:literal) => {{
        $crate::__perf_track_labelled!($name);
        $crate::__private::enter_scope(&__PERF_TRACK_SITE)
    }};
    ($name:expr) => {
        $crate::__private::enter_named(&$name)
    };
}

/// Measures a future, as a call of an async function with the given name.
///
/// The value is a future with the same output. The name is a literal.
///
/// ```
/// use perf_runtime::perf_future;
///
/// async fn load(user: u32) -> usize {
///     let profile = async { user as usize };
///     perf_future!("fetch profile", profile).await
/// }
/// # let mut load = std::pin::pin!(load(7));
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(load.as_mut().poll(&mut context).is_ready());
/// let known = perf_runtime::snapshot()?;
/// let fetch = known.functions.iter().position(|it| it.name == "fetch profile").unwrap();
/// assert_eq!((known.by_function()[fetch].calls, known.by_function()[fetch].polls.count), (1, 1));
/// # Ok::<(), perf_runtime::segment::SegmentError>(())
/// ```
///
/// The time of the call is that of its polls; the time until it is ready, waiting included, is its
/// lifetime. A future that is dropped before that counts as cancelled; one that was never polled
/// does not count. See [`perf_track`](macro@crate::perf_track) on async functions.
#[macro_export]
macro_rules! perf_future {
    ($name:literal, $future:expr $(,)?) => {{
        $crate::__perf_track_labelled!($name; polled);
        $crate::__private::track_future(&__PERF_TRACK_SITE, $future)
    }};
}

/// Declares the site of a literal name.
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_labelled {
    ($name:literal $($polled:tt)*) => {
        $crate::__private::site! {
            ::core::file!(), ::core::line!(), ::core::column!(), $crate::__private::built!(),
            &$crate::__private::Options {
                label: ::core::option::Option::Some($name),
                ..$crate::__private::Options::NONE
            } $($polled)*
        }
    };
}
