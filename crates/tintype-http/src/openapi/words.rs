//! What types do not say: names and texts of operations, and the parameters and headers of handlers
//! that read requests themselves.

use serde_json::{Value, json};
use tintype_library::domain::Permission;

use super::lists;
use crate::archives::ArchiveView;
use crate::describe::{Operation, Place, bytes};
use crate::links::LinkView;
use crate::upload_links::CreatedView;
use crate::view::{FileView, UploadView};

pub(crate) const INTRODUCTION: &str = "\
Every path below `/api` also works with a trailing slash. `HEAD` works wherever `GET` does, and \
`OPTIONS` answers with `Allow`, which a 405 has as well. Every error is `application/problem+json` (RFC 9457); a 400 lists \
problems by field, as Django REST framework does, and once more under `errors`.";

const FILES: &str = "files";
const TAGS: &str = "tags";
const UPLOADS: &str = "resumable uploads";
const UPLOAD_LINKS: &str = "upload links";
const ARCHIVES: &str = "archives";
const SESSIONS: &str = "log-in";
const USERS: &str = "users";
const WEBHOOKS: &str = "webhooks";
const MEDIA: &str = "media";
const SERVER: &str = "server";

/// Returns the groups of operations.
pub(crate) fn tags() -> Value {
    json!([
        {"name": FILES, "description": "Files and what is known of them"},
        {"name": TAGS, "description": "Names that group files"},
        {"name": UPLOADS, "description": "tus 1.0: <https://tus.io/protocols/resumable-upload>"},
        {"name": UPLOAD_LINKS, "description": "Uploads by people without a token"},
        {"name": ARCHIVES, "description": "Many files as one ZIP archive"},
        {"name": SESSIONS, "description": "Tokens for passwords, and who one is"},
        {"name": USERS, "description": "People and their tokens, for admins and for oneself"},
        {"name": WEBHOOKS, "description": "Other servers that are told of events, for admins"},
        {"name": MEDIA, "description": "The content of files"},
        {"name": SERVER, "description": "The server itself"},
    ])
}

/// Adds the words to an operation. One without words lacks its `operationId`, which a test finds.
pub(crate) fn add(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("GET", "/api/media/files") => {
            name(operation, "listFiles", FILES, "List files").needs(Permission::View);
            lists::of_files(operation);
        }
        ("POST", "/api/media/files") => {
            name(operation, "uploadFile", FILES, "Upload a file")
                .about("Multipart, or the bytes alone if `name` or `Content-Disposition` names them.")
                .needs(Permission::Create)
                .errors([507]);
        }
        ("POST", "/api/media/files/from-url") => {
            name(operation, "importFile", FILES, "Have the server fetch a file from a URL")
                .about("Where `import_from_url` is on; else the answer is 403.")
                .needs(Permission::Create)
                .errors([507]);
        }
        ("GET", "/api/media/files/{id}") => {
            name(operation, "getFile", FILES, "Get a file").needs(Permission::View);
        }
        ("PUT", "/api/media/files/{id}") => change_file(operation, "replaceFile"),
        ("PATCH", "/api/media/files/{id}") => change_file(operation, "changeFile"),
        ("DELETE", "/api/media/files/{id}") => {
            name(operation, "deleteFile", FILES, "Delete a file").needs(Permission::Delete);
        }
        ("POST", "/api/media/files/{id}/restore") => {
            name(operation, "restoreFile", FILES, "Bring a file back from the trash").needs(Permission::Delete);
        }
        ("POST", "/api/media/files/{id}/preview") => {
            name(operation, "retryPreview", FILES, "Make the preview of a file again").needs(Permission::Change);
        }
        ("POST", "/api/media/files/{id}/links") => {
            name(operation, "createLink", FILES, "Make a signed URL of the content, or of a picture of any size")
                .needs(Permission::View);
            operation.json::<LinkView>(201, "The URL, and when it expires");
        }
        ("GET", "/api/media/tags") => {
            name(operation, "listTags", TAGS, "List tags, and how many files have each")
                .needs(Permission::View)
                .parameter(Place::Query, "prefix", text(), "What tags begin with, whatever their case");
        }
        (_, path) if path.starts_with("/api/media/uploads") => uploads(operation),
        (_, path) if path.starts_with("/api/media/archives") => archives(operation),
        (_, path) if path.starts_with("/api/media/upload-links") => upload_links(operation),
        (_, path) if path.starts_with("/api/auth/") => sessions(operation),
        (_, path) if path.starts_with("/api/users") || path.starts_with("/api/tokens") => users(operation),
        (_, path) if path.starts_with("/api/webhooks") => webhooks(operation),
        ("GET", "/media/{key}") => media(operation),
        _ => server(operation),
    }
}

fn change_file(operation: &mut Operation<'_>, id: &str) {
    name(operation, id, FILES, "Change a file, or replace its content")
        .about("`PATCH` and `PUT` do the same: fields that are not sent stay as they are.")
        .needs(Permission::Change)
        .errors([507]);
}

fn archives(operation: &mut Operation<'_>) {
    let content = || Some(("application/zip", json!({"schema": bytes()})));
    match (operation.method, operation.path) {
        ("POST", "/api/media/archives") => {
            name(operation, "createArchive", ARCHIVES, "Make a URL of many files as one ZIP archive")
                .about("The files are those of this moment.")
                .needs(Permission::View)
                .json::<ArchiveView>(201, "The URL, and what it gives");
        }
        ("GET", "/api/media/archives/{id}") => {
            name(operation, "getArchive", ARCHIVES, "Get the archive of a link")
                .about("Its size is known from the start, and a download that broke off goes on by a range.")
                .parameter(Place::Query, "expires", text(), "From the URL")
                .parameter(Place::Query, "signature", text(), "From the URL")
                .parameter(Place::Header, "Range", text(), "A part of it, such as `bytes=1000-`")
                .parameter(
                    Place::Header,
                    "If-Range",
                    text(),
                    "The entity tag or a date: the range counts only if it holds",
                )
                .parameter(Place::Header, "If-None-Match", text(), "Entity tags that the client has")
                .answer(200, "The archive", content())
                .answer(206, "A part of it", content())
                .answer(304, "The client has it", None)
                .header(206, "Content-Range", text(), "Which bytes")
                .errors([400, 403, 410, 412, 416]);
            for status in [200, 206] {
                operation
                    .header(status, "ETag", text(), "Another one if any byte is another")
                    .header(status, "Last-Modified", text(), "When the link was made")
                    .header(status, "Accept-Ranges", text(), "`bytes`")
                    .header(status, "Content-Disposition", text(), "The name to save it by");
            }
        }
        _ => {}
    }
}

fn upload_links(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("GET", "/api/media/upload-links") => {
            name(operation, "listUploadLinks", UPLOAD_LINKS, "List one's own links; admins: all")
                .needs(Permission::Create);
            lists::pages(operation);
        }
        ("POST", "/api/media/upload-links") => {
            name(operation, "createUploadLink", UPLOAD_LINKS, "Make a URL that takes uploads without a token")
                .needs(Permission::Create)
                .json::<CreatedView>(201, "The URL, and when it expires");
        }
        ("DELETE", "/api/media/upload-links/{id}") => {
            name(operation, "deleteUploadLink", UPLOAD_LINKS, "Refuse a link from now on").needs(Permission::Create);
        }
        ("POST", "/api/media/upload-links/{id}") => {
            name(operation, "uploadByLink", UPLOAD_LINKS, "Upload a file by a link")
                .parameter(Place::Query, "expires", text(), "From the URL")
                .parameter(Place::Query, "signature", text(), "From the URL")
                .about("With `Tus-Resumable`, the upload begins here as at `/api/media/uploads`, and `Location` is signed.")
                .json::<FileView>(201, "The file; nothing, if a resumable upload has begun")
                .header(201, "ETag", text(), "The entity tag of the file")
                .header(201, "Location", json!({"type": "string", "format": "uri-reference"}), "Its path")
                .errors([412, 403, 507]);
        }
        _ => {}
    }
}

fn uploads(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("POST", "/api/media/uploads") => {
            name(operation, "beginUpload", UPLOADS, "Begin an upload").needs(Permission::Create);
            version(operation);
            operation
                .parameter(Place::Header, "Upload-Length", number(), "Bytes of the whole")
                .parameter(Place::Header, "Upload-Defer-Length", json!({"enum": ["1"], "type": "string"}), "Said later")
                .parameter(
                    Place::Header,
                    "Upload-Metadata",
                    text(),
                    "`filename`, `name`, `description`, `visibility`, `tags`: each with its value in Base64",
                )
                .parameter(Place::Header, "Upload-Concat", text(), "`partial`, or `final;` and the URLs of parts")
                .parameter(Place::Header, "Upload-Checksum", text(), "`sha1` or `sha256`, and the digest in Base64")
                .answer(201, "It has begun", None)
                .header(201, "Location", json!({"type": "string", "format": "uri-reference"}), "Where it goes on");
            described(operation, 201);
            operation.errors([409, 412, 423, 460, 507]);
        }
        ("GET", "/api/media/uploads/{id}") => {
            name(operation, "getUpload", UPLOADS, "See what has become of an upload");
            operation.json::<UploadView>(200, "The upload");
            progress(operation);
        }
        ("HEAD", "/api/media/uploads/{id}") => {
            name(operation, "getUploadOffset", UPLOADS, "Ask where an upload goes on");
            version(operation);
            operation.answer(200, "The upload", None).errors([412]);
            progress(operation);
        }
        ("PATCH", "/api/media/uploads/{id}") => {
            name(operation, "continueUpload", UPLOADS, "Send the next bytes");
            version(operation);
            operation
                .parameter(Place::Header, "Upload-Offset", number(), "Where they begin")
                .required()
                .parameter(Place::Header, "Upload-Length", number(), "Bytes of the whole, if that was deferred")
                .parameter(Place::Header, "Upload-Checksum", text(), "`sha1` or `sha256`, and the digest in Base64")
                .answer(204, "They are kept", None);
            described(operation, 204);
            operation.errors([403, 409, 412, 423, 460, 507]);
        }
        ("DELETE", "/api/media/uploads/{id}") => {
            name(operation, "endUpload", UPLOADS, "End an upload; a file that it has become stays");
            version(operation);
            operation.errors([412, 423]);
        }
        ("OPTIONS", "/api/media/uploads") => {
            name(operation, "getUploadOptions", UPLOADS, "Ask what the server speaks")
                .answer(200, "What it speaks", None)
                .header(200, "Allow", text(), "The methods")
                .header(200, "Tus-Version", text(), "`1.0.0`")
                .header(200, "Tus-Extension", text(), "The extensions, comma-separated")
                .header(200, "Tus-Max-Size", number(), "Bytes of the largest file")
                .header(200, "Tus-Checksum-Algorithm", text(), "`sha1,sha256`");
        }
        _ => {}
    }
}

/// Adds the header that all requests of tus have.
fn version(operation: &mut Operation<'_>) {
    let schema = json!({"enum": ["1.0.0"], "type": "string"});
    operation.parameter(Place::Header, "Tus-Resumable", schema, "The version of tus").required();
}

/// Adds the headers of answers about an upload.
fn described(operation: &mut Operation<'_>, status: u16) {
    operation
        .header(status, "Tus-Resumable", text(), "`1.0.0`")
        .header(status, "Upload-Offset", number(), "Bytes that are kept")
        .header(status, "Upload-Expires", text(), "When it is removed unless it goes on")
        .header(status, "Upload-File", text(), "The path of the file that it has become");
}

fn progress(operation: &mut Operation<'_>) {
    described(operation, 200);
    operation
        .header(200, "Upload-Length", number(), "Bytes of the whole")
        .header(200, "Upload-Defer-Length", text(), "`1`: not known yet")
        .header(200, "Upload-Metadata", text(), "As sent")
        .header(200, "Upload-Concat", text(), "As sent");
}

fn sessions(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("POST", "/api/auth/token") => {
            name(operation, "logIn", SESSIONS, "Get a token for a name and a password")
                .say(200, "The token")
                .errors([429]);
        }
        ("GET", "/api/auth/me") => {
            name(operation, "getMe", SESSIONS, "Ask who one is").say(200, "The user").errors([404]);
        }
        ("POST", "/api/auth/password") => {
            name(operation, "changePassword", SESSIONS, "Change one's password")
                .about("Ends all other log-ins.")
                .errors([404]);
        }
        ("POST", "/api/auth/logout") => {
            name(operation, "logOut", SESSIONS, "Revoke the token that this is sent with");
        }
        _ => {}
    }
}

fn users(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("GET", "/api/users") => {
            name(operation, "listUsers", USERS, "List users").about("For admins.").errors([403]);
            lists::of_users(operation);
        }
        ("POST", "/api/users") => {
            name(operation, "createUser", USERS, "Create a user").about("For admins.").errors([403]);
        }
        ("GET", "/api/users/{id}") => {
            name(operation, "getUser", USERS, "Get a user").about("For admins, and that user.").errors([403]);
        }
        ("PATCH", "/api/users/{id}") => {
            name(operation, "changeUser", USERS, "Change a user").about("For admins.").errors([403]);
        }
        ("DELETE", "/api/users/{id}") => {
            name(operation, "deleteUser", USERS, "Delete a user and its tokens; its files stay")
                .about("For admins.")
                .errors([400, 403]);
        }
        ("GET", "/api/users/{id}/tokens") => {
            name(operation, "listTokens", USERS, "List the tokens of a user, without their keys")
                .about("For admins, and that user.")
                .errors([403]);
        }
        ("POST", "/api/users/{id}/tokens") => {
            name(operation, "createToken", USERS, "Create a token")
                .about("For admins, and that user. The key is shown this once.")
                .errors([403]);
        }
        ("DELETE", "/api/tokens/{id}") => {
            name(operation, "revokeToken", USERS, "Revoke a token").about("For admins, and its user.");
        }
        _ => {}
    }
}

fn webhooks(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("GET", "/api/webhooks") => {
            name(operation, "listWebhooks", WEBHOOKS, "List webhooks");
            lists::pages(operation);
        }
        ("POST", "/api/webhooks") => {
            name(operation, "createWebhook", WEBHOOKS, "Have events sent to a URL")
                .about("The answer has the secret that signs them, which is not shown again.");
        }
        ("GET", "/api/webhooks/{id}") => {
            name(operation, "getWebhook", WEBHOOKS, "Get a webhook");
        }
        ("PATCH", "/api/webhooks/{id}") => {
            name(operation, "changeWebhook", WEBHOOKS, "Change a webhook, or turn it off or on");
        }
        ("DELETE", "/api/webhooks/{id}") => {
            name(operation, "deleteWebhook", WEBHOOKS, "Send nothing more to a URL");
        }
        ("GET", "/api/webhooks/{id}/deliveries") => {
            name(operation, "listDeliveries", WEBHOOKS, "List what was sent or is to be, the newest first");
            lists::pages(operation);
        }
        _ => {}
    }
    operation.about("For admins.").errors([403]);
}

fn media(operation: &mut Operation<'_>) {
    let content = || Some(("*/*", json!({"schema": bytes()})));
    name(operation, "getMedia", MEDIA, "Get the content of a file, a thumbnail, or a picture of any size")
        .about("Of public files for everybody, of private ones for whoever shows a signed URL or a token of somebody who may view files.")
        .set("security", json!([{}, {"token": []}, {"bearer": []}]))
        .parameter(Place::Query, "download", text(), "The name to save it by; empty for that of the file")
        .parameter(
            Place::Query,
            "width",
            number(),
            "Of a picture in any size: the width of its box in CSS pixels",
        )
        .parameter(Place::Query, "height", number(), "The height of the box")
        .parameter(Place::Query, "dpr", text(), "Pixels for each CSS pixel, 1 to 4")
        .parameter(Place::Query, "fit", text(), "`inside` (default), `cover`, `contain` or `fill`")
        .parameter(Place::Query, "enlarge", text(), "`true`: beyond the picture's own size")
        .parameter(
            Place::Query,
            "focus",
            text(),
            "What `cover` keeps in view: `center`, `smart`, or `x,y` between 0 and 1",
        )
        .parameter(Place::Query, "format", text(), "`auto` (default; by `Accept`), `jpeg`, `png` or `webp`")
        .parameter(Place::Query, "quality", number(), "1 to 100, default 80")
        .parameter(Place::Query, "background", text(), "`rrggbb`")
        .parameter(Place::Query, "rotate", number(), "90, 180 or 270 degrees clockwise")
        .parameter(Place::Query, "flip", text(), "`h` or `v`")
        .parameter(Place::Query, "blur", text(), "0.3 to 100")
        .parameter(Place::Query, "sharpen", text(), "0 to 10")
        .parameter(Place::Query, "preset", text(), "A name of the server's configuration")
        .parameter(Place::Query, "expires", text(), "From a signed URL")
        .parameter(Place::Query, "signature", text(), "From a signed URL")
        .parameter(Place::Header, "Range", text(), "Parts of the content, such as `bytes=0-4`")
        .parameter(Place::Header, "If-Range", text(), "An entity tag or a date: the ranges count only if it holds")
        .parameter(Place::Header, "If-None-Match", text(), "Entity tags that the client has")
        .parameter(Place::Header, "If-Modified-Since", text(), "When the client got it")
        .answer(200, "The content", content())
        .answer(206, "Ranges of it", content())
        .answer(302, "Where the storage has it", None)
        .answer(304, "The client has it", None)
        .header(302, "Location", json!({"type": "string", "format": "uri"}), "The URL")
        .header(206, "Content-Range", text(), "Which bytes")
        .errors([400, 401, 403, 412, 416, 500, 503]);
    for status in [200, 206] {
        operation
            .header(status, "ETag", text(), "The SHA-256 of the content")
            .header(status, "Last-Modified", text(), "When it was stored")
            .header(status, "Accept-Ranges", text(), "`bytes`")
            .header(status, "Cache-Control", text(), "How long it may be kept")
            .header(status, "Content-Disposition", text(), "The name to save it by");
    }
}

fn server(operation: &mut Operation<'_>) {
    match (operation.method, operation.path) {
        ("GET", "/healthz") => {
            name(operation, "getHealth", SERVER, "Ask whether the process serves");
        }
        ("GET", "/readyz") => {
            name(operation, "getReadiness", SERVER, "Ask whether database and storage answer").errors([503]);
        }
        ("GET", "/") => {
            let page = Some(("text/html", json!({"schema": text()})));
            name(operation, "getPage", SERVER, "Browse the files").answer(200, "A page", page).errors([404]);
        }
        ("GET", "/page/{version}/{asset}") => {
            let script = Some(("text/javascript", json!({"schema": text()})));
            operation.parameter(Place::Path, "version", text(), "Another one whenever the page changes");
            operation.parameter(Place::Path, "asset", text(), "As the page names it");
            name(operation, "getPageAsset", SERVER, "Get a script or the style of that page")
                .answer(200, "The asset", script)
                .errors([404]);
        }
        ("GET", "/metrics") => {
            let page = Some(("text/plain", json!({"schema": text()})));
            name(operation, "getMetrics", SERVER, "Get what is counted and measured, as Prometheus reads it")
                .about("For admins; for everybody at the server's `metrics_bind`.")
                .answer(200, "Metrics", page)
                .errors([403]);
        }
        ("GET", "/api/openapi.json") => {
            name(operation, "getDescription", SERVER, "Get this description").answer(
                200,
                "OpenAPI 3.1",
                Some(("application/json", json!({"schema": {"type": "object"}}))),
            );
        }
        ("GET", "/api/docs") => {
            let page = Some(("text/html", json!({"schema": text()})));
            name(operation, "getDocs", SERVER, "Read this description and try it").answer(200, "A page", page);
        }
        ("GET", "/api/docs/swagger-ui.js") => {
            let script = Some(("text/javascript", json!({"schema": text()})));
            name(operation, "getDocsScript", SERVER, "Get the script of that page").answer(200, "The script", script);
        }
        ("GET", "/api/docs/swagger-ui.css") => {
            let style = Some(("text/css", json!({"schema": text()})));
            name(operation, "getDocsStyle", SERVER, "Get the style of that page").answer(200, "The style", style);
        }
        _ => {}
    }
}

fn text() -> Value {
    json!({"type": "string"})
}

fn number() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 0})
}

/// Names an operation, which makes it described.
fn name<'a, 'b>(operation: &'a mut Operation<'b>, id: &str, tag: &str, summary: &str) -> &'a mut Operation<'b> {
    operation.set("operationId", id).set("tags", json!([tag])).set("summary", summary)
}

impl Operation<'_> {
    /// Adds to the description.
    fn about(&mut self, text: &str) -> &mut Self {
        let text = match self.description() {
            Some(before) => format!("{before} {text}"),
            None => text.to_owned(),
        };
        self.set("description", text)
    }

    /// Says which permission is needed.
    fn needs(&mut self, permission: Permission) -> &mut Self {
        let text = format!("Needs the permission {} `{}`.", permission.code(), permission.as_str());
        self.about(&text).errors([403])
    }
}
