//! What the tests share: how to start a server, make inputs and judge answers.

pub(crate) mod archive;
pub(crate) mod checks;
pub(crate) mod host;
pub(crate) mod picture;
pub(crate) mod wire;

pub(crate) use checks::{assert_field_error, assert_problem, problem_free};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tintype_testkit::{Builder, Client, Form, Server, eventually};

pub(crate) const CREATE: u16 = 3801;
pub(crate) const VIEW: u16 = 3802;
pub(crate) const CHANGE: u16 = 3803;
pub(crate) const DELETE: u16 = 3804;

/// The collection; [`one`] is a member of it.
pub(crate) const FILES: &str = "/api/media/files";

/// A whole PDF of one empty page, as small as a reader accepts.
pub(crate) const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
    2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
    3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>\nendobj\n\
    trailer\n<< /Root 1 0 R >>\n%%EOF\n";

/// Returns a builder for the binary under test.
pub(crate) fn builder() -> Builder {
    let binary = std::env::var_os("TINTYPE_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_tintype").into());
    Server::builder().binary(binary)
}

/// Returns whether the whole suite runs on a database or a storage that was named: tests that name
/// their own have run without that, and once is enough.
pub(crate) fn is_told() -> bool {
    ["TINTYPE_TEST_DATABASE", "TINTYPE_TEST_STORAGE"].iter().any(|name| std::env::var_os(name).is_some())
}

/// Starts a server with every setting at its default.
#[track_caller]
pub(crate) fn server() -> Server {
    builder().start()
}

/// Returns a form with one file and nothing else.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> Form {
    Form::new().file("f", name, content)
}

/// Uploads one file and returns its object.
#[track_caller]
pub(crate) fn create(client: &Client, name: &str, content: impl AsRef<[u8]>) -> Value {
    let mut object = client.upload(&file(name, content)).expect_status(201).json();
    // Only the answer to an upload has it.
    object.as_object_mut().unwrap().remove("duplicates");
    object
}

/// Returns the path of a file object.
#[track_caller]
pub(crate) fn one(object: &Value) -> String {
    format!("{FILES}/{}", object["id"].as_i64().expect("`id` is a number"))
}

/// Returns a member that is a text.
#[track_caller]
pub(crate) fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object[member].as_str().unwrap_or_else(|| panic!("`{member}` is not a text in {object}"))
}

/// Returns the storage key that a file's or thumbnail's address stands for.
#[track_caller]
pub(crate) fn key(object: &Value) -> String {
    let (_, encoded) = text(object, "f").split_once("/media/").expect("an address below /media/");
    percent_decode_str(encoded).decode_utf8().expect("a key in UTF-8").into_owned()
}

/// Returns the path of a file's or thumbnail's address, for when its host is one that was only
/// claimed.
#[track_caller]
pub(crate) fn media_path(object: &Value) -> String {
    let (_, encoded) = text(object, "f").split_once("/media/").expect("an address below /media/");
    format!("/media/{encoded}")
}

/// Returns the last part of a file's or thumbnail's key.
#[track_caller]
pub(crate) fn key_name(object: &Value) -> String {
    key(object).rsplit('/').next().unwrap_or_default().to_owned()
}

/// Returns the bytes an address serves.
#[track_caller]
pub(crate) fn fetch(server: &Server, object: &Value) -> Vec<u8> {
    server.anonymous().get(&media_path(object)).send().expect_status(200).bytes().to_vec()
}

/// Returns a checksum as the contract writes it.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// Returns the names of a page's results, in order.
#[track_caller]
pub(crate) fn result_names(page: &Value) -> Vec<&str> {
    results(page).iter().map(|object| text(object, "name")).collect()
}

/// Returns a page's results.
#[track_caller]
pub(crate) fn results(page: &Value) -> &[Value] {
    page["results"].as_array().expect("`results` is an array")
}

/// Starts a server that keeps its files on disk, for tests that look there.
#[track_caller]
pub(crate) fn local_server() -> Server {
    builder().local_storage().start()
}

/// Returns the key of everything in storage and of whatever uploads have left on the disk, in
/// order.
pub(crate) fn stored_keys(server: &Server) -> Vec<String> {
    let data = server.home().data_dir();
    let mut found = match server.home().bucket() {
        None => files_below(&data.join("media")),
        Some(bucket) => [files_below(&data.join(".spool")), bucket.keys()].concat(),
    };
    // The mark by which the server knows its storage again.
    found.retain(|key| key != ".tintype");
    found
}

/// Returns how much the server holds in files that have no name, as an upload under way may.
pub(crate) fn unnamed_bytes(server: &Server) -> u64 {
    let descriptors = fs::read_dir(format!("/proc/{}/fd", server.id())).into_iter().flatten().flatten();
    let unnamed = descriptors.filter(|descriptor| {
        fs::read_link(descriptor.path()).is_ok_and(|target| target.to_string_lossy().ends_with(" (deleted)"))
    });
    unnamed.filter_map(|descriptor| fs::metadata(descriptor.path()).ok()).map(|metadata| metadata.len()).sum()
}

/// Waits until part of an upload under way has reached the disk.
#[track_caller]
pub(crate) fn wait_until_spooled(server: &Server) {
    eventually("the upload has reached the disk", || unnamed_bytes(server) > 0 || !stored_keys(server).is_empty());
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    let relative = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    let mut names: Vec<_> = found.iter().map(relative).collect();
    names.sort();
    names
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Returns bytes that look like nothing, the same ones for the same seed.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    // Knuth's MMIX generator: enough that no two seeds give the same file and no format is
    // recognised.
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .collect()
}
