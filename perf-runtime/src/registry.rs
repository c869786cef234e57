//! Every known site and every known metric: the link-time lists, and those that registered
//! themselves later. Nothing here is on the hot path.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use dashmap::DashMap;
use dashmap::try_result::TryResult;
use once_cell::race::OnceBox;

use crate::__private::MetricEntry;
use crate::linked;
use crate::list::List;
use crate::metric_site::MetricSite;
use crate::segment::OTHER_NAMES;
use crate::site::{Options, Site};
use crate::snapshot::MetricKind;
use crate::sync::briefly;
use crate::writing::{MetricText, SiteText, session, system};

static SITES: List<Site> = List::new();
static METRICS: List<MetricSite> = List::new();

/// Gives `site` an index, after `publish` has made it known under that index. `None` when there is
/// no room for it, or `publish` fails; then the site is not tried again.
pub(crate) fn register(
    site: &'static Site,
    publish: impl FnOnce(u32, &SiteText<'_>) -> Option<()>,
) -> Option<u32> {
    SITES.register(site, site.list_index(), |index| publish(index, &site.text()))
}

/// Makes room in the lists while memory may be asked for.
pub(crate) fn make_room() {
    SITES.make_room();
    METRICS.make_room();
}

/// Lists every registered site with its index.
pub(crate) fn registered() -> impl Iterator<Item = (u32, &'static Site)> {
    SITES.registered()
}

/// Lists every site of the link-time list.
pub(crate) fn linked() -> impl Iterator<Item = &'static Site> {
    linked::sites()
}

/// Returns whether the calls of the site with this index must not be sampled.
pub(crate) fn is_exact(index: u32) -> bool {
    SITES.get(index).is_some_and(Site::is_exact)
}

/// Returns the site with this index.
pub(crate) fn at(index: u32) -> Option<&'static Site> {
    SITES.get(index)
}

/// Returns the number of indices given out to sites so far.
pub(crate) fn count() -> u32 {
    SITES.count()
}

/// Returns the site of a name that is known only at run time. One name is one site, for the life of
/// the process; names without room share one site. `None` when the list of names cannot be had in
/// good time.
pub(crate) fn named(name: &str) -> Option<&'static Site> {
    static NAMED: Named<Site> = Named::new();
    static OTHERS: Site = Site::new("", "", 0, 0, 0, || "")
        .with(&Options { label: Some(OTHER_NAMES), ..Options::NONE });
    NAMED.get_within(&ROOM, name, Some(&OTHERS), |label| {
        let options = Box::leak(Box::new(Options { label: Some(label), ..Options::NONE }));
        Site::new("", "", 0, 0, 0, || "").with(options)
    })
}

/// Returns the site of the type that the generic function of `site` is called with, known by a
/// closure in it; `site` itself where it cannot be had in good time.
pub fn per_type<F>(site: &'static Site, _closure: &F) -> &'static Site {
    static TYPES: Named<Site, (usize, &'static str)> = Named::new();
    let closure = std::any::type_name::<F>();
    let key = (std::ptr::from_ref(site).addr(), closure);
    TYPES.get(&key, || Some(closure.len()), || key, |_| site.of_type(closure)).unwrap_or(site)
}

/// The compiler's name of a closure in a path; the body of an async function is one, too.
const CLOSURE: &str = "::{{closure}}";

/// Removes the closures from a path: they have no names, and come and go with the code around a
/// function, as with the option `err`.
pub(crate) fn without_closures(path: &'static str) -> &'static str {
    static SHORTENED: Named<String> = Named::new();
    if !path.contains(CLOSURE) {
        return path;
    }
    let short = |path: &str| path.replace(CLOSURE, "");
    SHORTENED.get(path, || Some(path.len()), || path, short).map_or(path, |short| short)
}

/// Gives `metric` an index, as [`register`] does.
pub(crate) fn register_metric(
    metric: &'static MetricSite,
    publish: impl FnOnce(u32, &MetricText<'_>) -> Option<()>,
) -> Option<u32> {
    METRICS.register(metric, metric.list_index(), |index| publish(index, &metric.text()))
}

/// Lists every registered metric with its index.
pub(crate) fn registered_metrics() -> impl Iterator<Item = (u32, &'static MetricSite)> {
    METRICS.registered()
}

/// Lists every metric of the link-time list.
pub(crate) fn linked_metrics() -> impl Iterator<Item = &'static MetricSite> {
    inventory::iter::<MetricEntry>.into_iter().map(|entry| entry.0)
}

/// Returns the metric of a name that is known only at run time, declared where it was first used.
/// `None` as for [`named`], and where a metric that cannot be added up with others has no room for
/// its name.
pub fn named_metric(
    name: &str,
    kind: MetricKind,
    place: (&'static str, u32),
) -> Option<&'static MetricSite> {
    static NAMED: [Named<MetricSite>; 3] = [const { Named::new() }; 3];
    static OTHERS: MetricSite = MetricSite::new(OTHER_NAMES, MetricKind::Count, ("", 0));
    NAMED[kind as usize].get_within(
        &ROOM,
        name,
        (kind == MetricKind::Count).then_some(&OTHERS),
        |name| MetricSite::new(name, kind, place),
    )
}

/// Room for names that are known only at run time, of all kinds together.
static ROOM: Room = Room::new(session::memory_for_names);

/// The memory for names: each takes its length and [`Room::EACH`].
struct Room {
    used: AtomicU64,
    limit: fn() -> u64,
}

impl Room {
    /// The most that a name takes beside its letters, on a thread or two.
    const EACH: u64 = 1 << 10;

    const fn new(limit: fn() -> u64) -> Self {
        Self { used: AtomicU64::new(0), limit }
    }

    /// Takes the room for `name`, if there is enough.
    fn take(&self, name: &str) -> bool {
        let limit = (self.limit)();
        let take = |used: u64| {
            used.checked_add(name.len() as u64 + Self::EACH).filter(|&used| used <= limit)
        };
        self.used.fetch_update(Relaxed, Relaxed, take).is_ok()
    }
}

/// The items made for names known only at run time, kept until the process ends.
struct Named<T: 'static, K = &'static str> {
    items: OnceBox<DashMap<K, &'static T>>,
    count: AtomicUsize,
}

impl<T: Sync, K: Copy + Eq + Hash> Named<T, K> {
    /// The most that an item takes, with an empty list around it.
    const FIRST: usize = 64 << 10;
    /// The most that the list may ask for at once when it grows, for each item in it.
    const GROWTH: usize = 64;

    const fn new() -> Self {
        Self { items: OnceBox::new(), count: AtomicUsize::new(0) }
    }

    /// Returns whether there is memory for one more that takes `bytes` bytes.
    fn has_room(&self, bytes: usize) -> bool {
        let growth = self.count.load(Relaxed).saturating_mul(Self::GROWTH);
        session::has_memory_for(Self::FIRST.saturating_add(growth).saturating_add(bytes))
    }

    /// Returns the item of that name. For the first use of a name, makes it from the name as it is
    /// kept. `None` when it cannot be had in good time, without memory for the bytes that `takes`
    /// returns, or when that refuses.
    fn get<N>(
        &self,
        name: &N,
        takes: impl FnOnce() -> Option<usize>,
        own: impl FnOnce() -> K,
        make: impl FnOnce(K) -> T,
    ) -> Option<&'static T>
    where
        K: Borrow<N>,
        N: Eq + Hash + ?Sized,
    {
        if let Some(named) = self.items.get() {
            let known = briefly(|| match named.try_get(name) {
                TryResult::Locked => None,
                other => Some(other.try_unwrap().map(|item| *item)),
            })?;
            if known.is_some() {
                return known;
            }
        }
        // Where the system is not to be asked for memory, the allocator is not either.
        let bytes = takes()?;
        if system::is_quiet() || !self.has_room(bytes) {
            return None;
        }
        let named = self.items.get_or_init(Box::default);
        let kept = own();
        let entry = briefly(|| named.try_entry(kept))?;
        self.count.fetch_add(1, Relaxed);
        Some(*entry.or_insert_with(|| Box::leak(Box::new(make(kept)))))
    }
}

impl<T: Sync> Named<T> {
    /// Returns the item of a name that takes room; `others` where there is none.
    fn get_within(
        &self,
        room: &Room,
        name: &str,
        others: Option<&'static T>,
        make: impl FnOnce(&'static str) -> T,
    ) -> Option<&'static T> {
        let mut is_full = false;
        let takes = || {
            is_full = system::is_quiet() || !room.take(name);
            (!is_full).then_some(name.len())
        };
        let found = self.get(name, takes, || name.to_owned().leak(), make);
        if is_full { others } else { found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_one_site() {
        let site = |name| named(name).unwrap();
        assert!(std::ptr::eq(site("a name"), site("a name")));
        assert!(!std::ptr::eq(site("a name"), site("another")));
    }

    #[test]
    fn names_without_room_are_one() {
        static NAMED: Named<String> = Named::new();
        static OTHERS: String = String::new();
        // Three short ones, or a long one.
        let room = Room::new(|| 3 * (Room::EACH + 4));
        let get = |name: &str| {
            NAMED.get_within(&room, name, Some(&OTHERS), str::to_owned).unwrap().as_str()
        };
        let long = "l".repeat(4 << 10);
        assert_eq!([get(&long), get("a"), get("b"), get("c"), get("d")], ["", "a", "b", "c", ""]);
        assert_eq!([get("a"), get("d")], ["a", ""], "what is known stays so");
    }

    #[test]
    fn closures_have_no_part_in_names() {
        assert_eq!(without_closures("k::f::{{closure}}::{{closure}}::g"), "k::f::g");
        assert_eq!(without_closures("k::f<u8>::{{closure}}"), "k::f<u8>");
        assert_eq!(without_closures("<k::T<_> as k::Tr>::m"), "<k::T<_> as k::Tr>::m");
    }

    #[test]
    fn one_name_is_one_metric_of_each_kind() {
        let metric = |name, kind| named_metric(name, kind, ("", 0)).unwrap();
        let count = metric("a name", MetricKind::Count);
        assert!(std::ptr::eq(count, metric("a name", MetricKind::Count)));
        assert!(!std::ptr::eq(count, metric("a name", MetricKind::Gauge)));
        assert!(!std::ptr::eq(count, metric("another", MetricKind::Count)));
    }
}
