//! Landlock: no files but those below some folders, no TCP, no signals to others.

use std::path::Path;

use ::landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, Scope, path_beneath_rules,
};

/// The newest version of the interface that is asked for; older kernels do what they can.
const VERSION: ABI = ABI::V6;

pub(super) fn restrict(readable: &[&Path]) {
    // A kernel that lacks it says so by a status, and an error leaves the process as it was.
    let _ = try_restrict(readable);
}

fn try_restrict(readable: &[&Path]) -> Result<(), RulesetError> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(AccessNet::from_all(VERSION))?
        .scope(Scope::from_all(VERSION))?
        .create()?
        // Folders that are not there are left out.
        .add_rules(path_beneath_rules(readable, read))?
        .restrict_self()?;
    Ok(())
}
