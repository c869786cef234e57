//! Items that hold no functions.

use perf_runtime::perf_track;

#[perf_track]
struct Struct {
    field: u32,
}

#[perf_track]
pub enum Enum {
    Variant,
}

#[perf_track]
unsafe extern "C" {
    fn abs(x: i32) -> i32;
}

#[perf_track]
const CONSTANT: u32 = 1;

#[perf_track]
static STATIC: u32 = 1;

#[perf_track]
type Alias = u32;

#[perf_track]
use std::fmt::Debug as Imported;

#[perf_track]
macro_rules! rules {
    () => {};
}

#[perf_track]
thread_local! {
    static LOCAL: u32 = 1;
}

fn main() {
    let field: Alias = CONSTANT + STATIC;
    let _ = Struct { field };
    LOCAL.with(|_| ());
    let _: &dyn Imported = &field;
    let _ = Enum::Variant;
    rules!();
}
