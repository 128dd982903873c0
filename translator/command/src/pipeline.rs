//! The stages of a translation, in order.

use crate::cli::{Dump, ErrorFormat, Goal, Options};
use crate::progress::Progress;
use crate::{compilation, run, say, settings, system::RealSystem, target};
use rpy_annotator::Annotator;
use rpy_backend_c::{ClassInfo, CompileOptions, GcKind, OptLevel, Program, StandardException};
use rpy_backendopt::{ClassTable, Input, Settings};
use rpy_flow::text::Names;
use rpy_flow::{GraphId, print_graph};
use rpy_host::Host;
use rpy_rtyper::Typed;
use rpy_syntax::render::{self, Style};
use rpy_syntax::{Diagnostic, SourceMap};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

type Failure = Vec<Diagnostic>;

/// Runs a translation; the exit status.
pub fn translate(options: &Options) -> i32 {
    let Some(library) = settings::runtime_dir() else {
        say(
            "error: the bundled library is not found; set RPY_RUNTIME to its folder",
            false,
        );
        return 1;
    };
    let mut progress = Progress::new(options.quiet, options.verbose, options.time);
    let mut host = Host::new(Box::new(RealSystem::new()), library.clone());
    progress.stage("import");
    let target = match target::load(&mut host, options) {
        Ok(target) => target,
        Err(diagnostic) => {
            host.flush_output();
            return fail(&[diagnostic], &host.sources, options, &progress);
        }
    };
    host.flush_output();
    if options.goal == Goal::Run {
        progress.clear();
        return run::run(&mut host, target.entry, options);
    }
    let mut translation = Translation {
        options,
        library,
        ann: Annotator::new(host),
    };
    match translation.stages(&target, &mut progress) {
        Ok(last) => {
            progress.finish(&last);
            0
        }
        Err(diagnostics) => fail(&diagnostics, &translation.ann.host.sources, options, &progress),
    }
}

fn fail(diagnostics: &[Diagnostic], sources: &SourceMap, options: &Options, progress: &Progress) -> i32 {
    progress.clear();
    let style = if std::io::stderr().is_terminal() {
        Style::Colour
    } else {
        Style::Plain
    };
    for d in diagnostics {
        let text = match options.error_format {
            ErrorFormat::Text => render::render(d, sources, style),
            ErrorFormat::Json => render::to_json(d, sources).to_string(),
        };
        say(&text, false);
    }
    if diagnostics.iter().any(|d| d.code == target::UNKNOWN_OPTION) {
        2
    } else {
        1
    }
}

struct Translation<'o> {
    options: &'o Options,
    library: PathBuf,
    ann: Annotator,
}

impl Translation<'_> {
    fn stages(&mut self, target: &target::Target, progress: &mut Progress) -> Result<String, Failure> {
        let options = self.options;
        if let Err(raised) = self.ann.host.import_module("rpython.rtyper.replacements") {
            return Err(vec![self.ann.host.diagnostic_of(&raised)]);
        }
        progress.stage("annotate");
        let argv = self.ann.argv_annotation();
        self.ann.build_types(target.entry, &[argv])?;
        progress.end_stage(&format!("{} graphs", self.ann.graphs.len()));
        self.dump_graphs("flow");
        self.dump_graphs("annotated");
        if options.goal <= Goal::Annotate {
            return Ok(String::new());
        }
        let Some(entry) = self.ann.graph_of(target.entry) else {
            return Err(vec![Diagnostic::error("RPY0603", "the entry point has no graph")]);
        };
        progress.stage("rtype");
        let typed = rpy_rtyper::specialize(&mut self.ann, &[entry]).map_err(|d| vec![d])?;
        progress.end_stage(&format!("{} graphs", typed.graphs.len()));
        self.dump_typed("rtyped", &typed.graphs);
        self.verify(&typed.graphs)?;
        if options.goal <= Goal::Rtype {
            return Ok(String::new());
        }
        progress.stage("optimize");
        self.optimize(&typed);
        self.dump_typed("optimized", &typed.graphs);
        let program = self.program(typed, entry);
        progress.stage("C");
        let compile = self.compile_options(target)?;
        let result = self.finish(&program, &compile);
        self.ann.host.sources = program.sources;
        result
    }

    fn finish(&self, program: &Program, compile: &CompileOptions) -> Result<String, Failure> {
        if self.options.goal == Goal::Source {
            let dir = compile.output.with_extension("c.d");
            std::fs::create_dir_all(&dir).map_err(|e| vec![unwritable(&dir, &e)])?;
            let files = rpy_backend_c::write_c(program, compile, &dir)?;
            return Ok(format!("{}: {} C files", dir.display(), files.len()));
        }
        let output = rpy_backend_c::compile(program, compile)?;
        Ok(format!("{}: {} bytes", output.path.display(), output.size))
    }

    fn optimize(&mut self, typed: &Typed) {
        let mut classes = ClassTable::default();
        let mut destructors: Vec<bool> = vec![];
        for class in &typed.classes {
            let destructor = class.del.is_some() || class.parent.is_some_and(|p| destructors[p]);
            destructors.push(destructor);
            classes.add(
                class.vtable,
                class.parent,
                class.instance,
                destructor,
                &*class.name == "BaseException",
            );
        }
        let settings = Settings {
            inline_threshold: if self.options.opt == "0" { 0 } else { 32 },
        };
        let host = &self.ann.host;
        let input = Input {
            graphs: &mut self.ann.graphs,
            ids: &typed.graphs,
            types: &host.lltypes,
            store: &host.llstore,
            classes: &classes,
        };
        rpy_backendopt::optimize(input, &settings);
    }

    fn program(&mut self, typed: Typed, entry: GraphId) -> Program {
        let compilation_infos = compilation::collect(&mut self.ann.host);
        let classes = typed.classes.into_iter().map(|c| ClassInfo {
            name: c.name,
            instance: c.instance,
            vtable: c.vtable,
            parent: c.parent,
            del: c.del,
            light_del: c.light_del,
        });
        let exceptions = StandardException::ALL
            .iter()
            .filter_map(|(which, name)| Some((*which, *typed.exceptions.get(name)?)));
        Program {
            name: self
                .options
                .target
                .file_stem()
                .map_or_else(|| "program".into(), |s| s.to_string_lossy().into_owned()),
            classes: classes.collect(),
            exceptions: exceptions.collect(),
            graphs: std::mem::take(&mut self.ann.graphs),
            types: std::mem::take(&mut self.ann.host.lltypes),
            store: std::mem::take(&mut self.ann.host.llstore),
            sources: std::mem::take(&mut self.ann.host.sources),
            entry: Some(entry),
            finalizer_triggers: typed.finalizer_triggers,
            compilation_infos,
            ..Program::default()
        }
    }

    fn compile_options(&self, target: &target::Target) -> Result<CompileOptions, Failure> {
        let o = self.options;
        let output = o.output.clone().unwrap_or_else(|| default_output(&o.target, target));
        if let Some(dir) = output.parent().filter(|d| !d.as_os_str().is_empty() && !d.is_dir()) {
            let problem = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(vec![unwritable(dir, &problem)]);
        }
        let mut compile = CompileOptions::new(output, self.library.join("c"));
        compile.cc = o.cc.clone();
        compile.opt = match o.opt.as_str() {
            "0" => OptLevel::O0,
            "1" => OptLevel::O1,
            "3" => OptLevel::O3,
            "size" | "mem" => OptLevel::Size,
            _ => OptLevel::O2,
        };
        compile.gc = match o.gc.as_str() {
            "stress" => GcKind::Stress,
            "boehm" => GcKind::Boehm,
            "none" => GcKind::None,
            _ => GcKind::Generation,
        };
        compile.cflags = o.cflags.clone();
        compile.ldflags = o.ldflags.clone();
        compile.jobs = o.make_jobs;
        compile.lldebug = o.lldebug;
        compile.line_directives = o.line_directives;
        compile.shared = o.shared;
        compile.cache_dir = settings::cache_dir();
        Ok(compile)
    }

    fn verify(&self, graphs: &[GraphId]) -> Result<(), Failure> {
        if !self.options.verify {
            return Ok(());
        }
        let mut faults = vec![];
        for id in graphs {
            faults.extend(rpy_flow::verify(self.ann.graphs.get(*id), Some(&self.ann.host.lltypes)));
        }
        if faults.is_empty() {
            return Ok(());
        }
        let all = Diagnostic::error(
            "RPY0699",
            "internal inconsistency: the verifier found faults in the low-level graphs",
        );
        Err(vec![faults.into_iter().take(20).fold(all, Diagnostic::note)])
    }

    fn wanted(&self, stage: &str) -> Vec<&Dump> {
        self.options.dumps.iter().filter(|d| d.stage == stage).collect()
    }

    fn dump_graphs(&self, stage: &str) {
        let all: Vec<GraphId> = self.ann.graphs.ids().collect();
        self.dump_typed(stage, &all);
    }

    fn dump_typed(&self, stage: &str, graphs: &[GraphId]) {
        for dump in self.wanted(stage) {
            for id in graphs {
                let graph = self.ann.graphs.get(*id);
                if dump.function.as_deref().is_some_and(|f| f != &*graph.name) {
                    continue;
                }
                let host = Some(&self.ann.host);
                let types = Some(&self.ann.host.lltypes);
                let text = print_graph(
                    graph,
                    Names {
                        host,
                        types,
                        graphs: Some(&self.ann.graphs),
                        facts: None,
                    },
                );
                writeln!(std::io::stdout(), "{text}").ok();
            }
        }
    }
}

fn default_output(file: &Path, target: &target::Target) -> PathBuf {
    match &target.exe_name {
        Some(name) => PathBuf::from(name),
        None => PathBuf::from(format!(
            "{}-c",
            file.file_stem().map_or("program".into(), |s| s.to_string_lossy())
        )),
    }
}

fn unwritable(path: &Path, problem: &std::io::Error) -> Diagnostic {
    Diagnostic::error("RPY0602", format!("cannot write {}: {problem}", path.display()))
}
