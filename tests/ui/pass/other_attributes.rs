//! Other attributes stay, on either side of this one.

#![deny(warnings)]

use perf_runtime::perf_track;

#[perf_track]
#[must_use = "kept"]
#[deprecated = "kept"]
#[cold]
#[inline(never)]
#[doc(hidden)]
pub fn above() -> u32 {
    1
}

#[must_use = "kept"]
#[deprecated = "kept"]
#[cfg(all())]
#[cfg_attr(all(), perf_track)]
pub fn below() -> u32 {
    1
}

#[cfg(any())]
#[perf_track]
fn left_out(_: DoesNotExist) {}

#[perf_track]
#[unsafe(no_mangle)]
pub extern "C" fn exported(x: u32) -> u32 {
    x
}

#[perf_track]
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn with_features(x: u32) -> u32 {
    x.count_ones()
}

pub struct Subject;

#[perf_track]
impl Subject {
    #[cfg(any())]
    fn left_out(&self, _: DoesNotExist) {}

    #[cfg(all())]
    #[expect(unused_variables, reason = "kept")]
    fn kept(&self, x: u32) {}
}

fn main() {
    #[expect(deprecated, unused_must_use, reason = "both are kept")]
    {
        above();
        below();
    }
    unsafe extern "C" {
        #[link_name = "exported"]
        safe fn linked(x: u32) -> u32;
    }
    assert_eq!(linked(3), exported(3));
    Subject.kept(1);
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("sse4.2") {
        // SAFETY: the feature is there.
        assert_eq!(unsafe { with_features(7) }, 3);
    }
}
