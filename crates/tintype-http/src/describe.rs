//! What the types of handlers say of an operation, for the description of the API.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// An argument of a handler, or its answer.
pub(crate) trait Describe {
    /// Adds what it means for an operation: parameters, body, statuses.
    fn describe(operation: &mut Operation<'_>);
}

/// The function of an endpoint that describes one of its operations.
pub(crate) type Describer = fn(&mut Operation<'_>);

/// The description of an operation, as OpenAPI 3.1 has it.
pub(crate) struct Operation<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
    members: Map<String, Value>,
    parameters: Vec<Value>,
    answers: Map<String, Value>,
    schemas: &'a mut Schemas,
}

/// The schemas of all operations.
pub(crate) struct Schemas {
    sent: SchemaGenerator,
    answered: SchemaGenerator,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let generator = |contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
                settings.contract = contract;
            });
            settings.into_generator()
        };
        Self { sent: generator(Contract::Deserialize), answered: generator(Contract::Serialize) }
    }

    /// Returns the schema of something in an answer: a reference, if it has a name.
    pub(crate) fn answered<T: JsonSchema>(&mut self) -> Schema {
        self.answered.subschema_for::<T>()
    }

    /// Returns all schemas that have a name.
    pub(crate) fn into_named(mut self) -> Map<String, Value> {
        let mut named = self.sent.take_definitions(true);
        named.extend(self.answered.take_definitions(true));
        named
    }
}

impl<'a> Operation<'a> {
    pub(crate) fn new(method: &'static str, path: &'a str, schemas: &'a mut Schemas) -> Self {
        let (members, answers) = (Map::new(), Map::new());
        Self { method, path, members, parameters: Vec::new(), answers, schemas }
    }

    /// Sets a member of the operation, such as `summary`.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn description(&self) -> Option<&str> {
        self.members.get("description")?.as_str()
    }

    pub(crate) fn is_named(&self) -> bool {
        self.members.contains_key("operationId")
    }

    /// Adds a parameter that may be left out, unless it is part of the path.
    pub(crate) fn parameter(&mut self, place: Place, name: &str, schema: Value, text: &str) -> &mut Self {
        let required = place == Place::Path;
        let place = match place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let parameter = json!({"name": name, "in": place, "required": required, "schema": schema, "description": text});
        self.parameters.push(parameter);
        self
    }

    /// Says that the last parameter may not be left out.
    pub(crate) fn required(&mut self) -> &mut Self {
        if let Some(parameter) = self.parameters.last_mut() {
            parameter["required"] = true.into();
        }
        self
    }

    /// Returns the schema of something in a request.
    pub(crate) fn sent<T: JsonSchema>(&mut self) -> Schema {
        self.schemas.sent.subschema_for::<T>()
    }

    /// Returns the schema of something in an answer.
    pub(crate) fn answered<T: JsonSchema>(&mut self) -> Schema {
        self.schemas.answered::<T>()
    }

    /// Adds a media type that the body may have.
    pub(crate) fn body(&mut self, media_type: &str, content: Value) -> &mut Self {
        let body = self.members.entry("requestBody").or_insert_with(|| json!({"content": {}}));
        body["content"][media_type] = content;
        self
    }

    /// Adds a status with the body of an answer, if it has one.
    pub(crate) fn answer(&mut self, status: u16, text: &str, content: Option<(&str, Value)>) -> &mut Self {
        let mut answer = json!({
            "description": text,
            "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
        });
        if let Some((media_type, content)) = content {
            answer["content"] = json!({media_type: content});
        }
        self.answers.insert(status.to_string(), answer);
        self
    }

    /// Adds a status with a JSON body.
    pub(crate) fn json<T: JsonSchema>(&mut self, status: u16, text: &str) -> &mut Self {
        let schema = self.answered::<T>();
        self.answer(status, text, Some(("application/json", json!({"schema": schema}))))
    }

    /// Adds a header to the answer with this status.
    pub(crate) fn header(&mut self, status: u16, name: &str, schema: Value, text: &str) -> &mut Self {
        if let Some(answer) = self.answers.get_mut(&status.to_string()) {
            answer["headers"][name] = json!({"schema": schema, "description": text});
        }
        self
    }

    /// Says in other words what an answer is.
    pub(crate) fn say(&mut self, status: u16, text: &str) -> &mut Self {
        if let Some(answer) = self.answers.get_mut(&status.to_string()) {
            answer["description"] = text.into();
        }
        self
    }

    /// Adds errors that are answered as everywhere.
    pub(crate) fn errors<const N: usize>(&mut self, statuses: [u16; N]) -> &mut Self {
        for status in statuses.map(|status| status.to_string()) {
            let reference = json!({"$ref": format!("#/components/responses/{status}")});
            self.answers.entry(status).or_insert(reference);
        }
        self
    }

    pub(crate) fn into_value(self) -> Value {
        let mut members = self.members;
        members.entry("security").or_insert_with(|| json!([]));
        members.insert("parameters".to_owned(), self.parameters.into());
        members.insert("responses".to_owned(), self.answers.into());
        members.into()
    }
}

/// The schema of a file's bytes. `format` is for tools that do not know version 3.1.
pub(crate) fn bytes() -> Value {
    json!({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"})
}

macro_rules! describe_tuples {
    ($(($($type:ident),*))*) => {
        $(impl<$($type: Describe),*> Describe for ($($type,)*) {
            fn describe(operation: &mut Operation<'_>) {
                $($type::describe(operation);)*
            }
        })*
    };
}
describe_tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

impl Describe for () {
    fn describe(_: &mut Operation<'_>) {}
}

impl<T> Describe for Data<T> {
    fn describe(_: &mut Operation<'_>) {}
}

/// What such a handler reads is described in words.
impl Describe for HttpRequest {
    fn describe(_: &mut Operation<'_>) {}
}

/// What such a handler answers is described in words.
impl Describe for HttpResponse {
    fn describe(_: &mut Operation<'_>) {}
}

impl Describe for Path<String> {
    fn describe(operation: &mut Operation<'_>) {
        operation
            .parameter(Place::Path, "id", json!({"type": "string"}), "As in the URL that was answered")
            .errors([404]);
    }
}

impl<T: Describe> Describe for Result<T, Problem> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        operation.errors([500, 503]);
    }
}

impl<T: JsonSchema> Describe for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.json::<T>(200, "OK");
    }
}
