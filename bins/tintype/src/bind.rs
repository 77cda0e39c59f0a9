use crate::failure::Failure;
use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::str::FromStr;

/// Where to listen: an address, or all addresses of a host name, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BindAddress(String);

/// How often to look for a port that is free on all addresses.
const ATTEMPTS: usize = 10;

impl FromStr for BindAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_host = |host: &str| !host.is_empty() && !host.contains([':', '/', '@', '[', ' ']);
        match text.rsplit_once(':') {
            _ if text.parse::<SocketAddr>().is_ok() => Ok(Self(text.to_owned())),
            Some((host, port)) if is_host(host) && port.parse::<u16>().is_ok() => Ok(Self(text.to_owned())),
            _ => Err("it has to look like `127.0.0.1:8000`, `[::1]:8000` or `localhost:8000`"),
        }
    }
}

impl BindAddress {
    /// Listens on every address. Addresses that this machine does not have, as is common for
    /// `localhost` without IPv6, are left out, unless there is no other.
    pub(crate) fn listen(&self) -> Result<Vec<TcpListener>, Failure> {
        let mut addresses: Vec<SocketAddr> = self.0.to_socket_addrs().map_err(|e| self.failure(&e))?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        addresses.dedup();
        let mut attempt = 1;
        loop {
            match listen(&addresses) {
                // The port that the first address had free is taken on another one.
                Err(error)
                    if error.kind() == ErrorKind::AddrInUse
                        && addresses.iter().all(|address| address.port() == 0)
                        && attempt < ATTEMPTS =>
                {
                    attempt += 1;
                }
                result => return result.map_err(|e| self.failure(&e)),
            }
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        Failure::during(format!("cannot listen on {} (set `bind` to another address)", self.0), error)
    }
}

fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Error> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut missing = Error::new(ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        let mut address = *address;
        if let Some(first) = listeners.first() {
            address.set_port(first.local_addr()?.port());
        }
        match TcpListener::bind(address) {
            Ok(listener) => listeners.push(listener),
            Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
                return Err(error);
            }
            Err(error) => missing = error,
        }
    }
    if listeners.is_empty() { Err(missing) } else { Ok(listeners) }
}

#[cfg(test)]
mod tests {
    use super::{BindAddress, listen};
    use std::io::ErrorKind;

    #[test]
    fn addresses_and_names_with_a_port_are_taken() {
        for text in ["127.0.0.1:0", "[::]:8000", "localhost:65535", "media.example.org:80"] {
            assert!(text.parse::<BindAddress>().is_ok(), "{text}");
        }
        for text in
            ["", ":8000", "8000", "localhost", "localhost:", "localhost:65536", "::1:80", "http://a:80", "a b:80"]
        {
            assert!(text.parse::<BindAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn one_port_is_listened_on_at_every_address_that_there_is() {
        let addresses = ["127.0.0.1:0", "127.0.0.2:0", "192.0.2.1:0"].map(|address| address.parse().unwrap());
        let listeners = listen(&addresses).unwrap();
        let ports: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        assert!(ports.len() == 2 && ports[0] == ports[1] && ports[0] != 0, "{ports:?}");
        let taken = [listeners[1].local_addr().unwrap()];
        assert_eq!(listen(&taken).unwrap_err().kind(), ErrorKind::AddrInUse);
        assert!(listen(&addresses[2..]).is_err());
    }
}
