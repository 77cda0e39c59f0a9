//! Uploads that come in pieces.

use tintype_domain::UserId;
use tintype_persistence::{NewUpload, UploadHold, UploadKind};

use crate::support::{Fresh, at, fresh, user};

/// Begins an upload that expires at [`at`]`(10)`.
fn begin(database: &Fresh, user_id: UserId, name: &str, kind: UploadKind, sources: &[i64]) -> i64 {
    let new = NewUpload {
        name: name.to_owned(),
        user_id,
        kind,
        length: Some(4),
        expires_at: at(10),
        metadata: String::new(),
        concat: None,
        reservation: None,
        sources: sources.to_vec(),
        job_at: at(1),
    };
    database.insert_upload(&new, at(0)).unwrap().number
}

#[test]
fn an_upload_expires_unless_all_of_its_bytes_have_come_and_its_file_is_still_to_be_made() {
    let database = fresh();
    let user = user(&database, "ada").id;
    let part = begin(&database, user, "part", UploadKind::Partial, &[]);
    let whole = begin(&database, user, "whole", UploadKind::Final, &[part]);
    begin(&database, user, "begun", UploadKind::Whole, &[]);
    let there = || ["part", "whole", "begun"].map(|name| database.upload(name).unwrap().is_some());
    assert_eq!((database.expire_uploads(at(9), 10).unwrap(), there()), (0, [true, true, true]));
    assert_eq!((database.expire_uploads(at(10), 10).unwrap(), there()), (1, [true, true, false]));
    let hold = UploadHold { number: whole, holder: "a".to_owned(), expires_at: at(21), job_at: at(12) };
    assert!(database.lease_upload(&hold, at(11)).unwrap());
    // Its file is refused: nothing is to be made any more, but the client can learn it.
    database.refuse_upload(whole, "a", "text/plain").unwrap();
    database.expire_uploads(at(20), 10).unwrap();
    assert_eq!(there(), [false, true, false]);
    database.expire_uploads(at(21), 10).unwrap();
    assert_eq!(there(), [false; 3]);
}
