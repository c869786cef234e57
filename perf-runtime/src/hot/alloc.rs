//! The memory that a thread allocates and frees, counted for the calling context that it is in.
//!
//! Called by the global allocator, so nothing here may allocate. The usual allocation is made in
//! the call that made the last one: two comparisons find that out, and then there are some numbers
//! to add to. Any other is looked up in private memory; the counts are in the segment.
//!
//! The peak of a call, with all calls below it, is known without a look at any call that allocates
//! nothing: the thread's memory does not change between two events here, so a call that is seen for
//! the first time began with the present amount. The highest amount in a context is handed up to
//! its callers when another context is next.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::add::add;
use super::thread::{self, Handle, Thread, page_for};
use crate::newer::Unsigned as _;
use crate::segment::layout::{AllocRecord, NESTED, NodeRecord, OUTSIDE, TallyRecord, UNTIMED};
use crate::writing::Use;

/// Set once this program's allocator counts.
static IS_COUNTING: AtomicBool = AtomicBool::new(false);

pub(crate) fn is_counting() -> bool {
    IS_COUNTING.load(Relaxed)
}

/// Counts `bytes` allocated bytes.
#[inline(always)]
pub(crate) fn allocated(bytes: usize) {
    let handle = thread::handle();
    if let Some(tally) = tally(handle) {
        add(&tally.allocs, 1);
        add(&tally.alloc_bytes, bytes as u64);
    } else if let Some(account) = account(handle) {
        account.credit(&handle.ledger, bytes as u64);
    }
}

/// Counts `bytes` freed bytes.
#[inline(always)]
pub(crate) fn freed(bytes: usize) {
    let handle = thread::handle();
    if let Some(tally) = tally(handle) {
        add(&tally.frees, 1);
        add(&tally.freed_bytes, bytes as u64);
    } else if let Some(account) = account(handle) {
        account.debit(&handle.ledger, bytes as u64);
    }
}

/// Counts a change from `old` bytes to `new` ones.
#[inline(always)]
pub(crate) fn reallocated(old: usize, new: usize) {
    freed(old);
    allocated(new);
}

/// Returns the tally that counts the allocations of the innermost call, if that is tallied.
#[inline(always)]
fn tally(handle: &Handle) -> Option<&'static TallyRecord> {
    match handle.mark.get() {
        0 => None,
        slot => tally_of(handle, slot),
    }
}

#[inline(never)]
fn tally_of(handle: &Handle, slot: u32) -> Option<&'static TallyRecord> {
    // Counted is counting: see `turn_to`.
    if !is_counting() {
        IS_COUNTING.store(true, Relaxed);
    }
    if handle.is_busy() { None } else { handle.entry(slot)?.tally() }
}

/// A thread's note of its last allocation.
pub(super) struct Ledger {
    /// Context of the last allocation: a number as in
    /// [`crate::segment::layout::ShardRecord::current`].
    context: Cell<u64>,
    account: Cell<Option<&'static Account>>,
    /// Bytes allocated and not freed by this thread, as far as they were counted. Goes below zero,
    /// where memory is freed that another thread allocated.
    live: Cell<u64>,
}

/// The account of a calling context. Lives in private pages that are never unmapped.
struct Account {
    /// Address of `node`.
    context: u64,
    node: &'static NodeRecord,
    record: &'static AllocRecord,
    /// Account of the caller.
    parent: Cell<Option<&'static Account>>,
    /// Start of the running call in `node` when the account was last written to.
    start: Cell<u64>,
    untimed: Cell<u64>,
}

/// The accounts of a thread by their contexts: open addressing, at most half full.
pub(super) struct Accounts {
    table: Cell<Option<NonNull<Place>>>,
    /// Places in the table less one; a power of two less one.
    mask: Cell<usize>,
    used: Cell<usize>,
    /// Memory for more accounts.
    room: Cell<Option<NonNull<Account>>>,
    left: Cell<usize>,
}

/// A place in the table; free while `None`.
type Place = Cell<Option<&'static Account>>;

/// Places in a thread's first table: a page.
const FIRST_TABLE: usize = 512;

/// Accounts in a piece of memory.
const ACCOUNTS: usize = 64;

/// The number of no context, so that a thread's first allocation is not taken for the one after
/// another.
const NOWHERE: u64 = u64::MAX;

/// Returns the account of the context that this thread is in.
#[inline(always)]
fn account(handle: &Handle) -> Option<&'static Account> {
    let ledger = &handle.ledger;
    let context = handle.shard().current.load(Relaxed);
    if context != ledger.context.get() || handle.is_busy() {
        return turn_to(handle, context);
    }
    let account = ledger.account.get();
    match account {
        Some(account) if account.is_of_running_call() => {}
        Some(account) => begin_call(account, ledger),
        None if context > OUTSIDE => lose(handle),
        None => {}
    }
    account
}

/// Counts an allocation that has no account.
#[cold]
fn lose(handle: &Handle) {
    add(&handle.shard().lost_allocs, 1);
}

/// Turns to the account of `context`, in which the last allocation was not made.
#[cold]
#[inline(never)]
fn turn_to(handle: &Handle, context: u64) -> Option<&'static Account> {
    // Looked at first: if all stored again and again, threads would wait for each other's caches.
    if !is_counting() {
        IS_COUNTING.store(true, Relaxed);
    }
    if handle.is_busy() {
        return None;
    }
    let ledger = &handle.ledger;
    if let Some(last) = ledger.account.get() {
        last.hand_up();
    }
    let found = handle.thread().filter(|_| context > OUTSIDE);
    let found = found.and_then(|thread| thread.account(context & !NESTED));
    ledger.account.set(found);
    ledger.context.set(context);
    match found {
        Some(account) => {
            handle.shard().allocated_last.store(account.node.allocated.load(Relaxed), Relaxed);
            if !account.is_of_running_call() {
                account.begin(ledger.live.get());
                account.begin_calls_of_callers(ledger);
            }
        }
        None if context > OUTSIDE => lose(handle),
        None => {}
    }
    found
}

/// Begins another call in the context of the last allocation.
#[cold]
#[inline(never)]
fn begin_call(account: &Account, ledger: &Ledger) {
    account.hand_up();
    account.begin(ledger.live.get());
    account.begin_calls_of_callers(ledger);
}

impl Ledger {
    pub(super) const fn new() -> Self {
        Self { context: Cell::new(NOWHERE), account: Cell::new(None), live: Cell::new(0) }
    }

    /// Closes the ledger, since the thread's accounts are others from here on.
    pub(super) fn close(&self) {
        self.context.set(NOWHERE);
        self.account.set(None);
    }
}

impl Account {
    #[inline(always)]
    fn credit(&self, ledger: &Ledger, bytes: u64) {
        let record = self.record;
        let all = record.alloc_bytes.load(Relaxed).wrapping_add(bytes);
        record.alloc_bytes.store(all, Relaxed);
        add(&record.allocs, 1);
        let own = all.wrapping_sub(record.freed_bytes.load(Relaxed));
        if is_more(own, record.self_peak.load(Relaxed)) {
            record.self_peak.store(own, Relaxed);
        }
        let live = ledger.live.get().wrapping_add(bytes);
        ledger.live.set(live);
        if is_more(live, record.highest.load(Relaxed)) {
            record.highest.store(live, Relaxed);
        }
    }

    #[inline(always)]
    fn debit(&self, ledger: &Ledger, bytes: u64) {
        add(&self.record.freed_bytes, bytes);
        add(&self.record.frees, 1);
        ledger.live.set(ledger.live.get().wrapping_sub(bytes));
    }

    /// Returns whether the call that the account was last written to in is still running. A timed
    /// call is known by its beginning, another by its number.
    #[inline(always)]
    fn is_of_running_call(&self) -> bool {
        let start = self.node.start.load(Relaxed);
        start == self.start.get()
            && (start != UNTIMED || self.node.untimed.load(Relaxed) == self.untimed.get())
    }

    /// Hands the highest amount in this context up to its callers, as far as they do not know it.
    /// If one knows it, so do its callers.
    fn hand_up(&self) {
        let highest = self.record.highest.load(Relaxed);
        let mut caller = self.parent.get();
        while let Some(account) = caller {
            if !is_more(highest, account.record.highest.load(Relaxed)) {
                break;
            }
            account.record.highest.store(highest, Relaxed);
            caller = account.parent.get();
        }
    }

    /// Closes the books of the callers' earlier calls, up to the first whose call is still the
    /// same.
    fn begin_calls_of_callers(&self, ledger: &Ledger) {
        let mut next = self.parent.get();
        while let Some(account) = next.filter(|account| !account.is_of_running_call()) {
            account.begin(ledger.live.get());
            next = account.parent.get();
        }
    }

    fn begin(&self, live: u64) {
        let record = self.record;
        let over = record.highest.load(Relaxed).wrapping_sub(record.base.load(Relaxed));
        if is_more(over, record.peak.load(Relaxed)) {
            record.peak.store(over, Relaxed);
        }
        record.highest.store(live, Relaxed);
        record.base.store(live, Relaxed);
        self.start.set(self.node.start.load(Relaxed));
        self.untimed.set(self.node.untimed.load(Relaxed));
    }
}

/// Returns whether `one` is more than `other`, where both may be below zero.
#[inline(always)]
fn is_more(one: u64, other: u64) -> bool {
    one.with_sign() > other.with_sign()
}

impl Thread {
    /// Returns the account of `context`, made if it is new, as are those of its callers. `None`
    /// without memory for it.
    fn account(&self, context: u64) -> Option<&'static Account> {
        let found = self.accounts.find(context);
        if found.is_some() { found } else { thread::undisturbed(|| self.make_accounts(context)) }
    }

    #[cold]
    fn make_accounts(&self, context: u64) -> Option<&'static Account> {
        let made = self.make_account(context)?;
        let mut newest = made;
        while newest.node.parent != 0 && newest.parent.get().is_none() {
            let context = newest.node.parent;
            let known = self.accounts.find(context);
            let Some(caller) = known.or_else(|| self.make_account(context)) else { break };
            newest.parent.set(Some(caller));
            newest = caller;
        }
        Some(made)
    }

    fn make_account(&self, context: u64) -> Option<&'static Account> {
        if self.recorder.segment.is_scarce(Use::Context) {
            return None;
        }
        let node = self.known(context)?;
        self.accounts.make_room()?;
        let block = self.reserve(size_of::<AllocRecord>())?;
        let record: NonNull<AllocRecord> = block.start.cast();
        // SAFETY: zeroed, which is valid for atomic integers, aligned, long enough, and never
        // unmapped.
        let record: &'static AllocRecord = unsafe { record.as_ref() };
        let account = self.accounts.add(Account {
            context,
            node,
            record,
            parent: Cell::new(None),
            // As of no call.
            start: Cell::new(u64::MAX),
            untimed: Cell::new(0),
        })?;
        node.allocated.store(block.place, Release);
        Some(account)
    }
}

impl Accounts {
    pub(super) const fn new() -> Self {
        Self {
            table: Cell::new(None),
            mask: Cell::new(0),
            used: Cell::new(0),
            room: Cell::new(None),
            left: Cell::new(0),
        }
    }

    fn find(&self, context: u64) -> Option<&'static Account> {
        let table = self.table.get()?;
        let mut at = hash(context);
        loop {
            let account = place(table, at & self.mask.get()).get()?;
            if account.context == context {
                return Some(account);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Makes room for one more account, with half of the table free. An old table stays mapped:
    /// together they are no larger than the new one.
    fn make_room(&self) -> Option<()> {
        if self.left.get() == 0 {
            self.room.set(Some(page_for(ACCOUNTS)?));
            self.left.set(ACCOUNTS);
        }
        let places = if self.table.get().is_some() { self.mask.get() + 1 } else { 0 };
        if (self.used.get() + 1) * 2 <= places {
            return Some(());
        }
        let (old, wanted) = (self.table.get(), (places * 2).max(FIRST_TABLE));
        self.table.set(Some(page_for(wanted)?));
        self.mask.set(wanted - 1);
        if let Some(old) = old {
            (0..places).filter_map(|at| place(old, at).get()).for_each(|it| self.insert(it));
        }
        Some(())
    }

    /// Keeps `account`, for which there is room.
    fn add(&self, account: Account) -> Option<&'static Account> {
        let memory = self.room.get().filter(|_| self.left.get() > 0)?;
        // SAFETY: `left` accounts fit from here on.
        self.room.set(Some(unsafe { memory.add(1) }));
        self.left.set(self.left.get() - 1);
        // SAFETY: as above: aligned, mapped, and nobody else knows of it.
        unsafe { memory.write(account) };
        // SAFETY: just written, and never unmapped.
        let account: &'static Account = unsafe { memory.as_ref() };
        self.insert(account);
        self.used.set(self.used.get() + 1);
        Some(account)
    }

    fn insert(&self, account: &'static Account) {
        let Some(table) = self.table.get() else { return };
        let mut at = hash(account.context);
        while place(table, at & self.mask.get()).get().is_some() {
            at = at.wrapping_add(1);
        }
        place(table, at & self.mask.get()).set(Some(account));
    }
}

/// Returns a place of a table. `at` is masked by every caller.
#[inline]
fn place<'a>(table: NonNull<Place>, at: usize) -> &'a Place {
    // SAFETY: `at` is at most the mask of the table.
    let place = unsafe { table.add(at) };
    // SAFETY: the table's pages are zeroed, which is `None`, or written; they are this thread's own
    // and never unmapped.
    unsafe { place.as_ref() }
}

/// Spreads the address of a node, which is aligned to 64 bytes: as in `tree`.
#[inline]
fn hash(context: u64) -> usize {
    ((context >> 6).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 29) as usize
}
