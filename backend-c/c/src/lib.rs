//! Stage crate; see ARCHITECTURE.md.
