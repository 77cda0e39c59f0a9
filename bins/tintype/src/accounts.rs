use crate::failure::Failure;
use tintype_library::Accounts;
use tintype_library::persistence::Database;

/// Runs a command on the accounts in a database.
pub(crate) fn with_accounts<F: Future<Output = Result<(), Failure>>>(
    database: Database,
    work: impl FnOnce(Accounts) -> F,
) -> Result<(), Failure> {
    block_on(async { work(Accounts::new(database)).await })
}

/// Runs the work of a command.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::during("cannot start a thread", &e))?;
    runtime.block_on(work)
}
