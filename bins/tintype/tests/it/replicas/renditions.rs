use super::fleet::{Fleet, PREFIX};
use crate::support::picture::{gradient, jpeg};
use crate::support::{create, media_path};
use std::thread;
use tintype_testkit::Client;

/// However many ask however many servers at once, a rendition is made once.
#[test]
fn a_rendition_is_made_once_on_however_many_servers() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let object = create(&fleet.clients[0], "a.jpg", jpeg(&gradient(2000, 1500)));
    let path = format!("{}?width=1080", media_path(&object));
    let bodies: Vec<Vec<u8>> = thread::scope(|scope| {
        let clients = fleet.clients.iter().cycle().take(16);
        let path = &path;
        let ask = |client: &'_ Client| client.get(path).send().expect_status(200);
        let asking: Vec<_> = clients.map(|client| scope.spawn(move || ask(client))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap().bytes().to_vec()).collect()
    });
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    for server in &mut fleet.servers {
        server.terminate().unwrap();
    }
    let made: usize = fleet.servers.iter().map(|server| server.log().matches("made a rendition").count()).sum();
    let kept = fleet.garage.keys(PREFIX).into_iter().filter(|key| key.contains("/renditions/")).count();
    assert_eq!((made, kept), (1, 1));
}
