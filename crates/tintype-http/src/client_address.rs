use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};
use actix_web::{FromRequest, HttpRequest};
use ipnet::IpNet;

use crate::app::App;
use crate::describe::{Describe, Operation};
use crate::problem::Problem;

/// Where a request comes from: the peer, or the client of a trusted proxy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequest for ClientAddress {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl ClientAddress {
    /// Returns where a request comes from.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let app = App::of(request)?;
        // Without a peer, as in a test of actix's, all requests count as one client's.
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        Ok(Self(client(peer, request.headers(), &app.config.trusted_proxies)))
    }
}

/// Returns the last address that is not a trusted proxy's: each proxy adds where it got a request
/// from, and what stands before that, anybody can have written.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    let forwarded = headers.get_all(X_FORWARDED_FOR).filter_map(|value| value.to_str().ok());
    let mut addresses: Vec<_> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    while is_trusted(&client) {
        match addresses.pop().and_then(|address| address.parse::<IpAddr>().ok()) {
            Some(address) => client = address.to_canonical(),
            None => break,
        }
    }
    client
}

impl Describe for ClientAddress {
    fn describe(_: &mut Operation<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::client;
    use actix_web::http::header::{HeaderMap, HeaderValue, X_FORWARDED_FOR};

    #[test]
    fn only_what_trusted_proxies_say_counts() {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let cases = [
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 2001:db8::1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.append(X_FORWARDED_FOR, HeaderValue::from_static(forwarded));
            let found = client(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found.to_string(), expected, "{peer}, {forwarded}");
        }
    }
}
