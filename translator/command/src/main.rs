//! The `translate` command.
mod cli;

fn main() {}
