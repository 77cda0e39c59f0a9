//! Clients that go away, or are many.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::extent::Extent;
use crate::ledger::{FILES, checksum, text};
use crate::library::{Library, builder, file, one};
use crate::random::{noise, picture};
use crate::report::Report;

/// At how many places in an upload a client goes away.
const OFFSETS: usize = 20;

/// Cuts uploads off at twenty offsets, from the first byte to the whole content without the
/// boundary that ends it.
pub(super) fn gone(binary: &Path, report: &mut Report) -> Result<(), String> {
    let library = Library::start(builder(binary));
    library.writer.create("before.pgm", &picture(1));
    for number in 0..OFFSETS {
        let form = file("gone.pgm", &picture(100 + number as u64));
        let body = form.encode();
        let end = body.windows(4).rposition(|bytes| bytes == b"\r\n--").unwrap();
        let sent = (end - 1) * number / (OFFSETS - 1) + 1;
        let mut connection = library.server.connect();
        let head = format!(
            "POST {FILES} HTTP/1.1\r\nHost: h\r\nAuthorization: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            library.writer.admin.authorization().unwrap(),
            form.content_type(),
            body.len()
        );
        connection.send(head).and_then(|()| connection.send(&body[..sent])).unwrap();
        report.faults += 1;
        drop(connection);
    }
    library.verify(report);
    let count = library.writer.admin.get(FILES).send().json()["count"].clone();
    if count != 1 {
        report.wrong(format!("{count} files after uploads that were cut off"));
    }
    library.close(report);
    Ok(())
}

/// Uploads a hundred files of the same name at once.
pub(super) fn same_name(binary: &Path, report: &mut Report) -> Result<(), String> {
    const CLIENTS: u64 = 100;
    let library = Library::start(builder(binary));
    let barrier = Barrier::new(usize::try_from(CLIENTS).unwrap());
    let urls: Vec<Result<String, String>> = thread::scope(|scope| {
        let upload = |seed| {
            barrier.wait();
            let id = library.writer.upload("same.bin", &noise(5000, seed)).map_err(|answer| format!("{answer:?}"))?;
            Ok(text(&library.writer.object(id), "f").to_owned())
        };
        let threads: Vec<_> = (0..CLIENTS).map(|seed| scope.spawn(move || upload(seed))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    report.faults += CLIENTS;
    let mut distinct = Vec::new();
    for url in urls {
        match url {
            Ok(url) => distinct.push(url),
            Err(answer) => report.wrong(format!("an upload of the same name is answered {answer}")),
        }
    }
    distinct.sort();
    distinct.dedup();
    if distinct.len() as u64 != CLIENTS {
        report.wrong(format!("{} different URLs", distinct.len()));
    }
    library.verify(report);
    library.close(report);
    Ok(())
}

/// Deletes a file in the middle of a slow download.
pub(super) fn delete_download(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    const SIZE: usize = 24 << 20;
    let library = Library::start(builder(binary));
    for seed in 0..extent.choose([1, 1, 5]) {
        let content = noise(SIZE, seed);
        let id = library.writer.create("large.bin", &content);
        let url = text(&library.writer.object(id), "f").to_owned();
        let (_, key) = url.split_once("/media/").unwrap();
        let mut connection = library.server.connect();
        connection.send(format!("GET /media/{key} HTTP/1.1\r\nHost: h\r\n\r\n")).unwrap();
        // Far less than the file is in the buffers of the sockets by then.
        thread::sleep(Duration::from_millis(100));
        if library.writer.delete(id) != Some(204) {
            report.wrong("a file that is downloaded cannot be deleted");
        }
        report.faults += 1;
        // It comes to its end, or the connection breaks: what is there must be seen to be partial.
        if let Ok(answer) = connection.read_response()
            && (answer.status() != 200 || checksum(answer.bytes()) != checksum(&content))
        {
            report.partial += 1;
            report.wrong("a file that was deleted meanwhile was sent in part, as if it were whole");
        }
        let status = library.writer.admin.get(&url).send().status();
        if status != 404 {
            report.wrong(format!("a deleted file is answered {status}"));
        }
    }
    library.verify(report);
    library.close(report);
    Ok(())
}

/// Has fifty clients delete the same file at once.
pub(super) fn delete_race(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    const CLIENTS: usize = 50;
    let library = Library::start(builder(binary));
    for seed in 0..extent.choose([1, 1, 10]) {
        let id = library.writer.create("a.pgm", &picture(seed));
        let barrier = Barrier::new(CLIENTS);
        let statuses: Vec<u16> = thread::scope(|scope| {
            let delete = || {
                barrier.wait();
                library.writer.admin.delete(&one(id)).send().status()
            };
            let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(delete)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        report.faults += 1;
        library.writer.ledger.is(id, None);
        let count = |wanted| statuses.iter().filter(|&&status| status == wanted).count();
        if (count(204), count(404)) != (1, CLIENTS - 1) {
            report.wrong(format!("a file that fifty clients delete is answered {statuses:?}"));
        }
    }
    library.verify(report);
    library.close(report);
    Ok(())
}
