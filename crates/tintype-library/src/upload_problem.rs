use tintype_domain::FieldErrors;

/// Why a resumable upload cannot be begun or continued as the client wants it.
#[derive(Debug, thiserror::Error)]
pub enum UploadProblem {
    /// What the client says of the file is not a list of names and Base64 values.
    #[error("the metadata of the upload cannot be parsed")]
    InvalidMetadata,
    /// What the client says of the file is not valid.
    #[error("the metadata of the upload is invalid: {0}")]
    InvalidFields(FieldErrors),
    /// The upload already has another length, or more bytes than that.
    #[error("the upload cannot have that length")]
    OtherLength,
    /// The bytes do not begin where the last ones ended, or somebody else has sent some meanwhile.
    #[error("other bytes of the upload have come meanwhile")]
    OtherOffset,
    /// Somebody is making the file.
    #[error("the file of the upload is being made")]
    InUse,
    /// The bytes do not have the checksum that the client says.
    #[error("the bytes do not have the checksum that was sent")]
    OtherChecksum,
    /// The upload is made of others, so no bytes can be added.
    #[error("the upload is made of others")]
    MadeOfOthers,
    /// An upload can only be made of complete partial uploads.
    #[error("one of the uploads is not a complete partial upload")]
    NotAPart,
}
