//! Optimisations on low-level graphs.

pub mod malloc_removal;
