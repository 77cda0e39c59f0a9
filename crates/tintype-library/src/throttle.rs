//! Slows down whoever guesses passwords, before a hash is computed for them.

use crate::{Error, Options};
use governor::clock::DefaultClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts failed log-ins: for each name and network, so that nobody can lock out a user who is
/// elsewhere, and for each network, so that nobody can go through many names. What is known is
/// known to this process alone.
#[derive(Debug)]
pub(crate) struct LoginThrottle {
    by_name: Limiter,
    by_network: Limiter,
    hasher: RandomState,
}

impl LoginThrottle {
    pub(crate) fn new(options: &Options) -> Self {
        let limiter = |failures| Limiter::new(failures, options.login_window);
        Self {
            by_name: limiter(options.login_failures),
            by_network: limiter(options.login_failures_per_address),
            hasher: RandomState::new(),
        }
    }

    /// Checks that one more attempt is allowed.
    ///
    /// # Errors
    /// [`Error::Throttled`].
    pub(crate) fn check(&self, username: &str, network: IpAddr) -> Result<(), Error> {
        let now = Instant::now();
        let name = self.by_name.blocked_for(self.hasher.hash_one((username, network)), now);
        let network = self.by_network.blocked_for(self.hasher.hash_one(network), now);
        match name.max(network) {
            None => Ok(()),
            Some(retry_after) => Err(Error::Throttled { retry_after }),
        }
    }

    /// Counts an attempt that failed.
    pub(crate) fn count_failure(&self, username: &str, network: IpAddr) {
        let now = Instant::now();
        self.by_name.count(self.hasher.hash_one((username, network)), now);
        self.by_network.count(self.hasher.hash_one(network), now);
    }
}

/// Returns what counts as one client: an IPv4 address, or an IPv6 network of 64 bits, which is what
/// one customer has.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

/// So many failures at once, and then one more each time that a part of the window has passed.
#[derive(Debug)]
struct Limiter {
    failures: RateLimiter<u64, HashMapStateStore<u64>, DefaultClock, StateInformationMiddleware>,
    /// How long it takes until one more failure is allowed.
    interval: Duration,
    blocked: Mutex<HashMap<u64, Instant>>,
}

impl Limiter {
    /// From this many entries on, those that say nothing any more are looked for and dropped.
    const CROWDED: usize = 10_000;

    fn new(failures: NonZeroU32, window: Duration) -> Self {
        // No clock is so fine that a fraction of a microsecond would be told from none.
        let interval = (window / failures.get()).max(Duration::from_micros(1));
        let quota = Quota::with_period(interval).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(failures);
        let failures = RateLimiter::hashmap(quota).with_middleware();
        Self { failures, interval, blocked: Mutex::default() }
    }

    fn blocked_for(&self, key: u64, now: Instant) -> Option<Duration> {
        let until = *self.lock().get(&key)?;
        until.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    fn count(&self, key: u64, now: Instant) {
        let is_last = self.failures.check_key(&key).map_or(true, |state| state.remaining_burst_capacity() == 0);
        if self.failures.len() > Self::CROWDED {
            self.failures.retain_recent();
        }
        if is_last {
            let mut blocked = self.lock();
            if blocked.len() > Self::CROWDED {
                blocked.retain(|_, until| *until > now);
            }
            blocked.insert(key, now + self.interval);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        // Nothing in there can be left half-changed.
        self.blocked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{LoginThrottle, network_of};
    use crate::{Error, Options};
    use std::net::IpAddr;
    use std::num::NonZeroU32;
    use std::time::Duration;

    fn throttle(failures: u32, per_address: u32, window: Duration) -> LoginThrottle {
        LoginThrottle::new(&Options {
            login_failures: NonZeroU32::new(failures).unwrap(),
            login_failures_per_address: NonZeroU32::new(per_address).unwrap(),
            login_window: window,
            ..Options::default()
        })
    }

    fn address(text: &str) -> IpAddr {
        network_of(text.parse().unwrap())
    }

    #[test]
    fn so_many_failures_are_allowed_and_not_one_more() {
        let (throttle, here) = (throttle(3, 100, Duration::from_secs(600)), address("192.0.2.1"));
        for _ in 0..3 {
            throttle.check("ada", here).unwrap();
            throttle.count_failure("ada", here);
        }
        let Err(Error::Throttled { retry_after }) = throttle.check("ada", here) else { panic!("it is allowed") };
        assert!(retry_after <= Duration::from_secs(200) && retry_after > Duration::from_secs(190));
        throttle.check("ada", address("192.0.2.2")).unwrap();
        throttle.check("bea", here).unwrap();
    }

    #[test]
    fn an_address_may_not_go_through_many_names() {
        let throttle = throttle(3, 5, Duration::from_secs(600));
        for number in 0..5 {
            let (name, here) = (format!("user-{number}"), address(&format!("2001:db8::{number}")));
            throttle.check(&name, here).unwrap();
            throttle.count_failure(&name, here);
        }
        assert!(throttle.check("ada", address("2001:db8::ffff:1")).is_err(), "the same network");
        throttle.check("ada", address("2001:db8:0:1::1")).unwrap();
    }

    #[test]
    fn who_waits_may_try_again() {
        let (throttle, here) = (throttle(1, 1, Duration::from_millis(2)), address("::ffff:192.0.2.1"));
        throttle.count_failure("ada", here);
        assert_eq!(here, address("192.0.2.1"));
        while throttle.check("ada", here).is_err() {
            std::thread::yield_now();
        }
    }
}
