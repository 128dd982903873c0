//! Everything outside the process the host may touch: files, environment, clock.

use std::io;
use std::path::Path;

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenFlags {
    /// reading
    pub read: bool,
    /// writing
    pub write: bool,
    /// every write goes to the end
    pub append: bool,
    /// create when absent
    pub create: bool,
    /// empty it
    pub truncate: bool,
    /// fail when present
    pub exclusive: bool,
}

/// What `stat` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FileStat {
    /// type and permissions
    pub mode: u32,
    /// inode
    pub ino: u64,
    /// device
    pub dev: u64,
    /// links
    pub nlink: u64,
    /// owner
    pub uid: u32,
    /// group
    pub gid: u32,
    /// bytes
    pub size: u64,
    /// access time
    pub atime: f64,
    /// modification time
    pub mtime: f64,
    /// status change time
    pub ctime: f64,
}

/// Result of a finished process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessOutput {
    /// exit status; negative = signal
    pub status: i32,
    /// standard output, when captured
    pub stdout: Vec<u8>,
    /// standard error, when captured
    pub stderr: Vec<u8>,
}

/// A process to run to its end.
#[derive(Clone, Debug, Default)]
pub struct ProcessRequest {
    /// program and arguments
    pub argv: Vec<Vec<u8>>,
    /// working directory
    pub cwd: Option<Vec<u8>>,
    /// environment, `None` = inherited
    pub env: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    /// what it reads
    pub stdin: Option<Vec<u8>>,
    /// capture its output
    pub capture_stdout: bool,
    /// capture its error output
    pub capture_stderr: bool,
    /// send the error output where the output goes
    pub merge_stderr: bool,
}

fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// The outside world. File descriptors are small numbers; 0, 1, 2 are the standard streams.
pub trait System {
    /// Opens a file.
    fn open(&mut self, path: &Path, flags: OpenFlags, mode: u32) -> io::Result<i32>;
    /// Closes a descriptor.
    fn close(&mut self, fd: i32) -> io::Result<()>;
    /// Reads at most `n` bytes; empty at the end.
    fn read(&mut self, fd: i32, n: usize) -> io::Result<Vec<u8>>;
    /// Writes, and tells how much was written.
    fn write(&mut self, fd: i32, data: &[u8]) -> io::Result<usize>;
    /// Moves the position (`whence` 0 start, 1 current, 2 end).
    fn seek(&mut self, fd: i32, offset: i64, whence: i32) -> io::Result<u64>;
    /// Sets a file's size.
    fn truncate(&mut self, fd: i32, size: u64) -> io::Result<()>;
    /// Whether it is a terminal.
    fn isatty(&mut self, fd: i32) -> bool;
    /// Facts about a path.
    fn stat(&mut self, path: &Path, follow: bool) -> io::Result<FileStat>;
    /// Facts about a descriptor.
    fn fstat(&mut self, fd: i32) -> io::Result<FileStat>;
    /// Names in a directory, in any order.
    fn list_dir(&mut self, path: &Path) -> io::Result<Vec<Vec<u8>>>;
    /// Environment.
    fn environ(&mut self) -> Vec<(Vec<u8>, Vec<u8>)>;
    /// Seconds since the epoch.
    fn time(&mut self) -> f64;
    /// Processor time in seconds.
    fn clock(&mut self) -> f64;
    /// Working directory.
    fn cwd(&mut self) -> io::Result<Vec<u8>>;

    /// Hands buffered output on.
    fn flush(&mut self) {}

    /// Reads a whole file.
    fn read_file(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let flags = OpenFlags {
            read: true,
            ..OpenFlags::default()
        };
        let fd = self.open(path, flags, 0)?;
        let mut all = Vec::new();
        loop {
            match self.read(fd, 1 << 16) {
                Ok(part) if part.is_empty() => break,
                Ok(part) => all.extend_from_slice(&part),
                Err(e) => {
                    self.close(fd).ok();
                    return Err(e);
                }
            }
        }
        self.close(fd)?;
        Ok(all)
    }

    /// Changes the environment (`None` removes).
    fn set_env(&mut self, _name: &[u8], _value: Option<&[u8]>) -> io::Result<()> {
        unsupported()
    }
    /// Makes a directory.
    fn mkdir(&mut self, _path: &Path, _mode: u32) -> io::Result<()> {
        unsupported()
    }
    /// Removes an empty directory.
    fn rmdir(&mut self, _path: &Path) -> io::Result<()> {
        unsupported()
    }
    /// Removes a file.
    fn unlink(&mut self, _path: &Path) -> io::Result<()> {
        unsupported()
    }
    /// Renames.
    fn rename(&mut self, _from: &Path, _to: &Path) -> io::Result<()> {
        unsupported()
    }
    /// Changes permissions.
    fn chmod(&mut self, _path: &Path, _mode: u32) -> io::Result<()> {
        unsupported()
    }
    /// Makes a symbolic link.
    fn symlink(&mut self, _target: &Path, _link: &Path) -> io::Result<()> {
        unsupported()
    }
    /// Reads a symbolic link.
    fn readlink(&mut self, _path: &Path) -> io::Result<Vec<u8>> {
        unsupported()
    }
    /// Sets access and modification time.
    fn utime(&mut self, _path: &Path, _atime: f64, _mtime: f64) -> io::Result<()> {
        unsupported()
    }
    /// Changes the working directory.
    fn chdir(&mut self, _path: &Path) -> io::Result<()> {
        unsupported()
    }
    /// Waits.
    fn sleep(&mut self, _seconds: f64) {}
    /// Process id.
    fn pid(&mut self) -> i64 {
        1
    }
    /// Random bytes.
    fn random(&mut self, n: usize) -> io::Result<Vec<u8>> {
        Ok(vec![0; n])
    }
    /// A pipe: descriptors to read and to write.
    fn pipe(&mut self) -> io::Result<(i32, i32)> {
        unsupported()
    }
    /// Runs a process to its end.
    fn run_process(&mut self, _request: &ProcessRequest) -> io::Result<ProcessOutput> {
        unsupported()
    }
    /// Seconds east of UTC of local time at a moment.
    fn utc_offset(&mut self, _time: f64) -> i64 {
        0
    }
}
