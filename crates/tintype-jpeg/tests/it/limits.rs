use crate::encoder as _;
