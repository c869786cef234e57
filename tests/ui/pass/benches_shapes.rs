//! Benchmarks of every shape, wherever they may stand.

#![deny(warnings)]

use perf_runtime::{Bench, perf_bench};

const WORDS: [&str; 2] = ["a", "b c"];
static SIZES: [usize; 2] = [1, 2];

#[perf_bench(args = WORDS, bytes = word.len())]
fn borrowed(word: &str) -> usize {
    word.len()
}

#[perf_bench(args = [&b"ab"[..], b"c"])]
fn bytes(b: &mut Bench, bytes: &[u8]) {
    b.iter(|| bytes.len());
}

#[perf_bench(args = WORDS.map(String::from), items = text.len())]
fn owned(text: String) -> String {
    text
}

#[perf_bench(args = [(1, "one"), (2, "two")])]
fn pairs((number, text): (usize, &str)) -> usize {
    number + text.len()
}

fn name(_: &std::num::ParseIntError) -> &'static str {
    "no number"
}

type Answer = Result<u32, std::num::ParseIntError>;

#[perf_bench(err_kind)]
fn kinds() -> Result<u32, std::num::ParseIntError> {
    "x".parse()
}

#[perf_bench(err_kind = name, args = WORDS)]
async fn kinds_by_name(word: &str) -> Answer {
    word.parse()
}

#[perf_bench]
fn kinds_of_a_bench(b: &mut Bench) {
    b.try_iter_batched_by_kind(|| "x", str::parse::<u32>, name);
}

#[perf_bench(args = SIZES.iter())]
fn referred(size: &usize) -> usize {
    *size
}

#[perf_bench(args = vec![vec![3_u8], Vec::new()])]
fn lists(mut list: Vec<u8>) -> Vec<u8> {
    list.sort_unstable();
    list
}

#[perf_bench(args = if cfg!(unix) { 1..2 } else { 1..3 })]
async fn later(n: u64) -> u64 {
    n
}

fn run<F: std::future::Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits for nothing"),
    }
}

#[perf_bench(block_on = run)]
async fn elsewhere() -> Result<u8, std::num::ParseIntError> {
    "7".parse()
}

#[perf_bench(block_on = |future| run(future), args = [1_u8])]
async fn in_a_closure(n: u8) -> u8 {
    n
}

#[perf_bench]
fn set_up(b: &mut Bench) -> Result<(), std::num::ParseIntError> {
    let number: u8 = "7".parse()?;
    b.bytes(1).items(2).iter(|| number);
    Ok(())
}

#[perf_bench]
fn r#match<'a>(b: &'a mut Bench) {
    b.try_iter(|| "7".parse::<u8>());
}

#[cfg(any())]
#[perf_bench]
fn left_out() -> Missing {}

#[perf_bench]
#[cfg(any())]
fn left_out_too() -> Missing {}

mod inside {
    pub mod deeper {
        #[perf_runtime::perf_bench(crate = perf_runtime)]
        pub(in crate::inside) fn hidden() {}
    }

    mod renamed {
        pub use perf_runtime as other;
    }

    #[renamed::other::perf_bench(crate = renamed::other, args = [1])]
    fn through_another_path(n: i8) -> i8 {
        n
    }

    #[perf_runtime::perf_bench]
    fn calls_hidden() {
        deeper::hidden();
    }
}

macro_rules! made {
    ($($name:ident: $kind:ty = $values:expr;)*) => {$(
        #[perf_bench(args = $values, compare = "made by a macro")]
        fn $name(value: $kind) -> $kind {
            value
        }
    )*};
}

made! {
    small: u8 = [1, 2];
    large: u64 = [1, 2].into_iter().rev();
}

perf_runtime::bench_main!();
