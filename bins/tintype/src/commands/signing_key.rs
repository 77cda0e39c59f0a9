use crate::accounts::block_on;
use crate::cli::SigningKeyCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::print;
use tintype_library::auth::Actor;
use tintype_library::{MediaAccess, Rotation};

pub(crate) fn run(config: &Config, command: SigningKeyCommand) -> Result<(), Failure> {
    let SigningKeyCommand::Rotate { now } = command;
    if config.library.signing_key.is_some() {
        return Err(Failure::new("`signing_key` is configured; change it there, and start the servers again"));
    }
    let database = config.open_database()?;
    database.take_over()?;
    let (rotation, told) = match now {
        true => (Rotation::RefuseLinks, "links that were signed before are refused"),
        false => (Rotation::KeepLinks, "links that were signed before stay valid until they expire"),
    };
    block_on(async {
        MediaAccess::new(database, config.library.clone()).rotate_signing_key(&Actor::operator(), rotation).await?;
        print(&format!("signing with a new key; {told}\n"))
    })
}
