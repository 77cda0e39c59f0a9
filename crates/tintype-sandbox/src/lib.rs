#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod child;
mod confine;
mod confinement;
mod limits;
mod program;
mod watch;

pub use child::work;
pub use confine::confine;
pub use confinement::{Confinement, report};
pub use limits::{limit_cpu, limit_memory};
pub use program::{Answer, End, Program, Running};
