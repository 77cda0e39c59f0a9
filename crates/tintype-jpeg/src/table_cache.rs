//! Look-up tables that are kept from scan to scan and from picture to picture.

use std::sync::Arc;

use crate::{
    codes::Definition,
    huffman::{AcTable, DcTable, Use},
};

/// Tables that were built lately: most files use the tables of the standard's annex K, and
/// building them takes as long as decoding hundreds of blocks.
#[derive(Default)]
pub(crate) struct TableCache {
    dc: Kept<DcTable>,
    ac: Kept<AcTable>,
}

/// The latest last.
type Kept<T> = Vec<(Definition, Use, Arc<T>)>;

impl TableCache {
    const KEPT: usize = 8;

    /// The table for DC coefficients; None when `definition` is no table for them.
    pub(crate) fn dc(&mut self, definition: &Definition) -> Option<Arc<DcTable>> {
        cached(&mut self.dc, definition, Use::Symbols, || DcTable::new(definition))
    }

    /// The table for AC coefficients; None when `definition` is no table for them.
    pub(crate) fn ac(&mut self, definition: &Definition, wanted: Use) -> Option<Arc<AcTable>> {
        cached(&mut self.ac, definition, wanted, || AcTable::new(definition, wanted))
    }
}

fn cached<T>(
    kept: &mut Kept<T>,
    definition: &Definition,
    wanted: Use,
    build: impl FnOnce() -> Option<T>,
) -> Option<Arc<T>> {
    let known = kept.iter().position(|(known, uses, _)| known == definition && *uses >= wanted);
    if let Some(at) = known {
        let found = kept.remove(at);
        let table = Arc::clone(&found.2);
        kept.push(found);
        return Some(table);
    }
    let table = Arc::new(build()?);
    if kept.len() == TableCache::KEPT {
        kept.remove(0);
    }
    kept.push((definition.clone(), wanted, Arc::clone(&table)));
    Some(table)
}
