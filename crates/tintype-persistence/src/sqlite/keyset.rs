//! Pages that begin at a place in the list, as SQLite reads them fast: it is told every index.

use tintype_domain::{Cursor, ListQuery, Listed, OrderField, SortValue};

use super::conditions::Condition;
use super::selection::{FEW, Page};
use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::TRASH_AS_FILES;
use crate::page::keyset::{self, By, Scope, Source};
use crate::page::ordering::column;
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
    fn files(&self, by: By) -> String {
        match by {
            By::Rows => "files NOT INDEXED".into(),
            By::Id => "files INDEXED BY files_id".into(),
            By::User => "files INDEXED BY files_user_id".into(),
            By::Column(field) => format!("files INDEXED BY {}", index(field)),
        }
    }

    fn and_filter(&self, sql: &mut Sql, scopes: &[Scope], except: &str) {
        let has_kind = scopes.iter().any(|scope| matches!(scope, Scope::Equal(OrderField::Kind, _)));
        let is_implied = |condition: &Condition<'_>| match condition {
            Condition::Kinds(_) => has_kind,
            condition => condition.bounds_column() == Some(except),
        };
        for condition in self.conditions.iter().filter(|condition| !is_implied(condition)) {
            sql.push(" AND ");
            condition.write(sql);
        }
    }

    fn one_of(&self, sql: &mut Sql, column: &'static str, numbers: &[i64]) {
        match numbers {
            [number] => sql.push(column).push(" = ").bind(*number),
            _ => {
                sql.push(column).push(" IN (SELECT value FROM json_each(");
                sql.bind(format!("{numbers:?}").as_str()).push("))")
            }
        };
    }

    fn few(&self, connection: &mut AnyConnection, scope: Option<&Scope>) -> Result<Option<Vec<i64>>, Error> {
        let Some(scope) = scope else {
            for condition in &self.conditions {
                if let Some(ids) = self.few_of(connection, condition)? {
                    return Ok(Some(ids));
                }
            }
            return Ok(None);
        };
        let mut sql = Sql::new("SELECT id FROM (");
        match scope {
            Scope::Equal(field, value) => {
                self.select_rows(&mut sql, By::Column(*field)).push(column(*field)).push(" = ");
                match value {
                    SortValue::Number(number) => sql.bind(*number),
                    SortValue::Text(text) => sql.bind(text.as_str()),
                    SortValue::Null => sql.push("NULL"),
                };
            }
            Scope::Null(field) => {
                self.select_rows(&mut sql, By::Column(*field)).push(column(*field)).push(" IS NULL");
            }
            Scope::Users { ids, has_orphans } => {
                self.select_rows(&mut sql, By::User);
                self.one_of(&mut sql, "files.user_id", ids);
                if *has_orphans {
                    sql.push(" UNION ALL ");
                    self.select_rows(&mut sql, By::User).push("files.user_id IS NULL");
                }
            }
        }
        sql.push(")").limit(FEW as i64 + 1);
        sql.uncommon();
        let ids = self.load_ids(connection, sql)?;
        Ok(Some(ids).filter(|ids| ids.len() <= FEW))
    }

    fn some(&self, connection: &mut AnyConnection) -> Result<Option<Vec<i64>>, Error> {
        for condition in &self.conditions {
            if let Some(ids) = self.at_most(connection, condition, SOME)? {
                return Ok(Some(ids));
            }
        }
        Ok(None)
    }

    fn all(&self, join: &'static str) -> Sql {
        let mut sql = Sql::new("");
        match self.listed {
            Listed::Kept => {
                sql.push("SELECT files.id FROM files INDEXED BY files_facts").push(join);
                self.filter_scan(&mut sql);
            }
            Listed::Trashed => {
                sql.push(TRASH_AS_FILES).push("SELECT files.id FROM files").push(join);
                self.filter(&mut sql);
            }
        }
        sql.uncommon();
        sql
    }
}

/// Up to so many files are looked up one by one sooner than an index of all is read.
const SOME: usize = 50_000;

impl Page<'_> {
    fn select_rows<'s>(&self, sql: &'s mut Sql, by: By) -> &'s mut Sql {
        sql.push("SELECT files.rowid AS id FROM ").push(self.files(by)).push(" WHERE ")
    }
}

/// Returns the index that has the numbers of files by this column.
fn index(field: OrderField) -> &'static str {
    match field {
        OrderField::Kind => "files_kind",
        OrderField::Name => "files_name",
        OrderField::Size => "files_size",
        OrderField::Width => "files_width",
        OrderField::Height => "files_height",
        OrderField::Mode => "files_mode",
        OrderField::CreatedAt => "files_facts",
        OrderField::UpdatedAt => "files_updated_at",
        OrderField::TakenAt => "files_taken_at",
        OrderField::Duration => "files_duration",
        // Users are read by another index.
        _ => "files_id",
    }
}
