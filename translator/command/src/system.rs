//! The real outside world for the host evaluator.

use chrono::{Local, Offset, TimeZone};
use rpy_host::system::{FileStat, OpenFlags, ProcessOutput, ProcessRequest, System};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, PipeReader, PipeWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

enum Stream {
    File(File),
    Reader(PipeReader),
    Writer(PipeWriter),
}

/// Files, environment and clock of this process. The environment is a copy: changes stay inside the host and its children.
pub struct RealSystem {
    streams: BTreeMap<i32, Stream>,
    environ: BTreeMap<Vec<u8>, Vec<u8>>,
    stdout: io::BufWriter<io::Stdout>,
}

impl RealSystem {
    /// The world of the current process.
    pub fn new() -> Self {
        let environ = std::env::vars_os().map(|(k, v)| (k.into_vec(), v.into_vec())).collect();
        RealSystem {
            streams: BTreeMap::new(),
            environ,
            stdout: io::BufWriter::new(io::stdout()),
        }
    }

    fn add(&mut self, stream: Stream) -> i32 {
        let fd = (3..).find(|fd| !self.streams.contains_key(fd)).unwrap_or(i32::MAX);
        self.streams.insert(fd, stream);
        fd
    }

    fn file(&mut self, fd: i32) -> io::Result<&mut File> {
        match self.streams.get_mut(&fd) {
            Some(Stream::File(f)) => Ok(f),
            Some(_) => Err(io::Error::from_raw_os_error(29)),
            None => Err(bad_fd()),
        }
    }
}

fn bad_fd() -> io::Error {
    io::Error::from_raw_os_error(9)
}

fn seconds(t: f64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs_f64(t.max(0.0))
}

#[expect(clippy::cast_precision_loss, reason = "times are floats in Python")]
fn stat_of(m: &fs::Metadata) -> FileStat {
    let time = |secs: i64, nanos: i64| secs as f64 + nanos as f64 * 1e-9;
    FileStat {
        mode: m.mode(),
        ino: m.ino(),
        dev: m.dev(),
        nlink: m.nlink(),
        uid: m.uid(),
        gid: m.gid(),
        size: m.size(),
        atime: time(m.atime(), m.atime_nsec()),
        mtime: time(m.mtime(), m.mtime_nsec()),
        ctime: time(m.ctime(), m.ctime_nsec()),
    }
}

impl System for RealSystem {
    fn open(&mut self, path: &Path, flags: OpenFlags, mode: u32) -> io::Result<i32> {
        let file = OpenOptions::new()
            .read(flags.read || !(flags.write || flags.append))
            .write(flags.write && !flags.append)
            .append(flags.append)
            .truncate(flags.truncate && flags.write && !flags.append)
            .create(flags.create && (flags.write || flags.append))
            .create_new(flags.exclusive && flags.create)
            .mode(mode)
            .open(path)?;
        Ok(self.add(Stream::File(file)))
    }

    fn close(&mut self, fd: i32) -> io::Result<()> {
        match self.streams.remove(&fd) {
            Some(_) => Ok(()),
            None if (0..3).contains(&fd) => Ok(()),
            None => Err(bad_fd()),
        }
    }

    fn read(&mut self, fd: i32, n: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; n];
        let got = match self.streams.get_mut(&fd) {
            Some(Stream::File(f)) => f.read(&mut buffer)?,
            Some(Stream::Reader(r)) => r.read(&mut buffer)?,
            Some(Stream::Writer(_)) => return Err(bad_fd()),
            None if fd == 0 => {
                self.stdout.flush()?;
                io::stdin().read(&mut buffer)?
            }
            None => return Err(bad_fd()),
        };
        buffer.truncate(got);
        Ok(buffer)
    }

    fn write(&mut self, fd: i32, data: &[u8]) -> io::Result<usize> {
        match self.streams.get_mut(&fd) {
            Some(Stream::File(f)) => f.write(data),
            Some(Stream::Writer(w)) => w.write(data),
            Some(Stream::Reader(_)) => Err(bad_fd()),
            None if fd == 1 => {
                self.stdout.write_all(data)?;
                if io::stdout().is_terminal() {
                    self.stdout.flush()?;
                }
                Ok(data.len())
            }
            None if fd == 2 => {
                self.stdout.flush()?;
                io::stderr().write_all(data)?;
                Ok(data.len())
            }
            None => Err(bad_fd()),
        }
    }

    fn seek(&mut self, fd: i32, offset: i64, whence: i32) -> io::Result<u64> {
        let position = match whence {
            0 => SeekFrom::Start(u64::try_from(offset).map_err(|_| io::Error::from_raw_os_error(22))?),
            1 => SeekFrom::Current(offset),
            2 => SeekFrom::End(offset),
            _ => return Err(io::Error::from_raw_os_error(22)),
        };
        if (0..3).contains(&fd) && !self.streams.contains_key(&fd) {
            return Err(io::Error::from_raw_os_error(29));
        }
        self.file(fd)?.seek(position)
    }

    fn truncate(&mut self, fd: i32, size: u64) -> io::Result<()> {
        self.file(fd)?.set_len(size)
    }

    fn isatty(&mut self, fd: i32) -> bool {
        match (fd, self.streams.get(&fd)) {
            (_, Some(Stream::File(f))) => f.is_terminal(),
            (0, None) => io::stdin().is_terminal(),
            (1, None) => io::stdout().is_terminal(),
            (2, None) => io::stderr().is_terminal(),
            _ => false,
        }
    }

    fn stat(&mut self, path: &Path, follow: bool) -> io::Result<FileStat> {
        let m = if follow {
            fs::metadata(path)?
        } else {
            fs::symlink_metadata(path)?
        };
        Ok(stat_of(&m))
    }

    fn fstat(&mut self, fd: i32) -> io::Result<FileStat> {
        if (0..3).contains(&fd) && !self.streams.contains_key(&fd) {
            return Ok(FileStat {
                mode: 0o010_600,
                nlink: 1,
                ..FileStat::default()
            });
        }
        Ok(stat_of(&self.file(fd)?.metadata()?))
    }

    fn list_dir(&mut self, path: &Path) -> io::Result<Vec<Vec<u8>>> {
        fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().into_vec()))
            .collect()
    }

    fn environ(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.environ.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    fn time(&mut self) -> f64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |d| d.as_secs_f64())
    }

    #[expect(clippy::cast_precision_loss, reason = "times are floats in Python")]
    fn clock(&mut self) -> f64 {
        let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
    }

    fn cwd(&mut self) -> io::Result<Vec<u8>> {
        Ok(std::env::current_dir()?.into_os_string().into_vec())
    }

    fn flush(&mut self) {
        self.stdout.flush().ok();
    }

    fn set_env(&mut self, name: &[u8], value: Option<&[u8]>) -> io::Result<()> {
        match value {
            Some(value) => self.environ.insert(name.to_vec(), value.to_vec()),
            None => self.environ.remove(name),
        };
        Ok(())
    }

    fn mkdir(&mut self, path: &Path, mode: u32) -> io::Result<()> {
        fs::create_dir(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o755))
    }

    fn rmdir(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn unlink(&mut self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn chmod(&mut self, path: &Path, mode: u32) -> io::Result<()> {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    }

    fn symlink(&mut self, target: &Path, link: &Path) -> io::Result<()> {
        std::os::unix::fs::symlink(target, link)
    }

    fn readlink(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(fs::read_link(path)?.into_os_string().into_vec())
    }

    fn utime(&mut self, path: &Path, atime: f64, mtime: f64) -> io::Result<()> {
        let times = fs::FileTimes::new()
            .set_accessed(seconds(atime))
            .set_modified(seconds(mtime));
        File::open(path)?.set_times(times)
    }

    fn chdir(&mut self, path: &Path) -> io::Result<()> {
        std::env::set_current_dir(path)
    }

    fn sleep(&mut self, seconds: f64) {
        std::thread::sleep(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
    }

    fn pid(&mut self) -> i64 {
        i64::from(std::process::id())
    }

    fn random(&mut self, n: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; n];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn pipe(&mut self) -> io::Result<(i32, i32)> {
        let (reader, writer) = io::pipe()?;
        Ok((self.add(Stream::Reader(reader)), self.add(Stream::Writer(writer))))
    }

    fn run_process(&mut self, request: &ProcessRequest) -> io::Result<ProcessOutput> {
        self.stdout.flush()?;
        run_process(request, &self.environ)
    }

    fn utc_offset(&mut self, time: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "seconds since the epoch")]
        match Local.timestamp_opt(time as i64, 0).earliest() {
            Some(t) => i64::from(t.offset().fix().local_minus_utc()),
            None => 0,
        }
    }
}

fn run_process(request: &ProcessRequest, environ: &BTreeMap<Vec<u8>, Vec<u8>>) -> io::Result<ProcessOutput> {
    let Some((program, args)) = request.argv.split_first() else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    let mut command = Command::new(OsStr::from_bytes(program));
    command.args(args.iter().map(|a| OsStr::from_bytes(a)));
    command.env_clear();
    let text = |b: &Vec<u8>| OsString::from_vec(b.clone());
    match &request.env {
        Some(env) => command.envs(env.iter().map(|(k, v)| (text(k), text(v)))),
        None => command.envs(environ.iter().map(|(k, v)| (text(k), text(v)))),
    };
    if let Some(cwd) = &request.cwd {
        command.current_dir(OsStr::from_bytes(cwd));
    }
    let capture = |on: bool| if on { Stdio::piped() } else { Stdio::inherit() };
    command.stdin(if request.stdin.is_some() {
        Stdio::piped()
    } else {
        Stdio::inherit()
    });
    command.stdout(capture(request.capture_stdout));
    command.stderr(capture(request.capture_stderr || request.merge_stderr));
    let mut child = command.spawn()?;
    let feeder = child
        .stdin
        .take()
        .zip(request.stdin.clone())
        .map(|(mut pipe, data)| std::thread::spawn(move || pipe.write_all(&data)));
    let output = child.wait_with_output()?;
    if let Some(feeder) = feeder {
        feeder.join().ok();
    }
    Ok(finished(output, request.merge_stderr))
}

fn finished(output: std::process::Output, merge: bool) -> ProcessOutput {
    use std::os::unix::process::ExitStatusExt;
    let status = output
        .status
        .code()
        .unwrap_or_else(|| -output.status.signal().unwrap_or(1));
    let (mut stdout, mut stderr) = (output.stdout, output.stderr);
    if merge {
        stdout.append(&mut stderr);
    }
    ProcessOutput { status, stdout, stderr }
}
