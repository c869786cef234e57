//! The workloads under zenbench; `WORKLOADS` names some of them, with commas.

use zenbench::Suite;

fn workloads(suite: &mut Suite) {
    let asked = std::env::var("WORKLOADS").unwrap_or_default();
    for (name, code) in harnesses::ALL {
        if asked.is_empty() || asked.split(',').any(|it| it == name) {
            suite.bench_fn(name, code);
        }
    }
}

zenbench::main!(workloads);
