//! The attribute on a whole `impl` block, trait or module: which functions it takes, and which it
//! leaves alone.

use perf_runtime::{perf_track, registry};

use crate::futures::block_on;

/// The names of this file's sites that contain `part`, sorted, without the path of this module.
fn names(part: &str) -> Vec<&'static str> {
    let mut names: Vec<_> = registry()
        .into_iter()
        .filter(|tracked| tracked.name().contains(part))
        .map(|tracked| tracked.name())
        .collect();
    names.sort_unstable();
    names
}

#[perf_track]
trait Shape {
    const CORNERS: u32;
    fn side(&self) -> u32;
    fn area(&self) -> u32 {
        self.side() * self.side()
    }
    fn corners() -> u32
    where
        Self: Sized,
    {
        Self::CORNERS
    }
    #[perf_track(skip)]
    fn skipped(&self) -> u32 {
        self.side()
    }
    #[perf_track(err)]
    fn halved(&self) -> Option<u32> {
        self.side().checked_sub(2)
    }
}

struct Square(u32);

impl Shape for Square {
    const CORNERS: u32 = 4;
    fn side(&self) -> u32 {
        self.0
    }
}

#[test]
fn a_trait_s_own_bodies_are_tracked() {
    let square: Square = Square(3);
    assert_eq!((square.area(), Square::corners(), square.skipped()), (9, 4, 3));
    assert_eq!((square.halved(), Square(1).halved()), (Some(1), None));
    assert_eq!(
        names("bulk::Shape"),
        [
            "attribute::bulk::Shape::area",
            "attribute::bulk::Shape::corners",
            "attribute::bulk::Shape::halved"
        ]
    );
}

#[perf_track(tags = ["whole"])]
mod whole {
    #![allow(clippy::trivially_copy_pass_by_ref, reason = "an inner attribute is kept")]

    use std::fmt::{self, Display, Formatter};

    use perf_runtime::perf_track;

    pub(super) const SIZE: usize = const { 1 + 1 };
    pub(super) static NAMES: [&str; SIZE] = ["a", "b"];

    pub(super) struct Item<T> {
        pub(super) content: T,
    }

    pub(super) fn free() -> usize {
        NAMES.len()
    }
    pub(super) const fn constant() -> usize {
        SIZE
    }
    pub(super) async fn later() -> usize {
        SIZE
    }
    #[perf_track(name = "whole, named")]
    pub(super) fn named() {}
    #[perf_track(skip)]
    pub(super) fn skipped() {}

    impl<T> Item<T> {
        pub(super) fn method(&self) -> &T {
            &self.content
        }
    }

    impl<T: Display> Display for Item<T> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            self.content.fmt(f)
        }
    }

    #[perf_track(only = ["get_*", "set"])]
    impl Item<u8> {
        pub(super) fn get_it(&self) -> u8 {
            self.content
        }
        pub(super) fn set(&mut self, to: u8) {
            self.content = to;
        }
        pub(super) fn other(&self) -> u8 {
            self.content
        }
    }

    #[perf_runtime::perf_track(skip)]
    pub(super) mod left_out {
        pub(crate) fn function() {}
    }

    pub(super) mod inner {
        pub(crate) fn deep() {}
    }

    macro_rules! made {
        ($name:ident) => {
            pub(super) fn $name() {}
        };
    }
    made!(made_by_a_macro);

    #[cfg(test)]
    pub(super) mod tests {
        pub(crate) fn helper() {}
    }
}

#[test]
fn a_module_s_functions_are_tracked() {
    let mut item = whole::Item { content: 3_u8 };
    item.set(4);
    assert_eq!((whole::free(), whole::constant(), block_on(whole::later())), (2, 2, 2));
    assert_eq!(
        (item.get_it(), item.other(), *item.method(), item.to_string()),
        (4, 4, 4, "4".into())
    );
    whole::named();
    whole::skipped();
    whole::inner::deep();
    whole::left_out::function();
    whole::made_by_a_macro();
    whole::tests::helper();
    assert_eq!(
        names("bulk::whole"),
        [
            "<attribute::bulk::whole::Item<_> as core::fmt::Display>::fmt",
            "attribute::bulk::whole::Item<_>::method",
            "attribute::bulk::whole::Item<u8>::get_it",
            "attribute::bulk::whole::Item<u8>::set",
            "attribute::bulk::whole::free",
            "attribute::bulk::whole::inner::deep",
            "attribute::bulk::whole::later",
        ]
    );
    assert_eq!(names("whole, named"), ["whole, named"]);
    let tracked = registry().into_iter().find(|tracked| tracked.name() == "whole, named").unwrap();
    assert_eq!(tracked.describe().tags, ["whole"]);
}

#[perf_track(except = "quiet_*")]
impl Square {
    fn loud(&self) -> u32 {
        self.0
    }
    fn quiet_one(&self) -> u32 {
        self.0
    }
    #[perf_track]
    fn quiet_but_asked_for(&self) -> u32 {
        self.0
    }
}

#[test]
fn a_block_can_leave_out_by_name() {
    let square = Square(1);
    assert_eq!((square.loud(), square.quiet_one(), square.quiet_but_asked_for()), (1, 1, 1));
    assert_eq!(
        names("bulk::Square"),
        ["attribute::bulk::Square::loud", "attribute::bulk::Square::quiet_but_asked_for"]
    );
}
