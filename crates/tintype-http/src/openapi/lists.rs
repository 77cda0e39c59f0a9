//! The parameters of lists.

use serde_json::{Value, json};
use tintype_library::domain::{
    DEFAULT_LIMIT, Kind, ListParameter, MAX_LIMIT, OrderField, PreviewStatus, UserField, Visibility,
};

use crate::describe::{Operation, Place};

pub(crate) fn of_files(operation: &mut Operation<'_>) {
    for parameter in ListParameter::ALL {
        let (schema, text) = of_file(*parameter);
        operation.parameter(Place::Query, parameter.as_str(), schema, &text);
    }
}

pub(crate) fn of_users(operation: &mut Operation<'_>) {
    pages(operation);
    let fields: Vec<_> = UserField::ALL.iter().map(|field| field.as_str()).collect();
    operation
        .parameter(Place::Query, "search", text(), "Terms that occur in a name, the email address or the `id`")
        .parameter(Place::Query, "is_active", json!({"type": "boolean"}), "Only active users, or only others")
        .parameter(Place::Query, "ordering", text(), &ordering(&fields, "username"));
}

/// Adds the parameters of lists that have no other.
pub(crate) fn pages(operation: &mut Operation<'_>) {
    for parameter in [ListParameter::Limit, ListParameter::Offset] {
        let (schema, text) = of_file(parameter);
        operation.parameter(Place::Query, parameter.as_str(), schema, &text);
    }
}

fn of_file(parameter: ListParameter) -> (Value, String) {
    use ListParameter as P;
    let number = || json!({"type": "number"});
    let day = || json!({"type": "string", "format": "date"});
    let (schema, text) = match parameter {
        P::Limit => (
            json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
            "The most results of the page",
        ),
        P::Offset => {
            (json!({"type": "integer", "minimum": 0, "default": 0}), "How many results to leave out before it")
        }
        P::Count => (json!({"type": "string", "enum": ["exact", "none"]}), "`none` leaves the files uncounted"),
        P::Paging => (
            json!({"type": "string", "enum": ["offset", "cursor"]}),
            "`cursor` reads long lists at the same price for every page",
        ),
        P::Cursor => (text(), "From `next` or `previous`"),
        P::Search => (text(), "Terms that occur in `name` or in the `id`, or phrases in double quotes"),
        P::Ordering => {
            let fields: Vec<_> = OrderField::ALL.iter().map(|field| field.as_str()).collect();
            return (text(), ordering(&fields, "-created_at"));
        }
        P::Type => {
            let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            return (text(), format!("One or several, comma-separated, of `{}`", kinds.join("` `")));
        }
        P::Visibility => {
            let values: Vec<_> = Visibility::ALL.iter().map(|value| value.as_str()).collect();
            (json!({"type": "string", "enum": values}), "Who may fetch the content")
        }
        P::PreviewStatus => {
            let values: Vec<_> = PreviewStatus::ALL.iter().map(|value| value.as_str()).collect();
            (json!({"type": "string", "enum": values}), "How far the picture is")
        }
        P::Tags => (text(), "Tags that a file has, comma-separated; `trips/` is every tag in that folder"),
        P::Checksum => (json!({"type": "string", "pattern": "^sha256:[0-9a-fA-F]{64}$"}), "Files of that content"),
        P::UserId => (number(), "The number of the uploader"),
        P::IdMin | P::SizeMin | P::WidthMin | P::HeightMin => (number(), "The least"),
        P::IdMax | P::SizeMax | P::WidthMax | P::HeightMax => (number(), "The greatest"),
        P::CreatedDate => (day(), "The UTC day of the upload"),
        P::UpdatedDate => (day(), "The UTC day of the last change"),
        P::CreatedFrom => (text(), "The first day or ISO 8601 date-time of the upload"),
        P::CreatedTo => (text(), "The last day or ISO 8601 date-time of the upload"),
        P::UpdatedFrom => (text(), "The first day or ISO 8601 date-time of the last change"),
        P::UpdatedTo => (text(), "The last day or ISO 8601 date-time of the last change"),
        P::TakenFrom => (text(), "The first day or ISO 8601 date-time at which it was taken"),
        P::TakenTo => (text(), "The last day or ISO 8601 date-time at which it was taken"),
        P::DurationMin => (number(), "The least length, in seconds"),
        P::DurationMax => (number(), "The greatest length, in seconds"),
        P::PagesMin => (number(), "The fewest pages, slides or sheets"),
        P::PagesMax => (number(), "The most pages, slides or sheets"),
        P::Camera => (text(), "What maker and model of the camera contain"),
        P::SimilarTo => (number(), "The number of a file that others look like; the nearest come first"),
        P::MaxDistance => (
            json!({"type": "integer", "minimum": 0, "maximum": 64, "default": 10}),
            "How many of the 64 bits of its perceptual hash may differ",
        ),
        P::Trashed => (json!({"type": "boolean", "default": false}), "Whether to list the files in the trash instead"),
        P::HasGps => (json!({"type": "boolean"}), "Whether it tells a place"),
    };
    (schema, text.to_owned())
}

fn text() -> Value {
    json!({"type": "string"})
}

fn ordering(fields: &[&str], default: &str) -> String {
    format!("Comma-separated, `-` for descending: `{}`. Default `{default}`", fields.join("` `"))
}
