//! Flags over environment over file over defaults; every key; every mistake named.

use crate::support::checks::problem;
use crate::support::{builder, create, file, noise};
use std::fs;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use tintype_testkit::{CommandOutput, Error};

#[track_caller]
fn assert_refused(output: &CommandOutput, named: &str) {
    assert_eq!(output.code(), Some(1), "{output:?}");
    let last = output.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(last.contains(named), "the last line does not name `{named}`: {output:?}");
    assert!(!output.stderr.contains("panicked"), "{output:?}");
}

/// Writes `tintype.toml` into a fresh directory and prints the effective configuration.
fn config_with_file(toml: &str, arguments: &[&str]) -> CommandOutput {
    let home = builder().prepare().unwrap();
    fs::write(home.path().join("tintype.toml"), toml).unwrap();
    let mut command = vec!["config"];
    command.extend(arguments);
    home.cli(command)
}

#[test]
fn config_prints_every_key_with_its_default() {
    let home = builder().local_storage().config("database_url", "").prepare().unwrap();
    let mut command = home.command(["config"]);
    for variable in ["TINTYPE_BIND", "TINTYPE_DATA_DIR", "TINTYPE_DATABASE_URL"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let keys = [
        "bind",
        "data_dir",
        "database_url",
        "storage_url",
        "public_url",
        "media_access",
        "max_upload_size",
        "max_image_pixels",
        "decode_memory",
        "allowed_types",
        "thumbnail_format",
        "workers",
        "log_format",
    ];
    for key in keys {
        assert!(printed.contains(key), "no `{key}` in {printed}");
    }
    for value in ["127.0.0.1:8000", "public", "100000000", "text", "sqlite://", "file://"] {
        assert!(printed.contains(value), "no `{value}` in {printed}");
    }
}

#[test]
fn each_source_overrides_the_next() {
    let toml = "max_image_pixels = 1111\n";
    let seen = |output: CommandOutput| {
        let stdout = output.expect_success().stdout;
        ["1111", "2222", "3333", "100000000"].into_iter().filter(|value| stdout.contains(value)).collect::<Vec<_>>()
    };
    assert_eq!(seen(config_with_file("", &[])), ["100000000"]);
    assert_eq!(seen(config_with_file(toml, &[])), ["1111"]);
    let home = builder().config("max_image_pixels", "2222").prepare().unwrap();
    fs::write(home.path().join("tintype.toml"), toml).unwrap();
    assert_eq!(seen(home.cli(["config"])), ["2222"]);
    assert_eq!(seen(home.cli(["config", "--max-image-pixels", "3333"])), ["3333"]);
    fs::write(home.path().join("other.toml"), "max_image_pixels = 3333\n").unwrap();
    let home = builder().prepare().unwrap();
    fs::write(home.path().join("tintype.toml"), toml).unwrap();
    fs::write(home.path().join("other.toml"), "max_image_pixels = 3333\n").unwrap();
    assert_eq!(seen(home.cli(["config", "--config", "other.toml"])), ["3333"]);
}

#[test]
fn each_source_reaches_the_server() {
    let cases: [(&str, Option<&str>, Option<&str>, usize); 3] = [
        ("max_upload_size = \"1 KiB\"\n", None, None, 1024),
        ("max_upload_size = \"1 KiB\"\n", Some("2KiB"), None, 2048),
        ("max_upload_size = \"1 KiB\"\n", Some("2KiB"), Some("3 KiB"), 3072),
    ];
    for (toml, variable, flag, limit) in cases {
        let mut builder = builder();
        if let Some(value) = variable {
            builder = builder.config("max_upload_size", value);
        }
        if let Some(value) = flag {
            builder = builder.argument("--max-upload-size").argument(value);
        }
        let home = builder.prepare().unwrap();
        fs::write(home.path().join("tintype.toml"), toml).unwrap();
        let server = home.serve().unwrap();
        let admin = server.admin();
        create(&admin, "at.bin", noise(limit, 1));
        problem(&admin.upload(&file("over.bin", noise(limit + 1, 1))), 413);
    }
}

#[test]
fn every_key_may_stand_in_the_file() {
    let toml = "bind = \"127.0.0.1:7654\"\ndata_dir = \"./elsewhere\"\npublic_url = \"https://media.example\"\n\
                media_access = \"public\"\nmax_upload_size = \"7 MiB\"\nmax_image_pixels = 7777777\ndecode_memory = \"77 MiB\"\n\
                allowed_types = [\"image\", \"pdf\"]\nworkers = 3\nthumbnail_format = \"webp\"\nlog_format = \"json\"\n\
                database_url = \"sqlite:///nowhere/x.db\"\nstorage_url = \"file:///nowhere/media\"\n";
    let home = builder().local_storage().prepare().unwrap();
    fs::write(home.path().join("tintype.toml"), toml).unwrap();
    let mut command = home.command(["config"]);
    for variable in ["TINTYPE_BIND", "TINTYPE_DATA_DIR", "TINTYPE_DATABASE_URL"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for value in [
        "7654",
        "elsewhere",
        "https://media.example",
        "7777777",
        "image",
        "pdf",
        "webp",
        "json",
        "/nowhere/x.db",
        "/nowhere/media",
    ] {
        assert!(printed.contains(value), "no `{value}` in {printed}");
    }
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    for toml in ["max_uplaod_size = \"1 MiB\"\n", "[server]\nbind = \"x\"\n"] {
        let unknown = if toml.starts_with('[') { "server" } else { "max_uplaod_size" };
        assert_refused(&config_with_file(toml, &[]), unknown);
    }
    let output = config_with_file("this is not toml", &[]);
    assert_refused(&output, "tintype.toml");
    assert_refused(&config_with_file("", &["--config", "missing.toml"]), "missing.toml");
}

#[test]
fn a_value_that_does_not_parse_is_an_error_that_names_key_and_value() {
    let cases = [
        ("bind", "nowhere"),
        ("max_upload_size", "lots"),
        ("max_image_pixels", "-1"),
        ("decode_memory", "1 potato"),
        ("allowed_types", "image,cookies"),
        ("workers", "many"),
        ("log_format", "xml"),
        ("thumbnail_format", "gif"),
        ("thumbnail_format", "avif"),
        ("media_access", "private"),
        ("public_url", "not a url"),
        ("database_url", "mysql://x/y"),
        ("storage_url", "ftp://x/y"),
    ];
    for (key, value) in cases {
        let home = builder().config(key, value).prepare().unwrap();
        // Whether an address is one that can be used is known when it is opened.
        let commands: &[&str] =
            if key.ends_with("_url") && key != "public_url" { &["serve"] } else { &["config", "serve"] };
        for command in commands {
            let output = home.cli([command]);
            assert_eq!(output.code(), Some(1), "{key}={value}, {command}: {output:?}");
            let last =
                output.stderr.trim_end().lines().last().unwrap_or_default().replace("database url", "database_url");
            let bad = if key == "allowed_types" { "cookies" } else { value };
            assert!(last.contains(bad), "{key}={value}, {command}: {output:?}");
            let variable = format!("TINTYPE_{}", key.to_uppercase());
            assert!(last.contains(key) || last.contains(&variable), "{key}={value}, {command}: {output:?}");
        }
    }
}

#[test]
fn a_bucket_that_cannot_be_meant_is_an_error_that_says_why() {
    let cases = [
        ("s3://media?endpoint=localhost:3900", "https://"),
        ("s3://media?endpiont=http://localhost:3900", "endpiont"),
        ("s3://me dia", "me dia"),
        ("s3://key:hunter2@media", "AWS_ACCESS_KEY_ID"),
        ("s3://media?secret_access_key=hunter2", "secret_access_key"),
        ("s3://key:hunt/hunter2@media", "AWS_ACCESS_KEY_ID"),
        ("s3://media?endpoint=http://key:hunter2@localhost:3900", "AWS_ACCESS_KEY_ID"),
    ];
    for (url, named) in cases {
        for command in ["config", "serve"] {
            let output = builder().config("storage_url", url).prepare().unwrap().cli([command]);
            assert_refused(&output, named);
            assert!(!output.stderr.contains("hunter2") && !output.stdout.contains("hunter2"), "{output:?}");
        }
    }
}

#[test]
fn only_a_bucket_can_serve_files_itself() {
    let redirect = || builder().config("media_delivery", "redirect");
    assert_refused(&redirect().local_storage().prepare().unwrap().cli(["config"]), "media_delivery");
    let bucket = redirect().config("storage_url", "s3://media").prepare().unwrap();
    assert!(bucket.cli(["config"]).expect_success().stdout.contains("redirect"));
    for lifetime in ["8d", "0s", "soon"] {
        let home = builder().config("presign_lifetime", lifetime).prepare().unwrap();
        assert_refused(&home.cli(["config"]), "presign_lifetime");
    }
}

#[test]
fn config_never_shows_a_secret() {
    let home = builder()
        .config("database_url", "postgres://user:hunter2@db.example/tintype?sslmode=prefer&password=hunter4")
        .env("AWS_ACCESS_KEY_ID", "AKIAVISIBLE")
        .env("AWS_SECRET_ACCESS_KEY", "hunter3")
        .prepare()
        .unwrap();
    let output = home.cli(["config"]);
    assert!(output.stdout.contains("postgres://user:***@db.example/tintype"), "{output:?}");
    for secret in ["hunter2", "hunter3", "hunter4"] {
        assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{output:?}");
    }
}

#[test]
fn no_part_of_a_password_is_shown_however_malformed_the_url_is() {
    let urls = [
        "postgres:u:hunter2@h",
        "postgres:/u:hunter2@h/db",
        "postgres://u:hunter2/db",
        "postgres://u:p@hunter2@h/db",
        "postgres://u:hunter2/p@h/db",
        "postgres://u:hunter2%@h/db",
        "postgres://u:p?hunter2@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?password=hunter2@h",
        "postgres://127.0.0.1:1/db?pass word=hunter2",
        "host=h user=u password=hunter2",
        "mysql://u:hunter2@h/db",
        "u:hunter2@h",
    ];
    for url in urls {
        for command in [&["config"][..], &["serve"], &["user", "list"], &["migrate", "--from-database", url]] {
            let sides = ["--from-storage", "file:///nowhere", "--to-storage", "file:///else", "--to-database", url];
            let sides = if command[0] == "migrate" { &sides[..] } else { &[] };
            let home = builder().config("database_url", url).config("start_timeout", "0s").prepare().unwrap();
            let output = home.cli([command, sides].concat());
            assert!(!output.stderr.contains("hunter2") && !output.stdout.contains("hunter2"), "{url}: {output:?}");
        }
    }
    let output = builder().config("public_url", "https://u:hunter2@h").prepare().unwrap().cli(["config"]);
    assert_refused(&output, "public_url");
    assert!(!output.stderr.contains("hunter2") && !output.stdout.contains("hunter2"), "{output:?}");
}

#[test]
fn values_out_of_bounds_are_refused_with_the_bounds() {
    let cases = [
        ("workers", "0", "513", "1 to 512"),
        ("decode_memory", "1023 KiB", "1025 GiB", "1 MiB to 1 TiB"),
        ("max_upload_size", "0", "6 TiB", "1 B to 5 TiB"),
        ("max_image_pixels", "0", "10000000001", "1 to 10000000000"),
        ("upload_queue", "0", "100001", "1 to 100000"),
        ("decode_timeout", "0s", "61m", "100ms to 1h"),
        ("preview_wait", "61m", "2h", "0s to 1h"),
        ("upload_expires", "0s", "366d", "1s to 365d"),
        ("abandoned_after", "0s", "31d", "1s to 30d"),
        ("presign_lifetime", "999ms", "8d", "1s to 7d"),
    ];
    for (key, less, more, bounds) in cases {
        for value in [less, more] {
            let output = builder().config(key, value).prepare().unwrap().cli(["config"]);
            assert_refused(&output, key);
            assert!(output.stderr.contains(value) && output.stderr.contains(bounds), "{output:?}");
        }
    }
    let home = builder().config("workers", "512").config("decode_memory", "1 TiB").prepare().unwrap();
    home.cli(["config"]).expect_success();
}

#[test]
fn variables_that_are_no_settings_are_warned_about_but_not_those_of_kubernetes() {
    let home = builder()
        .env("TINTYPE_BASE_URL", "x")
        .env("TINTYPE_SERVICE_HOST", "10.0.0.1")
        .env("TINTYPE_PORT", "tcp://10.0.0.1:8000")
        .env("TINTYPE_PORT_8000_TCP_ADDR", "10.0.0.1")
        .prepare()
        .unwrap();
    let output = home.cli(["config"]).expect_success();
    assert_eq!(output.stderr.matches("warning").count(), 1, "{output:?}");
    assert!(output.stderr.contains("`TINTYPE_BASE_URL`"), "{output:?}");
    let mut server = home.serve().unwrap();
    server.terminate().unwrap();
    assert_eq!(server.log().matches("TINTYPE_BASE_URL").count(), 1, "{}", server.log());
    assert!(!server.log().contains("TINTYPE_PORT"), "{}", server.log());
    let output = builder().env("TINTYPE_MAX_UPLOAD_SIZES", "x").prepare().unwrap().cli(["config"]);
    assert_refused(&output, "did you mean `TINTYPE_MAX_UPLOAD_SIZE`?");
}

#[test]
fn a_host_name_is_listened_on_at_all_its_addresses() {
    let server = builder().config("bind", "localhost:0").start();
    let port = server.address().port();
    let addresses: Vec<_> = ("localhost", port).to_socket_addrs().unwrap().collect();
    for address in addresses {
        // An address that this machine does not have is left out.
        if TcpListener::bind((address.ip(), 0)).is_ok() {
            TcpStream::connect(address).unwrap_or_else(|error| panic!("{address}: {error}: {}", server.log()));
        }
    }
    let output = builder().config("bind", "no-such-host.invalid:0").prepare().unwrap().cli(["serve"]);
    assert_refused(&output, "no-such-host.invalid:0");
}

#[test]
fn config_touches_nothing() {
    let home = builder().prepare().unwrap();
    home.cli(["config"]).expect_success();
    assert!(!home.data_dir().exists());
}

#[test]
fn the_data_may_lie_in_three_places() {
    let home = builder().prepare().unwrap();
    let base = home.path().to_owned();
    let (database, storage) = (base.join("db/the.db"), base.join("objects"));
    fs::create_dir(base.join("db")).unwrap();
    let server = builder()
        .config("database_url", &format!("sqlite://{}", database.display()))
        .config("storage_url", &format!("file://{}", storage.display()))
        .start();
    let object = create(&server.admin(), "a.txt", "x");
    assert!(database.exists());
    assert_eq!(fs::read(storage.join(crate::support::key(&object))).unwrap(), b"x");
    assert!(!server.home().data_dir().join("tintype.db").exists());
}

#[test]
fn by_default_everything_lies_in_the_data_directory() {
    let server = builder().local_storage().config("database_url", "").start();
    let object = create(&server.admin(), "a.txt", "x");
    let data = server.home().data_dir();
    assert!(data.join("tintype.db").exists());
    assert_eq!(fs::read(data.join("media").join(crate::support::key(&object))).unwrap(), b"x");
}

#[test]
fn the_log_is_one_json_object_a_line_where_asked_for() {
    let mut server = builder().config("log_format", "json").start();
    create(&server.admin(), "a.txt", "x");
    server.terminate().unwrap();
    let log = server.log();
    let lines: Vec<_> = log.lines().filter(|line| line.trim_start().starts_with('{')).collect();
    assert!(!lines.is_empty(), "{log}");
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    let port = server.address().port().to_string();
    assert!(log.lines().any(|line| line.starts_with('{') && line.contains(&port)), "{log}");
}

#[test]
fn a_server_that_cannot_start_says_why_in_its_last_line() {
    let error = builder().config("log_format", "xml").try_start().unwrap_err();
    let Error::Exited { status, log } = error else { panic!("{error}") };
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("xml"), "{log}");
}
