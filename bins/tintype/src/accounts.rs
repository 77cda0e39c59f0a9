use crate::failure::Failure;
use tintype_library::Accounts;
use tintype_library::persistence::Database;
use tokio::runtime::Runtime;

/// Runs a command on the accounts in a database.
pub(crate) fn with_accounts<F: Future<Output = Result<(), Failure>>>(
    database: Database,
    work: impl FnOnce(Accounts) -> F,
) -> Result<(), Failure> {
    block_on(async { work(Accounts::new(database)).await })
}

/// Returns threads for the work of a command that takes long.
pub(crate) fn threads() -> Result<Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(|e| Failure::during("cannot start threads", &e))
}

/// Runs the work of a command.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::during("cannot start a thread", &e))?;
    runtime.block_on(work)
}
