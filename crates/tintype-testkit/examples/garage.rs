//! Starts a private Garage to try things on, until standard input ends or Ctrl-C:
//! `cargo run -p tintype-testkit --example garage`.

#![expect(clippy::print_stdout, reason = "a program for the command line")]

use tintype_testkit::Garage;

fn main() {
    if !Garage::is_installed() {
        std::process::exit(1);
    }
    let garage = Garage::start();
    println!("Garage answers at {}. Start tintype on it with\n", garage.endpoint());
    for (name, value) in garage.environment() {
        println!("    export {name}={value}");
    }
    println!("    cargo run --release -- serve --storage-url '{}'\n", garage.storage_url("files"));
    println!("Ctrl-C ends it and removes its files.");
    std::io::stdin().lines().for_each(drop);
}
