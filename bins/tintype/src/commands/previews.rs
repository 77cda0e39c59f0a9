use crate::accounts::block_on;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::print;
use tintype_library::Rereading;
use tintype_library::auth::Actor;

/// Has failed previews made again by the server.
pub(crate) fn retry(config: &Config) -> Result<(), Failure> {
    let rereading = |rereading: Rereading| async move { rereading.retry_previews(&Actor::operator()).await };
    let failed = ask(config, rereading)?;
    print(&format!("the server will try {failed} previews again\n"))
}

/// Has the metadata of all files read again by the server.
pub(crate) fn reread_metadata(config: &Config) -> Result<(), Failure> {
    let rereading = |rereading: Rereading| async move { rereading.reread_metadata(&Actor::operator()).await };
    let files = ask(config, rereading)?;
    print(&format!("the server will read {files} files again\n"))
}

fn ask<F>(config: &Config, work: impl FnOnce(Rereading) -> F) -> Result<usize, Failure>
where
    F: Future<Output = Result<usize, tintype_library::Error>>,
{
    let database = config.open_database()?;
    database.take_over()?;
    block_on(async { work(Rereading::new(database, &config.library)).await.map_err(Failure::from) })
}
