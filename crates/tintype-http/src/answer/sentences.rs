//! The sentences that say more than one thing.

use tintype_library::domain::{FieldProblem, HumanSize, UrlProblem};

use crate::problem::{Defect, Format, JsonType};

/// Says that a rendition needs a signed link, and which sizes do not.
pub(super) fn needs_link(nearest: &[(&'static str, Vec<u32>)]) -> String {
    let sizes = nearest.iter().filter(|(_, sizes)| !sizes.is_empty()).map(|(side, sizes)| {
        let sizes: Vec<_> = sizes.iter().map(ToString::to_string).collect();
        format!("{side} {}", sizes.join(" or "))
    });
    let sizes: Vec<_> = sizes.collect();
    let hint = if sizes.is_empty() { String::new() } else { format!(" Nearest without one: {}.", sizes.join(", ")) };
    format!("This rendition needs a signed link.{hint}")
}

/// Says why a URL cannot be requested.
pub(super) fn about_url(problem: &UrlProblem) -> String {
    match problem {
        UrlProblem::NotAUrl => "Enter a valid URL.".to_owned(),
        UrlProblem::Scheme => "The URL has to begin with http:// or https://.".to_owned(),
        UrlProblem::Credentials => "The URL must not have a user name or a password.".to_owned(),
        UrlProblem::Port { port } => format!("The port {port} is not allowed."),
        UrlProblem::Private => "The host is not at a public address.".to_owned(),
        UrlProblem::Unresolved => "The host cannot be found.".to_owned(),
        UrlProblem::Unreachable => "The host does not answer.".to_owned(),
        UrlProblem::Status { status } => format!("The host answered with status {status} instead of 200."),
        UrlProblem::Location => "The host redirects to no valid URL.".to_owned(),
        UrlProblem::Redirects { limit } => format!("The URL redirects more than {limit} times."),
        UrlProblem::Encoded => "The host sends the file compressed only.".to_owned(),
        UrlProblem::CutShort => "The file was cut short.".to_owned(),
        UrlProblem::TooSlow => "The file comes too slowly.".to_owned(),
        UrlProblem::TimedOut { limit } => format!("It takes longer than {} seconds.", limit.as_secs()),
    }
}

/// Returns Django's sentence for a problem.
pub(super) fn sentence(problem: &FieldProblem) -> String {
    match problem {
        FieldProblem::Missing => "This field is required.".to_owned(),
        FieldProblem::Null => "This field may not be null.".to_owned(),
        FieldProblem::NotAText => "Not a valid string.".to_owned(),
        FieldProblem::Blank => "This field may not be blank.".to_owned(),
        FieldProblem::NotABoolean => "Must be a valid boolean.".to_owned(),
        FieldProblem::NotAList => "Expected a list of items.".to_owned(),
        FieldProblem::Url(problem) => about_url(problem),
        FieldProblem::NotAnEmailAddress => "Enter a valid email address.".to_owned(),
        FieldProblem::NotAUsername => "Enter a valid username. This value may contain only letters, numbers, and \
                                       @/./+/-/_ characters."
            .to_owned(),
        FieldProblem::WrongPassword => "Your old password was entered incorrectly. Please enter it again.".to_owned(),
        FieldProblem::PasswordTooShort { min } => {
            format!("This password is too short. It must contain at least {min} characters.")
        }
        FieldProblem::PasswordCommon => "This password is too common.".to_owned(),
        FieldProblem::PasswordNumeric => "This password is entirely numeric.".to_owned(),
        FieldProblem::PasswordSimilar { attribute } => format!("The password is too similar to the {attribute}."),
        FieldProblem::NulCharacter => "Null characters are not allowed.".to_owned(),
        FieldProblem::TooLong { limit } => format!("Ensure this field has no more than {limit} characters."),
        FieldProblem::TooManyTerms { limit } => format!("Ensure this field has no more than {limit} terms."),
        FieldProblem::TooMany { limit } => format!("Ensure this field has no more than {limit} elements."),
        FieldProblem::EmptyList => "This list may not be empty.".to_owned(),
        FieldProblem::NoMatch => "No file matches.".to_owned(),
        FieldProblem::NoSuchFile { id } => format!("Invalid pk \"{id}\" - object does not exist."),
        FieldProblem::Comma => "A tag must not contain a comma.".to_owned(),
        FieldProblem::NotAChecksum => "Enter `sha256:` and 64 hexadecimal digits.".to_owned(),
        FieldProblem::NotANumber => "Enter a number.".to_owned(),
        FieldProblem::NotADate => "Enter a valid date.".to_owned(),
        FieldProblem::NotADateTime => "Enter a valid date/time.".to_owned(),
        FieldProblem::NotAChoice { value } => {
            format!("Select a valid choice. {value} is not one of the available choices.")
        }
        FieldProblem::NotACursor => "Invalid cursor".to_owned(),
        FieldProblem::InvalidChoice { value } => format!("\"{value}\" is not a valid choice."),
        FieldProblem::NotAnInteger => "A valid integer is required.".to_owned(),
        FieldProblem::TooSmall { limit } => format!("Ensure this value is greater than or equal to {limit}."),
        FieldProblem::TooGreat { limit } => format!("Ensure this value is less than or equal to {limit}."),
        FieldProblem::NotWithin { min, max } => format!("Ensure this value is between {min} and {max}."),
        FieldProblem::NotAColour => "Enter a colour as six hexadecimal digits, `rrggbb`.".to_owned(),
        FieldProblem::NotAPoint => "Enter `x` and `y`, both between 0 and 1.".to_owned(),
        FieldProblem::NotSupported => "This is not supported.".to_owned(),
        FieldProblem::OnlyRead { format } => format!("{format} can be read but not written. Use webp."),
        FieldProblem::NoFile => "No file was submitted.".to_owned(),
        FieldProblem::NotAFile => "The submitted data was not a file. Check the encoding type on the form.".to_owned(),
        FieldProblem::UnnamedFile => "No filename could be determined.".to_owned(),
        FieldProblem::EmptyFile => "The submitted file is empty.".to_owned(),
    }
}

/// Returns Django's sentence for a JSON body that is not an object. It names Python's types.
pub(super) fn not_an_object(found: JsonType) -> String {
    let found = match found {
        JsonType::Array => "list",
        JsonType::String => "str",
        JsonType::Integer => "int",
        JsonType::Float => "float",
        JsonType::Boolean => "bool",
        JsonType::Null => return "No data provided".to_owned(),
    };
    format!("Invalid data. Expected a dictionary, but got {found}.")
}

/// Says that a media type is not taken.
pub(super) fn unsupported(media_type: &str) -> String {
    format!("Unsupported media type \"{media_type}\" in request.")
}

/// Returns the name of a format as parsers of Django REST framework have it.
pub(super) fn what(format: Format) -> &'static str {
    match format {
        Format::Multipart => "Multipart form",
        Format::Json => "JSON",
        Format::UrlEncoded => "URL-encoded form",
        Format::Raw => "FileUpload",
    }
}

/// Says what is wrong with a body.
pub(super) fn why(defect: &Defect) -> String {
    match defect {
        Defect::CutShort => "the body was cut short".to_owned(),
        Defect::TooManyParts { limit } => format!("there are more than {limit} parts"),
        Defect::NoBoundary => "the content type has no valid boundary".to_owned(),
        Defect::LongHeaders { limit } => {
            format!("the headers of a part are larger than {}", HumanSize(*limit as u64))
        }
        Defect::NotBase64 => "a file that is said to be Base64 is not".to_owned(),
        Defect::Syntax(what) => what.clone(),
    }
}
