//! Some of the hostile files and all of the hostile requests of `bench/hostile`.

use std::process::Command;

use crate::support::is_told;

#[test]
fn hostile_files_and_requests_get_an_answer_in_time() {
    // They are about what comes in, whatever is behind it.
    if is_told() {
        return;
    }
    let binary = std::env::var_os("TINTYPE_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_tintype").into());
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/hostile/run");
    let output = Command::new("python3").arg(program).arg(binary).args(["--short", "--patient"]).output().unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{told}");
}
