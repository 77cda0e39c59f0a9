//! Files whose pictures look alike.

use diesel::prelude::*;
use tintype_domain::{FileId, Filter, ListQuery, Listed};

use crate::connection::AnyConnection;
use crate::dialect::matching;
use crate::error::Error;
use crate::schema::previews;

/// Returns the files that look like one and match the filter, with the number of bits by which
/// their perceptual hashes differ, the nearest first.
///
/// All hashes are compared, but for those of files in the trash: there is an index of nothing else,
/// and no database counts bits alike.
pub(crate) fn look_alikes(
    connection: &mut AnyConnection,
    query: &ListQuery,
    file: FileId,
) -> Result<Vec<(i64, u32)>, Error> {
    if query.listed == Listed::Trashed {
        return Ok(Vec::new());
    }
    let own = previews::table.filter(previews::file_id.eq(file.0)).select(previews::perceptual_hash);
    let Some(wanted) = own.first::<Option<i64>>(connection).optional()?.flatten() else { return Ok(Vec::new()) };
    let others = previews::table.filter(previews::perceptual_hash.is_not_null()).filter(previews::file_id.ne(file.0));
    let hashes = others.select((previews::perceptual_hash.assume_not_null(), previews::file_id));
    let hashes = hashes.load::<(i64, i64)>(connection)?;
    let distances = hashes.into_iter().map(|(hash, id)| (id, (hash ^ wanted).count_ones()));
    let mut near: Vec<_> = distances.filter(|(_, distance)| *distance <= query.max_distance).collect();
    if query.filter != Filter::default() {
        let mut ids = matching(connection, query, &near.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        ids.sort_unstable();
        near.retain(|(id, _)| ids.binary_search(id).is_ok());
    }
    near.sort_unstable_by_key(|(id, distance)| (*distance, std::cmp::Reverse(*id)));
    Ok(near)
}
