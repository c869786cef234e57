//! A program without benchmarks, of a package that has some: nothing of them may be in it.

#[perf_runtime::perf_track]
fn answer() -> u32 {
    std::hint::black_box(42)
}

fn main() {
    println!("{}", answer());
}
