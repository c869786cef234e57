//! Which sort is faster, and from which length on?

use perf_benchmarks::sorting::{heap, insertion, shuffled};
use perf_runtime::{Bench, perf_bench};

#[perf_bench(compare = "sort", args = [10, 100, 1_000], items = length, baseline)]
fn std_sort(b: &mut Bench, length: usize) {
    b.iter_batched_ref(|| shuffled(length), |items| items.sort_unstable());
}

#[perf_bench(compare = "sort", args = [10, 100, 1_000], items = length)]
fn heap_sort(b: &mut Bench, length: usize) {
    b.iter_batched_ref(|| shuffled(length), |items| heap(items));
}

#[perf_bench(compare = "sort", args = [10, 100, 1_000], items = length)]
fn insertion_sort(b: &mut Bench, length: usize) {
    b.iter_batched_ref(|| shuffled(length), |items| insertion(items));
}
