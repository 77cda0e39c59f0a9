//! Buckets, against a real store that speaks S3.

use crate::support::{key, keys, object, put, read};
use std::sync::Arc;
use std::time::Duration;
use tintype_storage::{
    Attributes, BucketStorage, Content, Error, NewObject, PresignOptions, PresignedFor, Spool, Storage, conformance,
};
use tintype_testkit::{Bucket, Garage};

async fn open(bucket: &Bucket) -> BucketStorage {
    let storage = BucketStorage::open(&bucket.url().parse().unwrap(), &bucket.environment()).await.unwrap();
    storage.mark().await.unwrap();
    storage
}

/// Returns what a bucket is refused with.
async fn refusal(url: &str, environment: &[(String, String)]) -> String {
    let refused = BucketStorage::open(&url.parse().unwrap(), environment).await;
    let Err(Error::Unavailable { source }) = refused else { panic!("{refused:?}") };
    source.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_conforms() {
    let Some(bucket) = Bucket::new() else { return };
    conformance::all(&open(&bucket).await).await;
    assert_eq!(bucket.keys(), [".tintype"], "nothing is left but the mark");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_objects_go_in_parts_and_come_back_whole() {
    let Some(bucket) = Bucket::new() else { return };
    let storage = open(&bucket).await;
    let dir = tempfile::tempdir().unwrap();
    // More parts than are on their way at a time, and one that is not full.
    let bytes: Vec<u8> = (0..27_000_001_u32).map(|i| (i % 251) as u8 ^ (i / 65_521) as u8).collect();
    let mut writer = Spool::open(dir.path()).unwrap().create(u64::MAX);
    writer.write(bytes.clone().into()).await.unwrap();
    let spooled = Arc::new(writer.finish().await.unwrap());
    storage.put(&object("large", Content::Spooled(Arc::clone(&spooled)))).await.unwrap();
    assert!(read(&storage, "large").await.unwrap() == bytes);
    let taken = storage.put(&object("large", Content::Spooled(spooled))).await;
    assert!(matches!(taken, Err(Error::AlreadyExists { .. })), "{taken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_object_is_not_listed() {
    let Some(bucket) = Bucket::new() else { return };
    let storage = open(&bucket).await;
    put(&storage, "a/b", "bytes").await.unwrap();
    bucket.put("a/.hidden", b"");
    bucket.put("back\\slash", b"");
    assert_eq!(keys(&storage).await, [key("a/b")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_presigned_url_serves_an_object_with_its_attributes_and_the_caching_asked_for() {
    let Some(bucket) = Bucket::new() else { return };
    let storage = open(&bucket).await;
    let attributes = Attributes {
        content_type: "text/html".to_owned(),
        content_disposition: Some("attachment; filename*=UTF-8''a%20b".to_owned()),
    };
    let name = "folder/ä b%2F?.html";
    let content = Content::Bytes("bytes".into());
    storage.put(&NewObject { key: key(name), content, attributes }).await.unwrap();
    for request in [PresignedFor::Get, PresignedFor::Head] {
        let cache_control = Some("public, max-age=7".to_owned());
        let options =
            PresignOptions { request, lifetime: Duration::from_secs(60), cache_control, content_disposition: None };
        let url = storage.presign(&key(name), &options).await.unwrap().unwrap();
        let agent = ureq::agent();
        let sent = match request {
            PresignedFor::Get => agent.get(&url).call(),
            PresignedFor::Head => agent.head(&url).call(),
        };
        let mut response = sent.unwrap();
        let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/html");
        if request == PresignedFor::Get {
            assert_eq!(header("cache-control"), "public, max-age=7");
        }
        assert_eq!(header("content-disposition"), "attachment; filename*=UTF-8''a%20b");
        let body = if request == PresignedFor::Get { "bytes" } else { "" };
        assert_eq!(response.body_mut().read_to_string().unwrap(), body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_lost_its_mark_is_not_ready() {
    let Some(bucket) = Bucket::new() else { return };
    let storage = open(&bucket).await;
    assert!(storage.is_marked().await.unwrap());
    bucket.delete(".tintype");
    assert!(!storage.is_marked().await.unwrap());
    let refused = storage.check().await;
    assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
    storage.mark().await.unwrap();
    storage.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_for_reading_alone_is_not_written_to() {
    let Some(bucket) = Bucket::new() else { return };
    let (url, environment) = (bucket.url().parse().unwrap(), bucket.environment());
    assert!(BucketStorage::open_read_only(&url, &environment).await.is_err(), "no mark is put");
    put(&open(&bucket).await, "a", "bytes").await.unwrap();
    let storage = BucketStorage::open_read_only(&url, &environment).await.unwrap();
    for refused in [put(&storage, "b", "bytes").await, storage.delete(&key("a")).await] {
        assert!(matches!(refused, Err(Error::Io { operation: "write to", .. })), "{refused:?}");
    }
    assert_eq!(read(&storage, "a").await.unwrap(), "bytes");
    assert_eq!(bucket.keys(), [".tintype", "a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_bucket_is_told() {
    let Some(bucket) = Bucket::new() else { return };
    let environment = bucket.environment();
    let missing = refusal(&bucket.url().replace("s3://media", "s3://another"), &environment).await;
    assert!(missing.contains("create the bucket"), "{missing}");
    let elsewhere = refusal(&bucket.url().replace("region=garage", "region=mars"), &environment).await;
    assert!(elsewhere.contains("check region"), "{elsewhere}");
    let wrong_secret = [environment[0].clone(), ("AWS_SECRET_ACCESS_KEY".to_owned(), "0".repeat(64))];
    let denied = refusal(&bucket.url(), &wrong_secret).await;
    assert!(denied.contains("access key and its secret"), "{denied}");
    let unknown_key = [("AWS_ACCESS_KEY_ID".to_owned(), "GK0".to_owned()), environment[1].clone()];
    let denied = refusal(&bucket.url(), &unknown_key).await;
    assert!(denied.contains("access key and its secret"), "{denied}");
    let half = refusal(&bucket.url(), &environment[..1]).await;
    assert!(half.to_lowercase().contains("secret"), "{half}");
    let nobody = refusal("s3://media?endpoint=http://127.0.0.1:1&region=garage", &environment).await;
    assert!(nobody.contains("does not answer"), "{nobody}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_frozen_or_gone_is_unavailable_and_comes_back_by_itself() {
    if !Garage::is_installed() {
        return;
    }
    let garage = Garage::start();
    let url = garage.storage_url("test").parse().unwrap();
    let storage = BucketStorage::open(&url, &garage.environment()).await.unwrap();
    storage.mark().await.unwrap();
    put(&storage, "kept", "bytes").await.unwrap();

    garage.freeze();
    let (put_frozen, read_frozen, checked) =
        tokio::join!(put(&storage, "frozen", "bytes"), read(&storage, "kept"), storage.check());
    assert!(matches!(put_frozen, Err(Error::Unavailable { .. })), "{put_frozen:?}");
    assert!(matches!(read_frozen, Err(Error::Unavailable { .. })), "{read_frozen:?}");
    assert!(matches!(checked, Err(Error::Unavailable { .. })), "{checked:?}");
    garage.thaw();
    assert_eq!(read(&storage, "kept").await.unwrap(), "bytes");

    garage.kill();
    let (put_gone, read_gone) = tokio::join!(put(&storage, "gone", "bytes"), read(&storage, "kept"));
    assert!(matches!(put_gone, Err(Error::Unavailable { .. })), "{put_gone:?}");
    assert!(matches!(read_gone, Err(Error::Unavailable { .. })), "{read_gone:?}");
    garage.restart();
    assert_eq!(read(&storage, "kept").await.unwrap(), "bytes");
    put(&storage, "new", "bytes").await.unwrap();
}
