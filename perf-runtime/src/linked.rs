//! The list of sites that the linker makes, and the macros by which generated code enters it.
//!
//! In ELF programs each site lies in a section that all of them share; the linker joins those of
//! all crates and names the two ends. That costs nothing at start and next to nothing to compile: a
//! crate of 500 tracked functions is checked in half the time that it takes where each submits
//! itself through `inventory`. Elsewhere sites do that, since sections differ from system to
//! system.
//!
//! Either list can lack sites: those of libraries that are loaded later, or that a linker dropped.
//! A site registers itself at its first call in any case; only a site that has not been called yet
//! is known from the list alone. So nothing here decides anything, and nothing else may ask.

use crate::site::Site;

/// Begins the call of a tracked function: the guard, and its [site](crate::__perf_track_site).
///
/// The guard comes first: clippy calls items after statements confusing, but not after items that a
/// macro put there, and so leaves the user's alone.
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_span {
    ($($site:tt)*) => {
        let mut __perf_track_place = $crate::__private::Place::EMPTY;
        let __perf_track_span =
            $crate::__private::enter(&__PERF_TRACK_SITE, &mut __perf_track_place);
        $crate::__private::site! { $($site)* }
    };
}

/// Begins a call under a site for each type that a generic function is called with.
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_span_per_type {
    ($($site:tt)*) => {
        let mut __perf_track_place = $crate::__private::Place::EMPTY;
        let __perf_track_span = $crate::__private::enter(
            $crate::__private::per_type(&__PERF_TRACK_SITE, &|| ()),
            &mut __perf_track_place,
        );
        $crate::__private::site! { $($site)* }
    };
}

/// Declares the static that stands for a tracked function.
///
/// The empty enum is there for its type name, the compiler's own path of the function, with the
/// `Self` type and the trait. It shares its name with the static, where the runtime cuts the path.
///
/// Behind a semicolon stands `polled` where calls are futures, or one of them a stream.
#[cfg(all(unix, not(target_vendor = "apple"), not(miri)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_site {
    ($file:expr, $line:expr, $column:expr, $built:expr $(, $options:expr)? $(; $polled:ident)?) => {
        enum __PERF_TRACK_SITE {}
        #[used]
        #[unsafe(link_section = "perf_track_0_1_0")]
        static __PERF_TRACK_SITE: $crate::__private::Site = $crate::__private::Site::new(
            ::core::module_path!(),
            $file,
            $line,
            $column,
            $built,
            ::core::any::type_name::<__PERF_TRACK_SITE>,
        )$(.with($options))?$(.$polled())?;
    };
}

/// Declares the same for linkers that do not name the ends of sections.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(miri))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __perf_track_site {
    ($file:expr, $line:expr, $column:expr, $built:expr $(, $options:expr)? $(; $polled:ident)?) => {
        enum __PERF_TRACK_SITE {}
        static __PERF_TRACK_SITE: $crate::__private::Site = $crate::__private::Site::new(
            ::core::module_path!(),
            $file,
            $line,
            $column,
            $built,
            ::core::any::type_name::<__PERF_TRACK_SITE>,
        )$(.with($options))?$(.$polled())?;
        $crate::__private::inventory::submit! { $crate::__private::Entry(&__PERF_TRACK_SITE) }
    };
}

/// Lists every site of this program that the linker knows, in the order in which it laid them out.
#[cfg(all(unix, not(target_vendor = "apple"), not(miri)))]
pub(crate) fn sites() -> impl Iterator<Item = &'static Site> {
    // Named after the version: the layout of a site is that of this one. `tidy` holds it to that.
    #[expect(improper_ctypes, reason = "only Rust looks at them")]
    unsafe extern "C" {
        #[link_name = "__start_perf_track_0_1_0"]
        static START: Site;
        #[link_name = "__stop_perf_track_0_1_0"]
        static END: Site;
    }
    // Without any site there would be no section, and so no names of its ends.
    #[used]
    #[unsafe(link_section = "perf_track_0_1_0")]
    static NONE: [Site; 0] = [];

    let (start, end) = (&raw const START, &raw const END);
    std::hint::black_box(&NONE);
    let count = end.addr().saturating_sub(start.addr()) / size_of::<Site>();
    // SAFETY: between the two names lie the statics that the macro above puts there, and nothing
    // else: all of one type, whose size is a multiple of its alignment, so that the linker has no
    // reason to leave gaps. They are never written but through the atomic number in each.
    unsafe { std::slice::from_raw_parts(start, count) }.iter()
}

/// Lists every site of this program that submitted itself, in no particular order.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(miri))))]
pub(crate) fn sites() -> impl Iterator<Item = &'static Site> {
    inventory::iter::<crate::__private::Entry>.into_iter().map(|entry| entry.0)
}
