//! `--explain CODE`: the page of an error code.

use crate::say;

include!(concat!(env!("OUT_DIR"), "/error_pages.rs"));

/// Prints the page; exit status 2 if there is no such code.
pub fn print(code: &str) -> i32 {
    let wanted = code.trim().to_ascii_uppercase();
    match ERROR_PAGES.iter().find(|(name, _)| *name == wanted) {
        Some((_, page)) => {
            say(page, true);
            0
        }
        None => {
            say(
                &format!("error: there is no error code {code}; codes look like RPY0401"),
                false,
            );
            2
        }
    }
}
