//! Signatures and bodies of every shape: they compile with the attribute, and return what they did.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::panic::{Location, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;

use perf_runtime::perf_track;

use crate::twice;

pub(crate) struct Pair {
    left: u32,
    right: u32,
}

twice! {
    pub(super) fn lazy(v: &[u32]) -> impl Iterator<Item = u32> + '_ { v.iter().map(|x| x + 1) }
    pub(super) fn captures<'a, T: Copy>(v: &'a [T]) -> impl Iterator<Item = T> + use<'a, T> {
        v.iter().copied()
    }
    pub(super) fn closure(n: u32) -> impl Fn(u32) -> u32 { move |x| x + n }
    pub(super) fn boxed(n: u32) -> Box<dyn Fn(u32) -> u32> { Box::new(move |x| x * n) }
    pub(super) fn pointer() -> fn(u32) -> u32 { |x| x + 1 }
    pub(super) fn slice(v: &Vec<u32>) -> &[u32] { v }
    pub(super) fn object(v: &Vec<u32>) -> &dyn Debug { v }
    pub(super) fn future(s: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { s.len() })
    }
    pub(super) fn inferred<T: Default>() -> T { Default::default() }
    pub(super) fn collected() -> Vec<u32> { (0..3).collect() }
    pub(super) fn question(s: &str) -> Result<u32, Box<dyn Error>> {
        let x: u32 = s.parse()?;
        if x == 0 { return Err("zero".into()); }
        Ok(x)
    }
    pub(super) fn labelled(n: u32) -> u32 {
        'outer: loop { for i in 0.. { if i == n { break 'outer i * 2; } } }
    }
    pub(super) fn entry(map: &mut HashMap<u32, String>, key: u32) -> &mut String {
        if map.contains_key(&key) { return map.get_mut(&key).unwrap(); }
        map.entry(key).or_default()
    }
    pub(super) fn reborrowed<'a, 'b: 'a>(x: &'a mut &'b mut u32) -> &'a mut u32 { x }
    pub(super) fn higher_ranked<F>(f: F) -> usize where F: for<'a> Fn(&'a str) -> &'a str {
        f("abc").len()
    }
    pub(super) fn patterns(Pair { left, .. }: Pair, (a, mut b): (u32, u32), [c, _]: [u32; 2]) -> u32 {
        b += left;
        a + b + c
    }
    pub(super) fn names(span: u32, site: u32, guard: u32, enter: u32) -> u32 {
        let __perf_track_span = 1;
        span + site + guard + enter + __perf_track_span
    }
    pub(super) fn arrays<const N: usize, T: Copy + Default>() -> [T; N] { [T::default(); N] }
    pub(super) fn items() -> u32 {
        use std::cmp::max;
        const FOUR: u32 = 4;
        static FIVE: u32 = 5;
        fn inner(x: u32) -> u32 { x + FOUR }
        macro_rules! twice { ($x:expr) => { $x + $x } }
        max(twice!(inner(1)), FIVE)
    }
    pub(super) fn attributes() -> u32 {
        #![expect(unused_variables, reason = "to be kept in front")]
        let unused = 1;
        2
    }
    pub(super) fn recursive(n: u64) -> u64 {
        if n < 2 { n } else { Self::recursive(n - 1) + Self::recursive(n - 2) }
    }
    pub(super) fn unsized_argument<T: ?Sized + AsRef<str>>(text: &T) -> usize { text.as_ref().len() }
    pub(super) fn impl_argument(items: impl IntoIterator<Item = impl Into<u64>>) -> u64 {
        items.into_iter().map(Into::into).sum()
    }
    pub(super) fn r#match(r#type: u32) -> u32 { r#type }
    pub(super) fn größe(länge: u32) -> u32 { länge }
    pub(super) extern "C" fn foreign(x: u32) -> u32 { x * 2 }
    pub(super) unsafe fn dangerous(x: *const u32) -> u32 {
        // SAFETY: the caller's pointer is valid.
        unsafe { *x }
    }
}

/// What each function returns, as text.
macro_rules! results {
    ($of:ident) => {{
        use $of::Subject;
        let mut map = HashMap::new();
        Subject::entry(&mut map, 1).push('a');
        Subject::entry(&mut map, 1).push('b');
        let numbers = vec![1, 2];
        let (mut x, y) = (1, 7);
        *Subject::reborrowed(&mut &mut x) += 1;
        // SAFETY: the pointer is a reference's.
        let dangerous = unsafe { Subject::dangerous(&raw const y) };
        let foreign: extern "C" fn(u32) -> u32 = Subject::foreign;
        let parts: [&dyn Debug; 29] = [
            &Subject::lazy(&[1, 2]).collect::<Vec<_>>(),
            &Subject::captures(&['a', 'b']).collect::<Vec<_>>(),
            &Subject::closure(1)(2),
            &Subject::boxed(3)(2),
            &Subject::pointer()(2),
            &Subject::slice(&numbers),
            &Subject::object(&numbers),
            &size_of_val(&Subject::future("abc")),
            &Subject::inferred::<String>(),
            &Subject::collected(),
            &Subject::question("1"),
            &Subject::question("0"),
            &Subject::question("x"),
            &Subject::labelled(3),
            &map,
            &x,
            &Subject::higher_ranked(str::trim),
            &Subject::patterns(Pair { left: 1, right: 2 }, (3, 4), [5, 6]),
            &Subject::names(1, 2, 3, 4),
            &Subject::arrays::<2, u8>(),
            &Subject::items(),
            &Subject::attributes(),
            &Subject::recursive(10),
            &Subject::unsized_argument("abc"),
            &Subject::impl_argument([1_u8, 2]),
            &Subject::r#match(1),
            &Subject::größe(2),
            &foreign(4),
            &dangerous,
        ];
        format!("{parts:#?}")
    }};
}

#[test]
fn functions_return_what_they_did() {
    assert_eq!(results!(tracked), results!(plain));
    let Pair { right, .. } = Pair { left: 1, right: 2 };
    assert_eq!(right, 2);
}

/// Every way to take `self`.
#[derive(Debug, Default, Clone)]
struct Receiver(u32);

#[perf_track]
impl Receiver {
    fn shared(&self) -> &u32 {
        &self.0
    }
    fn exclusive(&mut self) -> &mut Self {
        self.0 += 1;
        self
    }
    fn owned(mut self) -> Self {
        self.0 += 10;
        self
    }
    fn boxed(self: Box<Self>) -> u32 {
        self.0
    }
    fn counted(self: Rc<Self>) -> u32 {
        self.0
    }
    fn pinned(self: Pin<&mut Self>) -> u32 {
        let this = self.get_mut();
        this.0 += 100;
        this.0
    }
    #[track_caller]
    fn line(&self) -> u32 {
        Location::caller().line()
    }
}

#[test]
fn every_receiver_is_kept() {
    let mut receiver = Receiver::default();
    receiver.exclusive().exclusive();
    let mut receiver = receiver.owned();
    assert_eq!(*receiver.shared(), 12);
    assert_eq!(Box::new(receiver.clone()).boxed(), 12);
    assert_eq!(Rc::new(receiver.clone()).counted(), 12);
    assert_eq!(Pin::new(&mut receiver).pinned(), 112);
    assert_eq!(receiver.line(), line!());
}

trait Shape {
    fn area(&self) -> u32;
    fn sides() -> u32
    where
        Self: Sized;
    fn corners(&self) -> impl Iterator<Item = u32>
    where
        Self: Sized;
}

impl Shape for [u32; 2] {
    #[perf_track]
    fn area(&self) -> u32 {
        self[0] * self[1]
    }
    #[perf_track]
    fn sides() -> u32 {
        4
    }
    #[perf_track]
    fn corners(&self) -> impl Iterator<Item = u32> {
        self.iter().copied()
    }
}

#[perf_track]
impl<T: Shape> Shape for Box<T> {
    fn area(&self) -> u32 {
        self.as_ref().area()
    }
    fn sides() -> u32 {
        T::sides()
    }
    fn corners(&self) -> impl Iterator<Item = u32> {
        self.as_ref().corners()
    }
}

#[test]
fn methods_of_traits_are_tracked() {
    let square = Box::new([2, 3]);
    let object: &dyn Shape = &square;
    assert_eq!(object.area(), 6);
    assert_eq!(<Box<[u32; 2]>>::sides(), 4);
    assert_eq!(square.corners().count(), 2);
}

#[perf_track]
#[track_caller]
fn caller() -> u32 {
    Location::caller().line()
}

#[perf_track]
fn never(text: &str) -> ! {
    panic!("{text}")
}

#[perf_track]
fn shown(x: &impl Display) -> String {
    x.to_string()
}

#[perf_track]
#[must_use]
#[inline(never)]
pub(crate) fn attributed() -> u32 {
    1
}

/// Functions that a macro writes, of parts that it was given.
macro_rules! written {
    ($visibility:vis $name:ident -> $returned:ty, $body:block, $value:expr) => {
        #[perf_track]
        $visibility fn $name() -> $returned $body

        pub(crate) mod $name {
            #[perf_runtime::perf_track]
            pub(crate) fn value() -> u32 { $value }
        }
    };
    (item $function:item) => {
        #[perf_track]
        $function
    };
}

written!(pub(crate) of_parts -> u32, { 4 }, 5 + 1);
written! { item
    /// Whole.
    fn whole() -> u32 { 7 }
}

#[test]
fn the_rest_of_the_item_is_kept() {
    assert_eq!(caller(), line!());
    let panic = catch_unwind(|| never("on purpose")).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("on purpose"));
    assert_eq!(shown(&3), "3");
    assert_eq!(attributed(), 1);
    assert_eq!((of_parts(), of_parts::value(), whole()), (4, 6, 7));
}
