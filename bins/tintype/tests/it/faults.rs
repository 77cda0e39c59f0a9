//! A little of each scenario of the fault suite, `bins/faults`.

use std::io::{Write, stderr};
use std::path::PathBuf;

use tintype_faults::{Extent, Scenario};

use crate::support::is_told;

#[track_caller]
fn assert_sound(scenario: Scenario) {
    // The suite is one of SQLite and a local disk.
    if is_told() {
        return;
    }
    let binary = std::env::var_os("TINTYPE_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_tintype").into(), PathBuf::from);
    let report = scenario.run(&binary, Extent::Sample);
    assert!(report.is_sound(), "{:#?}\n{report}", report.problems());
    match report.not_run() {
        // Not every machine lets disks be mounted or processes be traced.
        Some(reason) => drop(writeln!(stderr(), "\n*** SKIPPED {scenario}: {reason}\n")),
        None => assert!(report.faults() > 0, "nothing was hit\n{report}"),
    }
}

#[test]
fn a_kill_in_a_system_call_loses_nothing() {
    assert_sound(Scenario::Kill);
}

#[test]
fn a_system_call_that_fails_loses_nothing() {
    assert_sound(Scenario::Errors);
}

#[test]
fn a_server_starts_on_a_full_disk_and_frees_it_by_deleting() {
    assert_sound(Scenario::FullDisk);
    assert_sound(Scenario::FullInodes);
}

#[test]
fn a_disk_that_becomes_read_only_is_read() {
    assert_sound(Scenario::ReadOnly);
}

#[test]
fn a_power_cut_loses_nothing() {
    assert_sound(Scenario::PowerCut);
}

#[test]
fn a_database_that_is_locked_is_waited_for() {
    assert_sound(Scenario::Locked);
}

#[test]
fn clients_that_go_away_leave_nothing() {
    assert_sound(Scenario::Gone);
}

#[test]
fn a_hundred_uploads_of_one_name_are_a_hundred_files() {
    assert_sound(Scenario::SameName);
}

#[test]
fn deletes_beside_downloads_and_deletes_are_told_apart() {
    assert_sound(Scenario::DeleteDownload);
    assert_sound(Scenario::DeleteRace);
}

#[test]
fn what_was_claimed_by_a_clock_that_was_wrong_is_swept() {
    assert_sound(Scenario::Clock);
}

#[test]
fn a_second_server_leaves_the_database_to_the_first() {
    assert_sound(Scenario::TwoServers);
}
