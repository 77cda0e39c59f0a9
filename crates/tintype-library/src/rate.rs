//! Limits how often each token may be shown.

use crate::{Error, RateLimit};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::time::Duration;
use tintype_domain::TokenId;

/// Counts the requests of each token, in this process alone.
#[derive(Debug)]
pub(crate) struct RequestThrottle {
    requests: Option<RateLimiter<TokenId, HashMapStateStore<TokenId>, DefaultClock>>,
}

impl RequestThrottle {
    /// From this many tokens on, those that have their whole allowance again are forgotten.
    const CROWDED: usize = 10_000;

    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        let quota = |RateLimit { requests, period }| {
            let interval = (period / requests.get()).max(Duration::from_micros(1));
            Quota::with_period(interval).map(|quota| quota.allow_burst(requests))
        };
        Self { requests: limit.and_then(quota).map(RateLimiter::hashmap) }
    }

    /// Counts one more request of the token.
    ///
    /// # Errors
    /// [`Error::Throttled`] if it is one too many.
    pub(crate) fn count(&self, token: TokenId) -> Result<(), Error> {
        let Some(requests) = &self.requests else { return Ok(()) };
        if requests.len() > Self::CROWDED {
            requests.retain_recent();
        }
        let retry_after = |too_early: governor::NotUntil<_>| too_early.wait_time_from(DefaultClock::default().now());
        requests.check_key(&token).map_err(|early| Error::Throttled { retry_after: retry_after(early) })
    }
}

#[cfg(test)]
mod tests {
    use super::RequestThrottle;
    use crate::{Error, RateLimit};
    use std::time::Duration;
    use tintype_domain::TokenId;

    #[test]
    fn each_token_has_its_own_allowance() {
        let throttle = RequestThrottle::new(Some("2/hour".parse().unwrap()));
        for token in [1, 2] {
            throttle.count(TokenId(token)).unwrap();
            throttle.count(TokenId(token)).unwrap();
            let Err(Error::Throttled { retry_after }) = throttle.count(TokenId(token)) else { panic!("it is allowed") };
            assert!(retry_after > Duration::from_secs(1790) && retry_after <= Duration::from_secs(1800));
        }
        let unlimited = RequestThrottle::new(None);
        assert!((0..100).all(|_| unlimited.count(TokenId(1)).is_ok()));
    }

    #[test]
    fn rates_are_written_as_in_django_rest_framework() {
        let rate = |text: &str| text.parse::<RateLimit>().map(|rate| (rate.requests.get(), rate.period.as_secs()));
        assert_eq!((rate("10/s"), rate("1000000/min")), (Ok((10, 1)), Ok((1_000_000, 60))));
        assert_eq!((rate("1/hour"), rate("5 / d")), (Ok((1, 3600)), Ok((5, 86_400))));
        for text in ["", "0/s", "1000001/s", "x/s", "-1/s", "5", "5/", "5/year"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
