//! Help, wrong usage and the first start.

use super::{assert_failure, home, home_without_database};
use crate::support::{builder, server};
use std::fs;
use std::process::Command;
use std::time::Duration;
use tintype_testkit::{Server, eventually, wait_for};

#[test]
fn help_mentions_every_command_and_teaches_with_exit_code_zero() {
    let home = home();
    let cases: [(&[&str], &[&str]); 12] = [
        (&["--help"], &["serve", "user", "token", "config"]),
        (&["help"], &["serve", "user", "token", "config"]),
        (
            &["user", "--help"],
            &["create", "set-password", "set-role", "grant", "revoke", "deactivate", "activate", "delete", "list"],
        ),
        (&["token", "--help"], &["create", "list", "revoke"]),
        (
            &["serve", "--help"],
            &["--bind", "--data-dir", "--port-file", "--config", "--max-upload-size", "--public-url"],
        ),
        (
            &["user", "create", "--help"],
            &["--first-name", "--last-name", "--staff", "--admin", "--password-stdin", "--create-database"],
        ),
        (&["user", "grant", "--help"], &["3801", "file.create"]),
        (&["user", "list", "--help"], &["--json"]),
        (&["token", "create", "--help"], &["--label", "--expires", "90d"]),
        (&["token", "list", "--help"], &["--json"]),
        (&["token", "revoke", "--help"], &["id"]),
        (&["config", "--help"], &["--config"]),
    ];
    for (arguments, words) in cases {
        let output = home.cli(arguments);
        assert_eq!((output.code(), output.stderr.as_str()), (Some(0), ""), "{arguments:?}: {output:?}");
        for word in words {
            assert!(
                output.stdout.to_lowercase().contains(word),
                "{arguments:?} does not mention `{word}`: {}",
                output.stdout
            );
        }
    }
    assert!(home.cli(["--version"]).expect_success().stdout.starts_with("tintype "));
    assert!(!home.data_dir().exists(), "help does not make a data directory");
}

#[test]
fn settings_are_explained_once_and_taken_by_every_command() {
    let home = home_without_database();
    for (arguments, explains) in [
        (&["--help"][..], true),
        (&["serve", "--help"], true),
        (&["user", "--help"], false),
        (&["user", "create", "--help"], false),
        (&["token", "list", "--help"], false),
        (&["migrate", "--help"], false),
        (&["config", "--help"], false),
    ] {
        let help = home.cli(arguments).expect_success().stdout;
        assert_eq!(help.contains("--max-upload-size"), explains, "{arguments:?}: {help}");
        assert!(explains || help.contains("`tintype --help`"), "{arguments:?}: {help}");
    }
    let elsewhere = home.path().join("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    for arguments in [
        ["--data-dir", elsewhere, "user", "list"],
        ["user", "--data-dir", elsewhere, "list"],
        ["user", "list", "--data-dir", elsewhere],
    ] {
        assert_failure(&home.cli(arguments), elsewhere);
    }
}

#[test]
fn a_second_server_on_one_sqlite_database_says_so_and_ends() {
    let mut server = builder().config("database_url", "").start();
    let refused = server.cli(["serve"]);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    let last = refused.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(last.contains("another tintype server uses the database"), "{refused:?}");
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
    // Commands go on beside it, and whoever was killed leaves nothing behind.
    server.cli(["user", "list"]).expect_success();
    server.kill();
    server.restart().unwrap();
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let server = server();
    let mode = fs::metadata(server.home().data_dir()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_malformed_request_is_no_error_of_the_server() {
    let mut server = server();
    for request in ["GET / HTTP/9.9\r\n\r\n", "\u{1}\u{2}\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"] {
        let mut connection = server.connect();
        connection.send(request).unwrap();
        connection.read_until_closed();
    }
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
    server.terminate().unwrap();
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn a_server_outlives_its_terminal() {
    let mut server = server();
    let id = server.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    eventually("the signal has come", || server.log().contains("SIGHUP"));
    assert!(server.is_running());
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let home = home();
    let cases: [&[&str]; 15] = [
        &[],
        &["fly"],
        &["--fly"],
        &["serve", "--fly"],
        &["serve", "extra"],
        &["user"],
        &["user", "create"],
        &["user", "create", "a", "b"],
        &["user", "grant", "a"],
        &["user", "set-role", "a"],
        &["user", "fly", "a"],
        &["token"],
        &["token", "create"],
        &["token", "revoke"],
        &["token", "revoke", "not-an-id"],
    ];
    for arguments in cases {
        let output = home.cli(arguments);
        assert_eq!((output.code(), output.stdout.as_str()), (Some(2), ""), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_first_start_makes_an_admin_and_shows_its_token_once() {
    let mut server = server();
    let curl = printed_curl_line(&server);
    let first = server.log();
    let token = token_of(&curl);
    assert_eq!(first.matches(&token).count(), curl.matches(&token).count() + usize::from(occurs_alone(&first, &token)));

    let me = server.client("admin", &token).get("/api/auth/me").send().expect_status(200).json();
    assert_eq!((&me["username"], &me["is_admin"]), (&"admin".into(), &true.into()));

    server.restart().unwrap();
    let second = server.log().replace(&first, "");
    assert_eq!(server.log().matches(&token).count(), first.matches(&token).count(), "{second}");
    assert_eq!(server.log().matches("curl ").count(), first.matches("curl ").count());
    assert_eq!(server.client("admin", &token).get("/api/auth/me").send().status(), 200);
}

fn occurs_alone(log: &str, token: &str) -> bool {
    log.lines().any(|line| line.contains(token) && !line.contains("curl"))
}

#[test]
fn the_curl_line_uploads_a_file_when_run_as_printed() {
    let server = server();
    let line = printed_curl_line(&server);
    // The file it names is only an example; a real one takes its place.
    let (before, named) = line.split_once("f=@").expect("the file part `f`");
    let end = named.find(|c: char| c.is_whitespace() || c == '\'' || c == '"').unwrap_or(named.len());
    fs::write(server.home().path().join("first.txt"), "the first file").unwrap();
    let command = format!("{before}f=@first.txt{}", &named[end..]);
    let output = match Command::new("sh").arg("-c").arg(&command).current_dir(server.home().path()).output() {
        Ok(output) if output.status.code() != Some(127) => output,
        // No curl on this machine: then the line cannot be run by anybody here.
        _ => return,
    };
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    let object: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{command}: {error}: {}", String::from_utf8_lossy(&output.stdout)));
    assert_eq!((&object["name"], &object["size"]), (&"first.txt".into(), &14.into()));
    assert_eq!(object["user"]["username"], "admin");
}

/// Returns the command that the first start prints, at the latest soon after it began to serve.
#[track_caller]
fn printed_curl_line(server: &Server) -> String {
    wait_for(Duration::from_secs(10), || curl_line(&server.log())).expect("a curl line")
}

/// Returns the printed command, its continuation lines joined.
fn curl_line(output: &str) -> Option<String> {
    let joined = output.replace("\\\n", " ");
    let line = joined.lines().find(|line| line.contains("curl "))?;
    Some(line[line.find("curl ")?..].trim_end().to_owned())
}

fn token_of(curl: &str) -> String {
    let (_, rest) = curl.split_once("Token ").expect("an Authorization header");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[test]
fn a_database_with_users_is_not_given_another_admin() {
    let home = home();
    home.cli(["user", "create", "boss", "--admin", "--create-database"]).expect_success();
    let server = home.serve().unwrap();
    assert!(curl_line(&server.log()).is_none(), "{}", server.log());
    let users = server.cli(["user", "list", "--json"]).expect_success().stdout;
    assert!(!users.contains("\"admin\""), "{users}");
}

#[test]
fn the_port_file_and_the_log_tell_the_chosen_port() {
    let server = server();
    let port = server.address().port();
    assert_ne!(port, 8000);
    eventually("the log tells it", || server.log().contains(&port.to_string()));
}

#[test]
fn a_taken_address_is_a_failure_that_names_it() {
    let server = server();
    let address = server.address().to_string();
    let output = home().cli(["serve", "--bind", &address]);
    assert_eq!(output.code(), Some(1), "{output:?}");
    assert!(output.stderr.trim_end().lines().last().is_some_and(|line| line.contains(&address)), "{output:?}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_a_failure_that_names_it() {
    let home = home();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let directory = file.join("data");
    for command in ["serve", "user"] {
        let arguments: &[&str] = if command == "user" { &["user", "list"] } else { &["serve"] };
        let home = builder().config("database_url", "").data_dir(&directory).prepare().unwrap();
        assert_failure(&home.cli(arguments), &file.to_string_lossy());
    }
}

#[test]
fn output_that_nobody_reads_is_no_crash() {
    let home = home();
    for number in 0..3 {
        home.cli(["user", "create", &format!("user-{number}"), "--create-database"]).expect_success();
    }
    let mut child = home
        .command(["user", "list"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
}
