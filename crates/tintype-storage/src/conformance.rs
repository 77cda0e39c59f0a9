//! Behaviours every storage must show, each a function that panics where it is not shown.
