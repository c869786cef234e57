//! The fuzzer's target: any bytes, read as the segment of an ended and of a running process.

#![no_main]

mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::check(bytes));
