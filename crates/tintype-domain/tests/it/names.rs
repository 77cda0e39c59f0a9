use proptest::prelude::*;
use tintype_domain::{FieldProblem, FileName, Key, Name, Suffix, Timestamp, fold_for_search};

fn folder() -> Key {
    "core_media".parse().unwrap()
}

proptest! {
    #[test]
    fn every_key_made_of_an_upload_is_valid(sent in any::<String>(), micros in any::<i64>(), random in any::<[u8; 7]>()) {
        // Years outside four digits cannot come from a clock.
        let now = Timestamp::from_unix_micros(micros.rem_euclid(253_402_300_799_999_999));
        let suffix = Suffix::from_random(random);
        let original = Key::original(&folder(), now, &FileName::from_upload(&sent)).with_suffix(&suffix);
        let thumbnail = original.thumbnail(1080, "webp").with_suffix(&suffix);
        for key in [original, thumbnail] {
            prop_assert_eq!(key.as_str().parse::<Key>(), Ok(key.clone()));
        }
    }

    #[test]
    fn long_names_leave_room_for_thumbnails(stem in "[a-zا-ی一-龥]{60,300}", extension in "[a-z]{1,32}", random in any::<[u8; 7]>()) {
        let suffix = Suffix::from_random(random);
        let name = FileName::from_upload(&format!("{stem}.{extension}"));
        let ending = format!(".{extension}");
        prop_assert!(name.as_str().ends_with(&ending));
        let key = Key::original(&folder(), Timestamp::from_unix_micros(0), &name.with_suffix(&suffix));
        prop_assert!(key.file_name().len() <= 255);
        prop_assert!(key.thumbnail(1080, "webp").with_suffix(&suffix).file_name().len() <= 255);
    }

    #[test]
    fn safe_names_stay_as_they_are(sent in any::<String>()) {
        let once = FileName::from_upload(&sent);
        prop_assert_eq!(FileName::from_upload(once.as_str()), once);
    }

    #[test]
    fn names_are_base_names_within_the_limit(sent in any::<String>()) {
        if let Some(name) = Name::from_upload(&sent) {
            let fine = !name.as_str().contains(['/', '\\', '\0']) && name.as_str().chars().count() <= Name::MAX_CHARS;
            prop_assert!(fine);
        }
    }

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let once = fold_for_search(&text);
        prop_assert_eq!(fold_for_search(&once), once);
    }
}

#[test]
fn a_name_of_255_characters_is_the_longest() {
    assert!(Name::new(&"é".repeat(255)).is_ok());
    assert_eq!(Name::new(&"é".repeat(256)).unwrap_err(), FieldProblem::TooLong { limit: 255 });
    let uploaded = Name::from_upload(&format!("{}.jpeg", "ö".repeat(300))).unwrap();
    assert_eq!(uploaded.as_str().chars().count(), 255);
    assert!(uploaded.as_str().ends_with("ö.jpeg"));
}
