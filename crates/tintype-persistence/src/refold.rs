//! Folding the names of all files anew, after the version before has folded them otherwise.

use diesel::prelude::*;
use tintype_domain::fold_for_search;

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::schema::files;
use crate::sql::Sql;

/// How many names are read and written at a time.
const CHUNK: i64 = 1000;

/// Folds every name for searches. Most names are in ASCII and stay as they are.
pub(crate) fn refold_names(connection: &mut AnyConnection) -> Result<(), Error> {
    let mut last = i64::MIN;
    loop {
        let rows = files::table.filter(files::id.gt(last)).order(files::id).limit(CHUNK);
        let rows =
            rows.select((files::id, files::name, files::name_folded)).load::<(i64, String, String)>(connection)?;
        let Some((id, ..)) = rows.last() else { return Ok(()) };
        last = *id;
        let folded = rows.iter().map(|(id, name, old)| (*id, fold_for_search(name), old));
        let changed: Vec<_> = folded.filter(|(_, new, old)| new != *old).map(|(id, new, _)| (id, new)).collect();
        if !changed.is_empty() {
            update(&changed).execute(connection)?;
        }
    }
}

fn update(changed: &[(i64, String)]) -> Sql {
    let mut sql = Sql::new("WITH changed (id, folded) AS (VALUES ");
    for (index, (id, folded)) in changed.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" }).bind(*id).push(", ").bind(folded.as_str()).push(")");
    }
    sql.push(") UPDATE files SET name_folded = changed.folded FROM changed WHERE files.id = changed.id");
    sql.uncommon();
    sql
}
