//! Files that are fetched from other servers.

use std::time::Instant;

use percent_encoding::percent_decode_str;
use reqwest::header::CONTENT_DISPOSITION;
use reqwest::{Response, Url};
use tintype_auth::Actor;
use tintype_domain::{Permission, UrlProblem};
use tintype_storage::Spooled;
use tokio::time::timeout;

use crate::content::Inbox;
use crate::options::ImportOptions;
use crate::outgoing::problem;
use crate::{Error, Library};

/// The right to have a file fetched; permission has been checked.
#[derive(Debug)]
pub struct Import {
    inbox: Inbox,
    options: ImportOptions,
    library: Library,
}

/// A file that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The content.
    pub content: Spooled,
    /// The header `Content-Disposition` of the answer.
    pub disposition: Option<String>,
    /// The last part of the URL's path, decoded; `None` if there is none.
    pub path_name: Option<String>,
}

impl Library {
    /// Lets `actor` have a file fetched from a URL.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::ImportsOff`]; [`Error::Busy`] while the queue
    /// is full.
    pub fn begin_import(&self, actor: &Actor) -> Result<Import, Error> {
        actor.require(Permission::Create)?;
        let options = self.options().imports.clone().ok_or(Error::ImportsOff)?;
        Ok(Import { inbox: self.inbox(actor)?, options, library: self.clone() })
    }
}

impl Import {
    /// Fetches a file.
    ///
    /// # Errors
    /// [`Error::Url`]; [`Error::TooLarge`] as soon as that is known; [`Error::NoSpace`].
    pub async fn fetch(self, url: &str) -> Result<Fetched, Error> {
        let limit = self.options.timeout;
        timeout(limit, self.fetch_for_long(url)).await.unwrap_or(Err(UrlProblem::TimedOut { limit }.into()))
    }

    async fn fetch_for_long(&self, asked: &str) -> Result<Fetched, Error> {
        let (url, response) = self.library.inner().imports.get(asked, &self.options.ports).await?;
        let header = response.headers().get(CONTENT_DISPOSITION);
        let disposition = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let path_name = path_name(&url);
        Ok(Fetched { content: self.receive(response).await?, disposition, path_name })
    }

    async fn receive(&self, mut response: Response) -> Result<Spooled, Error> {
        self.inbox.check_size(response.content_length().unwrap_or(0))?;
        let (idle, rate) = (self.options.idle_timeout, self.options.min_bytes_per_second);
        let start = Instant::now();
        let mut writer = self.inbox.open();
        let next = async |response: &mut Response| timeout(idle, response.chunk()).await;
        while let Some(bytes) = next(&mut response).await.map_err(|_| UrlProblem::TooSlow)?.map_err(|e| problem(&e))? {
            writer.write(bytes).await?;
            let elapsed = start.elapsed();
            if elapsed > idle && writer.written() < rate.saturating_mul(elapsed.as_secs()) {
                return Err(UrlProblem::TooSlow.into());
            }
        }
        Ok(writer.finish().await?)
    }
}

fn path_name(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let name = percent_decode_str(last).decode_utf8_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}
