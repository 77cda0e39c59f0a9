//! Look-up tables that are kept from scan to scan and from picture to picture.

use std::sync::Arc;

use crate::{
    codes::Definition,
    huffman::{AcTable, DcTable},
};

/// Tables that were built lately: most files use the tables of the standard's annex K, and
/// building them takes as long as decoding hundreds of blocks.
#[derive(Default)]
pub(crate) struct TableCache {
    dc: Vec<(Definition, Arc<DcTable>)>,
    ac: Vec<(Definition, Arc<AcTable>)>,
}

impl TableCache {
    const KEPT: usize = 8;

    /// The table for DC coefficients; None when `definition` is no table for them.
    pub(crate) fn dc(&mut self, definition: &Definition) -> Option<Arc<DcTable>> {
        cached(&mut self.dc, definition, DcTable::new)
    }

    /// The table for AC coefficients; None when `definition` is no table for them.
    pub(crate) fn ac(&mut self, definition: &Definition) -> Option<Arc<AcTable>> {
        cached(&mut self.ac, definition, AcTable::new)
    }
}

fn cached<T>(
    kept: &mut Vec<(Definition, Arc<T>)>,
    definition: &Definition,
    build: impl FnOnce(&Definition) -> Option<T>,
) -> Option<Arc<T>> {
    if let Some(at) = kept.iter().position(|(known, _)| known == definition) {
        // The latest stands last, so that the first is the one to drop.
        let found = kept.remove(at);
        let table = Arc::clone(&found.1);
        kept.push(found);
        return Some(table);
    }
    let table = Arc::new(build(definition)?);
    if kept.len() == TableCache::KEPT {
        kept.remove(0);
    }
    kept.push((definition.clone(), Arc::clone(&table)));
    Some(table)
}
