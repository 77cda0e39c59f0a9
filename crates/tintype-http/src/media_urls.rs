use tintype_library::auth::Parameters;
use tintype_library::domain::{FileRecord, Key, Visibility};
use tintype_library::{Error, Library, LinkSigner};

use crate::base_url::BaseUrl;

/// Makes the URLs of media in an answer: signed ones for private files.
#[derive(Debug, Clone)]
pub(crate) struct MediaUrls {
    base: BaseUrl,
    signer: Option<LinkSigner>,
}

impl MediaUrls {
    /// Returns what makes the URLs of these files.
    pub(crate) async fn of(library: &Library, base: BaseUrl, files: &[FileRecord]) -> Result<Self, Error> {
        Ok(Self { base, signer: library.signer_of(files).await? })
    }

    /// Returns what makes URLs that nobody gets to see, without signatures.
    pub(crate) fn unsigned(base: BaseUrl) -> Self {
        Self { base, signer: None }
    }

    /// Returns the URL of an object of a file.
    pub(crate) fn of_object(&self, key: &Key, visibility: Visibility) -> String {
        match self.signer_for(visibility) {
            None => self.base.of_object(key),
            Some(signer) => signed(&self.base, signer, key, Parameters::default()),
        }
    }

    /// Returns when the URLs of files of that visibility expire, in seconds since 1970.
    pub(crate) fn expires(&self, visibility: Visibility) -> Option<u64> {
        self.signer_for(visibility).map(LinkSigner::expires)
    }

    fn signer_for(&self, visibility: Visibility) -> Option<&LinkSigner> {
        self.signer.as_ref().filter(|_| visibility == Visibility::Private)
    }
}

/// Returns the signed URL of an object.
pub(crate) fn signed(base: &BaseUrl, signer: &LinkSigner, key: &Key, parameters: Parameters) -> String {
    let path = BaseUrl::path_of_object(key);
    let query = signer.query(&path, parameters);
    format!("{}?{query}", base.join(&path))
}
