//! The pairs under criterion, which compares with an earlier run only: `MORE` runs the second halves.

use criterion::{Criterion, criterion_group, criterion_main};
use harnesses::pairs::{KINDS, PERCENTS, name};

fn pairs(criterion: &mut Criterion) {
    let is_second = std::env::var_os("MORE").is_some();
    for (kind, code) in KINDS {
        for percent in PERCENTS {
            let hundredths = if is_second { 100 + percent } else { 100 };
            criterion.bench_function(&name(kind, percent), |bencher| {
                bencher.iter(|| code(hundredths));
            });
        }
    }
}

criterion_group!(benches, pairs);
criterion_main!(benches);
