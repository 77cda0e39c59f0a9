//! Serving: headers, ranges, conditions, and that nothing else can be had.

mod headers;
mod ranges;
mod safety;
