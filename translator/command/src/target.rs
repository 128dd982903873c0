//! Loading the target file and asking it what to translate.

use crate::cli::Options;
use rpy_host::{Host, Raised, Value};
use rpy_syntax::Diagnostic;
use std::os::unix::ffi::OsStrExt;

/// Code of the one refusal that is a usage error.
pub const UNKNOWN_OPTION: &str = "RPY0607";

/// What the target asks for.
pub struct Target {
    /// The entry point.
    pub entry: Value,
    /// `driver.exe_name`, with `%(backend)s` filled in.
    pub exe_name: Option<String>,
}

/// Runs the target file and its hooks.
pub fn load(host: &mut Host, options: &Options) -> Result<Target, Diagnostic> {
    let words = std::iter::once(options.target.as_os_str()).chain(options.target_args.iter().map(|a| a.as_os_str()));
    let words: Vec<Vec<u8>> = words.map(|w| w.as_bytes().to_vec()).collect();
    host.set_argv(&words);
    let module = host.import_main(&options.target)?;
    prepare(host, module, options).unwrap_or_else(|raised| Err(host.diagnostic_of(&raised)))
}

fn prepare(host: &mut Host, module: Value, options: &Options) -> Result<Result<Target, Diagnostic>, Raised> {
    let command = host.import_module("rpython.translator.goal.command")?;
    let function = host.getattr(command, "prepare")?;
    let namespace = host.getattr(module, "__dict__")?;
    let settings = settings(host, options);
    let extra: Vec<Value> = options.extra_options.iter().map(|o| host.new_str(o)).collect();
    let extra = host.new_list(extra);
    let args: Vec<Value> = options.target_args.iter().map(|a| host.new_str(a.as_bytes())).collect();
    let args = host.new_list(args);
    let prepared = host.call(function, &[namespace, settings, extra, args], &[])?;
    let problem = host.getattr(prepared, "problem")?;
    if let Some(problem) = host.str_text(problem) {
        return Ok(Err(refused(&problem, options)));
    }
    let entry = host.getattr(prepared, "entry_point")?;
    let exe_name = host.getattr(prepared, "exe_name")?;
    let exe_name = host.str_text(exe_name).map(|n| n.replace("%(backend)s", "c"));
    Ok(Ok(Target { entry, exe_name }))
}

fn refused(problem: &str, options: &Options) -> Diagnostic {
    let file = options.target.display();
    match problem.strip_prefix("unknown-option ") {
        Some(option) => Diagnostic::error(UNKNOWN_OPTION, format!("unknown option {option}"))
            .note(format!("neither the translator nor {file} knows it"))
            .help("see translate --help; options of the target itself go behind its name"),
        None => Diagnostic::error("RPY0202", format!("{file} has no function target(driver, args)"))
            .note("the translator calls it to learn the entry point")
            .help("def target(driver, args):\n    return entry_point, None"),
    }
}

/// The translation options as the names of `driver.config.translation`.
fn settings(host: &mut Host, options: &Options) -> Value {
    let pairs = [
        (
            "gc",
            host.new_str(if options.gc == "generation" {
                "incminimark"
            } else {
                &options.gc
            }),
        ),
        ("backend", host.new_str("c")),
        ("type_system", host.new_str("lltype")),
        ("shared", Value::Bool(options.shared)),
        ("lldebug", Value::Bool(options.lldebug)),
        ("verbose", Value::Bool(options.verbose)),
        ("continuation", Value::Bool(false)),
        ("opt", host.new_str(&options.opt)),
    ];
    let items: Vec<Value> = pairs
        .into_iter()
        .map(|(name, value)| {
            let name = host.new_str(name);
            host.new_tuple(&[name, value])
        })
        .collect();
    host.new_list(items)
}
