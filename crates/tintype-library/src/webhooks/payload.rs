use serde_json::json;
use tintype_domain::FileEvent;

/// Returns the body that tells of an event, as [Standard Webhooks] has it. It has no URL of
/// content: whoever gets it may not be allowed to fetch that, and signed URLs expire.
///
/// [Standard Webhooks]: https://www.standardwebhooks.com
pub(super) fn payload(event: &FileEvent) -> Vec<u8> {
    let file = &event.file;
    let body = json!({
        "type": event.kind.as_str(),
        "timestamp": event.at.to_string(),
        "data": {
            "id": file.id.0,
            "url": format!("/api/media/files/{}", file.id),
            "name": file.name,
            "type": file.kind.as_str(),
            "mime_type": file.mime_type,
            "size": file.size,
            "checksum": file.checksum.to_string(),
            "visibility": file.visibility.as_str(),
            "user_id": file.user_id.map(|id| id.0),
            "created_at": file.created_at.to_string(),
            "updated_at": file.updated_at.to_string(),
            "preview_status": file.preview_status.as_str(),
        },
    });
    body.to_string().into_bytes()
}
