//! Compiling and linking, with a cache of objects by content.

use crate::program::{CFile, CompilationInfo, CompileOptions, GcKind, OptLevel, Output, Program};
use rayon::prelude::*;
use rpy_syntax::Diagnostic;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A C file to compile.
struct Job {
    name: String,
    text: String,
    path: PathBuf,
    flags: Vec<String>,
}

/// Lets gcc inline small and recursive functions as with -O3: the checks for exceptions make functions look bigger than they are.
const GCC_INLINING: [&str; 4] = [
    "--param",
    "max-inline-insns-auto=30",
    "--param",
    "inline-min-speedup=15",
];

struct Driver<'a> {
    options: &'a CompileOptions,
    cc: String,
    /// What identifies compiler and headers in keys of the cache.
    identity: String,
    is_gcc: bool,
    work: PathBuf,
    cached: AtomicUsize,
}

/// Writes `files` into directory `dir`; unchanged files are not touched.
pub fn write_files(files: &[CFile], dir: &Path) -> Result<(), Vec<Diagnostic>> {
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(dir)?;
        for file in files {
            let path = dir.join(&file.name);
            if fs::read(&path).is_ok_and(|old| old == file.text.as_bytes()) {
                continue;
            }
            fs::write(path, &file.text)?;
        }
        Ok(())
    };
    write().map_err(|e| {
        vec![Diagnostic::error(
            "RPY0602",
            format!("cannot write C files in {}: {e}", dir.display()),
        )]
    })
}

/// Compiles and links a program's C files.
pub fn build(program: &Program, files: Vec<CFile>, options: &CompileOptions) -> Result<Output, Vec<Diagnostic>> {
    let parent = match options.output.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let temp = tempfile::Builder::new()
        .prefix(".rpy-")
        .tempdir_in(&parent)
        .map_err(|e| {
            vec![Diagnostic::error(
                "RPY0602",
                format!("cannot write in {}: {e}", parent.display()),
            )]
        })?;
    let c_dir = options.c_dir.clone().unwrap_or_else(|| temp.path().to_path_buf());
    write_files(&files, &c_dir)?;
    let cc = compiler(options);
    let (identity, is_gcc) = identity(&cc, options)?;
    let driver = Driver {
        options,
        identity,
        is_gcc,
        cc,
        work: temp.path().to_path_buf(),
        cached: AtomicUsize::new(0),
    };
    let jobs = driver.jobs(program, files, &c_dir)?;
    let objects = driver.compile_all(&jobs)?;
    let result = driver.link(program, &objects)?;
    fs::rename(&result, &options.output).map_err(|e| vec![unwritable(&options.output, &e)])?;
    let size = fs::metadata(&options.output).map_or(0, |m| m.len());
    let cached = driver.cached.load(Ordering::Relaxed);
    Ok(Output {
        path: options.output.clone(),
        size,
        compiled: jobs.len() - cached,
        cached,
    })
}

fn unwritable(path: &Path, e: &std::io::Error) -> Diagnostic {
    Diagnostic::error("RPY0602", format!("cannot write {}: {e}", path.display()))
}

/// The C compiler: `--cc`, `$CC`, or the system's.
fn compiler(options: &CompileOptions) -> String {
    if let Some(cc) = &options.cc {
        return cc.clone();
    }
    cc::Build::new()
        .cargo_metadata(false)
        .opt_level(2)
        .host("x86_64-unknown-linux-gnu")
        .target("x86_64-unknown-linux-gnu")
        .try_get_compiler()
        .map_or_else(|_| "cc".to_owned(), |tool| tool.path().display().to_string())
}

fn split_command(cc: &str) -> (String, Vec<String>) {
    let mut words = cc.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_else(|| "cc".to_owned());
    (program, words.collect())
}

/// Version of the compiler and content of the runtime's headers; and whether it is gcc.
fn identity(cc: &str, options: &CompileOptions) -> Result<(String, bool), Vec<Diagnostic>> {
    let (program, args) = split_command(cc);
    let version = Command::new(&program)
        .args(&args)
        .arg("--version")
        .output()
        .map_err(|e| {
            vec![
                Diagnostic::error("RPY0603", format!("cannot run the C compiler {program}: {e}"))
                    .help("install gcc or clang, or name a compiler with --cc"),
            ]
        })?;
    let mut hash = blake3::Hasher::new();
    hash.update(cc.as_bytes());
    hash.update(&version.stdout);
    for header in sorted_files(&options.runtime_dir, "h")? {
        hash.update(&fs::read(&header).unwrap_or_default());
    }
    let is_gcc = String::from_utf8_lossy(&version.stdout).contains("Free Software Foundation");
    Ok((hash.finalize().to_hex().to_string(), is_gcc))
}

fn sorted_files(dir: &Path, extension: &str) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let entries = fs::read_dir(dir).map_err(|e| {
        vec![Diagnostic::error(
            "RPY0602",
            format!("cannot read the runtime in {}: {e}", dir.display()),
        )]
    })?;
    let mut out: Vec<PathBuf> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|x| x == extension))
        .collect();
    out.sort();
    Ok(out)
}

impl Driver<'_> {
    fn common_flags(&self) -> Vec<String> {
        let mut flags: Vec<String> = ["-std=gnu11", "-fwrapv", "-fno-strict-aliasing", "-pthread", "-g1"]
            .map(str::to_owned)
            .to_vec();
        flags.push(
            match self.options.opt {
                OptLevel::O0 => "-O0",
                OptLevel::O1 => "-O1",
                OptLevel::O2 => "-O2",
                OptLevel::O3 => "-O3",
                OptLevel::Size => "-Os",
            }
            .to_owned(),
        );
        if self.options.shared {
            flags.extend(["-fPIC", "-fvisibility=hidden"].map(str::to_owned));
        } else {
            flags.push("-fno-pie".to_owned());
        }
        flags.push(format!("-DRPY_GC_{}", gc_name(self.options.gc)));
        if self.options.lldebug {
            flags.push("-DRPY_LLDEBUG".to_owned());
        }
        flags.push(format!("-I{}", self.options.runtime_dir.display()));
        flags
    }

    fn jobs(&self, program: &Program, files: Vec<CFile>, c_dir: &Path) -> Result<Vec<Job>, Vec<Diagnostic>> {
        let mut flags = self.common_flags();
        flags.push("-fno-math-errno".to_owned());
        if self.is_gcc && self.options.opt == OptLevel::O2 {
            flags.extend(GCC_INLINING.map(str::to_owned));
        }
        for info in infos(program) {
            flags.extend(info.include_dirs.iter().map(|d| format!("-I{}", d.display())));
            flags.extend(info.compile_extra.iter().map(|f| f.to_string()));
        }
        flags.extend(self.options.cflags.iter().cloned());
        let mut jobs: Vec<Job> = files
            .into_iter()
            .map(|f| Job {
                path: c_dir.join(&f.name),
                name: f.name,
                text: f.text,
                flags: flags.clone(),
            })
            .collect();
        jobs.extend(self.foreign_jobs(program, &flags)?);
        jobs.extend(self.runtime_jobs()?);
        Ok(jobs)
    }

    /// C sources that the program brings with it.
    fn foreign_jobs(&self, program: &Program, flags: &[String]) -> Result<Vec<Job>, Vec<Diagnostic>> {
        let mut jobs = vec![];
        let mut seen = indexmap::IndexSet::new();
        for info in infos(program) {
            for text in &info.separate_module_sources {
                let header: String = info.includes.iter().map(|h| format!("#include <{h}>\n")).collect();
                let pre: String = info.pre_include_bits.iter().map(|l| format!("{l}\n")).collect();
                let post: String = info.post_include_bits.iter().map(|l| format!("{l}\n")).collect();
                let text = format!("{pre}{header}{post}{text}\n");
                if seen.insert(text.clone()) {
                    let name = format!("module{}.c", seen.len());
                    let path = self.work.join(&name);
                    fs::write(&path, &text).map_err(|e| vec![unwritable(&path, &e)])?;
                    jobs.push(Job {
                        name,
                        text,
                        path,
                        flags: flags.to_vec(),
                    });
                }
            }
            for path in &info.separate_module_files {
                let text = fs::read_to_string(path).map_err(|e| {
                    vec![Diagnostic::error(
                        "RPY0604",
                        format!("cannot read {}: {e}", path.display()),
                    )]
                })?;
                let name = path.display().to_string();
                if seen.insert(name.clone()) {
                    jobs.push(Job {
                        name,
                        text,
                        path: path.clone(),
                        flags: flags.to_vec(),
                    });
                }
            }
        }
        Ok(jobs)
    }

    fn runtime_jobs(&self) -> Result<Vec<Job>, Vec<Diagnostic>> {
        let mut flags = self.common_flags();
        flags.extend(self.options.cflags.iter().cloned());
        if self.options.shared {
            flags.push("-DRPY_NO_MAIN".to_owned());
        }
        let mut jobs = vec![];
        for path in sorted_files(&self.options.runtime_dir, "c")? {
            let text = fs::read_to_string(&path).map_err(|e| {
                vec![Diagnostic::error(
                    "RPY0602",
                    format!("cannot read {}: {e}", path.display()),
                )]
            })?;
            let name = path
                .file_name()
                .map_or(String::new(), |n| n.to_string_lossy().into_owned());
            jobs.push(Job {
                name,
                text,
                path,
                flags: flags.clone(),
            });
        }
        Ok(jobs)
    }

    fn compile_all(&self, jobs: &[Job]) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        let threads = if self.options.jobs > 0 {
            self.options.jobs
        } else {
            std::thread::available_parallelism().map_or(1, usize::from)
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| vec![Diagnostic::error("RPY0602", format!("cannot start threads: {e}"))])?;
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(jobs[*i].text.len()));
        let next = AtomicUsize::new(0);
        let mut results: Vec<(usize, Result<PathBuf, Diagnostic>)> = pool.install(|| {
            (0..threads)
                .into_par_iter()
                .flat_map_iter(|_| {
                    let mut done = vec![];
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        let Some(&i) = order.get(n) else { return done };
                        done.push((i, self.compile(i, &jobs[i])));
                    }
                })
                .collect()
        });
        results.sort_by_key(|(i, _)| *i);
        let mut objects = vec![];
        let mut errors = vec![];
        for (_, result) in results {
            match result {
                Ok(path) => objects.push(path),
                Err(e) => errors.push(e),
            }
        }
        if errors.is_empty() { Ok(objects) } else { Err(errors) }
    }

    fn key(&self, job: &Job) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(self.identity.as_bytes());
        for flag in &job.flags {
            hash.update(flag.as_bytes());
            hash.update(b"\0");
        }
        hash.update(job.text.as_bytes());
        hash.finalize().to_hex().to_string()
    }

    fn compile(&self, index: usize, job: &Job) -> Result<PathBuf, Diagnostic> {
        let cached = self.options.cache_dir.as_ref().map(|dir| {
            let key = self.key(job);
            dir.join(&key[..2]).join(format!("{}.o", &key[2..]))
        });
        if let Some(path) = &cached
            && path.exists()
        {
            self.cached.fetch_add(1, Ordering::Relaxed);
            return Ok(path.clone());
        }
        let object = self.work.join(format!("{index}.o"));
        let (program, args) = split_command(&self.cc);
        let output = Command::new(program)
            .args(args)
            .args(&job.flags)
            .arg("-c")
            .arg(&job.path)
            .arg("-o")
            .arg(&object)
            .output()
            .map_err(|e| Diagnostic::error("RPY0603", format!("cannot run the C compiler: {e}")))?;
        if !output.status.success() {
            return Err(compiler_failed(&job.name, &String::from_utf8_lossy(&output.stderr)));
        }
        if let Some(path) = &cached {
            keep(&object, path);
        }
        Ok(object)
    }

    fn link(&self, program: &Program, objects: &[PathBuf]) -> Result<PathBuf, Vec<Diagnostic>> {
        let result = self.work.join("output");
        let (cc, args) = split_command(&self.cc);
        let mut command = Command::new(cc);
        command.args(args).args(objects).arg("-o").arg(&result).arg("-pthread");
        if self.options.shared {
            command.arg("-shared");
        } else {
            command.arg("-no-pie");
        }
        for info in infos(program) {
            command.args(info.library_dirs.iter().map(|d| format!("-L{}", d.display())));
            command.args(&info.link_files);
            command.args(info.link_extra.iter().map(|s| &**s));
            command.args(info.libraries.iter().map(|l| format!("-l{l}")));
        }
        command.args(self.options.cflags.iter().filter(|f| f.starts_with("-fsanitize")));
        command.args(&self.options.ldflags);
        if self.options.gc == GcKind::Boehm {
            command.arg("-lgc");
        }
        command.args(["-lm", "-ldl"]);
        let output = command
            .output()
            .map_err(|e| vec![Diagnostic::error("RPY0603", format!("cannot run the linker: {e}"))])?;
        if output.status.success() {
            return Ok(result);
        }
        let text = String::from_utf8_lossy(&output.stderr);
        Err(vec![linker_failed(&text)])
    }
}

fn infos(program: &Program) -> impl Iterator<Item = &CompilationInfo> {
    program.compilation_infos.values().chain(&program.extra_infos)
}

fn gc_name(gc: GcKind) -> &'static str {
    match gc {
        GcKind::Generation => "GENERATION",
        GcKind::Stress => "STRESS",
        GcKind::Boehm => "BOEHM",
        GcKind::None => "NONE",
    }
}

/// Puts a compiled object into the cache; a cache that cannot be written is no error.
fn keep(object: &Path, cached: &Path) {
    let Some(dir) = cached.parent() else { return };
    if fs::create_dir_all(dir).is_err() {
        return;
    }
    let Ok(temp) = tempfile::NamedTempFile::new_in(dir) else {
        return;
    };
    if fs::copy(object, temp.path()).is_ok() {
        let _ = temp.persist(cached);
    }
}

fn first_lines(text: &str) -> Vec<String> {
    text.lines().take(20).map(str::to_owned).collect()
}

fn compiler_failed(name: &str, stderr: &str) -> Diagnostic {
    let mut d = Diagnostic::error("RPY0605", format!("the C compiler refused {name}"))
        .note("generated C code that does not compile is a bug of the translator, unless the error is in a header or C source of the program");
    for line in first_lines(stderr) {
        d = d.note(line);
    }
    d
}

fn linker_failed(stderr: &str) -> Diagnostic {
    let mut d = Diagnostic::error("RPY0606", "linking failed");
    for line in first_lines(stderr) {
        d = d.note(line);
    }
    d
}
