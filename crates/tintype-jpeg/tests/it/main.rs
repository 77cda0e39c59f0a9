//! What the decoder promises, through its public interface.

mod damage;
mod encoder;
mod files;
mod header;
mod limits;
mod pictures;
mod reference;
