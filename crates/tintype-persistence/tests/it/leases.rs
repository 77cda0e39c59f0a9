use crate::support::{at, at_once, connect, fresh};

#[test]
fn one_holder_has_a_lease_until_it_expires() {
    let database = fresh();
    let acquire = |holder, now, expires_at| database.acquire_lease("sweep", holder, at(now), at(expires_at)).unwrap();
    assert!(acquire("a", 0, 10));
    assert!(!acquire("b", 9, 19));
    assert!(acquire("a", 9, 19), "the holder renews it");
    assert!(!acquire("b", 18, 28));
    assert!(acquire("b", 19, 29), "it has expired");
    assert!(!acquire("a", 20, 30));
    assert!(database.acquire_lease("other", "a", at(20), at(30)).unwrap(), "names are apart");
}

#[test]
fn a_lease_of_a_clock_that_was_wrong_keeps_nobody_waiting() {
    let database = fresh();
    let acquire = |holder, now, expires_at| database.acquire_lease("sweep", holder, at(now), at(expires_at)).unwrap();
    assert!(acquire("days ahead", 3_000_000, 3_000_010));
    assert!(acquire("right", 0, 10));
    // A clock that is ahead by less than the lease is long is put up with.
    assert!(acquire("ahead", 20, 30));
    assert!(!acquire("right", 10, 20));
    assert!(acquire("right", 9, 19));
}

#[test]
fn a_lease_given_up_is_free_at_once() {
    let database = fresh();
    let acquire = |holder| database.acquire_lease("sweep", holder, at(0), at(10)).unwrap();
    assert!(acquire("a"));
    database.release_lease("sweep", "b").unwrap();
    assert!(!acquire("b"), "nobody gives up what another has");
    database.release_lease("sweep", "a").unwrap();
    assert!(acquire("b"));
}

#[test]
fn of_many_who_want_a_lease_at_once_one_gets_it() {
    let database = fresh();
    for round in 0..5 {
        let now = at(round * 10);
        let got = at_once(6, |number| {
            let holder = number.to_string();
            connect(&database.url).acquire_lease("sweep", &holder, now, at(round * 10 + 10)).unwrap()
        });
        assert_eq!(got.into_iter().filter(|got| *got).count(), 1);
    }
}
