//! How far scrubbing has come, and what it has found.

use crate::support::{at, fresh};
use tintype_domain::{FileId, Key};
use tintype_persistence::{ScrubState, ScrubTotals};

#[test]
fn a_round_goes_on_where_it_was_and_ends() {
    let (database, state) = (fresh(), |after, last_began_at| ScrubState { after: FileId(after), last_began_at });
    assert_eq!(database.scrub_state().unwrap(), state(0, None));
    assert_eq!(database.totals().unwrap().scrub, ScrubTotals::default());
    database.begin_scrub(at(1)).unwrap();
    database.note_scrubbed(FileId(7)).unwrap();
    assert_eq!(database.scrub_state().unwrap(), state(7, None));
    assert_eq!(database.totals().unwrap().scrub.since, Some(at(1)), "until the first round has ended");
    database.end_scrub().unwrap();
    assert_eq!(database.scrub_state().unwrap(), state(0, Some(at(1))));
    database.begin_scrub(at(5)).unwrap();
    assert_eq!(database.totals().unwrap().scrub.since, Some(at(1)), "what comes last was read in the round before");
    database.end_scrub().unwrap();
    assert_eq!(database.totals().unwrap().scrub.since, Some(at(5)));
}

#[test]
fn damage_is_known_until_it_is_forgotten() {
    let database = fresh();
    let keys: Vec<Key> = ["core_media/2025/12/22/a", "core_media/2025/12/22/b"].map(|key| key.parse().unwrap()).into();
    for key in [&keys[1], &keys[0], &keys[1]] {
        database.note_damage(key, at(0)).unwrap();
    }
    assert_eq!(database.totals().unwrap().scrub.damaged, 2);
    assert_eq!(database.damaged(None, 10).unwrap(), keys);
    assert_eq!(database.damaged(Some(&keys[0]), 10).unwrap(), keys[1..]);
    database.forget_damage(&keys[0]).unwrap();
    assert_eq!(database.damaged(None, 10).unwrap(), keys[1..]);
}
