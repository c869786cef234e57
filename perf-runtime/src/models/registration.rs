//! Functions that are called for the first time by several threads at once: `list` as it is.

use super::atomic::AtomicU32;
use super::atomic::Ordering::Relaxed;
use super::{explore, explore_weakened, race};
use crate::list::{Index, List};

/// A function: its place, and its notes under each place.
struct Item {
    index: Index,
    /// Set, by place, once this function was made known under it.
    known: [AtomicU32; 3],
}

impl Item {
    fn leaked() -> &'static Self {
        let known = std::array::from_fn(|_| AtomicU32::new(0));
        Box::leak(Box::new(Self { index: Index::none(), known }))
    }

    fn register(&'static self, list: &List<Self>) -> Option<u32> {
        list.register(self, &self.index, |place| {
            self.known.get(place as usize)?.store(1, Relaxed);
            Some(())
        })
    }

    /// Checks that whoever knows the place finds the function there, made known before.
    fn check(&'static self, list: &List<Self>) {
        if let Some(place) = self.index.get() {
            let found = list.get(place).expect("the place is taken");
            assert!(std::ptr::eq(found, self), "its own place");
            assert_eq!(self.known[place as usize].load(Relaxed), 1, "made known before");
        }
    }
}

fn one_function() {
    let item = Item::leaked();
    let register = |list: &List<Item>| {
        let place = item.register(list).expect("there is room");
        assert_eq!(item.index.get(), Some(place), "one place for good");
        item.check(list);
    };
    let list = race(List::new(), register, register);
    assert!((1..=2).contains(&list.count()));
    assert!(list.registered().all(|(_, found)| std::ptr::eq(found, item)));
}

#[test]
fn two_threads_that_register_one_function_agree_on_its_place() {
    explore(one_function);
}

#[test]
#[should_panic(expected = "the place is taken")]
fn without_orderings_a_place_is_known_before_what_is_there() {
    explore_weakened(one_function);
}

#[test]
fn two_functions_get_places_of_their_own() {
    explore(|| {
        let (one, other) = (Item::leaked(), Item::leaked());
        let list = race(
            List::new(),
            |list| assert!(one.register(list).is_some()),
            |list| {
                other.register(list);
                one.check(list);
            },
        );
        assert_ne!(one.index.get(), other.index.get());
        one.check(&list);
        other.check(&list);
        assert_eq!(list.registered().count(), 2);
    });
}

#[test]
fn a_function_for_which_there_is_no_room_is_refused_once_and_for_all() {
    explore(|| {
        let item = Item::leaked();
        let refused = move |list: &List<Item>| {
            assert_eq!(list.register(item, &item.index, |_| None), None);
            assert!(item.index.get().is_none());
        };
        race(List::new(), refused, refused);
        assert!(item.index.is_refused());
    });
}
