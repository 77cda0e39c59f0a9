//! Users and tokens on the command line.

use super::{assert_failure, home};
use crate::authentication::token_ids;
use crate::support::{builder, server};
use serde_json::Value;
use tintype_testkit::{Account, CommandOutput, Home};

/// Returns what a command with `--json` lists.
#[track_caller]
fn listed(output: CommandOutput) -> Vec<Value> {
    let stdout = output.expect_success().stdout;
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("not a JSON array: {error}: {stdout}"))
}

/// Runs a command that must succeed.
#[track_caller]
fn run(home: &Home, arguments: &[&str]) -> CommandOutput {
    home.cli(arguments).expect_success()
}

#[test]
fn users_are_created_without_a_server_and_listed() {
    let home = home();
    run(&home, &["user", "create", "mina", "--first-name", "مینا", "--last-name", "راد", "--staff"]);
    run(&home, &["user", "create", "boss", "--admin"]);
    run(&home, &["user", "create", "plain"]);
    run(&home, &["user", "deactivate", "plain"]);
    let users = listed(home.cli(["user", "list", "--json"]));
    let find = |name: &str| users.iter().find(|user| user["username"] == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(users.len(), 3);
    assert_eq!((&find("mina")["is_staff"], &find("mina")["is_admin"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(find("boss")["is_admin"], true);
    assert_eq!(find("plain")["is_admin"], false);
    let table = run(&home, &["user", "list"]).stdout;
    for name in ["mina", "boss", "plain"] {
        assert!(table.contains(name), "{table}");
    }
}

#[test]
fn a_user_name_is_given_once() {
    let home = home();
    run(&home, &["user", "create", "mina"]);
    assert_failure(&home.cli(["user", "create", "mina"]), "mina");
    assert_eq!(listed(home.cli(["user", "list", "--json"])).len(), 1);
}

#[test]
fn every_command_about_a_user_names_one_that_is_not_there() {
    let home = home();
    let commands: [&[&str]; 6] = [
        &["user", "grant", "nobody", "3801"],
        &["user", "revoke", "nobody", "3801"],
        &["user", "deactivate", "nobody"],
        &["user", "activate", "nobody"],
        &["token", "create", "nobody"],
        &["token", "list", "nobody"],
    ];
    for command in commands {
        assert_failure(&home.cli(command), "nobody");
    }
    assert_failure(&home.cli(["token", "revoke", "4242"]), "4242");
}

#[test]
fn permissions_go_by_number_or_name_and_several_at_a_time() {
    let server = server();
    let user = server.create_user("mina", &Account::staff());
    let permissions = || user.get("/api/auth/me").send().expect_status(200).json()["permissions"].clone();
    let steps: [(&[&str], &[u16]); 7] = [
        (&["user", "grant", "mina", "3801"], &[3801]),
        (&["user", "grant", "mina", "file.view", "3804"], &[3801, 3802, 3804]),
        (&["user", "grant", "mina", "3801"], &[3801, 3802, 3804]),
        (&["user", "revoke", "mina", "file.create", "file.delete"], &[3802]),
        (&["user", "revoke", "mina", "3803"], &[3802]),
        (
            &["user", "grant", "mina", "file.create", "file.view", "file.change", "file.delete"],
            &[3801, 3802, 3803, 3804],
        ),
        (&["user", "revoke", "mina", "3801", "3802", "3803", "3804"], &[]),
    ];
    for (command, expected) in steps {
        server.cli(command).expect_success();
        assert_eq!(permissions(), serde_json::json!(expected), "after {command:?}");
    }
}

#[test]
fn a_permission_that_is_none_is_named_and_nothing_is_granted() {
    let server = server();
    let user = server.create_user("mina", &Account::staff());
    for wrong in ["3805", "file.fly", ""] {
        let output = server.cli(["user", "grant", "mina", "3801", wrong]);
        assert!(matches!(output.code(), Some(1 | 2)), "{output:?}");
        assert!(output.stderr.contains(wrong), "{output:?}");
    }
    assert_eq!(user.get("/api/auth/me").send().json()["permissions"], serde_json::json!([]));
}

#[test]
fn a_token_is_printed_alone_and_once() {
    let server = server();
    server.create_user("mina", &Account::staff());
    let output = server.cli(["token", "create", "mina", "--label", "laptop"]).expect_success();
    let token = output.stdout.strip_suffix('\n').expect("one line");
    assert!(token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_graphic()), "{output:?}");
    assert_eq!(server.client("mina", token).get("/api/auth/me").send().status(), 200);

    let again = server.cli(["token", "create", "mina"]).expect_success().stdout;
    assert_ne!(again.trim(), token);
    for arguments in [
        &["token", "list"][..],
        &["token", "list", "mina"],
        &["token", "list", "--json"],
        &["token", "list", "mina", "--json"],
    ] {
        let listed = server.cli(arguments).expect_success().stdout;
        assert!(listed.contains("laptop"), "{arguments:?}: {listed}");
        for key in [token, again.trim()] {
            assert!(!listed.contains(key) && !listed.contains(&key[..20]), "{arguments:?} shows a key: {listed}");
        }
    }
}

#[test]
fn the_database_does_not_hold_a_key() {
    let server = builder().local_storage().config("database_url", "").start();
    let user = server.create_user("a-name-to-look-for", &Account::staff());
    let files = ["tintype.db", "tintype.db-wal"].map(|name| server.home().data_dir().join(name));
    let bytes: Vec<u8> = files.iter().flat_map(|path| std::fs::read(path).unwrap_or_default()).collect();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("a-name-to-look-for") && !holds(user.token()));
}

#[test]
fn tokens_are_listed_for_one_user_or_all() {
    let home = home();
    for name in ["mina", "boss"] {
        run(&home, &["user", "create", name]);
        run(&home, &["token", "create", name, "--expires", "90d"]);
        run(&home, &["token", "create", name]);
    }
    assert_eq!(listed(home.cli(["token", "list", "--json"])).len(), 4);
    assert_eq!(listed(home.cli(["token", "list", "mina", "--json"])).len(), 2);
    assert!(run(&home, &["token", "list"]).stdout.contains("mina"));
}

#[test]
fn a_revoked_token_cannot_be_revoked_again_without_a_word() {
    let server = server();
    let user = server.user([]);
    let id = token_ids(&server, user.username()).remove(0);
    server.cli(["token", "revoke", &id]).expect_success();
    assert_eq!(user.get("/api/auth/me").send().status(), 401);
}

#[test]
fn durations_are_read_as_people_write_them() {
    let home = home();
    run(&home, &["user", "create", "mina"]);
    for duration in ["90d", "12h", "30s"] {
        run(&home, &["token", "create", "mina", "--expires", duration]);
    }
    for duration in ["soon", "-1d", "90", ""] {
        let output = home.cli(["token", "create", "mina", "--expires", duration]);
        assert!(matches!(output.code(), Some(1 | 2)), "{duration}: {output:?}");
        assert_eq!(output.stdout, "", "{duration}");
    }
}

#[test]
fn a_password_comes_from_standard_input_without_its_line_break() {
    let server = server();
    server
        .home()
        .cli_with_input(["user", "create", "mina", "--staff", "--password-stdin"], "s3cret\n")
        .expect_success();
    let log_in = |password: &str| {
        server.anonymous().post("/api/auth/token").form([("username", "mina"), ("password", password)]).send().status()
    };
    assert_eq!((log_in("s3cret"), log_in("s3cret\n")), (200, 400));
    let output = server.home().cli_with_input(["user", "create", "empty", "--password-stdin"], "\n");
    assert!(matches!(output.code(), Some(1 | 2)), "an empty password is no password: {output:?}");
}

#[test]
fn commands_and_a_server_work_on_one_database_at_the_same_time() {
    let server = server();
    let admin = server.admin();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (server, admin) = (&server, &admin);
            scope.spawn(move || {
                for round in 0..3 {
                    let user = server.create_user(&format!("user-{number}-{round}"), &Account::staff().grant([3801]));
                    crate::support::create(&user, "a.txt", "x");
                    crate::support::create(admin, "a.txt", "x");
                }
            });
        }
    });
    assert_eq!(admin.get(crate::support::FILES).send().json()["count"], 24);
}
