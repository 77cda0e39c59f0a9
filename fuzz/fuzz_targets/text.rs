//! Parses what clients write: queries of lists, signatures of links, names and tags.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tintype_auth::{Parameters, SigningKey};
use tintype_domain::{FileName, Key, ListQuery, Suffix, Tags, Timestamp, UserQuery, with_extension};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let pairs = || text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    // What is wrong is told, in one line.
    if let Err(errors) = ListQuery::parse(pairs()) {
        assert!(!errors.to_string().is_empty());
    }
    let _ = UserQuery::parse(pairs());

    if let Ok(parameters) = Parameters::parse(text) {
        let key = SigningKey::from_bytes(vec![7; 32]).expect("32 bytes are enough");
        let query = key.signed_query("/media/a", parameters.clone(), 1);
        let signed = Parameters::parse(&query).expect("what was signed can be read");
        assert_eq!(key.sign("/media/a", &signed).as_bytes(), signed.get("signature").expect("it is signed"));
    }

    let name = FileName::from_upload(text);
    assert!(!name.as_str().is_empty() && !name.as_str().contains(['/', '\0']), "{name:?}");
    assert_eq!(FileName::from_upload(name.as_str()), name);
    let longer = name.with_suffix(&Suffix::from_random([0; 7]));
    let folder: Key = "core_media".parse().expect("it is a key");
    let key = Key::original(&folder, Timestamp::from_unix_micros(0), &longer);
    assert_eq!(key.as_str().parse::<Key>().expect("a key can be read"), key);
    with_extension(text.to_owned(), name.as_str());

    if let Ok(tags) = Tags::from_text(text) {
        let names: Vec<&str> = tags.iter().map(|tag| tag.as_str()).collect();
        assert_eq!(Tags::new(names.iter().copied()).expect("tags are tags"), tags);
    }
});
