//! Tags of files: which files have them, and how many.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use tintype_domain::{Tag, Tags};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::schema::file_tags;
use crate::strays::CHUNK;

/// A tag and how many files have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// Its name, as one of these files has it.
    pub name: String,
    /// How many files have it.
    pub files: u64,
}

impl Database {
    /// Returns the tags whose names begin with `prefix`, whatever their case, by name.
    pub fn tags(&self, prefix: &str, limit: u32) -> Result<Vec<TagCount>, Error> {
        self.read(|connection| {
            let prefix = Tag::fold_prefix(prefix);
            // Folded names with the prefix lie between it and its last successor.
            let end = format!("{prefix}{}", char::MAX);
            let within = file_tags::folded.ge(&prefix).and(file_tags::folded.lt(&end));
            let tags = file_tags::table.filter(within).filter(file_tags::name.is_not_null());
            let tags = tags.group_by(file_tags::folded).order(file_tags::folded).limit(limit.into());
            let rows = tags.select((min(file_tags::name), count_star())).load::<(Option<String>, i64)>(connection)?;
            let tag = |(name, files): (Option<String>, i64)| {
                Some(TagCount { name: name?, files: u64::try_from(files).unwrap_or(0) })
            };
            Ok(rows.into_iter().filter_map(tag).collect())
        })
    }
}

/// Gives tags to files that have none yet.
pub(crate) fn insert_tags(connection: &mut AnyConnection, files: &[(i64, Tags)]) -> QueryResult<()> {
    let mut rows = Vec::new();
    for (file, tags) in files {
        // A tag may have the name of a folder.
        let mut own: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for tag in tags.iter() {
            own.insert(tag.folded(), Some(tag.as_str()));
            for folder in tag.folders() {
                own.entry(folder).or_default();
            }
        }
        rows.extend(own.into_iter().map(|(folded, name)| {
            (file_tags::folded.eq(folded), file_tags::file_id.eq(*file), file_tags::name.eq(name))
        }));
    }
    for rows in rows.chunks(CHUNK) {
        let rows = rows.to_vec();
        on_each!(connection, c => diesel::insert_into(file_tags::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Replaces the tags of a file.
pub(crate) fn replace_tags(connection: &mut AnyConnection, file: i64, tags: &Tags) -> QueryResult<()> {
    diesel::delete(file_tags::table.filter(file_tags::file_id.eq(file))).execute(connection)?;
    insert_tags(connection, &[(file, tags.clone())])
}
