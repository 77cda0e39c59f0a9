#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "what fails ends the scenario, which then counts as failed")]

mod disk;
mod extent;
mod ledger;
mod library;
mod operation;
mod random;
mod report;
mod scenarios;
mod tracer;

pub use extent::Extent;
pub use report::Report;
pub use scenarios::Scenario;
