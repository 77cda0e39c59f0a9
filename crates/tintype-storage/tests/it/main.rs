//! Storages as their users see them.

use tintype_storage as _;
