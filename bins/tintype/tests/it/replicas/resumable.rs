use super::fleet::Fleet;
use crate::support::{checksum, noise, text};

/// The middle of an upload may come to another server than its beginning and its end, and the one
/// that it began at may be gone.
#[test]
fn an_upload_goes_on_at_any_server() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let content = noise(3_000_000, 1);
    let third = content.len() / 3;
    let request = fleet.clients[0].post("/api/media/uploads").header("Tus-Resumable", "1.0.0");
    let request = request.header("Upload-Metadata", "filename YS5iaW4=");
    let begun = request.header("Upload-Length", &content.len().to_string()).send().expect_status(201);
    let path = begun.header("location").unwrap();
    let send = |fleet: &Fleet, server: usize, start: usize| {
        let request = fleet.clients[server].patch(path).header("Tus-Resumable", "1.0.0");
        let request = request.header("Upload-Offset", &start.to_string());
        request.body("application/offset+octet-stream", &content[start..start + third]).send().expect_status(204)
    };
    for (server, start) in [(0, 0), (1, third)] {
        assert_eq!(send(&fleet, server, start).header("upload-file"), None);
    }
    fleet.servers[0].kill();
    let last = send(&fleet, 1, 2 * third);
    let object = fleet.clients[1].get(last.header("upload-file").unwrap()).send().expect_status(200).json();
    assert_eq!(text(&object, "checksum"), checksum(&content));
}
