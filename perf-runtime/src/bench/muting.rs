//! Recording switched off for tracked functions while a batch is timed.
//!
//! Each site gets the place of one that is not recorded, which its calls look at in any case. So
//! what remains of a tracked call is what it costs where recording is off.

use crate::registry;
use crate::segment::HARNESS_NAME;
use crate::site::Site;

/// The sites that are muted, with their places. They get these back when it is dropped.
#[derive(Debug)]
pub(super) struct Muted(Vec<(&'static Site, u32)>);

impl Muted {
    /// Mutes every site of the program that is known by now.
    pub(super) fn all() -> Self {
        let known = registry::registered().map(|(_, site)| site);
        // What stands around the code of benchmarks is entered where something is recorded, alone.
        let harness = registry::named(HARNESS_NAME);
        let is_harness = move |site: &Site| harness.is_some_and(|it| std::ptr::eq(it, site));
        let sites = registry::linked().chain(known).filter(move |site| !is_harness(site));
        Self(sites.map(|site| (site, site.list_index().mute())).collect())
    }
}

impl Drop for Muted {
    fn drop(&mut self) {
        // A site that was in both lists has its place from the first: the second is that of a muted one.
        for &(site, place) in self.0.iter().rev() {
            site.list_index().put(place);
        }
    }
}
