//! `--run`: the entry point in the host evaluator.

use crate::cli::Options;
use rpy_host::{Host, Value};
use std::os::unix::ffi::OsStrExt;

/// Calls the entry point with the target arguments as `argv`; the exit status as the translated program would have it.
pub fn run(host: &mut Host, entry: Value, options: &Options) -> i32 {
    let mut argv = vec![host.new_str(options.target.as_os_str().as_bytes())];
    for arg in &options.target_args {
        argv.push(host.new_str(arg.as_bytes()));
    }
    let argv = host.new_list(argv);
    host.enable_collection();
    let status = match host.call(entry, &[argv], &[]) {
        Ok(Value::Int(status)) => i32::try_from(status & 0xff).unwrap_or(1),
        Ok(Value::Bool(status)) => i32::from(status),
        Ok(_) => 0,
        Err(raised) => {
            let text = host.format_exception(&raised);
            let class = host.type_name(raised.value());
            let all = format!("{}\nFatal RPython error: {class}\n", text.trim_end());
            host.system.write(2, all.as_bytes()).ok();
            1
        }
    };
    host.flush_output();
    status
}
