//! Joins ES modules into one script, so that a browser far away waits for one answer instead of
//! for twenty-five.
//!
//! It knows the JavaScript of `assets/page` and no other: an import is one line that begins with
//! `import`, what is exported says so at the beginning of a line, and no two modules import each
//! other.

use std::collections::HashMap;
use std::fmt::Write;

type Files = [(&'static str, &'static str)];

/// Returns the files as they are sent: `entry` with all that it imports statically, and the rest,
/// which imports from `entry` what is in it.
pub(super) fn join(files: &Files, entry: &str) -> HashMap<&'static str, String> {
    let texts: HashMap<&str, &str> = files.iter().copied().collect();
    let mut joined = Vec::new();
    visit(entry, &texts, &mut joined);
    // Its own code comes last, in the open.
    joined.pop();
    let mut script = String::new();
    for path in &joined {
        let (body, exports) = wrapped(path, texts[path.as_str()], &joined);
        let _ = writeln!(script, "const {} = (() => {{ // {path}\n{body}\nreturn {{ {exports} }};\n}})();", name(path));
    }
    let names: Vec<_> = joined.iter().map(|path| name(path)).collect();
    let own = texts.get(entry).copied().unwrap_or_default();
    let _ = write!(script, "{}\nexport {{ {} }};\n", inside(entry, own, &joined), names.join(", "));

    let mut sent = HashMap::new();
    for (path, text) in files {
        if *path == entry {
            sent.insert(*path, std::mem::take(&mut script));
        } else if path.ends_with(".js") && !joined.iter().any(|other| other == path) {
            sent.insert(*path, outside(path, text, &joined, entry));
        } else if !path.ends_with(".js") {
            sent.insert(*path, (*text).to_owned());
        }
    }
    sent
}

/// Notes a module after all that it imports.
fn visit(path: &str, texts: &HashMap<&str, &str>, done: &mut Vec<String>) {
    let Some(text) = texts.get(path) else { return };
    for (_, import) in text.lines().filter_map(import_of) {
        let import = resolve(path, import);
        if !done.contains(&import) {
            visit(&import, texts, done);
        }
    }
    if !done.iter().any(|other| other == path) {
        done.push(path.to_owned());
    }
}

/// Returns what an import imports, and from where.
fn import_of(line: &str) -> Option<(&str, &str)> {
    let (what, from) = line.strip_prefix("import ")?.split_once(" from '")?;
    Some((what, from.strip_suffix("';")?))
}

/// Returns the path of what `from` imports.
pub(super) fn resolve(from: &str, import: &str) -> String {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns what a module is called in the script.
fn name(path: &str) -> String {
    format!("${}", path.trim_end_matches(".js").replace(['/', '-', '.'], "_"))
}

/// Returns the code that takes out of a module what was imported.
fn take(what: &str, path: &str) -> String {
    match what.strip_prefix('{') {
        Some(names) => format!("const {{{} = {};", names.replace(" as ", ": "), name(path)),
        None => format!("const {{ default: {what} }} = {};", name(path)),
    }
}

/// Returns the code of a module within the script.
fn inside(path: &str, text: &str, joined: &[String]) -> String {
    changed(path, text, joined, take)
}

/// Returns the code of a module that is loaded when it is needed.
fn outside(path: &str, text: &str, joined: &[String], entry: &str) -> String {
    let to_entry = format!("{}{entry}", if path.contains('/') { "../" } else { "./" });
    changed(path, text, joined, |what, import| {
        format!("import {{ {} }} from '{to_entry}'; {}", name(import), take(what, import))
    })
}

/// Returns a text with other lines in place of its imports of joined modules.
fn changed(path: &str, text: &str, joined: &[String], import: impl Fn(&str, &str) -> String) -> String {
    let line = |line: &str| match import_of(line).map(|(what, from)| (what, resolve(path, from))) {
        Some((what, from)) if joined.contains(&from) => import(what, &from),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the code of a module as the body of a function, and the members of what that returns.
fn wrapped(path: &str, text: &str, joined: &[String]) -> (String, String) {
    let text = inside(path, text, joined);
    // Minified modules name all they export at their end.
    if let Some((body, names)) = text.rsplit_once("export{") {
        let names = names.trim_end().trim_end_matches("};").split(',');
        let member = |pair: &str| match pair.split_once(" as ") {
            Some((local, public)) => format!("{public}: {local}"),
            None => pair.to_owned(),
        };
        return (body.to_owned(), names.map(member).collect::<Vec<_>>().join(", "));
    }
    let mut exports = Vec::new();
    let mut body = String::new();
    for line in text.lines() {
        let Some(exported) = line.strip_prefix("export ") else {
            let _ = writeln!(body, "{line}");
            continue;
        };
        let (code, is_default) = match exported.strip_prefix("default ") {
            Some(code) => (code, true),
            None => (exported, false),
        };
        let kind = ["async function ", "function ", "class ", "const "].into_iter().find(|kind| code.starts_with(kind));
        let named = &code[kind.map_or(0, str::len)..];
        let local = named.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next().unwrap_or_default();
        exports.push(if is_default { format!("default: {local}") } else { local.to_owned() });
        let _ = writeln!(body, "{code}");
    }
    (body, exports.join(", "))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn modules_become_one_script() {
        let files = [
            (
                "main.js",
                "import { draw } from './parts/draw.js';\nimport Form from './form.js';\ndraw(Form, () => import('./late.js'));\n",
            ),
            (
                "parts/draw.js",
                "import { s as say, t } from '../lib/small.js';\n// Draws.\nexport async function draw() {\n    say(t);\n}\n",
            ),
            ("form.js", "export const LONGEST = 3;\nexport default function Form() {}\n"),
            ("lib/small.js", "var a=1,b=2;export{a as s,b as t};\n"),
            (
                "late.js",
                "import { LONGEST } from './form.js';\nimport { other } from './other.js';\nexport default LONGEST + other;\n",
            ),
            ("other.js", "export const other = 1;\n"),
            ("style.css", "a { color: red }"),
        ];
        let sent = join(&files, "main.js");
        let script = &sent["main.js"];
        assert_eq!(
            script.as_str(),
            "const $lib_small = (() => { // lib/small.js\nvar a=1,b=2;\nreturn { s: a, t: b };\n})();\n\
             const $parts_draw = (() => { // parts/draw.js\nconst { s: say, t } = $lib_small;\n// Draws.\n\
             async function draw() {\n    say(t);\n}\n\nreturn { draw };\n})();\n\
             const $form = (() => { // form.js\nconst LONGEST = 3;\nfunction Form() {}\n\n\
             return { LONGEST, default: Form };\n})();\n\
             const { draw } = $parts_draw;\nconst { default: Form } = $form;\n\
             draw(Form, () => import('./late.js'));\nexport { $lib_small, $parts_draw, $form };\n"
        );
        assert_eq!(
            sent["late.js"],
            "import { $form } from './main.js'; const { LONGEST } = $form;\nimport { other } from './other.js';\n\
             export default LONGEST + other;"
        );
        assert_eq!(sent["style.css"], "a { color: red }");
        assert!(!sent.contains_key("form.js"), "it is in the script, and must not be there twice");
    }
}
