//! Renditions that are known in memory.

use crate::support::{Fixture, HERE, picture};
use tintype_library::auth::Parameters;
use tintype_library::domain::FileRecord;
use tintype_library::{Accepted, Error, Library, Media, MediaRequest, RenditionRequest};

async fn ask(library: &Library, file: &FileRecord) -> Media {
    let (path, parameters) = (format!("/media/{}", file.key), Parameters::parse("width=64").unwrap());
    let media = MediaRequest { path: &path, parameters: &parameters, authorization: None };
    let request = RenditionRequest { media, accepted: Accepted::default(), from: HERE };
    let (media, _) = library.rendition(request, file.key.clone()).await.unwrap();
    Media::clone(&media)
}

#[tokio::test]
async fn one_that_another_server_removed_is_made_again() {
    let fixture = Fixture::with(|options| options.renditions.cache_bytes = 0);
    let file = fixture.upload(&picture(300), "a.pgm").await.unwrap();
    let first = ask(&fixture.library, &file).await;
    let other = fixture.another();
    other.sweep().await.unwrap();
    other.drain().await;
    // It is still known here, and nobody has read it so far.
    assert_eq!(ask(&fixture.library, &file).await, first);
    let gone = fixture.library.read(&first.object, None).await;
    assert!(matches!(gone, Err(Error::NotFound)), "{:?}", gone.map(|object| object.size));
    let second = ask(&fixture.library, &file).await;
    assert_eq!((second.object.key == first.object.key, second.object.checksum), (false, first.object.checksum));
    assert_eq!(fixture.library.read(&second.object, None).await.unwrap().size, second.object.size);
    // What is removed here is not known any more either.
    fixture.library.sweep().await.unwrap();
    assert_ne!(ask(&fixture.library, &file).await.object.key, second.object.key);
}
