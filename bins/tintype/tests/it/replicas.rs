//! Several servers on one PostgreSQL and one Garage, killed or bereft of what they stand on.
//!
//! With `TINTYPE_TEST_LONG=true` servers are killed for a minute and outages last half of one.

mod fleet;
mod kills;
mod load;
mod outages;
mod renditions;
mod resumable;
mod webhooks;
