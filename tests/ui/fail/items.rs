//! Items that are neither functions nor `impl` blocks.

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
pub(crate) trait Trait {
    fn method(&self) {}
}

#[perf_track]
mod module {
    pub fn function() {}
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

impl Trait for Struct {}

fn main() {
    let field: Alias = CONSTANT + STATIC;
    Struct { field }.method();
    module::function();
    let _: &dyn Imported = &field;
    let _ = Enum::Variant;
    rules!();
}
