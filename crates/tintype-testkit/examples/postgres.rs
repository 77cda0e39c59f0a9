//! Starts a private PostgreSQL to try things on, until Enter or Ctrl-C.
#![expect(clippy::print_stdout, reason = "people read it")]

use tintype_testkit::Postgres;

fn main() -> Result<(), tintype_testkit::Error> {
    let server = Postgres::start()?;
    server.execute("postgres", "CREATE DATABASE tintype");
    println!("database_url = \"{}\"\n\nEnter ends it, with all that is in it.", server.url("tintype"));
    let _ = std::io::stdin().read_line(&mut String::new());
    Ok(())
}
