//! The ends of threads, and the beginning and the end of the process.
//!
//! The loader calls one function for all of these, by a list that it finds in a section of the
//! program or library. Entries are sorted by the names of their sections: Rust's own, which runs the
//! destructors of thread-locals, is in `.CRT$XLB`, and this one comes after it. (What `FlsAlloc`
//! registers is called before them, and so misses the calls that they make.)

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr;
use std::sync::OnceLock;

use once_cell::race::OnceNonZeroUsize;
use windows_sys::Win32::System::SystemServices::{
    DLL_PROCESS_ATTACH, DLL_PROCESS_DETACH, DLL_THREAD_DETACH,
};
use windows_sys::Win32::System::Threading::{
    TLS_OUT_OF_INDEXES, TlsAlloc, TlsGetValue, TlsSetValue,
};

/// The place for a thread's value, plus one: not one of Rust's, which is gone at the end.
static SLOT: OnceNonZeroUsize = OnceNonZeroUsize::new();
static AT_THREAD_END: OnceLock<unsafe extern "C" fn(*mut c_void)> = OnceLock::new();

/// Set where thread-local memory of Rust is gone before what [`at_thread_end`] was given is called:
/// with GNU's tools, it is memory of the heap, which the last of the destructors gives back.
pub(crate) const THREAD_LOCALS_END_FIRST: bool =
    cfg!(all(target_env = "gnu", not(target_abi = "llvm")));

/// Has `call` called with `value` when this thread ends, after all destructors of Rust's
/// thread-locals; by the system, on this thread. It is the same function each time. The main
/// thread's is not called when the process exits.
pub(crate) fn at_thread_end(call: unsafe extern "C" fn(*mut c_void), value: *const c_void) {
    let _ = AT_THREAD_END.set(call);
    let slot = SLOT.get_or_try_init(|| {
        // SAFETY: takes nothing.
        let slot = unsafe { TlsAlloc() };
        let number = usize::try_from(slot).ok().filter(|_| slot != TLS_OUT_OF_INDEXES);
        number.and_then(|slot| NonZeroUsize::new(slot + 1)).ok_or(())
    });
    if let Ok(Ok(slot)) = slot.map(|slot| u32::try_from(slot.get() - 1)) {
        // SAFETY: the place was taken above, and is never given back.
        unsafe { TlsSetValue(slot, value) };
    }
}

/// Returns the value that was given to [`at_thread_end`] on this thread, until it ends. Thread-local
/// memory of Rust may end before it, with the destructors of a thread.
pub(crate) fn left_at_thread_end() -> *const c_void {
    // SAFETY: the place was taken before, and is never given back.
    slot().map_or(ptr::null(), |slot| unsafe { TlsGetValue(slot) })
}

/// Returns the place of the thread's value, once it was taken.
fn slot() -> Option<u32> {
    SLOT.get().and_then(|slot| u32::try_from(slot.get() - 1).ok())
}

/// Does what is to be done when the loader calls: see [`call_at_load_and_end`].
pub(crate) fn library_call(reason: u32, (at_load, at_end): (fn(), fn())) {
    match reason {
        DLL_PROCESS_ATTACH => at_load(),
        DLL_PROCESS_DETACH => at_end(),
        DLL_THREAD_DETACH => end_thread(),
        _ => {}
    }
}

fn end_thread() {
    let value = left_at_thread_end();
    if let (Some(call), Some(slot), false) = (AT_THREAD_END.get(), slot(), value.is_null()) {
        // First, since it is another thread's afterwards.
        // SAFETY: the place was taken before, and is never given back.
        unsafe { TlsSetValue(slot, ptr::null()) };
        // SAFETY: the function that belongs to the value, on the thread that it was given on.
        unsafe { call(value.cast_mut()) };
    }
}

/// Has the loader call two functions: one before `main`, one when the process ends by returning
/// from it or by `exit`, or when their library is unloaded; and the one for the ends of threads.
#[cfg(not(miri))]
macro_rules! call_at_load_and_end {
    ($at_load:ident, $at_end:ident) => {
        const _: () = {
            type Call =
                unsafe extern "system" fn(*mut std::ffi::c_void, u32, *mut std::ffi::c_void);
            #[used]
            #[unsafe(link_section = ".CRT$XLY")]
            static CALL: Call = by_loader;

            unsafe extern "system" fn by_loader(
                _module: *mut std::ffi::c_void,
                reason: u32,
                _reserved: *mut std::ffi::c_void,
            ) {
                system::library_call(reason, ($at_load, $at_end));
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
