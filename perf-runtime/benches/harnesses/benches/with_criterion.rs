//! The workloads under criterion.

use criterion::{Criterion, criterion_group, criterion_main};

fn workloads(criterion: &mut Criterion) {
    for (name, code) in harnesses::ALL {
        criterion.bench_function(name, |bencher| bencher.iter(code));
    }
}

criterion_group!(benches, workloads);
criterion_main!(benches);
