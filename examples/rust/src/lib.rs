//! An application that would use tintype; its test is the example.
