//! The tintype server and command line.
fn main() {}
