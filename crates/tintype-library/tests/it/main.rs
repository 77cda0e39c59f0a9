//! The use cases on real parts.
