//! The builds of the crates that hold the sites.

use std::collections::BTreeSet;
use std::mem::offset_of;

use super::bytes::{Bytes, text};
use super::sites;
use crate::segment::SegmentError;
use crate::segment::layout::{BUILT_ASSERTIONS, BUILT_LEVELS, SiteRecord};
use crate::snapshot::CrateBuild;

/// Reads the builds of all crates with a site in the list that ends with the one at `last`, sorted.
/// Crates of older recorders are left out, and so are sites of no crate.
pub(super) fn read(bytes: Bytes<'_>, last: u32) -> Result<Vec<CrateBuild>, SegmentError> {
    let mut crates = BTreeSet::new();
    for at in sites::places(bytes, last)? {
        let built = bytes.u32(at + offset_of!(SiteRecord, built))?;
        let Some(level) = (built as usize & 15).checked_sub(1).and_then(|at| BUILT_LEVELS.get(at))
        else {
            continue;
        };
        let [_, module, ..] = sites::texts(bytes, at)?;
        let name = module.split(|&byte| byte == b':').next().unwrap_or_default();
        crates.insert((name, *level, built & BUILT_ASSERTIONS[1] != 0));
    }
    let build = |(name, level, debug_assertions): (_, &str, _)| CrateBuild {
        name: text(name),
        opt_level: level.to_owned(),
        debug_assertions,
    };
    Ok(crates.into_iter().map(build).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::layout::UNIT;

    /// Makes a list of sites of these modules and builds, each four units long.
    fn listed(sites: &[(&str, u32)]) -> (Vec<u8>, u32) {
        let (mut bytes, mut last) = (vec![0; (4 * sites.len() + 1) * UNIT], 0);
        for (at, (module, built)) in (UNIT..).step_by(4 * UNIT).zip(sites) {
            let mut put = |at: usize, number: u32| {
                bytes[at..at + 4].copy_from_slice(&number.to_ne_bytes());
            };
            put(at + offset_of!(SiteRecord, previous), last);
            put(at + offset_of!(SiteRecord, built), *built);
            put(at + offset_of!(SiteRecord, text_bytes) + 4, u32::try_from(module.len()).unwrap());
            let from = at + size_of::<SiteRecord>();
            bytes[from..from + module.len()].copy_from_slice(module.as_bytes());
            last = u32::try_from(at / UNIT).unwrap();
        }
        (bytes, last)
    }

    #[test]
    fn each_build_of_a_crate_is_told_once() {
        let sites = [
            ("app::io", 0x21),
            ("app", 0x21),
            ("lib", 0x14),
            ("lib::s", 0x15),
            ("old", 0),
            ("", 0),
            ("damaged", 0x17),
            ("damaged", 0xffff_ffff),
        ];
        let (bytes, last) = listed(&sites);
        let found = read(Bytes(&bytes), last).unwrap();
        let found: Vec<_> =
            found.iter().map(|it| (&*it.name, &*it.opt_level, it.debug_assertions)).collect();
        assert_eq!(found, [("app", "0", true), ("lib", "3", false), ("lib", "s", false)]);
        assert_eq!(read(Bytes(&bytes), 0).unwrap(), [], "no site");
    }
}
