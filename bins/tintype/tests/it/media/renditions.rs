//! Pictures of any size: what may be asked for, by whom, what comes, and what is kept.

use crate::support::checks::problem;
use crate::support::picture::{
    Colour, broken_png, decode, gradient, half_transparent, jpeg, plain_png, png, quarters, read_quarters,
    with_orientation,
};
use crate::support::{
    CREATE, PDF, VIEW, assert_field_error, assert_problem, builder, create, file, media_path, one, server, stored_keys,
};
use image::{GenericImageView, ImageFormat};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;
use tintype_testkit::{Account, Client, Response, Server, eventually};

/// A server that gives everybody everything.
fn open_server() -> Server {
    builder().config("renditions", "open").start()
}

#[track_caller]
pub(super) fn get(client: &Client, object: &Value, query: &str) -> Response {
    client.get(&format!("{}?{query}", media_path(object))).send()
}

/// Returns the format and the sides of what a query gives.
#[track_caller]
fn picture(client: &Client, object: &Value, query: &str) -> (ImageFormat, (u32, u32)) {
    let response = get(client, object, query);
    assert_eq!(response.status(), 200, "{query}: {response}");
    let (format, picture) = decode(response.bytes());
    (format, picture.dimensions())
}

fn renditions(server: &Server) -> Vec<String> {
    stored_keys(server).into_iter().filter(|key| key.contains("/renditions/")).collect()
}

#[test]
fn boxes_fits_and_formats() {
    let server = open_server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.jpg", jpeg(&gradient(600, 400)));
    for (query, format, sides) in [
        ("width=300", ImageFormat::Jpeg, (300, 200)),
        ("height=100", ImageFormat::Jpeg, (150, 100)),
        ("width=7", ImageFormat::Jpeg, (7, 5)),
        ("width=300&height=300", ImageFormat::Jpeg, (300, 200)),
        ("width=300&height=300&fit=cover", ImageFormat::Jpeg, (300, 300)),
        ("width=300&height=300&fit=fill", ImageFormat::Jpeg, (300, 300)),
        ("width=300&height=300&fit=contain", ImageFormat::Png, (300, 300)),
        ("width=300&height=300&fit=contain&background=ff0000", ImageFormat::Jpeg, (300, 300)),
        ("width=300&fit=cover", ImageFormat::Jpeg, (300, 200)),
        ("width=900", ImageFormat::Jpeg, (600, 400)),
        ("width=900&enlarge=true", ImageFormat::Jpeg, (900, 600)),
        ("width=100&dpr=2.5", ImageFormat::Jpeg, (250, 167)),
        ("width=64&format=png", ImageFormat::Png, (64, 43)),
        ("width=64&format=webp", ImageFormat::WebP, (64, 43)),
        ("format=webp", ImageFormat::WebP, (600, 400)),
        ("width=300&rotate=90", ImageFormat::Jpeg, (300, 450)),
        ("width=64&blur=2&sharpen=1&flip=h&quality=10", ImageFormat::Jpeg, (64, 43)),
    ] {
        assert_eq!(magic(&get(&anonymous, &object, query)), format, "{query}");
        if format != ImageFormat::WebP {
            assert_eq!(picture(&anonymous, &object, query).1, sides, "{query}");
        }
    }
    let small = get(&anonymous, &object, "width=300&quality=20").bytes().len();
    assert!(small < get(&anonymous, &object, "width=300&quality=95").bytes().len());
}

/// Returns the format of an answer, which has to be what its header says.
#[track_caller]
fn magic(response: &Response) -> ImageFormat {
    assert_eq!(response.status(), 200, "{response}");
    let format = image::guess_format(response.bytes()).unwrap();
    assert_eq!(response.header("content-type"), Some(format.to_mime_type()));
    format
}

/// EXIF, then `rotate`, then `flip`, then the box; the focus is that of the upright picture.
#[test]
fn the_order_of_operations() {
    let server = open_server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let seen = |object: &Value, query: &str| {
        let response = get(&anonymous, object, query);
        read_quarters(&decode(response.expect_status(200).bytes()).1)
    };
    let upright = create(&admin, "a.jpg", jpeg(&quarters(400, 400)));
    assert_eq!(seen(&upright, "width=200"), "RGBW");
    assert_eq!(seen(&upright, "width=200&rotate=90"), "BRWG");
    assert_eq!(seen(&upright, "width=200&flip=h"), "GRWB");
    assert_eq!(seen(&upright, "width=200&rotate=90&flip=v"), "WGBR");
    // Orientation 6 is turned by 90° clockwise to stand upright.
    let lying = create(&admin, "b.jpg", with_orientation(&jpeg(&quarters(400, 200)), 6));
    assert_eq!(seen(&lying, "width=100"), "BRWG");
    assert_eq!(seen(&lying, "width=200&rotate=270"), "RGBW");
    // Of the upright picture, 200 x 400 with blue and red above, its lower part; then that is
    // turned.
    let lower = |query: &str| seen(&lying, &format!("width=100&height=100&fit=cover&{query}"));
    assert_eq!(lower("focus=0.5,1"), "WGWG");
    assert_eq!(lower("focus=0.5,0"), "BRBR");
    assert_eq!(lower("focus=0.5,1&rotate=180"), "GWGW");
    assert_eq!(seen(&lying, "width=100&height=100&fit=cover"), "BRWG");
}

#[test]
fn pictures_of_every_sort_survive_every_fit() {
    let server = open_server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let files = [
        ("tiny.png", png(&gradient(1, 1))),
        ("tall.jpg", jpeg(&gradient(20, 4000))),
        ("wide.png", png(&gradient(4000, 3))),
        ("alpha.png", png(&half_transparent(300, 200))),
        ("deep.png", plain_png(300, 200, 16, Colour::Rgb)),
        ("deep-alpha.png", plain_png(300, 200, 16, Colour::GreyAlpha)),
        ("grey.png", plain_png(300, 200, 8, Colour::Grey)),
        ("palette.png", plain_png(300, 200, 4, Colour::Palette)),
        ("inks.tif", cmyk_tiff(300, 200)),
        ("animated.gif", animated_gif()),
    ];
    for (name, content) in files {
        let object = create(&admin, name, content);
        for fit in ["inside", "cover", "contain", "fill"] {
            for format in ["auto", "jpeg", "png", "webp"] {
                for enlarge in ["false", "true"] {
                    let query = format!("width=90&height=60&fit={fit}&format={format}&enlarge={enlarge}");
                    let response = get(&anonymous, &object, &query);
                    assert_eq!(response.status(), 200, "{name} {query}: {response}");
                    if format != "webp" {
                        let (width, height) = decode(response.bytes()).1.dimensions();
                        let is_whole = fit == "contain" || (enlarge == "true" && fit != "inside");
                        let fits = if is_whole { (width, height) == (90, 60) } else { width <= 90 && height <= 60 };
                        assert!(fits, "{name} {query}: {width} x {height}");
                    }
                }
            }
        }
    }
    let object = create(&admin, "b.gif", animated_gif());
    let made = get(&anonymous, &object, "width=2&format=png");
    assert_eq!(decode(made.bytes()).1.to_rgb8().get_pixel(0, 0).0, [255, 0, 0], "the first frame");
}

/// A GIF of two frames, red and blue, of 2 x 2 pixels.
fn animated_gif() -> Vec<u8> {
    let mut gif = b"GIF89a\x02\0\x02\0\x80\0\0\xFF\0\0\0\0\xFF".to_vec();
    for codes in [[0x84, 0x51], [0x8C, 0x53]] {
        gif.extend_from_slice(b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x02\0\x02\0\0\x02");
        // Clear, one index, the code of two of them, one again, and end; the first bits are the
        // lowest.
        gif.push(2);
        gif.extend_from_slice(&codes);
        gif.push(0);
    }
    gif.push(0x3B);
    gif
}

/// A TIFF of four inks, all of them at 0: white paper.
fn cmyk_tiff(width: u16, height: u16) -> Vec<u8> {
    let bytes = u32::from(width) * u32::from(height) * 4;
    let short =
        |tag: u16, value: u16| [&tag.to_le_bytes()[..], &[3, 0, 1, 0, 0, 0], &value.to_le_bytes(), &[0, 0]].concat();
    let long = |tag: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &[4, 0], &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let entries = [
        short(256, width),
        short(257, height),
        [&258_u16.to_le_bytes()[..], &[3, 0, 4, 0, 0, 0], &122_u32.to_le_bytes()].concat(),
        short(259, 1),
        short(262, 5),
        long(273, 1, 130),
        short(277, 4),
        short(278, height),
        long(279, 1, bytes),
    ];
    let mut tiff = b"II*\0\x08\0\0\0\x09\0".to_vec();
    entries.iter().for_each(|entry| tiff.extend_from_slice(entry));
    tiff.extend_from_slice(&[0; 4]);
    assert_eq!(tiff.len(), 122);
    tiff.extend_from_slice(&[8, 0, 8, 0, 8, 0, 8, 0]);
    tiff.resize(130 + bytes as usize, 0);
    tiff
}

#[test]
fn the_format_is_negotiated() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let opaque = create(&admin, "a.jpg", jpeg(&gradient(200, 100)));
    let clear = create(&admin, "b.png", png(&half_transparent(200, 100)));
    let ask = |object: &Value, accept: &str, query: &str| {
        anonymous.get(&format!("{}?{query}", media_path(object))).header("Accept", accept).send()
    };
    for (accept, of_opaque, of_clear) in [
        ("*/*", ImageFormat::Jpeg, ImageFormat::Png),
        ("image/*", ImageFormat::Jpeg, ImageFormat::Png),
        ("image/avif,image/webp,*/*;q=0.8", ImageFormat::WebP, ImageFormat::WebP),
        ("image/webp;q=0", ImageFormat::Jpeg, ImageFormat::Png),
    ] {
        for (object, format) in [(&opaque, of_opaque), (&clear, of_clear)] {
            for query in ["width=64", "width=64&format=auto"] {
                let response = ask(object, accept, query);
                assert_eq!(magic(&response), format, "{accept}");
                assert_eq!(response.header("vary"), Some("Accept"));
                let etag = response.header("etag").unwrap();
                let path = format!("{}?{query}", media_path(object));
                let same = anonymous.get(&path).header("Accept", accept).header("If-None-Match", etag).send();
                assert_eq!((same.status(), same.header("vary")), (304, Some("Accept")));
            }
        }
    }
    let fixed = ask(&opaque, "image/webp", "width=64&format=jpeg");
    assert_eq!((magic(&fixed), fixed.header("vary")), (ImageFormat::Jpeg, None));
    let fixed = ask(&clear, "image/webp", "width=64&format=jpeg");
    assert_eq!(magic(&fixed), ImageFormat::Jpeg);
    for (query, status) in [("width=65", 403), ("width=x", 400)] {
        let refused = ask(&opaque, "*/*", query);
        assert_eq!((refused.status(), refused.header("vary")), (status, Some("Accept")));
    }
    let missing = anonymous.get("/media/no/such.jpg?width=64").send();
    assert_eq!((missing.status(), missing.header("vary")), (404, Some("Accept")));
    assert_eq!(anonymous.get(&media_path(&opaque)).send().header("vary"), None);
}

#[test]
fn what_is_wrong_is_said() {
    let server = open_server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.jpg", jpeg(&gradient(200, 100)));
    for (query, field, sentence) in [
        ("width=0", "width", "Ensure this value is greater than or equal to 1."),
        ("height=4097", "height", "Ensure this value is less than or equal to 4096."),
        ("width=4096&dpr=2", "width", "Ensure this value is less than or equal to 4096."),
        ("width=1.5", "width", "A valid integer is required."),
        ("dpr=5", "dpr", "Ensure this value is between 1 and 4."),
        ("fit=crop", "fit", "\"crop\" is not a valid choice."),
        ("enlarge=maybe", "enlarge", "Must be a valid boolean."),
        ("focus=top", "focus", "\"top\" is not a valid choice."),
        ("focus=2,0", "focus", "Ensure this value is between 0 and 1."),
        ("format=gif", "format", "\"gif\" is not a valid choice."),
        ("format=avif", "format", "AVIF can be read but not written. Use webp."),
        ("quality=101", "quality", "Ensure this value is less than or equal to 100."),
        ("background=red", "background", "Enter a colour as six hexadecimal digits, `rrggbb`."),
        ("rotate=45", "rotate", "\"45\" is not a valid choice."),
        ("flip=d", "flip", "\"d\" is not a valid choice."),
        ("blur=0.1", "blur", "Ensure this value is between 0.3 and 100."),
        ("sharpen=x", "sharpen", "Enter a number."),
        ("preset=card", "preset", "\"card\" is not a valid choice."),
    ] {
        assert_field_error(&get(&anonymous, &object, query), field, sentence);
    }
    let several = get(&anonymous, &object, "width=0&blur=0").json();
    assert!(several["errors"]["width"].is_array() && several["errors"]["blur"].is_array(), "{several}");
    assert_problem(&get(&anonymous, &object, "width=64&width=64"), 400, "A parameter of the query is repeated.");
    // Others are nobody's business.
    assert_eq!(get(&anonymous, &object, "utm_source=a&utm_source=b&width=64").status(), 200);
    assert_eq!(get(&anonymous, &object, "utm_source=a").bytes(), jpeg(&gradient(200, 100)));
}

#[test]
fn what_is_no_picture_has_none() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    for (name, content) in [("a.txt", b"text".as_slice()), ("a.csv", b"a,b\n1,2\n")] {
        let object = create(&admin, name, content);
        assert_problem(&get(&anonymous, &object, "width=64"), 400, "This file has no picture to resize.");
        let link = admin.post(&format!("{}/links", one(&object))).json(&json!({"rendition": {"width": 64}})).send();
        assert_problem(&link, 400, "This file has no picture to resize.");
    }
    let damaged = create(&admin, "a.png", broken_png(100, 100));
    for _ in 0..2 {
        assert_problem(&get(&anonymous, &damaged, "width=64"), 400, "The picture of this file cannot be decoded.");
    }
    let cut = create(&admin, "c.jpg", &jpeg(&gradient(100, 100))[..40]);
    assert_problem(&get(&anonymous, &cut, "width=64"), 400, "The picture of this file cannot be decoded.");
    let huge = create(&admin, "b.png", broken_png(20_000, 20_000));
    assert_problem(&get(&anonymous, &huge, "width=64"), 400, "The picture of this file is too large to be resized.");
    assert_eq!(renditions(&server), Vec::<String>::new());
}

#[test]
fn thumbnails_take_a_download_alone() {
    let server = server();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(600, 400)));
    let thumbnail = &object["thumbnails"][2];
    let plain = server.anonymous().get(&media_path(thumbnail)).send();
    let same = get(&server.anonymous(), thumbnail, "width=64&blur=3&download");
    assert_eq!(same.expect_status(200).bytes(), plain.bytes());
    assert!(renditions(&server).is_empty());
}

/// They are served like any object.
#[test]
fn renditions_have_tags_ranges_and_conditions() {
    let server = server();
    let anonymous = server.anonymous();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(600, 400)));
    let path = format!("{}?width=256", media_path(&object));
    let head = anonymous.head(&path).send().expect_status(200);
    let first = anonymous.get(&path).send().expect_status(200);
    assert_eq!(head.header("content-length"), Some(first.bytes().len().to_string().as_str()));
    assert_eq!(first.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let etag = first.header("etag").unwrap();
    assert_eq!((head.header("etag"), first.header("x-content-type-options")), (Some(etag), Some("nosniff")));
    let range = anonymous.get(&path).header("Range", "bytes=2-5").send();
    assert_eq!((range.status(), range.bytes()), (206, &first.bytes()[2..6]));
    assert_eq!(anonymous.get(&path).header("If-None-Match", etag).send().status(), 304);
    assert_eq!(anonymous.get(&path).header("If-Match", "\"x\"").send().status(), 412);
    assert_ne!(etag, anonymous.get(&media_path(&object)).send().header("etag").unwrap());
    assert_eq!(renditions(&server).len(), 1);
    // It has no URL of its own.
    let key = &renditions(&server)[0];
    assert_eq!(anonymous.get(&format!("/media/{key}")).send().status(), 404);
    assert_eq!(server.admin().get(&format!("/media/{key}")).send().status(), 404);
}

#[test]
fn however_many_ask_at_once_it_is_made_once() {
    let mut server = server();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(1500, 1000)));
    let path = format!("{}?width=512", media_path(&object));
    let client = server.anonymous();
    let bodies: Vec<Vec<u8>> = thread::scope(|scope| {
        let ask = || client.get(&path).send().expect_status(200).bytes().to_vec();
        let asking: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(renditions(&server).len(), 1);
    server.terminate().unwrap();
    let log = server.log();
    assert_eq!(log.matches("made a rendition").count(), 1, "{log}");
}

#[test]
fn renditions_go_with_their_file() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.jpg", jpeg(&gradient(600, 400)));
    let ask = |object: &Value| get(&anonymous, object, "width=64").status();
    assert_eq!((ask(&object), renditions(&server).len()), (200, 1));

    assert_eq!(admin.patch(&one(&object)).json(&json!({"visibility": "private"})).send().status(), 200);
    assert_eq!((ask(&object), renditions(&server).len()), (404, 0), "hidden");
    let viewer = server.create_user("viewer", &Account::staff().grant([VIEW]));
    let creator = server.create_user("creator", &Account::staff().grant([CREATE]));
    assert_eq!(get(&creator, &object, "width=64").status(), 404);
    assert!(renditions(&server).is_empty(), "nothing is made for somebody who may not have it");
    let private = get(&viewer, &object, "width=64").expect_status(200);
    let vary: Vec<_> =
        private.headers().iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str()).collect();
    assert_eq!((private.header("cache-control"), vary), (Some("private, no-cache"), vec!["Authorization", "Accept"]));
    assert_eq!(admin.patch(&one(&object)).json(&json!({"visibility": "public"})).send().status(), 200);
    assert_eq!((ask(&object), renditions(&server).len()), (200, 1));

    let replaced = admin.put(&one(&object)).multipart(&file("b.jpg", jpeg(&gradient(300, 400)))).send();
    let replaced = replaced.expect_status(200).json();
    assert_eq!((ask(&object), renditions(&server).len()), (404, 0), "replaced");
    assert_eq!((ask(&replaced), renditions(&server).len()), (200, 1));

    assert_eq!(admin.delete(&one(&object)).send().status(), 204);
    assert_eq!((ask(&replaced), renditions(&server).len()), (404, 0), "deleted");
}

#[test]
fn the_focal_point_of_a_file_stays_in_view() {
    let server = open_server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.jpg", jpeg(&quarters(400, 100)));
    assert_eq!(object["focal_point"], Value::Null);
    let seen = |query: &str| {
        let response = get(&anonymous, &object, &format!("width=50&height=50&fit=cover&{query}"));
        read_quarters(&decode(response.expect_status(200).bytes()).1)
    };
    assert_eq!(seen(""), "RGBW");
    let set = |value: Value| admin.patch(&one(&object)).json(&json!({"focal_point": value})).send();
    let changed = set(json!({"x": 0.9, "y": 0.4})).expect_status(200).json();
    assert_eq!(changed["focal_point"], json!({"x": 0.9, "y": 0.4}));
    assert_eq!((seen(""), seen("focus=center"), seen("focus=0,0")), ("GGWW".into(), "RGBW".into(), "RRBB".into()));
    // Other changes leave it, and a whole object can be sent back.
    assert_eq!(admin.patch(&one(&object)).json(&json!({"name": "b"})).send().status(), 200);
    let sent_back = admin.put(&one(&object)).json(&changed).send().expect_status(200).json();
    assert_eq!(sent_back["focal_point"], json!({"x": 0.9, "y": 0.4}));
    for wrong in [json!({"x": 0.5}), json!({"x": 2, "y": 0}), json!("left"), json!([0, 1]), json!({"x": [], "y": 0})] {
        assert_field_error(&set(wrong), "focal_point", "Enter `x` and `y`, both between 0 and 1.");
    }
    let form = admin.patch(&one(&object)).form([("focal_point", "0.25,1")]).send().expect_status(200).json();
    assert_eq!(form["focal_point"], json!({"x": 0.25, "y": 1.0}));
    assert_eq!(set(Value::Null).expect_status(200).json()["focal_point"], Value::Null);
    assert_eq!(seen(""), "RGBW");
}

/// There are two workers and one place to wait: of many who want different pictures at once, most
/// are told to come back, and then get theirs.
#[test]
fn a_full_queue_says_when_to_come_back() {
    let server = builder().config("renditions", "open").config("workers", "1").config("upload_queue", "1").start();
    let object = create(&server.admin(), "a.png", png(&gradient(3000, 2000)));
    let start = Barrier::new(24);
    let answers: Vec<(String, Response)> = thread::scope(|scope| {
        let ask = |width: usize| {
            let query = format!("width={width}");
            start.wait();
            let answer = get(&server.anonymous(), &object, &query);
            (query, answer)
        };
        let asking: Vec<_> = (0..24).map(|number| scope.spawn(move || ask(700 + number))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, answer)| answer.status() == 200);
    assert!(!served.is_empty() && !refused.is_empty(), "{} and {}", served.len(), refused.len());
    for (query, answer) in refused {
        problem(answer, 503);
        let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse().ok());
        assert!(seconds.is_some_and(|seconds: u64| (1..=60).contains(&seconds)), "{answer}");
        assert_eq!(get(&server.anonymous(), &object, query).status(), 200);
    }
}

/// What has no room goes, and is made again when somebody asks for it.
#[test]
fn the_cache_has_a_limit() {
    let server = builder().config("rendition_cache_size", "1 B").config("abandoned_after", "1s").start();
    let object = create(&server.admin(), "a.jpg", jpeg(&gradient(600, 400)));
    let first = get(&server.anonymous(), &object, "width=256").expect_status(200);
    eventually("the rendition is removed", || renditions(&server).is_empty());
    let again = get(&server.anonymous(), &object, "width=256").expect_status(200);
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(server.anonymous().get(&media_path(&object)).send().status(), 200);
}

/// What has a preview has renditions, of its largest picture.
#[test]
fn a_preview_is_resized() {
    let server = server();
    let object = create(&server.admin(), "a.pdf", PDF);
    let one_of_it = || server.admin().get(&one(&object)).send().expect_status(200).json();
    eventually("the preview is there", || one_of_it()["preview"]["status"] == "ready");
    let made = get(&server.anonymous(), &object, "width=256").expect_status(200);
    assert_eq!(decode(made.bytes()).1.dimensions(), (256, 256));
}
