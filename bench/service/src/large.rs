use crate::{Failure, Plan}; pub fn measure(_: &Plan) -> Result<(), Failure> { Ok(()) }
