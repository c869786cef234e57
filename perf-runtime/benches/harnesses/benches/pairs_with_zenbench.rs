//! The pairs under zenbench; `ROUNDS` is the least and the most of them.

use harnesses::pairs::{KINDS, PERCENTS, name};
use zenbench::{BenchGroup, Suite};

fn set_rounds(group: &mut BenchGroup) {
    let Some(rounds) = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()) else {
        return;
    };
    group.config().max_rounds(rounds).min_rounds(rounds).auto_rounds(false);
}

fn pairs(suite: &mut Suite) {
    for (kind, code) in KINDS {
        for percent in PERCENTS {
            suite.group(name(kind, percent), |group| {
                set_rounds(group);
                group.bench("base", move |bencher| bencher.iter(|| code(100)));
                group.bench("more", move |bencher| bencher.iter(|| code(100 + percent)));
            });
        }
    }
}

zenbench::main!(pairs);
