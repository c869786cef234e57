//! What a refresh of `perf-report top` costs: `cargo bench -p perf-report --bench top`. Records some
//! thousand calling contexts with some calls each, then does again and again all that a refresh is:
//! reading the segment of this process, which still runs, figures, rows, and a picture of 200 by 60
//! characters. Calls go on between refreshes. Prints times, memory, and the interval at which that is
//! 2 % of a core; asserts nothing.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::path::Path;
use std::time::Duration;

use perf_report::measured::top_refresher;
use perf_runtime::perf_scope;

const ROUNDS: usize = 30;
/// Functions at the roots, and below each of them: 1,010 and 10,100 contexts.
const SIZES: [(u32, u32); 2] = [(10, 100), (100, 100)];
const CALLS: u32 = 20;

fn call_all(roots: u32, leaves: u32) {
    for root in 0..roots {
        let _root = perf_scope!(format!("server::root_{root:03}::handle"));
        for leaf in 0..leaves {
            let _leaf = perf_scope!(format!("server::leaf_{leaf:03}::work"));
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("contexts   segment  reading  figures, picture  in all (median)  at 2 %  memory");
    for (roots, leaves) in SIZES {
        (0..CALLS).for_each(|_| call_all(roots, leaves));
        let segment = perf_runtime::status().segment.ok_or("nothing was recorded")?;
        measure(&segment, (roots, leaves))?;
    }
    Ok(())
}

fn measure(segment: &Path, (roots, leaves): (u32, u32)) -> std::io::Result<()> {
    let before = resident();
    let mut refresh = top_refresher(segment, (200, 60));
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        call_all(roots, leaves);
        times.push(refresh());
    }
    let median = |of: &dyn Fn(&[Duration; 2]) -> Duration| {
        let mut all: Vec<_> = times.iter().map(of).collect();
        all.sort_unstable();
        all[ROUNDS / 2]
    };
    let whole = median(&|[reading, rest]| *reading + *rest);
    println!(
        "{:>8} {:>5} KiB {:>8.2?} {:>17.2?} {:>16.2?} {:>7.2?} {:>3} MiB",
        roots * (leaves + 1),
        std::fs::metadata(segment)?.len() >> 10,
        median(&|[reading, _]| *reading),
        median(&|[_, rest]| *rest),
        whole,
        whole * 50,
        resident().saturating_sub(before) >> 20,
    );
    Ok(())
}

/// Resident memory of this process in bytes; 0 where the system does not show it.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}
