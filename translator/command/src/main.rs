//! The `translate` command.
mod cli;
mod system;

fn main() {}
