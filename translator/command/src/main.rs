//! The `translate` command.

mod cli;
mod compilation;
mod explain;
mod pipeline;
mod progress;
mod run;
mod settings;
mod system;
mod target;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Address space for the translation's own recursion: flow graphs and import-time programs nest deeply.
const STACK_BYTES: usize = 4 << 30;

fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().skip(1).collect();
    let options = match cli::parse(&argv) {
        cli::Parsed::Options(options) => options,
        cli::Parsed::Message(text, status) => {
            say(&text, status == 0);
            return exit_code(status);
        }
    };
    if let Some(code) = &options.explain {
        return exit_code(explain::print(code));
    }
    let worker = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || pipeline::translate(&options));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => exit_code(status),
        Ok(Err(_)) => {
            say(
                "error: the translator stopped on a bug of its own; please report the program that shows it",
                false,
            );
            exit_code(1)
        }
        Err(e) => {
            say(&format!("error: cannot start a thread: {e}"), false);
            exit_code(1)
        }
    }
}

fn exit_code(status: i32) -> ExitCode {
    ExitCode::from(u8::try_from(status & 0xff).unwrap_or(1))
}

/// Text for people: to standard output if it was asked for, else to standard error.
fn say(text: &str, wanted: bool) {
    let text = text.trim_end();
    if wanted {
        writeln!(std::io::stdout(), "{text}").ok();
    } else {
        writeln!(std::io::stderr(), "{text}").ok();
    }
}
