//! A storage that is not the one that the database's files are in.

use crate::support::checks::problem;
use crate::support::{builder, create, fetch, local_server};
use std::fs;
use std::path::PathBuf;
use tintype_testkit::{Bucket, Error, Server, eventually};

fn media(server: &Server) -> PathBuf {
    server.home().data_dir().join("media")
}

/// Asserts that the server does not start again, and why.
#[track_caller]
fn assert_refused(server: &mut Server, place: &str) {
    let Err(Error::Exited { status, log }) = server.restart() else { panic!("it has started") };
    assert_eq!(status.code(), Some(1), "{log}");
    let last = log.trim_end_matches('-').trim_end().lines().last().unwrap_or_default();
    let told = [place, "neither the mark `.tintype` nor any of them", "storage_url"];
    assert!(last.starts_with("tintype: ") && told.iter().all(|told| last.contains(told)), "{last}");
}

#[test]
fn a_server_does_not_start_on_an_empty_folder_while_its_files_are_elsewhere() {
    let mut server = local_server();
    let object = create(&server.admin(), "a.txt", "x");
    server.terminate().unwrap();
    // As when a disk is not mounted: nothing, then an empty folder.
    let (media, aside) = (media(&server), server.home().path().join("aside"));
    fs::rename(&media, &aside).unwrap();
    for _ in 0..2 {
        assert_refused(&mut server, &media.to_string_lossy());
        assert!(!media.join(".tintype").exists());
    }
    // That of others, without a mark.
    fs::create_dir_all(media.join("core_media/2020/01/01")).unwrap();
    fs::write(media.join("core_media/2020/01/01/b.txt"), "b").unwrap();
    assert_refused(&mut server, &media.to_string_lossy());
    fs::remove_dir_all(&media).unwrap();
    fs::rename(&aside, &media).unwrap();
    server.restart().unwrap();
    assert_eq!(fetch(&server, &object), b"x");
}

#[test]
fn whoever_puts_the_mark_there_starts_on_an_empty_folder_and_the_log_has_it() {
    let mut server = local_server();
    let admin = server.admin();
    create(&admin, "a.txt", "x");
    server.terminate().unwrap();
    let media = media(&server);
    fs::remove_dir_all(&media).unwrap();
    fs::create_dir(&media).unwrap();
    fs::write(media.join(".tintype"), "").unwrap();
    server.restart().unwrap();
    eventually("the log tells it", || {
        let log = server.log();
        log.lines().any(|line| line.contains("ERROR") && line.contains("has its object in the storage"))
    });
    create(&admin, "b.txt", "y");
}

#[test]
fn a_folder_from_before_gets_its_mark_if_it_has_an_object_of_some_file() {
    let mut server = local_server();
    let admin = server.admin();
    let first = create(&admin, "first.txt", "x");
    // More than are looked for.
    let later: Vec<_> = (0..20).map(|number| create(&admin, &format!("{number}.txt"), "x")).collect();
    let media = media(&server);
    assert!(media.join(".tintype").is_file(), "a new folder has it from the first start on");
    for lost in [&[][..], &later] {
        server.terminate().unwrap();
        fs::remove_file(media.join(".tintype")).unwrap();
        lost.iter().for_each(|object| fs::remove_file(media.join(crate::support::key(object))).unwrap());
        server.restart().unwrap();
        assert!(media.join(".tintype").is_file());
        assert_eq!(fetch(&server, &first), b"x");
    }
}

#[test]
fn a_server_that_loses_the_mark_is_not_ready() {
    let server = local_server();
    let ready = || server.anonymous().get("/readyz").send();
    assert_eq!(ready().status(), 200);
    let mark = media(&server).join(".tintype");
    fs::remove_file(&mark).unwrap();
    let refused = ready();
    problem(&refused, 503);
    assert!(refused.text().contains("The storage does not answer."), "{refused}");
    fs::write(&mark, "tintype\n").unwrap();
    assert_eq!(ready().status(), 200);
}

#[test]
fn a_bucket_is_known_by_its_mark_as_well() {
    let Some(bucket) = Bucket::new() else { return };
    let mut server = builder().bucket(&bucket).start();
    let object = create(&server.admin(), "a.txt", "x");
    bucket.delete(".tintype");
    server.restart().unwrap();
    assert_eq!(fetch(&server, &object), b"x");
    assert!(bucket.keys().contains(&".tintype".to_owned()));
    let Some(other) = Bucket::new() else { return };
    server.reconfigure("storage_url", &other.url());
    assert_refused(&mut server, "s3://");
    assert_eq!(other.keys(), [] as [String; 0]);
}
