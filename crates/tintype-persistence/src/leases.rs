use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::schema::leases;
use diesel::prelude::*;
use tintype_domain::Timestamp;

impl Database {
    /// Takes or renews the lease of that name for `holder`, until `expires_at`. Returns whether
    /// `holder` has it now.
    ///
    /// The lease of another holder can be taken once it has expired. Each holder passes the time of
    /// its own clock, so a difference between clocks shortens or lengthens a lease: work under it
    /// must tolerate being done twice at a time.
    pub fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        self.write(|connection| acquire(connection, name, holder, now, expires_at))
    }

    /// Takes the lease of that name for `holder`, whoever has it.
    pub fn seize_lease(&self, name: &str, holder: &str, expires_at: Timestamp) -> Result<(), Error> {
        let expires_at = leases::expires_at.eq(expires_at.unix_micros());
        self.write(|connection| {
            on_each!(connection, c => {
                diesel::insert_into(leases::table)
                    .values((leases::name.eq(name), leases::holder.eq(holder), expires_at))
                    .on_conflict(leases::name)
                    .do_update()
                    .set((leases::holder.eq(holder), expires_at))
                    .execute(c)
            })?;
            Ok(())
        })
    }

    /// Returns whether anybody holds the lease of that name. `expires_at` is when it would end if
    /// it was taken now: one that ends much later is of a clock that was wrong, and counts for
    /// nothing.
    pub fn is_leased(&self, name: &str, now: Timestamp, expires_at: Timestamp) -> Result<bool, Error> {
        self.read(|connection| {
            let is_plausible = leases::expires_at.le(now.latest_lease(expires_at).unix_micros());
            let held = leases::name.eq(name).and(leases::expires_at.gt(now.unix_micros())).and(is_plausible);
            let holder = leases::table.filter(held).select(leases::holder).first::<String>(connection).optional()?;
            Ok(holder.is_some())
        })
    }

    /// Gives up a lease, so that another holder can take it at once. Does nothing if another holder
    /// has it by now.
    pub fn release_lease(&self, name: &str, holder: &str) -> Result<(), Error> {
        self.write(|connection| release(connection, name, holder))
    }

    /// Gives up all leases of a holder.
    pub fn release_leases(&self, holder: &str) -> Result<(), Error> {
        self.write(|connection| {
            diesel::delete(leases::table.filter(leases::holder.eq(holder))).execute(connection)?;
            Ok(())
        })
    }
}

/// Takes or renews a lease, as [`Database::acquire_lease`] does.
pub(crate) fn acquire(
    connection: &mut AnyConnection,
    name: &str,
    holder: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, Error> {
    // Imported here only: on tables, `QueryDsl` has a method of the same name.
    use diesel::query_dsl::methods::FilterDsl;
    let is_free = leases::holder
        .eq(holder)
        .or(leases::expires_at.le(now.unix_micros()))
        .or(leases::expires_at.gt(now.latest_lease(expires_at).unix_micros()));
    let expires_at = leases::expires_at.eq(expires_at.unix_micros());
    let changed = on_each!(connection, c => {
        diesel::insert_into(leases::table)
            .values((leases::name.eq(name), leases::holder.eq(holder), expires_at))
            .on_conflict(leases::name)
            .do_update()
            .set((leases::holder.eq(holder), expires_at))
            .filter(is_free)
            .execute(c)
    });
    Ok(changed? == 1)
}

/// Gives up a lease, unless another holder has it by now.
pub(crate) fn release(connection: &mut AnyConnection, name: &str, holder: &str) -> Result<(), Error> {
    let held = leases::name.eq(name).and(leases::holder.eq(holder));
    diesel::delete(leases::table.filter(held)).execute(connection)?;
    Ok(())
}
