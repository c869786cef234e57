//! Compile errors of `#[perf_track]`, and code that must compile with it.
//!
//! `TRYBUILD=overwrite cargo test -p perf-tests-ui` rewrites the expected errors.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/*.rs");
    cases.pass("pass/*.rs");
}
