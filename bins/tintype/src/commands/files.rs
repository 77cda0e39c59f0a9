use crate::accounts::block_on;
use crate::cli::FilesCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::print;
use tintype_library::MediaAccess;
use tintype_library::auth::Actor;

pub(crate) fn run(config: &Config, command: FilesCommand) -> Result<(), Failure> {
    let database = config.open_database()?;
    database.take_over()?;
    block_on(async {
        let access = MediaAccess::new(database, config.library.clone());
        match command {
            FilesCommand::SetVisibility { visibility, all: _ } => {
                let changed = access.set_visibility_of_all(&Actor::operator(), visibility).await?;
                print(&format!("made {changed} files {visibility}\n"))
            }
        }
    })
}
