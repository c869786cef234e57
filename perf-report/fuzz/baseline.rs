//! The fuzzer's target: any text, read as the file of a baseline.

#![no_main]

mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::check(bytes));
