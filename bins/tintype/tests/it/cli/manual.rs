//! Completions and manual pages.

use super::home;
use std::fs;

#[test]
fn completions_are_printed_for_every_shell() {
    let home = home();
    for (shell, marks) in
        [("bash", "complete -F _tintype"), ("zsh", "#compdef tintype"), ("fish", "complete -c tintype")]
    {
        let output = home.cli(["completions", shell]).expect_success();
        assert!(output.stdout.contains(marks) && output.stdout.contains("set-password"), "{shell}: {output:?}");
    }
    assert_eq!(home.cli(["completions", "cmd"]).code(), Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let home = home();
    let folder = home.path().join("share/man1");
    // Even where the settings are wrong.
    fs::write(home.path().join("tintype.toml"), "nonsense = 1").unwrap();
    home.cli(["man", folder.to_str().unwrap()]).expect_success();
    for (page, word) in
        [("tintype.1", "serve"), ("tintype-serve.1", "max\\-upload\\-size"), ("tintype-user-create.1", "staff")]
    {
        let text = fs::read_to_string(folder.join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(".TH") && text.contains(word), "{page}: {text}");
    }
}
