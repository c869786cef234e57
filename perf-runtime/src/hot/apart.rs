//! The few instructions of entry and exit that stand in every tracked function, and the way from
//! there to the code out of line.
//!
//! By the usual convention, a function that may call another one saves its registers, whether it
//! makes the call or not; and the compiler inlines a function the less, the more it does. Both
//! together were a third of the price of a tallied call, and most of the price of one that is not
//! recorded. So on x86-64, in ELF programs, these few instructions are written down, and the code
//! out of line saves what it uses itself. Elsewhere, and without optimisation, the compiler makes
//! them from the same steps, and one more: the few instructions do not ask whether a tallied call
//! ends by unwinding, since the answer takes as many again. Its panic is counted by the next caller
//! that is recorded in its context.

use std::mem::MaybeUninit;

use super::call::{self, Surroundings};
use super::span::{Moment, NEVER, Start};
use super::thread::{Entry, Handle};
use crate::segment::layout::{NodeRecord, TallyRecord};
use crate::site::Site;

pub(super) use self::inlined::{begin, end};

/// A call that has been entered: two words, which are returned in registers.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Entered {
    pub(super) start: Start,
    pub(super) record: Record,
}

/// The place where a call is recorded. [`Start`] decides which of them it is, if any.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) union Record {
    pub(super) node: &'static NodeRecord,
    pub(super) tally: &'static TallyRecord,
    number: u64,
}

impl Entered {
    /// A call that is not recorded.
    pub(super) const NOWHERE: Self =
        Self { start: Start::NOT_RECORDED, record: Record { number: 0 } };

    /// Enters a call that is counted in `tally`, of the function with this slot.
    #[inline(always)]
    pub(super) fn tallied(tally: &'static TallyRecord, handle: &Handle, slot: u32) -> Self {
        let outer = handle.mark.replace(slot);
        Self { start: Start::tallied(outer), record: Record { tally } }
    }
}

/// Begins a call of `site`, which has this slot: tallies it, or leaves that to [`call::enter`].
#[inline(always)]
pub(super) fn begin_by_steps(
    site: &'static Site,
    slot: u32,
    handle: &Handle,
    left: &mut MaybeUninit<Surroundings>,
) -> Entered {
    let entry = handle.tallying_entry(slot).filter(|_| !std::thread::panicking());
    match entry.and_then(Entry::count_down) {
        Some(tally) => Entered::tallied(tally, handle, slot),
        None => call::enter(site, left),
    }
}

/// Ends a call that is recorded. Returns the moment, or [`NEVER`] if it is not timed.
#[inline(always)]
pub(super) fn end_by_steps(
    entered: Entered,
    handle: &Handle,
    surroundings: &MaybeUninit<Surroundings>,
) -> Moment {
    if !entered.start.is_tallied() {
        return call::end(entered, surroundings);
    }
    if std::thread::panicking() {
        entered.count_panic();
    }
    entered.end_tallied(handle);
    NEVER
}

#[cfg(not(all(
    target_arch = "x86_64",
    unix,
    not(target_vendor = "apple"),
    not(debug_assertions),
    not(miri)
)))]
mod inlined {
    use super::{Entered, Handle, MaybeUninit, Surroundings};

    pub(in super::super) use super::begin_by_steps as begin;

    #[inline(always)]
    pub(in super::super) fn end(
        entered: Entered,
        handle: &Handle,
        surroundings: &MaybeUninit<Surroundings>,
    ) {
        let _ = super::end_by_steps(entered, handle, surroundings);
    }
}

#[cfg(all(
    target_arch = "x86_64",
    unix,
    not(target_vendor = "apple"),
    not(debug_assertions),
    not(miri)
))]
mod inlined {
    use std::arch::{asm, naked_asm};
    use std::mem::offset_of;

    use super::{Entered, Entry, Handle, MaybeUninit, Record, Site, Start, Surroundings, call};
    use crate::segment::layout::TallyRecord;

    /// Instructions that may call `$function`, which saves all registers but those of vectors.
    /// These are left to the compiler, which knows whether any is in use.
    macro_rules! with_call_of {
        ($function:ident, $($instructions_and_operands:tt)*) => {
            asm!(
                $($instructions_and_operands)*
                function = sym $function,
                out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _, out("xmm4") _,
                out("xmm5") _, out("xmm6") _, out("xmm7") _, out("xmm8") _, out("xmm9") _,
                out("xmm10") _, out("xmm11") _, out("xmm12") _, out("xmm13") _, out("xmm14") _,
                out("xmm15") _, out("xmm16") _, out("xmm17") _, out("xmm18") _, out("xmm19") _,
                out("xmm20") _, out("xmm21") _, out("xmm22") _, out("xmm23") _, out("xmm24") _,
                out("xmm25") _, out("xmm26") _, out("xmm27") _, out("xmm28") _, out("xmm29") _,
                out("xmm30") _, out("xmm31") _, out("k0") _, out("k1") _, out("k2") _, out("k3") _,
                out("k4") _, out("k5") _, out("k6") _, out("k7") _,
            )
        };
    }

    /// The shift from a slot to the offset of its entry, for `begin`.
    const ENTRY_SHIFT: u32 = size_of::<Entry>().trailing_zeros();

    const _: () = {
        assert!(size_of::<Entry>() == 1 << ENTRY_SHIFT);
        assert!(Start::TALLIED == 1 << 63);
        assert!(offset_of!(TallyRecord, calls) == 0);
    };

    /// Begins a call as [`super::begin_by_steps`] does.
    #[inline(always)]
    pub(in super::super) fn begin(
        site: &'static Site,
        slot: u32,
        handle: &Handle,
        left: &mut MaybeUninit<Surroundings>,
    ) -> Entered {
        let (start, record);
        // SAFETY: the steps of `begin_by_steps`: an entry is looked at if the table reaches that far,
        // and its tally taken if calls are left to be counted, as there are none without a tally.
        // What is called takes what is in RDI and RSI, and returns in RAX and RDX; it does not unwind.
        unsafe {
            with_call_of!(
                enter_saving,
                "cmp eax, [rdx + {tallying}]",
                "jae 2f",
                "mov ecx, eax",
                "shl rcx, {entry_shift}",
                "add rcx, [rdx + {entries}]",
                "mov r11d, [rcx + {countdown}]",
                "sub r11d, 1",
                "jb 2f",
                "mov [rcx + {countdown}], r11d",
                "mov r11d, [rdx + {mark}]",
                "mov [rdx + {mark}], eax",
                "mov rdx, [rcx + {tally}]",
                "mov eax, r11d",
                "bts rax, 63",
                // Behind the function, away from what is executed all the time, and in its section, so
                // that it comes and goes with it.
                ".subsection 1",
                "2:",
                "call {function}",
                "jmp 3f",
                ".subsection 0",
                "3:",
                tallying = const offset_of!(Handle, tallying),
                entries = const offset_of!(Handle, entries),
                mark = const offset_of!(Handle, mark),
                entry_shift = const ENTRY_SHIFT,
                countdown = const offset_of!(Entry, countdown),
                tally = const offset_of!(Entry, tally),
                in("rdi") site,
                in("rsi") left,
                inlateout("rax") u64::from(slot) => start,
                inlateout("rdx") handle => record,
                out("rcx") _,
                out("r11") _,
            );
        }
        Entered { start: Start(start), record: Record { number: record } }
    }

    /// Ends a call as [`super::end_by_steps`] does.
    #[inline(always)]
    pub(in super::super) fn end(
        entered: Entered,
        handle: &Handle,
        surroundings: &MaybeUninit<Surroundings>,
    ) {
        let Entered { start, record } = entered;
        // SAFETY: every variant of it is one word of plain bits.
        let record = unsafe { record.number };
        // SAFETY: the steps of `Entered::end_tallied`; counting is one instruction, so that no call of a
        // signal handler is lost in the middle of it. What is called takes what is in RDI, RSI and RDX,
        // returns nothing, and does not unwind.
        unsafe {
            with_call_of!(
                end_saving,
                "test rdi, rdi",
                "jns 2f",
                "mov [{handle} + {mark}], edi",
                "add qword ptr [rsi], 1",
                ".subsection 1",
                "2:",
                "call {function}",
                "jmp 3f",
                ".subsection 0",
                "3:",
                mark = const offset_of!(Handle, mark),
                handle = in(reg) handle,
                in("rdi") start.0,
                in("rsi") record,
                in("rdx") surroundings,
            );
        }
    }

    extern "C" fn enter_usually(
        site: &'static Site,
        left: &mut MaybeUninit<Surroundings>,
    ) -> Entered {
        call::enter(site, left)
    }

    extern "C" fn end_usually(
        start: Start,
        record: Record,
        surroundings: &MaybeUninit<Surroundings>,
    ) {
        let _ = call::end(Entered { start, record }, surroundings);
    }

    /// A call of `$usually` with all registers saved that a function may change, but for those in
    /// which it returns something, and those of vectors. With a frame, for whoever walks the stack.
    macro_rules! saving {
        ($usually:ident, [$($save:literal),*], [$($restore:literal),*]) => {
            naked_asm!(
                ".cfi_startproc",
                "push rbp",
                ".cfi_def_cfa_offset 16",
                ".cfi_offset rbp, -16",
                "mov rbp, rsp",
                ".cfi_def_cfa_register rbp",
                $($save,)*
                "push rcx", "push rsi", "push rdi", "push r8", "push r9", "push r10", "push r11",
                // A stack aligned to 16 bytes, with its former top on it.
                "mov rcx, rsp",
                "and rsp, -16",
                "sub rsp, 16",
                "mov [rsp], rcx",
                "call {usually}",
                "mov rsp, [rsp]",
                "pop r11", "pop r10", "pop r9", "pop r8", "pop rdi", "pop rsi", "pop rcx",
                $($restore,)*
                "pop rbp",
                ".cfi_def_cfa rsp, 8",
                "ret",
                ".cfi_endproc",
                usually = sym $usually,
            )
        };
    }

    #[unsafe(naked)]
    unsafe extern "C" fn enter_saving() {
        saving!(enter_usually, [], [])
    }

    #[unsafe(naked)]
    unsafe extern "C" fn end_saving() {
        saving!(end_usually, ["push rax", "push rdx"], ["pop rdx", "pop rax"])
    }
}
