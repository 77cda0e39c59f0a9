//! Pages that begin at a place in the list, as PostgreSQL reads them: it finds the indexes itself.

use tintype_domain::{Cursor, ListQuery, Listed};

use super::selection::{Page, among};
use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::keyset::{self, By, Scope, Source};
use crate::sql::Sql;

pub(crate) fn select_from(
    connection: &mut AnyConnection,
    query: &ListQuery,
    cursor: Option<&Cursor>,
    need: usize,
) -> Result<Vec<i64>, Error> {
    keyset::select_from(connection, &Page::new(query), query, cursor, need)
}

impl Source for Page<'_> {
    fn files(&self, _: By) -> String {
        "files".into()
    }

    fn and_filter(&self, sql: &mut Sql, _: &[Scope], except: &str) {
        self.and_filter_except(sql, except);
    }

    fn one_of(&self, sql: &mut Sql, column: &'static str, numbers: &[i64]) {
        among(sql, column, numbers);
    }

    /// Its statistics tell the planner that few files match.
    fn few(&self, _: &mut AnyConnection, _: Option<&Scope>) -> Result<Option<Vec<i64>>, Error> {
        Ok(None)
    }

    fn some(&self, _: &mut AnyConnection) -> Result<Option<Vec<i64>>, Error> {
        Ok(None)
    }

    fn all(&self, join: &'static str) -> Sql {
        if self.listed == Listed::Trashed {
            let mut sql = self.begin();
            sql.push("SELECT files.id FROM files").push(join).push(" WHERE TRUE");
            self.and_filter_except(&mut sql, "");
            return sql;
        }
        let mut sql = self.matches();
        sql.push(") SELECT files.id FROM few AS files").push(join).push(" WHERE TRUE");
        sql
    }
}
