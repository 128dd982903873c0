//! The command line: known options before the target, everything after it belongs to the target.

use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use std::ffi::OsString;
use std::path::PathBuf;

/// How far the translation goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Goal {
    /// Run the entry point in the host evaluator.
    Run,
    /// Type inference only, nothing written.
    Check,
    /// Flow graphs and annotations.
    Annotate,
    /// Low-level graphs.
    Rtype,
    /// C sources.
    Source,
    /// The executable.
    Compile,
}

/// Form of diagnostics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A request to print a stage's result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dump {
    /// Stage name.
    pub stage: String,
    /// Only this function.
    pub function: Option<String>,
}

/// Everything the command line says.
#[derive(Clone, Debug)]
pub struct Options {
    /// Target file.
    pub target: PathBuf,
    /// Arguments after the target.
    pub target_args: Vec<OsString>,
    /// Options before the target that are not the translator's own, such as `--withmod-_rawffi`.
    pub extra_options: Vec<String>,
    /// Where the result goes.
    pub output: Option<PathBuf>,
    /// `0`, `1`, `2`, `3`, `size`, `mem`.
    pub opt: String,
    /// `generation`, `boehm`, `none`, `stress`.
    pub gc: String,
    /// Last stage.
    pub goal: Goal,
    /// C compiler.
    pub cc: Option<String>,
    /// Additional C compiler flags.
    pub cflags: Vec<String>,
    /// Additional linker flags.
    pub ldflags: Vec<String>,
    /// Parallel C compilations.
    pub make_jobs: usize,
    /// Assertions of the low level.
    pub lldebug: bool,
    /// Check graphs between passes.
    pub verify: bool,
    /// More output.
    pub verbose: bool,
    /// Only errors.
    pub quiet: bool,
    /// Stage dumps.
    pub dumps: Vec<Dump>,
    /// Form of diagnostics.
    pub error_format: ErrorFormat,
    /// `#line` directives.
    pub line_directives: bool,
    /// A shared library.
    pub shared: bool,
    /// Page of an error code to print instead of translating.
    pub explain: Option<String>,
    /// Print times of the stages even in a pipe.
    pub time: bool,
}

/// What to do after reading the command line.
pub enum Parsed {
    /// Translate.
    Options(Box<Options>),
    /// Print this and exit with the status.
    Message(String, i32),
}

fn flag(name: &'static str, help: &'static str, heading: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .help_heading(heading)
        .action(ArgAction::SetTrue)
}

fn value(name: &'static str, metavar: &'static str, help: &'static str, heading: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(metavar)
        .help(help)
        .help_heading(heading)
}

const GOALS: &str = "Goals";
const OUTPUT: &str = "Output";
const CODE: &str = "Generated code";
const LOOK: &str = "Looking inside";

/// The clap description of all options.
pub fn command() -> Command {
    Command::new("translate")
        .about("Translates an RPython program to a native executable")
        .override_usage("translate [translation options] TARGET.py [target options]")
        .disable_version_flag(true)
        .version(env!("CARGO_PKG_VERSION"))
        .arg(
            Arg::new("version")
                .long("version")
                .action(ArgAction::Version)
                .help("Print the version"),
        )
        .arg(value(
            "output",
            "PATH",
            "Executable to write (default: driver.exe_name, or NAME-c)",
            OUTPUT,
        ))
        .arg(flag("batch", "Never ask anything (always so)", OUTPUT))
        .arg(flag("text", "Text only (always so)", OUTPUT))
        .arg(flag("verbose", "Say more", OUTPUT).short('v'))
        .arg(flag("quiet", "Say nothing but errors", OUTPUT).short('q'))
        .arg(flag(
            "time",
            "Print the table of the stages' times also in a pipe",
            OUTPUT,
        ))
        .arg(
            value("error-format", "FORM", "Form of diagnostics", OUTPUT)
                .value_parser(PossibleValuesParser::new(["text", "json"]))
                .default_value("text"),
        )
        .arg(value("explain", "CODE", "Explain an error code", OUTPUT))
        .arg(flag(
            "run",
            "Run the entry point untranslated, with the target options as arguments",
            GOALS,
        ))
        .arg(flag("check", "Type inference only", GOALS))
        .arg(flag("annotate", "Stop after type inference", GOALS))
        .arg(flag("rtype", "Stop after the rtyper", GOALS))
        .arg(flag("source", "Stop after writing C", GOALS))
        .arg(flag("compile", "Make the executable (default)", GOALS))
        .arg(
            value("opt", "LEVEL", "Optimisation: 0, 1, 2, 3, size, mem", CODE)
                .short('O')
                .value_parser(PossibleValuesParser::new(["0", "1", "2", "3", "size", "mem"]))
                .default_value("2"),
        )
        .arg(
            value(
                "gc",
                "GC",
                "Garbage collector: generation (= incminimark), boehm, none, stress",
                CODE,
            )
            .value_parser(PossibleValuesParser::new([
                "generation",
                "incminimark",
                "boehm",
                "none",
                "stress",
            ]))
            .default_value("generation"),
        )
        .arg(flag(
            "shared",
            "Make a shared library and an executable that links to it",
            CODE,
        ))
        .arg(flag(
            "lldebug",
            "Check assertions and bounds in the low-level code",
            CODE,
        ))
        .arg(flag(
            "no-line-directives",
            "No #line directives to the RPython source",
            CODE,
        ))
        .arg(value("cc", "CC", "C compiler", CODE))
        .arg(
            value("cflags", "FLAGS", "More flags for the C compiler", CODE)
                .allow_hyphen_values(true)
                .action(ArgAction::Append),
        )
        .arg(
            value("ldflags", "FLAGS", "More flags for the linker", CODE)
                .allow_hyphen_values(true)
                .action(ArgAction::Append),
        )
        .arg(value("make-jobs", "N", "Parallel C compilations", CODE).value_parser(value_parser!(usize)))
        .arg(
            value(
                "dump",
                "STAGE[:FUNCTION]",
                "Print a stage: tokens, ast, code, flow, annotated, rtyped, optimized, c",
                LOOK,
            )
            .action(ArgAction::Append),
        )
        .arg(flag("verify", "Check the graphs between passes", LOOK))
}

/// Splits the arguments at the target, reads the translator's part.
pub fn parse(argv: &[OsString]) -> Parsed {
    let split = split_at_target(argv);
    let matches = match command().try_get_matches_from(&split.own) {
        Ok(m) => m,
        Err(e) => {
            let status = if e.use_stderr() { 2 } else { 0 };
            return Parsed::Message(e.render().to_string(), status);
        }
    };
    let explain = matches.get_one::<String>("explain").cloned();
    let Some(target) = split.target.or(explain.as_ref().map(|_| OsString::new())) else {
        return Parsed::Message(format!("error: no TARGET.py given\n\n{}", command().render_usage()), 2);
    };
    Parsed::Options(Box::new(options(&matches, target, split.rest, split.extra, explain)))
}

struct Split {
    own: Vec<OsString>,
    extra: Vec<String>,
    target: Option<OsString>,
    rest: Vec<OsString>,
}

/// Unknown long options before the target go to the target's own configuration.
fn split_at_target(argv: &[OsString]) -> Split {
    let command = command();
    let known = |name: &str| command.get_arguments().find(|a| a.get_long() == Some(name));
    let mut split = Split {
        own: vec!["translate".into()],
        extra: vec![],
        target: None,
        rest: vec![],
    };
    let mut args = argv.iter();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        if let Some(long) = text.strip_prefix("--") {
            let (name, has_value) = long.split_once('=').map_or((long, false), |(n, _)| (n, true));
            let spec = known(name);
            if spec.is_none() && name != "help" {
                split.extra.push(text.into_owned());
                continue;
            }
            split.own.push(arg.clone());
            let wants_value = spec.is_some_and(|a| a.get_action().takes_values());
            if wants_value && !has_value {
                split.own.extend(args.next().cloned());
            }
        } else if text.starts_with('-') && text.len() > 1 {
            split.own.push(arg.clone());
            if text == "-O" {
                split.own.extend(args.next().cloned());
            }
        } else {
            split.target = Some(arg.clone());
            split.rest = args.cloned().collect();
            break;
        }
    }
    split
}

fn options(
    m: &ArgMatches,
    target: OsString,
    rest: Vec<OsString>,
    extra: Vec<String>,
    explain: Option<String>,
) -> Options {
    let text = |name: &str| m.get_one::<String>(name).cloned();
    let words = |name: &str| -> Vec<String> {
        let all = m.get_many::<String>(name).into_iter().flatten();
        all.flat_map(|s| s.split_whitespace().map(str::to_owned)).collect()
    };
    let gc = text("gc").unwrap_or_default();
    Options {
        target: target.into(),
        target_args: rest,
        extra_options: extra,
        output: text("output").map(PathBuf::from),
        opt: text("opt").unwrap_or_default(),
        gc: if gc == "incminimark" {
            "generation".to_owned()
        } else {
            gc
        },
        goal: goal(m),
        cc: text("cc"),
        cflags: words("cflags"),
        ldflags: words("ldflags"),
        make_jobs: m.get_one::<usize>("make-jobs").copied().unwrap_or_else(default_jobs),
        lldebug: m.get_flag("lldebug"),
        verify: m.get_flag("verify") || cfg!(debug_assertions),
        verbose: m.get_flag("verbose"),
        quiet: m.get_flag("quiet"),
        dumps: m
            .get_many::<String>("dump")
            .into_iter()
            .flatten()
            .map(|s| dump(s))
            .collect(),
        error_format: if text("error-format").as_deref() == Some("json") {
            ErrorFormat::Json
        } else {
            ErrorFormat::Text
        },
        line_directives: !m.get_flag("no-line-directives"),
        shared: m.get_flag("shared"),
        explain,
        time: m.get_flag("time"),
    }
}

fn goal(m: &ArgMatches) -> Goal {
    let goals = [
        ("run", Goal::Run),
        ("check", Goal::Check),
        ("annotate", Goal::Annotate),
        ("rtype", Goal::Rtype),
        ("source", Goal::Source),
    ];
    goals
        .into_iter()
        .find(|(name, _)| m.get_flag(name))
        .map_or(Goal::Compile, |(_, g)| g)
}

fn dump(text: &str) -> Dump {
    match text.split_once(':') {
        Some((stage, function)) => Dump {
            stage: stage.to_owned(),
            function: Some(function.to_owned()),
        },
        None => Dump {
            stage: text.to_owned(),
            function: None,
        },
    }
}

fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Options {
        let argv: Vec<OsString> = args.iter().map(OsString::from).collect();
        match parse(&argv) {
            Parsed::Options(o) => *o,
            Parsed::Message(m, _) => panic!("{m}"),
        }
    }

    #[test]
    fn options_after_the_target_are_the_targets() {
        let o = parsed(&["--gc=incminimark", "-O3", "x.py", "--gc=foo", "1"]);
        assert_eq!((o.gc.as_str(), o.opt.as_str()), ("generation", "3"));
        assert_eq!(o.target_args, ["--gc=foo", "1"]);
    }

    #[test]
    fn unknown_options_before_the_target_go_to_its_configuration() {
        let o = parsed(&["--shared", "--withmod-_rawffi", "t.py"]);
        assert!(o.shared);
        assert_eq!(o.extra_options, ["--withmod-_rawffi"]);
    }

    #[test]
    fn option_values_may_be_separate_words() {
        let o = parsed(&[
            "--cc",
            "clang",
            "--cflags",
            "-g -fsanitize=address",
            "--output",
            "a.out",
            "t.py",
        ]);
        assert_eq!(o.cc.as_deref(), Some("clang"));
        assert_eq!(o.cflags, ["-g", "-fsanitize=address"]);
        assert_eq!(o.target, PathBuf::from("t.py"));
    }

    #[test]
    fn a_missing_target_is_a_usage_error() {
        let argv: Vec<OsString> = vec!["--batch".into()];
        assert!(matches!(parse(&argv), Parsed::Message(_, 2)));
    }
}
