use diesel::dsl::max;
use diesel::prelude::*;
use tintype_domain::{Key, Timestamp};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::schema::{strays, used_up_days};

/// The object was deleted, or was never ours: the key is used up.
pub(crate) const GONE: &str = "gone";

/// The only row of `used_up_days`.
const ROW: i64 = 1;

impl Database {
    /// Removes the tombstones of keys that were forgotten before that time, and returns how many. A
    /// key contains the day of its upload, so nobody asks again for the key of a day long past.
    ///
    /// Should somebody ask nevertheless, because the clock was ahead when the tombstones were
    /// dropped, the key is still not given out: the last of the days is remembered.
    pub fn drop_tombstones(&self, forgotten_before: Timestamp) -> Result<usize, Error> {
        self.write(|connection| {
            let old =
                || strays::table.filter(strays::state.eq(GONE).and(strays::since.lt(forgotten_before.unix_micros())));
            let Some(latest) = old().select(max(strays::since)).get_result::<Option<i64>>(connection)? else {
                return Ok(0);
            };
            use_up_days(connection, latest)?;
            Ok(diesel::delete(old()).execute(connection)?)
        })
    }
}

/// Returns since when the key is a tombstone: not before its own day, whatever the clock says, or
/// it would be dropped too early.
pub(crate) fn gone_since(key: &Key, now: Timestamp) -> i64 {
    key.day().map_or(now, |day| day.max(now)).unix_micros()
}

/// Returns whether tombstones of the key's day, or of a later one, have been dropped. Then the key
/// may have been used without a trace.
pub(crate) fn is_used_up(connection: &mut AnyConnection, key: &Key) -> QueryResult<bool> {
    let Some(day) = key.day() else { return Ok(false) };
    Ok(used_up_until(connection)?.is_some_and(|until| day.unix_micros() <= until))
}

/// Returns the latest time at which a key became a tombstone that is dropped now.
pub(crate) fn used_up_until(connection: &mut AnyConnection) -> QueryResult<Option<i64>> {
    used_up_days::table.find(ROW).select(used_up_days::until).get_result(connection).optional()
}

/// Makes sure that keys of the days up to that time are not given out any more.
pub(crate) fn use_up_days(connection: &mut AnyConnection, until: i64) -> QueryResult<()> {
    // Imported here only: on tables, `QueryDsl` has a method of the same name.
    use diesel::query_dsl::methods::FilterDsl;
    on_each!(connection, c => {
        diesel::insert_into(used_up_days::table)
            .values((used_up_days::id.eq(ROW), used_up_days::until.eq(until)))
            .on_conflict(used_up_days::id)
            .do_update()
            .set(used_up_days::until.eq(until))
            .filter(used_up_days::until.lt(until))
            .execute(c)
    })?;
    Ok(())
}
