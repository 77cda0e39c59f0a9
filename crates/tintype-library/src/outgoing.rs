//! Requests to other servers. Clients choose where these go, so the addresses are checked: nobody
//! is to reach, by this server, what only this server can reach.

mod public;

use std::error::Error as StdError;
use std::iter::successors;
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tintype_domain::UrlProblem;

use crate::Error;
use crate::options::Reach;

/// How many redirects are followed.
pub(crate) const MAX_REDIRECTS: usize = 5;

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Which addresses requests may go to.
pub(crate) type Permits = fn(IpAddr) -> bool;

/// A client for requests to other servers. It uses no proxy, and a new connection for each request:
/// that goes to an address that has just been checked.
#[derive(Debug)]
pub(crate) struct Outgoing {
    permits: Permits,
    /// Made for the first request: most servers send none.
    client: OnceLock<Client>,
}

impl Outgoing {
    /// Returns a client for requests to these addresses.
    pub(crate) fn new(permits: Permits) -> Self {
        Self { permits, client: OnceLock::new() }
    }

    /// Returns a client for requests to public addresses, or to any.
    pub(crate) fn to(reach: Reach) -> Self {
        Self::new(match reach {
            Reach::Public => public::is_public,
            Reach::Anywhere => |_| true,
        })
    }

    /// Parses a URL to which a request may go, as far as the URL shows: addresses of names are
    /// checked when the request is sent.
    ///
    /// # Errors
    /// [`UrlProblem`].
    pub(crate) fn parse(&self, text: &str) -> Result<Url, UrlProblem> {
        let url = parse_url(text)?;
        self.check_address(&url)?;
        Ok(url)
    }

    fn check_address(&self, url: &Url) -> Result<(), UrlProblem> {
        let host = url.host_str().ok_or(UrlProblem::NotAUrl)?;
        // No resolver is asked for addresses, so they are checked here. The URL has them in their
        // usual form, however they were written.
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) if !(self.permits)(address) => Err(UrlProblem::Private),
            _ => Ok(()),
        }
    }

    /// Requests a URL, follows redirects, and returns the answer with status 200 and the URL that
    /// gave it.
    ///
    /// # Errors
    /// [`Error::Url`], for any URL on the way; [`Error::Internal`] if no request can be sent.
    pub(crate) async fn get(&self, url: &str, ports: &[u16]) -> Result<(Url, Response), Error> {
        let mut url = self.parse(url)?;
        for _ in 0..=MAX_REDIRECTS {
            let port = url.port_or_known_default().unwrap_or_default();
            if !ports.contains(&port) {
                return Err(UrlProblem::Port { port }.into());
            }
            // Bodies are kept as they come, so they must not come compressed.
            let request = self.client()?.get(url.clone()).header(ACCEPT_ENCODING, "identity");
            let response = request.send().await.map_err(|error| problem(&error))?;
            let status = response.status().as_u16();
            match status {
                200 if is_encoded(&response) => return Err(UrlProblem::Encoded.into()),
                200 => return Ok((url, response)),
                301 | 302 | 303 | 307 | 308 => url = self.target(&url, &response)?,
                _ => return Err(UrlProblem::Status { status }.into()),
            }
        }
        Err(UrlProblem::Redirects { limit: MAX_REDIRECTS }.into())
    }

    /// Sends a body to a URL and returns the status of the answer, whose body is not read.
    /// Redirects are not followed.
    ///
    /// # Errors
    /// [`Error::Url`]; [`Error::Internal`] if no request can be sent.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
        limit: Duration,
    ) -> Result<u16, Error> {
        let url = self.parse(url)?;
        let request = self.client()?.post(url).headers(headers).body(body).timeout(limit);
        match request.send().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) if error.is_timeout() => Err(UrlProblem::TimedOut { limit }.into()),
            Err(error) => Err(problem(&error).into()),
        }
    }

    /// Returns where a redirect leads.
    fn target(&self, from: &Url, response: &Response) -> Result<Url, UrlProblem> {
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = location.and_then(|location| from.join(location).ok()).ok_or(UrlProblem::Location)?;
        check_form(&target)?;
        self.check_address(&target)?;
        Ok(target)
    }

    fn client(&self) -> Result<&Client, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // If a provider was installed before, it is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("tintype/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_TIMEOUT)
            .dns_resolver(Checked(self.permits))
            .build()
            .map_err(Error::internal)?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// Parses a URL that may be requested as far as its form shows, wherever its host is.
///
/// # Errors
/// [`UrlProblem::NotAUrl`], [`UrlProblem::Scheme`], [`UrlProblem::Credentials`].
pub fn parse_url(text: &str) -> Result<Url, UrlProblem> {
    let url = Url::parse(text.trim()).map_err(|_| UrlProblem::NotAUrl)?;
    check_form(&url)?;
    Ok(url)
}

fn check_form(url: &Url) -> Result<(), UrlProblem> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlProblem::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlProblem::Credentials);
    }
    Ok(())
}

/// Resolves names, and refuses one if any of its addresses is not permitted. The connection goes to
/// the addresses that were checked.
struct Checked(Permits);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let permits = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(found) => found.collect(),
                Err(_) => Vec::new(),
            };
            let problem = match found.is_empty() {
                true => Some(UrlProblem::Unresolved),
                false => found.iter().any(|address| !permits(address.ip())).then_some(UrlProblem::Private),
            };
            match problem {
                Some(problem) => Err(problem.into()),
                None => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

/// Returns why a request failed or an answer ended early.
pub(crate) fn problem(error: &reqwest::Error) -> UrlProblem {
    let first: &(dyn StdError + 'static) = error;
    let mut causes = successors(Some(first), |&error| error.source());
    match causes.find_map(|cause| cause.downcast_ref::<UrlProblem>()) {
        Some(problem) => *problem,
        None if error.is_body() || error.is_decode() => UrlProblem::CutShort,
        None => UrlProblem::Unreachable,
    }
}

fn is_encoded(response: &Response) -> bool {
    response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{IpAddr, Ipv4Addr, TcpListener};

    use super::{Outgoing, Reach};
    use crate::Error;
    use tintype_domain::UrlProblem;

    /// Starts a server that redirects to a host, and returns its port.
    fn redirecting_to(host: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = write!(connection, "HTTP/1.1 302 Found\r\nLocation: http://{host}:{port}/\r\n\r\n");
        });
        port
    }

    async fn refused(client: &Outgoing, host: &str, port: u16) -> UrlProblem {
        match client.get(&format!("http://{host}:{port}/"), &[port]).await {
            Err(Error::Url(problem)) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_redirect_to_an_address_that_is_not_permitted_is_refused() {
        let first_alone: super::Permits = |address| address == IpAddr::V4(Ipv4Addr::LOCALHOST);
        for host in ["127.0.0.2", "[::1]", "0.0.0.0"] {
            let port = redirecting_to(host);
            assert_eq!(refused(&Outgoing::new(first_alone), "127.0.0.1", port).await, UrlProblem::Private, "{host}");
        }
    }

    #[tokio::test]
    async fn a_name_is_refused_for_its_address() {
        let nothing: super::Permits = |_| false;
        assert_eq!(refused(&Outgoing::new(nothing), "localhost", 80).await, UrlProblem::Private);
        assert_eq!(refused(&Outgoing::to(Reach::Public), "localhost", 80).await, UrlProblem::Private);
        assert_eq!(refused(&Outgoing::to(Reach::Public), "nobody.invalid", 80).await, UrlProblem::Unresolved);
    }
}
