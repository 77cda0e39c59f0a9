//! Serving: headers, ranges, conditions, and that nothing else can be had.

mod damage;
mod headers;
mod ranges;
mod safety;
