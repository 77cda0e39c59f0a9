//! `column = one of the values`, with one value to bind however many there are.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite;
use tintype_domain::Key;

/// A condition whose statement stays prepared. That of diesel's `eq_any` has a value to bind for
/// each of the values, and is compiled anew each time.
///
/// It is written for each database, so load what has it inside of `on_each!`.
#[derive(Debug, Clone, QueryId)]
pub(crate) struct OneOf<Column> {
    column: Column,
    /// A JSON array.
    values: String,
}

/// Returns that a column of numbers has one of these.
pub(crate) fn one_of<Column: Expression<SqlType = BigInt>>(
    column: Column,
    numbers: impl IntoIterator<Item = i64>,
) -> OneOf<Column> {
    OneOf { column, values: array(numbers.into_iter().map(|number| number.to_string())) }
}

/// Returns that a column of keys has one of these.
pub(crate) fn one_of_keys<'a, Column: Expression<SqlType = Text>>(
    column: Column,
    keys: impl IntoIterator<Item = &'a Key>,
) -> OneOf<Column> {
    // Keys have neither backslashes nor control characters.
    OneOf { column, values: array(keys.into_iter().map(|key| format!("\"{}\"", key.as_str().replace('"', "\\\"")))) }
}

fn array(values: impl Iterator<Item = String>) -> String {
    let mut array = String::from("[");
    for value in values {
        if array.len() > 1 {
            array.push(',');
        }
        array += &value;
    }
    array.push(']');
    array
}

impl<Column: Expression> Expression for OneOf<Column> {
    type SqlType = Bool;
}

impl<Column: AppearsOnTable<Table>, Table> AppearsOnTable<Table> for OneOf<Column> {}

impl<Column: SelectableExpression<Table>, Table> SelectableExpression<Table> for OneOf<Column> {}

impl<Column> ValidGrouping<()> for OneOf<Column> {
    type IsAggregate = is_aggregate::No;
}

impl<Column: QueryFragment<Sqlite>> QueryFragment<Sqlite> for OneOf<Column> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.values)?;
        out.push_sql("))");
        Ok(())
    }
}

/// What PostgreSQL makes of the elements of an array, which JSON has as texts.
pub(crate) trait Element {
    const CAST: &'static str;
}

impl Element for BigInt {
    const CAST: &'static str = "::bigint";
}

impl Element for Text {
    const CAST: &'static str = "";
}

impl<Column> QueryFragment<Pg> for OneOf<Column>
where
    Column: Expression + QueryFragment<Pg>,
    Column::SqlType: Element,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY (ARRAY(SELECT json_array_elements_text(");
        out.push_bind_param::<Text, _>(&self.values)?;
        out.push_sql("::json)");
        out.push_sql(Column::SqlType::CAST);
        out.push_sql("))");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{one_of, one_of_keys};
    use crate::schema::files;
    use diesel::prelude::*;
    use diesel::sqlite::Sqlite;

    #[test]
    fn the_statement_is_the_same_for_any_number_of_values() {
        let sql = |numbers: &[i64]| {
            let query = files::table.filter(one_of(files::id, numbers.iter().copied())).select(files::id);
            diesel::debug_query::<Sqlite, _>(&query).to_string().replace(&format!("{numbers:?}").replace(' ', ""), "…")
        };
        assert_eq!(sql(&[]), sql(&[1, 20, 3]));
    }

    #[test]
    fn keys_are_found_whatever_characters_they_have() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        diesel::sql_query("CREATE TABLE files (id BIGINT, key TEXT)").execute(&mut connection).unwrap();
        let keys: Vec<tintype_domain::Key> = ["a/it's.txt", "a/\"b\".txt", "a/، ‎نام.txt", "a/{}[],.txt"]
            .iter()
            .map(|key| key.parse().unwrap())
            .collect();
        for (id, key) in keys.iter().enumerate() {
            let new = (files::id.eq(id as i64), files::key.eq(key.as_str()));
            diesel::insert_into(files::table).values(new).execute(&mut connection).unwrap();
        }
        let mut find = |keys: &[tintype_domain::Key]| {
            let found = files::table.filter(one_of_keys(files::key, keys)).select(files::id).order(files::id);
            found.load::<i64>(&mut connection).unwrap()
        };
        assert_eq!(find(&keys), [0, 1, 2, 3]);
        assert_eq!(find(&keys[1..2]), [1]);
        assert_eq!(find(&[]), [0; 0]);
    }
}
