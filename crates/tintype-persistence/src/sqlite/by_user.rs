//! Pages in the order of a field of the uploader, as SQLite reads them fast.

use super::selection::Page;
use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::by_user::{ByUser, Group, Part, UserPlace};
use crate::sql::Sql;

impl ByUser for Page<'_> {
    fn users(&self, rank: &str) -> Sql<UserPlace> {
        let mut sql = Sql::new(format!(
            "SELECT users.id, {rank} AS place, \
             (SELECT count(*) FROM files INDEXED BY files_user_id WHERE files.user_id = users.id"
        ));
        self.and_filter(&mut sql);
        // Diesel reads the columns by position.
        sql.push(") FROM users ORDER BY place");
        self.keep_prepared(&mut sql);
        sql
    }

    fn orphans(&self) -> Sql {
        let mut sql = Sql::new("SELECT count(*) FROM files INDEXED BY files_user_id WHERE files.user_id IS NULL");
        self.and_filter(&mut sql);
        sql
    }

    fn one_group(&self, group: &Group, part: &Part, count: i64) -> Sql {
        let users = format!("{:?}", group.users);
        let mut sql = Sql::new("SELECT files.id FROM files");
        // Walking down the ids finds a file of the group every `count / files` steps; sorting reads
        // all of its files.
        let steps = (part.skip + part.take).saturating_mul(count) / group.files.max(1);
        if steps < group.files {
            sql.push(" INDEXED BY files_id WHERE (files.user_id IN (SELECT value FROM json_each(");
            sql.bind(users.as_str()).push("))");
            sql.push(if group.has_orphans { " OR files.user_id IS NULL)" } else { ")" });
        } else {
            sql.push(" NOT INDEXED WHERE files.id IN (");
            sql.push("SELECT id FROM files INDEXED BY files_user_id WHERE user_id IN (SELECT value FROM json_each(");
            sql.bind(users.as_str()).push("))");
            if group.has_orphans {
                sql.push(" UNION ALL SELECT id FROM files INDEXED BY files_user_id WHERE user_id IS NULL");
            }
            sql.push(")");
        }
        self.and_filter(&mut sql);
        sql.push(" ORDER BY files.id DESC").limit(part.take).offset(part.skip);
        sql
    }

    fn whole_groups(&self, users: &[i64]) -> Sql {
        let mut sql = Sql::new("SELECT files.id FROM json_each(");
        sql.bind(format!("{users:?}").as_str());
        sql.push(") AS listed CROSS JOIN users ON users.id = listed.value");
        sql.push(" CROSS JOIN files INDEXED BY files_user_id ON files.user_id = users.id");
        self.and_filter(&mut sql);
        sql.push(format!(" ORDER BY {}", self.ordering.sql()));
        sql
    }

    fn load(&self, connection: &mut AnyConnection, sql: Sql) -> Result<Vec<i64>, Error> {
        self.load_ids(connection, sql)
    }
}
