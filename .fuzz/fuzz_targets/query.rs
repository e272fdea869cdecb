#![no_main]

#[path = "../../tests/fuzz/targets.rs"]
mod targets;
#[path = "../../tests/world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::query(bytes));
