use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Work under way by what it makes, so that whoever wants the same waits for it instead of doing it
/// again.
#[derive(Debug)]
pub(crate) struct Flights<K, T>(Arc<Mutex<Waiting<K, T>>>);

type Waiting<K, T> = HashMap<K, watch::Receiver<Option<T>>>;

/// The duty to do the work; when it is dropped, others may begin.
#[derive(Debug)]
pub(crate) struct Flight<K: Eq + Hash, T> {
    flights: Arc<Mutex<Waiting<K, T>>>,
    key: K,
    result: watch::Sender<Option<T>>,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Clone + Eq + Hash, T: Clone> Flights<K, T> {
    /// Returns what tells the result, and the duty to do the work if nobody does it yet.
    pub(crate) fn board(&self, key: K) -> (watch::Receiver<Option<T>>, Option<Flight<K, T>>) {
        let mut flights = lock(&self.0);
        if let Some(waiting) = flights.get(&key) {
            return (waiting.clone(), None);
        }
        let (result, waiting) = watch::channel(None);
        flights.insert(key.clone(), waiting.clone());
        (waiting, Some(Flight { flights: self.0.clone(), key, result }))
    }
}

impl<K: Eq + Hash, T> Flight<K, T> {
    /// Tells all who wait.
    pub(crate) fn land(self, result: T) {
        self.result.send_replace(Some(result));
    }
}

impl<K: Eq + Hash, T> Drop for Flight<K, T> {
    fn drop(&mut self) {
        lock(&self.flights).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in there can be left half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Flights;

    #[tokio::test]
    async fn one_works_and_the_others_wait() {
        let flights = Flights::<u8, u8>::default();
        let (mut first, flight) = flights.board(1);
        let (mut second, none) = flights.board(1);
        assert!(none.is_none() && flights.board(2).1.is_some());
        flight.unwrap().land(7);
        for waiting in [&mut first, &mut second] {
            assert_eq!(*waiting.wait_for(Option::is_some).await.unwrap(), Some(7));
        }
        assert!(flights.board(1).1.is_some(), "it is over");
    }

    #[tokio::test]
    async fn who_waits_for_work_that_was_given_up_is_told() {
        let flights = Flights::<u8, u8>::default();
        let (mut waiting, flight) = flights.board(1);
        drop(flight);
        assert!(waiting.wait_for(Option::is_some).await.is_err());
    }
}
