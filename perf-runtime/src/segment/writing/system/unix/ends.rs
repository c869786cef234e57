//! The ends of threads, and the beginning and the end of the process.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr;

use once_cell::race::OnceNonZeroUsize;

/// Set where thread-local memory of Rust is gone before what [`at_thread_end`] was given is called.
pub(crate) const THREAD_LOCALS_END_FIRST: bool = false;

/// Has `call` called with `value` when this thread ends, after all destructors of Rust's
/// thread-locals; by the system, on this thread. It is the same function each time. The main
/// thread's is not called when the process exits.
pub(crate) fn at_thread_end(call: unsafe extern "C" fn(*mut c_void), value: *const c_void) {
    static KEY: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let key = KEY.get_or_try_init(|| {
        let mut key: libc::pthread_key_t = 0;
        // SAFETY: writes to `key`, and registers a function that lives as long as the program.
        let error = unsafe { libc::pthread_key_create(&raw mut key, Some(call)) };
        // Stored plus one, since a key may be zero.
        let key = usize::try_from(key).ok().and_then(|key| NonZeroUsize::new(key + 1));
        key.filter(|_| error == 0).ok_or(())
    });
    let Ok(Ok(key)) = key.map(|key| libc::pthread_key_t::try_from(key.get() - 1)) else { return };
    // SAFETY: the key was made above and is never deleted.
    unsafe { libc::pthread_setspecific(key, value) };
}

/// Returns null: thread-local memory is there as long as the thread, so that nothing given to
/// [`at_thread_end`] is forgotten in between.
pub(crate) fn left_at_thread_end() -> *const c_void {
    ptr::null()
}

/// Has the loader call two functions: one before `main`, one when the process ends by returning
/// from it or by `exit`, or when their library is unloaded.
#[cfg(all(not(target_vendor = "apple"), not(miri)))]
macro_rules! call_at_load_and_end {
    ($at_load:ident, $at_end:ident) => {
        const _: () = {
            #[used]
            #[unsafe(link_section = ".init_array")]
            static AT_LOAD: extern "C" fn() = before_main;
            #[used]
            #[unsafe(link_section = ".fini_array")]
            static AT_END: extern "C" fn() = at_exit;

            extern "C" fn before_main() {
                $at_load();
            }

            extern "C" fn at_exit() {
                $at_end();
            }
        };
    };
}

/// Has the loader call the first, which asks for the second: the loader of macOS calls nothing by
/// itself at the end any more.
#[cfg(all(target_vendor = "apple", not(miri)))]
macro_rules! call_at_load_and_end {
    ($at_load:ident, $at_end:ident) => {
        const _: () = {
            #[used]
            #[unsafe(link_section = "__DATA,__mod_init_func")]
            static AT_LOAD: extern "C" fn() = before_main;

            extern "C" fn before_main() {
                $at_load();
                // SAFETY: registers a function that lives as long as its library.
                unsafe { libc::atexit(at_exit) };
            }

            extern "C" fn at_exit() {
                $at_end();
            }
        };
    };
}

#[cfg(miri)]
macro_rules! call_at_load_and_end {
    ($at_load:ident, $at_end:ident) => {
        const _: (fn(), fn()) = ($at_load, $at_end);
    };
}
pub(crate) use call_at_load_and_end;
