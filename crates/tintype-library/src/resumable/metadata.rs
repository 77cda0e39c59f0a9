use std::collections::HashMap;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use tintype_domain::{Description, FieldErrors, FieldProblem, Name, Tags};

use crate::{Details, UploadProblem};

/// Padding may be missing, since some clients leave it away.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a client says of the file that an upload will be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    /// The name of the uploaded file, any directory included.
    pub(super) file_name: String,
    pub(super) details: Details,
}

impl Metadata {
    /// Parses the value of `Upload-Metadata`. A file without `filename` is called by its `name`.
    pub(super) fn parse(text: &str) -> Result<Self, UploadProblem> {
        let mut values = values(text)?;
        let mut errors = FieldErrors::default();
        let name = values.remove("name").filter(|name| !name.trim().is_empty());
        let file_name = values.remove("filename").or_else(|| name.clone()).unwrap_or_default();
        let is_named = Name::from_upload(&file_name).ok_or(FieldProblem::UnnamedFile);
        let is_named = errors.take("f", is_named);
        let name = errors.take("name", name.map(|name| Name::new(&name)).transpose());
        let description = values.remove("description").map(|text| Description::new(&text)).transpose();
        let description = errors.take("description", description);
        let visibility = values.remove("visibility").filter(|text| !text.trim().is_empty());
        let visibility = visibility.map(|value| value.parse().map_err(|_| FieldProblem::InvalidChoice { value }));
        let visibility = errors.take("visibility", visibility.transpose());
        let tags = errors.take("tags", values.remove("tags").map(|text| Tags::from_text(&text)).transpose());
        match (is_named, name, description, visibility, tags) {
            (Some(_), Some(name), Some(description), Some(visibility), Some(tags)) => {
                let (description, tags) = (description.unwrap_or_default(), tags.unwrap_or_default());
                let details = Details { name, description, visibility, tags };
                Ok(Self { file_name, details })
            }
            _ => Err(UploadProblem::InvalidFields(errors)),
        }
    }
}

/// Checks that a text is a list of names and values.
pub(super) fn check(text: &str) -> Result<(), UploadProblem> {
    values(text).map(drop)
}

fn values(text: &str) -> Result<HashMap<&str, String>, UploadProblem> {
    let mut values = HashMap::new();
    for pair in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
        let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = ENGINE.decode(value.trim()).map_err(|_| UploadProblem::InvalidMetadata)?;
        let value = String::from_utf8_lossy(&value).into_owned();
        if name.is_empty() || !name.is_ascii() || values.insert(name, value).is_some() {
            return Err(UploadProblem::InvalidMetadata);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use tintype_domain::Visibility;

    use super::{Metadata, check};
    use crate::UploadProblem;

    #[test]
    fn metadata_is_pairs_of_names_and_base64() {
        // `a b.txt`, `Called`, `About it`, `private`.
        let text = "filename YSBiLnR4dA==,name Q2FsbGVk, description QWJvdXQgaXQ=,is_secret,visibility cHJpdmF0ZQ==";
        let Metadata { file_name, details } = Metadata::parse(text).unwrap();
        assert_eq!(file_name, "a b.txt");
        assert_eq!(details.name.as_ref().map(|name| name.as_str()), Some("Called"));
        assert_eq!((details.description.as_str(), details.visibility), ("About it", Some(Visibility::Private)));
        // `roofs, trips/2026`.
        let tagged = Metadata::parse("filename YQ==,tags cm9vZnMsIHRyaXBzLzIwMjY=").unwrap();
        let tags: Vec<_> = tagged.details.tags.iter().map(|tag| tag.as_str()).collect();
        assert_eq!(tags, ["roofs", "trips/2026"]);
        assert_eq!(Metadata::parse("name Q2FsbGVk").unwrap().file_name, "Called");
        assert_eq!(Metadata::parse("filename YSBiLnR4dA").unwrap().file_name, "a b.txt");
        for text in ["filename !", "filename YQ==,filename YQ==", ",", "ü YQ=="] {
            assert!(matches!(check(text), Err(UploadProblem::InvalidMetadata)), "{text}");
        }
        for text in ["", "filename", "filename Li4=", "name AA==", "filename YQ==,visibility YQ=="] {
            assert!(
                check(text).is_ok() && matches!(Metadata::parse(text), Err(UploadProblem::InvalidFields(_))),
                "{text}"
            );
        }
    }
}
