//! Serving: headers, ranges, conditions, and that nothing else can be had.

mod accel;
mod archives;
mod cache;
mod damage;
mod headers;
mod links;
mod ranges;
mod rendition_policies;
mod renditions;
mod safety;
mod upload_links;
mod visibility;
