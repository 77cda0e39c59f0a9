use crate::admission::Asker;
use crate::{AllowedType, Error, Library};
use tintype_auth::Actor;
use tintype_domain::{
    Description, FieldProblem, FileId, FileRecord, FocalPoint, Key, Name, Permission, Tags, Timestamp, Visibility,
};
use tintype_storage::{Spool, SpoolWriter, Spooled};

/// The right to send content; permission has been checked.
#[derive(Debug)]
pub struct Inbox {
    spool: Spool,
    max_upload_bytes: u64,
}

impl Inbox {
    /// Returns the inbox for files of at most so many bytes.
    pub(crate) fn at_most(self, bytes: u64) -> Self {
        Self { max_upload_bytes: self.max_upload_bytes.min(bytes), ..self }
    }

    /// Refuses content that is said to be too large.
    pub(crate) fn check_size(&self, bytes: u64) -> Result<(), Error> {
        let limit = self.max_upload_bytes;
        if bytes > limit { Err(Error::TooLarge { limit }) } else { Ok(()) }
    }

    /// Opens a place for one file of at most the permitted size.
    pub fn open(&self) -> SpoolWriter {
        self.spool.create(self.max_upload_bytes)
    }
}

/// A file as it was sent.
#[derive(Debug)]
pub struct Upload {
    content: Spooled,
    /// What an upload link allows; everything if empty.
    pub(crate) allowed_types: Vec<AllowedType>,
    pub(crate) file_name: String,
    base_name: Name,
}

impl Upload {
    /// Returns the upload of complete content under the name the client sent, any directory
    /// included.
    ///
    /// # Errors
    /// [`FieldProblem::UnnamedFile`], [`FieldProblem::EmptyFile`].
    pub fn new(content: Spooled, file_name: &str) -> Result<Self, FieldProblem> {
        let base_name = Name::from_upload(file_name).ok_or(FieldProblem::UnnamedFile)?;
        if content.len() == 0 {
            return Err(FieldProblem::EmptyFile);
        }
        Ok(Self { content, allowed_types: Vec::new(), file_name: file_name.to_owned(), base_name })
    }

    /// Returns what the file is called unless its user calls it otherwise.
    pub fn base_name(&self) -> &Name {
        &self.base_name
    }

    /// Returns the upload, which is refused unless it is of one of these types.
    pub(crate) fn only(self, allowed_types: Vec<AllowedType>) -> Self {
        Self { allowed_types, ..self }
    }

    pub(crate) fn into_content(self) -> Spooled {
        self.content
    }
}

/// What an upload says about its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// What to call the file. Default: as it was sent.
    pub name: Option<Name>,
    /// What the user says about it.
    pub description: Description,
    /// Who may fetch its content. Default: [`Options::default_visibility`](crate::Options).
    pub visibility: Option<Visibility>,
    /// Its tags.
    pub tags: Tags,
}

/// What to change of a file; `None` and [`ContentChange::Keep`] leave a part as it is.
#[derive(Debug, Default)]
pub struct Change {
    /// When the file must have last changed, so that no other change is lost. `None` changes any
    /// version.
    pub expected: Option<Timestamp>,
    /// The new name.
    pub name: Option<Name>,
    /// The new description.
    pub description: Option<Description>,
    /// The new visibility.
    pub visibility: Option<Visibility>,
    /// The new focal point, or that there is none any more.
    pub focal_point: Option<Option<FocalPoint>>,
    /// The new tags.
    pub tags: Option<Tags>,
    /// What becomes of the content.
    pub content: ContentChange,
}

/// What becomes of a file's content.
#[derive(Debug, Default)]
pub enum ContentChange {
    /// It stays.
    #[default]
    Keep,
    /// It stays, and the client believes that it lies at this key; wrong belief is an error.
    Confirm(Option<Key>),
    /// It is replaced.
    Replace(Upload),
}

impl Library {
    /// Lets `actor` send a new file's content.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::Busy`] while the queue is full.
    pub fn begin_upload(&self, actor: &Actor) -> Result<Inbox, Error> {
        actor.require(Permission::Create)?;
        self.inbox(actor)
    }

    /// Lets `actor` send changes of a file, and returns the file as it is now.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`]; [`Error::Busy`] while the queue is
    /// full.
    pub async fn begin_change(&self, actor: &Actor, id: FileId) -> Result<(FileRecord, Inbox), Error> {
        actor.require(Permission::Change)?;
        let file = self.inner().database(move |db| db.file(id)).await?.ok_or(Error::NotFound)?;
        Ok((file, self.inbox(actor)?))
    }

    pub(crate) fn inbox(&self, actor: &Actor) -> Result<Inbox, Error> {
        if self.inner().calls.is_full() {
            return Err(Error::NoSpace("what was set aside on the database's disk is used up".into()));
        }
        self.inner().admission.check(Asker::of(actor))?;
        Ok(Inbox { spool: self.inner().spool.clone(), max_upload_bytes: self.options().max_upload_bytes })
    }
}
