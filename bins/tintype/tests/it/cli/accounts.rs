//! Users and tokens on the command line.

use super::{assert_failure, home, home_without_database};
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

/// Returns a directory with a database in which there are these users.
fn home_with(names: &[&str]) -> Home {
    let home = home();
    for name in names {
        run(&home, &["user", "create", name, "--create-database"]);
    }
    home
}

/// Runs a command that must succeed.
#[track_caller]
fn run(home: &Home, arguments: &[&str]) -> CommandOutput {
    home.cli(arguments).expect_success()
}

#[test]
fn users_are_created_without_a_server_and_listed() {
    let home = home();
    let mina = [
        "user",
        "create",
        "mina",
        "--first-name",
        "مینا",
        "--last-name",
        "راد",
        "--email",
        "mina@example.org",
        "--staff",
        "--create-database",
    ];
    run(&home, &mina);
    run(&home, &["user", "create", "boss", "--admin"]);
    run(&home, &["user", "create", "plain"]);
    run(&home, &["user", "deactivate", "plain"]);
    let users = listed(home.cli(["user", "list", "--json"]));
    let find = |name: &str| users.iter().find(|user| user["username"] == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(users.len(), 3);
    assert_eq!((&find("mina")["is_staff"], &find("mina")["is_admin"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(find("mina")["email"], "mina@example.org");
    assert_eq!(find("boss")["is_admin"], true);
    assert_eq!(find("plain")["is_admin"], false);
    let table = run(&home, &["user", "list"]).stdout;
    for name in ["mina", "boss", "plain"] {
        assert!(table.contains(name), "{table}");
    }
}

#[test]
fn a_user_name_is_given_once() {
    let home = home_with(&["mina"]);
    assert_failure(&home.cli(["user", "create", "mina"]), "mina");
    assert_eq!(listed(home.cli(["user", "list", "--json"])).len(), 1);
}

#[test]
fn every_command_about_a_user_names_one_that_is_not_there() {
    let home = home_with(&["mina"]);
    let commands: [&[&str]; 9] = [
        &["user", "grant", "nobody", "3801"],
        &["user", "revoke", "nobody", "3801"],
        &["user", "deactivate", "nobody"],
        &["user", "activate", "nobody"],
        &["user", "set-password", "nobody"],
        &["user", "set-role", "nobody", "--staff"],
        &["user", "delete", "nobody"],
        &["token", "create", "nobody"],
        &["token", "list", "nobody"],
    ];
    for command in commands {
        assert_failure(&home.cli(command), "nobody");
    }
    assert_failure(&home.cli(["token", "revoke", "4242"]), "4242");
}

#[test]
fn commands_create_no_database_unless_they_are_told_to() {
    let home = home_without_database();
    let commands: [&[&str]; 8] = [
        &["user", "create", "mina"],
        &["user", "list"],
        &["user", "grant", "mina", "3801"],
        &["user", "set-password", "mina"],
        &["user", "delete", "mina"],
        &["token", "create", "mina"],
        &["token", "list"],
        &["token", "revoke", "1"],
    ];
    for command in commands {
        let output = home.cli(command);
        assert_failure(&output, "no tintype database");
        assert!(output.stderr.contains("--create-database") && output.stderr.contains("tintype serve"), "{output:?}");
    }
    assert!(!home.data_dir().join("tintype.db").exists());
    run(&home, &["user", "create", "mina", "--create-database"]);
    run(&home, &["user", "create", "boss", "--create-database"]);
    assert_eq!(listed(home.cli(["user", "list", "--json"])).len(), 2);
}

#[test]
fn user_names_follow_the_rule_and_those_of_before_keep_working() {
    let home = home_with(&["mina"]);
    for wrong in ["two words", "a/b", "", &"x".repeat(151)] {
        let output = home.cli(["user", "create", wrong]);
        assert_eq!((output.code(), output.stdout.as_str()), (Some(2), ""), "{output:?}");
        assert!(output.stderr.contains(wrong), "{output:?}");
    }
    run(&home, &["user", "create", &"x".repeat(150)]);
    run(&home, &["user", "create", "ｂｏｓｓ"]);
    assert_failure(&home.cli(["user", "create", "boss"]), "boss");
    run(&home, &["user", "set-role", "ｂｏｓｓ", "--staff"]);
    assert_eq!(home.cli(["user", "create", "y", "--first-name", &"x".repeat(151)]).code(), Some(2));
}

#[test]
fn a_role_is_what_it_was_set_to() {
    let home = home_with(&["boss", "mina"]);
    run(&home, &["user", "set-role", "boss", "--admin"]);
    let roles: [(&[&str], bool, bool); 5] = [
        (&["--staff"], true, false),
        (&["--admin"], false, true),
        (&["--staff", "--admin"], true, true),
        (&["--none"], false, false),
        (&["--none"], false, false),
    ];
    for (flags, staff, admin) in roles {
        let output = run(&home, &[&["user", "set-role", "mina"], flags].concat());
        assert!(output.stdout.starts_with("user `mina`: "), "{output:?}");
        let users = listed(home.cli(["user", "list", "--json"]));
        let mina = users.iter().find(|user| user["username"] == "mina").unwrap();
        assert_eq!((&mina["is_staff"], &mina["is_admin"]), (&staff.into(), &admin.into()), "{flags:?}");
    }
    for wrong in [&[][..], &["--none", "--staff"]] {
        assert_eq!(home.cli([&["user", "set-role", "mina"], wrong].concat()).code(), Some(2));
    }
}

#[test]
fn the_last_admin_stays_an_active_admin() {
    let home = home_with(&["mina"]);
    run(&home, &["user", "set-role", "mina", "--admin"]);
    let commands: [&[&str]; 3] =
        [&["user", "deactivate", "mina"], &["user", "set-role", "mina", "--staff"], &["user", "delete", "mina"]];
    for command in commands {
        assert_failure(&home.cli(command), "`mina` is the last active admin");
    }
    run(&home, &["user", "create", "boss", "--admin"]);
    run(&home, &["user", "delete", "mina"]);
}

#[test]
fn a_deleted_user_is_refused_and_its_files_stay() {
    let server = server();
    let mina = server.create_user("mina", &Account::staff().grant([3801]));
    let object = crate::support::create(&mina, "a.txt", "x");
    let output = server.cli(["user", "delete", "mina"]).expect_success();
    assert_eq!(output.stdout, "deleted user `mina` and its tokens; its files stay\n");
    assert_eq!(mina.get("/api/auth/me").send().status(), 401);
    let kept = server.admin().get(&crate::support::one(&object)).send().expect_status(200).json();
    assert_eq!(kept["user"], Value::Null);
    assert_eq!(crate::support::fetch(&server, &object), b"x");
    server.cli(["user", "create", "mina"]).expect_success();
}

#[test]
fn a_new_password_counts_at_once_and_tokens_stay() {
    let server = server();
    let mina = server.create_user("mina", &Account::staff().password("first"));
    let log_in = |password: &str| {
        server.anonymous().post("/api/auth/token").form([("username", "mina"), ("password", password)]).send().status()
    };
    let set = |input: &str| server.home().cli_with_input(["user", "set-password", "mina"], input);
    set("second\r\n").expect_success();
    assert_eq!((log_in("first"), log_in("second")), (400, 200));
    set("third, without a line break").expect_success();
    assert_eq!((log_in("second"), log_in("third, without a line break")), (400, 200));
    assert_eq!(mina.get("/api/auth/me").send().status(), 200);
    set(&"x".repeat(4096)).expect_success();
    assert_failure(&set(&"x".repeat(4097)), "4096");
    assert_failure(&set("\n"), "empty");
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
        assert_eq!(output.code(), Some(2), "{output:?}");
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
    let home = home_with(&["mina", "boss"]);
    for name in ["mina", "boss"] {
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
fn several_tokens_are_revoked_or_none() {
    let server = server();
    let user = server.user([]);
    server.cli(["token", "create", user.username()]).expect_success();
    let ids = token_ids(&server, user.username());
    assert_failure(&server.cli(["token", "revoke", &ids[0], "4242", &ids[1]]), "token 4242; none was revoked");
    assert_eq!(user.get("/api/auth/me").send().status(), 200);
    let output = server.cli(["token", "revoke", &ids[0], &ids[1]]).expect_success();
    assert_eq!(output.stdout, format!("revoked token {}\nrevoked token {}\n", ids[0], ids[1]));
    assert!(token_ids(&server, user.username()).is_empty());
    assert_failure(&server.cli(["token", "revoke", &ids[0]]), &format!("token {}", ids[0]));
}

#[test]
fn durations_are_read_as_people_write_them() {
    let home = home_with(&["mina"]);
    for duration in ["90d", "12h", "30s", "1s", "36525d"] {
        run(&home, &["token", "create", "mina", "--expires", duration]);
    }
    for duration in ["soon", "-1d", "90", "", "0d", "999ms", "36525d 1s", "999999999y"] {
        let output = home.cli(["token", "create", "mina", "--expires", duration]);
        assert_eq!(output.code(), Some(2), "{duration}: {output:?}");
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
    assert_failure(&output, "empty");
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
