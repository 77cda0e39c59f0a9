//! What a filter asks of a file, a condition for each of its parts.

use crate::page::CAMERAS;
use crate::sql::Sql;
use tintype_domain::{Bounds, Checksum, Filter, PreviewStatus, Tag, Visibility};

/// One part of a filter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition<'a> {
    /// Every term occurs; at least one has three characters, as the trigram index needs.
    Search(&'a [String]),
    /// Every term occurs; none has three characters.
    ShortSearch(&'a [String]),
    /// It has a tag, or one in a folder of tags.
    Tagged(&'a Tag),
    /// It has that content.
    Content(&'a Checksum),
    Kinds(&'a [tintype_domain::Kind]),
    Visibility(Visibility),
    Preview(PreviewStatus),
    /// Maker and model of the camera contain it.
    Camera(&'a str),
    HasGps(bool),
    Range(&'static Column, Bounds),
}

/// A column of whole numbers that lists filter by.
#[derive(Debug)]
pub(super) struct Column {
    name: &'static str,
    /// The index that begins with it.
    index: &'static str,
}

macro_rules! column {
    ($name:literal, $index:literal) => {
        &Column { name: $name, index: $index }
    };
}

/// Returns the conditions of a filter, those first that are likely to leave few files.
pub(super) fn conditions(filter: &Filter) -> Vec<Condition<'_>> {
    let mut conditions = Vec::new();
    conditions.extend(filter.checksum.as_ref().map(Condition::Content));
    conditions.extend(filter.tags.iter().map(Condition::Tagged));
    if filter.search.iter().any(|term| is_long(term)) {
        conditions.push(Condition::Search(&filter.search));
    }
    let ranges = [
        (column!("files.user_id", "files_user_id"), filter.user_id),
        (column!("files.id", "files_id"), filter.id),
        (column!("files.created_at", "files_facts"), filter.created_at),
        (column!("files.updated_at", "files_updated_at"), filter.updated_at),
        (column!("files.width", "files_width"), filter.width),
        (column!("files.height", "files_height"), filter.height),
        (column!("files.size", "files_size"), filter.size),
        (column!("files.taken_at", "files_taken_at"), filter.taken_at),
        (column!("files.duration_ms", "files_duration"), filter.duration_ms),
        (column!("files.pages", "files_pages"), filter.pages),
    ];
    let bounded = ranges.into_iter().filter(|(_, bounds)| !bounds.is_all());
    conditions.extend(bounded.map(|(column, bounds)| Condition::Range(column, bounds)));
    if !filter.kinds.is_empty() {
        conditions.push(Condition::Kinds(&filter.kinds));
    }
    conditions.extend(filter.camera.as_deref().map(Condition::Camera));
    conditions.extend(filter.has_gps.map(Condition::HasGps));
    conditions.extend(filter.preview_status.map(Condition::Preview));
    conditions.extend(filter.visibility.map(Condition::Visibility));
    // Finding few takes as long as finding many: every name is read.
    if !filter.search.is_empty() && !filter.search.iter().any(|term| is_long(term)) {
        conditions.push(Condition::ShortSearch(&filter.search));
    }
    conditions
}

impl Condition<'_> {
    /// Returns the column whose bounds the condition is.
    pub(super) fn bounds_column(&self) -> Option<&'static str> {
        match self {
            Self::Range(column, _) => Some(column.name),
            _ => None,
        }
    }

    /// Returns the table or index that finds all matches of this condition without reading rows.
    pub(super) fn source(&self) -> String {
        match self {
            Self::Search(terms) if terms.iter().all(|term| is_long(term)) => "file_search AS files".into(),
            Self::Search(_) => "file_search CROSS JOIN files ON files.id = file_search.rowid".into(),
            Self::ShortSearch(_) => "files INDEXED BY files_name_folded".into(),
            Self::Tagged(_) => "file_tags AS files".into(),
            Self::Content(_) => "files INDEXED BY files_checksum".into(),
            Self::Kinds(_) => "files INDEXED BY files_kind".into(),
            Self::Visibility(_) => "files INDEXED BY files_visibility".into(),
            Self::Preview(_) => "files INDEXED BY files_preview_status".into(),
            Self::Camera(_) => "files INDEXED BY files_camera".into(),
            Self::HasGps(_) => "files INDEXED BY files_has_gps".into(),
            Self::Range(column, _) => format!("files INDEXED BY {}", column.index),
        }
    }

    /// Returns the column of its [`source`](Self::source) that has the ids of files.
    pub(super) fn source_id(&self) -> &'static str {
        match self {
            Self::Tagged(_) => "files.file_id",
            _ => "files.rowid",
        }
    }

    /// Appends the condition as its [`source`](Self::source) takes it.
    pub(super) fn write_for_source(&self, sql: &mut Sql) {
        let terms = match self {
            Self::Search(terms) => terms,
            Self::Tagged(tag) => {
                sql.push("files.folded = ").bind(tag.folded());
                return;
            }
            _ => return self.write(sql),
        };
        // The table's own name is also that of the column that stands for all of its text.
        sql.push("file_search MATCH ").bind(matching(terms).as_str());
        and_short(sql, terms);
    }

    /// Appends the condition for a scan of `files_facts`, which reads no names if trigrams are
    /// enough.
    pub(super) fn write_for_scan<ST>(&self, sql: &mut Sql<ST>) {
        let Self::Search(terms) = self else { return self.write(sql) };
        sql.push("files.id IN (SELECT rowid FROM file_search WHERE file_search MATCH ");
        sql.bind(matching(terms).as_str()).push(")");
        and_short(sql, terms);
    }

    /// Appends the condition as any table or index of files takes it.
    pub(super) fn write<ST>(&self, sql: &mut Sql<ST>) {
        match self {
            Self::Search(terms) | Self::ShortSearch(terms) => {
                for (index, term) in terms.iter().enumerate() {
                    sql.push(if index == 0 { "" } else { " AND " });
                    occurs(sql, term);
                }
            }
            Self::Tagged(tag) => {
                sql.push("EXISTS (SELECT 1 FROM file_tags WHERE folded = ").bind(tag.folded());
                sql.push(" AND file_id = files.id)");
            }
            Self::Content(checksum) => {
                sql.push("files.checksum = ").bind(&checksum.0[..]);
            }
            Self::Kinds(kinds) => {
                sql.push("files.kind IN ").list(kinds.iter().map(|kind| kind.as_str()));
            }
            Self::Visibility(visibility) => {
                sql.push("files.visibility = ").bind(visibility.as_str());
            }
            Self::Camera(part) => {
                sql.push(format!("files.camera IN ({CAMERAS} WHERE instr(name, ")).bind(*part).push(") > 0)");
            }
            Self::HasGps(has) => {
                sql.push(if *has { "files.has_gps = TRUE" } else { "files.has_gps = FALSE" });
            }
            Self::Preview(status) => {
                sql.push("files.preview_status = ").bind(status.as_str());
            }
            Self::Range(column, bounds) => {
                sql.between(column.name, *bounds);
            }
        }
    }
}

/// Returns whether the trigram index can find the term.
fn is_long(term: &str) -> bool {
    term.chars().nth(2).is_some()
}

/// Returns the terms that the trigram index can find in FTS5's query language.
fn matching(terms: &[String]) -> String {
    let quoted: Vec<String> = terms.iter().filter(|term| is_long(term)).map(|term| quoted(term)).collect();
    quoted.join(" AND ")
}

/// Appends the terms that the trigram index cannot find.
fn and_short<ST>(sql: &mut Sql<ST>, terms: &[String]) {
    for term in terms.iter().filter(|term| !is_long(term)) {
        sql.push(" AND ");
        occurs(sql, term);
    }
}

/// Returns the term as a string in FTS5's query language, in which only the quote is special.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

/// Appends that the term occurs in the folded name or in the number of the file.
fn occurs<ST>(sql: &mut Sql<ST>, term: &str) {
    // GLOB skips to an ASCII letter faster than `instr`, but takes no long patterns.
    if !is_long(term) && term.is_ascii() {
        let pattern: String =
            term.chars().map(|c| if "*?[".contains(c) { format!("[{c}]") } else { c.into() }).collect();
        sql.push("(files.name_folded GLOB ").bind(format!("*{pattern}*").as_str());
    } else {
        sql.push("(instr(files.name_folded, ").bind(term).push(") > 0");
    }
    if term.bytes().all(|byte| byte.is_ascii_digit()) {
        sql.push(" OR instr(CAST(files.id AS TEXT), ").bind(term).push(") > 0");
    }
    sql.push(")");
}
