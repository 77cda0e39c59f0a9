//! Starts a private Garage to try things on, until standard input ends or Ctrl-C:
//! `cargo run -p tintype-testkit --example garage`. With the words of a command behind `--`, it
//! ends when that does, and the `tintype` that the command starts uses it.

#![expect(clippy::print_stdout, reason = "a program for the command line")]

use tintype_testkit::Garage;

fn main() {
    if !Garage::is_installed() {
        std::process::exit(1);
    }
    let garage = Garage::start();
    let mut words = std::env::args_os().skip(1);
    if let Some(program) = words.next() {
        let mut command = std::process::Command::new(program);
        let _ = command.args(words).envs(garage.environment()).env("TINTYPE_STORAGE_URL", garage.storage_url("files"));
        let is_done = command.status().expect("the command can be started").success();
        drop(garage);
        std::process::exit(i32::from(!is_done));
    }
    println!("Garage answers at {}. Start tintype on it with\n", garage.endpoint());
    for (name, value) in garage.environment() {
        println!("    export {name}={value}");
    }
    println!("    cargo run --release -- serve --storage-url '{}'\n", garage.storage_url("files"));
    println!("Ctrl-C ends it and removes its files.");
    std::io::stdin().lines().for_each(drop);
}
